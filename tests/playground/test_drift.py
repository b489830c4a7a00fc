"""What was billed against what the catalog says, and the command that reports it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog import frozen
from playground import opening, upstreams
from playground.drift import Compared, drifts
from playground.models import Hold, Reconciliation, Run, State
from playground.upstream.errors import CannotReach
from tests.playground.builders import FOUR, asked, budget

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]
LARGE, DEVSTRAL = FOUR[0], FOUR[3]
USAGE = {"prompt_tokens": 10_000, "completion_tokens": 1_000, "prompt_tokens_details": {"cached_tokens": 4_000}}


def done(
    user: Any, model: str, billed: str, computed: str, *, upstream: str = "openrouter", ago: int = 0, **fields: Any
) -> Run:
    key = f"key-{Run.objects.count()}"
    run = opening.open_prompt(user, asked(model, key=key, upstream=upstream, max_tokens=1000))[0].runs.get()
    facts = {"state": State.DONE, "usage": USAGE, "billed_usd": billed, "computed_usd": computed} | fields
    Run.objects.filter(pk=run.pk).update(created_at=timezone.now() - timedelta(days=ago), **facts)
    run.refresh_from_db()
    return run


class TestCompared:
    @pytest.mark.parametrize(
        ("billed", "expected", "is_marked", "words"),
        [
            ("0.0047", "0.0047", False, "the same"),
            ("0.00505", "0.005", False, "1% more than $0.005"),  # exactly one hundredth is not more than it
            ("0.0050500000000000000001", "0.005", True, "1% more than $0.005"),
            ("0.00495", "0.005", False, "1% less than $0.005"),
            ("0.0025", "0.005", True, "50% less than $0.005"),
            ("0.0001", "0", True, "billed, though it was to be free"),
        ],
    )
    def test_one_percent(self, billed: str, expected: str, is_marked: bool, words: str) -> None:
        compared = Compared()
        compared.add(Decimal(billed), Decimal(expected))
        assert (compared.is_marked, compared.in_words) == (is_marked, words)

    def test_nothing_to_compare(self) -> None:
        assert (Compared().is_marked, Compared().in_words) == (False, "nothing to compare")


class TestDrifts:
    def test_sums_of_each_model_by_hand(self, owner: Any) -> None:
        budget(owner, "5")
        # Large 3: 0.0047 each; billed 0.0047 + 0.0052 = 0.0099 against 0.0094: 5.3 % more
        done(owner, LARGE, "0.0047", "0.0047")
        done(owner, LARGE, "0.0052", "0.0047")
        done(owner, DEVSTRAL, "0.00456", "0.00456")
        marked, fine = drifts(timezone.now())
        assert (marked.model, marked.is_marked, marked.frozen.runs) == (LARGE, True, 2)
        assert (marked.frozen.billed, marked.frozen.expected) == (Decimal("0.0099"), Decimal("0.0094"))
        assert marked.today.in_words == "5.3% more than $0.0094"
        assert (fine.model, fine.is_marked, fine.frozen.in_words) == (DEVSTRAL, False, "the same")

    def test_what_has_no_bill_or_is_old_or_rehearsed_is_left_aside(self, owner: Any) -> None:
        budget(owner, "5")
        done(owner, LARGE, "", "0.0047")
        done(owner, LARGE, "9", "0.0047", ago=31)
        done(owner, LARGE, "9", "0.0047", upstream="rehearsal", is_rehearsal=True)
        done(owner, LARGE, "9", "0.0047", usage=None)
        assert drifts(timezone.now()) == []

    def test_a_price_that_changed_since_shows_only_today(self, owner: Any) -> None:
        budget(owner, "5")
        run = done(owner, DEVSTRAL, "0.00456", "0.00456")
        period = run.listing.periods.get(pk=run.period_id)
        rate = period.rates.get(component="output", is_conditional=False)
        type(rate).objects.filter(pk=rate.pk).update(amount="0.000003")
        (drift,) = drifts(timezone.now())
        # 6,000 x 0.0000004 + 4,000 x 0.00000004 + 1,000 x 0.000003 = 0.0024 + 0.00016 + 0.003 = 0.00556
        assert (drift.frozen.in_words, drift.today.expected) == ("the same", Decimal("0.00556"))
        assert drift.is_marked

    def test_a_bill_at_least_is_not_compared(self, owner: Any) -> None:
        budget(owner, "5")
        done(owner, LARGE, "0.01", "", usage=USAGE | {"num_search_results": 5})
        (drift,) = drifts(timezone.now())
        assert (drift.frozen.runs, drift.today.runs, drift.is_marked) == (0, 0, False)

    def test_queries_do_not_grow(self, owner: Any) -> None:
        budget(owner, "5")

        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                drifts(timezone.now())
            return len(captured)

        done(owner, LARGE, "0.0047", "0.0047")
        few = queries()
        for model in FOUR:
            done(owner, model, "0.0047", "0.0047")
        assert queries() == few


class TestExplainedFromRows:
    def test_the_provider_that_served_by_its_own_price(self, owner: Any) -> None:
        budget(owner, "5")
        run = done(owner, LARGE, "0.00517", "0.0047", served_provider="mistral")
        from catalog.models import Endpoint
        from playground.explaining import why

        run.listing.endpoints.all().delete()
        for tag, discount in (("mistral", "0.5"), ("mistral/eu", "")):
            dearer = [rate | {"amount": str(Decimal(rate["amount"]) * Decimal("1.1"))} for rate in run.rates]
            Endpoint.objects.create(
                listing=run.listing,
                tag=tag,
                provider="Mistral",
                rates=dearer,
                discount=discount,
                seen_on=date(2026, 11, 20),
            )
        assert all(frozen.thaw(rate) for rate in run.rates)
        # 1.1 x 0.0047 = 0.00517
        assert why(run) == ["Mistral (mistral/eu) served it, whose own price comes to exactly $0.00517."]

    def test_everything_is_read_beforehand(self, owner: Any) -> None:
        from django.db.models import prefetch_related_objects

        from playground.explaining import READS, why

        budget(owner, "5")
        runs = [done(owner, model, "0.9", "0.0047", served_provider="Mistral") for model in FOUR]
        prefetch_related_objects(runs, *READS)
        with CaptureQueriesContext(connection) as captured:
            assert all(why(run) for run in runs)
        assert len(captured) == 0


class Answering:
    """What `upstreams.Connections` would open."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    async def ready(self, name: str) -> "Answering":
        if isinstance(self.answer, LookupError):
            raise self.answer
        return self

    async def generation(self, generation_id: str) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def aclose(self) -> None:
        pass


