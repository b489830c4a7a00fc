"""Looking back: which prompts were asked, what they came to, and how one is asked again.

| file | what it knows |
|---|---|
| `searching.py` | the words of a search; pure |
| `asking.py` | a prompt as a request again |
| `narrowing.py` | the filters of the page, and the prompts they leave |
| `rows.py` | a line of the page: one prompt with its models, states and costs |
| `tallies.py` | all that was found, counted: runs and costs, by model and by day |
| `days.py` | the bars of the charts; pure |
| `sheet.py` | the lines as a file |
"""

from playground.history.asking import CannotAskAgain, asked_again, gone, key_for

__all__ = ["CannotAskAgain", "asked_again", "gone", "key_for"]
