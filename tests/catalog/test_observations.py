"""What each seed document said of the models, in its own words, and where it disagrees with the value shown first."""

from datetime import date
from typing import Any

import pytest

from catalog.models import LanguageModel, Observation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]

PAGE_OF_LARGE_3 = "000_73ba907baa97af6d.txt"
PAGE_OF_2407 = "001_46de9b5b396e8a5f.txt"
COPY_OF_2411 = "002_6c944f412812df80.txt"
COPY_OF_2407 = "003_b703297a9c17780b.txt"
PAGE_OF_DEVSTRAL = "004_4b04c1ef422841fe.txt"
SEEDS = [PAGE_OF_LARGE_3, PAGE_OF_2407, COPY_OF_2411, COPY_OF_2407, PAGE_OF_DEVSTRAL]

TODAY = date(2026, 11, 20)


def model_of(slug: str) -> LanguageModel:
    return LanguageModel.objects.get(vendor__slug="mistralai", slug=slug)


def said(slug: str, source: str, field: str) -> set[str]:
    rows = Observation.objects.filter(model__slug=slug, source__slug=source, field=field)
    return set(rows.values_list("value", flat=True))


@pytest.mark.parametrize(
    ("slug", "source", "field", "value"),
    [
        ("mistral-large-2512", PAGE_OF_LARGE_3, "input_price", "$0.50/M"),
        ("mistral-large-2512", PAGE_OF_LARGE_3, "output_price", "$1.50/M"),
        ("mistral-large-2512", PAGE_OF_LARGE_3, "context_length", "262K"),
        ("mistral-large-2512", PAGE_OF_LARGE_3, "released_on", "Dec 1, 2025"),
        ("mistral-large-2512", PAGE_OF_LARGE_3, "parameters_total", "41B active parameters (675B total)"),
        ("mistral-large-2512", PAGE_OF_LARGE_3, "licence", "Apache 2.0 license"),
        ("mistral-large-2512", PAGE_OF_LARGE_3, "public_id", "mistralai/mistral-large-2512"),
        ("mistral-large-2512", PAGE_OF_LARGE_3, "endpoint", "POST https://openrouter.ai/api/v1/chat/completions"),
        ("mistral-large-2512", PAGE_OF_LARGE_3, "default_temperature", "0.0645"),
        ("mistral-large-2407", PAGE_OF_2407, "input_price", "$2 per 1M"),
        ("mistral-large-2407", PAGE_OF_2407, "output_price", "$6 per 1M"),
        ("mistral-large-2407", PAGE_OF_2407, "context_length", "131K"),
        ("mistral-large-2407", PAGE_OF_2407, "weekly_tokens", "272M"),
        ("mistral-large-2407", PAGE_OF_2407, "released_on", "Nov 19, 2024"),
        ("mistral-large-2407", COPY_OF_2407, "code_sample", '"model": "mistral-large-2407"'),
        ("mistral-large-2411", COPY_OF_2411, "status", "Mistral Generally Available"),
        ("mistral-large-2411", COPY_OF_2411, "input_price", "$2.00 per MTok"),
        ("mistral-large-2411", COPY_OF_2411, "output_price", "$6.00 per MTok"),
        ("mistral-large-2411", COPY_OF_2411, "context_length", "131K tokens"),
        ("mistral-large-2411", COPY_OF_2411, "code_sample", '"model": "mistral-large-2411"'),
        ("devstral-2512", PAGE_OF_DEVSTRAL, "input_price", "$0.40 per 1M"),
        ("devstral-2512", PAGE_OF_DEVSTRAL, "output_price", "$2 per 1M"),
        ("devstral-2512", PAGE_OF_DEVSTRAL, "context_length", "262K"),
        ("devstral-2512", PAGE_OF_DEVSTRAL, "weekly_tokens", "8.86B"),
        ("devstral-2512", PAGE_OF_DEVSTRAL, "released_on", "Dec 9, 2025"),
        ("devstral-2512", PAGE_OF_DEVSTRAL, "parameters_total", "123B-parameter dense transformer model"),
        ("devstral-2512", PAGE_OF_DEVSTRAL, "licence", "modified MIT license"),
    ],
)  # fmt: skip
def test_what_the_seeds_say(slug: str, source: str, field: str, value: str) -> None:
    assert value in said(slug, source, field)


@pytest.mark.parametrize(
    ("slug", "source"),
    [
        ("mistral-large-2512", PAGE_OF_LARGE_3),
        ("mistral-large-2407", PAGE_OF_2407),
        ("devstral-2512", PAGE_OF_DEVSTRAL),
    ],
)
def test_headers_of_the_api_sections(slug: str, source: str) -> None:
    assert said(slug, source, "header") == {
        "Authorization: Bearer $OPENROUTER_API_KEY",
        "Content-Type: application/json",
        "HTTP-Referer: optional — your site URL, for rankings",
        "X-Title: optional — your site name, for rankings",
    }


@pytest.mark.parametrize(
    ("slug", "source", "field", "value"),
    [
        ("mistral-large-2512", PAGE_OF_LARGE_3, "released_on", "Dec 1, 2025"),
        ("mistral-large-2407", PAGE_OF_2407, "released_on", "Nov 19, 2024"),
        ("mistral-large-2407", "openrouter-models-2026-08-22", "default_temperature", "0.3"),
        ("devstral-2512", "openrouter-models-2026-07-31", "default_temperature", "0.3"),
        ("mistral-large-2411", "mistral-docs-2026-08-21", "context_length", "128k"),
        ("mistral-large-2411", "openrouter-models-2026-05-31", "input_modalities", "text, file"),
        ("mistral-large-2411", COPY_OF_2411, "code_sample", '"model": "mistral-large-2411"'),
        ("mistral-large-2411", COPY_OF_2411, "status", "Mistral Generally Available"),
    ],
)
def test_disagreements_are_kept_and_explained(slug: str, source: str, field: str, value: str) -> None:
    row = Observation.objects.get(model__slug=slug, source__slug=source, field=field, value=value)
    assert row.differs
    assert row.note.endswith(".")


def test_descriptions() -> None:
    assert model_of("mistral-large-2512").description in said("mistral-large-2512", PAGE_OF_LARGE_3, "description")
    assert model_of("devstral-2512").description in said("devstral-2512", PAGE_OF_DEVSTRAL, "description")
    flagship = model_of("mistral-large-2407").description
    assert flagship.replace("[here](https://mistral.ai/news/mistral-large-2407/)", "here") in said(
        "mistral-large-2407", PAGE_OF_2407, "description"
    )
    update = model_of("mistral-large-2411").description
    assert update.endswith("more accurate function calling.")
    endings = {text.rpartition(" ")[2] for text in said("mistral-large-2411", COPY_OF_2411, "description")}
    assert endings == {"24.07](/mistralai/mistral-lar", "notable..."}


def test_every_fact_has_its_source_and_day() -> None:
    for row in Observation.objects.select_related("source"):
        assert row.value
        assert row.observed_on <= row.source.read_on
        assert bool(row.note) or not row.differs, row
    for slug in SEEDS:
        source: Any = Observation.objects.filter(source__slug=slug).first()
        assert source is not None, slug
        assert source.source.read_on == TODAY
        assert "undated" in source.source.note
