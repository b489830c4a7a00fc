"""models.dev and LiteLLM: what each really says of a model, in our fields and units, and nothing more."""

from datetime import date

import pytest

from catalog.imports.entries import BadEntry, Entry
from catalog.pricing import Component, Condition
from tests.catalog.imports.files import one, rate, read, sentence

INPUT, OUTPUT, CACHE_READ = Component.INPUT, Component.OUTPUT, Component.CACHE_READ
OVER_200K = Condition(over_prompt_tokens=200_000)


def dev(provider="mistral", id="devstral-2512", **fields):
    return {provider: {"id": provider, "name": provider, "models": {id: {"id": id, "name": "Devstral 2"} | fields}}}


def test_models_dev_facts_and_prices():
    found = one(
        "models-dev",
        dev(
            attachment=False,
            cost={
                "input": 0.4,
                "output": 2,
                "cache_read": 0.04,
                "reasoning": 2.5,
                "input_audio": 0,
                "output_audio": 1e1,
            },
            limit={"context": 262144, "output": 32768},
            modalities={"input": ["text", "pdf", "image"], "output": ["text"]},
            release_date="2025-12-09",
            last_updated="2026-02-18",
            knowledge="2025-12-31",
            open_weights=True,
            carbon=1,
        ),
    )
    assert (found.id, found.names) == ("mistral/devstral-2512", ("mistralai/devstral-2512", "devstral-2512"))
    assert found.facts == {
        "context_length": 262144,
        "max_completion_tokens": 32768,
        "input_modalities": ("text", "file", "image"),
        "output_modalities": ("text",),
        "released_on": date(2025, 12, 9),
        "knowledge_cutoff": date(2025, 12, 31),
    }
    assert found.rates == (
        rate(INPUT, "0.0000004"),
        rate(OUTPUT, "0.000002"),
        rate(CACHE_READ, "0.00000004"),
        rate(Component.REASONING, "0.0000025"),
        rate(Component.INPUT_AUDIO, "0"),
        rate(Component.OUTPUT_AUDIO, "0.00001"),
    )
    assert (found.parameters, found.unknown_keys, found.notes) == (None, ("carbon",), ())


def test_models_dev_amounts_keep_every_digit_of_the_file():
    found = one("models-dev", '{"m": {"models": {"x": {"cost": {"input": 0.049999999999999996, "output": 1.0}}}}}')
    assert found.rates == (rate(INPUT, "0.000000049999999999999996"), rate(OUTPUT, "0.000001"))


def test_models_dev_without_a_cost_is_unknown_and_not_free():
    assert one("models-dev", dev()).rates is None
    assert one("models-dev", dev(cost={})).rates is None
    assert one("models-dev", dev(cost={"input": 0, "output": 0})).rates == (rate(INPUT, "0"), rate(OUTPUT, "0"))
    assert one("models-dev", dev(limit={"context": 0, "output": 0})).facts == {}


def test_models_dev_tiers_win_over_the_older_form_of_the_same():
    over_272k = Condition(over_prompt_tokens=272_000)
    over_500k = Condition(over_prompt_tokens=500_000)
    both = {
        "input": 5,
        "tiers": [
            {"input": 20, "tier": {"type": "context", "size": 500_000}},
            {"input": 10, "output": 45, "tier": {"size": 272_000}},
        ],
        "context_over_200k": {"input": 10},
    }
    assert one("models-dev", dev(cost=both)).rates == (
        rate(INPUT, "0.000005"),
        rate(INPUT, "0.00001", over_272k),
        rate(OUTPUT, "0.000045", over_272k),
        rate(INPUT, "0.00002", over_500k),
    )
    older = {"input": 5, "context_over_200k": {"input": 10}}
    assert one("models-dev", dev(cost=older)).rates == (rate(INPUT, "0.000005"), rate(INPUT, "0.00001", OVER_200K))
    strange = {"input": 5, "tiers": [{"input": 10, "tier": {"type": "speed", "size": 3}}]}
    assert one("models-dev", dev(cost=strange)).rates[1].condition == Condition(3, unknown="a tier by speed")


