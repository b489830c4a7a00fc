"""Rows made from an import's plan, not yet saved: a model, its parameters; and the market and modalities they need."""

from datetime import date
from typing import Any

from catalog.imports.kinds import MARKET
from catalog.imports.writing import Writer
from catalog.models import Change, LanguageModel, Listing, Market, Modality, Parameter, Vendor

LONGEST_MODALITY = 50  # characters, the width of Modality.slug
KINDS_OF_PARAMETERS = {
    "max_tokens": "integer", "max_completion_tokens": "integer", "seed": "integer", "top_k": "integer",
    "top_logprobs": "integer", "logprobs": "boolean", "parallel_tool_calls": "boolean", "include_reasoning": "boolean",
    "temperature": "float", "top_p": "float", "min_p": "float", "top_a": "float", "frequency_penalty": "float",
    "presence_penalty": "float", "repetition_penalty": "float", "stop": "array", "tools": "array",
    "tool_choice": "string or object", "response_format": "map", "logit_bias": "map", "reasoning": "map",
    "prediction": "map", "web_search_options": "map", "structured_outputs": "boolean",
}  # fmt: skip


def model(plan: dict[str, Any], vendor: Vendor) -> LanguageModel:
    facts = plan["facts"]
    return LanguageModel(
        vendor=vendor,
        slug=plan["slug"],
        name=plan["name"],
        description=facts.get("description", ""),
        context_length=facts.get("context_length"),
        weights_url=facts.get("weights_url", ""),
        knowledge_cutoff=day_of(facts.get("knowledge_cutoff")),
    )


def facts_of_model(line: Change) -> dict[str, Any]:
    return {f"model.{name}": value for name, value in line.plan["model"]["facts"].items()}


def day_of(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def parameter(listing: Listing, name: str, defaults: dict[str, str], writer: Writer) -> Parameter:
    return Parameter(
        listing=listing,
        model_id=listing.model_id,
        source=writer.source,
        name=name,
        kind=KINDS_OF_PARAMETERS.get(name, "string"),
        default=defaults.get(name, "")[:60],
    )


def modalities(slugs: set[str]) -> dict[str, int]:
    """Their keys; one that is new to the catalog is made."""
    slugs = {slug for slug in slugs if len(slug) <= LONGEST_MODALITY}
    known = dict(Modality.objects.filter(slug__in=slugs).values_list("slug", "pk"))
    for slug in sorted(slugs - known.keys()):
        known[slug] = Modality.objects.create(slug=slug, name=slug.capitalize()[:40]).pk
    return known


def market() -> Market:
    return Market.objects.get_or_create(
        slug=MARKET,
        defaults={
            "name": "OpenRouter",
            "url": "https://openrouter.ai",
            "api_url": "https://openrouter.ai/api/v1",
            "key_variable": "OPENROUTER_API_KEY",
        },
    )[0]
