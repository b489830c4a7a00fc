"""OpenRouter's list of models: facts, parameters and identity, and every way in which one entry can be unusable."""

import json
from datetime import date
from typing import Any

import pytest

from catalog.imports.entries import BadEntry, Entry
from tests.catalog.imports.files import listing, model, one, read, sentence

FULL = model(
    canonical_slug="mistralai/mistral-large-3-20251201",
    hugging_face_id="mistralai/Mistral-Large-3",
    description="A mixture of experts. Read [its news](/news/large-3).",
    context_length=262144,
    architecture={
        "modality": "text+image->text",
        "input_modalities": ["text", "image", "file", "text"],
        "output_modalities": ["text"],
        "tokenizer": "Mistral",
        "instruct_type": None,
    },
    top_provider={"context_length": 262144, "max_completion_tokens": 32768, "is_moderated": False},
    supported_parameters=["tools", "temperature", "tools"],
    default_parameters={"temperature": 0.0645, "top_p": None, "top_k": 20},
    knowledge_cutoff="2025-03-31",
    expiration_date="2027-06-30",
    per_request_limits=None,
    links={"details": "/api/v1/models/x/endpoints"},
    benchmarks={"design_arena": []},
)


def entry(**changes):
    return one("openrouter", listing(model(**changes)))


def test_every_field_is_read_into_the_fact_it_stands_for():
    read_in = one("openrouter", listing(FULL))
    assert read_in.facts == {
        "name": "Mistral: Mistral Large 3 2512",
        "description": "A mixture of experts. Read [its news](/news/large-3).",
        "context_length": 262144,
        "max_completion_tokens": 32768,
        "input_modalities": ("text", "image", "file"),
        "output_modalities": ("text",),
        "weights_url": "https://huggingface.co/mistralai/Mistral-Large-3",
        "knowledge_cutoff": date(2025, 3, 31),
        "listed_on": date(2025, 12, 1),
        "expires_on": date(2027, 6, 30),
        "canonical_slug": "mistralai/mistral-large-3-20251201",
    }
    assert read_in.id == "mistralai/mistral-large-2512"
    assert read_in.names == ("mistralai/mistral-large-2512",)
    assert read_in.parameters == {"tools", "temperature"}
    assert read_in.defaults == {"temperature": "0.0645", "top_k": "20"}
    assert (read_in.alias_of, read_in.unknown_keys, read_in.notes) == ("", (), ())
    assert read_in.raw["architecture"]["tokenizer"] == "Mistral"


def test_what_the_entry_does_not_say_is_left_out():
    bare = one("openrouter", listing({"id": "a/b", "pricing": {}}))
    assert (bare.facts, bare.parameters, bare.defaults, bare.rates) == ({}, None, {}, None)
    empty = {
        "pricing": {},
        "hugging_face_id": "",
        "name": "",
        "description": "",
        "context_length": None,
        "top_provider": None,
    }
    assert one("openrouter", listing({"id": "a/b", **empty, "architecture": {"input_modalities": []}})).facts == {}
    assert entry(supported_parameters=[]).parameters == frozenset()
    assert "context_length" not in entry(context_length=0).facts


@pytest.mark.parametrize(
    ("created", "day"),
    [
        (1764633599, date(2025, 12, 1)),  # the last second of the day in UTC
        (1764633600, date(2025, 12, 2)),
        (1420070400, date(2015, 1, 1)),
        (1764633600.0, date(2025, 12, 2)),
    ],
)
def test_the_day_of_listing_is_the_day_in_utc(created, day):
    assert entry(created=created).facts["listed_on"] == day


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("2026-11-22", date(2026, 11, 22)),
        ("2026-11-01", date(2026, 11, 1)),
        ("2036-12-31", date(2036, 12, 31)),
        ("2037-01-01", None),
        ("2098-12-31", None),
    ],
)
def test_an_expiry_more_than_ten_years_ahead_is_a_placeholder(text, kept):
    found = entry(expiration_date=text)
    assert found.facts.get("expires_on") == kept
    assert [note for note in found.notes if "placeholder" in note] == (
        [] if kept else [f"“expiration_date” is {text}, a placeholder for no day at all: it is left out."]
    )


