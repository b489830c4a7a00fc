"""Where words fit: how wide a text is, and how labels keep out of each other's way. Pure; floats are pixels.

Everything here is decided in the order given and by fixed rules, so that the same data always gives the same drawing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

AVERAGE_LETTER = 0.56  # of the size of the text, in the system fonts that the pages use


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels, from its left top to its right bottom."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def meets(self, other: "Box") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def holds(self, other: "Box") -> bool:
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )


@dataclass(frozen=True, slots=True)
class Label:
    """Words at a place, to a tenth of a pixel: `anchor` is what SVG calls it, the part of the text that stands there (start,
    middle, end). `indent` is room kept for a mark between the place and the text, which then stands so much further away."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    indent: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "x", round(self.x, 1))
        object.__setattr__(self, "y", round(self.y, 1))

    def box(self, size: float) -> Box:
        width = text_width(self.text, size)
        before, after = {"start": (self.indent, width), "middle": (width / 2, width / 2), "end": (width, self.indent)}[
            self.anchor
        ]
        return Box(self.x - before, self.y - 0.8 * size, self.x + after, self.y + 0.25 * size)


def text_width(text: str, size: float) -> float:
    """An estimate, rather too wide than too narrow; letters of full width count as squares."""
    letters = sum(1.0 if east_asian_width(letter) in "WF" else AVERAGE_LETTER for letter in text)
    return letters * size


def shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places at least `gap` apart within `low` to `high`, in the order of `wanted` and together as near to it as can be;
    in the order of the list where two want the same. Where there is no room for all, they share what there is."""
    if len(wanted) > 1:
        gap = min(gap, (high - low) / (len(wanted) - 1))
    order = sorted(range(len(wanted)), key=lambda index: (wanted[index], index))
    # Without their gaps the places only must not fall: groups that would are drawn together at their mean.
    groups: list[tuple[float, int]] = []
    for rank, index in enumerate(order):
        mean, count = wanted[index] - rank * gap, 1
        while groups and groups[-1][0] >= mean:
            earlier, size = groups.pop()
            mean, count = (mean * count + earlier * size) / (count + size), count + size
        groups.append((mean, count))
    means = [mean for mean, count in groups for _ in range(count)]
    highest = high - gap * (len(wanted) - 1)
    found = [0.0] * len(wanted)
    for rank, index in enumerate(order):
        found[index] = min(max(means[rank], low), highest) + rank * gap
    return found


def best(candidates: Iterable[Label], size: float, within: Box, taken: Sequence[Box], crossed: Sequence[Box]) -> Label:
    """The first of the candidates that meets no other label and no line; else the one that does the least harm, where
    another label or the edge of the drawing counts for more than any line."""

    def harm(label: Label) -> int:
        box = label.box(size)
        out = 0 if within.holds(box) else 1000
        return out + 1000 * sum(box.meets(other) for other in taken) + sum(box.meets(other) for other in crossed)

    return min(candidates, key=harm)


def first_free(candidates: Iterable[Label], size: float, within: Box, taken: Sequence[Box]) -> Label | None:
    """The first of the candidates that stands inside and meets nothing, or None."""
    for label in candidates:
        box = label.box(size)
        if within.holds(box) and not any(box.meets(other) for other in taken):
            return label
    return None


def rows(boxes: Sequence[tuple[float, float]], gap: float = 8) -> list[int]:
    """For stretches from left to right, the first row each fits into without meeting another one of that row."""
    found: list[int] = []
    for index, (left, right) in enumerate(boxes):
        row = 0
        while any(
            found[earlier] == row and left < boxes[earlier][1] + gap and boxes[earlier][0] < right + gap
            for earlier in range(index)
        ):
            row += 1
        found.append(row)
    return found
