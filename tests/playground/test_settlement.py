"""What a settlement writes beside state and hold: the final cost, what has to be asked for, the search, the recording."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import models
from django.utils import timezone

from playground import forgetting, journal, ledger, process, settlement
from playground.models import Hold, Prompt, Recording, Run, State
from playground.settlement import Outcome, settle
from playground.variables import Rows
from tests.playground.builders import budget
from tests.playground.running import ids, opened, priced, run_of

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(minutes=1)


@pytest.fixture
def prompt(owner: Any) -> Prompt:
    budget(owner, "1")
    return opened(owner, priced())


@pytest.fixture
def rehearsed(owner: Any) -> Prompt:
    return opened(owner, priced(), upstream="rehearsal")


def live(prompt: Prompt, **fields: Any) -> Run:
    """The prompt's run as a process has it that died a minute ago."""
    gone = {"process": "here:1:abc", "heartbeat_at": timezone.now() - LONG_AGO, "state": State.STREAMING}
    Run.objects.filter(prompt=prompt).update(**(gone | fields))
    return run_of(prompt)


@pytest.mark.parametrize(
    ("fields", "spent", "cost"),
    [
        ({"billed_usd": "0.00456", "computed_usd": "0.0047"}, "0.00456", 4_560_000_000),
        ({"computed_usd": "0.0047"}, "0.0047", 4_700_000_000),
        ({"computed_usd": "0.0000208333333333333333"}, "0.0000208333333333333333", 20_833_333),
        ({"computed_usd": "0"}, "0", 0),
        ({}, None, None),
    ],
)
def test_the_final_cost(prompt: Prompt, fields: dict[str, str], spent: str | None, cost: int | None) -> None:
    settle(ids(prompt)[0], Outcome(State.DONE, fields, None if spent is None else Decimal(spent)))
    assert run_of(prompt).cost == cost
    assert run_of(prompt).hold.spent == cost


@pytest.mark.parametrize(("computed", "cost"), [("0.0047", 4_700_000_000), ("", None)])
def test_a_rehearsal_keeps_what_it_would_have_cost(rehearsed: Prompt, computed: str, cost: int | None) -> None:
    settle(ids(rehearsed)[0], Outcome(State.DONE, {"computed_usd": computed}, Decimal(0)))
    assert run_of(rehearsed).cost == cost
    assert run_of(rehearsed).hold.spent == 0


def test_a_cost_beyond_all_bounds_is_not_known(rehearsed: Prompt) -> None:
    """Nine million dollars and more do not fit; of a rehearsal nothing is booked, so it still ends."""
    settle(ids(rehearsed)[0], Outcome(State.DONE, {"computed_usd": "10000000"}, Decimal(0)))
    assert run_of(rehearsed).cost is None


@pytest.mark.parametrize(
    ("fields", "spent", "is_asked"),
    [
        ({"generation_id": "gen-1"}, None, True),
        ({"generation_id": ""}, None, False),  # nothing to ask by
        ({"generation_id": "gen-1", "computed_usd": "0.1"}, Decimal("0.1"), False),
        ({"generation_id": "gen-1", "computed_usd": "0"}, Decimal(0), False),  # certainly not billed
    ],
)
def test_an_unknown_cost_is_asked_for(
    prompt: Prompt, fields: dict[str, Any], spent: Decimal | None, is_asked: bool
) -> None:
    before = timezone.now()
    settle(ids(prompt)[0], Outcome(State.STOPPED, fields, spent))
    run = run_of(prompt)
    assert run.reconciliation == ("waiting" if is_asked else "")
    if is_asked:
        assert before < run.reconcile_at - timedelta(seconds=1) < timezone.now()
        assert list(Run.objects.awaiting_cost(timezone.now())) == []
        assert list(Run.objects.awaiting_cost(timezone.now() + timedelta(seconds=2))) == [run]


@pytest.mark.parametrize(("upstream", "is_asked"), [("openrouter", True), ("mistral", False), ("compatible", False)])
def test_only_who_keeps_records_is_asked(prompt: Prompt, upstream: str, is_asked: bool) -> None:
    Run.objects.update(upstream=upstream)
    settle(ids(prompt)[0], Outcome(State.STOPPED, {"generation_id": "gen-1"}, None))
    assert (run_of(prompt).reconciliation == "waiting") is is_asked