class TestCommand:
    def call(self, monkeypatch: pytest.MonkeyPatch, answer: Any, *options: str) -> str:
        monkeypatch.setattr(upstreams, "Connections", lambda _: Answering(answer))
        out = StringIO()
        self.out = out
        call_command("reconcile", *options, stdout=out)
        return out.getvalue()

    def waiting(self, user: Any, **fields: Any) -> Run:
        facts = {
            "state": State.STOPPED,
            "usage": None,
            "generation_id": "gen-1",
            "reconciliation": Reconciliation.WAITING,
            "reconcile_at": timezone.now() + timedelta(hours=1),
        }
        return done(user, LARGE, "", "", **(facts | fields))

    def test_it_asks_and_reports(self, owner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        budget(owner, "5")
        done(owner, DEVSTRAL, "0.00456", "0.00456")
        run = self.waiting(owner)
        record = {"native_tokens_prompt": 10, "native_tokens_completion": 1, "total_cost": Decimal("0.0001")}
        said = self.call(monkeypatch, record)
        assert "1 of 1 cost learnt, 0 given up." in said
        assert f"  {DEVSTRAL} at openrouter, 1 run: billed $0.00456; by the rates of that time the same;" in said
        # 10 x 0.0000005 + 1 x 0.0000015 = 0.0000065, billed 0.0001
        assert (
            f"! {LARGE} at openrouter, 1 run: billed $0.0001; by the rates of that time 1438% more than $0.0000065"
            in said
        )
        assert Hold.objects.get(run=run).spent == 100_000_000

    def test_with_nothing_to_do_it_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        said = self.call(monkeypatch, None)
        assert said.splitlines() == [
            "No cost is waiting to be asked for.",
            "No run of the last 30 days has a bill to compare.",
        ]

    @pytest.mark.parametrize(
        ("trouble", "sentence"),
        [
            (CannotReach("OpenRouter cannot be reached."), "OpenRouter cannot be reached."),
            (LookupError("No upstream “openrouter” is configured."), "No upstream “openrouter” is configured."),
        ],
    )
    def test_an_upstream_that_cannot_be_asked_is_a_failure(
        self, owner: Any, monkeypatch: pytest.MonkeyPatch, trouble: Exception, sentence: str
    ) -> None:
        budget(owner, "5")
        self.waiting(owner)
        with pytest.raises(CommandError) as failed:
            self.call(monkeypatch, trouble)
        assert str(failed.value) == f"Not every cost could be asked for: {sentence}"
        assert failed.value.returncode == 1
        assert "No run of the last 30 days" in self.out.getvalue()  # the report comes all the same

    def test_again_asks_for_what_was_given_up(self, owner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        budget(owner, "5")
        self.waiting(owner, reconciliation=Reconciliation.UNRECONCILED, reconcile_at=None, reconcile_tries=6)
        assert "No cost is waiting" in self.call(monkeypatch, {"total_cost": 0})
        assert "1 of 1 cost learnt" in self.call(monkeypatch, {"total_cost": 0}, "--again")

    def test_expired_holds_are_listed_with_what_can_be_done(self, owner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        budget(owner, "5")
        run = self.waiting(owner, reconciliation=Reconciliation.UNRECONCILED, reconcile_at=None)
        Hold.objects.filter(run=run).update(expires_at=datetime.now(UTC), amount=20_000_000_000)
        said = self.call(monkeypatch, None)
        assert "1 hold expired without a known cost, and still counted as spent:" in said
        assert f"  $0.02 since {run.hold.day} for {LARGE}, run {run.pk}" in said
        assert "--again" in said
        assert "/admin/playground/hold/" in said
