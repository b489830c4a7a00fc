"""The counts beside the table's filters."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import LanguageModel, Modality, Span, Vendor
from catalog.spans import ensure_fresh, facets
from tests.factories import make_model, make_parameter, make_priced

pytestmark = pytest.mark.django_db
LATER = date(2026, 11, 21)


@pytest.fixture
def three() -> None:
    """Two large models, of which one sees and one is retired, and a small one of another vendor."""
    seeing = make_priced("seeing", family="Large", licence="MIT", reads="text,image")
    make_priced("retired", family="Large", reads="text", retires_on=date(2026, 1, 1))
    small = make_model("small", family="Small", reads="text", vendor=Vendor.objects.create(slug="acme", name="Acme AI"))
    for model, names in ((seeing, ("seed", "tools")), (LanguageModel.objects.get(slug="retired"), ("seed",))):
        for name in names:
            make_parameter(model.main_listing(), name)
    assert small.main_listing() is None
    ensure_fresh()


def test_each_value_with_its_label_and_count(three):
    assert facets(Span.objects.on(LATER)) == {
        "modality": [("text", "Text", 3), ("image", "Image", 1)],
        "parameter": [("seed", "seed", 2), ("tools", "tools", 1)],
        "status": [("active", "Active", 2), ("retired", "Retired", 1)],
        "family": [("Large", "Large", 2), ("Small", "Small", 1)],
        "vendor": [("mistralai", "Mistral AI", 2), ("acme", "Acme AI", 1)],
        "licence": [("MIT", "MIT", 1)],
    }


def test_what_is_filtered_out_is_not_counted(three):
    found = facets(Span.objects.on(LATER).filter(family="Large", status="active"))
    assert found["modality"] == [("image", "Image", 1), ("text", "Text", 1)]
    assert found["vendor"] == [("mistralai", "Mistral AI", 1)]
    assert found["status"] == [("active", "Active", 1)]


def test_a_filter_on_joined_words_and_an_order_do_not_multiply(three):
    spans = Span.objects.on(LATER).filter(parameters__words__contains="seed").order_by("-input_sort")
    assert facets(spans)["family"] == [("Large", "Large", 2)]


def test_only_what_is_asked_for(three):
    assert facets(Span.objects.on(LATER), only=("status",)) == {
        "status": [("active", "Active", 2), ("retired", "Retired", 1)]
    }


@pytest.mark.parametrize("nothing", [Span.objects.none, lambda: Span.objects.filter(name="no such")])
def test_no_rows_no_counts(three, nothing):
    names = ("modality", "parameter", "status", "family", "vendor", "licence")
    assert facets(nothing()) == {name: [] for name in names}


def test_two_queries_however_many_models_and_one_for_the_same_again(three):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            facets(Span.objects.on(LATER))
        return len(captured)

    assert (queries(), queries()) == (2, 1)
    for number in range(10):
        make_priced(f"model-{number}", family=f"Family {number}")
    ensure_fresh()
    assert (queries(), queries()) == (2, 1)


def test_what_was_counted_before_a_change_is_not_told_after_it(three):
    spans = Span.objects.on(LATER)
    assert facets(spans)["family"][0] == ("Large", "Large", 2)
    model = LanguageModel.objects.get(slug="small")
    model.family = "Large"
    model.save()
    facets(spans)  # the rows are still the old ones: this answer must not be kept
    ensure_fresh()
    assert facets(spans)["family"] == [("Large", "Large", 3)]
    text = Modality.objects.get(slug="text")
    text.name = "Words"
    text.save()
    assert facets(spans)["modality"][0] == ("text", "Words", 3)


def test_another_day_is_counted_anew(three):
    assert (
        facets(Span.objects.on(date(2025, 12, 24)))["status"]
        == [("retiring", "Retiring", 1), ("active", "Active", 2)][::-1]
    )
