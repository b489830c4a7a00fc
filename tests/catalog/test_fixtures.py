"""The seeded catalog against the seed documents: every fact is written out here by hand, as the documents state it."""

from datetime import date
from decimal import Decimal

import pytest

from catalog import exact, figures, pricing
from catalog.models import Alias, LanguageModel, Listing, Parameter, PricePeriod, Rate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]

PAGE_OF_LARGE_3 = "000_73ba907baa97af6d.txt"
PAGE_OF_2407 = "001_46de9b5b396e8a5f.txt"
COPY_OF_2411 = "002_6c944f412812df80.txt"
COPY_OF_2407 = "003_b703297a9c17780b.txt"
PAGE_OF_DEVSTRAL = "004_4b04c1ef422841fe.txt"

TODAY = date(2026, 11, 20)
MRL = "Mistral Research License (MRL)"


def model_of(slug: str) -> LanguageModel:
    return LanguageModel.objects.get(vendor__slug="mistralai", slug=slug)


def listing_of(upstream_id: str, market: str = "openrouter") -> Listing:
    return Listing.objects.get(market__slug=market, upstream_id=upstream_id)


@pytest.mark.parametrize(
    ("slug", "name", "context", "released", "licence", "total", "active", "architecture", "reads"),
    [
        ("mistral-large-2512", "Mistral Large 3 2512", 262144, date(2025, 12, 2), "Apache 2.0", 675, 41, "moe", "text image"),
        ("mistral-large-2407", "Mistral Large 2407", 131072, date(2024, 7, 24), MRL, 123, None, "dense", "text"),
        ("mistral-large-2411", "Mistral Large 2411", 131072, date(2024, 11, 18), MRL, 123, None, "dense", "text"),
        ("devstral-2512", "Devstral 2 2512", 262144, date(2025, 12, 9), "Modified MIT", 123, None, "dense", "text"),
        ("pixtral-large-2411", "Pixtral Large 2411", 131072, date(2024, 11, 18), MRL, 124, None, "dense", "text image"),
        ("mistral-medium-3-5", "Mistral Medium 3.5", 262144, date(2026, 4, 28), "Modified MIT", 128, None, "dense", "text image"),
    ],
)  # fmt: skip
def test_models(
    slug: str, name: str, context: int, released: date, licence: str, total: int, active: int | None,
    architecture: str, reads: str,
) -> None:  # fmt: skip
    model = model_of(slug)
    assert (model.name, model.context_length, model.released_on) == (name, context, released)
    assert figures.short(model.context_length) == {262144: "262K", 131072: "131K"}[context]
    assert (model.licence, model.architecture) == (licence, architecture)
    assert model.parameters_total == total * 10**9
    assert model.parameters_active == (active and active * 10**9)
    assert [modality.slug for modality in model.input_modalities.all()] == reads.split()
    assert [modality.slug for modality in model.output_modalities.all()] == ["text"]
    assert model.summary.endswith(".")
    assert model.licence_url
    assert model.weights_url


@pytest.mark.parametrize(
    ("slug", "listed", "delisted", "weekly", "status", "deprecated", "retires", "replacement"),
    [
        ("mistral-large-2512", "2025-12-01", None, None, "active", None, None, None),
        ("mistral-large-2407", "2024-11-19", None, "272M", "retired", "2024-11-30", "2025-03-30", "mistral-large-2512"),
        ("mistral-large-2411", "2024-11-19", "2026-05-31", None, "delisted", "2026-02-27", "2026-05-31", "mistral-medium-3-5"),
        ("devstral-2512", "2025-12-09", None, "8.86B", "retired", "2026-05-22", "2026-07-31", "mistral-medium-3-5"),
        ("pixtral-large-2411", "2024-11-19", "2026-05-31", None, "delisted", "2026-02-27", "2026-05-31", "mistral-medium-3-5"),
    ],
)  # fmt: skip
def test_lives(
    slug: str, listed: str, delisted: str | None, weekly: str | None, status: str, deprecated: str | None,
    retires: str | None, replacement: str | None,
) -> None:  # fmt: skip
    model, listing = model_of(slug), listing_of(f"mistralai/{slug}")
    assert listing == model.main_listing()
    assert str(listing.listed_on) == listed
    assert listing.delisted_on == (date.fromisoformat(delisted) if delisted else None)
    assert (figures.short(listing.weekly_tokens) if listing.weekly_tokens else None) == weekly
    assert model.deprecated_on == (date.fromisoformat(deprecated) if deprecated else None)
    assert model.retires_on == (date.fromisoformat(retires) if retires else None)
    assert (model.replacement.slug if model.replacement else None) == replacement
    assert model.status_on(TODAY) == status
    assert listing.has_chat_completions
    assert listing.has_responses
    assert listing.stop_ends_billing is False


