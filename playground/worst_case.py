"""Before Run: the most that a request may cost, what is held for it, and what is left of each budget then.

Two figures for each model. The worst case takes the prompt as its own tokenizer counts it, and the longest answer, at
the tier that so long a prompt falls in. What is held takes a bound of the prompt that is safe whatever template it is put
into; where a tokenizer is not at hand the two are the same. Decision 9 (docs/decisions) has the reasons.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal, localcontext
from typing import Any

from catalog import exact, pricing
from catalog.tokenizers.kinds import Kind
from playground import estimate, fitting, ledger, opening
from playground.amounts import at_least
from playground.bodies import Routing
from playground.bodies.routing import TOLD_AS
from playground.counts import Counted, counts
from playground.forms.sending import ROUTES
from playground.ledger import Standing
from playground.offers import Offer
from playground.opening import Asked, Plan

Place = tuple[str, int | None]  # an offer's key, and a row


@dataclass(frozen=True)
class After:
    """One budget as it would stand after the hold; `left` is negative where it does not suffice."""

    standing: Standing
    left: int

    @property
    def left_text(self) -> str:
        return at_least(max(0, self.left))

    @property
    def suffices(self) -> bool:
        return self.left >= 0


@dataclass(frozen=True)
class OfferCase:
    """One model's part: all of its runs together. Amounts are exact USD, None where nothing bounds them. `not_kept_to` are the
    labels of the limits that were asked for and that its request does not carry."""

    plans: list[Plan]
    worst: Decimal | None
    held: Decimal | None
    not_kept_to: list[str] = field(default_factory=list)

    @property
    def offer(self) -> Offer:
        return self.plans[0].offer

    @property
    def runs(self) -> int:
        return len(self.plans)

    @property
    def per_run(self) -> Decimal | None:
        """The worst case of one run, for the eye: where rows make runs of several lengths it is their mean."""
        return None if self.worst is None else self.worst / self.runs

    @property
    def is_mean(self) -> bool:
        """Whether its runs differ, so that `per_run` is the mean of several amounts."""
        return len({(plan.counted, plan.prompt_tokens) for plan in self.plans}) > 1

    @property
    def left_out(self) -> list[str]:
        return list(dict.fromkeys(name for plan in self.plans for name in plan.left_out))

    @property
    def counted(self) -> str:
        """The prompt tokens by the model's own tokenizer, of the shortest and the longest row; blank where not known."""
        known = [plan.counted for plan in self.plans if plan.counted is not None]
        if len(known) < self.runs:
            return ""
        least, most = min(known), max(known)
        return f"{least:,}" if least == most else f"{least:,} to {most:,}"

    @property
    def bound(self) -> int:
        return max(plan.prompt_tokens for plan in self.plans)

    @property
    def longest_answer(self) -> int | None:
        return self.plans[0].output_tokens

    @property
    def tier(self) -> int | None:
        """The highest tier that one of its prompts falls in, by its own tokenizer where that has counted."""
        return max((found for plan in self.plans if (found := _tier(plan)) is not None), default=None)

    @property
    def problem(self) -> str:
        """Why it cannot be run within a budget, in words; blank where it can."""
        unbounded = next((plan for plan in self.plans if plan.worst is None), None)
        return "" if unbounded is None else unbounded.bound_in_words


@dataclass(frozen=True)
class WorstCase:
    """The whole request before it is sent. `is_pending`: tokenizers are still counting, so ask again in a second."""

    offers: list[OfferCase] = field(default_factory=list)
    afters: list[After] = field(default_factory=list)
    is_rehearsal: bool = True
    is_pending: bool = False
    count_problem: str = ""
    refusal: str = ""
    advice: str = ""  # what would fit instead, where a budget refuses it

    @property
    def runs(self) -> int:
        return sum(each.runs for each in self.offers)

    @property
    def is_matrix(self) -> bool:
        return any(each.runs > 1 for each in self.offers)

    @property
    def worst(self) -> Decimal | None:
        return _sum([each.worst for each in self.offers])

    @property
    def held(self) -> Decimal | None:
        return _sum([each.held for each in self.offers])

    @property
    def is_counted(self) -> bool:
        return any(each.counted for each in self.offers)


def foresee(asked: Asked, user: Any) -> WorstCase:
    """The worst case of a valid request. Three queries for the budgets and the switch; waits 0.3 s for tokenizers at most."""
    texts = _texts(asked)
    counted = _ask(asked, texts)
    tokens = {place: _tokens(asked, text, counted, place) for place, text in texts.items()}
    plans = [
        replace(plan, counted=_with_tools(plan, tokens.get((plan.offer.key, plan.row)))) for plan in opening.plan(asked)
    ]
    now = datetime.now(UTC)
    offers = [_case([plan for plan in plans if plan.offer.key == offer.key], asked, now) for offer in asked.offers]
    is_rehearsal = all(offer.is_rehearsal for offer in asked.offers)
    afters, refusal, advice = ([], "", "") if is_rehearsal else _afters(user, asked, plans)
    case = WorstCase(offers, afters, is_rehearsal, counted.is_pending, counted.problem, refusal, advice)
    try:
        ledger.check_open()
    except ledger.PlaygroundOff as off:
        return replace(case, refusal=str(off), advice="")
    return case


