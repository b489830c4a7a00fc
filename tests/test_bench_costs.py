"""The second opinions' report without the opinions: what counts as explained, and what the report says."""

from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from types import SimpleNamespace as Row

import pytest

from bench import cost_report, price_tables
from bench.catalog_prices import Name, names
from bench.comparing import compare_prices, compare_tables
from bench.opinion import TableToCheck, Unknown
from bench.price_tables import UNNAMED, Period, Request, Table, explain
from catalog.pricing import Component, Condition, Rate, Usage, bill
from tests.factories import make_alias, make_listing, make_market, make_model, make_period

D = Decimal
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
USAGE = Usage(prompt_tokens=10_000, cached_tokens=4_000, completion_tokens=1_000)


def rates(input: str, output: str, cached: str | None = None) -> tuple[Rate, ...]:
    """Plain rates from dollars per million tokens."""
    prices = {Component.INPUT: input, Component.OUTPUT: output, Component.CACHE_READ: cached}
    return tuple(Rate(part, D(price).scaleb(-6)) for part, price in prices.items() if price is not None)


def undated(entry: str, *prices: str) -> Table:
    return Table(entry, (Period(rates(*prices)),))


def headings(ours: Table, theirs: Table, own: Table | None = None, usage: Usage = USAGE) -> dict[str, str]:
    facts = explain(ours, theirs, Request(usage, NOON), ("an opinion", "a-name"), own)
    return {fact.component.value: fact.heading for fact in facts}


MARCH, JULY = date(2026, 3, 1), date(2026, 7, 1)
OURS = Table(
    "ours",
    (
        Period(rates("0.5", "1.5"), date(2025, 12, 1), MARCH, "a list"),
        Period(rates("0.4", "1.5", "0.04"), MARCH, JULY, "a list"),
        Period(rates("0.3", "1.5", "0.03"), JULY, None, "a list"),
    ),
)


@pytest.mark.parametrize(
    ("theirs", "component", "heading"),
    [
        (undated("x", "0.4", "1.5"), "cache_read", "no cached input price there: charged as plain input"),
        (undated("x", "0.3", "1.5", "0.04"), "input", "undated there: the price of later days, for every day"),
        (undated("x", "0.5", "1.5", "0.04"), "input", "stale: a price that ended"),
        (undated("x", "0.7", "1.5", "0.04"), "input", UNNAMED),
        (
            Table("x", (Period(rates("0.4", "9", "0.04"), None, JULY), Period(rates("0.4", "1.5", "0.04"), JULY))),
            "output",
            "since when it holds: they start after we do",
        ),
        (
            Table("x", (Period(rates("9", "9"), None, MARCH), Period(rates("0.3", "1.5", "0.04"), MARCH))),
            "input",
            "since when it holds: they start before we do",
        ),
    ],
)
def test_a_price_that_differs_is_named_by_what_the_tables_show(theirs, component, heading):
    assert headings(OURS, theirs) == {component: heading}


def test_the_days_of_a_fact_are_those_on_which_the_amount_began():
    [fact] = explain(OURS, undated("x", "0.4", "1.6", "0.04"), Request(USAGE, NOON), ("an opinion", "a-name"))
    assert fact.component is Component.OUTPUT
    assert (fact.ours, fact.theirs) == (D("0.0000015"), D("0.0000016"))
    assert fact.days == "here from 2025-12-01, there undated"
    assert fact.source == "a list"


def test_a_source_of_ours_without_a_cached_price_is_named():
    ours = Table("ours", (Period(rates("0.5", "1.5"), MARCH),))
    assert headings(ours, undated("x", "0.5", "1.5", "0.05")) == {
        "cache_read": "no cached input price in our source: charged as plain input"
    }


def test_where_neither_side_has_a_cached_price_the_input_price_differs():
    ours = Table("ours", (Period(rates("0.5", "1.5"), MARCH),))
    all_cached = Usage(prompt_tokens=1_000, cached_tokens=1_000)
    assert headings(ours, undated("x", "0.6", "1.5"), usage=all_cached) == {"input": UNNAMED}


def test_an_alias_is_stale_only_while_their_own_entry_agrees_with_us():
    theirs = undated("large-2", "2", "6", "0.04")
    stale = "stale: for this alias they still answer with large-2"
    assert headings(OURS, theirs, undated("large-3", "0.4", "1.5", "0.04")) == {"input": stale, "output": stale}
    assert headings(OURS, theirs, undated("large-3", "0.6", "1.5", "0.04")) == {"input": UNNAMED, "output": stale}
    assert headings(OURS, theirs, theirs) == {"input": UNNAMED, "output": UNNAMED}


def test_a_tier_is_to_blame_when_the_plain_prices_are_the_same():
    tier = Rate(Component.INPUT, D("0.0000009"), Condition(over_prompt_tokens=5_000))
    theirs = Table("x", (Period((*rates("0.4", "1.5", "0.04"), tier)),))
    assert headings(OURS, theirs) == {"input": "their tier differs: the plain price is the same"}
    assert headings(OURS, theirs, usage=Usage(prompt_tokens=5_000, completion_tokens=10)) == {}


def test_a_reason_found_by_hand_names_what_the_tables_do_not_show(monkeypatch):
    sentence = "their page was read in euros"
    monkeypatch.setitem(price_tables.KNOWN, ("an opinion", "a-name", Component.INPUT), sentence)
    assert headings(OURS, undated("x", "0.7", "1.5", "0.04")) == {"input": sentence}


