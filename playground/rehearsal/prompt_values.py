"""What can be taken out of a prompt to fill in a form with: names, words, numbers, days. Always the same, in its order."""

import re
from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import Any

MOST_READ = 8000  # characters of a prompt
MOST_VALUES = 100
QUOTED = re.compile(r"[\"“«„]([^\"“”«»„\n]{1,80})[\"”»]")
NAMES = re.compile(r"(?<=[\w,;:)] )[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)*")  # capitals, but not those that begin a sentence
WORDS = re.compile(r"[^\W\d_][\w'’-]*")
NUMBERS = re.compile(r"(?<![\w.-])-?\d{1,9}(?:\.\d{1,6})?(?![\w-])")
DAYS = re.compile(r"(?<!\d)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])(?!\d)")
ORDERED_TROUBLE = re.compile(r"rehearse:[^\n.]*", re.IGNORECASE)
SMALL = frozenset(
    [
        "what",
        "which",
        "when",
        "where",
        "with",
        "from",
        "that",
        "this",
        "there",
        "then",
        "than",
        "have",
        "does",
        "will",
        "would",
        "could",
        "should",
        "about",
        "your",
        "please",
        "give",
        "tell",
        "make",
        "show",
        "find",
        "into",
        "over",
        "both",
        "between",
    ]
)
NOTHING = "rehearsal"


class PromptValues:
    """The values of one prompt. Texts and numbers are handed out in turn, so that two calls get different ones."""

    def __init__(self, prompt: str) -> None:
        self.text = ORDERED_TROUBLE.sub(" ", prompt[:MOST_READ])
        self._lower = self.text.lower()
        unquoted = QUOTED.sub(" ; ", self.text)
        words = WORDS.findall(unquoted)
        texts = [
            *QUOTED.findall(self.text),
            *NAMES.findall(unquoted),
            *(word for word in words if len(word) > 3 and word.lower() not in SMALL),
            *words,
        ]
        self._texts: Iterator[str] = cycle(list(dict.fromkeys(texts))[:MOST_VALUES] or [NOTHING])
        self._numbers = [float(number) for number in NUMBERS.findall(self.text)[:MOST_VALUES]]
        self._days: Iterator[str] = cycle(DAYS.findall(self.text)[:MOST_VALUES] or ["2026-01-01"])

    def next_text(self) -> str:
        return next(self._texts)

    def next_day(self) -> str:
        return next(self._days)

    def next_number(self, fits: Any) -> float | None:
        """The next number of the prompt for which `fits` is true; it is handed out once. None when there is none."""
        for number in self._numbers:
            if fits(number):
                self._numbers.remove(number)
                return number
        return None

    def named(self, name: str) -> str | None:
        """What the prompt gives for a field by name, as in `city: Paris` or `city = Paris`."""
        if not name or name.lower().partition("_")[0] not in self._lower:
            return None
        spelled = re.escape(name[:100]).replace("_", "[_ ]")
        found = re.search(rf"(?<!\w){spelled} ?[:=] ?(\"[^\"\n]{{1,80}}\"|[^\s,;\"]{{1,80}})", self.text, re.IGNORECASE)
        return found[1].strip("\"'.") if found else None

    def mentioned(self, values: Sequence[Any]) -> list[Any]:
        """Those of `values` that the prompt mentions, in its order."""
        places = []
        for position, value in enumerate(values[:MOST_VALUES]):
            if isinstance(value, bool) or not isinstance(value, str | int | float):
                continue
            spelled = str(value)[:100].lower()
            # Looking for the bare letters first is a hundred times faster, and most values are not there at all.
            found = re.search(rf"(?<!\w){re.escape(spelled)}(?!\w)", self._lower) if spelled in self._lower else None
            if found:
                places.append((found.start(), position))
        return [values[position] for _, position in sorted(places)]

    def denies(self) -> bool:
        return re.search(r"\b(?:no|not|false|without|never)\b", self.text, re.IGNORECASE) is not None
