"""Learning a cost afterwards: the schedule, the sums, once and only once, across restarts and processes."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.utils import timezone

from playground import ledger, opening, reconciling
from playground.models import Hold, Reconciliation, Run, State
from playground.reconciling import TRIES, ask_due, ask_now, learn, put_off, reported, take
from playground.upstream.errors import CannotReach
from tests.playground.builders import FOUR, asked, budget

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]
T = TypeVar("T")
LARGE = FOUR[0]

RECORD: dict[str, Any] = {
    "id": "gen-1",
    "model": "mistralai/mistral-large-2512",
    "provider_name": "Mistral",
    "native_tokens_prompt": 10_000,
    "native_tokens_completion": 1_000,
    "native_tokens_cached": 4_000,
    "native_tokens_reasoning": 0,
    "total_cost": Decimal("0.0047"),
    "upstream_inference_cost": 0,
    "is_byok": False,
    "finish_reason": "stop",
    "http_referer": "https://private.example/page",
    "user_agent": "Windrose",
    "external_user": "somebody",
    "session_id": "a session",
}


class Upstreams:
    """A fake of what answers: each generation id with a list of what it says, the last one for ever."""

    def __init__(self, **answers: list[Any]) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self.at_once = self.most_at_once = 0

    async def ready(self, name: str) -> "Upstreams":
        if name not in reconciling.ASKED:
            raise LookupError(f"No upstream “{name}” is configured.")
        return self

    async def generation(self, generation_id: str) -> dict[str, Any] | None:
        self.asked.append(generation_id)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0.001)
        self.at_once -= 1
        answers = self.answers.get(generation_id.replace("-", "_"), [None])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


async def in_place(work: Callable[[], T]) -> T:
    """The database work of a test happens in the thread where the test's transaction is."""
    return await sync_to_async(work)()


def due(upstreams: Upstreams) -> int:
    return async_to_sync(ask_due)(upstreams, in_place)


def ended(user: Any, number: int = 1, upstream: str = "openrouter", ago: float = 1.5, **fields: Any) -> Run:
    """A stopped run whose cost is due to be asked for."""
    offered = asked(LARGE, key=f"key-{number}", upstream=upstream, max_tokens=1000)
    run = opening.open_prompt(user, offered)[0].runs.get()
    now = timezone.now()
    facts = {
        "state": State.STOPPED,
        "error": "Stopped.",
        "generation_id": f"gen-{number}",
        "ended_at": now - timedelta(seconds=ago),
        "reconciliation": Reconciliation.WAITING,
        "reconcile_at": now - timedelta(seconds=ago - 1),
    } | fields
    Run.objects.filter(pk=run.pk).update(**facts)
    run.refresh_from_db()
    return run


@pytest.fixture
def run(owner: Any) -> Run:
    budget(owner, "1")
    return ended(owner)


