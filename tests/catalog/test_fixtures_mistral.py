"""All of Mistral in the seeded catalog: the 61 models of the reference, written out here by hand, and where they stand."""

import re
import time
from datetime import date

import pytest
from django.core.management import call_command

from catalog import seeding
from catalog.models import Absence, LanguageModel, Listing, Parameter, PricePeriod, Status
from tests.catalog.mistral_models import ROWS, SLUGS, TODAY, listing_of, model_of, per_million, shown

pytestmark = [pytest.mark.django_db]


def test_the_reference_has_sixty_one() -> None:
    assert len(ROWS) == len(SLUGS) == len(set(SLUGS.values())) == 61


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_models(row: list[str]) -> None:
    model = model_of(SLUGS[row[0]])
    period = None
    listing = model.main_listing()
    if listing is not None:
        period = PricePeriod.objects.filter(listing=listing, currency="USD").latest_on(TODAY).first()
    assert [
        shown(model.released_on),
        shown(model.deprecated_on),
        shown(model.retires_on),
        shown(model.replacement and model.replacement.slug),
        shown(model.context_length),
        per_million(period.amount("input") if period else None),
        per_million(period.amount("output") if period else None),
    ] == row[2:]
    assert bool(model.replacement_name) == bool(model.replacement)
    assert model.family
    assert model.summary.endswith(".")
    assert model.description.endswith(".")
    assert model.input_modalities.exists()
    assert model.output_modalities.exists()
    model.full_clean()


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize(
    ("slug", "architecture", "total", "active", "licence"),
    [
        ("mistral-small-2603", "moe", 119_000_000_000, 6_500_000_000, "Apache 2.0"),
        ("mixtral-8x22b-instruct", "moe", 141_000_000_000, 39_000_000_000, "Apache 2.0"),
        ("mixtral-8x7b-instruct", "moe", 47_000_000_000, 13_000_000_000, "Apache 2.0"),
        ("labs-leanstral-1-5", "moe", 119_000_000_000, 6_500_000_000, "Apache 2.0"),
        ("shieldstral-1-0", "dense", 3_800_000_000, None, "Apache 2.0"),
        ("codestral-mamba", "", 7_000_000_000, None, "Apache 2.0"),
        ("codestral-2405", "dense", 22_000_000_000, None, "Mistral Non-Production License (MNPL)"),
        ("mistral-small-2409", "dense", 22_000_000_000, None, "Mistral Research License (MRL)"),
        ("voxtral-mini-tts-2603", "dense", 4_000_000_000, None, "CC BY-NC 4.0"),
        ("mistral-medium-3.1", "", None, None, ""),
        ("mistral-large-4-0", "", None, None, ""),
    ],
)
def test_sizes_and_licences(slug: str, architecture: str, total: int | None, active: int | None, licence: str) -> None:
    model = model_of(slug)
    assert (model.architecture, model.parameters_total, model.parameters_active) == (architecture, total, active)
    assert model.licence == licence
    assert bool(model.weights_url) == bool(model.licence_url) == bool(licence)


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize(
    ("slug", "reads", "writes"),
    [
        ("voxtral-small-24b-2507", "audio text", "text"),
        ("voxtral-mini-tts-2603", "audio text", "audio"),
        ("mistral-embed-2312", "text", "embeddings"),
        ("codestral-embed-2505", "text", "embeddings"),
        ("mistral-moderation-2603", "text", "scores"),
        ("mistral-ocr-4-1", "file image", "image text"),
        ("magistral-medium-2509", "image text", "text"),
        ("mistral-small-3.1-24b-instruct", "image text", "text"),
    ],
)
def test_modalities(slug: str, reads: str, writes: str) -> None:
    model = model_of(slug)
    assert sorted(modality.slug for modality in model.input_modalities.all()) == reads.split()
    assert sorted(modality.slug for modality in model.output_modalities.all()) == writes.split()


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize(
    ("slug", "status"),
    [
        ("mistral-large-4-0", Status.ACTIVE),
        ("mistral-small-2603", Status.ACTIVE),
        ("mistral-medium-3.1", Status.RETIRED),
        ("mistral-nemo", Status.RETIRED),
        ("mistral-saba", Status.RETIRED),
        ("devstral-medium", Status.DELISTED),
        ("ministral-8b", Status.DELISTED),
        ("magistral-medium-2507", Status.DELISTED),
        ("magistral-medium-2509", Status.RETIRED),
        ("labs-leanstral-1-5", Status.RETIRED),
        ("mathstral-7b", Status.RETIRED),  # called retired, without a day
        ("mistral-ocr-4-1", Status.ACTIVE),
    ],
)
def test_where_they_stand(slug: str, status: Status) -> None:
    assert model_of(slug).status_on(TODAY) == status


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize(
    ("upstream_id", "days", "gone", "there"),
    [
        ("mistralai/devstral-2512", [("2026-07-31", "2026-10-08")], date(2026, 8, 22), date(2026, 10, 8)),
        ("mistralai/ministral-8b", [("2026-02-11", "2026-08-21")], date(2026, 5, 1), date(2026, 8, 22)),
    ],
)
def test_gaps(upstream_id: str, days: list[tuple[str, str]], gone: date, there: date) -> None:
    listing = listing_of(upstream_id)
    gaps = Absence.objects.filter(listing=listing)
    assert [(str(gap.from_day), str(gap.to_day)) for gap in gaps] == days
    assert listing.model.status_on(gone) == Status.DELISTED
    assert listing.model.status_on(there) == Status.RETIRED
    assert all(gap.note.endswith(".") for gap in gaps)


