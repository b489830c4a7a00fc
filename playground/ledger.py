"""The ledger: budgets, holds, settlement. Every function here is one short transaction on the database.

What is spent and held stays within every limit for any number of requests at once: on PostgreSQL the budget rows are
locked in one order, on SQLite a transaction is the only writer from its first statement (settings, IMMEDIATE).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from catalog.figures import usd
from playground.models import Budget, Hold, Run, State
from playground.models.runs import LIVE

PICO = 12  # ledger amounts are whole numbers of 10^-12 USD
HOLD_LIFE = timedelta(days=1)


class BudgetRefusal(Exception):
    """A run that the budgets do not allow; the message says what is left and when it renews."""


def held_amount(amount: Decimal) -> int:
    """USD as ledger units, rounded up: a hold never covers less than it says."""
    return int(amount.scaleb(PICO).to_integral_value(ROUND_CEILING))


def booked_amount(amount: Decimal) -> int:
    """USD as ledger units, rounded once to the nearest."""
    return int(amount.scaleb(PICO).to_integral_value(ROUND_HALF_EVEN))


def in_usd(units: int) -> Decimal:
    return Decimal(units).scaleb(-PICO)


@dataclass(frozen=True)
class Standing:
    """One budget on one day: its limit, and what of it is spent or held, in ledger units."""

    budget: Budget
    used: int
    renews_on: date

    @property
    def left(self) -> int:
        return max(0, self.budget.limit - self.used)

    @property
    def left_usd(self) -> Decimal:
        return in_usd(self.left)

    @property
    def used_usd(self) -> Decimal:
        return in_usd(self.used)

    @property
    def limit_usd(self) -> Decimal:
        return in_usd(self.budget.limit)

    def refusal(self, asked: int) -> str:
        whose = "Your budget" if self.budget.user_id else "The site’s budget"
        return (
            f"{whose} {self.budget.get_period_display()} has {usd(self.left_usd)} left of {usd(self.limit_usd)}; this needs "
            f"up to {usd(in_usd(asked))}. It renews on {self.renews_on:%b} {self.renews_on.day}, {self.renews_on.year} (UTC)."
        )


def _span(period: str, day: date) -> tuple[date, date]:
    """The first day of the period that holds `day`, and the first day after it."""
    if period == Budget.Period.DAY:
        return day, day + timedelta(days=1)
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)


def _standing(budget: Budget, day: date) -> Standing:
    first, after = _span(budget.period, day)
    holds = Hold.objects.filter(day__gte=first, day__lt=after)
    if budget.user_id:
        holds = holds.filter(user=budget.user_id)
    used = holds.aggregate(total=Sum(Coalesce("spent", "amount")))["total"] or 0
    return Standing(budget, used, after)


def standings(user: Any, day: date | None = None) -> list[Standing]:
    """Where every budget that binds `user` stands on a UTC day."""
    day = day or datetime.now(UTC).date()
    return [_standing(budget, day) for budget in Budget.objects.filter(Q(user=user) | Q(user=None)).order_by("pk")]


def reserve(user: Any, runs: list[tuple[Run, int]], now: datetime) -> None:
    """Set money aside for every run, or raise BudgetRefusal and set aside nothing. Call it inside a transaction.

    A run of the rehearsal is held at 0: it costs nothing, and its row still has to exist before a byte is sent.
    """
    day = now.astimezone(UTC).date()
    asked = sum(amount for _, amount in runs)
    if any(not run.is_rehearsal for run, _ in runs):
        budgets = list(Budget.objects.select_for_update().filter(Q(user=user) | Q(user=None)).order_by("pk"))
        if not any(budget.user_id for budget in budgets):
            raise BudgetRefusal("You have no budget yet. Ask an administrator to give you one.")
        for budget in budgets:
            standing = _standing(budget, day)
            if standing.used + asked > budget.limit:
                raise BudgetRefusal(standing.refusal(asked))
    Hold.objects.bulk_create(
        Hold(run=run, user=user, amount=amount, day=day, expires_at=now + HOLD_LIFE) for run, amount in runs
    )


@dataclass
class Outcome:
    """How a run ended. `spent` is exact USD, or None where the cost is not known: the hold then stays."""

    state: State
    fields: dict[str, Any]
    spent: Decimal | None


def settle(run_id: Any, outcome: Outcome) -> bool:
    """Bring a run to its end, exactly once. False when it had already reached one; nothing is changed then."""
    now = timezone.now()
    with transaction.atomic():
        fields = {"ended_at": now, "heartbeat_at": now} | outcome.fields
        changed = Run.objects.filter(pk=run_id, state__in=LIVE).update(state=outcome.state, **fields)
        if not changed:
            return False
        if outcome.spent is not None:
            Hold.objects.filter(run_id=run_id, settled_at=None).update(
                spent=booked_amount(outcome.spent), settled_at=now
            )
    return True


INTERRUPTED = "The server stopped while this answer was coming. What came is kept; its cost is not known."


def interrupt_orphans(silent_since: datetime) -> int:
    """End live runs whose process is gone. Their cost is unknown and their holds stay. Returns how many.

    A run that no process had taken yet was certainly not sent: it costs nothing.
    """
    ended = 0
    for run_id, process in list(Run.objects.orphaned(silent_since).values_list("pk", "process")):
        spent = None if process else Decimal(0)
        ended += settle(run_id, Outcome(State.INTERRUPTED, {"error": INTERRUPTED}, spent))
    return ended
