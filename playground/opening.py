"""From a valid form to a prompt with its runs and holds, in one transaction, before anything goes upstream."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from catalog import exact, frozen, pricing
from catalog.models import Listing, PricePeriod
from playground import estimate, ledger
from playground.models import Prompt, Run
from playground.parameters import OUTPUT_LIMIT, body


class AlreadySent(Exception):
    """The key of a form stands for another prompt; the message says what to do."""


@dataclass(frozen=True)
class Asked:
    """A valid request: one prompt for one to six listings."""

    key: str
    system: str
    text: str
    parameters: dict[str, Any]
    listings: list[Listing]

    def messages(self) -> list[dict[str, str]]:
        system = [{"role": "system", "content": self.system}] if self.system.strip() else []
        return [*system, {"role": "user", "content": self.text}]


@dataclass(frozen=True)
class Plan:
    """What would go to one model, and the most it may cost; `worst` is None when its price or length has no bound."""

    listing: Listing
    period: PricePeriod | None
    body: dict[str, Any]
    left_out: list[str]
    prompt_tokens: int
    output_tokens: int | None
    worst: Decimal | None

    @property
    def bound_in_words(self) -> str:
        if self.worst is not None:
            return f"{self.prompt_tokens:,} tokens in, {self.output_tokens:,} out at the most"
        if self.output_tokens is None:
            return "nothing bounds the length of its answer"
        return "its price is not known"


def plan(asked: Asked, now: datetime | None = None) -> list[Plan]:
    """The plan for each listing in order: pure reading of loaded rows, nothing is written or sent."""
    now = now or datetime.now(UTC)
    messages = asked.messages()
    plans = []
    for listing in asked.listings:
        request, left_out = body(listing, messages, asked.parameters)
        extra = {name: value for name, value in request.items() if name not in {"model", "messages", "stream"}}
        prompt_tokens = estimate.prompt_bound(messages, json.dumps(extra) if extra else "")
        output_tokens = estimate.output_bound(
            asked.parameters.get(OUTPUT_LIMIT) if OUTPUT_LIMIT not in left_out else None,
            listing.max_completion_tokens,
            listing.context_limit(),
        )
        period = listing.price_on(now.date())
        worst = None
        if period is not None and output_tokens is not None:
            bill = estimate.worst_case(period.pricing_rates(), prompt_tokens, output_tokens, now)
            worst = bill.total if bill.status is pricing.Status.EXACT else None
        plans.append(Plan(listing, period, request, left_out, prompt_tokens, output_tokens, worst))
    return plans


def open_prompt(user: Any, asked: Asked, upstream: str, is_rehearsal: bool) -> tuple[Prompt, bool]:
    """The prompt with its runs and holds, and whether it is new: a second call with the same key finds the first one.

    Raises `ledger.BudgetRefusal` when a budget, or a price that nobody knows, forbids it, and `AlreadySent` when the key
    stands for another prompt.
    """
    existing = Prompt.objects.of(user).filter(key=asked.key).first()
    if existing is not None:
        return _the_same(existing, asked), False
    now = datetime.now(UTC)
    plans = plan(asked, now)
    if not is_rehearsal:
        for each in plans:
            if each.worst is None:
                raise ledger.BudgetRefusal(
                    f"{each.listing.model.name} cannot be run within a budget: {each.bound_in_words}. "
                    "Set the maximum output tokens, or leave this model out."
                )
    try:
        with transaction.atomic():
            prompt = Prompt.objects.create(
                user=user, key=asked.key, system=asked.system, text=asked.text, parameters=asked.parameters
            )
            runs = [_run(prompt, position, each, upstream, is_rehearsal) for position, each in enumerate(plans)]
            Run.objects.bulk_create(runs)
            amounts = [0 if is_rehearsal else ledger.held_amount(each.worst or Decimal(0)) for each in plans]
            ledger.reserve(user, list(zip(runs, amounts, strict=True)), now)
            PricePeriod.objects.filter(pk__in=[each.period.pk for each in plans if each.period]).update(is_used=True)
    except IntegrityError:
        # Two requests with one key at the same moment: the other one was first, and its prompt is the answer to both.
        existing = Prompt.objects.of(user).filter(key=asked.key).first()
        if existing is None:
            raise
        return _the_same(existing, asked), False
    return prompt, True


def _the_same(existing: Prompt, asked: Asked) -> Prompt:
    """The prompt that was sent with this key, if it asked the same; a key never stands for two different prompts."""
    models = list(existing.runs.values_list("model_public_id", flat=True))
    before = (existing.system, existing.text, existing.parameters, models)
    if before != (asked.system, asked.text, asked.parameters, [listing.model.public_id for listing in asked.listings]):
        raise AlreadySent(
            "This form was sent before with other words, so it was not sent again. Press Run once more to send it as it is now."
        )
    return existing


def _run(prompt: Prompt, position: int, planned: Plan, upstream: str, is_rehearsal: bool) -> Run:
    model = planned.listing.model
    return Run(
        prompt=prompt,
        position=position,
        listing=planned.listing,
        period=planned.period,
        model_public_id=model.public_id,
        model_name=model.name,
        upstream_id=planned.listing.upstream_id,
        upstream=upstream,
        is_rehearsal=is_rehearsal,
        rates=[frozen.freeze(rate) for rate in planned.period.pricing_rates()] if planned.period else [],
        request=planned.body,
        left_out=planned.left_out,
        estimate_usd="" if planned.worst is None else exact.plain(planned.worst),
    )