@pytest.mark.usefixtures("seeded")
def test_one_listing_stands_for_each_model_that_is_sold() -> None:
    for model in LanguageModel.objects.prefetch_related("listings__market", "listings__periods"):
        mains = [listing for listing in model.listings.all() if listing.is_main]
        assert len(mains) == (1 if model.listings.all() else 0), model
        plain = [
            listing
            for listing in model.listings.all()
            if listing.market.slug == "openrouter" and ":" not in listing.upstream_id
        ]
        assert not mains or (mains[0] in plain if plain else mains[0].market.slug == "mistral"), model


@pytest.mark.usefixtures("seeded")
def test_what_writes_no_text_is_not_offered_in_the_playground() -> None:
    offered = {listing.model.slug for listing in Listing.objects.for_playground()}
    assert {"mistral-large-4-0", "mistral-small-2603", "voxtral-small-24b-2507"} <= offered
    assert not offered & {"mistral-embed-2312", "codestral-embed-2505", "mistral-moderation-2603", "mistral-ocr-4-1"}


@pytest.mark.usefixtures("seeded")
def test_parameters_come_from_the_list_of_their_day() -> None:
    small = listing_of("mistralai/mistral-small-3.2-24b-instruct").effective_parameters()
    assert sorted(small) == [
        "frequency_penalty", "logit_bias", "logprobs", "max_tokens", "min_p", "presence_penalty", "repetition_penalty",
        "response_format", "seed", "stop", "structured_outputs", "temperature", "tool_choice", "tools", "top_k",
        "top_logprobs", "top_p",
    ]  # fmt: skip
    assert small["temperature"].default == "0.3"
    assert (small["top_logprobs"].minimum, small["top_logprobs"].maximum) == ("0", "20")
    assert sorted(listing_of("mistralai/mistral-small-creative").effective_parameters()) == ["tool_choice", "tools"]
    assert listing_of("mistralai/voxtral-small-24b-2507").effective_parameters()["top_p"].default == "0.95"
    for row in Parameter.objects.select_related("source"):
        assert row.description, row
        row.clean()


def test_a_fresh_seeding_is_quick_and_a_second_one_changes_nothing() -> None:
    begun = time.monotonic()
    first = seeding.seed()
    assert time.monotonic() - begun < 20
    assert first.created > 3000
    assert (first.updated, first.kept) == (0, 0)
    second = seeding.seed()
    assert (second.created, second.updated, second.kept) == (0, 0, 0)
    assert second.unchanged == first.created
    third = seeding.seed(dry_run=True)
    assert not third.changes


def test_the_command_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("seed")
    assert re.fullmatch(r"Seeded the catalog: \d+ created, 0 updated, 0 kept, 0 unchanged\.\n", capsys.readouterr().out)