def _ask(asked: Asked, texts: dict[Place, str]) -> Counted:
    kinds = {offer.key: kind for offer in asked.offers if (kind := _kind(offer)) is not None}
    return counts.of([(text, kinds[key]) for (key, _), text in texts.items() if key in kinds])


def _kind(offer: Offer) -> Kind | None:
    tokenizer = offer.listing.model.tokenizer
    return Kind(tokenizer) if tokenizer in set(Kind) else None


def _texts(asked: Asked) -> dict[Place, str]:
    """All words of the prompt as one text, because a tokenizer counts a chat of one message, by offer and row. Models that
    are sent the same words share one text. A prompt with images has none: nobody here can count those."""
    if any(message.images for message in asked.messages):
        return {}
    differ = any(message.by for message in asked.messages)
    texts: dict[Place, str] = {}
    for row in asked.rows.indexes():
        shared = "" if differ else _text(asked, asked.offers[0], row)
        for offer in asked.offers:
            texts[offer.key, row] = _text(asked, offer, row) if differ else shared
    return texts


def _text(asked: Asked, offer: Offer, row: int | None) -> str:
    words: list[str] = []
    for message in asked.messages_for(offer, row):
        words += [message.content, *(call.name + call.arguments for call in message.tool_calls)]
    return "\n".join(words)


def _tokens(asked: Asked, text: str, counted: Counted, place: Place) -> int | None:
    """The tokens of a text and of the chat's template around each message; None where they are not known (yet)."""
    kind = next(_kind(offer) for offer in asked.offers if offer.key == place[0])
    count = None if kind is None else counted.of(text, kind)
    return None if count is None else count.text_tokens + count.template_tokens * len(asked.messages)


def _with_tools(plan: Plan, tokens: int | None) -> int | None:
    """Tools and schemas are JSON, of which four bytes are about a token; what is known is never above the safe bound."""
    if tokens is None or not plan.body.keys() & {"tools", "response_format", "text"}:
        return tokens
    return min(plan.prompt_tokens, tokens + estimate.likely_tokens(opening.beside_the_messages(plan.body)))


def _case(plans: list[Plan], asked: Asked, now: datetime) -> OfferCase:
    by_row = {plan.row: _worst(plan, now) for plan in plans if plan.repeat == 0}
    worst, held = _sum([by_row[plan.row] for plan in plans]), _sum([plan.worst for plan in plans])
    return OfferCase(plans, worst, held, not_kept_to(plans[0], asked.routing))


def not_kept_to(plan: Plan, routing: Routing) -> list[str]:
    """The labels of the limits on providers that `routing` asks for and that this request does not carry: only OpenRouter's
    router reads them, and a price that nobody knows is no limit."""
    told = plan.body.get("provider", {})
    return [ROUTES[name][0] for name in routing.to_json() if TOLD_AS[name] not in told]


def _worst(plan: Plan, now: datetime) -> Decimal | None:
    if plan.counted is None or plan.worst is None or plan.period is None or plan.output_tokens is None:
        return plan.worst
    bill = estimate.worst_case(plan.period.pricing_rates(), plan.counted, plan.output_tokens, now)
    return bill.total if bill.status is pricing.Status.EXACT else plan.worst


def _tier(plan: Plan) -> int | None:
    if plan.period is None:
        return None
    return estimate.tier(plan.period.pricing_rates(), plan.prompt_tokens if plan.counted is None else plan.counted)


def _sum(amounts: list[Decimal | None]) -> Decimal | None:
    """None where there is nothing, or one amount has no bound."""
    if not amounts or any(amount is None for amount in amounts):
        return None
    with localcontext(exact.EXACT):
        return sum((amount for amount in amounts if amount is not None), Decimal(0))


def _afters(user: Any, asked: Asked, plans: list[Plan]) -> tuple[list[After], str, str]:
    """Each budget after the hold, the sentence of the first that does not suffice, and what would fit instead."""
    standings = ledger.standings(user)
    if not standings.is_own:
        return [], ledger.NO_BUDGET, ""
    amounts = fitting.amounts(plans)
    if amounts is None:
        return [], "", ""
    afters = [After(standing, standing.budget.limit - standing.used - sum(amounts)) for standing in standings]
    short = next((after.standing for after in afters if not after.suffices), None)
    if short is None:
        return afters, "", ""
    return afters, short.refusal(amounts, len(asked.offers)), fitting.advice(asked, standings)
