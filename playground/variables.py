"""Rows of values for the variables of a prompt: typed, or from a CSV file. Pure; no Django."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MOST_ROWS = 100
MOST_NAMES = 20
LONGEST_VALUE = 20_000  # characters
LARGEST_CSV = 1_000_000  # bytes of a file, characters of a text
BYTE_ORDER_MARK = "\ufeff"


class BadRows(ValueError):
    """The message is a sentence for the person who typed them."""


@dataclass(frozen=True)
class Rows:
    """Names, and rows of one value for each of them. Without names there is nothing to fill in."""

    names: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.rows)

    def values(self, row: int | None) -> dict[str, str]:
        return {} if row is None else dict(zip(self.names, self.rows[row], strict=True))

    def indexes(self) -> list[int | None]:
        """The rows to run: each by its index, or a single None where there are none."""
        return list(range(len(self.rows))) if self.rows else [None]

    def to_json(self) -> dict[str, Any]:
        return {"names": list(self.names), "rows": [list(row) for row in self.rows]} if self.rows else {}


def read(stored: Mapping[str, Any]) -> Rows:
    """Rows from what `to_json` wrote."""
    return Rows(tuple(stored.get("names", ())), tuple(tuple(row) for row in stored.get("rows", ())))


def decoded(raw: bytes) -> str:
    """The text of a CSV file: UTF-8, or UTF-16 where the file says so, as spreadsheets write it. Raises BadRows."""
    if len(raw) > LARGEST_CSV:
        raise BadRows(f"This file has {len(raw):,} bytes; up to {LARGEST_CSV:,} are read.")
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise BadRows("This file is not text in UTF-8. Save it as “CSV UTF-8” and choose it again.") from error


def from_csv(text: str, wanted: Iterable[str]) -> Rows:
    """Rows of a CSV text whose first line names the columns; columns that no variable names are left aside.

    Comma, semicolon or tab, as the first line has it; values in double quotes may hold it, quotes and line breaks. Blank
    lines are passed over. Raises BadRows: no header, a variable without a column, a ragged line, quotes that do not
    close, too many rows, a value that is too long.
    """
    names = tuple(wanted)
    if len(text) > LARGEST_CSV:
        raise BadRows(f"These rows have {len(text):,} characters; up to {LARGEST_CSV:,} are read.")
    if "\0" in text:
        raise BadRows("These rows hold the character NUL, which no text has.")
    lines = list(_lines(text))
    if not lines:
        raise BadRows("There are no rows. The first line names the variables, each further line is one row.")
    (_, first), *rest = lines
    header = _names(first)
    places = [_place(header, name) for name in names]
    if not rest:
        raise BadRows("The first line names the variables; below it there is no row.")
    if len(rest) > MOST_ROWS:
        raise BadRows(f"Up to {MOST_ROWS} rows are possible; these are {len(rest):,}.")
    return Rows(names, tuple(_row(number, line, len(header), places) for number, line in rest))


def unused_columns(text: str, wanted: Iterable[str]) -> list[str]:
    """The columns that no variable asks for, so that a mistyped name is seen; of text that `from_csv` takes."""
    names = set(wanted)
    _, first = next(_lines(text))
    return [name for name in _names(first) if name and name not in names]


def to_csv(rows: Rows) -> str:
    """The rows as CSV, which `from_csv` reads as the same rows."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([rows.names, *rows.rows])
    return written.getvalue()


def _names(line: list[str]) -> list[str]:
    return [name.strip().removeprefix("{{").removesuffix("}}").strip() for name in line]


def _place(header: list[str], name: str) -> int:
    if name not in header:
        known = ", ".join(f"“{each[:40]}”" for each in header[:8])
        raise BadRows(f"The first line names no column “{name}”, which the prompt asks for; it names {known}.")
    if header.count(name) > 1:
        raise BadRows(f"The first line names the column “{name}” twice.")
    return header.index(name)


def _row(number: int, line: list[str], width: int, places: list[int]) -> tuple[str, ...]:
    if len(line) != width:
        has = f"Line {number} has {_count(len(line))} and the first line has {_count(width)}."
        raise BadRows(f"{has} Put a value that holds the separator in double quotes." if len(line) > width else has)
    values = tuple(line[place].replace("\r\n", "\n") for place in places)
    if any(len(value) > LONGEST_VALUE for value in values):
        raise BadRows(f"A value in line {number} is longer than {LONGEST_VALUE:,} characters.")
    return values


def _count(values: int) -> str:
    return f"{values} value" if values == 1 else f"{values} values"


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Every line that holds something, with the number in the file at which it begins. Raises BadRows."""
    text = text.removeprefix(BYTE_ORDER_MARK)
    first = re.split(r"[\r\n]", text.lstrip("\r\n"), maxsplit=1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    begins = 1
    try:
        for line in reader:
            if any(value.strip() for value in line):
                yield begins, line
            begins = reader.line_num + 1
    except csv.Error as error:
        raise BadRows(f"These rows are not CSV. Line {begins}: {_in_words(error)}.") from error


def _in_words(error: csv.Error) -> str:
    said = str(error)
    if "unexpected end of data" in said:
        return "a double quote opens a value here and none closes it"
    if "expected after" in said:
        return "something follows the double quote that closes a value; inside a value a quote is written twice"
    if "field larger" in said:
        return f"a value is longer than {LONGEST_VALUE:,} characters"
    return said
