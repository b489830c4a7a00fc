"""From a valid form to a prompt with its runs and holds, in one transaction, before anything goes upstream."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, localcontext
from typing import Any

from django.db import IntegrityError, transaction

from catalog import exact, frozen, pricing
from catalog.models import PricePeriod
from playground import bodies, estimate, ledger
from playground import messages as texts
from playground.bodies import Routing, Wanted
from playground.messages import Message
from playground.models import Prompt, Run
from playground.offers import Offer
from playground.parameters import OUTPUT_LIMIT
from playground.variables import Rows

MOST_RUNS = 600  # of one prompt: a hundred rows by six models


class AlreadySent(Exception):
    """The key of a form stands for another prompt; the message says what to do."""


@dataclass(frozen=True)
class Asked:
    """A valid request: messages for one to six offers, once, or for each row of values and repeat.

    `overrides` holds by offer what replaces `parameters` in that column; None takes a parameter away there.
    """

    key: str
    messages: list[Message]
    parameters: dict[str, Any]
    offers: list[Offer]
    overrides: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: Rows = field(default_factory=Rows)
    repeats: int = 1
    api: str = Prompt.API.CHAT
    streams: bool = True
    routing: Routing = field(default_factory=Routing)
    is_stored: bool = True
    is_blind: bool = False
    continues: Prompt | None = None

    @property
    def text(self) -> str:
        """The title: the last question, and what fills it."""
        return texts.title(self.messages, self.rows.names, self.rows.rows)

    def values_for(self, offer: Offer) -> dict[str, Any]:
        merged = self.parameters | self.overrides.get(offer.key, {})
        return {name: value for name, value in merged.items() if value is not None}

    def messages_for(self, offer: Offer, row: int | None) -> list[Message]:
        """What this column is sent for this row: its own earlier answers, its values filled in."""
        # Filled first: what looks like a variable in a model's own earlier answer is its words.
        return [message.of(offer.key) for message in texts.filled(self.messages, self.rows.values(row))]

    def is_same_as(self, prompt: Prompt) -> bool:
        """Whether `prompt` was made from a request like this one. Of one whose texts are gone nobody can say so."""
        asked_of = list(dict.fromkeys(run.offer for run in prompt.runs.all()))
        before = (prompt.parameters, prompt.overrides, prompt.repeats, prompt.api, prompt.streams, prompt.routing)
        now = (self.parameters, self.overrides, self.repeats, self.api, self.streams, self.routing.to_json())
        kept_before = (prompt.is_stored, prompt.is_blind, prompt.continues_id)
        kept_now = (self.is_stored, self.is_blind, self.continues.pk if self.continues else None)
        texts_before = (prompt.messages, prompt.variables)
        texts_now = (texts.write(self.messages), self.rows.to_json())
        return (
            prompt.has_text
            and (before, kept_before, texts_before) == (now, kept_now, texts_now)
            and asked_of == [offer.key for offer in self.offers]
        )


@dataclass(frozen=True)
class Plan:
    """What would go to one offer for one row, and the most it may cost; `worst` is None when its price or length has no
    bound."""

    offer: Offer
    row: int | None
    repeat: int
    period: PricePeriod | None
    body: dict[str, Any]
    left_out: list[str]
    prompt_tokens: int
    output_tokens: int | None
    worst: Decimal | None
    counted: int | None = None  # prompt tokens by the model's own tokenizer, where it has one here and it has counted

    @property
    def bound_in_words(self) -> str:
        if self.worst is not None:
            return f"{self.prompt_tokens:,} tokens in, {self.output_tokens:,} out at the most"
        if self.output_tokens is None:
            return "nothing bounds the length of its answer"
        return "its price is not known"


def plan(asked: Asked, now: datetime | None = None) -> list[Plan]:
    """The plans, row by row and in each the offers in order: pure reading of loaded rows, nothing is written or sent."""
    now = now or datetime.now(UTC)
    return [
        made
        for row in asked.rows.indexes()
        for offer in asked.offers
        for made in _repeated(_plan(asked, offer, row, now), asked.repeats)
    ]


def _repeated(first: Plan, repeats: int) -> list[Plan]:
    return [Plan(**(vars(first) | {"repeat": repeat})) for repeat in range(repeats)]


def _plan(asked: Asked, offer: Offer, row: int | None, now: datetime) -> Plan:
    listing = offer.listing
    period = listing.price_on(now.date())
    rates = period.pricing_rates() if period is not None else []
    messages = asked.messages_for(offer, row)
    values = asked.values_for(offer)
    body = bodies.build(
        Wanted(
            listing.upstream_id,
            messages,
            values,
            offer.parameters(),
            offer.dialect,
            asked.api,
            asked.streams,
            asked.routing.preferences(rates),
        )
    )
    prompt_tokens = estimate.prompt_bound(messages, beside_the_messages(body.json), has_tools="tools" in body.json)
    output_tokens = estimate.output_bound(
        values.get(OUTPUT_LIMIT) if OUTPUT_LIMIT not in body.left_out else None,
        listing.max_completion_tokens,
        listing.context_limit(),
    )
    worst = None
    if period is not None and output_tokens is not None:
        images = sum(len(message.images) for message in messages)
        bill = estimate.worst_case(rates, prompt_tokens, output_tokens, now, images=images)
        worst = bill.total if bill.status is pricing.Status.EXACT else None
    return Plan(offer, row, 0, period, body.json, body.left_out, prompt_tokens, output_tokens, worst)


def beside_the_messages(body: dict[str, Any]) -> str:
    """What else of the body a model may be shown: tools and schemas above all."""
    extra = {name: value for name, value in body.items() if name not in {"model", "messages", "input", "stream"}}
    return json.dumps(extra, ensure_ascii=False) if extra else ""


def total(plans: list[Plan]) -> Decimal | None:
    """The most that all of it may cost; None when one of it has no bound."""
    if not plans or any(each.worst is None for each in plans):
        return None
    with localcontext(exact.EXACT):
        return sum((each.worst or Decimal(0) for each in plans), Decimal(0))


def open_prompt(user: Any, asked: Asked) -> tuple[Prompt, bool]:
    """The prompt with its runs and holds, and whether it is new: a second call with the same key finds the first one.

    Raises `ledger.BudgetRefusal` when a budget, a price that nobody knows or the playground's switch forbids it, and
    `AlreadySent` when the key stands for another prompt.
    """
    existing = Prompt.objects.of(user).filter(key=asked.key).first()
    if existing is not None:
        return _the_same(existing, asked), False
    now = datetime.now(UTC)
    plans = plan(asked, now)
    for each in plans:
        if each.worst is None and not each.offer.is_rehearsal:
            raise ledger.BudgetRefusal(
                f"{each.offer.name} cannot be run within a budget: {each.bound_in_words}. "
                "Set the maximum output tokens, or leave this model out."
            )
    try:
        with transaction.atomic():
            ledger.check_open()
            prompt = _write(user, asked)
            runs = [_run(prompt, position, each) for position, each in enumerate(plans)]
            Run.objects.bulk_create(runs)
            amounts = [0 if each.offer.is_rehearsal else ledger.held_amount(each.worst or Decimal(0)) for each in plans]
            ledger.reserve(user, list(zip(runs, amounts, strict=True)), now)
            PricePeriod.objects.filter(pk__in={each.period.pk for each in plans if each.period}).update(is_used=True)
    except IntegrityError:
        # Two requests with one key at the same moment: the other one was first, and its prompt is the answer to both.
        existing = Prompt.objects.of(user).filter(key=asked.key).first()
        if existing is None:
            raise
        return _the_same(existing, asked), False
    return prompt, True


def _write(user: Any, asked: Asked) -> Prompt:
    names = " ".join(offer.name for offer in asked.offers)
    said = "\n".join(message.content for message in asked.messages)
    prompt: Prompt = Prompt.objects.create(
        user=user,
        key=asked.key,
        messages=texts.write(asked.messages),
        text=asked.text,
        parameters=asked.parameters,
        overrides=asked.overrides,
        variables=asked.rows.to_json(),
        repeats=asked.repeats,
        api=asked.api,
        streams=asked.streams,
        routing=asked.routing.to_json(),
        continues=asked.continues,
        is_stored=asked.is_stored,
        is_blind=asked.is_blind,
        searched=texts.folded(f"{said}\n{names}") if asked.is_stored else "",
    )
    return prompt


def _the_same(existing: Prompt, asked: Asked) -> Prompt:
    """The prompt that was sent with this key, if it asked the same; a key never stands for two different prompts."""
    if not existing.has_text:
        raise AlreadySent(
            "This form was sent before, and what it asked is not stored any more, so it was not sent again. "
            "Press Run once more to send it as it is now."
        )
    if not asked.is_same_as(existing):
        raise AlreadySent(
            "This form was sent before with other words, so it was not sent again. Press Run once more to send it as it is now."
        )
    return existing


def _run(prompt: Prompt, position: int, planned: Plan) -> Run:
    offer, model = planned.offer, planned.offer.listing.model
    return Run(
        prompt=prompt,
        position=position,
        row=planned.row,
        repeat=planned.repeat,
        offer=offer.key,
        listing=offer.listing,
        period=planned.period,
        model_public_id=model.public_id,
        model_name=model.name,
        upstream_id=offer.listing.upstream_id,
        upstream=offer.upstream,
        api=prompt.api,
        streams=prompt.streams,
        is_rehearsal=offer.is_rehearsal,
        rates=[frozen.freeze(rate) for rate in planned.period.pricing_rates()] if planned.period else [],
        request=planned.body,
        left_out=planned.left_out,
        estimate_usd="" if planned.worst is None else exact.plain(planned.worst),
    )
