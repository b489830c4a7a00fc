"""Verdicts: given, taken back, explained, counted; and what they do to a blind board."""

import re
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from playground import judging
from playground.models import Prompt, Run, State
from playground.variables import Rows
from tests.conftest import BACKEND
from tests.playground.builders import FOUR, asked
from tests.playground.finished import finished, over

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]
HTMX = {"HTTP_HX_REQUEST": "true"}


def judge(client: Client, run: Run, *, htmx: bool = True, **sent: str) -> Any:
    address = f"/playground/{run.prompt_id}/runs/{run.pk}/verdict"
    return client.post(address, sent, **(HTMX if htmx else {}))


def page(client: Client, prompt: Prompt) -> str:
    return str(client.get(f"/playground/{prompt.pk}/").content.decode())


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


class TestVerdict:
    def test_better_is_kept_and_shown(self, signed_in: Client, owner: Any) -> None:
        prompt = finished(owner, asked(*FOUR[:2]))
        first = prompt.runs.all()[0]
        answer = judge(signed_in, first, verdict="better").content.decode()
        assert f'id="verdict-{first.pk.hex}"' in answer
        assert re.search(r'id="better-\w+"[^>]* value="" aria-pressed="true"', answer)
        assert re.search(r'id="worse-\w+"[^>]* value="worse" aria-pressed="false"', answer)
        assert "By your verdicts Mistral Large 3 2512 won. Mistral Large 3 2512 better." in answer
        first.refresh_from_db()
        assert first.verdict == "better"
        assert "By your verdicts Mistral Large 3 2512 won." in page(signed_in, prompt)

    def test_pressed_again_it_is_taken_back(self, signed_in: Client, owner: Any) -> None:
        run = finished(owner, asked(FOUR[0])).runs.get()
        judge(signed_in, run, verdict="better")
        answer = judge(signed_in, run, verdict="").content.decode()
        assert 'aria-pressed="true"' not in answer
        run.refresh_from_db()
        assert run.verdict == ""

    def test_a_note_leaves_the_verdict_and_a_verdict_the_note(self, signed_in: Client, owner: Any) -> None:
        run = finished(owner, asked(FOUR[0])).runs.get()
        judge(signed_in, run, verdict="worse")
        answer = judge(signed_in, run, note="<b>Too long</b>").content.decode()
        assert "&lt;b&gt;Too long&lt;/b&gt;" in answer
        judge(signed_in, run, verdict="better")
        run.refresh_from_db()
        assert (run.verdict, run.verdict_note) == ("better", "<b>Too long</b>")

    def test_without_script_it_leads_back_to_where_it_was_given(self, signed_in: Client, owner: Any) -> None:
        run = finished(owner, asked(FOUR[0])).runs.get()
        board = judge(signed_in, run, htmx=False, verdict="better")
        assert (board.status_code, board["Location"]) == (302, f"/playground/{run.prompt_id}/")
        alone = judge(signed_in, run, htmx=False, verdict="worse", alone="1")
        assert alone["Location"] == f"/playground/{run.prompt_id}/runs/{run.pk}/"
        assert 'name="alone"' in signed_in.get(alone["Location"]).content.decode()
        assert 'name="alone"' not in page(signed_in, run.prompt)

    @pytest.mark.parametrize(
        ("sent", "sentence"),
        [
            ({"note": "x" * 501}, "A note has up to 500 characters; this one has 501."),
            ({"verdict": "best"}, "best is not one of the available choices"),
            ({"note": "a\0b"}, "Null characters are not allowed"),
        ],
    )
    def test_bad_input_changes_nothing_and_is_told(
        self, signed_in: Client, owner: Any, sent: dict[str, str], sentence: str
    ) -> None:
        run = finished(owner, asked(FOUR[0]), verdict="worse", verdict_note="Why").runs.get()
        answer = judge(signed_in, run, **sent)
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        assert sent.get("note", "").replace("\0", "") in answer.content.decode().replace("\0", "")
        judge(signed_in, run, htmx=False, **sent)
        assert sentence in page(signed_in, run.prompt)
        run.refresh_from_db()
        assert (run.verdict, run.verdict_note) == ("worse", "Why")

    def test_an_answer_that_is_still_coming_is_not_judged(self, signed_in: Client, owner: Any) -> None:
        run = finished(owner, asked(FOUR[0]), state=State.STREAMING).runs.get()
        answer = judge(signed_in, run, verdict="better")
        assert "This answer is still coming." in answer.content.decode()
        run.refresh_from_db()
        assert run.verdict == ""
        assert "Your verdict" not in page(signed_in, run.prompt)

    def test_only_the_owner_judges(self, client: Client, owner: Any, stranger: Any) -> None:
        run = finished(owner, replace(asked(*FOUR[:2]), is_blind=True)).runs.first()
        client.force_login(stranger, backend=BACKEND)
        assert judge(client, run, verdict="better").status_code == 404
        assert client.post(f"/playground/{run.prompt_id}/reveal").status_code == 404
        run.refresh_from_db()
        assert (run.verdict, run.prompt.revealed_at) == ("", None)

    def test_a_get_judges_and_shows_nothing(self, signed_in: Client, owner: Any) -> None:
        run = finished(owner, replace(asked(FOUR[0]), is_blind=True)).runs.get()
        assert signed_in.get(f"/playground/{run.prompt_id}/runs/{run.pk}/verdict?verdict=better").status_code == 405
        assert signed_in.get(f"/playground/{run.prompt_id}/reveal").status_code == 405


