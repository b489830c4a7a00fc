"""The points of a chart as SVG, all in one tag: a template that writes them one by one costs more than drawing them."""

from collections.abc import Iterable

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from catalog.charts.geometry import DrawnPoint

register = template.Library()

POINT = (
    '<a class="chart-point {}" href="{}" transform="{}"><title>{}</title><circle class="chart-hit" r="{}"/><path d="{}"/>'
    '<text class="chart-number" dy="0.35em">{}</text>'
    '<text class="chart-name" transform="{}">{}<tspan x="0" dy="1.25em">{}</tspan></text></a>\n'
)


@register.simple_tag
def chart_points(points: Iterable[DrawnPoint]) -> SafeString:
    """Every point as a link with its shape and its name; what they hold is escaped."""
    fields = (
        (
            point.kinds,
            point.url,
            point.place,
            f"{point.name}: {point.figures}",
            point.hit,
            point.shape,
            point.number,
            point.label_place,
            point.name,
            point.figures,
        )
        for point in points
    )
    return format_html_join("", POINT, fields)
