"""Plain rows for tests: one keyword function for each thing, prices in dollars per million tokens as people say them."""

from datetime import date
from decimal import Decimal
from typing import Any

from catalog.exact import per_token, plain
from catalog.models import Alias, LanguageModel, Listing, Market, Modality, Parameter, PricePeriod, Rate, Source, Vendor

DAY = date(2025, 12, 1)


def make_vendor(slug: str = "mistralai", name: str = "Mistral AI") -> Vendor:
    return Vendor.objects.get_or_create(slug=slug, defaults={"name": name})[0]


def make_market(slug: str = "openrouter", name: str = "OpenRouter", **fields: Any) -> Market:
    fields = {"api_url": "https://openrouter.ai/api/v1", "key_variable": "OPENROUTER_API_KEY"} | fields
    return Market.objects.get_or_create(slug=slug, defaults={"name": name, **fields})[0]


def make_source(slug: str = "page", title: str = "The page", authority: int = 10, read_on: date = DAY) -> Source:
    return Source.objects.get_or_create(
        slug=slug, defaults={"title": title, "authority": authority, "read_on": read_on}
    )[0]


def make_model(slug: str = "mistral-large-2512", name: str = "", reads: str = "text", **fields: Any) -> LanguageModel:
    """A model of Mistral's; `reads` names its input modalities, separated by commas."""
    fields = {"context_length": 262_144, "released_on": DAY} | fields
    vendor = fields.pop("vendor", None) or make_vendor()
    model = LanguageModel.objects.create(vendor=vendor, slug=slug, name=name or slug, **fields)
    for word in filter(None, reads.split(",")):
        model.input_modalities.add(Modality.objects.get_or_create(slug=word, defaults={"name": word.title()})[0])
    return model


def make_listing(model: LanguageModel | None = None, **fields: Any) -> Listing:
    model = model or make_model()
    market = fields.pop("market", None) or make_market()
    fields = {"upstream_id": model.public_id, "listed_on": DAY, "has_responses": True} | fields
    return Listing.objects.create(model=model, market=market, **fields)


def make_period(
    listing: Listing,
    input: str | None = None,
    output: str | None = None,
    cached: str | None = None,
    starts_on: date = DAY,
    ends_on: date | None = None,
    currency: str = "USD",
) -> PricePeriod:
    """A price period with up to three plain rates; None leaves a rate out, "" writes one that is not known."""
    period = PricePeriod.objects.create(
        listing=listing, starts_on=starts_on, ends_on=ends_on, currency=currency, source=make_source()
    )
    for component, price in (("input", input), ("output", output), ("cache_read", cached)):
        if price is not None:
            make_rate(period, component, price)
    return period


def make_rate(period: PricePeriod, component: str, per_million: str = "", each: str = "", **condition: Any) -> Rate:
    amount = each or (plain(per_token(Decimal(per_million))) if per_million else "")
    return Rate.objects.create(
        period=period, position=period.rates.count(), component=component, amount=amount, **condition
    )


def make_parameter(listing: Listing, name: str = "temperature", kind: str = "float", **fields: Any) -> Parameter:
    source = fields.pop("source", None) or make_source()
    return Parameter.objects.create(listing=listing, source=source, name=name, kind=kind, **fields)


def make_alias(model: LanguageModel, name: str, **fields: Any) -> Alias:
    return Alias.objects.create(model=model, name=name, **fields)


def make_priced(
    slug: str, input: str = "0.50", output: str = "1.50", cached: str | None = None, **fields: Any
) -> LanguageModel:
    """A model with one listing and one open price period."""
    model = make_model(slug, **fields)
    make_period(make_listing(model), input, output, cached)
    return model