PERIODS = {
    "mistralai/mistral-large-2512": [
        ("2025-12-01", "2026-03-18", "0.50", None, "1.50"),
        ("2026-03-18", None, "0.50", "0.05", "1.50"),
    ],
    "mistralai/mistral-large-2407": [
        ("2024-11-19", "2026-03-18", "2.00", None, "6.00"),
        ("2026-03-18", None, "2.00", "0.20", "6.00"),
    ],
    "mistralai/mistral-large-2411": [
        ("2024-11-19", "2026-03-18", "2.00", None, "6.00"),
        ("2026-03-18", "2026-05-31", "2.00", "0.20", "6.00"),
    ],
    "mistralai/devstral-2512": [
        ("2025-12-11", "2025-12-20", "0.15", None, "0.60"),
        ("2025-12-20", "2026-02-07", "0.05", None, "0.22"),
        ("2026-02-07", "2026-02-18", "0.05", "0.025", "0.22"),
        ("2026-02-18", "2026-03-18", "0.40", None, "2.00"),
        ("2026-03-18", None, "0.40", "0.04", "2.00"),
    ],
    "mistralai/pixtral-large-2411": [
        ("2024-11-19", "2026-05-31", "2.00", None, "6.00"),
    ],
    "mistralai/mistral-medium-3-5": [("2026-05-05", None, "1.50", None, "7.50")],
}


@pytest.mark.parametrize("upstream_id", PERIODS)
def test_price_history(upstream_id: str) -> None:
    found = []
    for period in PricePeriod.objects.filter(listing__upstream_id=upstream_id).order_by("starts_on"):
        cached = period.amount("cache_read")
        found.append(
            (
                str(period.starts_on),
                str(period.ends_on) if period.ends_on else None,
                figures.per_million(period.amount("input")),
                figures.per_million(cached) if cached is not None else None,
                figures.per_million(period.amount("output")),
            )
        )
    assert found == PERIODS[upstream_id]


@pytest.mark.parametrize(
    ("upstream_id", "currency", "prices"),
    [
        ("mistral-large-2512", "USD", ("0.50", "1.50")),
        ("mistral-large-2512", "EUR", ("0.44", "1.30")),
        ("mistral-large-2411", "USD", ("2.00", "6.00")),
        ("devstral-2512", "USD", ("0.40", "2.00")),
        ("devstral-2512", "EUR", ("0.35", "1.75")),
        ("pixtral-large-2411", "EUR", ("—", "5.40")),
    ],
)
def test_the_vendors_own_prices(upstream_id: str, currency: str, prices: tuple[str, str]) -> None:
    listing = listing_of(upstream_id, "mistral")
    assert not listing.is_main
    period = listing.periods.get(currency=currency)
    assert (figures.per_million(period.amount("input")), figures.per_million(period.amount("output"))) == prices


@pytest.mark.parametrize(
    ("upstream_id", "total"),
    [
        ("mistralai/mistral-large-2512", "0.0047"),
        ("mistralai/mistral-large-2407", "0.0188"),
        ("mistralai/mistral-large-2411", "0.0188"),
        ("mistralai/devstral-2512", "0.00456"),
    ],
)
def test_worked_costs(upstream_id: str, total: str) -> None:
    """10,000 prompt tokens of which 4,000 cached, and 1,000 completion tokens."""
    period = PricePeriod.objects.filter(listing=listing_of(upstream_id)).latest_on(TODAY).get()
    usage = pricing.Usage(prompt_tokens=10_000, cached_tokens=4_000, completion_tokens=1_000)
    assert pricing.bill(period.pricing_rates(), usage).total == Decimal(total)


TEN = {
    "max_tokens": ("integer", ""),
    "temperature": ("float", "1"),
    "top_p": ("float", "1"),
    "stop": ("array", ""),
    "frequency_penalty": ("float", "0"),
    "presence_penalty": ("float", "0"),
    "seed": ("integer", ""),
    "response_format": ("map", ""),
    "tools": ("array", ""),
    "tool_choice": ("string or object", ""),
}
GENERIC = {
    "frequency_penalty": ("number", ""),
    "max_tokens": ("integer", ""),
    "presence_penalty": ("number", ""),
    "response_format": ("one of", ""),
    "seed": ("integer", ""),
    "stop": ("array", ""),
    "structured_outputs": ("boolean", ""),
    "temperature": ("number", ""),
    "tool_choice": ("one of", ""),
    "tools": ("array", ""),
    "top_p": ("number", ""),
}