class TestLearning:
    def test_a_record_gives_usage_and_cost_and_settles_the_hold(self, run: Run) -> None:
        assert due(Upstreams(gen_1=[RECORD])) == 1
        run.refresh_from_db()
        assert run.state == State.STOPPED
        assert run.reconciliation == Reconciliation.RECONCILED
        assert run.reconcile_at is None
        # 6,000 x 0.0000005 + 4,000 x 0.00000005 + 1,000 x 0.0000015 = 0.0047
        assert (run.computed_usd, run.billed_usd, run.cost) == ("0.0047", "0.0047", 4_700_000_000)
        assert run.hold.spent == 4_700_000_000
        assert run.hold.settled_at is not None
        assert run.priced_usage().cached_tokens == 4_000
        assert (run.served_provider, run.finish_reason) == ("Mistral", "stop")
        assert run.error == "Stopped."
        assert ledger.standings(run.prompt.user)[0].used == 4_700_000_000

    def test_nothing_of_the_request_s_origin_is_kept(self, run: Run) -> None:
        due(Upstreams(gen_1=[RECORD]))
        run.refresh_from_db()
        assert run.generation["total_cost"] == "0.0047"
        kept = str(run.generation) + str(run.usage)
        for private in ("private.example", "somebody", "a session", "Windrose"):
            assert private not in kept

    def test_the_hold_is_settled_once(self, run: Run) -> None:
        assert learn(run.pk, RECORD) is True
        assert learn(run.pk, RECORD | {"total_cost": Decimal(9)}) is False
        run.refresh_from_db()
        assert run.hold.spent == run.cost == 4_700_000_000

    def test_a_hold_that_was_settled_by_hand_stays_so(self, run: Run) -> None:
        assert ledger.settle_by_hand(run.hold.pk, 5) is True
        assert due(Upstreams(gen_1=[RECORD])) == 0
        assert Hold.objects.get(run=run).spent == 5
        run.refresh_from_db()
        assert (run.cost, run.reconciliation) == (5, Reconciliation.UNRECONCILED)

    def test_a_record_that_comes_after_a_hand_changes_nothing(self, run: Run) -> None:
        """It was asked for before the administrator settled the hold, and is answered after."""
        assert ledger.settle_by_hand(run.hold.pk, 5) is True
        assert learn(run.pk, RECORD) is False
        run.refresh_from_db()
        assert (run.cost, run.reconciliation, run.usage) == (5, Reconciliation.UNRECONCILED, None)
        assert (run.computed_usd, run.billed_usd, run.generation) == ("", "", None)
        assert Hold.objects.get(run=run).spent == 5

    def test_a_cost_beyond_all_bounds_is_no_cost(self, run: Run) -> None:
        """More than nine million dollars do not fit the ledger; it is given up like a record that names none."""
        assert learn(run.pk, RECORD | {"total_cost": Decimal("9000000.01")}) is False
        run.refresh_from_db()
        assert (run.cost, run.hold.spent, run.reconciliation) == (None, None, Reconciliation.WAITING)

    def test_what_a_rehearsal_would_have_cost_beyond_all_bounds_is_not_known(self, owner: Any) -> None:
        run = ended(owner, upstream="rehearsal")
        ledger.settle(run.pk, ledger.Outcome(State.STOPPED, {}, Decimal(0)))
        # 10^14 x 0.0000005 = 50 million dollars
        assert learn(run.pk, RECORD | {"native_tokens_prompt": 10**14, "native_tokens_cached": 0}) is True
        run.refresh_from_db()
        assert (run.cost, run.hold.spent, run.reconciliation) == (None, 0, Reconciliation.RECONCILED)

    def test_a_bill_above_the_hold_is_booked_whole(self, run: Run) -> None:
        learn(run.pk, RECORD | {"total_cost": Decimal("0.5")})
        assert Hold.objects.get(run=run).spent == 500_000_000_000 > run.hold.amount

    @pytest.mark.parametrize(
        ("changes", "billed"),
        [
            # The same money under two names: adding it would double it.
            ({"upstream_inference_cost": Decimal("0.0047")}, "0.0047"),
            (
                {"is_byok": True, "total_cost": Decimal("0.0002"), "upstream_inference_cost": Decimal("0.0045")},
                "0.0047",
            ),
            ({"is_byok": True, "total_cost": 0, "upstream_inference_cost": Decimal("0.0045")}, "0.0045"),
            ({"total_cost": 0}, "0"),
        ],
    )
    def test_what_was_billed(self, run: Run, changes: dict[str, Any], billed: str) -> None:
        assert learn(run.pk, RECORD | changes) is True
        run.refresh_from_db()
        assert run.billed_usd == billed
        assert run.hold.spent == int(Decimal(billed).scaleb(12))

    @pytest.mark.parametrize(
        "changes",
        [
            {"total_cost": None},
            {"total_cost": "0.0047"},
            {"total_cost": Decimal("NaN")},
            {"total_cost": Decimal(-1)},
            {"total_cost": True},
            {"is_byok": True, "upstream_inference_cost": None},
        ],
    )
    def test_no_usable_cost_changes_nothing(self, run: Run, changes: dict[str, Any]) -> None:
        assert learn(run.pk, RECORD | changes) is False
        run.refresh_from_db()
        assert (run.reconciliation, run.usage, run.hold.spent) == (Reconciliation.WAITING, None, None)

    def test_a_cost_without_counts_is_a_cost(self, run: Run) -> None:
        assert learn(run.pk, {"total_cost": Decimal("0.0000208333333333333333")}) is True
        run.refresh_from_db()
        assert (run.billed_usd, run.computed_usd) == ("0.0000208333333333333333", "")
        assert run.hold.spent == 20_833_333
        assert run.priced_usage() is None

    def test_nobody_is_told_any_more_that_the_cost_is_not_known(self, run: Run) -> None:
        Run.objects.filter(pk=run.pk).update(error=ledger.INTERRUPTED)
        assert "its cost is not known" in ledger.INTERRUPTED
        learn(run.pk, RECORD)
        run.refresh_from_db()
        assert run.error == "The server stopped while this answer was coming. What came is kept."

    def test_a_usage_that_was_streamed_stays(self, run: Run) -> None:
        Run.objects.filter(pk=run.pk).update(usage={"prompt_tokens": 1, "completion_tokens": 2})
        learn(run.pk, RECORD)
        run.refresh_from_db()
        assert run.usage == {"prompt_tokens": 1, "completion_tokens": 2}

    def test_a_rehearsal_learns_what_it_would_have_cost_and_books_nothing(self, owner: Any) -> None:
        run = ended(owner, upstream="rehearsal")
        assert due(Upstreams(gen_1=[RECORD | {"total_cost": 0}])) == 1
        run.refresh_from_db()
        assert (run.computed_usd, run.billed_usd, run.cost, run.hold.spent) == ("0.0047", "", 4_700_000_000, 0)

    def test_counts_that_are_missing_are_not_zero(self) -> None:
        assert reported({"total_cost": 0, "native_tokens_prompt": None}) == {"cost": 0}


