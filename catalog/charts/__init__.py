"""Charts drawn on the server: values in, the geometry of an SVG out. Pure; no Django, and no money: floats are pixels.

A page says what is on its chart in the values of its axes, and gets a `Chart` that `templates/costs/_chart.html` draws:

    from catalog import charts

    chart = charts.line_chart(
        "break-even",                       # a word for ids, one for each chart of a page
        "Cost of a month",                  # its title, written above it
        "Each line is one model ...",       # what it shows, in a sentence for those who do not see it
        lines=[charts.Line("Model A", ((0, Decimal(0)), (5000, Decimal("23.5"))), url="/models/a/")],
        x=charts.linear(0, 5000, write=lambda value: f"{value:,.0f}", spacing=70),
        y=charts.amounts([Decimal(0), Decimal("23.5")], write=display.money),
        x_title="Requests a month",
        y_title="USD a month",
        markers=[charts.Marker(2000, "break-even")],
        zones=[charts.Zone(0, 2000, "Model A is cheaper")],
    )

    {% include "costs/_chart.html" with chart=chart %}

* Scales: `linear(low, high)`, `logarithmic(low, high)`, `dates(low, high)`; `amounts(values)` chooses between the first
  two, `from_zero(values)` is always linear. `write` turns a tick's exact value into its words, `spacing` is the pixels
  that a label needs along the axis. `.at(value)` is a pixel, `.ticks()` are pixels with labels, `.over(start, end)` is
  the same scale elsewhere.
* Marks: `Line` (a step or straight, with holes), `Point` (leads to a page), `Marker` (a vertical line with a word),
  `Zone` (a stretch with a word).
* `line_chart` draws up to six lines with their names at their ends, `scatter_chart` points with a legend.

Every chart is drawn for a wide screen and, in `Chart.narrow`, again for a phone, with the same size of text. Labels
never depend on anything but the data. The page puts the same figures into a table right under the chart.
"""

from catalog.charts.days import Days, dates
from catalog.charts.drawing import MOST_LINES, line_chart, scatter_chart
from catalog.charts.geometry import Chart
from catalog.charts.marks import Line, Marker, Point, Zone
from catalog.charts.scales import Linear, Logarithmic, Scale, Tick, amounts, from_zero, linear, logarithmic

__all__ = [
    "MOST_LINES",
    "Chart",
    "Days",
    "Line",
    "Linear",
    "Logarithmic",
    "Marker",
    "Point",
    "Scale",
    "Tick",
    "Zone",
    "amounts",
    "dates",
    "from_zero",
    "line_chart",
    "linear",
    "logarithmic",
    "scatter_chart",
]
