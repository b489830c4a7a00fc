"""OpenRouter's endpoints: the providers of one model, each with its own limits, parameters and prices."""

from decimal import Decimal

import pytest

from catalog.imports.entries import BadEntry, EndpointEntry, Unreadable
from catalog.pricing import Component
from tests.catalog.imports.files import rate, read, reading

MODEL = "mistralai/mistral-large-4"


def answer(*endpoints, **changes):
    return {"data": {"id": MODEL, "name": "Mistral Large 4", "endpoints": list(endpoints)} | changes}


def endpoint(**changes):
    return {"tag": "mistral", "provider_name": "Mistral"} | changes


def test_everything_an_endpoint_says():
    (found,) = read(
        "openrouter-endpoints",
        answer(
            endpoint(
                tag="mistral/eu",
                context_length=524288,
                max_completion_tokens=None,
                max_prompt_tokens=500000,
                quantization="fp8",
                pricing={"prompt": "0.00000077", "completion": "0.0000022", "discount": 0.25},
                supported_parameters=["tools", "seed", "tools"],
                status=0,
                uptime_last_1d=99.99999,
                latency_last_30m={"p50": 814.5},
            )
        ),
    )
    assert found == EndpointEntry(
        model=MODEL,
        tag="mistral/eu",
        provider="Mistral",
        raw=found.raw,
        quantization="fp8",
        context_length=524288,
        max_completion_tokens=None,
        max_prompt_tokens=500000,
        parameters=("tools", "seed"),
        rates=(rate(Component.INPUT, "0.00000077"), rate(Component.OUTPUT, "0.0000022")),
        discount=Decimal("0.25"),
        status=0,
        uptime="99.99",
        notes=(),
    )
    assert found.raw["latency_last_30m"] == {"p50": Decimal("814.5")}


def test_what_it_does_not_say_is_left_open():
    (found,) = read("openrouter-endpoints", answer(endpoint(quantization="unknown", uptime_last_1d=None, pricing=None)))
    assert (found.quantization, found.uptime, found.status) == ("", "", None)
    assert (found.rates, found.parameters, found.context_length) == ((), (), None)


def test_the_model_s_id_may_stand_after_its_endpoints():
    reader = reading(
        "openrouter-endpoints", '{"data": {"endpoints": [{"tag": "a", "provider_name": "A"}], "id": "x/y"}}'
    )
    assert [found.model for found in reader] == ["x/y"]
    assert reader.model == "x/y"


def test_a_model_without_endpoints_is_an_answer():
    assert read("openrouter-endpoints", answer()) == []


@pytest.mark.parametrize(
    ("raw", "id", "words"),
    [
        (7, f"{MODEL}, endpoint 2", "It is not an object."),
        ({}, f"{MODEL}, endpoint 2", "It has no tag."),
        ({"tag": ""}, f"{MODEL}, endpoint 2", "It has no tag."),
        ({"tag": "x"}, f"{MODEL} at x", "It has no provider’s name."),
        (endpoint(tag=5), f"{MODEL}, endpoint 2", "“tag” is the number 5 and not text."),
        (endpoint(tag="x", status="bad"), f"{MODEL} at x", "“status” is the text “bad” and not a small whole number."),
        (endpoint(tag="x", status=10**6), f"{MODEL} at x", "“status” is the number 1000000"),
        (endpoint(tag="x", uptime_last_1d=101), f"{MODEL} at x", "“uptime_last_1d” is the number 101 and not a share"),
        (endpoint(tag="x", uptime_last_1d="99"), f"{MODEL} at x", "“uptime_last_1d” is the text “99” and not a share"),
        (endpoint(tag="x", pricing={"prompt": "free"}), f"{MODEL} at x", "“pricing.prompt” is “free”"),
        (endpoint(tag="x", context_length="1"), f"{MODEL} at x", "“context_length” is the text “1”"),
        (endpoint(), f"{MODEL} at mistral", "This id stands in the file twice. The first one was read."),
    ],
)
def test_a_bad_endpoint_is_named_and_the_others_go_on(raw, id, words):
    found = read("openrouter-endpoints", answer(endpoint(), raw, endpoint(tag="other")))
    assert [type(each) for each in found] == [EndpointEntry, BadEntry, EndpointEntry]
    assert found[1].id == id
    assert words in found[1].sentence


@pytest.mark.parametrize(("status", "read_as"), [(-2, -2), ("-5", -5), ("0", 0), (None, None)])
def test_the_status_may_stand_as_text(status, read_as):
    (found,) = read("openrouter-endpoints", answer(endpoint(status=status)))
    assert found.status == read_as


@pytest.mark.parametrize("id", [None, "", 5, "large-4", "a/b/c"])
def test_an_answer_must_say_which_model_it_is_about(id):
    with pytest.raises(Unreadable, match="does not say which model"):
        read("openrouter-endpoints", answer(endpoint(), id=id))


def test_an_answer_with_more_endpoints_than_there_are_providers_is_refused():
    with pytest.raises(Unreadable, match=r"more than 1,000 endpoints"):
        read("openrouter-endpoints", answer(*[endpoint(tag=str(number)) for number in range(1001)]))