class TestSchedule:
    def test_six_tries_and_then_it_is_given_up(self, run: Run) -> None:
        upstreams = Upstreams()
        waits = []
        for tries in range(1, 7):
            run.refresh_from_db()
            assert (run.reconciliation, run.reconcile_tries) == (Reconciliation.WAITING, tries - 1)
            assert due(upstreams) == 0
            run.refresh_from_db()
            if run.reconcile_at is not None:
                waits.append(round((run.reconcile_at - run.ended_at).total_seconds()))
                # As if that time had come.
                Run.objects.filter(pk=run.pk).update(reconcile_at=timezone.now())
        assert waits == [2, 5, 15, 60, 300]
        assert run.reconciliation == Reconciliation.UNRECONCILED
        assert len(upstreams.asked) == len(TRIES) == 6
        assert Hold.objects.get(run=run).spent is None
        assert due(upstreams) == 0
        assert len(upstreams.asked) == 6

    def test_nothing_is_asked_before_its_time(self, owner: Any) -> None:
        budget(owner, "1")
        ended(owner, ago=0)
        upstreams = Upstreams(gen_1=[RECORD])
        assert due(upstreams) == 0
        assert upstreams.asked == []

    @pytest.mark.parametrize("trouble", [None, CannotReach("It cannot be reached."), ValueError("a fault of ours")])
    def test_whatever_goes_wrong_the_next_try_may_learn_it(self, run: Run, trouble: Any) -> None:
        upstreams = Upstreams(gen_1=[trouble, RECORD])
        assert due(upstreams) == 0
        Run.objects.filter(pk=run.pk).update(reconcile_at=timezone.now())
        assert due(upstreams) == 1

    def test_after_a_long_stop_the_tries_are_spaced_from_now_on(self, owner: Any) -> None:
        budget(owner, "1")
        run = ended(owner, ago=3600)
        due(Upstreams())
        run.refresh_from_db()
        # the second try is one second after the first, as in the schedule, and not at once
        assert 0 < (run.reconcile_at - timezone.now()).total_seconds() <= 1

    def test_a_run_that_somebody_took_is_nobody_else_s(self, run: Run) -> None:
        now = timezone.now()
        first, second = take(now), take(now)
        assert [question.run_id for question in first] == [run.pk]
        assert second == []

    def test_a_process_that_died_while_it_asked_leaves_the_run_to_another(self, run: Run) -> None:
        now = timezone.now()
        assert len(take(now)) == 1
        assert take(now + timedelta(seconds=20)) == []
        (question,) = take(now + reconciling.LEASE + timedelta(seconds=5))
        assert question.tries == 2

    def test_an_answer_that_comes_late_moves_nobody_else_s_try(self, run: Run) -> None:
        (late,) = take(timezone.now())
        (current,) = take(timezone.now() + reconciling.LEASE + timedelta(seconds=5))
        put_off(late, timezone.now())
        run.refresh_from_db()
        assert run.reconcile_at > timezone.now() + timedelta(seconds=30)  # the lease of the later one stands
        put_off(current, timezone.now())
        run.refresh_from_db()
        assert run.reconcile_at < timezone.now() + timedelta(seconds=30)

    def test_ten_at_once(self, owner: Any) -> None:
        budget(owner, "1")
        for number in range(12):
            ended(owner, number)
        upstreams = Upstreams()
        due(upstreams)
        assert len(upstreams.asked) == upstreams.most_at_once == 10
        due(upstreams)
        assert len(set(upstreams.asked)) == 12

    def test_only_upstreams_with_records_are_asked(self, owner: Any) -> None:
        budget(owner, "1")
        ended(owner, 1, upstream="mistral")
        ended(owner, 2, generation_id="")
        upstreams = Upstreams()
        due(upstreams)
        assert upstreams.asked == []