@pytest.mark.parametrize(
    ("upstream_id", "source", "table"),
    [
        ("mistralai/mistral-large-2512", PAGE_OF_LARGE_3, TEN | {"temperature": ("float", "0.0645")}),
        ("mistralai/mistral-large-2407", PAGE_OF_2407, TEN),
        ("mistralai/devstral-2512", PAGE_OF_DEVSTRAL, TEN | {"structured_outputs": ("boolean", "")}),
        ("mistralai/mistral-large-2411", COPY_OF_2411, GENERIC),
        ("mistralai/mistral-large-2407", COPY_OF_2407, GENERIC),
    ],
)
def test_parameter_tables(upstream_id: str, source: str, table: dict[str, tuple[str, str]]) -> None:
    rows = Parameter.objects.filter(listing__upstream_id=upstream_id, source__slug=source)
    assert {row.name: (row.kind, row.default) for row in rows} == table
    assert all(row.description for row in rows)
    assert all(row.model_id == row.listing.model_id for row in rows)


def test_words_of_the_parameter_tables() -> None:
    page = Parameter.objects.get(listing__upstream_id="mistralai/devstral-2512", name="structured_outputs")
    assert page.description == "If the model can return structured outputs using response_format json_schema."
    copy = {row.name: row for row in listing_of("mistralai/mistral-large-2411").parameters.all()}
    assert copy["max_tokens"].is_deprecated
    assert copy["max_tokens"].replaced_by == "max_completion_tokens"
    assert copy["max_tokens"].description == "Deprecated. Use max_completion_tokens."
    assert copy["stop"].description == "Up to 4 sequences where the API will stop generating tokens."
    assert copy["top_p"].description.endswith("cumulative probability ≥ top_p.")
    assert (copy["temperature"].minimum, copy["temperature"].maximum) == ("0", "2")
    assert (copy["presence_penalty"].minimum, copy["presence_penalty"].maximum) == ("-2", "2")


def test_the_markets_own_page_speaks_before_the_copy() -> None:
    effective = listing_of("mistralai/mistral-large-2407").effective_parameters()
    assert effective["temperature"].default == "1"
    assert not effective["max_tokens"].is_deprecated
    assert effective["structured_outputs"].source.slug == COPY_OF_2407


def test_links_of_the_descriptions_lead_somewhere() -> None:
    """/mistralai/mistral-large, -2407 and pixtral-large-2411 stand in the description of 2411."""
    assert model_of("pixtral-large-2411")
    assert model_of("mistral-large-2407")
    assert Alias.objects.named("mistralai/mistral-large", TODAY).get().model.slug == "mistral-large-2407"
    second = listing_of("mistralai/mistral-large")
    assert (second.model.slug, second.is_main, second.context_length) == ("mistral-large-2407", False, 128000)


@pytest.mark.parametrize(
    ("name", "day", "slug"),
    [
        ("mistral-large-2407", TODAY, "mistral-large-2407"),
        ("mistral-large-2411", TODAY, "mistral-large-2411"),
        ("mistral-large-2512", TODAY, "mistral-large-2512"),
        ("devstral-2512", TODAY, "devstral-2512"),
        ("devstral-latest", TODAY, "devstral-2512"),
        ("devstral-medium-latest", TODAY, "devstral-2512"),
        ("Mistral Large 2.1", TODAY, "mistral-large-2411"),
        ("Mistral Large 24.07", TODAY, "mistral-large-2407"),
        ("mistral-large-latest", TODAY, "mistral-large-2512"),
        ("mistral-large-latest", date(2025, 12, 2), "mistral-large-2512"),
        ("mistral-large-latest", date(2025, 12, 1), "mistral-large-2411"),
    ],
)
def test_aliases(name: str, day: date, slug: str) -> None:
    assert Alias.objects.named(name, day).get().model.slug == slug


def test_amounts_are_exact_text() -> None:
    for rate in Rate.objects.all():
        amount = exact.parse_amount(rate.amount)
        assert amount is None or exact.plain(amount) == rate.amount
        assert rate.amount_sort == amount


def test_no_day_has_two_prices() -> None:
    for period in PricePeriod.objects.all():
        assert not PricePeriod.objects.overlapping(period).exists()
        period.full_clean()
