"""The rows of the table as HTML: every cell is written here in one pass, since a template with a node for each part of each
cell costs more than all the rest of the page. All that comes from the catalog is escaped.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from html import escape
from typing import Any
from urllib.parse import quote

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from catalog import figures
from catalog.figures import DOLLARS, Display
from catalog.models.lifecycle import Status, days_left, words
from catalog.pricing import Bill, Component
from catalog.table.amounts import AMOUNTS, Price, amounts_of, prices
from catalog.table.columns import Column
from catalog.table.units import UNITS, Unit


@dataclass(slots=True)
class Row:
    """One model of the page. `html` is its whole line of the table."""

    values: dict[str, Any] = field(repr=False)
    url: str
    prices: dict[str, Price]
    html: SafeString = field(default_factory=SafeString)

    @property
    def id(self) -> str:
        return str(self.values["public_id"])

    @property
    def vendor(self) -> str:
        return str(self.values["vendor"])

    @property
    def slug(self) -> str:
        return self.id.partition("/")[2]

    @property
    def name(self) -> str:
        return str(self.values["name"])


def rows(
    found: Iterable[dict[str, Any]],
    columns: list[Column],
    day: date,
    bills: dict[int, Bill] | None = None,
    unit: Unit = UNITS["million"],
    display: Display = DOLLARS,
    cached_tokens: int = 0,
    by_unit: dict[int, dict[Component, Decimal]] | None = None,
) -> list[Row]:
    """The rows for what `Question.rows` found; makes no query of its own."""
    shown, bills, by_unit = list(found), bills or {}, by_unit or {}
    amounts = [
        amounts_of(values, bills.get(key := values["model_id"]), unit, cached_tokens, by_unit.get(key), display)
        for values in shown
    ]
    writers = {key: unit.writer(display) for key in AMOUNTS} | {"cost": UNITS["request"].writer(display)}
    money = {
        column.key: prices([each[column.key] for each in amounts], writers[column.key])
        for column in columns
        if column.is_amount
    }
    models = reverse("catalog:model", args=["vendor", "slug"]).removesuffix("/vendor/slug/")
    made = []
    for index, values in enumerate(shown):
        row = Row(
            values,
            f"{models}/{quote(values['public_id'], safe='/:@+')}/",
            {key: cells[index] for key, cells in money.items()},
        )
        row.html = _line(row, columns, day)
        made.append(row)
    return made


def _line(row: Row, columns: list[Column], day: date) -> SafeString:
    cells = "".join(
        _price(row.prices[column.key]) if column.is_amount else CELLS[column.key](row.values, day)
        for column in columns[1:]
    )
    return mark_safe(f"<tr>{_head(row)}{cells}</tr>")  # noqa: S308 - made of escaped parts


def _head(row: Row) -> str:
    model_id, name = escape(row.id), escape(row.name)
    return (
        f'<th scope="row"><div class="model"><label><input type="checkbox" name="model" value="{model_id}">'
        f'<span class="hidden-text">Compare {name}</span></label><span><a href="{escape(row.url)}">{name}</a> '
        f'<span class="id"><span class="vendor">{escape(row.vendor)}/</span>{escape(row.slug)}</span></span></div></th>'
    )


def _price(price: Price) -> str:
    why = f' title="{escape(price.why)}"' if price.why else ""
    bar = (
        f'<svg class="bar" viewBox="0 0 100 2" preserveAspectRatio="none" aria-hidden="true"><path d="M0 1h{price.share}"/></svg>'
        if price.share
        else ""
    )
    text = escape(price.text)
    if price.times:
        text = f"<div><small>{escape(price.times)}</small> {text}</div>"
    return f'<td class="{price.css}"{why}>{text}{bar}</td>'


def _tokens(name: str) -> Callable[[dict[str, Any], date], str]:
    def cell(values: dict[str, Any], day: date) -> str:
        count = values[name]
        if count is None:
            return f'<td class="num">{figures.UNKNOWN}</td>'
        return f'<td class="num" title="{figures.tokens(count)} tokens">{figures.short(count)}</td>'

    return cell


def _day(name: str) -> Callable[[dict[str, Any], date], str]:
    def cell(values: dict[str, Any], day: date) -> str:
        given = values[name]
        return f"<td>{figures.UNKNOWN if given is None else f'{given:%b} {given.day}, {given.year}'}</td>"

    return cell


def _text(name: str) -> Callable[[dict[str, Any], date], str]:
    return lambda values, day: f'<td class="quiet">{escape(values[name] or figures.UNKNOWN)}</td>'


def _words(name: str) -> Callable[[dict[str, Any], date], str]:
    return lambda values, day: f'<td class="quiet">{escape(word_list(values[name]) or figures.UNKNOWN)}</td>'


def word_list(sorted_words: str) -> str:
    """A set of modalities for people: text first, then the others by name."""
    return ", ".join(sorted(sorted_words.split(), key=lambda word: (word != "text", word)))


def status_text(values: dict[str, Any], day: date) -> str:
    """Active, or Retires in 12 days. Before its vendor spoke of a model nobody can say that it was announced."""
    status, announced_on = Status(values["status"]), values["announced_on"]
    if status is Status.ANNOUNCED and not (announced_on and announced_on <= day):
        return "Not released yet"
    return words(status, days_left(values["retires_on"], day), values["retires_on"] is not None)


def parameter_count(values: dict[str, Any]) -> int | None:
    """How many request parameters are known; None where none is."""
    return len(values["parameters__words"].split()) or None


def _status(values: dict[str, Any], day: date) -> str:
    last = "" if values["is_sold"] or values["status"] != Status.RETIRED else " <small>last price</small>"
    return f'<td><span class="status {values["status"]}">{escape(status_text(values, day))}</span>{last}</td>'


def _parameters(values: dict[str, Any], day: date) -> str:
    names = escape(", ".join(values["parameters__words"].split()))
    title = f' title="{names}"' if names else ""
    return f'<td class="num"{title}>{parameter_count(values) or figures.UNKNOWN}</td>'


def _size(values: dict[str, Any], day: date) -> str:
    return f'<td class="num">{figures.short(values["parameters_total"])}</td>'


CELLS: dict[str, Callable[[dict[str, Any], date], str]] = {
    "context": _tokens("context_length"),
    "max_output": _tokens("max_completion_tokens"),
    "released": _day("released_on"),
    "listed": _day("listed_on"),
    "announced": _day("announced_on"),
    "status": _status,
    "reads": _words("reads__words"),
    "writes": _words("writes__words"),
    "parameters": _parameters,
    "family": _text("family"),
    "vendor": _text("vendor_name"),
    "licence": _text("licence"),
    "size": _size,
}
