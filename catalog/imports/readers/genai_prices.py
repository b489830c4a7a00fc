"""genai-prices' data, `data.json`: dated prices of each model at each provider. Pure.

A list of providers, or an object with such a list called "providers" and the "units" it counts in; each has "id" and
"models". Prices are numbers in USD per million tokens, or per thousand requests or searches. They are one price list or
several under constraints: the last one that holds on the day counts, else the first. A list for some hours of the day that
stands after it wins in its hours, and as a whole: what it leaves out has no price then. A price with tiers is a cliff on
the prompt's tokens. Variants replace single prices, the first that holds wins; only those for batches are read.
Source: its JSON schema, and its own code for what holds when (pydantic/genai-prices 0.2.3).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from catalog.imports.entries import BadEntry, Entry, Fact, Unreadable
from catalog.imports.readers import amounts, sellers
from catalog.imports.readers.fields import Fields, Unusable, shown
from catalog.imports.readers.reading import Read, Reading
from catalog.imports.readers.texts import MOST_ID, cut, line
from catalog.pricing import Component, Condition, Rate

SHAPE = "This is not genai-prices’ data, which is a list of providers that each have an “id” and then “models”."
COMPONENTS = {
    "input_mtok": Component.INPUT,
    "output_mtok": Component.OUTPUT,
    "cache_read_mtok": Component.CACHE_READ,
    "cache_write_mtok": Component.CACHE_WRITE,
    "input_audio_mtok": Component.INPUT_AUDIO,
    "output_audio_mtok": Component.OUTPUT_AUDIO,
    "output_reasoning_mtok": Component.REASONING,
    "output_image_mtok": Component.OUTPUT_IMAGE,
    "requests_kcount": Component.REQUEST,
    "web_searches_kcount": Component.WEB_SEARCH,
}
BATCH = {"processing": "batch"}
KEYS = "id match name description context_window price_comments deprecated prices price_variants"
KNOWN = frozenset(KEYS.split())


class GenaiPrices(Reading):
    """An entry for each model of each provider, with the id `provider/model` and the prices that hold on the day."""

    def entries(self) -> Iterator[Read]:
        if self.json.is_next("start_array"):
            yield from self._providers()
            return
        has_providers = False
        for key in self.json.members(SHAPE):
            if key == "providers" and not has_providers:
                has_providers = True
                yield from self._providers()
            else:
                self.json.skip()
        if not has_providers:
            raise Unreadable(SHAPE)

    def _providers(self) -> Iterator[Read]:
        has_models, place = False, 0
        for place, _ in enumerate(self.json.items(SHAPE), 1):
            self.json.place = name = f"provider {place}"
            if not self.json.is_next("start_map"):
                self.json.skip()
                yield BadEntry(name, "It is not an object.")
                continue
            provider = ""
            for key in self.json.members(SHAPE):
                if key == "id":
                    value, _ = self.json.read()
                    provider = value if isinstance(value, str) else ""
                elif key == "models" and provider and self.json.is_next("start_array"):
                    has_models = True
                    yield from self._models(provider)
                elif key == "models":
                    self.json.skip()
                    yield BadEntry(
                        cut(line(provider), MOST_ID) or name, "Its id does not stand before a list of models."
                    )
                else:
                    self.json.skip()
        if place and not has_models:
            raise Unreadable(SHAPE)

    def _models(self, provider: str) -> Iterator[Read]:
        for place, _ in enumerate(self.json.items(SHAPE), 1):
            self.json.place = f"{cut(line(provider), 60)}, model {place}"
            raw, problem = self.json.read()
            model = raw.get("id") if isinstance(raw, dict) else None
            id = f"{provider}/{model}" if isinstance(model, str) and model else f"{provider}, model {place}"
            yield self.entry(id, raw, problem, self._entry)

    def _entry(self, id: str, fields: Fields) -> Entry:
        seller, _, model = id.partition("/")
        if not model:
            raise Unusable("It has no id.")
        context = fields.tokens("context_window")
        facts: dict[str, Fact] = {} if context is None else {"context_length": context}
        if fields.raw.get("deprecated") is True:
            fields.notes.append("genai-prices calls it deprecated, without a day.")
        rates = _rates(fields, self.day)
        return Entry(
            id=id,
            raw=fields.raw,
            names=sellers.names(seller, model),
            facts=facts,
            rates=tuple(rates) or None,
            unknown_keys=fields.unknown(KNOWN),
            notes=tuple(dict.fromkeys(fields.notes)),
        )


@dataclass(frozen=True)
class PriceList:
    """One price list and the constraint it stands under: a first day, or hours of the day, or neither."""

    prices: Fields
    starts_on: date | None = None
    hours: Condition | None = None

    def has_begun(self, day: date) -> bool:
        return self.starts_on is None or self.starts_on <= day


def _rates(fields: Fields, day: date) -> list[Rate]:
    """In the order in which later ones win: the day's list, the lists of hours after it, the batch prices."""
    if isinstance(fields.raw.get("prices"), list):
        lists = [_price_list(item) for item in fields.objects("prices")]
    else:
        lists = [PriceList(fields.part("prices"))]
    of_days = [place for place, one in enumerate(lists) if one.hours is None and one.has_begun(day)]
    base = of_days[-1] if of_days else 0
    rates = _priced(lists[base].prices, Condition()) if lists else []
    for later in lists[base + 1 :]:
        if later.hours is not None:
            rates += [Rate(component, None, later.hours) for component in sorted({rate.component for rate in rates})]
            rates += _priced(later.prices, later.hours)
        elif later.starts_on is not None:
            fields.notes.append(f"From {later.starts_on} it will have other prices.")
    if lists and (since := lists[base].starts_on) is not None:
        fields.notes.append(f"These prices hold since {since}.")
    return rates + _batch_rates(fields, day)


