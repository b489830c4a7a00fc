"""An import in the admin from the file to the undo: what a person sees, leaves out, forces, applies and takes back."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from catalog.models import Change, LanguageModel, Pin, Revision
from tests.catalog.imports.files import listing, model
from tests.factories import make_listing, make_priced

pytestmark = pytest.mark.django_db
BEGIN = "/admin/catalog/revision/import/"


def upload(client: Client, data: Any, kind: str = "openrouter", **fields: str) -> Any:
    content = data if isinstance(data, bytes) else json.dumps(data).encode()
    file = SimpleUploadedFile("models.json", content, "application/json")
    return client.post(BEGIN, {"kind": kind, "file": file, "is_extract": "on"} | fields)


def previewed(client: Client, data: Any, **fields: str) -> Revision:
    response = upload(client, data, **fields)
    assert response.status_code == 302, response.content.decode()
    revision = Revision.objects.latest()
    assert response["Location"] == page(revision)
    return revision


def page(revision: Revision, what: str = "change") -> str:
    return f"/admin/catalog/revision/{revision.pk}/{what}/"


def ticks(client: Client, revision: Revision, *left_out: str, query: str = "") -> dict[str, Any]:
    """What the page of a preview would send, with the lines of these subjects unticked."""
    lines = client.get(page(revision) + query).context["lines"]
    shown = [line for line in lines if line.outcome in ("waiting", "left")]
    return {
        "line": [line.pk for line in shown],
        "take": [line.pk for line in shown if line.outcome == "waiting" and line.subject not in left_out],
        "p": lines.number,
    }


def cheap(**changes: Any) -> dict[str, Any]:
    prices = {"prompt": "0.0000001", "completion": "0.0000003"}
    return model(**{"id": "mistralai/small", "name": "Mistral: Small", "pricing": prices} | changes)


def test_a_file_is_previewed_applied_in_part_and_undone(importer: Client) -> None:
    known = make_priced("mistral-large-2512", input="0.50", output="1.50")
    moved = model(pricing={"prompt": "0.0000006", "completion": "0.0000015"})
    revision = previewed(importer, listing(moved, cheap()))
    assert "Import" in importer.get("/admin/catalog/revision/").content.decode()
    told = importer.get(page(revision)).content.decode()
    for words in (
        "2 entries read.", "1 added", "1 price", "input $0.50, output $1.50 per million tokens",
        "input $0.60, output $1.50 per million tokens", "input +20%", "models.json", "Raw entry",
    ):  # fmt: skip
        assert words in told, words
    assert LanguageModel.objects.count() == 1, "nothing has changed yet"

    applied = importer.post(page(revision, "apply"), ticks(importer, revision, "mistralai/small"), follow=True)
    assert "left out" in applied.content.decode()
    assert LanguageModel.objects.count() == 1
    assert [period.amount("input").normalize().as_tuple().digits for period in known.periods.order_by("starts_on")] == [
        (5,), (6,),
    ]  # fmt: skip
    revision.refresh_from_db()
    assert (revision.state, revision.user.username) == (Revision.State.APPLIED, "Catalog importers")

    undone = importer.post(page(revision, "undo"), follow=True).content.decode()
    assert "undone" in undone
    assert known.periods.count() == 1


def test_importing_the_same_again_says_that_nothing_differs(importer: Client) -> None:
    data = listing(model(), cheap())
    first = previewed(importer, data)
    importer.post(page(first, "apply"), ticks(importer, first))
    assert LanguageModel.objects.count() == 2
    again = previewed(importer, data)
    assert "Nothing differs from the catalog." in importer.get(page(again)).content.decode()
    said = importer.post(page(again, "apply"), follow=True).content.decode()
    assert "counts as seen today" in said


def test_ticks_survive_turning_the_page(importer: Client) -> None:
    entries = [cheap(id=f"mistralai/m{number:03}", name=f"Mistral: M {number}") for number in range(120)]
    revision = previewed(importer, listing(*entries))
    first = ticks(importer, revision, "mistralai/m003")
    turned = importer.post(page(revision, "choose"), first | {"go": "2"})
    assert turned["Location"] == page(revision) + "?p=2"
    second = ticks(importer, revision, "mistralai/m110", query="?p=2")
    assert len(second["line"]) == 20
    importer.post(page(revision, "apply"), second)
    left = revision.changes.filter(outcome=Change.Outcome.LEFT).values_list("subject", flat=True)
    assert sorted(left) == ["mistralai/m003", "mistralai/m110"]
    assert LanguageModel.objects.count() == 118


def test_a_whole_kind_is_left_out_and_taken_again(importer: Client) -> None:
    make_priced("mistral-large-2512", input="0.50", output="1.50")
    moved = model(pricing={"prompt": "0.0000006", "completion": "0.0000015"})
    revision = previewed(importer, listing(moved, cheap()))
    importer.post(page(revision, "choose"), ticks(importer, revision) | {"leave": "added"})
    assert revision.changes.get(kind="added").outcome == Change.Outcome.LEFT
    assert revision.changes.get(kind="price").outcome == Change.Outcome.WAITING
    assert "1 added (1 left out)" in importer.get(page(revision)).content.decode()
    importer.post(page(revision, "choose"), ticks(importer, revision) | {"take_all": "added"})
    assert revision.changes.get(kind="added").outcome == Change.Outcome.WAITING


def test_what_speaks_against_it_must_be_ticked_away(importer: Client) -> None:
    known = make_priced("mistral-large-2512", input="0.50", output="1.50")
    revision = previewed(importer, listing(model(pricing={"prompt": "0.00005", "completion": "0.0000015"})))
    told = importer.get(page(revision)).content.decode()
    assert "The price of mistralai/mistral-large-2512 would move 100×" in told
    assert "apply all the same" in told
    refused = importer.post(page(revision, "apply"), ticks(importer, revision))
    assert refused.status_code == 409
    assert "Not applied" in refused.content.decode()
    assert known.periods.count() == 1
    forced = importer.post(page(revision, "apply"), ticks(importer, revision) | {"force": "on"}, follow=True)
    assert "Applied against a refusal." in forced.content.decode()
    assert known.periods.count() == 2


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "file is empty"),
        (b"<html>", "web page"),
        (b'{"data": [', "Nothing"),
        ({"models": []}, "not OpenRouter"),
        ({"data": []}, "It holds no entries."),
        ({"data": [{"name": "x"}]}, "There is no usable entry in it."),
    ],
)
def test_a_file_that_cannot_be_used_says_why(importer: Client, data: Any, words: str) -> None:
    make_priced("mistral-large-2512")
    response = upload(importer, data)
    told = (
        response.content.decode()
        if response.status_code == 422
        else importer.get(response["Location"]).content.decode()
    )
    if words != "Nothing":
        assert words in told
    else:
        assert "cut" in told or "ends" in told or "truncated" in told or "middle" in told
    assert not Revision.objects.exclude(state=Revision.State.REFUSED).exists()
    assert 'value="Apply' not in told
    assert "Apply what is ticked" not in told


def test_a_form_without_a_file_or_of_no_kind_is_refused_in_words(importer: Client) -> None:
    assert "Choose a file" in importer.post(BEGIN, {"kind": "openrouter"}).content.decode()
    assert "Select a valid choice" in upload(importer, listing(model()), kind="nothing").content.decode()
    live = importer.post(BEGIN, {"kind": "litellm", "live": "Read"})
    assert live.status_code == 422
    assert "is read from a file only" in live.content.decode()
    assert not Revision.objects.exists()


def test_reading_live_with_no_way_there_says_so(importer: Client, settings: Any) -> None:
    settings.OPENROUTER_BASE_URL = "http://127.0.0.1:9/api/v1"  # nobody listens there
    response = importer.post(BEGIN, {"kind": "openrouter", "live": "Read OpenRouter now"}, follow=True)
    assert "cannot be reached from here. Import a file instead." in response.content.decode()
    assert Revision.objects.get().state == Revision.State.REFUSED


def test_an_outdated_preview_says_so_and_keeps_what_no_longer_fits(importer: Client, editor: Client) -> None:
    known = make_priced("mistral-large-2512", input="0.50", output="1.50")
    revision = previewed(importer, listing(model(name="Mistral: Larger")))
    listing_page = f"/admin/catalog/listing/{known.listings.get().pk}/change/"
    from tests.catalog.admin_pages import accepted, save

    accepted(save(editor, listing_page, name="Mine"))
    told = importer.get(page(revision)).content.decode()
    assert "This preview is outdated" in told
    assert "Edit of mistralai/mistral-large-2512 at OpenRouter" in told
    applied = importer.post(page(revision, "apply"), ticks(importer, revision), follow=True).content.decode()
    assert "kept as the catalog has it now" in applied
    assert known.listings.get().name == "Mine"


def test_a_pin_is_respected_and_the_next_import_tells_of_it(importer: Client, editor: Client) -> None:
    from tests.catalog.admin_pages import accepted, change_url, save

    known = make_priced("mistral-large-2512", input="0.50", output="1.50")
    accepted(save(editor, change_url(known), **{"periods-0-input_price": "0.60", "reason": "Contract"}))
    revision = previewed(importer, listing(model(pricing={"prompt": "0.0000007", "completion": "0.0000015"})))
    assert "the source has moved on to input $0.70" in importer.get(page(revision)).content.decode()
    importer.post(page(revision, "apply"), ticks(importer, revision))
    assert Pin.objects.get(field="price").standing == Pin.Standing.MOVED
    assert known.periods.get().rates.get(component="input").amount == "0.0000006"


def test_discarding_changes_nothing_and_closes_the_preview(importer: Client) -> None:
    revision = previewed(importer, listing(model()))
    said = importer.post(page(revision, "discard"), follow=True).content.decode()
    assert "The preview was discarded. Nothing was changed." in said
    assert not LanguageModel.objects.exists()
    late = importer.post(page(revision, "apply"), follow=True).content.decode()
    assert "discarded: nothing was done" in late
    assert not LanguageModel.objects.exists()


def test_a_reading_that_was_broken_off_can_be_discarded(importer: Client) -> None:
    revision = previewed(importer, listing(model()))
    Revision.objects.update(state=Revision.State.READING)
    assert "It is being read." in importer.get(page(revision)).content.decode()
    importer.post(page(revision, "discard"))
    revision.refresh_from_db()
    assert revision.state == Revision.State.DISCARDED


def test_the_raw_entry_is_one_click_away_and_only_text(importer: Client) -> None:
    revision = previewed(importer, listing(model(extra="<script>alert(1)</script>")))
    line = revision.changes.first()
    told = importer.get(f"/admin/catalog/revision/{revision.pk}/lines/{line.pk}/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in told
    assert "<script>alert" not in told
    assert importer.get(f"/admin/catalog/revision/{revision.pk + 1}/lines/{line.pk}/").status_code == 404


def test_models_that_vanish_are_only_missed_and_a_list_of_many_is_refused(importer: Client) -> None:
    for number in range(3):
        make_listing(make_priced(f"m{number}"), upstream_id=f"mistralai/other-{number}", is_main=False)
    revision = previewed(importer, listing(model()), is_extract="")
    told = importer.get(page(revision)).content.decode()
    assert "models would vanish" in told
    assert "Missing for the first day" in told


def test_nothing_is_done_by_asking(importer: Client) -> None:
    revision = previewed(importer, listing(model()))
    for what in ("choose", "apply", "discard"):
        assert importer.get(page(revision, what)).status_code == 405
    revision.refresh_from_db()
    assert (revision.state, revision.day) == (Revision.State.PREVIEW, timezone.now().date())


def test_a_source_that_cannot_be_reached_is_not_called_a_file(importer: Client, settings: Any) -> None:
    settings.OPENROUTER_BASE_URL = "http://127.0.0.1:9/api/v1"
    said = importer.post(BEGIN, {"kind": "openrouter", "live": "x"}, follow=True).content.decode()
    assert "Nothing was read from the source" in said
    assert "OpenRouter cannot be reached from here. Import a file instead." in said
    assert "The file cannot be used" not in said
    said = upload(importer, b"{", follow="").url
    assert "The file cannot be used" in importer.get(said).content.decode()


def test_old_news_is_told_on_the_page_of_the_preview(importer: Client) -> None:
    applied = previewed(importer, listing(cheap()))
    importer.post(page(applied, "apply"), ticks(importer, applied))
    told = importer.get(page(previewed(importer, listing(cheap()), day="2026-08-22"))).content.decode()
    assert "1 entry says what was so before" in told
    assert "nothing is taken from it (mistralai/small)" in told
    assert "Nothing differs from the catalog" not in told
