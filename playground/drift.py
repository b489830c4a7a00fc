"""Drift: what was billed against what the catalog says, model by model, over the last days.

Two comparisons over the same runs: with the rates that each run was frozen with (is our arithmetic, and the provider that
serves, what we think it is?), and with the price that the catalog has today (would a comparison made now be right?). Only
runs with a billed cost and an exact computed one are compared, so that the two sums speak of the same answers.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, localcontext

from catalog import exact, figures, pricing
from catalog.models import Listing
from playground import usage
from playground.models import Run

DAYS = 30
TOLERANCE = Decimal("0.01")  # a part of one: what differs by more is marked
NONE = Decimal(0)
READ = ("model_public_id", "upstream", "listing", "usage", "billed_usd", "computed_usd", "started_at", "created_at")


@dataclass
class Compared:
    """Sums in exact USD over the runs that can be compared."""

    runs: int = 0
    billed: Decimal = NONE
    expected: Decimal = NONE

    def add(self, billed: Decimal, expected: Decimal) -> None:
        with localcontext(exact.EXACT):
            self.runs += 1
            self.billed += billed
            self.expected += expected

    @property
    def share(self) -> Decimal | None:
        """Billed over expected less one, as a part of one; None where nothing was expected and something was billed, or
        there is nothing to compare. Rounded to 28 digits: it is for the eye."""
        if self.billed == self.expected:
            return NONE if self.runs else None
        return self.billed / self.expected - 1 if self.expected else None

    @property
    def is_marked(self) -> bool:
        """Whether they differ by more than a hundredth; exact. What was to be free and was billed always does."""
        return abs(self.billed - self.expected) > TOLERANCE * self.expected

    @property
    def in_words(self) -> str:
        if not self.runs:
            return "nothing to compare"
        if self.billed == self.expected:
            return "the same"
        side = "more" if self.billed > self.expected else "less"
        if self.share is None:
            return "billed, though it was to be free"
        return f"{figures.percent(abs(self.share))} {side} than {figures.usd_exact(self.expected)}"


@dataclass
class Drift:
    """One model at one upstream."""

    model: str
    upstream: str
    frozen: Compared
    today: Compared

    @property
    def is_marked(self) -> bool:
        return self.frozen.is_marked or self.today.is_marked


def drifts(now: datetime, days: int = DAYS) -> list[Drift]:
    """Every model that was billed in the last days, the marked ones first. Five queries, however many runs."""
    since = now - timedelta(days=days)
    runs = Run.objects.real().over().filter(created_at__gte=since).exclude(billed_usd="").exclude(usage=None)
    found: dict[tuple[str, str], Drift] = {}
    prices = _prices({key for key in runs.order_by().values_list("listing", flat=True).distinct() if key}, now.date())
    for run in runs.only(*READ).iterator(500):
        drift = found.setdefault(
            (run.model_public_id, run.upstream), Drift(run.model_public_id, run.upstream, Compared(), Compared())
        )
        _add(drift, run, prices.get(run.listing_id))
    return sorted(found.values(), key=lambda each: (not each.is_marked, each.model, each.upstream))


def _prices(listings: Iterable[int], day: date) -> dict[int, list[pricing.Rate]]:
    rows = Listing.objects.filter(pk__in=list(listings)).with_prices()
    periods = {row.pk: row.price_on(day) for row in rows}
    return {key: period.pricing_rates() for key, period in periods.items() if period is not None}


def _add(drift: Drift, run: Run, today: list[pricing.Rate] | None) -> None:
    billed, computed = exact.parse_amount(run.billed_usd), exact.parse_amount(run.computed_usd)
    if billed is None:
        return
    if computed is not None:
        drift.frozen.add(billed, computed)
    priced = None if today is None else usage.bill(run.usage, today, run.started_at or run.created_at)
    if priced is not None and priced.total is not None and priced.status is pricing.Status.EXACT:
        drift.today.add(billed, priced.total)
