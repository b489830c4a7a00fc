"""Laws that hold for any bytes: a reader gives entries and bad entries that fit the catalog's tables, or one sentence."""

import json
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.exact import plain
from catalog.imports.entries import BadEntry, EndpointEntry, Entry, Unreadable
from catalog.imports.readers import READERS, fields, texts
from catalog.models import Endpoint, LanguageModel, Listing, Modality, Parameter, Rate
from catalog.models.variants import LARGEST_CONTEXT
from catalog.sane import MOST_TOKENS, check_amount
from tests.catalog.imports.files import SMALLEST, listing, model, read, reading

KINDS = sorted(READERS)
RICH = {
    "openrouter": listing(
        model(
            description="Text. " * 9,
            context_length=262144,
            architecture={"input_modalities": ["text", "image"], "output_modalities": ["text"]},
            top_provider={"context_length": 131072, "max_completion_tokens": 4096},
            supported_parameters=["tools", "seed"],
            default_parameters={"temperature": 0.3},
            knowledge_cutoff="2025-03-31",
            expiration_date="2027-01-31",
            pricing={
                "prompt": "0.0000005",
                "completion": "5e-7",
                "image": "0.0000005",
                "overrides": [{"min_prompt_tokens": 200, "utc_start": 100, "utc_end": 230, "prompt": "0.000001"}],
            },
        ),
        model(id="openrouter/auto", pricing={"prompt": "-1"}),
        model(id="~a/latest", alias_target={"slug": "a/b"}),
    )
    | {"total_count": 3, "links": {"next": None}},
    "openrouter-endpoints": {
        "data": {
            "id": "a/b",
            "endpoints": [
                {"tag": "x", "provider_name": "X", "pricing": {"prompt": "0", "discount": 0.1}, "status": "-2"},
                {"tag": "y", "provider_name": "Y", "uptime_last_1d": 99.5, "supported_parameters": ["tools"]},
            ],
        }
    },
    "models-dev": {
        "mistral": {
            "models": {
                "x": {
                    "cost": {"input": 0.4, "tiers": [{"input": 1, "tier": {"size": 200}}]},
                    "limit": {"context": 9, "output": 9},
                    "modalities": {"input": ["text", "pdf"]},
                    "release_date": "2025-12-09",
                },
                "y": {},
            }
        }
    },
    "genai-prices": [
        {
            "id": "mistral",
            "models": [
                {
                    "id": "x",
                    "prices": [
                        {"prices": {"input_mtok": {"base": 1, "tiers": [{"start": 5, "price": 2}]}}},
                        {"constraint": {"start_time": "01:00", "end_time": "02:00"}, "prices": {"output_mtok": 3}},
                    ],
                    "price_variants": [{"when": {"processing": "batch"}, "prices": {"input_mtok": 0.5}}],
                }
            ],
        }
    ],
    "litellm": {
        "mistral/x": {
            "litellm_provider": "mistral",
            "input_cost_per_token": 1.36e-06,
            "input_cost_per_token_above_200k_tokens": 2e-06,
            "deprecation_date": "2027-01-31",
            "max_input_tokens": 131072,
        }
    },
}
LENGTHS = {
    "name": LanguageModel._meta.get_field("name").max_length,
    "description": texts.MOST_DESCRIPTION,
    "weights_url": LanguageModel._meta.get_field("weights_url").max_length,
    "canonical_slug": Listing._meta.get_field("canonical_slug").max_length,
}
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


def fits(found):
    """What the catalog's tables could hold, whatever the file said."""
    assert isinstance(found, Entry | BadEntry | EndpointEntry)
    if isinstance(found, BadEntry):
        assert found.id == texts.line(found.id)
        assert 0 < len(found.id) <= 150
        assert found.sentence.endswith((".", "?"))
        assert len(found.sentence) < 500
        assert texts.line(found.sentence) == found.sentence
        return
    json.dumps(found.raw, default=str).encode()
    for rate in found.rates or ():
        check_amount(rate.component, rate.amount)
        assert rate.amount is None or len(plain(rate.amount)) <= Rate._meta.get_field("amount").max_length
        assert rate.amount is None or rate.amount >= 0
        assert len(rate.condition.unknown) <= Rate._meta.get_field("unknown_condition").max_length
    assert 0 <= found.discount <= 1
    limits = [found.context_length] if isinstance(found, EndpointEntry) else [found.facts.get("context_length")]
    assert all(limit is None or 1 <= limit <= LARGEST_CONTEXT for limit in limits)
    if isinstance(found, EndpointEntry):
        assert len(found.tag) <= Endpoint._meta.get_field("tag").max_length
        return
    assert len(found.id) <= Listing._meta.get_field("upstream_id").max_length
    for name, most in LENGTHS.items():
        assert len(found.facts.get(name, "")) <= most
    for name in ("input_modalities", "output_modalities"):
        assert all(len(word) <= Modality._meta.get_field("slug").max_length for word in found.facts.get(name, ()))
    for name, value in found.defaults.items():
        assert len(name) <= Parameter._meta.get_field("name").max_length
        assert len(value) <= Parameter._meta.get_field("default").max_length


