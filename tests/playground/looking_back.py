"""Prompts that were asked and answered, for the tests of looking back, and the few models that they need."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from playground import ledger, opening
from playground.models import Prompt, State
from tests.factories import make_listing, make_model, make_parameter, make_period
from tests.playground.builders import FOUR, asked

NAMES = ("Mistral Large 3", "Mistral Large 2407", "Mistral Large 2411", "Devstral 2")


def make_four() -> None:
    """The four models of the builders with a price each: all that a test needs that only looks back."""
    for model_id, name in zip(FOUR, NAMES, strict=True):
        listing = make_listing(make_model(model_id.partition("/")[2], name))
        make_period(listing, "0.50", "1.50")
        make_parameter(listing, "max_tokens", "integer")


def answered(
    user: Any,
    *models: str,
    key: str,
    text: str = "Which wind?",
    answers: Sequence[str] = (),
    states: Sequence[State] = (),
    costs: Sequence[str | None] = (),
    days_ago: int = 0,
    upstream: str = "rehearsal",
    facts: dict[str, Any] | None = None,
    system: str = "",
    parameters: dict[str, Any] | None = None,
    **changes: Any,
) -> Prompt:
    """A prompt whose runs are over, in their order with these answers, states and costs in USD (None: not known). What is
    not said of a run is that of the last one before it; `changes` are of the request."""
    models = models or (FOUR[0],)
    request = asked(
        *models, key=key, text=text, system=system, upstream=upstream, **({"max_tokens": 50} | (parameters or {}))
    )
    prompt, _ = opening.open_prompt(user, replace(request, **changes))
    for place, run in enumerate(prompt.runs.all()):
        cost = _nth(costs, place, "0.001")
        written = {"text": _nth(answers, place, "From the west."), "computed_usd": cost or ""} | (facts or {})
        spent = None if cost is None else Decimal(cost)
        ledger.settle(run.pk, ledger.Outcome(_nth(states, place, State.DONE), written, spent))
    if days_ago:
        Prompt.objects.filter(pk=prompt.pk).update(created_at=timezone.now() - timedelta(days=days_ago))
    return Prompt.objects.get(pk=prompt.pk)


def _nth(given: Sequence[Any], place: int, otherwise: Any) -> Any:
    return given[min(place, len(given) - 1)] if given else otherwise