class TestOrphans:
    def test_one_with_a_generation_id_is_asked_for(self, prompt: Prompt) -> None:
        live(prompt, generation_id="gen-1", text="so far")
        assert settlement.interrupt_orphans(timezone.now() - timedelta(seconds=30)) == 1
        run = run_of(prompt)
        assert (run.state, run.text, run.error) == ("interrupted", "so far", settlement.INTERRUPTED)
        assert (run.cost, run.hold.spent, run.reconciliation) == (None, None, "waiting")

    def test_one_that_was_never_taken_cost_nothing_and_is_told_so(self, prompt: Prompt) -> None:
        Run.objects.update(created_at=timezone.now() - LONG_AGO)
        assert settlement.interrupt_orphans(timezone.now() - timedelta(seconds=30)) == 1
        run = run_of(prompt)
        assert (run.state, run.error, run.cost, run.hold.spent) == ("interrupted", settlement.NEVER_SENT, 0, 0)

    def test_one_of_the_rehearsal_costs_nothing(self, rehearsed: Prompt) -> None:
        live(rehearsed)
        assert settlement.interrupt_orphans(timezone.now() - timedelta(seconds=30)) == 1
        run = run_of(rehearsed)
        assert (run.error, run.cost, run.hold.spent) == (settlement.REHEARSAL_INTERRUPTED, None, 0)

    def test_one_that_is_taken_in_the_same_moment_is_left_alone(self, prompt: Prompt) -> None:
        """It was looked at while it waited, and claimed before it was written."""
        Run.objects.update(created_at=timezone.now() - LONG_AGO)
        run_id = ids(prompt)[0]

        class Slow(type(Run.objects.all())):  # type: ignore[misc]
            def values_list(self, *fields: str, **options: Any) -> Any:
                found = list(super().values_list(*fields, **options))
                assert journal.claim(run_id, process.identity()) is not None
                return found

        runs = Run.objects.orphaned(timezone.now() - timedelta(seconds=30))
        runs.__class__ = Slow
        assert settlement.interrupt(runs) == 0
        assert (run_of(prompt).state, run_of(prompt).hold.spent) == ("connecting", None)

    def test_only_those_of_processes_that_are_gone(self, prompt: Prompt) -> None:
        live(prompt, process="here:1:abc")
        assert journal.interrupt_where(lambda name: name == "here:2:abc") == 0
        assert journal.interrupt_where(lambda name: True, timezone.now() - 2 * LONG_AGO) == 0  # it gave a sign of life
        assert journal.interrupt_where(lambda name: name == "here:1:abc", timezone.now()) == 1
        assert journal.interrupt_where(lambda name: True) == 0

    def test_never_those_of_this_very_process(self, prompt: Prompt) -> None:
        """The machine was suspended: the heartbeats of what lives here are as old as it slept."""
        live(prompt, process=process.identity())
        assert settlement.interrupt_orphans(timezone.now()) == 0
        live(prompt, process="here:1:abc")
        assert settlement.interrupt_orphans(timezone.now()) == 1

    def test_never_those_that_wait_in_this_process(self, prompt: Prompt) -> None:
        Run.objects.update(created_at=timezone.now() - LONG_AGO)
        assert settlement.interrupt_orphans(timezone.now(), but=ids(prompt)) == 0
        assert run_of(prompt).state == "queued"
        assert settlement.interrupt_orphans(timezone.now()) == 1


