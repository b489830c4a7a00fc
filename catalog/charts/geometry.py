"""A drawn chart: everything its partial writes, in the drawing's own pixels. Pure; no Django.

Floats are pixels here and nothing else; amounts stay where they are exact and reach a chart only as words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from catalog.charts.labels import Box, Label
from catalog.charts.scales import Tick


@dataclass(frozen=True, slots=True)
class Size:
    """The drawing's own pixels, and the size of its text in them."""

    width: int
    height: int
    text: int
    is_narrow: bool = False


WIDE = Size(1000, 420, 13)
NARROW = Size(358, 340, 12, is_narrow=True)


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """A line's path, its end with the mark that is its own, and its name there.

    `place` counts from 1 and chooses colour, dash and shape. `leader` joins the end to a name that had to step aside beside
    the plot; inside it the name has the mark once more, at `sign`.
    """

    place: int
    name: str
    url: str
    path: str
    end: str
    shape: str
    label: Label
    leader: str
    sign: str


@dataclass(frozen=True, slots=True)
class DrawnPoint:
    """A point's place and shape, what can be pressed, and its name; `hit` is a radius, `label_place` is counted from the
    point. `kinds` are its classes: a status, and how its name is shown."""

    url: str
    name: str
    figures: str
    kinds: str
    place: str
    shape: str
    number: str
    hit: str
    label_place: str


@dataclass(frozen=True, slots=True)
class DrawnMarker:
    x: float
    label: Label


@dataclass(frozen=True, slots=True)
class DrawnZone:
    box: Box
    label: Label | None


@dataclass(frozen=True, slots=True)
class Key:
    """One line of the legend: the class and the shape of what it explains, and the word for it."""

    kind: str
    shape: str
    word: str


@dataclass(frozen=True)
class Chart:
    """Everything the partial needs; `narrow` is the same chart for a phone, None where only the wide one makes sense.

    `name` is a word for ids, one for each chart of a page. `free` is the band in which amounts of 0 stand.
    """

    name: str
    title: str
    about: str
    width: int
    height: int
    text: int
    plot: Box
    x_title: str
    y_title: str
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    lines: list[DrawnLine]
    points: list[DrawnPoint]
    markers: list[DrawnMarker]
    zones: list[DrawnZone]
    frontier: str = ""
    free: Box | None = None
    key: tuple[Key, ...] = ()
    narrow: "Chart | None" = None


def px(value: float) -> str:
    """A pixel as SVG writes it, to a tenth."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def path(pieces: Iterable[Sequence[tuple[float, float]]]) -> str:
    """The path through each piece's corners."""
    return "".join("M" + "L".join(f"{px(x)} {px(y)}" for x, y in piece) for piece in pieces if piece)


def move(x: float, y: float) -> str:
    return f"translate({px(x)} {px(y)})"
