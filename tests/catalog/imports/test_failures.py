"""Whatever a list brings: a clear sentence, and nothing changed that should not be: one table of what went wrong elsewhere."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from catalog.models import LanguageModel, Listing, PricePeriod, Revision
from tests.catalog.imports.lists import imported, model, written

pytestmark = pytest.mark.django_db

GOOD = [model(f"acme/anvil-{number}") for number in range(10)]
DEEP = 100_000


def without(*keys: str) -> dict[str, Any]:
    return {key: value for key, value in GOOD[9].items() if key not in keys}


REFUSED = {
    "nothing at all": (b"", "empty"),
    "only blanks": (b"  \n ", "empty"),
    "an empty list": (written(), "no entries"),
    "half a file": (written(*GOOD)[:3000], "ends in the middle"),
    "a web page": (b"<!DOCTYPE html><html><body>Bad gateway</body></html>", "web page"),
    "an error instead of a list": (b'{"error": {"code": 503, "message": "No"}}', "data"),
    "a list without its envelope": (json.dumps(GOOD).encode(), "data"),
    "data that is no list": (b'{"data": {"acme/anvil": {}}}', "data"),
    "text that is no JSON": (b"acme/anvil,0.4,2\n", "not valid JSON"),
    "something after the end": (written(*GOOD) + b"{}", "after the end"),
    "UTF-16": (written(*GOOD).decode().encode("utf-16"), "UTF-8"),
    "Latin-1": (
        json.dumps({"data": [model("acme/anvil", name="Anvilé")]}, ensure_ascii=False).encode("latin-1"),
        "UTF-8",
    ),
    "compressed": (b"\x1f\x8b\x08\x00" + b"\x00" * 100, "gzip"),
    "nested without end": (b"[" * DEEP + b"]" * DEEP, "data"),
    "a number of thousands of digits": (
        b'{"data": [{"id": "acme/a", "context_length": ' + b"9" * 5000 + b"}]}",
        "digits",
    ),
    "one page of more": (written(*GOOD, total_count=400, links={"next": "/api/v1/models?offset=10"}), "next page"),
    "fewer than it says": (written(*GOOD, total_count=421), "421"),
    "many that vanish": (written(*GOOD[:8]), "2 of 10 models would vanish"),
    "a price ten times as high": (written(*GOOD[:9], model("acme/anvil-9", "5.00", "1.50")), "10×"),
    "a price a thousandth": (written(*GOOD[:9], model("acme/anvil-9", "0.0005", "1.50")), "1,000×"),
    "entries that are no use": (written(*GOOD, {"id": "acme/a"}, {"id": "acme/b"}), "2 of 12 entries are not usable"),
}

BAD = {
    "a price per million in words": (model("acme/bad", pricing={"prompt": "$2per 1M", "completion": "0"}), "$2per 1M"),
    "free as a word": (model("acme/bad", pricing={"prompt": "free", "completion": "free"}), "free"),
    "an empty price": (model("acme/bad", pricing={"prompt": "", "completion": "0"}), "prompt"),
    "a negative price": (model("acme/bad", pricing={"prompt": "-2", "completion": "0"}), "-2"),
    "a price of a dollar a token": (model("acme/bad", pricing={"prompt": "1", "completion": "0"}), "per million"),
    "a price that is no number": (model("acme/bad", pricing={"prompt": "NaN", "completion": "0"}), "NaN"),
    "a price that is a list": (model("acme/bad", pricing={"prompt": ["1"], "completion": "0"}), "prompt"),
    "pricing that is text": (model("acme/bad") | {"pricing": "cheap"}, "pricing"),
    "a context in words": (model("acme/bad", context_length="128k"), "context_length"),
    "a negative context": (model("acme/bad", context_length=-1), "context_length"),
    "a context of billions": (model("acme/bad", context_length=10**12), "context_length"),
    "nested without end inside": (model("acme/bad", extra=json.loads("[" * 900 + "]" * 900)), "nested"),
    "a duplicate id": (GOOD[0], "twice"),
    "an entry that is text": ("acme/bad", "entry"),
    "an id that is a number": (model("acme/bad") | {"id": 7}, "id"),
    "an id without a vendor": (model("bad") | {"id": "bad"}, "id"),
    "an id with markup": (model("acme/<script>"), "id"),
    "an id with a line break": (model("acme/bad\nx"), "id"),
    "no id": (without("id"), "id"),
    "a day that is none": (model("acme/bad", knowledge_cutoff="2025-02-31"), "knowledge_cutoff"),
}


@pytest.fixture
def catalog() -> None:
    imported(*GOOD)


def state() -> Any:
    listings = Listing.objects.order_by("pk").values_list("upstream_id", "context_length", "misses", "delisted_on")
    periods = PricePeriod.objects.order_by("pk").values_list("pk", "starts_on", "ends_on", "rates__amount")
    return list(listings), list(periods), list(LanguageModel.objects.order_by("pk").values_list("slug", "name"))


def sync(content: bytes, path: Path, *options: str) -> str:
    path.write_bytes(content)
    out = io.StringIO()
    call_command("sync", "openrouter", *options, file=str(path), stdout=out)
    return out.getvalue()


@pytest.mark.usefixtures("catalog")
@pytest.mark.parametrize("what", REFUSED)
def test_refused_with_a_sentence_and_nothing_changed(what: str, tmp_path: Path) -> None:
    content, word = REFUSED[what]
    before = state()
    with pytest.raises(CommandError) as refused:
        sync(content, tmp_path / "list.json")
    assert word in str(refused.value)
    assert str(refused.value)[0] not in "abcdefghijklmnopqrstuvwxyz"
    assert str(refused.value).endswith(".")
    assert state() == before
    assert not Revision.objects.filter(state="reading").exists()
    assert Revision.objects.latest().state in {"refused", "preview"}


@pytest.mark.usefixtures("catalog")
@pytest.mark.parametrize("what", BAD)
def test_a_bad_entry_is_reported_and_the_others_go_on(what: str, tmp_path: Path) -> None:
    entry, word = BAD[what]
    entries = [json.dumps(each) for each in [*GOOD, model("acme/new")]]
    entries.insert(3, json.dumps(entry))
    told = sync(f'{{"data": [{", ".join(entries)}]}}'.encode(), tmp_path / "list.json")
    bad = [line for line in told.splitlines() if "not usable  " in line]
    assert len(bad) == 1
    assert word in bad[0]
    slugs = set(LanguageModel.objects.values_list("slug", flat=True))
    assert slugs == {f"anvil-{number}" for number in range(10)} | {"new"}


@pytest.mark.usefixtures("catalog")
def test_two_hundred_megabytes_are_refused_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    before = state()
    with pytest.raises(CommandError, match="larger than 128 MB"):
        call_command("sync", "openrouter", file=str(path))
    assert state() == before


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read: No such file or directory"):
        call_command("sync", "openrouter", file=str(tmp_path / "nothing.json"))


@pytest.mark.usefixtures("catalog")
def test_force_applies_what_was_refused_and_says_so(tmp_path: Path) -> None:
    told = sync(written(*GOOD[:8]), tmp_path / "list.json", "--force")
    assert "Applied 2 changes." in told
    assert Revision.objects.applied().first().is_forced
    assert LanguageModel.objects.count() == 10


@pytest.mark.usefixtures("catalog")
def test_a_dry_run_shows_and_changes_nothing(tmp_path: Path) -> None:
    before = state()
    told = sync(written(*GOOD, model("acme/new")), tmp_path / "list.json", "--dry-run")
    assert "added  acme/new: A new model, new" in told
    assert "11 entries read: 1 added." in told
    assert told.endswith("Nothing was changed.\n")
    assert state() == before


def test_a_byte_order_mark_is_no_trouble(tmp_path: Path) -> None:
    assert "Applied 1 change." in sync(b"\xef\xbb\xbf" + written(GOOD[0]), tmp_path / "list.json")


def test_unknown_keys_are_kept_raw(tmp_path: Path) -> None:
    sync(written(model("acme/anvil", sprockets={"teeth": 12})), tmp_path / "list.json")
    line = Revision.objects.get().changes.get()
    assert line.raw.raw["sprockets"] == {"teeth": 12}
