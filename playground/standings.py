"""Where budgets stand: what of each limit is spent, held and left, and what is said to a person of it.

Amounts are whole numbers of 10^-12 USD; the words for them are those of `amounts.py`, which never tell of more than is there.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import F, Q, Sum

from playground.amounts import at_least, at_most, to_the_digit
from playground.models import Budget, Hold


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
    def spent_text(self) -> str:
        return at_most(self.spent)

    @property
    def held_text(self) -> str:
        return at_most(self.held)

    @property
    def left_text(self) -> str:
        return at_least(self.left)

    @property
    def over_text(self) -> str:
        return at_most(self.over)

    @property
    def limit_text(self) -> str:
        return to_the_digit(self.budget.limit)

    @property
    def over_because(self) -> str:
        """Nothing is begun beyond a limit: more was billed than held, or the limit came later. Empty within the limit."""
        if not self.over:
            return ""
        is_billed = self.unforeseen >= self.over
        return "an upstream billed more than was held" if is_billed else "the limit was set lower afterwards"

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

    def refusal(self, amounts: Sequence[int], models: int = 1) -> str:
        """Why runs that need so much each, of so many models, are not begun, and what can be done about it."""
        runs = len(amounts)
        held = f", and {self.held_text} more is held for runs that have not settled" if self.held else ""
        needs = "this needs" if runs == 1 else f"these {runs:,} runs need"
        return (
            f"{self.name} has {self.left_text} left of {self.limit_text}{held}; {needs} up to {at_most(sum(amounts))}. "
            f"It renews on {self.renewal}. Nothing was sent: {self._advice(amounts, models)}."
        )

    def _advice(self, amounts: Sequence[int], models: int) -> str:
        """Fewer models or runs are only spoken of where some of them would fit."""
        if not self.left:
            return "wait until then, or ask an administrator for a higher limit"
        fitting, left = 0, self.left
        for amount in sorted(amounts):
            left -= amount
            fitting += left >= 0
        if not fitting:
            return "lower the maximum output tokens, or shorten the prompt"
        fewer = "ask of fewer models" if models == len(amounts) else "ask for fewer runs"
        return f"lower the maximum output tokens, or {fewer}: {fitting:,} of these {len(amounts):,} would fit"


class Standings(list[Standing]):
    """Every budget that binds one person, and what he himself has spent and has held, in ledger units."""

    today = month = held = 0

    @property
    def today_text(self) -> str:
        return at_most(self.today)

    @property
    def month_text(self) -> str:
        return at_most(self.month)

    @property
    def held_text(self) -> str:
        return at_most(self.held)

    @property
    def is_own(self) -> bool:
        """Whether the person has a budget of his own, without which nothing runs."""
        return any(standing.budget.user_id for standing in self)

    @property
    def tightest(self) -> Standing | None:
        """The one that ends first; None where the person can run nothing for want of a budget."""
        return min(self, key=lambda standing: standing.left, default=None) if self.is_own else None

    @property
    def spent_text(self) -> str:
        """What the person himself has spent in the time that the tightest budget is for."""
        is_daily = self.tightest is not None and self.tightest.budget.period == Budget.Period.DAY
        return self.today_text if is_daily else self.month_text


def span(period: str, day: date) -> tuple[date, date]:
    """The first day of the period that holds `day`, and the first day after it."""
    if period == Budget.Period.DAY:
        return day, day + timedelta(days=1)
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)


def within(period: str, day: date) -> Q:
    first, after = span(period, day)
    return Q(day__gte=first, day__lt=after)


def standings_under(user: Any, budgets: list[Budget], day: date) -> Standings:
    """Where these budgets of one person and of the site stand, in their order. One query, however many there are. What is
    held counts whole until its run is settled."""
    month, own = within(Budget.Period.MONTH, day), Q(user=user)
    sums = {
        "today": Sum("spent", filter=own & within(Budget.Period.DAY, day)),
        "month": Sum("spent", filter=own & month),
        "held": Sum("amount", filter=own & Q(spent=None)),
    }
    for number, budget in enumerate(budgets):
        counted = within(budget.period, day) & (own if budget.user_id else Q())
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
            span(budget.period, day)[1],
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
    return standings_under(user, sorted(budgets, key=lambda each: (each.user_id is None, each.period)), day)


def standings_of(budgets: Iterable[Budget], day: date | None = None) -> dict[int, Standing]:
    """Where each of these budgets stands on a UTC day, whosever they are, by their keys. One query, for administrators."""
    day = day or datetime.now(UTC).date()
    today = within(Budget.Period.DAY, day)
    beyond = Q(spent__gt=F("amount"))
    by_user = (
        Hold.objects.filter(within(Budget.Period.MONTH, day))
        .order_by()
        .values("user")
        .annotate(
            day_spent=Sum("spent", filter=today),
            day_held=Sum("amount", filter=today & Q(spent=None)),
            day_unforeseen=Sum(F("spent") - F("amount"), filter=today & beyond),
            month_spent=Sum("spent"),
            month_held=Sum("amount", filter=Q(spent=None)),
            month_unforeseen=Sum(F("spent") - F("amount"), filter=beyond),
        )
    )
    sums: dict[int | None, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in by_user:
        for name in row.keys() - {"user"}:
            sums[row["user"]][name] += int(row[name] or 0)
            sums[None][name] += int(row[name] or 0)  # the site's
    return {
        budget.pk: Standing(
            budget,
            sums[budget.user_id][f"{budget.period}_spent"],
            sums[budget.user_id][f"{budget.period}_held"],
            span(budget.period, day)[1],
            sums[budget.user_id][f"{budget.period}_unforeseen"],
        )
        for budget in budgets
    }