class TestTakenForLost:
    """A process was suspended, another one ended its run, and then it comes with the answer."""

    FIELDS = {"usage": {"prompt_tokens": 10}, "computed_usd": "0.0047", "billed_usd": "0.00456", "text": "all of it"}

    def bill(self, run: Run) -> tuple[Any, ...]:
        return (
            run.cost,
            run.hold.spent,
            run.computed_usd,
            run.billed_usd,
            run.usage,
            run.reconciliation,
            run.reconcile_at,
        )

    def test_its_cost_is_booked_once_and_its_state_stays(self, prompt: Prompt) -> None:
        live(prompt, generation_id="gen-1", text="so far")
        assert settlement.interrupt_orphans(timezone.now()) == 1
        assert run_of(prompt).reconciliation == "waiting"
        late = Outcome(State.DONE, dict(self.FIELDS), Decimal("0.00456"), (b"data: {}\n\n", False))
        assert settle(ids(prompt)[0], late) is False
        run = run_of(prompt)
        assert (run.state, run.text, run.error) == ("interrupted", "so far", settlement.REHEARSAL_INTERRUPTED)
        expected = (4_560_000_000, 4_560_000_000, "0.0047", "0.00456", {"prompt_tokens": 10}, "", None)
        assert self.bill(run) == expected
        assert run.hold.settled_at is not None
        assert settle(run.pk, Outcome(State.DONE, {"computed_usd": "9"}, Decimal(9))) is False
        assert self.bill(run_of(prompt)) == expected

    def test_where_nothing_is_kept_its_sentence_says_nothing_of_the_cost_either(self, owner: Any) -> None:
        budget(owner, "1")
        prompt = unstored(owner, "a")
        live(prompt)
        settlement.interrupt_orphans(timezone.now())
        assert run_of(prompt).error == "The server stopped while this answer was coming. Its cost is not known."
        settle(ids(prompt)[0], Outcome(State.DONE, dict(self.FIELDS), Decimal("0.00456"), (b"all of it", False)))
        run = run_of(prompt)
        assert run.error == "The server stopped while this answer was coming."
        assert (run.cost, run.hold.spent) == (4_560_000_000, 4_560_000_000)
        assert "all of it" not in everything(prompt)

    def test_the_other_way_round_nothing_is_swept(self, prompt: Prompt) -> None:
        live(prompt)
        assert settle(ids(prompt)[0], Outcome(State.DONE, dict(self.FIELDS), Decimal("0.00456"))) is True
        before = self.bill(run_of(prompt))
        assert settlement.interrupt_orphans(timezone.now() + LONG_AGO) == 0
        run = run_of(prompt)
        assert (run.state, run.text, self.bill(run)) == ("done", "all of it", before)
        assert run.hold.spent == 4_560_000_000

    def test_a_cost_that_is_not_known_changes_nothing(self, prompt: Prompt) -> None:
        live(prompt, generation_id="gen-1")
        settlement.interrupt_orphans(timezone.now())
        assert settle(ids(prompt)[0], Outcome(State.INCOMPLETE, {"usage": {"prompt_tokens": 10}}, None)) is False
        run = run_of(prompt)
        assert (run.usage, run.cost, run.hold.spent, run.reconciliation) == (None, None, None, "waiting")
        assert run.error == settlement.INTERRUPTED

    def test_what_was_learnt_or_booked_by_hand_meanwhile_stays(self, prompt: Prompt) -> None:
        live(prompt, generation_id="gen-1")
        settlement.interrupt_orphans(timezone.now())
        assert ledger.settle_by_hand(run_of(prompt).hold.pk, 7) is True
        settle(ids(prompt)[0], Outcome(State.DONE, dict(self.FIELDS), Decimal("0.00456")))
        run = run_of(prompt)
        assert (run.cost, run.hold.spent, run.computed_usd, run.usage) == (7, 7, "", None)

    def test_no_other_end_is_booked_late(self, prompt: Prompt) -> None:
        settle(ids(prompt)[0], Outcome(State.STOPPED, {}, None))
        assert settle(ids(prompt)[0], Outcome(State.DONE, dict(self.FIELDS), Decimal("0.00456"))) is False
        assert (run_of(prompt).cost, run_of(prompt).hold.spent) == (None, None)


class TestSearch:
    def searched(self, prompt: Prompt) -> str:
        return Prompt.objects.values_list("searched", flat=True).get(pk=prompt.pk)

    def test_every_answer_is_added_folded(self, owner: Any) -> None:
        budget(owner, "1")
        prompt = opened(owner, priced("a"), priced("b"), text="Grüße")
        before = self.searched(prompt)
        for run_id, text in zip(ids(prompt), ["Crème  BRÛLÉE", "Éclair"], strict=True):
            settle(run_id, Outcome(State.DONE, {"text": text}, Decimal(0)))
        assert self.searched(prompt) == f"{before}\ncreme brulee\neclair"

    def test_of_a_long_answer_its_beginning(self, prompt: Prompt) -> None:
        before = self.searched(prompt)
        settle(ids(prompt)[0], Outcome(State.DONE, {"text": "x" * 19_999 + "yz"}, Decimal(0)))
        assert self.searched(prompt) == f"{before}\n{'x' * 19_999}y"

    def test_calls_thoughts_and_reasons_of_a_refusal_are_added(self, prompt: Prompt) -> None:
        before = self.searched(prompt)
        calls = [{"id": "1", "name": "get_wind", "arguments": '{"place": "Z\\u00fcrich"}'}]
        fields = {
            "text": "",
            "tool_calls": calls,
            "reasoning": "Hmm, Föhn?",
            "error": "Refused.",
            "error_detail": "Flagged",
        }
        settle(ids(prompt)[0], Outcome(State.REFUSED, fields, Decimal(0)))
        assert self.searched(prompt) == f'{before}\nget_wind {{"place": "zurich"}}\nrefused. flagged\nhmm, fohn?'

    def test_an_orphans_text_is_found_as_well(self, prompt: Prompt) -> None:
        live(prompt, text="half an answer")
        settlement.interrupt_orphans(timezone.now() - timedelta(seconds=30))
        assert self.searched(prompt).endswith("\nhalf an answer")

    def test_hundreds_of_answers_do_not_grow_without_end(self, prompt: Prompt) -> None:
        Prompt.objects.update(searched="x" * 1_000_000)
        settle(ids(prompt)[0], Outcome(State.DONE, {"text": "y"}, Decimal(0)))
        assert self.searched(prompt) == "x" * 1_000_000


