"""What is put into a chart, in the values of its axes: lines, points, vertical markers and zones. Pure; no Django."""

from dataclasses import dataclass

from catalog.charts.scales import Value


@dataclass(frozen=True, slots=True)
class Line:
    """A named line through `values`, pairs of a value along and a value up; None ends a piece of it.

    As a step, each value holds until the next place along. `end_word` says why a line ends early: delisted.
    """

    name: str
    values: tuple[tuple[Value, Value | None], ...]
    url: str = ""
    is_step: bool = False
    end_word: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """A place that leads to a page. `figures` is what is told of it beside its name; `kind` names its shape and colour: a
    status, or the line it is on (line-1). `count` above 1 stands for several things at exactly the same place."""

    x: Value
    y: Value
    name: str
    url: str
    figures: str = ""
    kind: str = "active"
    count: int = 1


@dataclass(frozen=True, slots=True)
class Marker:
    """A vertical line with a word: from here on, something is so."""

    x: Value
    word: str


@dataclass(frozen=True, slots=True)
class Zone:
    """A stretch along the chart with a word: between these, something is so."""

    start: Value
    end: Value
    word: str


# Shapes around their own middle, about 9 pixels across, alike in weight.
SHAPES = {
    "circle": "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0Z",
    "square": "M-4 -4h8v8h-8Z",
    "triangle": "M0 -5l5 8.6h-10Z",
    "diamond": "M0 -5.4l5.4 5.4l-5.4 5.4l-5.4 -5.4Z",
    "cross": "M-4 -4l8 8M-4 4l8 -8",
    "bar": "M-5 -2.5h10v5h-10Z",
}
LINE_SHAPES = ("circle", "square", "triangle", "diamond", "cross", "bar")
KIND_SHAPES = {
    "announced": "cross",
    "active": "circle",
    "deprecated": "triangle",
    "retiring": "bar",
    "retired": "square",
    "delisted": "diamond",
    **{f"line-{place}": shape for place, shape in enumerate(LINE_SHAPES, 1)},
}


def shape(kind: str) -> str:
    """The path of a kind's shape, around its own middle."""
    return SHAPES[KIND_SHAPES.get(kind, "circle")]
