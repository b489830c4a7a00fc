"""The ledger: budgets, holds, settlement. Every function here is one short transaction on the database.

What is spent and held stays within every limit for any number of requests at once: on PostgreSQL the budget rows are
locked in one order, on SQLite a transaction is the only writer from its first statement (settings, IMMEDIATE).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum
from django.utils import timezone

from catalog.figures import usd
from playground.amounts import booked_amount, held_amount, in_usd  # noqa: F401  the other half of the ledger
from playground.models import Budget, Hold, House, Reconciliation, Run
from playground.models.runs import LIVE
from playground.settlement import INTERRUPTED, Outcome, interrupt_orphans, settle  # noqa: F401  the same

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


@dataclass(frozen=True)
class Standing:
    """One budget on one day: its limit, and what of it is spent or held, in ledger units."""

    budget: Budget
    spent: int
    held: int
    renews_on: date
    unforeseen: int = 0  # of what is spent: what upstreams billed beyond the holds of their runs

    @property
    def used(self) -> int:
        return self.spent + self.held

    @property
    def left(self) -> int:
        return max(0, self.budget.limit - self.used)

    @property
    def over(self) -> int:
        return max(0, self.used - self.budget.limit)

    @property
    def over_usd(self) -> Decimal:
        return in_usd(self.over)

    @property
    def over_because(self) -> str:
        """Nothing is begun beyond a limit: more was billed than held, or the limit came later. Empty within the limit."""
        if not self.over:
            return ""
        is_billed = self.unforeseen >= self.over
        return "an upstream billed more than was held" if is_billed else "the limit was set lower afterwards"

    @property
    def left_usd(self) -> Decimal:
        return in_usd(self.left)

    @property
    def held_usd(self) -> Decimal:
        return in_usd(self.held)

    @property
    def used_usd(self) -> Decimal:
        return in_usd(self.used)

    @property
    def limit_usd(self) -> Decimal:
        return in_usd(self.budget.limit)

    @property
    def name(self) -> str:
        """Whose it is and for how long: Your budget per day. Nobody is shown another person's."""
        return f"{'Your budget' if self.budget.user_id else 'The site’s budget'} {self.budget.get_period_display()}"

    @property
    def time_left(self) -> str:
        return "today" if self.budget.period == Budget.Period.DAY else "this month"

    @property
    def renewal(self) -> str:
        return f"{self.renews_on:%b} {self.renews_on.day}, {self.renews_on.year} (UTC)"

    def refusal(self, asked: int, runs: int = 1) -> str:
        held = f", and {usd(self.held_usd)} more is held for runs that have not settled" if self.held else ""
        needs = "this needs" if runs == 1 else f"these {runs:,} runs need"
        return (
            f"{self.name} has {usd(self.left_usd)} left of {usd(self.limit_usd)}{held}; {needs} up to "
            f"{usd(in_usd(asked))}. It renews on {self.renewal}. Nothing was sent: "
            f"lower the maximum output tokens, or ask {'of fewer models' if runs == 1 else 'for fewer runs'}."
        )


class Standings(list[Standing]):
    """Every budget that binds one person, and what he himself has spent and has held, in ledger units."""

    today = month = held = 0

    @property
    def today_usd(self) -> Decimal:
        return in_usd(self.today)

    @property
    def month_usd(self) -> Decimal:
        return in_usd(self.month)

    @property
    def held_usd(self) -> Decimal:
        return in_usd(self.held)

    @property
    def is_own(self) -> bool:
        """Whether the person has a budget of his own, without which nothing runs."""
        return any(standing.budget.user_id for standing in self)

    @property
    def tightest(self) -> Standing | None:
        """The one that ends first; None where the person can run nothing for want of a budget."""
        return min(self, key=lambda standing: standing.left, default=None) if self.is_own else None


def _span(period: str, day: date) -> tuple[date, date]:
    """The first day of the period that holds `day`, and the first day after it."""
    if period == Budget.Period.DAY:
        return day, day + timedelta(days=1)
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)


def _within(period: str, day: date) -> Q:
    first, after = _span(period, day)
    return Q(day__gte=first, day__lt=after)


def _standings(user: Any, budgets: list[Budget], day: date) -> Standings:
    """One query, however many budgets. What is held counts whole until its run is settled."""
    month, own = _within(Budget.Period.MONTH, day), Q(user=user)
    sums = {
        "today": Sum("spent", filter=own & _within(Budget.Period.DAY, day)),
        "month": Sum("spent", filter=own & month),
        "held": Sum("amount", filter=own & Q(spent=None)),
    }
    for number, budget in enumerate(budgets):
        counted = _within(budget.period, day) & (own if budget.user_id else Q())
        sums[f"spent_{number}"] = Sum("spent", filter=counted)
        sums[f"held_{number}"] = Sum("amount", filter=counted & Q(spent=None))
        sums[f"unforeseen_{number}"] = Sum(F("spent") - F("amount"), filter=counted & Q(spent__gt=F("amount")))
    totals = Hold.objects.filter(month | own & Q(spent=None)).aggregate(**sums)
    found = {name: int(total or 0) for name, total in totals.items()}
    standings = Standings(
        Standing(
            budget,
            found[f"spent_{number}"],
            found[f"held_{number}"],
            _span(budget.period, day)[1],
            found[f"unforeseen_{number}"],
        )
        for number, budget in enumerate(budgets)
    )
    standings.today, standings.month, standings.held = found["today"], found["month"], found["held"]
    return standings


def standings(user: Any, day: date | None = None) -> Standings:
    """Where every budget that binds `user` stands on a UTC day, his own first. Two queries."""
    day = day or datetime.now(UTC).date()
    budgets = Budget.objects.filter(Q(user=user) | Q(user=None))
    return _standings(user, sorted(budgets, key=lambda each: (each.user_id is None, each.period)), day)


def reserve(user: Any, runs: list[tuple[Run, int]], now: datetime) -> None:
    """Set money aside for every run, or raise BudgetRefusal and set aside nothing. Call it inside a transaction.

    A run of the rehearsal is held at 0: it costs nothing, and its row still has to exist before a byte is sent.
    """
    day = now.astimezone(UTC).date()
    asked = sum(amount for _, amount in runs)
    if any(not run.is_rehearsal for run, _ in runs):
        # Locked in one order, so that of two requests the second waits here and then sees the holds of the first.
        budgets = list(Budget.objects.select_for_update().filter(Q(user=user) | Q(user=None)).order_by("pk"))
        if not any(budget.user_id for budget in budgets):
            raise BudgetRefusal(NO_BUDGET)
        for standing in _standings(user, budgets, day):
            if standing.used + asked > standing.budget.limit:
                raise BudgetRefusal(standing.refusal(asked, len(runs)))
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