def outcome(kind, data):
    """What reading gives: entries that fit, or None for a file that is refused with a sentence."""
    sentence, found = "", None
    try:
        found = read(kind, data)
    except Unreadable as refused:
        sentence = str(refused)
    if found is None:
        assert sentence.endswith(".")
        assert len(sentence) < 500
    for each in found or ():
        fits(each)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_the_rich_files_hold_no_bad_entry(kind):
    assert not [each for each in outcome(kind, RICH[kind]) if isinstance(each, BadEntry)]


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=300))
def test_any_bytes_are_entries_or_a_sentence(kind, data):
    outcome(kind, data)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=120, deadline=None)
@given(
    place=st.integers(0, 10**6),
    cut=st.integers(0, 6),
    inserted=st.binary(max_size=4)
    | st.sampled_from([b'"', b"\\", b"{", b"]", b"9" * 9, b"1e99", b"null", b'"":0,', b"\xff"]),
)
def test_any_change_of_a_good_file_gives_entries_or_a_sentence(kind, place, cut, inserted):
    whole = json.dumps(RICH[kind]).encode()
    place %= len(whole) + 1
    outcome(kind, whole[:place] + inserted + whole[place + cut :])


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None)
@given(length=st.integers(0, 10**6))
def test_no_part_of_a_file_is_taken_for_the_whole(kind, length):
    whole = json.dumps(RICH[kind]).encode()
    assert outcome(kind, whole[: length % len(whole)]) is None


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=80, deadline=None)
@given(data=st.data(), value=junk)
def test_any_value_anywhere_gives_entries_or_a_sentence(kind, data, value):
    document = json.loads(json.dumps(RICH[kind]))
    places = list(_places(document))
    container, key = data.draw(st.sampled_from(places))
    container[key] = value
    outcome(kind, document)


def _places(value):
    """Every place of a document at which a value stands: its container, and the key or index there."""
    for key in value if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])


@settings(max_examples=50, deadline=None)
@given(
    numbers=st.lists(st.integers(0, 8), max_size=12),
    bad=st.sets(st.integers(0, 8), max_size=3),
    pages=st.lists(st.integers(0, 12), max_size=3),
)
def test_one_list_over_any_pages_reads_the_same(numbers, bad, pages):
    entries = [model(id=f"a/m{number}", name=7 if number in bad else f"M{number}") for number in numbers]
    whole = read("openrouter", listing(*entries))
    cuts = [0, *sorted(min(page, len(entries)) for page in pages), len(entries)]
    seen: set[str] = set()
    paged = [
        found
        for start, end in pairwise(cuts)
        for found in reading("openrouter", listing(*entries[start:end]), seen=seen)
    ]
    assert paged == whole


@settings(max_examples=50, deadline=None)
@given(order=st.permutations(sorted(RICH["openrouter"]["data"][0])))
def test_the_order_of_an_entry_s_fields_says_nothing(order):
    entry = RICH["openrouter"]["data"][0]
    (found,) = read("openrouter", listing({key: entry[key] for key in order}))
    assert found == read("openrouter", listing(entry))[0]


@settings(max_examples=200, deadline=None)
@given(st.decimals(min_value=0, max_value=Decimal("0.01"), places=22))
def test_every_price_comes_out_as_it_went_in(amount):
    (found,) = read("openrouter", listing(model(pricing={"prompt": str(amount)})))
    assert found.rates[0].amount == amount


@given(st.text())
def test_a_line_is_one_line_and_cleaning_twice_changes_nothing(text):
    line = texts.line(text)
    assert len(line.splitlines()) <= 1
    assert texts.line(line) == line
    assert texts.paragraphs(texts.paragraphs(text)) == texts.paragraphs(text)
    line.encode()
    texts.paragraphs(text).encode()


def test_the_bounds_are_those_of_the_tables():
    assert MOST_TOKENS == LARGEST_CONTEXT
    assert LanguageModel._meta.get_field("name").max_length == texts.MOST_NAME
    assert Listing._meta.get_field("upstream_id").max_length == texts.MOST_ID
    assert Parameter._meta.get_field("default").max_length == texts.MOST_SHORT
    assert fields.SLUG.fullmatch("a" * Modality._meta.get_field("slug").max_length)
    assert not fields.SLUG.fullmatch("a" * (Modality._meta.get_field("slug").max_length + 1))
    assert sorted(SMALLEST) == KINDS