def test_the_recording_is_written_with_the_end_and_only_once(prompt: Prompt) -> None:
    run_id = ids(prompt)[0]
    settle(run_id, Outcome(State.DONE, {}, Decimal(0), (b"data: {}\n\n", True)))
    settle(run_id, Outcome(State.FAILED, {}, Decimal(0), (b"other", False)))
    (recording,) = Recording.objects.all()
    assert (bytes(recording.content), recording.is_cut) == (b"data: {}\n\n", True)


# Prompts that are not to be stored

TYPED = "a secret question"
ANSWERED = "a secret answer"
SECRETS = {
    "text": ANSWERED,
    "reasoning": ANSWERED,
    "rest": ANSWERED,
    "tool_calls": [{"id": "1", "name": "a", "arguments": ANSWERED}],
    "error_body": ANSWERED,
    "error_detail": ANSWERED,
    "validation": {"is_valid": False, "path": f"$.{ANSWERED}", "message": ANSWERED},
}


def unstored(owner: Any, *slugs: str, **fields: Any) -> Prompt:
    schema = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"const": TYPED}}}
    parameters = {"max_tokens": 9, "response_format": schema, "temperature": 0.5}
    models = [priced(slug) for slug in slugs]
    overrides = {models[0].public_id: {"response_format": schema}}
    return opened(owner, *models, text=TYPED, parameters=parameters, overrides=overrides, is_stored=False, **fields)


def everything(prompt: Prompt) -> str:
    rows = [*Prompt.objects.filter(pk=prompt.pk).values(), *Run.objects.filter(prompt=prompt).values()]
    return str(rows) + str([bytes(each.content) for each in Recording.objects.all()])


def test_nothing_of_an_answer_that_is_not_to_be_stored_is_written(owner: Any) -> None:
    budget(owner, "1")
    prompt = unstored(owner, "a", "b")
    first, second = ids(prompt)
    settle(first, Outcome(State.DONE, dict(SECRETS), Decimal("0.0047"), (ANSWERED.encode(), False)))
    assert ANSWERED not in everything(prompt)
    run = Run.objects.get(pk=first)
    assert run.validation == {"is_valid": False, "path": "", "message": ""}
    assert (run.request, run.cost, run.state) == ({}, 4_700_000_000, "done")
    # The other one is still to be sent, so what is asked is still there.
    assert TYPED in everything(prompt)
    assert Run.objects.get(pk=second).request
    assert Prompt.objects.get(pk=prompt.pk).purged_at is None

    settle(second, Outcome(State.FAILED, dict(SECRETS), None, (ANSWERED.encode(), False)))
    assert TYPED not in everything(prompt)
    assert ANSWERED not in everything(prompt)
    left = Prompt.objects.get(pk=prompt.pk)
    assert left.purged_at is not None
    assert (left.messages, left.text, left.searched, left.overrides) == ([], "", "", {})
    assert left.parameters == {"max_tokens": 9, "temperature": 0.5}
    assert set(Hold.objects.values_list("spent", flat=True)) == {4_700_000_000, None}


def test_a_table_that_is_not_stored_keeps_its_shape(owner: Any) -> None:
    budget(owner, "1")
    prompt = unstored(owner, "a", rows=Rows(("word",), (("one secret",), ("two secrets",))))
    for run_id in ids(prompt):
        settle(run_id, Outcome(State.DONE, {}, Decimal(0)))
    left = Prompt.objects.get(pk=prompt.pk)
    assert left.is_matrix
    assert "secret" not in everything(prompt)


def test_after_kill_nine_nothing_is_left_either(owner: Any) -> None:
    budget(owner, "1")
    prompt = unstored(owner, "a")
    live(prompt, generation_id="gen-1")
    assert settlement.interrupt_orphans(timezone.now() - timedelta(seconds=30)) == 1
    assert TYPED not in everything(prompt)
    run = run_of(prompt)
    assert (run.state, run.hold.spent, run.reconciliation) == ("interrupted", None, "waiting")


def test_every_text_of_a_run_is_judged() -> None:
    """A new field that can hold a text has to be named here or in forgetting.py, so that none is forgotten."""
    kept = {
        "rates", "left_out", "validation", "usage", "generation",  # numbers, names; validation is cut to its verdict
    }  # fmt: skip
    texts = {field.name for field in Run._meta.get_fields() if isinstance(field, models.TextField | models.JSONField)}
    assert texts == kept | set(forgetting.RUN)