def test_a_cut_description_is_noted_and_a_link_in_it_stays():
    found = entry(description="An update of [Large 2](/mistralai/mistral-large), with notable...")
    assert found.facts["description"].endswith("(/mistralai/mistral-large), with notable...")
    assert found.notes == ("The description is cut short: it ends in “...”.",)
    assert entry(description="Whole. See [here](/x).").notes == ()


def test_the_context_of_the_first_provider_is_noted_when_it_is_smaller():
    found = entry(context_length=1000000, top_provider={"context_length": 262144})
    assert found.facts["context_length"] == 1000000
    assert found.notes == ("The provider that comes first reads 262,144 tokens; the list says 1,000,000.",)
    assert entry(context_length=262144, top_provider={"context_length": 1000000}).notes == ()


def test_moving_aliases_and_variants_are_entries_of_their_own():
    alias = entry(id="~x-ai/grok-latest", alias_target={"name": "SpaceXAI: Grok 4.6", "slug": "x-ai/grok-4.6"})
    assert (alias.id, alias.alias_of) == ("~x-ai/grok-latest", "x-ai/grok-4.6")
    assert entry(id="mistralai/devstral-2512:free").id == "mistralai/devstral-2512:free"
    assert entry(id="google/gemini-3.7-flash:batch").alias_of == ""


def test_keys_nobody_knows_are_named_and_kept():
    found = one(
        "openrouter",
        listing(FULL | {"carbon": {"g": 1}, "architecture": {"layers": 3}, "top_provider": {"tier": 1}, "a" * 90: 1}),
    )
    assert found.unknown_keys == ("a" * 59 + "…", "carbon", "architecture.layers", "top_provider.tier")
    assert found.raw["carbon"] == {"g": 1}


def test_names_lose_what_is_not_seen_and_what_turns_them_round():
    found = entry(
        name="Mis\u202etral\u200b \x07Large\r\n3\u2066",
        description="One\u202e.\r\nTwo\x00\x1b[31m.\tThree\ufeff",
        architecture={"input_modalities": ["te\u200bxt"]},
    )
    assert found.facts["name"] == "Mistral Large 3"
    assert found.facts["description"] == "One.\nTwo\ufffd[31m.\tThree"
    assert found.facts["input_modalities"] == ("text",)


def test_markup_stays_text():
    found = entry(name="<img src=x onerror=alert(1)>", description="<script>alert(1)</script>")
    assert found.facts["name"] == "<img src=x onerror=alert(1)>"
    assert found.facts["description"] == "<script>alert(1)</script>"


def test_long_texts_are_cut_with_a_note():
    found = entry(name="n" * 101, description="d" * 20_001)
    assert found.facts["name"] == "n" * 99 + "…"
    assert found.facts["description"] == "d" * 19_999 + "…"
    assert found.notes[:2] == (
        "“name” has 101 characters and was cut to 100.",
        "“description” has 20,001 characters and was cut to 20,000.",
    )
    assert entry(name="n" * 100, description="d" * 20_000).notes == ()


@pytest.mark.parametrize("weights", ["javascript:alert(1)", "one", "a/b/c", "a/b?x=1", "../x", "a/ b", "x" * 90 + "/b"])
def test_what_is_no_id_of_weights_makes_no_address(weights):
    found = entry(hugging_face_id=weights)
    assert "weights_url" not in found.facts
    assert "which is no id there" in found.notes[0]