class TestBlind:
    def blind(self, owner: Any, **fields: Any) -> Prompt:
        return finished(owner, replace(asked(*FOUR[:3]), is_blind=True), "one", "two", "three", **fields)

    def test_the_last_verdict_shows_the_names(self, signed_in: Client, owner: Any) -> None:
        prompt = self.blind(owner)
        first, second, third = prompt.runs.all()
        for run, word in ((first, "worse"), (second, "better")):
            answer = judge(signed_in, run, verdict=word)
            assert "HX-Refresh" not in answer
            assert "istral" not in answer.content.decode()
            assert "By your verdicts" not in answer.content.decode()
        before = page(signed_in, prompt)
        assert "Answer A" in before
        assert "Mistral Large 3 2512" not in before.partition('id="board"')[2]
        assert judge(signed_in, third, verdict="worse")["HX-Refresh"] == "true"
        after = page(signed_in, prompt)
        assert "Answer A" not in after
        assert f"By your verdicts {second.model_name} won." in after
        assert "Show the names" not in after

    def test_a_note_alone_or_a_verdict_taken_back_shows_nothing(self, signed_in: Client, owner: Any) -> None:
        prompt = self.blind(owner)
        for run in prompt.runs.all():
            judge(signed_in, run, note="Hm.")
        first, second, third = prompt.runs.all()
        judge(signed_in, first, verdict="better")
        judge(signed_in, second, verdict="better")
        judge(signed_in, second, verdict="")
        judge(signed_in, third, verdict="better")
        assert Prompt.objects.get().hides_names

    def test_what_failed_has_nothing_to_judge(self, signed_in: Client, owner: Any) -> None:
        prompt = self.blind(owner)
        first, second, third = prompt.runs.all()
        over(third, text="", state=State.FAILED, usage=None)
        judge(signed_in, first, verdict="better")
        assert judge(signed_in, second, verdict="worse")["HX-Refresh"] == "true"

    def test_while_an_answer_is_coming_the_names_stay_hidden(self, signed_in: Client, owner: Any) -> None:
        prompt = self.blind(owner)
        first, second, third = prompt.runs.all()
        over(third, state=State.STREAMING, text="")
        judge(signed_in, first, verdict="better")
        judge(signed_in, second, verdict="worse")
        assert Prompt.objects.get().hides_names

    def test_answers_that_are_not_stored_are_judged_too(self, signed_in: Client, owner: Any) -> None:
        prompt = self.blind(owner)
        Prompt.objects.update(messages=[], is_stored=False)
        prompt.runs.update(text="")
        first, second, third = prompt.runs.all()
        judge(signed_in, first, verdict="better")
        assert Prompt.objects.get().hides_names
        judge(signed_in, second, verdict="worse")
        judge(signed_in, third, verdict="worse")
        assert not Prompt.objects.get().hides_names

    def test_the_button_shows_them_at_once(self, signed_in: Client, owner: Any) -> None:
        prompt = self.blind(owner)
        assert "Show the names" in page(signed_in, prompt)
        assert signed_in.post(f"/playground/{prompt.pk}/reveal")["Location"] == f"/playground/{prompt.pk}/"
        moment = Prompt.objects.get().revealed_at
        assert moment is not None
        assert signed_in.post(f"/playground/{prompt.pk}/reveal", **HTMX)["HX-Refresh"] == "true"
        assert Prompt.objects.get().revealed_at == moment

    def test_a_board_that_is_not_blind_has_nothing_to_show(self, signed_in: Client, owner: Any) -> None:
        prompt = finished(owner, asked(FOUR[0]))
        assert "Show the names" not in page(signed_in, prompt)
        signed_in.post(f"/playground/{prompt.pk}/reveal")
        assert Prompt.objects.get().revealed_at is None


