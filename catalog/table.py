"""The table of models: which rows a query finds, in which order, and the figures of each row, computed once."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse

from catalog import figures
from catalog.facts import day_text
from catalog.figures import DOLLARS, Display
from catalog.forms import TableForm
from catalog.models import LanguageModel
from catalog.models.lifecycle import Status
from catalog.pricelist import annotated

PAGE_ROWS = 50
NEWEST_FIRST = "-released"
ORDERS = {
    "name": "name",
    "context": "context_length",
    "input": "input_sort",
    "output": "output_sort",
    "cached": "cache_sort",
    "released": "released_on",
    "listed": "listed_on",
}


NARROWING = ("q", "modality", "family", "parameter", "status", "context", "price")
SELECTS = (
    ("modality", "Reads", "Anything"),
    ("family", "Family", "All families"),
    ("parameter", "Parameter", "Any"),
    ("status", "Status", "Any"),
)


@dataclass(frozen=True)
class Column:
    """One head of the table; a first click sorts it `first`, the next click the other way round."""

    key: str
    label: str
    first: str
    is_number: bool = False


COLUMNS = (
    Column("name", "Model", "name"),
    Column("context", "Context", "-context", True),
    Column("input", "Input $/M", "input", True),
    Column("output", "Output $/M", "output", True),
    Column("cached", "Cached $/M", "cached", True),
    Column("released", "Released", "-released"),
    Column("listed", "Listed", "-listed"),
)


@dataclass(frozen=True)
class Head:
    column: Column
    next_sort: str
    aria_sort: str
    label: str


@dataclass(frozen=True, slots=True)
class Price:
    """One price cell: the figure per million, how many times the cheapest shown, its share of the dearest shown."""

    text: str
    times: str
    share: int
    css: str


@dataclass(frozen=True, slots=True)
class Row:
    url: str
    id: str
    vendor: str
    slug: str
    name: str
    context: str
    tokens: str
    input: Price
    output: Price
    cached: str
    released: str
    listed: str
    modalities: str
    status: str
    status_word: str


def heads(sort: str, display: Display = DOLLARS) -> list[Head]:
    """The column heads, each with the order that a click on it asks for."""
    found = []
    for column in COLUMNS:
        aria, following = "", column.first
        if sort.lstrip("-") == column.key:
            aria = "descending" if sort.startswith("-") else "ascending"
            following = column.key if sort.startswith("-") else f"-{column.key}"
        found.append(Head(column, following, aria, column.label.replace("$", display.symbol.strip())))
    return found


def found_by(form: TableForm) -> QuerySet[LanguageModel]:
    """The models that a query finds, in its order; what is unknown comes last in either direction."""
    day = form.day()
    models = LanguageModel.objects.for_table(day).matching(form.value("q", []))
    if form.is_past():
        models = models.known_by(day)
    if modality := form.value("modality"):
        models = models.reading(modality)
    if family := form.value("family"):
        models = models.filter(family=family)
    if parameter := form.value("parameter"):
        models = models.supporting(parameter)
    if status := form.value("status"):
        models = models.filter(status=status)
    if context := form.value("context"):
        models = models.filter(context_length__gte=context)
    if (price := form.value("price")) is not None:
        models = models.filter(input_sort__lte=price.scaleb(-6))
    sort = form.value("sort", NEWEST_FIRST)
    column = F(ORDERS[sort.lstrip("-")])
    order = column.desc(nulls_last=True) if sort.startswith("-") else column.asc(nulls_last=True)
    return models.order_by(order, "name", "pk")


def rows(models: Iterable[Any], display: Display = DOLLARS) -> list[Row]:
    """The rows for models annotated by `for_table`; makes no query of its own."""
    shown = list(models)
    inputs = prices([annotated(model, "input") for model in shown], display)
    outputs = prices([annotated(model, "output") for model in shown], display)
    return [
        Row(
            url=reverse("catalog:model", args=[model.vendor.slug, model.slug]),
            id=model.public_id,
            vendor=model.vendor.slug,
            slug=model.slug,
            name=model.name,
            context=figures.short(model.context_length),
            tokens=figures.tokens(model.context_length),
            input=inputs[index],
            output=outputs[index],
            cached=display.per_million(annotated(model, "cache")),
            released=day_text(model.released_on),
            listed=day_text(model.listed_on),
            modalities=", ".join(modality.name.lower() for modality in model.input_modalities.all()),
            status=model.status,
            status_word=Status(model.status).label,
        )
        for index, model in enumerate(shown)
    ]


def prices(amounts: list[Decimal | None], display: Display = DOLLARS) -> list[Price]:
    """Price cells that stand beside one another. Free ones are cheapest; the multiplier counts from the cheapest paid."""
    known = [amount for amount in amounts if amount is not None]
    dearest, cheapest = max(known, default=Decimal(0)), min(known, default=None)
    paid = min((amount for amount in known if amount), default=None)
    cells = []
    for amount in amounts:
        if amount is None:
            cells.append(Price(figures.UNKNOWN, "", 0, "num price"))
            continue
        is_cheapest = amount == cheapest and dearest != cheapest
        times = "free" if not amount else figures.multiple(amount / paid) if paid and len(known) > 1 else ""
        share = round(100 * amount / dearest) if dearest else 0
        css = "num price cheapest" if is_cheapest else "num price"
        cells.append(Price(display.per_million(amount), times, share, css))
    return cells