class TestByHand:
    def ask(self, upstreams: Upstreams, *, again: bool = False) -> reconciling.Asked:
        return async_to_sync(ask_now)(upstreams, in_place, again=again)

    def test_everything_that_waits_is_asked_once_whether_due_or_not(self, owner: Any) -> None:
        budget(owner, "1")
        for number in range(12):
            ended(owner, number, ago=0, reconcile_at=timezone.now() + timedelta(minutes=5))
        upstreams = Upstreams(gen_3=[RECORD])
        found = self.ask(upstreams)
        assert (found.asked, found.learnt, found.given_up, found.trouble) == (12, 1, 0, "")
        assert sorted(upstreams.asked) == sorted(f"gen-{number}" for number in range(12))

    def test_what_was_given_up_is_asked_only_again(self, owner: Any) -> None:
        budget(owner, "1")
        run = ended(owner, reconciliation=Reconciliation.UNRECONCILED, reconcile_at=None, reconcile_tries=6)
        assert self.ask(Upstreams(gen_1=[RECORD])).asked == 0
        missed = self.ask(Upstreams(), again=True)
        assert (missed.asked, missed.learnt, missed.given_up) == (1, 0, 0)
        run.refresh_from_db()
        assert (run.reconciliation, run.reconcile_at) == (Reconciliation.UNRECONCILED, None)
        assert self.ask(Upstreams(gen_1=[RECORD]), again=True).learnt == 1

    def test_trouble_is_told(self, run: Run) -> None:
        assert self.ask(Upstreams(gen_1=[CannotReach("It cannot be reached.")])).trouble == "It cannot be reached."

    def test_the_rehearsal_s_records_are_left_to_its_server(self, owner: Any) -> None:
        ended(owner, upstream="rehearsal")
        assert self.ask(Upstreams(gen_1=[RECORD])).asked == 0


def test_the_moment_of_a_try_is_exact() -> None:
    end = datetime(2026, 11, 21, 12, tzinfo=timezone.get_current_timezone())
    question = reconciling.Question(None, "openrouter", "gen-1", 3, end)  # type: ignore[arg-type]
    assert reconciling._next(question, end + timedelta(seconds=5)) == end + timedelta(seconds=15)
    assert reconciling._next(question, end + timedelta(seconds=15)) == end + timedelta(seconds=25)
