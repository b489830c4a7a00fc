"""Small charts of columns: counts or amounts, for each day or each bin. Pure; floats are pixels and nothing else.

A column is a stack of parts from the bottom up. Every figure in a drawing stands in the table beside it as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from catalog.charts import Scale, Tick
from catalog.charts.geometry import px
from catalog.charts.labels import Box, text_width

WIDTH, LOW, HIGH, TEXT = 400, 170, 300, 12
ABOVE, UNDER, RIGHT = 10, 24, 8
MARK_ROW = 15  # pixels above the plot for the words of one mark
LEAST_HEIGHT = 1.5  # of a part that stands for anything at all
WIDEST = 30.0


@dataclass(frozen=True, slots=True)
class Column:
    """One place along the chart: its words under it and on it, and the values of its parts in the order of the kinds."""

    label: str
    words: str
    values: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A line across the columns, so many columns from the left. Its words stand at its right, or with `is_before` at its
    left, where they fit."""

    columns: float
    words: str
    is_before: bool = False


@dataclass(frozen=True, slots=True)
class DrawnPart:
    kind: str
    words: str
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class DrawnMark:
    x: str
    top: str
    words: str
    anchor: str


@dataclass(frozen=True)
class ColumnChart:
    """Everything the partial writes, in the drawing's own pixels. `name` is a word for ids, one for each chart of a page;
    `key` explains the kinds where there are several."""

    name: str
    title: str
    about: str
    width: int
    height: int
    text: int
    plot: Box
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    parts: list[DrawnPart]
    marks: list[DrawnMark]
    key: tuple[tuple[str, str], ...]


def column_chart(
    name: str,
    title: str,
    about: str,
    columns: Sequence[Column],
    scale: Scale,
    kinds: Sequence[tuple[str, str]],
    marks: Sequence[Mark] = (),
    height: int = LOW,
    is_edged: bool = False,
) -> ColumnChart:
    """`kinds` are the class and the word of each part; `scale` goes from 0 upwards. With `is_edged` a column's label tells
    where it begins and stands there. Give marks from the right to the left, so
    that no line goes through another one's words. Raises ValueError without a column."""
    if not columns:
        raise ValueError("A chart of columns needs at least one.")
    bottom, top = float(height - UNDER), float(ABOVE + MARK_ROW * len(marks))
    upward = scale.over(bottom, top)
    ticks = upward.ticks()
    left = round(max((text_width(tick.label, TEXT) for tick in ticks), default=0.0)) + 10
    plot = Box(left, top, WIDTH - RIGHT, bottom)
    band = plot.width / len(columns)
    parts = [
        part
        for place, column in enumerate(columns)
        for part in _parts(column, plot.left + (place + 0.5) * band, min(WIDEST, max(2.0, band * 0.78)), upward, kinds)
    ]
    return ColumnChart(
        name,
        title,
        about,
        WIDTH,
        height,
        TEXT,
        plot,
        _labels(columns, plot, band, 0.0 if is_edged else 0.5),
        ticks,
        parts,
        [_mark(mark, row, plot, band) for row, mark in enumerate(marks)],
        tuple(kinds) if len(kinds) > 1 else (),
    )


def _parts(
    column: Column, middle: float, width: float, upward: Scale, kinds: Sequence[tuple[str, str]]
) -> list[DrawnPart]:
    found = []
    below, foot = Decimal(0), upward.at(Decimal(0))
    for (kind, _), value in zip(kinds, column.values, strict=True):
        if value > 0:
            below += value
            head = min(upward.at(below), foot - LEAST_HEIGHT)
            found.append(
                DrawnPart(kind, column.words, px(middle - width / 2), px(head), px(width), px(round(foot - head, 1)))
            )
            foot = head
    return found


def _labels(columns: Sequence[Column], plot: Box, band: float, within: float) -> list[Tick]:
    """The words of the last column, and of as many before it as stand clear of each other; `within` is their place in the
    band of a column, as a part of it."""
    widest = max(text_width(column.label, TEXT) for column in columns) + 16
    every = max(1, int(-(-widest // band)))
    found = []
    for place in range(len(columns) - 1, -1, -every):
        half = text_width(columns[place].label, TEXT) / 2
        at = min(plot.left + (place + within) * band, WIDTH - half)
        if at - half >= 0:
            found.append(Tick(round(at, 1), columns[place].label))
    return found[::-1]


def _mark(mark: Mark, row: int, plot: Box, band: float) -> DrawnMark:
    x = min(plot.left + mark.columns * band, plot.right)
    room = text_width(mark.words, TEXT) + 6
    is_left = x >= room and (mark.is_before or x + room > WIDTH)
    return DrawnMark(px(x), px(ABOVE + MARK_ROW * row + TEXT / 2), mark.words, "end" if is_left else "start")
