"""The ledger: budgets, holds, settlement. Every function here is one short transaction on the database.

What is spent and held stays within every limit for any number of requests at once: on PostgreSQL the budget rows are
locked in one order, on SQLite a transaction is the only writer from its first statement (settings, IMMEDIATE).
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from playground.amounts import booked_amount, held_amount, in_usd  # noqa: F401  the other half of the ledger
from playground.models import Budget, Hold, House, Reconciliation, Run
from playground.models.runs import LIVE
from playground.settlement import INTERRUPTED, Outcome, interrupt_orphans, settle  # noqa: F401  the same
from playground.standings import Standing, Standings, standings, standings_of, standings_under  # noqa: F401  the same

HOLD_LIFE = timedelta(days=1)


class BudgetRefusal(Exception):
    """A run that the budgets do not allow; the message says what is left and when it renews."""


class PlaygroundOff(BudgetRefusal):
    """The playground is switched off; the message is the administrator's notice, or ours where there is none."""


NO_BUDGET = "You have no budget yet. Ask an administrator to give you one."
OFF = "The playground is switched off at the moment, so nothing was sent. The catalog works as always."


def check_open() -> None:
    """Raise PlaygroundOff while an administrator has it switched off. Read anew each time: the switch works at once, in
    every process."""
    house = House.now()
    if not house.is_open:
        raise PlaygroundOff(house.notice or OFF)


def reserve(user: Any, runs: list[tuple[Run, int]], now: datetime) -> None:
    """Set money aside for every run, or raise BudgetRefusal and set aside nothing. Call it inside a transaction.

    A run of the rehearsal is held at 0: it costs nothing, and its row still has to exist before a byte is sent.
    """
    day = now.astimezone(UTC).date()
    amounts = [amount for _, amount in runs]
    if any(not run.is_rehearsal for run, _ in runs):
        # Locked in one order, so that of two requests the second waits here and then sees the holds of the first.
        budgets = list(Budget.objects.select_for_update().filter(Q(user=user) | Q(user=None)).order_by("pk"))
        if not any(budget.user_id for budget in budgets):
            raise BudgetRefusal(NO_BUDGET)
        for standing in standings_under(user, budgets, day):
            if standing.used + sum(amounts) > standing.budget.limit:
                raise BudgetRefusal(standing.refusal(amounts, len({run.offer for run, _ in runs})))
    Hold.objects.bulk_create(
        Hold(run=run, user=user, amount=amount, day=day, expires_at=now + HOLD_LIFE) for run, amount in runs
    )


def expired_holds(now: datetime) -> QuerySet[Hold]:
    """Holds past their expiry whose run is over and whose cost nobody has learnt, the oldest first."""
    left = Hold.objects.filter(settled_at=None, expires_at__lte=now).exclude(run__state__in=LIVE)
    return left.select_related("run", "user").order_by("expires_at")


def settle_by_hand(hold_id: int, spent: int) -> bool:
    """Book what an administrator says that a run cost, in ledger units: once, and only where the run is over and its cost
    unknown. False when that is not so; nothing is changed then. Nobody asks the upstream for it any more."""
    with transaction.atomic():
        # The run is locked before its hold, as everywhere: it may be learning its cost in the same moment.
        Run.objects.select_for_update(of=("self",)).only("pk").filter(hold=hold_id).first()
        unsettled = Hold.objects.filter(pk=hold_id, settled_at=None).exclude(run__state__in=LIVE)
        if not unsettled.update(spent=spent, settled_at=timezone.now()):
            return False
        run = Run.objects.filter(hold=hold_id)
        run.filter(is_rehearsal=False).update(cost=spent)
        run.filter(reconciliation=Reconciliation.WAITING).update(reconciliation=Reconciliation.UNRECONCILED)
    return True
