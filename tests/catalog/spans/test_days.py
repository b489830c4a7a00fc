"""The spans answer on every day as the catalog's own tables do, whatever the catalog."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from django.utils import timezone

from catalog.exact import parse_amount
from catalog.models import LanguageModel, Span
from catalog.models.spans import ALWAYS
from catalog.pricelist import annotated
from catalog.spans import ensure_fresh
from tests.catalog.spans.random_catalogs import DAYS, FIRST_DAY, make_catalog
from tests.factories import make_listing, make_model, make_period, make_rate

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("seed", range(4))
def test_every_day_is_as_the_tables_say(seed):
    make_catalog(seed)
    assert ensure_fresh()
    for day in DAYS:
        found = {span.model_id: span for span in Span.objects.on(day).select_related("reads", "writes", "parameters")}
        models = LanguageModel.objects.known_by(day).for_table(day)
        models = {
            model.pk: model for model in models.prefetch_related("listings__parameters__source", "output_modalities")
        }
        assert found.keys() == models.keys(), day
        for pk, model in models.items():
            span = found[pk]
            assert span.status == model.status, (day, model)
            for name in ("input", "output", "cache"):
                exact = annotated(model, name)
                assert parse_amount(getattr(span, f"{name}_amount")) == exact, (day, model, name)
                assert getattr(span, f"{name}_sort") == exact, (day, model, name)  # no more than 18 decimals here
            assert span.listed_on == model.listed_on
            assert span.reads.words.split() == sorted(modality.slug for modality in model.input_modalities.all())
            listing = model.main_listing()
            taken = listing.effective_parameters().items() if listing else ()
            assert span.parameters.words.split() == [name for name, parameter in taken if not parameter.is_unsupported]
            assert span.max_completion_tokens == (listing.max_completion_tokens if listing else None)


@pytest.mark.parametrize("seed", [8, 9])
def test_the_spans_of_a_model_follow_each_other_and_differ(seed):
    make_catalog(seed)
    ensure_fresh()
    same = ("model_id", "id", "from_day", "to_day")
    for model in LanguageModel.objects.all():
        spans = list(Span.objects.filter(model=model).order_by("from_day"))
        assert spans[-1].to_day == ALWAYS
        for one, following in pairwise(spans):
            assert one.to_day == following.from_day
            shown = [
                {key: value for key, value in vars(span).items() if key not in same and not key.startswith("_")}
                for span in (one, following)
            ]
            assert shown[0] != shown[1]


def test_a_model_of_the_future_is_on_todays_table():
    model = make_catalog(0, count=1)[0]
    model.listings.all().delete()
    LanguageModel.objects.filter(pk=model.pk).update(announced_on=None, released_on=date(2999, 1, 1), retires_on=None)
    model.refresh_from_db()
    model.save()
    ensure_fresh()
    today = timezone.now().date()
    assert Span.objects.on(today).get().status == "announced"
    assert not Span.objects.on(FIRST_DAY).exists()


def test_amounts_are_exact_and_their_copies_rounded():
    period = make_period(make_listing(make_model("fine")))
    make_rate(period, "input", each="0.0000000000000000000123")
    ensure_fresh()
    span = Span.objects.get()
    assert (span.input_amount, span.input_sort) == ("0.0000000000000000000123", Decimal(0))
    assert (span.output_amount, span.output_sort) == ("", None)