class TestSummary:
    def summary(self, owner: Any, *verdicts: str) -> str:
        prompt = finished(owner, asked(*FOUR[: len(verdicts)]))
        for run, verdict in zip(prompt.runs.all(), verdicts, strict=True):
            run.verdict = verdict
            run.save()
        return judging.summary(Prompt.objects.for_board().get().runs.all())

    @pytest.mark.parametrize(
        ("verdicts", "expected"),
        [
            (("", ""), ""),
            (("better", "worse"), "By your verdicts L won. L better, M worse."),
            (("worse", ""), "By your verdicts M won. L worse."),
            (("better", "better"), "By your verdicts L and M are level. L better, M better."),
            (("better",), "L better."),
        ],
    )
    def test_in_words(self, owner: Any, verdicts: tuple[str, ...], expected: str) -> None:
        said = self.summary(owner, *verdicts)
        names = list(Run.objects.order_by("position").values_list("model_name", flat=True))
        for name, letter in zip(names, "LM", strict=False):
            said = said.replace(name, letter)
        assert said == expected

    def test_nothing_is_said_of_those_that_nobody_judged(self, owner: Any) -> None:
        assert self.summary(owner, "worse", "", "").endswith(" worse.")
        assert "By your" not in judging.summary(Run.objects.all())

    def test_of_a_matrix_the_counts(self, signed_in: Client, owner: Any) -> None:
        prompt = finished(owner, replace(asked(*FOUR[:2], text="{{a}}"), rows=Rows(("a",), (("1",), ("2",), ("3",)))))
        for run, verdict in zip(prompt.runs.all(), ["better", "worse", "better", "better", "worse", ""], strict=True):
            run.verdict = verdict
            run.save()
        first, second = prompt.runs.all()[:2]
        said = judging.summary(Prompt.objects.for_board().get().runs.all())
        assert said == (
            f"By your verdicts {first.model_name} won. {first.model_name} 2 better and 1 worse, "
            f"{second.model_name} 1 better and 1 worse."
        )


class TestAllVerdicts:
    def test_they_are_counted_by_model(self, signed_in: Client, owner: Any) -> None:
        for number, (first, second) in enumerate([("better", "worse"), ("better", ""), ("worse", "worse")]):
            prompt = finished(owner, asked(*FOUR[:2], key=f"key {number}"))
            for run, verdict in zip(prompt.runs.all(), (first, second), strict=True):
                over(run, verdict=verdict, is_rehearsal=False)
        one, two = judging.tally(owner)
        assert (one.public_id, one.better, one.worse, one.share) == (FOUR[0], 2, 1, 67)
        assert (two.public_id, two.better, two.worse, two.share) == (FOUR[1], 0, 2, 0)
        html = signed_in.get("/history/verdicts/").content.decode()
        assert "Mistral Large 3 2512 2 1 67" in words(html)
        assert "simulated" not in html

    def test_simulated_answers_stand_apart(self, signed_in: Client, owner: Any) -> None:
        prompt = finished(owner, asked(*FOUR[:2]), verdict="better")
        over(prompt.runs.all()[1], is_rehearsal=False, verdict="worse")
        assert [(each.is_rehearsal, each.better, each.worse) for each in judging.tally(owner)] == [
            (False, 0, 1),
            (True, 1, 0),
        ]
        assert "simulated" in signed_in.get("/history/verdicts/").content.decode()

    def test_hidden_names_are_in_no_sum(self, signed_in: Client, owner: Any) -> None:
        finished(owner, replace(asked(*FOUR[:2]), is_blind=True), verdict="better")
        assert judging.tally(owner) == []
        assert "No verdicts yet" in signed_in.get("/history/verdicts/").content.decode()

    def test_they_are_ones_own(self, signed_in: Client, stranger: Any) -> None:
        finished(stranger, asked(FOUR[0]), verdict="better")
        assert "No verdicts yet" in signed_in.get("/history/verdicts/").content.decode()

    def test_one_query(self, owner: Any) -> None:
        finished(owner, asked(), verdict="better")
        with CaptureQueriesContext(connection) as queries:
            judging.tally(owner)
        assert len(queries) == 1


def test_the_queries_of_a_board_do_not_grow_with_its_runs(signed_in: Client, owner: Any) -> None:
    counts = []
    for number, models in enumerate((1, 2, 4)):
        prompt = finished(owner, asked(*FOUR[:models], key=f"key {number}"))
        page(signed_in, prompt)
        with CaptureQueriesContext(connection) as queries:
            page(signed_in, prompt)
        counts.append(len([each for each in queries if "recording" in each["sql"]]))
    assert counts == [1, 1, 1]
