"""The second opinion of genai-prices: its answer for a name, and its own price data as tables that our engine can price.

It prices by day in `Decimal`, so agreement is equality. Its counts are like ours: `input_tokens` holds the cached ones,
`output_tokens` the reasoning. It reads the data that its package ships; updating has to be asked for, and is not.

How its data reads as rates: of a model's dated price lists the last active one holds, and a list for some hours of the
day that stands after it wins in its hours. A tier is a cliff on the prompt's tokens for one component. A variant for
batches replaces single components, the first that is active wins. A list replaces the one before it as a whole, so a
component that it leaves out has no price there: a rate without an amount says so.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from importlib.metadata import version
from typing import Any

from bench.opinion import LeftOut, TableToCheck, Unknown
from bench.price_tables import Period, Request, Table
from catalog.pricing import EACH, Component, Condition, Rate

KEYS = {
    "input_mtok": Component.INPUT,
    "cache_read_mtok": Component.CACHE_READ,
    "cache_write_mtok": Component.CACHE_WRITE,
    "input_audio_mtok": Component.INPUT_AUDIO,
    "output_mtok": Component.OUTPUT,
    "output_reasoning_mtok": Component.REASONING,
    "output_audio_mtok": Component.OUTPUT_AUDIO,
    "output_image_mtok": Component.OUTPUT_IMAGE,
    "web_searches_kcount": Component.WEB_SEARCH,
    "requests_kcount": Component.REQUEST,
}
BATCH = {"processing": "batch"}
Constrained = tuple[Any, Any]  # one of their constraints, or None, and the price list under it


class GenaiPrices:
    """genai-prices; importing it and its data takes a moment, so it happens here and not with this module."""

    name = "genai-prices"
    has_dates = True
    agreement = "equal to the last digit"
    asked = frozenset(KEYS.values()) - {Component.REQUEST}

    def __init__(self) -> None:
        from genai_prices import Usage, data_snapshot

        self.version = version("genai-prices")
        self._usage = Usage
        self._snapshot = data_snapshot.get_snapshot()

    def table(self, market: str, id: str) -> Table:
        """Their prices for a name. Raises Unknown with what they answer for a name they do not know."""
        try:
            _, model = self._snapshot.find_provider_model(id, None, market, None)
        except LookupError as error:
            raise Unknown(type(error).__name__) from error
        return as_table(model)

    def cost(self, market: str, id: str, request: Request) -> Decimal:
        answer = self._snapshot.calc(
            self._counts(request), id, market, None, request.at, BATCH if request.batch else None
        )
        return answer.total_price

    def agrees(self, ours: Decimal, theirs: Decimal) -> bool:
        return ours == theirs

    def own_tables(self, left_out: LeftOut) -> Iterator[TableToCheck]:
        """Every model of their data that has a price per token, each with their own way to price it."""
        for provider in self._snapshot.providers:
            for model in provider.models:
                keys = {key for _, prices in _lists(model) for key in _stated(prices)}
                if not keys:
                    left_out.models["no price stated: 0 there, unknown here"] += 1
                elif not keys & {"input_mtok", "output_mtok"}:
                    left_out.models["no price per token (hours, pages, characters, searches)"] += 1
                else:
                    left_out.parts.update(keys - KEYS.keys())
                    left_out.variants.update(_other_variants(model))
                    yield TableToCheck(f"{provider.id} {model.id}", as_table(model), self._pricer(provider, model))

    def _pricer(self, provider: Any, model: Any) -> Callable[[Request], Decimal]:
        def price(request: Request) -> Decimal:
            context = BATCH if request.batch else None
            counts = self._counts(request)
            answer = model.calc_price(counts, provider, genai_request_timestamp=request.at, price_context=context)
            return answer.total_price

        return price

    def _counts(self, request: Request) -> Any:
        usage = request.usage
        counts = {
            "input_tokens": usage.prompt_tokens,
            "cache_read_tokens": usage.cached_tokens,
            "cache_write_tokens": usage.cache_write_tokens,
            "input_audio_tokens": usage.input_audio_tokens,
            # Where both of two parts are priced, the tokens in both must be told; ours are in one part only.
            "cache_audio_read_tokens": 0,
            "cache_audio_write_tokens": 0,
            "output_tokens": usage.completion_tokens,
            "output_reasoning_tokens": usage.reasoning_tokens,
            "output_audio_tokens": usage.output_audio_tokens,
            "output_image_tokens": usage.output_image_tokens,
            "web_searches": usage.web_searches,
        }
        return self._usage(**counts)


def _stated(prices: Any) -> dict[str, Any]:
    return {key: value for key, value in vars(prices).items() if value is not None}


def _other_variants(model: Any) -> Counter[str]:
    """Variants by something that our conditions do not know, such as a service tier."""
    variants = [variant for variant in model.price_variants or () if variant.when != BATCH and _stated(variant.prices)]
    return Counter(" ".join(sorted(variant.when)) for variant in variants)


def as_table(model: Any) -> Table:
    """A model's prices as periods, one from each day on which any of its lists or batch variants starts."""
    lists = _lists(model)
    variants = [(entry.constraint, entry.prices) for entry in model.price_variants or () if entry.when == BATCH]
    days = [None, *sorted({start for constraint, _ in (*lists, *variants) if (start := _start(constraint))})]
    ends = [*days[1:], None]
    periods = [Period(_rates(lists, variants, day), day, end) for day, end in zip(days, ends, strict=True)]
    return Table(model.id, tuple(periods))


