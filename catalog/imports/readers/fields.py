"""One entry read field by field: absent stays absent, and a value of the wrong kind is a sentence about the entry. Pure."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from catalog.exact import plain
from catalog.imports.readers import texts
from catalog.sane import MOST_TOKENS

DAY = re.compile(r"([0-9]{4})(-[0-9]{2})?(-[0-9]{2})?(T[0-9:.+Z-]*)?")
SLUG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,49}")
MOST_ITEMS = 200
MOST_WHOLE = 2**31 - 1  # what a table holds


class Unusable(Exception):
    """One entry that cannot be used; the message is a sentence that says why."""


class Fields:
    """An object of a file. `prefix` and the field's name stand in every sentence: “architecture.tokenizer” is a number.

    Null is absent. Every method raises Unusable for a value of another kind than asked for. `notes` takes sentences on
    what was read in a special way, and is shared by the parts of an entry.
    """

    def __init__(self, raw: dict[str, Any], prefix: str = "", notes: list[str] | None = None) -> None:
        self.raw = raw
        self.prefix = prefix
        self.notes: list[str] = [] if notes is None else notes

    def named(self, key: str) -> str:
        return f"“{self.prefix}{texts.cut(texts.line(key), texts.MOST_SHORT)}”"

    def part(self, key: str) -> "Fields":
        """The object called `key`; without fields when it is absent."""
        value = self._of_kind(key, dict, "an object")
        return Fields(value or {}, f"{self.prefix}{key}.", self.notes)

    def text(self, key: str, most: int) -> str:
        """One line, empty when absent; cut, with a note, when it is longer than `most` characters."""
        return self._fitting(key, texts.line(self._of_kind(key, str, "text") or ""), most)

    def description(self, key: str) -> str:
        shown = texts.paragraphs(self._of_kind(key, str, "text") or "")
        return self._fitting(key, shown, texts.MOST_DESCRIPTION)

    def whole(self, key: str, most: int = MOST_WHOLE) -> int | None:
        """A whole number from 0 to `most`; 262144.0 is one, true and "262144" are none."""
        value = self.raw.get(key)
        if value is None:
            return None
        if isinstance(value, Decimal) and value.adjusted() < 18 and value == value.to_integral_value():
            value = int(value)
        if type(value) is not int:
            raise Unusable(f"{self.named(key)} is {shown(value)} and not a whole number.")
        if not 0 <= value <= most:
            bound = "is below zero" if value < 0 else f"is beyond anything that is known ({most:,})"
            raise Unusable(f"{self.named(key)}, {shown(value)}, {bound}.")
        return value

    def tokens(self, key: str) -> int | None:
        """A limit in tokens; 0 says nothing, as no model has room for nothing."""
        return self.whole(key, MOST_TOKENS) or None

    def day(self, key: str) -> date | None:
        """A day written YYYY-MM-DD. A month or a year alone is no day: it is noted and left out."""
        text = texts.line(self._of_kind(key, str, "text") or "")
        if not text:
            return None
        match = DAY.fullmatch(text)
        if match is None:
            raise Unusable(f"{self.named(key)} is “{texts.cut(text, 40)}”, which is not a day written as 2025-12-31.")
        if match[3] is None:
            self.notes.append(f"{self.named(key)} is {text}, which names no day: it is left out.")
            return None
        try:
            return date.fromisoformat(text[:10])
        except ValueError:
            raise Unusable(f"{self.named(key)} is {text[:10]}, a day that does not exist.") from None

    def texts(self, key: str) -> tuple[str, ...] | None:
        """A list of single lines, each once, in the order of the file; None when it is absent."""
        value = self._of_kind(key, list, "a list")
        if value is None:
            return None
        if len(value) > MOST_ITEMS:
            raise Unusable(f"{self.named(key)} has {len(value):,} items. More than {MOST_ITEMS} is absurd.")
        for item in value:
            if not isinstance(item, str):
                raise Unusable(f"{self.named(key)} holds {shown(item)} where text is due.")
        return tuple(dict.fromkeys(filter(None, map(texts.line, value))))

    def slugs(self, key: str) -> tuple[str, ...] | None:
        """As `texts`, of words only: names of modalities and parameters. Others are noted and left out."""
        found = self.texts(key)
        if found is None:
            return None
        words = tuple(word for word in found if SLUG.fullmatch(word))
        for other in (item for item in found if item not in words):
            self.notes.append(f"{self.named(key)} holds “{texts.cut(other, 40)}”, which is not a name: it is left out.")
        return words

    def objects(self, key: str) -> list["Fields"]:
        """A list of objects, empty when it is absent."""
        value = self._of_kind(key, list, "a list") or []
        if len(value) > MOST_ITEMS:
            raise Unusable(f"{self.named(key)} has {len(value):,} items. More than {MOST_ITEMS} is absurd.")
        for item in value:
            if not isinstance(item, dict):
                raise Unusable(f"{self.named(key)} holds {shown(item)} where an object is due.")
        return [Fields(item, f"{self.prefix}{key}.", self.notes) for item in value]

    def unknown(self, known: frozenset[str]) -> tuple[str, ...]:
        """The names that nobody here knows, as they are told to a person."""
        names = sorted(
            f"{self.prefix}{texts.cut(texts.line(key), texts.MOST_SHORT)}" for key in self.raw.keys() - known
        )
        return tuple(names[:MOST_ITEMS])

    def _of_kind(self, key: str, kind: type, words: str) -> Any:
        value = self.raw.get(key)
        if value is not None and type(value) is not kind:
            raise Unusable(f"{self.named(key)} is {shown(value)} and not {words}.")
        return value

    def _fitting(self, key: str, text: str, most: int) -> str:
        if len(text) > most:
            self.notes.append(f"{self.named(key)} has {len(text):,} characters and was cut to {most:,}.")
        return texts.cut(text, most)


def shown(value: object) -> str:
    """A value in a sentence, short whatever it is."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text “{texts.cut(texts.line(value), 40)}”"
    if isinstance(value, Decimal):
        number = plain(value) if abs(value.adjusted()) < 30 else str(value)
        return f"the number {texts.cut(number, 40)}"
    if isinstance(value, int):
        return f"the number {value}" if value.bit_length() < 128 else "a number of more than 38 digits"
    return "a list" if isinstance(value, list) else "an object"
