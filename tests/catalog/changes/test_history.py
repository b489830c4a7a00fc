"""Events from the history: parameters gained and lost, limits and facts that an import or an edit changed."""

from datetime import date

import pytest

from catalog.history.recording import recorded
from catalog.history.undoing import undo
from catalog.models import Change, LanguageModel, Modality, Revision
from tests.catalog.changes.reading import TODAY, lines, make_change, make_revision, step
from tests.factories import make_listing, make_model, make_parameter, make_source

pytestmark = pytest.mark.django_db


@pytest.fixture
def model():
    return make_model("a", released_on=None)


def test_parameters_gained_and_lost_are_one_event(model):
    revision = make_revision()
    make_change(
        revision,
        model,
        step("parameter", None, {"name": "reasoning", "is_unsupported": False}),
        step("parameter", {"name": "top_k", "is_unsupported": False}, None),
        step("parameter", None, {"name": "seed", "is_unsupported": False}),
        field="parameters",
    )
    assert lines() == [("2026-06-15", "parameter", "a", "Gained reasoning, seed; lost top_k.")]


def test_lines_of_one_revision_are_one_event_and_those_of_two_are_two(model):
    for day in (TODAY, date(2026, 6, 14)):
        revision = make_revision(day)
        for name in ("one", "two"):
            row = {"name": f"{name}-{day.day}", "is_unsupported": False}
            make_change(revision, model, step("parameter", None, row), kind=Change.Kind.ADDED, field="parameter")
    assert [line[3] for line in lines()] == ["Gained one-15, two-15.", "Gained one-14, two-14."]


def test_a_row_that_was_written_anew_is_no_event(model):
    row = {"name": "top_k", "is_unsupported": False}
    make_change(make_revision(), model, step("parameter", row, None), step("parameter", None, row))
    assert lines() == []


def test_a_list_that_is_read_beside_a_page_tells_of_no_parameters_gained(model):
    words = {"before": "temperature", "after": "temperature, seed"}
    row = {"name": "seed", "is_unsupported": False}
    make_change(make_revision(), model, step("parameter", None, row), field="sources", **words)
    make_change(make_revision(), model, field="sources", **words)
    assert lines() == []


def test_a_parameter_that_another_source_had_named_before_is_not_gained(model):
    listing = make_listing(model, listed_on=None)
    make_parameter(listing, "seed")
    steps = []
    for name in ("seed", "top_k"):
        row = make_parameter(listing, name, source=make_source("list", "The list"))
        after = {"listing_id": listing.pk, "name": name, "is_unsupported": False}
        steps.append(step("parameter", None, after, row.pk))
    make_change(make_revision(), model, *steps, field="parameters")
    assert [line[3] for line in lines()] == ["Gained top_k."]


def test_a_parameter_that_came_to_be_unsupported_is_lost_and_others_change(model):
    parameter = make_parameter(make_listing(model, listed_on=None), "top_p")
    make_change(
        make_revision(date(2026, 6, 1)),
        model,
        step("parameter", {"is_unsupported": False}, {"is_unsupported": True}, parameter.pk),
    )
    make_change(
        make_revision(date(2026, 6, 2)),
        model,
        step("parameter", {"default": "", "maximum": "1"}, {"default": "0.3", "maximum": "2"}, parameter.pk),
        step("parameter", {"is_deprecated": False}, {"is_deprecated": True}, parameter.pk),
    )
    assert [line[3] for line in lines()] == [
        "Default of top_p from none to 0.3; maximum of top_p from 1 to 2; top_p is deprecated.",
        "Lost top_p.",
    ]


@pytest.mark.parametrize(
    ("table", "column", "before", "after", "kind", "words"),
    [
        ("languagemodel", "context_length", 131072, 262144, "limit", "Context from 131,072 tokens to 262,144 tokens."),
        ("listing", "context_length", None, 8192, "limit", "Context now known: 8,192 tokens."),
        (
            "listing",
            "max_completion_tokens",
            65536,
            None,
            "limit",
            "Longest answer no longer known, was 65,536 tokens.",
        ),
        (
            "languagemodel",
            "retires_on",
            "2026-07-31",
            "2026-12-01",
            "retirement",
            "Day of retirement from Jul 31, 2026 to Dec 1, 2026.",
        ),
        ("languagemodel", "licence", "MRL", "Apache 2.0", "fact", "Licence from MRL to Apache 2.0."),
        ("languagemodel", "parameters_total", None, 675_000_000_000, "fact", "Size now known: 675B."),
        ("languagemodel", "name", "Old", "New", "name", "Name from Old to New."),
    ],
)
def test_what_has_no_day_of_its_own_is_told(model, table, column, before, after, kind, words):
    make_change(make_revision(), model, step(table, {column: before}, {column: after}), field=column)
    assert lines() == [("2026-06-15", kind, "a", words)]