class Opinion:
    """An opinion made by hand: one table for a-name, and a way to price that may differ from it."""

    name = "an opinion"
    version = "1"
    has_dates = True
    agreement = "equal"
    asked = frozenset({Component.INPUT, Component.CACHE_READ, Component.OUTPUT})

    def __init__(self, table: Table, priced_with: Table, rule: tuple[Table, str] | None = None) -> None:
        self._table, self._priced_with, self._rule = table, priced_with, rule

    def table(self, market: str, id: str) -> Table:
        if id != "a-name":
            raise Unknown("KeyError")
        return self._table

    def cost(self, market: str, id: str, request: Request) -> Decimal:
        return self._price(request)

    def _price(self, request: Request) -> Decimal:
        total = bill(self._priced_with.on(request.day).rates, request.usage, request.at).total
        assert total is not None
        return total

    def agrees(self, ours: Decimal, theirs: Decimal) -> bool:
        return ours == theirs

    def own_tables(self, left_out):
        left_out.models["no price"] += 1
        yield TableToCheck("a-model", self._table, self._price, self._rule)


class Listing:
    """A listing of the catalog, with the only thing that is asked of it."""

    def period_on(self, day: date):
        period = OURS.on(day)
        return None if period is None else Row(pricing_rates=lambda: list(period.rates))


OUR_NAMES = [Name("market", id, "a-name", Listing(), OURS) for id in ("a-name", "another-name")]
STALE = undated("x", "0.5", "1.5", "0.05")


def compared(opinion: Opinion):
    return compare_prices(opinion, Random(7), 300, date(2026, 6, 30), OUR_NAMES)


def test_the_same_prices_give_the_same_bills():
    tally = compared(Opinion(OURS, OURS))
    assert (tally.compared, tally.equal, tally.explained, tally.unexplained) == (300, 300, 0, [])
    assert tally.unknown == {"KeyError": ["another-name of a-name"]}
    assert tally.drawn_again.keys() == {"before our first price"}


def test_named_differences_are_explained_and_a_price_without_a_name_is_not():
    tally = compared(Opinion(undated("x", "0.5", "1.5"), undated("x", "0.5", "1.5")))
    assert tally.unexplained == []
    assert 0 < tally.explained < 300
    assert tally.equal + tally.explained == tally.compared == 300

    tally = compared(Opinion(undated("x", "0.7", "1.5"), undated("x", "0.7", "1.5")))
    assert len(tally.unexplained) + tally.equal + tally.explained == 300
    assert len(tally.unexplained) > 100


def test_an_amount_that_their_own_table_does_not_give_is_never_explained():
    tally = compared(Opinion(STALE, undated("x", "0.6", "1.6", "0.06")))
    assert tally.explained == 0
    assert len(tally.unexplained) == 300 - tally.equal > 100


def test_a_table_of_theirs_is_equal_explained_by_a_rule_or_unexplained():
    table, other = undated("x", "0.5", "1.5", "0.05"), undated("x", "0.5", "1.5", "0.25")
    until = date(2026, 6, 30)
    same = compare_tables(Opinion(table, table), Random(7), 50, until)
    assert (same.compared, same.equal, same.unexplained) == (50, 50, [])
    assert same.left_out.models == {"no price": 1}
    ruled = compare_tables(Opinion(table, other, (other, "half price for the cache")), Random(7), 50, until)
    assert ruled.unexplained == []
    assert ruled.rules == {"half price for the cache": ruled.explained}
    assert ruled.explained > 10
    broken = compare_tables(Opinion(table, other, (table, "no rule at all")), Random(7), 50, until)
    assert broken.explained == 0
    assert len(broken.unexplained) == ruled.explained


def test_the_report_ends_with_the_sums_and_shows_what_is_unexplained():
    good = compared(Opinion(OURS, OURS))
    bad = compared(Opinion(STALE, undated("x", "0.6", "1.6", "0.06")))
    report = list(cost_report.lines([good, bad], [compare_tables(Opinion(STALE, STALE), Random(7), 20, JULY)], False))
    assert report[-1] == (
        f"600 comparisons: {300 + bad.equal} equal, 0 explained, {len(bad.unexplained)} unexplained. "
        "Of their own tables, 20 comparisons: 20 equal, 0 explained, 0 unexplained."
    )
    assert sum(line.startswith("UNEXPLAINED: a-name, 202") for line in report) == 5
    assert "an opinion, not known, they answer KeyError: another-name of a-name." in report


@pytest.mark.django_db
def test_the_names_of_the_catalog_are_listings_and_the_aliases_of_the_vendors_own_api():
    model = make_model("mistral-large-2512")
    sold = make_listing(model)
    own = make_listing(model, market=make_market("mistral", "Mistral"), upstream_id="mistral-large-2512", is_main=False)
    make_period(sold, "0.5", "1.5", "0.05", starts_on=MARCH)
    make_period(own, "0.5", "1.5", starts_on=MARCH)
    make_period(own, "0.44", "1.3", starts_on=MARCH, currency="EUR")
    make_alias(model, "mistral-large-latest", from_day=JULY)
    make_alias(model, "Mistral Large 3")

    found = {str(name): name for name in names()}
    assert list(found) == [
        "mistral-large-2512",
        "mistral-large-latest of mistral-large-2512",
        "mistralai/mistral-large-2512",
    ]
    alias = found["mistral-large-latest of mistral-large-2512"]
    assert alias.rates_on(date(2026, 6, 30)) is None
    assert alias.begins_after(date(2026, 6, 30))
    assert alias.rates_on(JULY) == [Rate(Component.INPUT, D("0.0000005")), Rate(Component.OUTPUT, D("0.0000015"))]
    assert found["mistral-large-2512"].rates_on(MARCH) == alias.rates_on(JULY)
    assert found["mistralai/mistral-large-2512"].begins_after(date(2026, 2, 28))
    assert not found["mistralai/mistral-large-2512"].begins_after(MARCH)
