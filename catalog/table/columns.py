"""The columns of the table: what each is called, how it sorts, and what its filter may say.

A column's key is its name everywhere: in `columns=` and `sort=`, and, where it has a filter, as a parameter of its own.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, IntegerField, Value, When
from django.db.models.functions import Coalesce, Length, NullIf, Replace

from catalog.models.lifecycle import Status
from catalog.table.conditions import Target
from catalog.table.operands import Kind

NEWEST_FIRST = "-released"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: a first click on its head sorts it `first`, the next the other way round. `order` is what it sorts by; the
    cost of a request has none here, as it depends on the request."""

    key: str
    label: str
    first: str
    order: Any = None
    is_number: bool = False
    is_amount: bool = False
    width: float = 6.5  # rem that it takes, about


def _known_text(field: str) -> NullIf:
    """A text to sort by, blank ones among the unknown, which come last."""
    return NullIf(F(field), Value(""))


def _word_count(field: str) -> Any:
    """How many words a set has; one without any counts as unknown."""
    return NullIf(Length(field), Value(0)) - Length(Replace(F(field), Value(" "), Value(""))) + 1


STANDING = Case(
    *(
        When(status=status, then=Value(place))
        for place, status in enumerate(
            (Status.ANNOUNCED, Status.ACTIVE, Status.DEPRECATED, Status.RETIRING, Status.RETIRED, Status.DELISTED)
        )
    ),
    output_field=IntegerField(),
)

# A release that no source tells is ordered by the day on which a market listed the model, else by its announcement, so that
# the newest model of all does not stand behind every old one. Each is in the index of spans.
SINCE = Coalesce(F("released_on"), F("listed_on"), F("announced_on"))

COLUMNS = (
    Column("name", "Model", "name", F("name"), width=21),
    Column("context", "Context", "-context", F("context_length"), is_number=True, width=4.5),
    Column("max_output", "Max. output", "-max_output", F("max_completion_tokens"), is_number=True, width=5.5),
    Column("input", "Input", "input", F("input_sort"), is_number=True, is_amount=True, width=5.75),
    Column("output", "Output", "output", F("output_sort"), is_number=True, is_amount=True, width=5.75),
    Column("cached", "Cached", "cached", F("cache_sort"), is_number=True, is_amount=True, width=5.75),
    Column("cost", "Cost of one request", "cost", is_number=True, is_amount=True, width=7.75),
    Column("released", "Released", "-released", SINCE, width=6.5),
    Column("listed", "Listed", "-listed", F("listed_on"), width=6.5),
    Column("announced", "Announced", "-announced", F("announced_on"), width=6.5),
    Column("status", "Status", "status", STANDING, width=8),
    Column("reads", "Reads", "reads", _known_text("reads__words"), width=7.5),
    Column("writes", "Writes", "writes", _known_text("writes__words"), width=5),
    Column("parameters", "Parameters", "-parameters", _word_count("parameters__words"), is_number=True, width=6),
    Column("family", "Family", "family", _known_text("family"), width=9),
    Column("vendor", "Vendor", "vendor", F("vendor_name"), width=7),
    Column("licence", "Licence", "licence", _known_text("licence"), width=11),
    Column("size", "Size", "-size", F("parameters_total"), is_number=True, width=4.5),
)
BY_KEY = {column.key: column for column in COLUMNS}
ALWAYS_SHOWN = "name"
OF_ONE_REQUEST = ("name", "context", "cost", "input", "cached", "output", "released", "status")
DEFAULT = ("name", "context", "input", "output", "cached", "released", "listed", "reads", "status")

# The filter of each column; the key is the parameter of the address.
TARGETS = {
    "name": Target(Kind.TEXT, ("name", "public_id")),
    "context": Target(Kind.TOKENS, ("context_length",)),
    "max_output": Target(Kind.TOKENS, ("max_completion_tokens",)),
    "price": Target(Kind.PRICE, ("input_sort",)),
    "input": Target(Kind.PRICE, ("input_sort",)),
    "output": Target(Kind.PRICE, ("output_sort",)),
    "cached": Target(Kind.PRICE, ("cache_sort",)),
    "released": Target(Kind.DAY, ("released_on",)),
    "listed": Target(Kind.DAY, ("listed_on",)),
    "announced": Target(Kind.DAY, ("announced_on",)),
    "size": Target(Kind.COUNT, ("parameters_total",)),
    "family": Target(Kind.TEXT, ("family",)),
    "vendor": Target(Kind.TEXT, ("vendor", "vendor_name")),
    "licence": Target(Kind.TEXT, ("licence",)),
}


def shown(keys: tuple[str, ...], is_per_request: bool) -> list[Column]:
    """The columns asked for, in that order and the model's name first; the usual ones when none is asked for."""
    usual = OF_ONE_REQUEST if is_per_request else DEFAULT
    return [BY_KEY[key] for key in dict.fromkeys((ALWAYS_SHOWN, *(keys or usual)))]


def width(columns: list[Column], is_per_request: bool) -> float:
    """How many rem they take together, about: enough to know whether the table needs a box to scroll in."""
    return sum(BY_KEY["cost"].width if is_per_request and column.is_amount else column.width for column in columns)
