"""Lines: step paths and straight ones, their ends, and names there that keep out of each other's way. Pure; no Django."""

import math
from collections.abc import Sequence
from itertools import pairwise

from catalog.charts import labels
from catalog.charts.frame import Frame
from catalog.charts.geometry import DrawnLine, move, path, px
from catalog.charts.labels import Box, Label
from catalog.charts.marks import LINE_SHAPES, SHAPES, Line
from catalog.charts.scales import Scale

LONGEST_NAME = 28
GUTTER = 14.0  # pixels from the plot to a name beside it
SIGN = 13.0  # pixels between the end of a line and its name inside the plot, for its mark

Corner = tuple[float, float]


def pieces(line: Line, x: Scale, y: Scale) -> list[list[Corner]]:
    """The corners of each unbroken piece of a line, in pixels. A step holds its height until the next place along."""
    found: list[list[Corner]] = []
    piece: list[Corner] = []
    for along, up in line.values:
        if piece and line.is_step:
            piece.append((x.at(along), piece[-1][1]))
        if up is not None:
            piece.append((x.at(along), y.at(up)))
        elif piece:
            found.append(piece)
            piece = []
    return [*found, piece] if piece else found


def gutter(lines: Sequence[Line], text: int) -> float:
    """The room that the names take beside the plot."""
    widths = [labels.text_width(labels.shortened(line.name, LONGEST_NAME), text) for line in lines]
    return max(widths, default=0) + GUTTER + 4


def drawn_lines(lines: Sequence[Line], frame: Frame) -> list[DrawnLine]:
    """Every line that has a place on the chart. Names of lines that reach the right edge stand beside the plot, all others
    by the end of their line."""
    shapes = {place: pieces(line, frame.x, frame.y) for place, line in enumerate(lines, 1)}
    ends = {place: found[-1][-1] for place, found in shapes.items() if found}
    beside = [place for place in ends if not frame.size.is_narrow and ends[place][0] >= frame.plot.right - 1]
    placed = _beside(lines, beside, ends, frame)
    size = frame.size.text
    taken = [label.box(size) for label in placed.values()]
    taken += [Box(x - 6, y - 6, x + 6, y + 6) for x, y in ends.values()]
    crossed = [box for found in shapes.values() for piece in found for box in boxes_along(piece)]
    within = Box(frame.plot.left, frame.plot.top - 8, frame.size.width - 2, frame.plot.bottom)
    for place in sorted(set(ends) - set(placed), key=lambda each: (ends[each][1], each)):
        candidates = _candidates(_name(lines[place - 1]), ends[place], frame.line_height)
        placed[place] = labels.best(candidates, size, within, taken, crossed)
        taken.append(placed[place].box(size))
    return [
        DrawnLine(
            place,
            line.name,
            line.url,
            path(shapes[place]),
            move(*ends[place]),
            SHAPES[LINE_SHAPES[place - 1]],
            placed[place],
            _leader(ends[place], placed[place], size) if place in beside else "",
            _sign(placed[place], size),
        )
        for place, line in enumerate(lines, 1)
        if place in ends
    ]


def boxes_along(corners: Sequence[Corner], longest: float = 24) -> list[Box]:
    """Small boxes that cover a path, a pixel thick, so that a slanting line does not claim the whole of its rectangle."""
    found = []
    for (left, top), (right, bottom) in pairwise(corners):
        is_slanting = left != right and top != bottom
        count = max(1, math.ceil(math.hypot(right - left, bottom - top) / longest)) if is_slanting else 1
        for part in range(count):
            x1, x2 = sorted(left + (right - left) * (part + each) / count for each in (0, 1))
            y1, y2 = sorted(top + (bottom - top) * (part + each) / count for each in (0, 1))
            found.append(Box(x1 - 1, y1 - 1, x2 + 1, y2 + 1))
    return found


def _name(line: Line) -> str:
    name = labels.shortened(line.name, LONGEST_NAME)
    return f"{name}, {line.end_word}" if line.end_word else name


def _beside(lines: Sequence[Line], places: Sequence[int], ends: dict[int, Corner], frame: Frame) -> dict[int, Label]:
    middle = 0.35 * frame.size.text  # from the middle of a line of text down to where it stands
    heights = labels.spread(
        [ends[place][1] for place in places],
        frame.line_height,
        frame.plot.top - frame.line_height / 2,
        frame.plot.bottom,
    )
    x = frame.plot.right + GUTTER
    return {
        place: Label(x, height + middle, _name(lines[place - 1])) for place, height in zip(places, heights, strict=True)
    }


def _candidates(text: str, end: Corner, line: float) -> list[Label]:
    """Places for a name by the end of its line, the best one first: after it, over it, under it, further away."""
    x, y = end
    found = [Label(x + 10, y + 0.28 * line, text)]
    for distance in (0, 1, 2, 3):
        for anchor, along in (("end", x - SIGN), ("start", x + SIGN)):
            found.append(Label(along, y - 10 - distance * line, text, anchor, SIGN))
            found.append(Label(along, y + 4 + (distance + 1) * line, text, anchor, SIGN))
    return found


def _sign(label: Label, size: int) -> str:
    """Where a name's own mark stands: in the room kept for it, a little smaller than at the end of the line."""
    if not label.indent:
        return ""
    along = label.x + (8 if label.anchor == "end" else -8)
    return f"{move(along, label.y - 0.35 * size)} scale(0.8)"


def _leader(end: Corner, label: Label, size: int) -> str:
    height = label.y - 0.35 * size
    if abs(height - end[1]) < 2:
        return ""
    return f"M{px(end[0] + 6)} {px(end[1])}L{px(label.x - 3)} {px(height)}"
