"""The comparisons themselves: random requests, our bill, the opinion's amount, and what explains the difference. Pure."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from bench.catalog_prices import Name
from bench.opinion import Amount, LeftOut, Opinion, Unknown
from bench.price_tables import Fact, Period, Request, Table, explain
from bench.usages import draw_moment, draw_usage
from catalog.pricing import PART_OF, Bill, Component, Condition, Status, bill

ASKED = (Component.INPUT, Component.CACHE_READ, Component.OUTPUT)
DAYS = 730
NEVER_PRICED = "known there, not priced here on these days"


@dataclass
class Tally:
    """What came of the comparisons with one opinion."""

    opinion: Opinion
    compared: int = 0
    equal: int = 0
    explained: int = 0
    facts: Counter[tuple[str, Fact]] = field(default_factory=Counter)  # each with our name
    rules: Counter[str] = field(default_factory=Counter)
    drawn_again: Counter[str] = field(default_factory=Counter)
    known: dict[str, str] = field(default_factory=dict)  # our name to their entry
    unknown: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # their answer to our names
    kinds: Counter[str] = field(default_factory=Counter)
    left_out: LeftOut = field(default_factory=LeftOut)
    unexplained: list[str] = field(default_factory=list)  # in sentences that let a person repeat them


def compare_prices(opinion: Opinion, rng: Random, count: int, until: date, ours: Sequence[Name]) -> Tally:
    """`count` requests for names that both know and price. A draw on a day without a price of ours is counted, and drawn
    again. An opinion without dates is asked about `until`, the others about two years up to it."""
    tally = Tally(opinion)
    first = until - timedelta(days=DAYS - 1) if opinion.has_dates else until
    both = _known_to_both(tally, ours, [first + timedelta(days=n) for n in range((until - first).days + 1)])
    while both and tally.compared < count:
        name, theirs, own = rng.choice(both)
        request = Request(draw_usage(rng, ASKED), draw_moment(rng, first, until))
        rates = name.rates_on(request.day)
        if rates is None:
            tally.drawn_again[
                "before our first price" if name.begins_after(request.day) else "after our last price"
            ] += 1
            continue
        mine = bill(rates, request.usage, request.at)
        if mine.status is not Status.EXACT:
            tally.drawn_again["our price is not known in full"] += 1
            continue
        _compare(tally, name, theirs, own, request, mine)
    return tally


def _known_to_both(tally: Tally, ours: Sequence[Name], days: Sequence[date]) -> list[tuple[Name, Table, Table | None]]:
    """Each name with their table for it and, for an alias, their table for the model's own id."""
    both = []
    for name in ours:
        try:
            theirs = tally.opinion.table(name.market, name.id)
        except Unknown as answer:
            tally.unknown[str(answer)].append(str(name))
            continue
        if not any(name.rates_on(day) for day in days):
            tally.unknown[NEVER_PRICED].append(str(name))
            continue
        tally.known[name.id] = theirs.entry
        both.append((name, theirs, _own_table(tally.opinion, name)))
    return both


def _own_table(opinion: Opinion, name: Name) -> Table | None:
    try:
        return opinion.table(name.market, name.own_id) if name.is_alias else None
    except Unknown:
        return None


def _compare(tally: Tally, name: Name, theirs: Table, own: Table | None, request: Request, mine: Bill) -> None:
    tally.compared += 1
    amount = tally.opinion.cost(name.market, name.id, request)
    if _agrees(tally.opinion, mine, amount):
        tally.equal += 1
        return
    with_their_table = _bill(theirs, request)
    facts = explain(name.table, theirs, request, (tally.opinion.name, name.id), own)
    tally.facts.update((name.id, fact) for fact in facts)
    if facts and all(fact.is_named for fact in facts) and _agrees(tally.opinion, with_their_table, amount):
        tally.explained += 1
    else:
        sums = f"ours {mine.total}, {tally.opinion.name} {amount}, our engine with their table {with_their_table.total}"
        tally.unexplained.append(f"{name.id}, {in_words(request)}: {sums}")


def compare_tables(opinion: Opinion, rng: Random, each: int, until: date) -> Tally:
    """The opinion's own data as our rates: `each` requests a model, and ten times as many where a price has a condition or
    a date, drawn on and beside their edges."""
    tally = Tally(opinion)
    for theirs in opinion.own_tables(tally.left_out):
        kinds = _kinds(theirs.table)
        tally.kinds.update(["models", *kinds])
        for _ in range(each * 10 if kinds else each):
            request = _draw(theirs.table, opinion.asked, rng, until)
            amount = theirs.price(request)
            mine = _bill(theirs.table, request)
            tally.compared += 1
            if _agrees(opinion, mine, amount):
                tally.equal += 1
            elif theirs.rule is not None and _agrees(opinion, _bill(theirs.rule[0], request), amount):
                tally.explained += 1
                tally.rules[theirs.rule[1]] += 1
            else:
                sums = f"ours {mine.total} ({mine.status}), {opinion.name} {amount}"
                tally.unexplained.append(f"{theirs.name}, {in_words(request)}: {sums}")
    return tally


def _draw(table: Table, asked: frozenset[Component], rng: Random, until: date) -> Request:
    starts = [period.starts_on for period in table.periods if period.starts_on and period.starts_on <= until]
    conditions = [rate.condition for period in table.periods for rate in period.rates]
    hours = [hour for condition in conditions for hour in (condition.utc_start, condition.utc_end) if hour]
    first = min([until - timedelta(days=DAYS - 1), *(start - timedelta(days=30) for start in starts)])
    at = draw_moment(rng, first, until, starts, hours)
    edges = sorted({condition.over_prompt_tokens for condition in conditions if condition.over_prompt_tokens})
    in_batch = any(condition.batch for condition in conditions) and rng.random() < 0.5
    return Request(draw_usage(rng, _priced(table.on(at.date())) & asked, edges), at, in_batch)


def _priced(period: Period | None) -> frozenset[Component]:
    """What a usage may hold: the components with a plain price, and the parts that fall to one of those."""
    rates = period.rates if period else ()
    plain = {rate.component for rate in rates if rate.amount is not None and rate.condition == Condition()}
    return frozenset(plain | {part for part, general in PART_OF.items() if general in plain})


def _kinds(table: Table) -> list[str]:
    """What makes the prices of a table more than a plain list."""
    conditions = [rate.condition for period in table.periods for rate in period.rates]
    kinds = {
        "dates": len(table.periods) > 1,
        "tiers": any(condition.over_prompt_tokens is not None for condition in conditions),
        "hours": any(condition.utc_start is not None for condition in conditions),
        "batch": any(condition.batch for condition in conditions),
    }
    return [kind for kind, is_there in kinds.items() if is_there]


def _bill(table: Table, request: Request) -> Bill:
    period = table.on(request.day)
    return bill(period.rates if period else (), request.usage, request.at, batch=request.batch)


def _agrees(opinion: Opinion, mine: Bill, amount: Amount) -> bool:
    total: Decimal | None = mine.total
    return mine.status is Status.EXACT and total is not None and opinion.agrees(total, amount)


def in_words(request: Request) -> str:
    """Everything that is needed to ask again."""
    counts = ", ".join(
        f"{name} {count:,}" for name, count in vars(request.usage).items() if count and name != "requests"
    )
    return f"{request.at:%Y-%m-%d %H:%M:%S.%f}{' in a batch' if request.batch else ''}, {counts or 'no tokens'}"
