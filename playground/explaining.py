"""Why an upstream billed something else than the catalog's price and the usage come to. Pure; no Django.

An explanation is a sum that comes out to the last digit: another provider's own price, the price at another tier or hour,
without the cache, with a fee, of another day, or rounded. Where none does, facts that may have to do with it are named as
such, and otherwise it is said that the difference is not explained. Nothing is guessed.

Example: 37 + 8 tokens at $0.14 and $0.28 per million are computed as 37 x 0.00000014 + 8 x 0.00000028 = $0.00000742. Billed
are $0.00000777, and the provider that served takes $0.15 and $0.2775: 37 x 0.00000015 + 8 x 0.0000002775 = $0.00000777.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal, Inexact, localcontext
from typing import Any, Protocol

from catalog import exact, frozen, pricing
from catalog.figures import usd_exact
from catalog.pricing import Component, Condition, Rate, Usage
from playground import rounding
from playground.usage import amount, read_usage, unpriced

STALE_AFTER = 30  # days since the price was last read at its source
MOST_PRICE_DECIMALS = 10  # of a price per token: four of it per million, finer than anybody writes one
INEXACT = "None of it explains the difference to the last digit."
UNEXPLAINED = "Nothing that the catalog knows explains the difference."
# What `why` reads beside a run: load it for all the runs of a page at once.
READS = ("listing__endpoints", "listing__periods__rates", "listing__periods__source")
USUAL_TIERS = frozenset({"", "default", "auto", "standard"})


@dataclass(frozen=True)
class Offered:
    """What somebody asked for it: a provider behind the listing, or the catalog for other days."""

    name: str
    rates: list[Rate]


@dataclass(frozen=True)
class Case:
    """One bill that differs. Amounts are exact USD; `rates` are those that `computed` was computed with."""

    billed: Decimal
    computed: Decimal
    usage: Usage
    rates: list[Rate]
    at: datetime | None
    provider: str = ""
    providers: list[Offered] = field(default_factory=list)  # of that name, each with its own price
    periods: list[Offered] = field(default_factory=list)  # the listing's prices of other days
    is_own_key: bool = False
    fee: Decimal | None = None  # what the market itself took, of an own key
    upstream_cost: Decimal | None = None
    cache_discount: Decimal | None = None
    service_tier: str = ""
    beside: list[str] = field(default_factory=list)  # what was used and is not in the computed bill, in sentences
    days_unread: int | None = None  # between the day the price was last read and the run

    @property
    def difference(self) -> Decimal:
        return exact.EXACT.subtract(self.billed, self.computed)


def explain(case: Case) -> list[str]:
    """Sentences: what explains the difference exactly, else that it was rounded and what may have to do with it, else that
    nothing does."""
    if not case.difference:
        return []
    for ask in (_own_key, _other_provider, _other_day, _other_condition, _cache):
        if sentence := ask(case):
            return [sentence]
    hints = _hints(case)
    if sentence := rounding.explain(case.computed, case.billed):
        return [sentence, *hints]  # digits that are missing fit other causes, too
    return [*hints, INEXACT] if hints else [UNEXPLAINED]


def _total(rates: Iterable[Rate], usage: Usage, at: datetime | None) -> Decimal | None:
    """What it comes to, where every price of it is known."""
    priced = pricing.bill(rates, usage, at)
    return priced.total if priced.status is pricing.Status.EXACT else None


def _own_key(case: Case) -> str:
    if not case.is_own_key or case.fee is None or case.upstream_cost is None:
        return ""
    if case.upstream_cost == case.computed:
        return f"Asked with a key of your own: the market’s fee of {usd_exact(case.fee)} comes on top of the provider’s price."
    return ""


def _other_provider(case: Case) -> str:
    for offered in case.providers:
        if _total(offered.rates, case.usage, case.at) == case.billed:
            return f"{offered.name} served it, whose own price comes to exactly {usd_exact(case.billed)}."
    return ""


def _other_day(case: Case) -> str:
    for period in case.periods:
        if _total(period.rates, case.usage, case.at) == case.billed:
            return f"The bill is by the price {period.name}: that comes to exactly {usd_exact(case.billed)}."
    return ""


def _other_condition(case: Case) -> str:
    """Billed by a tier, an hour or a batch price that should not apply, or without one that should."""
    for words, rates in _variants(case.rates):
        if _total(rates, case.usage, case.at) == case.billed:
            return f"Billed at {words}: that comes to exactly {usd_exact(case.billed)}."
    return ""


def _variants(rates: list[Rate]) -> list[tuple[str, list[Rate]]]:
    """The same rates with one kind of condition taken as not holding, or one condition taken as holding."""
    variants = []
    if any(rate.condition != Condition() for rate in rates):
        variants.append(
            ("the price without tiers, hours and batches", [r for r in rates if r.condition == Condition()])
        )
    for condition in dict.fromkeys(rate.condition for rate in rates if rate.condition != Condition()):
        others = [rate for rate in rates if rate.condition == Condition()]
        forced = [replace(rate, condition=Condition()) for rate in rates if rate.condition == condition]
        variants.append((f"the price {_in_words(condition)}", others + forced))
    return variants


def _in_words(condition: Condition) -> str:
    parts = []
    if condition.over_prompt_tokens is not None:
        parts.append(f"for more than {condition.over_prompt_tokens:,} prompt tokens")
    if condition.utc_start is not None and condition.utc_end is not None:
        parts.append(f"from {condition.utc_start:%H:%M} to {condition.utc_end:%H:%M} UTC")
    if condition.batch:
        parts.append("of batches")
    if condition.unknown:
        parts.append(f"under “{condition.unknown[:80]}”")
    return " and ".join(parts)


def _cache(case: Case) -> str:
    usage = case.usage
    if case.cache_discount and case.difference == -case.cache_discount:
        took = "took off" if case.cache_discount > 0 else "added"
        return f"The provider {took} {usd_exact(abs(case.cache_discount))} for its cache."
    if not usage.cached_tokens and not usage.cache_write_tokens:
        return ""
    if _total(case.rates, usage.without_cache(), case.at) == case.billed:
        return "Billed as if nothing had been read from a cache or written to one."
    return _unlisted_cache_price(case)


def _unlisted_cache_price(case: Case) -> str:
    """The cache price that the bill implies, where the catalog has none and it is a price that somebody would write."""
    priced = pricing.bill(case.rates, case.usage, case.at)
    plain = next((line.rate for line in priced.lines if line.component is Component.INPUT), None)
    listed = any(rate.component is Component.CACHE_READ and rate.amount is not None for rate in case.rates)
    if listed or plain is None or not case.usage.cached_tokens:
        return ""
    with localcontext(exact.EXACT) as context:
        rest = case.computed - plain * case.usage.cached_tokens
        context.traps[Inexact] = False
        rate = (case.billed - rest) / case.usage.cached_tokens
    if not 0 <= rate < plain or exact.decimals_of(rate) > MOST_PRICE_DECIMALS:
        return ""
    written = exact.plain(exact.per_million(rate))
    return f"It fits a price of ${written} per million for cached input, which the catalog does not have."


def _hints(case: Case) -> list[str]:
    """Facts that may have to do with it. Each says that it is not the whole sum."""
    hints = list(case.beside)
    if case.is_own_key:
        hints.append("Asked with a key of your own, for which the provider has a price of its own.")
    if case.service_tier.casefold() not in USUAL_TIERS:
        hints.append(f"Served at the service tier “{case.service_tier[:40]}”, which has another price.")
    if case.providers:
        known = [total for each in case.providers if (total := _total(each.rates, case.usage, case.at)) is not None]
        others = sorted({total for total in known if total != case.computed})
        if others:
            sums = " or ".join(usd_exact(total) for total in others[:3])
            hints.append(f"{case.provider} served it; its own price in the catalog comes to {sums}, not to the bill.")
    elif case.provider:
        hints.append(f"{case.provider} served it, and the catalog does not know that provider’s own price.")
    if case.days_unread is not None and case.days_unread > STALE_AFTER:
        hints.append(f"The price was last read at its source {case.days_unread:,} days before, and may have changed.")
    return hints


class _Run(Protocol):
    """What `why` reads of a run; `playground.models.Run` has it."""

    billed_usd: str
    computed_usd: str
    usage: Any
    generation: Any
    served_provider: str
    period_id: Any
    listing: Any
    created_at: datetime
    started_at: datetime | None
    is_rehearsal: bool

    def pricing_rates(self) -> list[Rate]: ...


def why(run: _Run) -> list[str]:
    """The difference between billed and computed of a run, in sentences; empty where there is none or one is missing.

    Reads what READS names beside the run, and only of runs that differ.
    """
    billed, computed = exact.parse_amount(run.billed_usd), exact.parse_amount(run.computed_usd)
    usage = read_usage(run.usage)
    if run.is_rehearsal or billed is None or computed is None or billed == computed or usage is None:
        return []
    at = run.started_at or run.created_at
    record = run.generation if isinstance(run.generation, dict) else {}
    is_own_key = run.usage.get("is_byok") is True or record.get("is_byok") is True
    details = run.usage.get("cost_details")
    return explain(
        Case(
            billed,
            computed,
            usage,
            run.pricing_rates(),
            at,
            run.served_provider,
            _providers(run),
            _periods(run),
            is_own_key,
            _money(run.usage.get("cost")),
            _money(details.get("upstream_inference_cost")) if isinstance(details, dict) else None,
            _money(record.get("cache_discount"), may_be_negative=True),
            str(record.get("service_tier") or run.usage.get("service_tier") or ""),
            list(dict.fromkeys([*unpriced(run.usage), *unpriced(record)])),
            _days_unread(run, at.date()),
        )
    )


def _money(value: Any, *, may_be_negative: bool = False) -> Decimal | None:
    """An amount as it is kept in JSON: exact text, or a whole number."""
    text = str(value) if isinstance(value, str | int | Decimal) and not isinstance(value, bool) else ""
    sign = -1 if may_be_negative and text.startswith("-") else 1
    text = text.removeprefix("-") if may_be_negative else text
    if not exact.DECIMAL_TEXT.fullmatch(text):
        return None
    found = amount(Decimal(text))
    return None if found is None else found * sign


def _providers(run: _Run) -> list[Offered]:
    """The provider that served, under each of its routing names."""
    if run.listing is None or not run.served_provider:
        return []
    wanted = run.served_provider.casefold()
    found = [each for each in run.listing.endpoints.all() if each.provider.casefold() == wanted and each.rates]
    return [
        Offered(
            f"{each.provider} ({each.tag})",
            pricing.discounted([frozen.thaw(rate) for rate in each.rates], exact.parse_share(each.discount)),
        )
        for each in found
    ]


def _periods(run: _Run) -> list[Offered]:
    if run.listing is None:
        return []
    others = [each for each in run.listing.periods.all() if each.currency == "USD" and each.pk != run.period_id]
    return [Offered(_span(each.starts_on, each.ends_on), each.pricing_rates()) for each in others]


def _span(starts_on: date, ends_on: date | None) -> str:
    return f"from {starts_on}" if ends_on is None else f"from {starts_on} to {ends_on}"


def _days_unread(run: _Run, day: date) -> int | None:
    if run.listing is None:
        return None
    own = next((each for each in run.listing.periods.all() if each.pk == run.period_id), None)
    return None if own is None else (day - own.source.read_on).days
