"""Points: what can be pressed of each, and the names that fit beside them. Pure; no Django, floats for pixels only."""

from collections.abc import Sequence

from catalog.charts import labels
from catalog.charts.frame import Frame
from catalog.charts.geometry import DrawnPoint, move, px
from catalog.charts.labels import Box, Label
from catalog.charts.marks import Point, shape

MOST_NAMED = 14  # with more points than this, a name shows only while its point is hovered or focused
HIT, LEAST_HIT = 14.0, 5.0  # radius of what can be pressed: 24 pixels across also where the drawing is a little smaller
SEVERAL = "M-8.5 0a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0 -17 0Z"


def drawn_points(points: Sequence[Point], frame: Frame, is_named: bool, lines: Sequence[Box] = ()) -> list[DrawnPoint]:
    """Every point. With `is_named` and few enough of them, names show beside them where they fit and cross none of the
    `lines`; the rest show their name while they are hovered or focused."""
    points = sorted(points, key=lambda point: point.count > 1)  # numbers are read last, so nothing may cover them
    places = [(frame.x.at(point.x), frame.y.at(point.y)) for point in points]
    hits = pressable(places)
    shown = _shown(points, places, frame, lines) if is_named and len(points) <= MOST_NAMED else {}
    marks = [shown.get(index) or _hovered(*places[index], point, frame) for index, point in enumerate(points)]
    return [
        DrawnPoint(
            point.url,
            point.name,
            point.figures,
            _classes(point, marks[index].anchor, index in shown),
            move(x, y),
            SEVERAL if point.count > 1 else shape(point.kind),
            str(point.count) if point.count > 1 else "",
            px(hits[index]),
            move(marks[index].x - x, marks[index].y - y),
        )
        for index, (point, (x, y)) in enumerate(zip(points, places, strict=True))
    ]


def pressable(places: Sequence[tuple[float, float]]) -> list[float]:
    """The radius around each place that belongs to it: 14 pixels, or half the way to the nearest other place, so that no
    point covers another one."""
    nearest = [(2 * HIT) ** 2] * len(places)
    order = sorted(range(len(places)), key=places.__getitem__)
    for rank, index in enumerate(order):
        x, y = places[index]
        for other in order[rank + 1 :]:
            across = places[other][0] - x
            if across >= 2 * HIT:
                break
            distance = across**2 + (places[other][1] - y) ** 2
            if distance < nearest[index]:
                nearest[index] = distance
            if distance < nearest[other]:
                nearest[other] = distance
    return [max(LEAST_HIT, distance**0.5 / 2) for distance in nearest]


def _classes(point: Point, anchor: str, is_named: bool) -> str:
    return f"{point.kind} {anchor}{' several' if point.count > 1 else ''}{' named' if is_named else ''}"


def _shown(
    points: Sequence[Point], places: Sequence[tuple[float, float]], frame: Frame, lines: Sequence[Box]
) -> dict[int, Label]:
    """A name for each point that has room for one: at its right, its left, above or below."""
    size, line = frame.size.text, frame.line_height
    within = Box(frame.plot.left, frame.plot.top - 4, frame.size.width - 2, frame.plot.bottom)
    taken = [*lines, *(Box(x - 7, y - 7, x + 7, y + 7) for x, y in places)]
    found: dict[int, Label] = {}
    for index in sorted(range(len(points)), key=lambda each: (places[each][1], places[each][0], each)):
        x, y = places[index]
        name, away = points[index].name, 12 if points[index].count > 1 else 9
        candidates = [
            Label(x + away, y + 0.35 * size, name),
            Label(x - away, y + 0.35 * size, name, "end"),
            Label(x, y - away - 2, name, "middle"),
            Label(x, y + away + 0.75 * line, name, "middle"),
        ]
        label = labels.first_free(candidates, size, within, taken)
        if label is not None:
            found[index] = label
            taken.append(label.box(size))
    return found


def _hovered(x: float, y: float, point: Point, frame: Frame) -> Label:
    """Above the point, or below it near the top; from the point inwards near the sides."""
    third, line = frame.plot.width / 3, frame.line_height
    is_left, is_right = x < frame.plot.left + third, x > frame.plot.right - third
    height = -14 - (line if point.figures else 0)
    if y + height - line < 0:
        height = 14 + line
    anchor = "start" if is_left else "end" if is_right else "middle"
    return Label(x, y + height, point.name, anchor)
