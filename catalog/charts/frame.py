"""The frame of a chart: how much room the words around it take, and the axes laid into what is left. Pure; no Django."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from catalog.charts import labels
from catalog.charts.geometry import DrawnMarker, DrawnZone, Size
from catalog.charts.labels import Box, Label
from catalog.charts.marks import Marker, Zone
from catalog.charts.scales import FREE_BAND, Logarithmic, Scale

UNDER, UNDER_WITH_TITLE = 28.0, 46.0  # pixels under the plot: the ticks' words, then the axis' own


@dataclass(frozen=True)
class Frame:
    """The plot of one drawing and both its scales, laid over it."""

    size: Size
    plot: Box
    x: Scale
    y: Scale

    @property
    def line_height(self) -> float:
        return self.size.text * 1.25

    def free(self) -> Box | None:
        """The band at the foot of a logarithmic axis in which amounts of 0 stand."""
        if not isinstance(self.y, Logarithmic) or not self.y.has_free:
            return None
        return Box(self.plot.left, self.plot.bottom - FREE_BAND, self.plot.right, self.plot.bottom)

    def markers(self, markers: Sequence[Marker]) -> list[DrawnMarker]:
        """Vertical lines with their words above the plot, in as many rows as keep the words apart."""
        placed = self._marker_labels(markers)
        boxes = [label.box(self.size.text) for label in placed]
        rows = labels.rows([(box.left, box.right) for box in boxes])
        return [
            DrawnMarker(
                self.x.at(marker.x),
                Label(label.x, self.plot.top - 6 - row * self.line_height, label.text, label.anchor),
            )
            for marker, label, row in zip(markers, placed, rows, strict=True)
        ]

    def marker_rows(self, markers: Sequence[Marker]) -> int:
        """How many rows of words the markers need above the plot."""
        boxes = [label.box(self.size.text) for label in self._marker_labels(markers)]
        return max(labels.rows([(box.left, box.right) for box in boxes]), default=-1) + 1

    def zones(self, zones: Sequence[Zone]) -> list[DrawnZone]:
        """Stretches of the plot; one too slim for its word goes without, and the table tells of it."""
        found = []
        for zone in zones:
            left, right = sorted(
                min(max(self.x.at(each), self.plot.left), self.plot.right) for each in (zone.start, zone.end)
            )
            label = Label((left + right) / 2, self.plot.top + self.line_height, zone.word, "middle")
            fits = labels.text_width(zone.word, self.size.text) + 8 <= right - left
            found.append(DrawnZone(Box(left, self.plot.top, right, self.plot.bottom), label if fits else None))
        return found

    def _marker_labels(self, markers: Sequence[Marker]) -> list[Label]:
        """Each word over its line, or beside it where the middle would meet the words of the upward axis, or leave the
        drawing."""
        found = []
        for marker in markers:
            x, half = self.x.at(marker.x), labels.text_width(marker.word, self.size.text) / 2
            left_out, right_out = x - half < self.plot.left, x + half > self.size.width
            found.append(Label(x, 0, marker.word, "start" if left_out else "end" if right_out else "middle"))
        return found


def framed(
    size: Size, x: Scale, y: Scale, right: float, markers: Sequence[Marker] = (), has_x_title: bool = False
) -> Frame:
    """A frame with `right` pixels kept free at the right, and rows above for the words of the markers."""
    line = size.text * 1.25
    top, bottom = round(1.9 * line), size.height - (UNDER_WITH_TITLE if has_x_title else UNDER)
    widths = [labels.text_width(tick.label, size.text) for tick in y.over(bottom, top).ticks()]
    left = math.ceil(max(widths, default=0)) + 12
    plot = Box(left, top, size.width - math.ceil(right), bottom)
    frame = Frame(size, plot, x.over(plot.left, plot.right), y.over(bottom, top))
    rows = frame.marker_rows(markers)
    if not rows:
        return frame
    plot = Box(left, round(top + rows * line), plot.right, bottom)
    return Frame(size, plot, frame.x, y.over(bottom, plot.top))
