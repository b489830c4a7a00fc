"""The board: what one prompt's answers look like, the same for the page, for the stream, and long afterwards.

| file | what it knows |
|---|---|
| `names.py` | what a column is called, also while the names are hidden |
| `costs.py` | what a run cost, what all of them cost, in words |
| `calls.py` | tool calls, laid out |
| `figures.py` | the parts of a column that change as a whole |
| `sentences.py` | how an answer ended, whether it fits its schema, what Stop does |
| `next_steps.py` | what to do about a run that went wrong |
| `rendered.py` | a finished answer as Markdown |
| `columns.py` | one run as a column |
| `matrix.py` | many runs as a table |
| `turns.py` | the turns of the conversation before and after |
| `terms.py` | what was asked with: parameters, tools, values, for readers without the form |
| `whole.py` | the board as a whole |
| `alone.py` | one run on a page of its own |
| `parts.py` | what the stream sends of all this |
"""

from playground.board.columns import LONGEST_SHOWN, Column, column_of, columns
from playground.board.costs import final_amount, final_cost, summary
from playground.board.figures import Figures, live_figures, run_figures
from playground.board.names import shown_name
from playground.board.parts import (
    additions,
    all_asked,
    balance,
    changes,
    cost_learnt,
    ended_alone,
    finished_column,
    finished_parts,
    last_words,
    snapshot,
    stop_asked,
    stored_snapshot,
    stream_end,
)
from playground.board.whole import Board, board_of

__all__ = [
    "LONGEST_SHOWN",
    "Board",
    "Column",
    "Figures",
    "additions",
    "all_asked",
    "balance",
    "board_of",
    "changes",
    "column_of",
    "columns",
    "cost_learnt",
    "ended_alone",
    "final_amount",
    "final_cost",
    "finished_column",
    "finished_parts",
    "last_words",
    "live_figures",
    "run_figures",
    "shown_name",
    "snapshot",
    "stop_asked",
    "stored_snapshot",
    "stream_end",
    "summary",
]