def test_models_dev_months_are_no_days_and_a_deprecation_has_none():
    found = one("models-dev", dev(release_date="2025-12", knowledge="2025", status="deprecated"))
    assert found.facts == {}
    assert found.notes == (
        "“release_date” is 2025-12, which names no day: it is left out.",
        "“knowledge” is 2025, which names no day: it is left out.",
        "models.dev calls it deprecated, without a day.",
    )


def test_models_dev_s_release_day_of_an_openrouter_entry_comes_with_a_doubt():
    found = one("models-dev", dev("openrouter", "mistralai/devstral-2512:free", release_date="2025-12-09"))
    assert found.names == ("mistralai/devstral-2512:free",)
    assert found.facts == {"released_on": date(2025, 12, 9)}
    assert found.notes == ("models.dev takes the release day of its OpenRouter entries from the day of listing.",)


@pytest.mark.parametrize(
    ("kind", "provider", "id", "names"),
    [
        ("models-dev", "mistral", "codestral-2508", ("mistralai/codestral-2508", "codestral-2508")),
        ("models-dev", "openrouter", "x-ai/grok-4.6", ("x-ai/grok-4.6",)),
        ("models-dev", "xai", "grok-4.6", ("x-ai/grok-4.6", "grok-4.6")),
        ("models-dev", "togetherai", "mistralai/Mixtral-8x22B", ()),
        ("models-dev", "azure", "mistral-large-2411", ()),
    ],
)
def test_a_reseller_s_entry_speaks_of_no_model_of_the_catalog(kind, provider, id, names):
    found = one(kind, dev(provider, id))
    assert (found.id, found.names) == (f"{provider}/{id}", names)


def test_models_dev_goes_on_after_what_is_broken():
    found = read(
        "models-dev",
        '{"a": 7, "b": {"id": "b"}, "c": {"models": []}, "d": {"models": {"x": 5, "": {}, "y": {"cost": {"input": "1"}},'
        ' "z": {}, "z": {}}}, "": [], "a": {"models": {"w": {"limit": {"context": -5}}}}}',
    )
    assert [(each.id, each.sentence if isinstance(each, BadEntry) else "") for each in found] == [
        ("a", "This provider is not an object."),
        ("b", "This provider has no object called “models”."),
        ("c", "This provider has no object called “models”."),
        ("d/x", "It is not an object."),
        ("d/", "It has no id, or its provider has none."),
        ("d/y", "The price “cost.input” is the text “1”. It is due as a number."),
        ("d/z", ""),
        ("d/z", "This id stands in the file twice. The first one was read."),
        ("a provider without a name", "This provider is not an object."),
        ("a/w", "“limit.context”, the number -5, is below zero."),
    ]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (-1, "“cost.input” is negative (-1)."),
        (True, "“cost.input” is true. It is due as a number."),
        ([1], "“cost.input” is a list. It is due as a number."),
        (10001, "0.010001 per token is $10001 per million tokens."),
        (1e300, "“cost.input” is absurd (1E+300)."),
        (10**60, "“cost.input” is absurd"),
    ],
)
def test_absurd_numbers_are_no_prices(value, words):
    assert words in sentence("models-dev", dev(cost={"input": value}))


def lite(name="mistral/mistral-large-2512", **fields):
    return {name: {"litellm_provider": "mistral", "mode": "chat"} | fields}


def test_litellm_facts_and_prices():
    found = one(
        "litellm",
        '{"sample_spec": {"max_tokens": "LEGACY", "input_cost_per_token": "x"}, "mistral/mistral-large-2512": {'
        '"litellm_provider": "mistral", "mode": "chat", "max_input_tokens": 262144, "max_output_tokens": 32768,'
        '"max_tokens": 5, "input_cost_per_token": 5e-07, "output_cost_per_token": 1.36e-06,'
        '"cache_read_input_token_cost": 5e-08, "cache_creation_input_token_cost": 0.0,'
        '"output_cost_per_reasoning_token": 0.000002, "deprecation_date": "2027-01-31", "source": "x",'
        '"supported_modalities": ["text", "image"], "supported_output_modalities": ["text"], "supports_vision": true}}',
    )
    assert (found.id, found.names) == (
        "mistral/mistral-large-2512",
        ("mistralai/mistral-large-2512", "mistral-large-2512"),
    )
    assert found.facts == {
        "context_length": 262144,
        "max_completion_tokens": 32768,
        "deprecated_on": date(2027, 1, 31),
        "input_modalities": ("text", "image"),
        "output_modalities": ("text",),
    }
    assert found.rates == (
        rate(INPUT, "0.0000005"),
        rate(OUTPUT, "0.00000136"),
        rate(CACHE_READ, "0.00000005"),
        rate(Component.CACHE_WRITE, "0"),
        rate(Component.REASONING, "0.000002"),
    )
    assert found.notes == ()