def _batch_rates(fields: Fields, day: date) -> list[Rate]:
    rates: list[Rate] = []
    replaced: set[str] = set()
    for variant in fields.objects("price_variants"):
        if variant.part("when").raw != BATCH:
            fields.notes.append("Prices under other terms, such as a service tier, are kept and not read.")
            continue
        one = _price_list(variant)
        if one.has_begun(day) and one.hours is None:
            unreplaced = {key: value for key, value in one.prices.raw.items() if key not in replaced}
            replaced |= unreplaced.keys()
            prices = Fields(unreplaced, one.prices.prefix, fields.notes)
            rates += _priced(prices, Condition(batch=True))
    return rates


def _price_list(item: Fields) -> PriceList:
    constraint = item.part("constraint")
    prices = item.part("prices")
    if "start_time" in constraint.raw or "end_time" in constraint.raw:
        return PriceList(prices, hours=_hours(constraint))
    if unknown := constraint.unknown(frozenset({"start_date"})):
        raise Unusable(f"A price has a constraint that nobody here knows: {cut(', '.join(unknown), 200)}.")
    return PriceList(prices, constraint.day("start_date"))


def _hours(constraint: Fields) -> Condition:
    """A daily window in UTC, its start in it and its end not; hours of another time zone are turned into UTC."""
    found = []
    for key in ("start_time", "end_time"):
        text = constraint.text(key, 40)
        try:
            clock = time.fromisoformat(text)
        except ValueError:
            raise Unusable(f"{constraint.named(key)} is “{cut(text, 40)}”, which is no time of day.") from None
        if clock.tzinfo is not None:
            clock = datetime.combine(date(2000, 1, 2), clock).astimezone(UTC).time()
        found.append(clock)
    if found[0] == found[1]:
        return Condition(unknown=f"prices by the hour from {found[0]:%H:%M} to {found[1]:%H:%M}")
    return Condition(utc_start=found[0], utc_end=found[1])


def _priced(prices: Fields, condition: Condition) -> list[Rate]:
    """The rates of one price list: of each component its base, then its tiers from the lowest threshold up."""
    rates = []
    for key, component in COMPONENTS.items():
        per = amounts.per_million_or_thousand(component)
        if not isinstance(prices.raw.get(key), dict):
            amount = amounts.from_number(prices, key, component, per)
            if amount is not None:
                rates.append(Rate(component, amount, condition))
            continue
        tiered = prices.part(key)
        rates.append(Rate(component, amounts.from_number(tiered, "base", component, per), condition))
        tiers = []
        for tier in tiered.objects("tiers"):
            start = tier.whole("start")
            if start is None:
                raise Unusable(f"A tier of {prices.named(key)} starts at {shown(None)}.")
            over = replace(condition, over_prompt_tokens=start)
            tiers.append((start, Rate(component, amounts.from_number(tier, "price", component, per), over)))
        tiers.sort(key=lambda tier: tier[0])
        rates += [rate for _, rate in tiers]
    if others := sorted(key for key, value in prices.raw.items() if key not in COMPONENTS and value is not None):
        prices.notes.append(
            f"Prices that are kept and not read: {', '.join(cut(line(key), 60) for key in others[:6])}."
        )
    return rates
