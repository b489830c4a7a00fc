"""The report of the comparisons as lines of text with aligned columns. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from textwrap import wrap

from bench.comparing import NEVER_PRICED, Tally
from bench.price_tables import Fact
from catalog.exact import per_million, plain
from catalog.pricing import EACH, LABELS

WIDTH = 120
FACTS_SHOWN = 3
NAMES_SHOWN = 5
EXAMPLES_SHOWN = 5


def lines(prices: Sequence[Tally], tables: Sequence[Tally], verbose: bool) -> Iterator[str]:
    yield from _price_lines(prices, verbose)
    yield ""
    yield from _table_lines(tables, verbose)
    yield ""
    for tally in (*prices, *tables):
        for sentence in tally.unexplained if verbose else tally.unexplained[:EXAMPLES_SHOWN]:
            yield from wrap(f"UNEXPLAINED: {sentence}", WIDTH, subsequent_indent="  ")
    yield f"{_summary(prices)}. Of their own tables, {_summary(tables)}."


def _summary(tallies: Sequence[Tally]) -> str:
    compared, equal, explained = (sum(getattr(t, of) for t in tallies) for of in ("compared", "equal", "explained"))
    unexplained = sum(len(tally.unexplained) for tally in tallies)
    return f"{compared:,} comparisons: {equal:,} equal, {explained:,} explained, {unexplained:,} unexplained"


def _price_lines(tallies: Sequence[Tally], verbose: bool) -> Iterator[str]:
    yield "1. The catalog's prices, random usages. A price of ours by day, theirs by day where they keep dates, else today's."
    yield ""
    yield f"{'':<14}{'names':>8}{'compared':>12}{'equal':>10}{'explained':>12}{'unexplained':>13}   the same amount is"
    for tally in tallies:
        yield f"{tally.opinion.name:<14}{len(tally.known):>8}{_counts(tally)}   {tally.opinion.agreement}"
    for tally in tallies:
        for answer, names in tally.unknown.items():
            what = answer if answer == NEVER_PRICED else f"not known, they answer {answer}"
            yield from _listed(f"{tally.opinion.name}, {what}", names, NAMES_SHOWN if not verbose else len(names))
        if tally.drawn_again:
            yield from _listed(
                f"{tally.opinion.name}, drawn again as there was no price of ours", _each(tally.drawn_again)
            )
        if verbose:
            entries = [f"{name} as {entry}" for name, entry in tally.known.items()]
            yield from _listed(f"{tally.opinion.name}, known", entries)
    yield ""
    yield from _fact_lines(tallies, verbose)


def _counts(tally: Tally) -> str:
    return f"{tally.compared:>12,}{tally.equal:>10,}{tally.explained:>12,}{len(tally.unexplained):>13,}"


def _fact_lines(tallies: Sequence[Tally], verbose: bool) -> Iterator[str]:
    """One line for each price that differs, under the opinion and the reason, most frequent first."""
    yield "Why they differ: each price that does, in USD per million tokens. One usage may count in several lines."
    yield f"{'usages':>8}  {'name':<30}{'price':<14}{'ours':>8}{'theirs':>8}  days (and our source)"
    letters: dict[str, str] = {}
    for tally in tallies:
        groups: dict[str, Counter[tuple[str, Fact]]] = defaultdict(Counter)
        for (name, fact), count in tally.facts.items():
            groups[fact.heading][name, fact] = count
        for heading, facts in sorted(groups.items(), key=lambda group: -group[1].total()):
            shown = facts.most_common(None if verbose else FACTS_SHOWN)
            more = f", {len(facts) - len(shown)} more" if len(facts) > len(shown) else ""
            yield f"{tally.opinion.name}, {heading}{more}"
            for (name, fact), count in shown:
                letter = letters.setdefault(fact.source, chr(ord("a") + len(letters)))
                prices = f"{_price(fact, fact.ours):>8}{_price(fact, fact.theirs):>8}"
                yield f"{count:>8,}  {name:<30}{LABELS[fact.component]:<14}{prices}  {fact.days} ({letter})"
    yield from _listed("Our sources", [f"({letter})={source}" for source, letter in letters.items()])


def _price(fact: Fact, amount: Decimal | None) -> str:
    if amount is None:
        return "none"
    return plain(amount if fact.component in EACH else per_million(amount))


def _table_lines(tallies: Sequence[Tally], verbose: bool) -> Iterator[str]:
    yield "2. The engine alone: their own data as our rates, random usages on and beside each edge of a price."
    yield ""
    kinds = ("models", "dates", "tiers", "hours", "batch")
    header = "".join(f"{kind:>8}" for kind in kinds)
    yield f"{'':<14}{header}{'compared':>12}{'equal':>10}{'explained':>12}{'unexplained':>13}"
    for tally in tallies:
        yield f"{tally.opinion.name:<14}{''.join(f'{tally.kinds[kind]:>8,}' for kind in kinds)}{_counts(tally)}"
    for tally in tallies:
        name, left_out = tally.opinion.name, tally.left_out
        yield from _listed(f"{name}, models left out", _each(left_out.models))
        if left_out.parts:
            most = len(left_out.parts) if verbose else NAMES_SHOWN
            yield from _listed(
                f"{name}, prices that no component of ours holds, not asked for", _each(left_out.parts), most
            )
        if left_out.variants:
            yield from _listed(f"{name}, prices under other conditions, not asked for", _each(left_out.variants))
        for rule, count in tally.rules.most_common():
            yield f"{count:>8,}  {name}, {rule}"


def _each(counts: Counter[str]) -> list[str]:
    return [f"{count:,} {what}" for what, count in counts.most_common()]


def _listed(what: str, things: Sequence[str], most: int | None = None) -> list[str]:
    """A sentence that lists things, wrapped; beyond `most` it says how many more there are."""
    shown = list(things if most is None else things[:most])
    if len(shown) < len(things):
        shown.append(f"and {len(things) - len(shown)} more (ARGS=--verbose)")
    return wrap(f"{what}: {', '.join(shown)}.", WIDTH, subsequent_indent="  ", break_on_hyphens=False)