def _lists(model: Any) -> list[Constrained]:
    """A model's price lists with their constraints, in the order in which later ones win."""
    if isinstance(model.prices, list):
        return [(entry.constraint, entry.prices) for entry in model.prices]
    return [(None, model.prices)]


def _start(constraint: Any) -> date | None:
    return getattr(constraint, "start_date", None)


def _is_active(constraint: Any, day: date | None) -> bool:
    """Whether it holds on the period that begins on `day`; what holds at some hours only is not asked."""
    start = _start(constraint)
    return start is None or (day is not None and start <= day)


def _rates(lists: list[Constrained], variants: list[Constrained], day: date | None) -> tuple[Rate, ...]:
    """The rates in the order in which later ones win: the day's list, the lists of hours after it, the batch prices."""
    of_days = [n for n, (constraint, _) in enumerate(lists) if not _window(constraint) and _is_active(constraint, day)]
    base = of_days[-1] if of_days else 0
    rates = _list_rates(lists[base][1], Condition())
    for constraint, prices in lists[base + 1 :]:
        if window := _window(constraint):
            replaced = sorted({rate.component for rate in rates})
            rates += [Rate(component, None, window) for component in replaced]
            rates += _list_rates(prices, window)
    named: set[str] = set()
    for constraint, prices in variants:
        if _is_active(constraint, day):
            rates += _list_rates(prices, Condition(batch=True), without=named)
            named |= _stated(prices).keys()
    return tuple(rates)


def _window(constraint: Any) -> Condition | None:
    """A window of hours as a condition; None for any other constraint."""
    start = getattr(constraint, "start_time", None)
    if start is None:
        return None
    assert start.utcoffset() in (None, timedelta()), "a window that is not in UTC"
    return Condition(utc_start=start.replace(tzinfo=None), utc_end=constraint.end_time.replace(tzinfo=None))


def _list_rates(prices: Any, condition: Condition, without: Collection[str] = ()) -> list[Rate]:
    """The rates of one price list under a condition, but for the keys in `without`."""
    rates = []
    for key, price in _stated(prices).items():
        component = KEYS.get(key)
        if component is None or key in without:
            continue
        rates.append(Rate(component, _per_unit(component, getattr(price, "base", price)), condition))
        for tier in getattr(price, "tiers", ()):
            over = replace(condition, over_prompt_tokens=tier.start)
            rates.append(Rate(component, _per_unit(component, tier.price), over))
    return rates


def _per_unit(component: Component, price: Decimal) -> Decimal:
    """Their prices are per million tokens, or per thousand requests or searches."""
    return price.scaleb(-3 if component in EACH else -6)
