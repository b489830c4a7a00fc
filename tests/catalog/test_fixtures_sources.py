"""Every fact of Mistral's models has a source, and where sources contradict each other both are kept and explained."""

import pytest

from catalog.agreement import Verdict, compare
from catalog.models import LanguageModel, Observation, Source
from tests.catalog.mistral_models import DOCUMENTATION, TODAY

pytestmark = [pytest.mark.django_db]


FIELDS = [
    "released_on", "deprecated_on", "retires_on", "replacement", "context_length", "knowledge_cutoff", "architecture",
    "parameters_total", "parameters_active", "licence", "weights_url", "tokenizer", "input_modalities",
    "output_modalities",
]  # fmt: skip


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize("field", FIELDS)
def test_every_filled_field_has_a_source_that_agrees(field: str) -> None:
    models = list(LanguageModel.objects.prefetch_related("observations", "input_modalities", "output_modalities"))
    filled = [
        model
        for model in models
        if (getattr(model, field).all() if field.endswith("_modalities") else getattr(model, field))
    ]
    assert filled
    for model in filled:
        agreeing = [each for each in model.observations.all() if each.field == field and not each.differs]
        assert agreeing, f"{model.slug} has no source for its {field}"


@pytest.mark.usefixtures("seeded")
def test_what_a_source_is_said_to_agree_with_is_what_it_says() -> None:
    """Of days, counts and names: no observation that says something else passes for one that agrees, nor the reverse."""
    fields = ["released_on", "deprecated_on", "retires_on", "context_length", "parameters_total", "knowledge_cutoff"]
    checked = 0
    for observation in Observation.objects.select_related("model", "source").filter(field__in=fields):
        value = getattr(observation.model, observation.field)
        if value is None or "(" in observation.value:
            continue
        verdict = compare(observation.field, value, observation.value).verdict
        if verdict is Verdict.DIFFERENT:
            assert observation.differs, f"{observation.model.slug}: {observation} ({observation.source.slug})"
            checked += 1
    assert checked > 40


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize(
    ("slug", "source", "field", "value"),
    [
        ("mistral-large-2512", "portkey-models-2026-03-18", "input_price", "2 USD per million tokens"),
        ("mistral-large-2512", "models-dev-2026-07-01", "max_completion_tokens", "262144"),
        ("mistral-large-2407", "models-dev-2026-07-01", "open_weights", "false"),
        ("mistral-large-2411", "llm-prices-2026-08-05", "name", "Mistral Large 24.11"),
        ("devstral-2512", "litellm-1.109.1", "reasoning", "true"),
        ("devstral-2512", "models-dev-2026-07-01", "output_price", "1.4 USD per million tokens (nano-gpt)"),
        ("mistral-medium-2505", "litellm-1.109.1", "public_id", "mistral-medium-3"),
        ("mistral-medium-3.1", "models-dev-2026-07-01", "context_length", "262144"),
        ("mistral-nemo", "models-dev-2026-07-01", "input_price", "20 USD per million tokens (helicone)"),
        ("mistral-nemo", "litellm-1.109.1", "input_price", "3e-07 USD per token"),
        ("mistral-small-3.2-24b-instruct", "helicone-costs", "input_price", "0.05 USD per token"),
        ("mistral-small-3.1-24b-instruct", DOCUMENTATION, "input_price", "0.1 USD per million tokens"),
        ("voxtral-small-24b-2507", DOCUMENTATION, "output_price", "0.4 USD (0.35 EUR) per million tokens"),
        ("magistral-medium-2509", "litellm-1.109.1", "output_price", "7.5e-06 USD per token"),
        ("ministral-8b", "genai-prices-0.2.3", "output_price", "1 USD per million tokens"),
        ("ministral-14b-2512", "models-dev-2026-07-01", "input_price", "2.5 USD per million tokens (clarifai)"),
        ("ministral-3b-2512", "openrouter-models-2026-08-22", "context_length", "131072"),
        ("mixtral-8x22b-instruct", "litellm-1.109.1", "input_price", "6e-07 USD per token (nscale)"),
        ("mistral-saba", "openrouter-models-2026-10-08", "status", "listed"),
        ("mistral-large-4-0", "litellm-1.109.1", "input_price", "1.36e-06 USD per token"),
        ("mistral-large-4-0", "genai-prices-0.2.3", "input_price", "0.77 USD per million tokens (route mistral/eu)"),
        ("mistral-large-4-0", "genai-prices-0.2.3", "context_length", "524288 (route mistral/eu)"),
    ],
)
def test_contradictions_are_kept_and_explained(slug: str, source: str, field: str, value: str) -> None:
    row = Observation.objects.get(model__slug=slug, source__slug=source, field=field, value=value)
    assert row.differs
    assert row.note.endswith(".")


@pytest.mark.usefixtures("seeded")
def test_every_source_is_used_and_dated() -> None:
    for source in Source.objects.all():
        assert source.observations.exists() or source.periods.exists() or source.parameters.exists(), source.slug
        assert source.read_on <= TODAY
