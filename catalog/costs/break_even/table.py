"""A break-even as a table: every place where the cheaper one changes, and the prices that were used; on the page and as a
file with the same rows."""

from collections.abc import Iterable
from dataclasses import dataclass

from catalog import exact, figures
from catalog.costs.break_even.course import Cheaper, Course, Crossing, KnownCost
from catalog.costs.break_even.pair import Pair
from catalog.costs.break_even.proportions import Axis, Proportions, cost_of
from catalog.costs.break_even.words import decimal_of, number, share
from catalog.exports import Sheet, Value
from catalog.figures import Display

LABELS = {
    Axis.RATIO: "Output, as a share of input",
    Axis.CACHED: "Cached share of the prompt",
    Axis.PROMPT: "Prompt tokens of a request",
}


@dataclass(frozen=True)
class Figure:
    """A figure as the page writes it, and as a file holds it."""

    text: str = ""
    value: Value = None


@dataclass(frozen=True)
class Row:
    """One line: what it is about, where that holds, a figure for each of the two models, and which is cheaper around it."""

    what: str
    where: str
    figures: tuple[Figure, Figure] = (Figure(), Figure())
    unit: str = ""
    below: str = ""
    above: str = ""


@dataclass(frozen=True)
class Group:
    title: str
    rows: list[Row]


def crossing_rows(axis: Axis, course: Course, request: Proportions, pair: Pair, display: Display) -> list[Row]:
    """A row for each crossing along an axis, with what 1,000 requests cost there; where there is none, a row says so."""
    rows = []
    for crossing in course.crossings():
        moved = request.moved(axis, crossing.at)
        first, second = (_cost(cost_of(cost.priced.rates, moved), display) for cost in pair.costs)
        around = (_answer(crossing.before, pair.names), _answer(crossing.after, pair.names))
        rows.append(
            Row(LABELS[axis], _place(axis, crossing), (first, second), f"{display.code} for 1,000 requests", *around)
        )
    return rows or [nowhere(LABELS[axis], course.pieces[0].cheaper, pair)]


def nowhere(what: str, cheaper: Cheaper, pair: Pair) -> Row:
    """That nothing of this changes which one is cheaper."""
    only = _answer(cheaper, pair.names)
    return Row(what, "nowhere", below=only, above=only)


def break_even_sheet(groups: Iterable[Group], pair: Pair | None) -> Sheet:
    """The table's rows; none without two models. Amounts are exact, or have twenty digits where they never end."""
    ids = [cost.priced.public_id for cost in pair.costs] if pair else []
    columns = ["Group", "What", "Where", *ids, "Unit", "Cheaper below", "Cheaper above"]
    rows: list[list[Value]] = [
        [group.title, row.what, row.where, *(figure.value for figure in row.figures), row.unit, row.below, row.above]
        for group in groups
        for row in group.rows
    ]
    return Sheet("break-even", columns, rows)


def _place(axis: Axis, crossing: Crossing) -> str:
    """Where a crossing is, as short as it can be said: 12.8%, 2.5 times, from 200,001."""
    if axis is Axis.PROMPT:
        return f"{'from' if crossing.on is crossing.after else 'at'} {int(crossing.at):,}"
    return f"{number(crossing.at)} times" if axis is Axis.RATIO and crossing.at > 2 else share(crossing.at)


def _answer(cheaper: Cheaper | None, names: tuple[str, str]) -> str:
    words = {
        Cheaper.FIRST: names[0],
        Cheaper.SECOND: names[1],
        Cheaper.NEITHER: "the same",
        Cheaper.UNKNOWN: "not known",
    }
    return words[cheaper] if cheaper else ""


def _cost(cost: KnownCost, display: Display) -> Figure:
    """What 1,000 requests cost."""
    amount = display.convert(decimal_of(1000 * cost.amount)) or decimal_of(cost.amount)
    text = figures.money(amount, "")
    return Figure(f"at least {text}", f"at least {exact.plain(amount)}") if cost.missing else Figure(text, amount)
