"""Drawing a chart: marks and scales in, one geometry for wide screens and one for a phone out. Pure; no Django."""

from collections.abc import Sequence
from dataclasses import replace

from catalog.charts.frame import Frame, framed
from catalog.charts.geometry import NARROW, WIDE, Chart, Key, Size, path
from catalog.charts.lines import boxes_along, drawn_lines, gutter, pieces
from catalog.charts.marks import Line, Marker, Point, Zone, shape
from catalog.charts.points import SEVERAL, drawn_points
from catalog.charts.scales import Scale

MOST_LINES = 6
MOST_NARROW = 60  # with more points than this, a phone gets the wide drawing to scroll in
EDGE = 26.0  # pixels at the right of the plot, for half of the last tick's words


def line_chart(
    name: str,
    title: str,
    about: str,
    *,
    lines: Sequence[Line],
    x: Scale,
    y: Scale,
    x_title: str = "",
    y_title: str = "",
    points: Sequence[Point] = (),
    markers: Sequence[Marker] = (),
    zones: Sequence[Zone] = (),
) -> Chart:
    """Up to six lines, each named at its end. Raises ValueError for more: nobody tells seven colours apart."""
    if len(lines) > MOST_LINES:
        raise ValueError(f"A chart shows {MOST_LINES} lines at most, not {len(lines)}.")

    def drawn(size: Size) -> Chart:
        frame = framed(size, x, y, EDGE if size.is_narrow else gutter(lines, size.text), markers, bool(x_title))
        return replace(
            _blank(frame, name, title, about, x_title, y_title),
            lines=drawn_lines(lines, frame),
            points=drawn_points(points, frame, is_named=False),
            markers=frame.markers(markers),
            zones=frame.zones(zones),
        )

    return replace(drawn(WIDE), narrow=drawn(NARROW))


def scatter_chart(
    name: str,
    title: str,
    about: str,
    *,
    points: Sequence[Point],
    x: Scale,
    y: Scale,
    x_title: str = "",
    y_title: str = "",
    frontier: Line | None = None,
    kinds: Sequence[tuple[str, str]] = (),
) -> Chart:
    """Points, named while they are few, and a thin line along the best of them. `kinds` are the words of the legend; those
    that no point has are left out of it."""

    def drawn(size: Size) -> Chart:
        frame = framed(size, x, y, EDGE, has_x_title=bool(x_title))
        along = pieces(frontier, frame.x, frame.y) if frontier else []
        boxes = [box for piece in along for box in boxes_along(piece)]
        return replace(
            _blank(frame, name, title, about, x_title, y_title),
            points=drawn_points(points, frame, is_named=True, lines=boxes),
            frontier=path(along),
            key=_key(points, frontier, kinds),
        )

    wide = drawn(WIDE)
    return replace(wide, narrow=drawn(NARROW)) if len(points) <= MOST_NARROW else wide


def _key(points: Sequence[Point], frontier: Line | None, kinds: Sequence[tuple[str, str]]) -> tuple[Key, ...]:
    present = {point.kind for point in points if point.count == 1}
    found = [Key(kind, shape(kind), word) for kind, word in kinds if kind in present]
    if any(point.count > 1 for point in points):
        found.append(Key("several", SEVERAL, "Several at one place"))
    if frontier is not None and frontier.values:
        found.append(Key("frontier", "M-9 0h18", frontier.name))
    return tuple(found)


def _blank(frame: Frame, name: str, title: str, about: str, x_title: str, y_title: str) -> Chart:
    """A chart with its axes and nothing in it."""
    size = frame.size
    return Chart(
        name,
        title,
        about,
        size.width,
        size.height,
        size.text,
        frame.plot,
        x_title,
        y_title,
        frame.x.ticks(),
        frame.y.ticks(),
        lines=[],
        points=[],
        markers=[],
        zones=[],
        free=frame.free(),
    )