def test_lists_of_words_leave_out_what_is_no_word():
    found = entry(supported_parameters=["tools", "<b>", "a b", ""], default_parameters={"stop": ["x"], "seed": True})
    assert found.parameters == {"tools"}
    assert found.defaults == {"seed": "true"}
    assert found.notes == (
        "“supported_parameters” holds “<b>”, which is not a name: it is left out.",
        "“supported_parameters” holds “a b”, which is not a name: it is left out.",
        "“default_parameters.stop” is a list: it is left out.",
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": 7}, "“name” is the number 7 and not text."),
        ({"name": ["x"]}, "“name” is a list and not text."),
        ({"description": {"en": "x"}}, "“description” is an object and not text."),
        ({"description": False}, "“description” is false and not text."),
        ({"created": "1764624472"}, "“created” is the text “1764624472” and not a whole number."),
        ({"created": True}, "“created” is true and not a whole number."),
        ({"created": 1764624472.5}, "“created” is the number 1764624472.5 and not a whole number."),
        ({"created": 1764624472000}, "“created” is 1764624472000, which is no time since 2015 in seconds."),
        ({"created": 5}, "“created” is 5, which is no time since 2015 in seconds."),
        ({"created": 10**400}, "a number of more than 38 digits"),
        ({"context_length": "262144"}, "“context_length” is the text “262144” and not a whole number."),
        ({"context_length": -1}, "“context_length”, the number -1, is below zero."),
        ({"context_length": 10**9}, "is beyond anything that is known (100,000,000)."),
        ({"context_length": 0.5}, "“context_length” is the number 0.5 and not a whole number."),
        ({"top_provider": {"max_completion_tokens": "x"}}, "“top_provider.max_completion_tokens” is the text “x”"),
        ({"top_provider": []}, "“top_provider” is a list and not an object."),
        ({"architecture": "text->text"}, "“architecture” is the text “text->text” and not an object."),
        (
            {"architecture": {"input_modalities": "text"}},
            "“architecture.input_modalities” is the text “text” and not a list.",
        ),
        (
            {"architecture": {"input_modalities": [1]}},
            "“architecture.input_modalities” holds the number 1 where text is due.",
        ),
        ({"supported_parameters": {"a": 1}}, "“supported_parameters” is an object and not a list."),
        ({"supported_parameters": ["x"] * 201}, "“supported_parameters” has 201 items."),
        ({"default_parameters": []}, "“default_parameters” is a list and not an object."),
        ({"knowledge_cutoff": 20250331}, "“knowledge_cutoff” is the number 20250331 and not text."),
        ({"knowledge_cutoff": "soon"}, "“knowledge_cutoff” is “soon”, which is not a day written as 2025-12-31."),
        ({"knowledge_cutoff": "2025-02-30"}, "“knowledge_cutoff” is 2025-02-30, a day that does not exist."),
        ({"expiration_date": "31.12.2026"}, "which is not a day written as 2025-12-31."),
        ({"alias_target": "x-ai/grok"}, "“alias_target” is the text “x-ai/grok” and not an object."),
        ({"hugging_face_id": 3}, "“hugging_face_id” is the number 3 and not text."),
        ({"canonical_slug": []}, "“canonical_slug” is a list and not text."),
        ({"pricing": None}, "It has no “pricing”, which every model has there."),
        ({"pricing": "free"}, "“pricing” is the text “free” and not an object."),
        ({"pricing": []}, "“pricing” is a list and not an object."),
    ],
)
def test_a_value_of_the_wrong_kind_makes_one_bad_entry_and_the_others_go_on(changes, words):
    found = read("openrouter", listing(model(id="a/before"), model(id="a/bad", **changes), model(id="a/after")))
    assert [type(each) for each in found] == [Entry, BadEntry, Entry]
    assert found[1].id == "a/bad"
    assert words in found[1].sentence
    assert found[1].sentence.endswith(".")
    assert found[1].raw["id"] == "a/bad"