def test_litellm_s_conditions_are_parts_of_names_and_later_ones_win():
    found = one(
        "litellm",
        lite(
            input_cost_per_token_above_200k_tokens=4e-06,
            input_cost_per_token_above_32000_tokens=3e-06,
            input_cost_per_token_above_200k_tokens_batches=2e-06,
            input_cost_per_token_batches=1e-06,
            input_cost_per_token=2e-06,
            input_cost_per_token_priority=9e-06,
            output_cost_per_second=1,
            search_context_cost_per_query={"low": 0.01},
            tiered_pricing=[],
        ),
    )
    assert found.rates == (
        rate(INPUT, "0.000002"),
        rate(INPUT, "0.000003", Condition(32_000)),
        rate(INPUT, "0.000004", OVER_200K),
        rate(INPUT, "0.000001", Condition(batch=True)),
        rate(INPUT, "0.000002", Condition(200_000, batch=True)),
    )
    assert found.notes == (
        "Prices that are kept and not read: input_cost_per_token_priority, output_cost_per_second, "
        "search_context_cost_per_query, tiered_pricing.",
    )


def test_litellm_names_only_some_of_the_prices_that_it_does_not_read():
    found = one("litellm", lite(**{f"cost_{number}": 1 for number in range(9)}))
    assert found.notes == (
        "Prices that are kept and not read: cost_0, cost_1, cost_2, cost_3, cost_4, cost_5 and 3 more.",
    )
    assert found.rates is None


@pytest.mark.parametrize(
    ("name", "seller", "names"),
    [
        ("openrouter/mistralai/devstral-2512", "openrouter", ("mistralai/devstral-2512",)),
        ("gemini/gemini-3.7-flash", "gemini", ("google/gemini-3.7-flash", "gemini-3.7-flash")),
        ("gpt-5.6", "openai", ("openai/gpt-5.6", "gpt-5.6")),
        ("azure_ai/mistral-large-2407", "azure_ai", ()),
        ("mistral.mistral-large-2407-v1:0", "bedrock", ()),
        ("together_ai/mistralai/Mixtral-8x22B", "together_ai", ()),
    ],
)
def test_litellm_s_names(name, seller, names):
    assert one("litellm", {name: {"litellm_provider": seller}}).names == names


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"input_cost_per_token": "5e-07"}, "“input_cost_per_token” is the text “5e-07”. It is due as a number."),
        ({"input_cost_per_token": 0.5}, "0.5 per token is $500000 per million tokens."),
        ({"input_cost_per_token": -1e-7}, "“input_cost_per_token” is negative (-1E-7)."),
        ({"max_input_tokens": "262144"}, "“max_input_tokens” is the text “262144” and not a whole number."),
        ({"deprecation_date": "soon"}, "“deprecation_date” is “soon”"),
        ({"supported_modalities": "text"}, "“supported_modalities” is the text “text” and not a list."),
        ({"litellm_provider": 5}, "“litellm_provider” is the number 5 and not text."),
    ],
)
def test_litellm_s_bad_entries(fields, words):
    found = read("litellm", lite("a") | lite("b", **fields) | lite("c"))
    assert [type(each) for each in found] == [Entry, BadEntry, Entry]
    assert found[1].id == "b"
    assert words in found[1].sentence


def test_litellm_goes_on_after_what_is_broken():
    found = read("litellm", '{"a": 5, "": {}, "b": {"litellm_provider": "mistral"}, "b": {}}')
    assert [(each.id, getattr(each, "sentence", "")) for each in found] == [
        ("a", "It is not an object."),
        ("entry 2", "It has no id."),
        ("b", ""),
        ("b", "This id stands in the file twice. The first one was read."),
    ]
