"""What a change makes stale, and that it is written anew before it is read."""

from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from catalog import freshness
from catalog.models import (
    LanguageModel,
    Modality,
    SearchText,
    Span,
    StaleModel,
    WordSet,
)
from catalog.spans import ensure_fresh, refreshing
from tests.factories import (
    DAY,
    make_alias,
    make_model,
    make_parameter,
    make_priced,
)

pytestmark = pytest.mark.django_db
LATER = date(2026, 11, 21)


def span(slug: str, day: date = LATER) -> Span:
    ensure_fresh()
    return Span.objects.on(day).get(public_id=f"mistralai/{slug}")


def queries_of(call) -> int:
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured)


def test_a_row_of_the_table_is_whole():
    model = make_priced(
        "large", "0.50", "1.50", "0.05", name="Large", family="Large", licence="Apache 2.0", reads="text,image",
        announced_on=date(2025, 11, 1), parameters_total=675_000_000_000,
    )  # fmt: skip
    model.output_modalities.add(Modality.objects.get(slug="text"))
    listing = model.listings.get()
    listing.max_completion_tokens = 8192
    listing.save()
    make_parameter(listing, "tools")
    make_parameter(listing, "seed")
    row = span("large")
    assert (row.from_day, row.to_day) == (DAY, date(9999, 12, 31))
    assert (row.public_id, row.name, row.vendor, row.vendor_name) == (
        "mistralai/large",
        "Large",
        "mistralai",
        "Mistral AI",
    )
    assert (row.family, row.licence, row.status) == ("Large", "Apache 2.0", "active")
    assert (row.announced_on, row.released_on, row.listed_on, row.retires_on) == (date(2025, 11, 1), DAY, DAY, None)
    assert (row.context_length, row.max_completion_tokens, row.parameters_total) == (262_144, 8192, 675_000_000_000)
    assert (row.input_amount, row.output_amount, row.cache_amount) == ("0.0000005", "0.0000015", "0.00000005")
    assert (row.reads.words, row.writes.words, row.parameters.words) == ("image text", "text", "seed tools")
    assert span("large", date(2025, 11, 15)).status == "announced"


def test_nothing_stale_costs_one_query():
    make_priced("one")
    ensure_fresh()
    assert queries_of(ensure_fresh) == 1


def test_the_number_of_queries_does_not_grow_with_the_models():
    def refill(count: int) -> int:
        for number in range(count):
            model = make_priced(f"model-{count}-{number}")
            make_parameter(model.main_listing())
            make_alias(model, f"alias-{count}-{number}")
        return queries_of(ensure_fresh)

    refill(1)  # the sets of words are made here
    assert refill(2) == refill(12)


def test_what_is_rebuilt_is_what_changed():
    make_priced("one")
    make_priced("two")
    ensure_fresh()
    before = {row.public_id: row.pk for row in Span.objects.all()}
    model = LanguageModel.objects.get(slug="one")
    model.name = "Number One"
    model.save()
    assert span("one").name == "Number One"
    assert span("one").pk != before["mistralai/one"]
    assert span("two").pk == before["mistralai/two"]


def test_a_deleted_model_leaves_neither_rows_nor_marks():
    make_priced("one")
    make_priced("two").delete()
    ensure_fresh()
    assert not StaleModel.objects.exists()
    assert list(Span.objects.values_list("public_id", flat=True)) == ["mistralai/one"]
    assert SearchText.objects.count() == 1
    LanguageModel.objects.all().delete()
    assert not Span.objects.exists()
    assert not SearchText.objects.exists()


def test_more_models_than_fit_in_one_chunk(monkeypatch):
    monkeypatch.setattr(refreshing, "CHUNK", 2)
    for number in range(5):
        make_priced(f"model-{number}")
    StaleModel.objects.all().delete()
    freshness.touched([freshness.EVERY_MODEL])
    assert ensure_fresh()
    assert Span.objects.on(LATER).count() == 5
    assert not StaleModel.objects.exists()


def test_a_reader_whose_patience_ends_reads_what_is_there(monkeypatch):
    monkeypatch.setattr(refreshing, "CHUNK", 2)
    for number in range(5):
        make_priced(f"model-{number}")
    assert not ensure_fresh(patience=0)
    assert not Span.objects.exists()
    assert ensure_fresh(patience=None)
    assert Span.objects.on(LATER).count() == 5


def test_a_database_that_cannot_be_written_is_answered_from(caplog):
    make_priced("one", name="Before")
    ensure_fresh()
    LanguageModel.objects.update(name="After")
    freshness.touched(LanguageModel.objects.values_list("pk", flat=True))
    read_only, writable = {
        "sqlite": ("PRAGMA query_only = ON", "PRAGMA query_only = OFF"),
        "postgresql": ("SET transaction_read_only = on", None),
    }[connection.vendor]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(read_only)
        assert not ensure_fresh()
        assert Span.objects.on(LATER).get().name == "Before"
        if writable:
            with connection.cursor() as cursor:
                cursor.execute(writable)
        else:
            transaction.set_rollback(True)
    assert "could not be written anew" in caplog.text
    if writable:
        assert span("one").name == "After"


def test_one_absurd_day_keeps_no_other_model_from_the_table(caplog):
    make_priced("sane")
    make_model("absurd", released_on=None, retires_on=date(1, 1, 1))
    ensure_fresh()
    assert [row.public_id for row in Span.objects.all()] == ["mistralai/sane"]
    assert "mistralai/absurd is not on the table" in caplog.text


def test_a_refresh_follows_the_commit(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        make_priced("one")
    assert len(callbacks) == 1
    assert Span.objects.on(LATER).count() == 1
    assert freshness.is_fresh()


def test_seeding_ends_with_a_fresh_table():
    call_command("seed", verbosity=0)
    assert queries_of(ensure_fresh) == 1
    assert Span.objects.values("model").distinct().count() == LanguageModel.objects.count() > 0


def test_sets_of_words_are_shared_and_cut_where_the_column_ends():
    one, two = make_priced("one"), make_priced("two")
    for model in (one, two):
        for number in range(30):
            make_parameter(model.main_listing(), f"{number:02}-{'x' * 55}")
    ensure_fresh()
    words = WordSet.objects.get(kind="parameters", words__startswith="00").words.split()
    assert len(words) == 25  # of 58 letters and a space each, in 1500 letters
    assert {len(word) for word in words} == {58}
    assert Span.objects.on(LATER).values("parameters").distinct().count() == 1