@pytest.mark.parametrize(
    ("raw", "id", "words"),
    [
        (17, "entry 2", "It is not an object."),
        (None, "entry 2", "It is not an object."),
        ("text", "entry 2", "It is not an object."),
        ([], "entry 2", "It is not an object."),
        ({}, "entry 2", "It has no id."),
        ({"id": None}, "entry 2", "It has no id."),
        ({"id": ""}, "entry 2", "It has no id."),
        ({"id": 17}, "entry 2", "It has no id."),
        ({"id": "no-vendor"}, "no-vendor", "“no-vendor” is not an id such as mistralai/mistral-large-2512."),
        ({"id": "a/b/c"}, "a/b/c", "is not an id such as"),
        ({"id": "../etc"}, "../etc", "is not an id such as"),
        ({"id": "a/" + "b" * 101}, "a/" + "b" * 101, "is not an id such as"),
        ({"id": "a" * 300}, "a" * 149 + "…", "Its id is longer than 150 characters"),
        ({"id": "a/b\u202e"}, "a/b", "or holds signs that no id has"),
        ({"id": "a/b\n"}, "a/b", "or holds signs that no id has"),
    ],
)
def test_an_entry_without_a_usable_id_is_named_by_its_place(raw, id, words):
    found = read("openrouter", listing(model(id="a/before"), raw, model(id="a/after")))
    assert [type(each) for each in found] == [Entry, BadEntry, Entry]
    assert found[1].id == id
    assert words in found[1].sentence


def test_of_two_entries_with_one_id_the_first_is_read():
    found = read("openrouter", listing(model(name="One"), model(id="a/b"), model(name="Two")))
    assert [type(each) for each in found] == [Entry, Entry, BadEntry]
    assert found[0].facts["name"] == "One"
    assert found[2].id == "mistralai/mistral-large-2512"
    assert found[2].sentence == "This id stands in the file twice. The first one was read."


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ('"x": ' + "[" * 100_000 + "]" * 100_000, "It is nested more than 32 levels deep."),
        ('"x": ' + '{"a":' * 100_000 + "1" + "}" * 100_000, "It is nested more than 32 levels deep."),
        ('"name": "One", "name": "Two"', "“name” stands in it twice."),
        ('"pricing": {"prompt": "0", "prompt": "1"}', "“prompt” stands in it twice."),
        ('"x": 1e99999', "It holds a number of more than 600 digits."),
        ('"x": 1' + "0" * 600, "It holds a number of more than 600 digits."),
        ('"x": -1' + "0" * 3000, "It holds a number of more than 600 digits."),
        ('"x": 0.' + "1" * 3000, "It holds a number of more than 600 digits."),
        ('"x": ["%s"]' % ("y" * 1_000_001), "It is longer than a million characters."),
        ('"x": [%s1]' % ("0," * 500_001), "It is longer than a million characters."),
    ],
)
def test_a_bomb_in_one_entry_harms_no_other(extra, words):
    data = json.dumps(listing(model(id="a/before"), {"id": "a/bad", "EXTRA": 0}, model(id="a/after")))
    data = data.replace('"EXTRA": 0', extra)
    found = read("openrouter", data)
    assert [type(each) for each in found] == [Entry, BadEntry, Entry]
    assert (found[1].id, found[1].sentence) == ("a/bad", words)


def test_thirty_two_levels_are_not_too_many():
    levels: Any = "innermost"
    for _ in range(31):
        levels = [levels]
    assert isinstance(*read("openrouter", listing(model(x=levels))), Entry)
    assert sentence("openrouter", listing(model(x=[levels]))) == "It is nested more than 32 levels deep."


def test_half_a_character_and_nul_do_not_reach_the_raw_entry():
    found = one("openrouter", '{"data": [{"id": "a/b", "pricing": {}, "x": "1\\ud8002", "y\\u0000": ["\\u0000"]}]}')
    assert found.raw == {"id": "a/b", "pricing": {}, "x": "1?2", "y\ufffd": ["\ufffd"]}
