"""Budgets, holds and settlement: exact, once, and never past a limit."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from playground import ledger, opening, retention, standings
from playground.models import Hold, Prompt, Run, State
from tests.playground.builders import FOUR, asked, budget

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]
DEVSTRAL = FOUR[3]


def open_real(user: Any, **changes: Any) -> Prompt:
    prompt, _ = opening.open_prompt(user, asked(DEVSTRAL, max_tokens=1000, **changes, upstream="openrouter"))
    return prompt


class TestOpening:
    def test_the_hold_is_the_worst_case_rounded_up(self, owner: Any) -> None:
        budget(owner, "1")
        hold = open_real(owner, text="Hello").runs.get().hold
        # prompt: 5 bytes + 512 + 16 and '{"max_tokens": 1000}' of 20 bytes = 553 tokens
        # 553 x 0.0000004 + 1,000 x 0.000002 = 0.0002212 + 0.002
        assert hold.amount == 2_221_200_000
        assert hold.spent is None
        assert hold.run.estimate_usd == "0.0022212"

    def test_rates_are_frozen_and_the_period_is_used(self, owner: Any) -> None:
        budget(owner, "1")
        run = open_real(owner).runs.get()
        assert {rate["component"]: rate["amount"] for rate in run.rates} == {
            "input": "0.0000004",
            "output": "0.000002",
            "cache_read": "0.00000004",
        }
        assert run.period.is_used

    def test_one_key_is_one_prompt(self, owner: Any) -> None:
        budget(owner, "1")
        first = open_real(owner, key="same")
        again = asked(DEVSTRAL, key="same", max_tokens=1000, upstream="openrouter")
        second, is_new = opening.open_prompt(owner, again)
        assert (second.pk, is_new) == (first.pk, False)
        assert Run.objects.count() == 1

    @pytest.mark.parametrize("other", [{"text": "Other"}, {"system": "Other"}, {"temperature": 1.0}])
    def test_one_key_never_stands_for_two_prompts(self, owner: Any, other: dict[str, Any]) -> None:
        budget(owner, "1")
        open_real(owner, key="same")
        with pytest.raises(opening.AlreadySent, match="sent before with other words"):
            open_real(owner, key="same", **other)
        assert Run.objects.count() == 1

    @pytest.mark.parametrize("other", [{"is_stored": False}, {"is_blind": True}, {"continues": "before"}])
    def test_how_it_is_kept_is_part_of_what_is_asked(self, owner: Any, other: dict[str, Any]) -> None:
        budget(owner, "1")
        before = open_real(owner, key="before")
        changes = {name: before if value == "before" else value for name, value in other.items()}
        plain = asked(DEVSTRAL, key="same", max_tokens=1000, upstream="openrouter")
        changed = replace(plain, **changes)
        first, _ = opening.open_prompt(owner, changed)
        assert opening.open_prompt(owner, changed) == (first, False)
        with pytest.raises(opening.AlreadySent, match="sent before with other words"):
            opening.open_prompt(owner, plain)
        assert Run.objects.count() == 2

    def test_one_whose_texts_are_gone_is_not_compared(self, owner: Any) -> None:
        budget(owner, "1")
        prompt = open_real(owner, key="same")
        ledger.settle(prompt.runs.get().pk, ledger.Outcome(State.DONE, {}, Decimal(0)))
        assert open_real(owner, key="same") == prompt
        retention.purge([prompt.pk])
        with pytest.raises(opening.AlreadySent, match="what it asked is not stored any more"):
            open_real(owner, key="same")
        assert Run.objects.count() == 1

    def test_the_same_key_of_another_person_is_another_prompt(self, owner: Any, stranger: Any) -> None:
        budget(owner, "1")
        budget(stranger, "1")
        assert open_real(owner, key="same").pk != open_real(stranger, key="same").pk

    def test_without_a_budget_nothing_runs(self, stranger: Any) -> None:
        with pytest.raises(ledger.BudgetRefusal, match="You have no budget yet"):
            open_real(stranger)
        assert not Prompt.objects.exists()
        assert not Run.objects.exists()

    def test_a_refusal_says_what_is_left_and_when_it_renews(self, owner: Any) -> None:
        budget(owner, "0.001")
        with pytest.raises(
            ledger.BudgetRefusal, match=r"has \$0.001 left of \$0.001; this needs up to \$0.00223. It renews on"
        ):
            open_real(owner)

    def test_the_sites_budget_binds_everybody(self, owner: Any, stranger: Any) -> None:
        budget(owner, "1")
        budget(stranger, "1")
        budget(None, "0.003")
        open_real(owner)
        with pytest.raises(ledger.BudgetRefusal, match="The site’s budget"):
            open_real(stranger)

    def test_a_model_without_a_bound_is_not_run(self, owner: Any) -> None:
        budget(owner, "1000")
        unbounded = asked(DEVSTRAL, upstream="openrouter")
        unbounded.offers[0].listing.context_length = None
        unbounded.offers[0].listing.model.context_length = None
        with pytest.raises(ledger.BudgetRefusal, match="nothing bounds the length of its answer"):
            opening.open_prompt(owner, unbounded)

    def test_a_rehearsal_holds_nothing_but_has_its_hold(self, stranger: Any) -> None:
        prompt, _ = opening.open_prompt(stranger, asked(*FOUR))
        assert [run.hold.amount for run in prompt.runs.all()] == [0, 0, 0, 0]


class TestSettlement:
    @pytest.fixture
    def run(self, owner: Any) -> Run:
        budget(owner, "1")
        return open_real(owner).runs.get()

    def test_a_run_is_settled_once(self, run: Run) -> None:
        first = ledger.Outcome(State.DONE, {"text": "one"}, Decimal("0.00456"))
        second = ledger.Outcome(State.FAILED, {"text": "two"}, Decimal("9"))
        assert ledger.settle(run.pk, first) is True
        assert ledger.settle(run.pk, second) is False
        run.refresh_from_db()
        assert (run.state, run.text, run.hold.spent) == (State.DONE, "one", 4_560_000_000)

    def test_an_unknown_cost_keeps_the_hold(self, run: Run) -> None:
        before = ledger.standings(run.prompt.user)[0].used
        ledger.settle(run.pk, ledger.Outcome(State.INTERRUPTED, {}, None))
        hold = Hold.objects.get(run=run)
        assert (hold.spent, hold.settled_at) == (None, None)
        assert ledger.standings(run.prompt.user)[0].used == before == hold.amount

    def test_settling_frees_what_was_not_spent(self, run: Run) -> None:
        ledger.settle(run.pk, ledger.Outcome(State.DONE, {}, Decimal("0.000001")))
        assert ledger.standings(run.prompt.user)[0].used == 1_000_000

    def test_a_22_decimal_cost_is_rounded_once(self, run: Run) -> None:
        ledger.settle(run.pk, ledger.Outcome(State.DONE, {}, Decimal("0.0000208333333333333333")))
        assert Hold.objects.get(run=run).spent == 20_833_333

    def test_orphans_are_interrupted_with_their_cost_unknown(self, run: Run) -> None:
        Run.objects.filter(pk=run.pk).update(
            state=State.STREAMING, text="so far", process="gone", heartbeat_at=timezone.now() - timedelta(minutes=1)
        )
        assert ledger.interrupt_orphans(timezone.now() - timedelta(seconds=30)) == 1
        run.refresh_from_db()
        assert (run.state, run.text, run.hold.spent) == (State.INTERRUPTED, "so far", None)

    def test_an_orphan_that_was_never_taken_cost_nothing(self, run: Run) -> None:
        Run.objects.filter(pk=run.pk).update(created_at=timezone.now() - timedelta(minutes=1))
        assert ledger.interrupt_orphans(timezone.now() - timedelta(seconds=30)) == 1
        assert Hold.objects.get(run=run).spent == 0

    def test_a_living_run_is_left_alone(self, run: Run) -> None:
        Run.objects.filter(pk=run.pk).update(state=State.STREAMING, process="here", heartbeat_at=timezone.now())
        assert ledger.interrupt_orphans(timezone.now() - timedelta(seconds=30)) == 0


class TestPeriods:
    @pytest.mark.parametrize(
        ("period", "day", "first", "after"),
        [
            ("day", date(2026, 12, 31), date(2026, 12, 31), date(2027, 1, 1)),
            ("month", date(2026, 12, 31), date(2026, 12, 1), date(2027, 1, 1)),
            ("month", date(2028, 2, 29), date(2028, 2, 1), date(2028, 3, 1)),
        ],
    )
    def test_spans(self, period: str, day: date, first: date, after: date) -> None:
        assert standings.span(period, day) == (first, after)

    def test_a_hold_counts_on_the_day_of_its_reservation(self, owner: Any) -> None:
        budget(owner, "1")
        open_real(owner)
        tomorrow = datetime.now(UTC).date() + timedelta(days=1)
        assert ledger.standings(owner)[0].used > 0
        assert ledger.standings(owner, tomorrow)[0].used == 0


@pytest.mark.parametrize(
    ("usd", "held", "booked"),
    [
        ("0.0047", 4_700_000_000, 4_700_000_000),
        ("0.0000000000001", 1, 0),
        ("0.0000000000005", 1, 0),
        ("0.0000000000015", 2, 2),
        ("0", 0, 0),
    ],
)
def test_ledger_units(usd: str, held: int, booked: int) -> None:
    assert ledger.held_amount(Decimal(usd)) == held
    assert ledger.booked_amount(Decimal(usd)) == booked
