"""Providers behind a listing: new, changed, gone and back."""

import json
from datetime import timedelta
from typing import Any

import pytest

from catalog.imports.applying import apply
from catalog.models import Endpoint, Revision
from tests.catalog.imports.lists import DAY, differences, lines, previewed, undo
from tests.factories import make_priced

pytestmark = pytest.mark.django_db


def endpoint(tag: str = "mistral", **fields: Any) -> dict[str, Any]:
    return {
        "name": f"Mistral | {tag}",
        "model_id": "mistralai/anvil",
        "model_name": "Anvil",
        "context_length": 131072,
        "pricing": {"prompt": "0.0000004", "completion": "0.000002", "discount": 0},
        "provider_name": "Mistral",
        "tag": tag,
        "quantization": "fp8",
        "max_completion_tokens": None,
        "max_prompt_tokens": None,
        "supported_parameters": ["tools", "max_tokens"],
        "status": 0,
        "uptime_last_1d": 99.5,
    } | fields


def answer(*endpoints: dict[str, Any], model: str = "mistralai/anvil") -> bytes:
    data = {"id": model, "name": "Anvil", "created": 1764681654, "description": "", "architecture": {}}
    return json.dumps({"data": data | {"endpoints": list(endpoints)}}).encode()


def told(*endpoints: dict[str, Any], days: int = 0) -> Revision:
    return apply(previewed(answer(*endpoints), DAY + timedelta(days=days), "openrouter-endpoints"))


def test_providers_come_change_go_and_come_back() -> None:
    make_priced("anvil", "0.40", "2.00")
    first = told(endpoint(), endpoint("mistral/eu", pricing={"prompt": "0.00000044", "completion": "0.0000022"}))
    assert lines(first) == [
        "mistralai/anvil: Served by Mistral (mistral): input $0.40, output $2.00 per million tokens.",
        "mistralai/anvil: Served by Mistral (mistral/eu): input $0.44, output $2.20 per million tokens.",
    ]
    eu = Endpoint.objects.get(tag="mistral/eu")
    assert (eu.quantization, eu.parameters, eu.uptime, eu.seen_on) == ("fp8", ["max_tokens", "tools"], "99.50", DAY)
    assert (
        differences(
            told(endpoint(), endpoint("mistral/eu", pricing={"prompt": "0.00000044", "completion": "0.0000022"}))
        )
        == []
    )
    gone = told(endpoint(context_length=262144), days=1)
    assert lines(gone) == [
        "mistralai/anvil: Mistral (mistral) changed: context.",
        "mistralai/anvil: Mistral (mistral/eu) does not serve it any more.",
    ]
    assert Endpoint.objects.get(tag="mistral/eu").gone_on == DAY + timedelta(days=1)
    back = told(endpoint(context_length=262144), endpoint("mistral/eu"), days=2)
    assert lines(back, "back") == [
        "mistralai/anvil: Served again by Mistral (mistral/eu): input $0.40, output $2.00 per million tokens."
    ]
    undo(back)
    assert Endpoint.objects.get(tag="mistral/eu").gone_on == DAY + timedelta(days=1)


def test_a_model_that_the_catalog_lacks_is_said() -> None:
    revision = previewed(answer(endpoint(), model="acme/other"), DAY, "openrouter-endpoints")
    assert lines(revision, "bad") == [
        "acme/other: The catalog has no listing acme/other: import the list of models first."
    ]
