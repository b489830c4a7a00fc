"""Which field is read how, and the comparison itself. Pure; no Django."""

from collections.abc import Callable

from catalog.agreement import counts, days, prices, words
from catalog.agreement.verdicts import CANNOT_TELL, Agreement

Comparison = Callable[[object, object], Agreement]

READ_AS: dict[str, Comparison] = {
    **dict.fromkeys(("context_length", "max_completion_tokens", "max_prompt_tokens", "weekly_tokens"), counts.tokens),
    **dict.fromkeys(
        ("announced_on", "released_on", "deprecated_on", "retires_on", "listed_on", "last_seen_on", "delisted_on",
         "expires_on", "expiration_date", "knowledge_cutoff"),
        days.days,
    ),
    "parameters_total": lambda shown, said: counts.parameters(shown, said, is_active=False),
    "parameters_active": lambda shown, said: counts.parameters(shown, said, is_active=True),
    **dict.fromkeys(("input_modalities", "output_modalities", "supported_parameters", "languages"), words.lists),
    **dict.fromkeys(
        ("stop_ends_billing", "has_responses", "has_chat_completions", "open_weights", "reasoning"), words.answers
    ),
    **dict.fromkeys(("name", "replacement", "replacement_name", "family"), words.names),
    "vendor": words.vendors,
    "tokenizer": words.tokenizers,
    **dict.fromkeys(("weights_url", "licence_url", "announcement"), words.addresses),
    **dict.fromkeys(("description", "summary"), words.descriptions),
    "licence": words.licences,
    "architecture": words.architectures,
    "status": words.states,
}  # fmt: skip


def compare(field: str, shown: object, said: object) -> Agreement:
    """Whether `said` means what is `shown` for this field: text, whole numbers, days, tuples of names, yes and no, or a
    `Decimal` of US dollars per unit for a price.

    A side that says nothing contradicts nothing. Of a field that nobody reads in a special way, the texts are compared
    without regard to case and white space.
    """
    if words.is_unknown(shown) or words.is_unknown(said):
        return CANNOT_TELL
    return _comparison(field)(shown, said)


def _comparison(field: str) -> Comparison:
    if field in READ_AS:
        return READ_AS[field]
    if field.endswith("_price") or field.startswith("price"):
        return prices.prices
    return counts.numbers if field.startswith("default_") else words.texts
