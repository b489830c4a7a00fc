"""Rows of values for the variables of a prompt: typed, or from a CSV file. Pure; no Django."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MOST_ROWS = 100
MOST_NAMES = 20
LONGEST_VALUE = 20_000  # characters


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


def from_csv(text: str, wanted: Iterable[str]) -> Rows:
    """Rows of a CSV text whose first line names the columns; columns that no variable names are left aside.

    Raises BadRows: no header, a variable without a column, a ragged line, too many rows, a value that is too long.
    """
    names = tuple(wanted)
    try:
        lines = list(_lines(text))
    except csv.Error as error:
        raise BadRows(f"These rows are not CSV: {error}.") from error
    if not lines:
        raise BadRows("There are no rows. The first line names the variables, each further line is one row.")
    (_, header), *rest = lines
    header = [name.strip().removeprefix("{{").removesuffix("}}").strip() for name in header]
    missing = [name for name in names if name not in header]
    if missing:
        raise BadRows(f"The first line names no column “{missing[0]}”, which the prompt asks for.")
    if len(set(header)) < len(header):
        raise BadRows("The first line names a column twice.")
    if not rest:
        raise BadRows("The first line names the variables; below it there is no row.")
    if len(rest) > MOST_ROWS:
        raise BadRows(f"Up to {MOST_ROWS} rows are possible; these are {len(rest)}.")
    places = [header.index(name) for name in names]
    rows = []
    for number, line in rest:
        if len(line) != len(header):
            raise BadRows(f"Line {number} has {len(line)} values and the first line has {len(header)}.")
        row = tuple(line[place] for place in places)
        if any(len(value) > LONGEST_VALUE for value in row):
            raise BadRows(f"A value in line {number} is longer than {LONGEST_VALUE:,} characters.")
        rows.append(row)
    return Rows(names, tuple(rows))


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Every line that holds something, with its number in the file. The first line decides comma, semicolon or tab."""
    first = text.lstrip("\ufeff").split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=delimiter, strict=True)
    for line in reader:
        if any(value.strip() for value in line):
            yield reader.line_num, line
