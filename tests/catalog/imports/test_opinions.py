"""Second opinions: what other catalogs say of our models is noted beside the facts, and changes none of them."""

import json
from datetime import timedelta
from typing import Any

import pytest

from catalog.imports.applying import apply
from catalog.models import LanguageModel, Observation, Revision
from tests.catalog.imports.lists import DAY, differences, lines, previewed, undo
from tests.factories import make_alias, make_priced

pytestmark = pytest.mark.django_db


def models_dev(**fields: Any) -> bytes:
    """models.dev's file with one model of OpenRouter's."""
    entry = {
        "id": "mistralai/anvil",
        "name": "Anvil",
        "modalities": {"input": ["text"], "output": ["text"]},
        "cost": {"input": 0.4, "output": 2},
        "limit": {"context": 262144, "output": 8192},
        "release_date": "2025-12-01",
    } | fields
    models = {"mistralai/anvil": entry, "acme/unknown": entry | {"id": "acme/unknown"}}
    return json.dumps({"openrouter": {"id": "openrouter", "name": "OpenRouter", "models": models}}).encode()


def opinion(content: bytes, kind: str = "models-dev") -> Revision:
    return apply(previewed(content, DAY, kind))


def test_agreement_is_noted_in_one_line_and_disagreement_in_one_each() -> None:
    make_priced("anvil", "0.40", "2.00")
    revision = opinion(models_dev(limit={"context": 131072}, release_date="2025-01-12"))
    assert lines(revision, "conflict") == [
        "openrouter/mistralai/anvil: Says 131,072 for the context; the catalog shows 262,144.",
        "openrouter/mistralai/anvil: Says 2025-01-12 for the release; the catalog shows 2025-12-01.",
    ]
    assert lines(revision, "said") == [
        "openrouter/mistralai/anvil: Says of anvil: what it reads text, what it writes text, input price $0.4 per 1M, "
        "output price $2 per 1M."
    ]
    assert LanguageModel.objects.get().context_length == 262_144
    assert set(Observation.objects.filter(differs=True).values_list("field", flat=True)) == {
        "context_length",
        "released_on",
    }


def test_the_tolerance_of_the_catalog_holds() -> None:
    make_priced("anvil", "0.40", "2.00")
    assert lines(opinion(models_dev(limit={"context": 256000})), "conflict") == []


def test_a_thousandfold_price_is_a_disagreement() -> None:
    make_priced("anvil", "0.40", "2.00")
    told = lines(opinion(models_dev(cost={"input": 400, "output": 2})), "conflict")
    assert len(told) == 1
    assert "for the input price" in told[0]


def test_saying_the_same_again_is_no_difference_and_another_word_is_one_more() -> None:
    make_priced("anvil", "0.40", "2.00")
    opinion(models_dev())
    assert differences(previewed(models_dev(), DAY + timedelta(days=1), "models-dev")) == []
    count = Observation.objects.count()
    opinion(models_dev(release_date="2025-11-30"))
    assert Observation.objects.count() == count + 1


def test_models_that_the_catalog_lacks_are_passed_over() -> None:
    assert differences(opinion(models_dev())) == []
    assert not LanguageModel.objects.exists()


def test_an_opinion_is_undone() -> None:
    make_priced("anvil", "0.40", "2.00")
    revision = opinion(models_dev())
    assert undo(revision).kept == []
    assert not Observation.objects.exists()


def test_litellm_finds_a_model_by_its_alias() -> None:
    make_alias(make_priced("anvil", "0.40", "2.00"), "anvil-latest")
    content = json.dumps(
        {"mistral/anvil-latest": {"litellm_provider": "mistral", "mode": "chat", "max_input_tokens": 262144}}
    ).encode()
    revision = opinion(content, "litellm")
    assert lines(revision) == ["mistral/anvil-latest: Says of anvil: context 262,144."]


def test_genai_prices() -> None:
    make_priced("anvil", "0.40", "2.00")
    content = json.dumps(
        [
            {
                "id": "openrouter",
                "name": "OpenRouter",
                "models": [
                    {
                        "id": "mistralai/anvil",
                        "match": {"equals": "mistralai/anvil"},
                        "prices": {"input_mtok": 0.5, "output_mtok": 2},
                    }
                ],
            }
        ]
    ).encode()
    told = lines(opinion(content, "genai-prices"), "conflict")
    assert len(told) == 1
    assert "for the input price; the catalog shows" in told[0]
