"""genai-prices: dated prices, hours of the day, tiers and batch variants as rates in the order in which later ones win."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from catalog import pricing
from catalog.imports.entries import BadEntry, Entry
from catalog.pricing import Component, Condition
from catalog.usage import Usage
from tests.catalog.imports.files import one, rate, read, sentence

INPUT, OUTPUT = Component.INPUT, Component.OUTPUT
BATCH = Condition(batch=True)
# Mistral Large 4: at launch, then dearer from 20 October, then near the first price again from 29 October.
DATED = [
    {"prices": {"input_mtok": 0.68, "output_mtok": 2.09}},
    {"constraint": {"start_date": "2026-10-20"}, "prices": {"input_mtok": 1.36, "output_mtok": 4.18}},
    {"constraint": {"start_date": "2026-10-29"}, "prices": {"input_mtok": 0.70, "output_mtok": 2.1}},
]


def genai(prices, provider="mistral", id="mistral-large-4", **fields):
    return [{"id": provider, "name": "x", "models": [{"id": id, "match": {"equals": id}, "prices": prices} | fields]}]


def test_plain_prices_and_facts():
    found = one(
        "genai-prices",
        genai(
            {
                "input_mtok": 0.5,
                "output_mtok": 1.5,
                "cache_read_mtok": 0.05,
                "cache_write_mtok": None,
                "output_reasoning_mtok": 2,
                "requests_kcount": 10,
                "web_searches_kcount": 14,
                "cache_audio_read_mtok": 3,
            },
            context_window=262144,
            deprecated=True,
            name="Mistral Large 4",
            carbon=1,
        ),
    )
    assert (found.id, found.names) == ("mistral/mistral-large-4", ("mistralai/mistral-large-4", "mistral-large-4"))
    assert found.facts == {"context_length": 262144}
    assert found.rates == (
        rate(INPUT, "0.0000005"),
        rate(OUTPUT, "0.0000015"),
        rate(Component.CACHE_READ, "0.00000005"),
        rate(Component.REASONING, "0.000002"),
        rate(Component.REQUEST, "0.01"),
        rate(Component.WEB_SEARCH, "0.014"),
    )
    assert found.unknown_keys == ("carbon",)
    assert found.notes == (
        "genai-prices calls it deprecated, without a day.",
        "Prices that are kept and not read: cache_audio_read_mtok.",
    )


@pytest.mark.parametrize(
    ("day", "per_token", "notes"),
    [
        ("2026-10-19", "0.00000068", ("2026-10-20", "2026-10-29")),
        ("2026-10-20", "0.00000136", ("2026-10-29",)),
        ("2026-10-28", "0.00000136", ("2026-10-29",)),
        ("2026-10-29", "0.0000007", ()),
        ("2026-11-21", "0.0000007", ()),
    ],
)
def test_the_last_list_that_has_begun_holds(day, per_token, notes):
    found = one("genai-prices", genai(DATED), date.fromisoformat(day))
    assert found.rates[0] == rate(INPUT, per_token)
    assert len(found.rates) == 2
    assert [note for note in found.notes if "will have" in note] == [
        f"From {start} it will have other prices." for start in notes
    ]


def test_the_day_from_which_prices_hold_is_noted():
    assert one("genai-prices", genai(DATED)).notes == ("These prices hold since 2026-10-29.",)


def test_before_any_list_has_begun_the_first_one_counts():
    found = one("genai-prices", genai(DATED[1:]), date(2026, 1, 1))
    assert found.rates[0] == rate(INPUT, "0.00000136")


def test_tiers_are_cliffs_above_their_start():
    found = one(
        "genai-prices",
        genai({"input_mtok": {"base": 3, "tiers": [{"start": 400, "price": 9}, {"start": 200, "price": 6}]}}),
    )
    assert found.rates == (
        rate(INPUT, "0.000003"),
        rate(INPUT, "0.000006", Condition(200)),
        rate(INPUT, "0.000009", Condition(400)),
    )
    # 200 x 0.000003 = 0.0006; 201 x 0.000006 = 0.001206; 401 x 0.000009 = 0.003609
    for tokens, total in ((200, "0.0006"), (201, "0.001206"), (401, "0.003609")):
        assert pricing.bill(found.rates, Usage(prompt_tokens=tokens, completion_tokens=0)).total == Decimal(total)


def test_a_list_for_some_hours_replaces_the_day_s_list_as_a_whole():
    hours = {"start_time": "16:30:00Z", "end_time": "00:30:00Z"}
    found = one(
        "genai-prices",
        genai(
            [{"prices": {"input_mtok": 0.4, "output_mtok": 2}}, {"constraint": hours, "prices": {"input_mtok": 0.2}}]
        ),
    )
    window = Condition(utc_start=time(16, 30), utc_end=time(0, 30))
    assert found.rates == (
        rate(INPUT, "0.0000004"),
        rate(OUTPUT, "0.000002"),
        rate(INPUT, None, window),
        rate(OUTPUT, None, window),
        rate(INPUT, "0.0000002", window),
    )
    usage = Usage(prompt_tokens=1_000_000, completion_tokens=0)
    for clock, total in (("16:29", "0.4"), ("16:30", "0.2"), ("00:29", "0.2"), ("00:30", "0.4")):
        at = datetime.fromisoformat(f"2026-11-21T{clock}").replace(tzinfo=UTC)
        assert pricing.bill(found.rates, usage, at).total == Decimal(total)


def test_hours_of_another_zone_are_turned_into_utc():
    hours = {"start_time": "00:30:00+08:00", "end_time": "08:30:00+08:00"}
    found = one("genai-prices", genai([{"prices": {}}, {"constraint": hours, "prices": {"input_mtok": 1}}]))
    assert found.rates == (rate(INPUT, "0.000001", Condition(utc_start=time(16, 30), utc_end=time(0, 30))),)


def test_hours_without_an_end_are_a_condition_nobody_knows():
    hours = {"start_time": "05:00", "end_time": "05:00"}
    found = one("genai-prices", genai([{"prices": {}}, {"constraint": hours, "prices": {"input_mtok": 1}}]))
    assert found.rates[0].condition == Condition(unknown="prices by the hour from 05:00 to 05:00")


def test_of_batch_variants_the_first_that_has_begun_wins_for_each_price():
    batch = {"processing": "batch"}
    found = one(
        "genai-prices",
        genai(
            {"input_mtok": 0.7, "output_mtok": 2.1},
            price_variants=[
                {"when": batch, "constraint": {"start_date": "2027-01-01"}, "prices": {"input_mtok": 9}},
                {"when": {"service_tier": "flex"}, "prices": {"input_mtok": 8}},
                {"when": batch, "prices": {"input_mtok": 0.35}},
                {"when": batch, "prices": {"input_mtok": 7, "output_mtok": 1.05}},
            ],
        ),
    )
    assert found.rates[2:] == (rate(INPUT, "0.00000035", BATCH), rate(OUTPUT, "0.00000105", BATCH))
    assert found.notes == ("Prices under other terms, such as a service tier, are kept and not read.",)


def test_a_price_of_nothing_is_no_price():
    assert one("genai-prices", genai({})).rates is None
    assert one("genai-prices", genai([])).rates is None
    assert one("genai-prices", genai({"input_mtok": 0})).rates == (rate(INPUT, "0"),)


def test_the_newer_envelope_with_units():
    data = {"units": {"input_mtok": {"per": 1}}, "providers": genai({"input_mtok": 1}, "openrouter", "mistralai/x")}
    assert one("genai-prices", data).names == ("mistralai/x",)


@pytest.mark.parametrize(
    ("prices", "words"),
    [
        ({"input_mtok": "0.5"}, "“prices.input_mtok” is the text “0.5”. It is due as a number."),
        ({"input_mtok": -1}, "“prices.input_mtok” is negative (-1)."),
        ({"input_mtok": 50000}, "0.05 per token is $50000 per million tokens."),
        ({"input_mtok": {"base": 1, "tiers": {}}}, "“prices.input_mtok.tiers” is an object and not a list."),
        ({"input_mtok": {"base": 1, "tiers": [{"price": 1}]}}, "A tier of “prices.input_mtok” starts at null."),
        ("free", "“prices” is the text “free” and not an object."),
        ([5], "“prices” holds the number 5 where an object is due."),
        ([{"constraint": {"start_date": "soon"}, "prices": {}}], "“prices.constraint.start_date” is “soon”"),
        (
            [{"constraint": {"moon": "full"}, "prices": {}}],
            "a constraint that nobody here knows: prices.constraint.moon.",
        ),
        ([{"constraint": {"start_time": "late"}, "prices": {}}], "“prices.constraint.start_time” is “late”"),
        (
            [{"constraint": {"start_time": "05:00"}, "prices": {}}],
            "“prices.constraint.end_time” is “”, which is no time",
        ),
    ],
)
def test_prices_that_cannot_be_read(prices, words):
    assert words in sentence("genai-prices", genai(prices))


def test_it_goes_on_after_what_is_broken():
    found = read(
        "genai-prices",
        '[7, {"models": []}, {"id": "a"}, {"id": "b", "models": {}}, {"id": "c", "models": [5, {}, {"id": ""},'
        ' {"id": "x"}, {"id": "x"}, {"id": "y", "context_window": "1"}, {"id": "z"}]}]',
    )
    assert [(each.id, getattr(each, "sentence", "")) for each in found] == [
        ("provider 1", "It is not an object."),
        ("provider 2", "Its id does not stand before a list of models."),
        ("b", "Its id does not stand before a list of models."),
        ("c, model 1", "It is not an object."),
        ("c, model 2", "It has no id."),
        ("c, model 3", "It has no id."),
        ("c/x", ""),
        ("c/x", "This id stands in the file twice. The first one was read."),
        ("c/y", "“context_window” is the text “1” and not a whole number."),
        ("c/z", ""),
    ]
    assert {type(each) for each in found} == {Entry, BadEntry}