def test_modalities_are_told_by_their_names(model):
    text, image = (
        Modality.objects.get_or_create(slug=slug, defaults={"name": slug.title()})[0] for slug in ("text", "image")
    )
    make_change(
        make_revision(),
        model,
        step("languagemodel", {"input_modalities": [text.pk]}, {"input_modalities": [image.pk]}),
    )
    assert [line[3] for line in lines()] == ["Reads image now, no longer reads text."]


def test_what_has_days_of_its_own_or_is_no_news_is_left_out(model):
    make_change(
        make_revision(),
        model,
        step("languagemodel", {"summary": "a"}, {"summary": "b"}),
        step("listing", {"delisted_on": None, "weekly_tokens": 1}, {"delisted_on": "2026-06-01", "weekly_tokens": 2}),
    )
    make_change(make_revision(), model, step("rate", {"amount": "1"}, {"amount": "2"}), kind=Change.Kind.PRICE)
    make_change(make_revision(), model, kind=Change.Kind.GONE)
    assert lines() == []


@pytest.mark.parametrize(
    ("revision", "change"),
    [
        ({"state": Revision.State.PREVIEW}, {"outcome": Change.Outcome.WAITING}),
        ({"state": Revision.State.UNDONE}, {}),
        ({}, {"outcome": Change.Outcome.LEFT}),
        ({}, {"outcome": Change.Outcome.UNDONE}),
        ({}, {"kind": Change.Kind.CONFLICT}),
    ],
)
def test_what_did_not_happen_or_was_undone_is_no_event(model, revision, change):
    told = step("languagemodel", {"licence": "a"}, {"licence": "b"})
    make_change(make_revision(**revision), model, told, **change)
    assert lines() == []
    make_change(make_revision(), model, told)
    assert len(lines()) == 1


def test_a_line_without_steps_is_told_by_its_words(model):
    make_change(make_revision(), model, field="parameters", before="temperature, top_k", after="temperature, seed")
    make_change(make_revision(), model, field="licence", before="MRL", after="MIT")
    assert [line[3] for line in lines()] == ["Gained seed; lost top_k.", "Licence from MRL to MIT."]


def test_a_model_without_a_first_day_was_added_when_the_history_says_so_and_once(model):
    revision = make_revision(date(2026, 6, 1))
    make_change(revision, model, kind=Change.Kind.ADDED)
    make_change(revision, model, step("parameter", None, {"name": "seed"}), kind=Change.Kind.ADDED, field="parameter")
    dated = make_model("b", released_on=date(2026, 5, 1))
    make_change(revision, dated, kind=Change.Kind.ADDED)
    assert lines() == [
        ("2026-06-01", "new", "a", "Added to the catalog. Neither its release nor a listing has a day on record."),
        ("2026-05-01", "new", "b", "Released by Mistral AI."),
    ]


def test_an_imports_source_is_named_and_an_edit_says_that_it_was_one(model, client):
    told = step("languagemodel", {"licence": "a"}, {"licence": "b"})
    make_change(make_revision(source=make_source("list", "The market’s list", read_on=TODAY)), model, told)
    make_change(make_revision(date(2026, 6, 1), kind=Revision.Kind.EDIT), model, told)
    page = " ".join(client.get("/changes/").content.decode().split())
    assert "The market’s list, <time" in page
    assert "Edited here" in page


def test_an_act_undone_in_part_is_told_by_what_is_left_of_it(client, owner):
    one, two = make_model("one", context_length=1000), make_model("two", context_length=1000)
    with recorded("edit", "Both", owner, [one, two]) as act:
        LanguageModel.objects.update(context_length=2000)
    with recorded("edit", "Edit of two", owner, [two]):
        LanguageModel.objects.filter(pk=two.pk).update(context_length=3000)
    before = client.get("/changes/?kind=limit").content.decode()
    assert before.count("Context from 1,000 tokens to 2,000 tokens.") == 2
    undo(act.revision)
    after = client.get("/changes/?kind=limit").content.decode()
    assert after.count("Context from 1,000 tokens to 2,000 tokens.") == 1
    assert "Context from 2,000 tokens to 3,000 tokens." in after
