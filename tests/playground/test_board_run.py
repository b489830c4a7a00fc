"""One run on a page of its own, one run sent again, and a board that somebody else may read."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from playground import opening, retention
from playground.messages import Answered, Message, ToolCall
from playground.models import Budget, Image, Prompt, Run, State
from tests.conftest import BACKEND
from tests.playground.boards import ended, failed, many, opened
from tests.playground.builders import FOUR, asked

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]
HTMX = {"HTTP_HX_REQUEST": "true"}


def address(run: Run, what: str = "") -> str:
    return f"/playground/{run.prompt_id}/runs/{run.pk}/{what}"


def page_of(client: Client, run: Run) -> str:
    response = client.get(address(run))
    assert response.status_code == 200
    return " ".join(response.content.decode().partition("<main")[2].split())


class TestPage:
    def test_everything_about_one_run(self, signed_in: Client, owner: Any) -> None:
        run = opened(owner, parameters={"max_tokens": 77}).runs.get()
        ended(
            run, first_token_ms=340, last_token_ms=1250, finish_reason="stop", native_finish_reason="eos",
            generation_id="gen-7", served_provider="Mistral", reasoning="Let me see.",
        )  # fmt: skip
        page = page_of(signed_in, run)
        for words in (
            "<h1>Mistral Large 3 2512</h1>",
            "<h3>User</h3>",
            "Hello</pre>",
            "An answer.",
            "Let me see.",
            "$0.0047",
            "<dt>First token after</dt><dd>340 ms</dd>",
            "<dt>Finish reason</dt><dd>stop, the provider’s own word: eos</dd>",
            "<dt>Generation</dt><dd>gen-7</dd>",
            "<dt>API</dt><dd>Chat completions, streamed</dd>",
        ):
            assert words in page
        assert "Previous" not in page
        assert "Everything about this run" not in page

    def test_the_exact_json_can_be_copied(self, signed_in: Client, owner: Any) -> None:
        run = opened(owner, text="Größe <b>?", parameters={"max_tokens": 77}).runs.get()
        raw = signed_in.get(address(run)).content.decode()
        shown = raw.partition(f'<code id="body-{run.pk.hex}">')[2].partition("</code>")[0]
        assert json.loads(shown.replace("&quot;", '"').replace("&lt;", "<").replace("&gt;", ">")) == run.request
        assert f'data-copy="body-{run.pk.hex}"' in raw

    def test_the_messages_as_this_column_was_sent_them(self, signed_in: Client, owner: Any) -> None:
        calls = (ToolCall("c1", "tide", '{"port": "Nice"}'),)
        messages = [
            Message("system", "Be brief."),
            Message("user", "First"),
            Message("assistant", by={FOUR[0]: Answered("I said this"), FOUR[3]: Answered("And I that", calls)}),
            Message("user", "Then?"),
        ]
        prompt, _ = opening.open_prompt(owner, replace(asked(FOUR[0], FOUR[3]), messages=messages))
        first, second = prompt.runs.all()
        assert "I said this" in page_of(signed_in, first)
        assert "And I that" not in page_of(signed_in, first)
        page = page_of(signed_in, second)
        assert "And I that" in page
        assert "<code>tide</code>" in page

    def test_images_are_shown_by_an_address_of_their_own(self, signed_in: Client, owner: Any) -> None:
        image = Image.objects.create(user=owner, sha256="a" * 64, media_type="image/png", width=1, height=1, size=1)
        messages = [Message("user", "What is this?", images=(image.pk,))]
        prompt, _ = opening.open_prompt(owner, replace(asked(FOUR[0]), messages=messages))
        page = page_of(signed_in, prompt.runs.get())
        assert f'<img src="/playground/images/{image.pk}/" alt="Image {image.pk} of this message"' in page
        assert f"windrose-image:{image.pk}" in page
        assert "Images stand in it by their numbers" in page

    def test_a_run_of_a_matrix_shows_its_values_and_its_neighbours(self, signed_in: Client, owner: Any) -> None:
        prompt = many(owner, 3, *FOUR[:2], repeats=2)
        runs = list(prompt.runs.all())
        page = page_of(signed_in, runs[5])
        assert "Row 2 of 3, repeat 2 of 2." in page
        assert "<dt><code>wind</code></dt><dd>wind 2</dd>" in page
        assert "What is wind 2?" in page
        assert f'rel="prev" href="{address(runs[4])}" title="Mistral Large 3 2512, row 2"' in page
        assert f'rel="next" href="{address(runs[6])}" title="Mistral Large 2407, row 2"' in page
        assert '<article id="column-' in page
        assert 'rel="prev"' not in page_of(signed_in, runs[0])
        assert 'rel="next"' not in page_of(signed_in, runs[-1])

    def test_queries_do_not_grow_with_the_other_runs(self, signed_in: Client, owner: Any) -> None:
        def queries(rows: int) -> int:
            run = many(owner, rows, key=str(rows)).runs.all()[1]
            ended(run)
            with CaptureQueriesContext(connection) as captured:
                page_of(signed_in, run)
            return len(captured)

        assert queries(2) == queries(60)

    def test_what_was_not_kept_is_said_to_be_gone(self, signed_in: Client, owner: Any) -> None:
        run = opened(owner, is_stored=False).runs.get()
        assert "only its board shows it while it comes" in page_of(signed_in, run)
        ended(run, text="", request={})
        Prompt.objects.update(messages=[], text="", purged_at=timezone.now())
        page = page_of(signed_in, run)
        assert "The messages were not kept." in page
        assert "were removed as was asked" in page
        assert "The exact JSON" not in page
        assert "$0.0047" in page

    def test_to_others_it_does_not_exist(self, client: Client, owner: Any, stranger: Any) -> None:
        run = opened(owner).runs.get()
        client.force_login(stranger, backend=BACKEND)
        for what in ("", "now"):
            assert client.get(address(run, what)).status_code == 404
        assert client.post(address(run, "again"), {"key": "k"}).status_code == 404


class TestNow:
    """A page that shows one run asks where it stands."""

    def test_while_it_runs(self, signed_in: Client, owner: Any) -> None:
        run = many(owner, 2).runs.first()
        Run.objects.filter(pk=run.pk).update(state=State.STREAMING, text="so far", reasoning="hm")
        assert f'hx-get="{address(run, "now")}" hx-trigger="every 1s"' in page_of(signed_in, run)
        parts = signed_in.get(address(run, "now")).content.decode()
        assert f'innerHTML:#out-{run.pk.hex}"><span>so far</span>' in parts
        assert f'innerHTML:#thought-{run.pk.hex}"><span>hm</span>' in parts

    def test_once_it_is_over_nobody_asks_again(self, signed_in: Client, owner: Any) -> None:
        run = many(owner, 2).runs.first()
        ended(run)
        parts = signed_in.get(address(run, "now")).content.decode()
        assert f'<article id="column-{run.pk.hex}"' in parts
        assert f'<div id="asking-{run.pk.hex}" hidden hx-swap-oob="true"></div>' in parts
        assert "every 1s" not in page_of(signed_in, run)

    def test_at_its_end_the_page_says_all_that_it_would_say_when_it_is_loaded_again(
        self, signed_in: Client, owner: Any
    ) -> None:
        run = opened(owner, is_stored=False).runs.get()
        before = page_of(signed_in, run)
        assert "<dt>Ended</dt>" not in before
        ended(run, text="", finish_reason="stop")
        retention.purge([run.prompt_id])
        parts = " ".join(signed_in.get(address(run, "now")).content.decode().split())
        facts = f'<dl id="facts-{run.pk.hex}" class="about-run facts-of-run"'
        assert facts in before
        assert f'{facts} hx-swap-oob="true">' in parts
        assert "<dt>Finish reason</dt><dd>stop</dd>" in parts
        assert f'#keeping-{run.pk.hex}"><p class="notice info">The texts of this prompt' in parts

    def test_the_end_without_the_text(self, signed_in: Client, owner: Any) -> None:
        run = opened(owner).runs.get()
        ended(run)
        parts = signed_in.get(address(run, "now"), {"ended": "1"}).content.decode()
        assert f'<div id="bill-{run.pk.hex}" class="money" hx-swap-oob="true">' in parts
        assert "$0.0047" in parts
        assert "An answer." not in parts
        assert "<footer" not in parts, "a note that is being written below stays"


class TestAgain:
    def again(self, client: Client, run: Run, key: str = "fresh", **headers: str) -> Any:
        return client.post(address(run, "again"), {"key": key}, **headers)

    def test_the_same_request_to_the_same_model_once(self, signed_in: Client, owner: Any) -> None:
        overrides = {FOUR[0]: {"temperature": 0.5}, FOUR[3]: {"temperature": 1}}
        prompt = many(
            owner, 3, FOUR[0], FOUR[3], repeats=2, upstream="rehearsal", parameters={"max_tokens": 50},
            overrides=overrides,
        )  # fmt: skip
        runs = list(prompt.runs.all())
        run = runs[6]  # the second row of Devstral 2
        ended(run)
        locations = {self.again(signed_in, run)["Location"] for _ in range(3)}
        new = Prompt.objects.exclude(pk=prompt.pk).get()
        assert locations == {new.get_absolute_url()}
        sent = new.runs.get()
        assert sent.request == run.request
        assert (sent.offer, sent.row, new.repeats, new.is_matrix) == (FOUR[3], 0, 1, False)
        assert new.variables == {"names": ["wind"], "rows": [["wind 2"]]}
        assert new.overrides == {FOUR[3]: {"temperature": 1}}

    def test_only_its_own_turns_of_a_conversation(self, signed_in: Client, owner: Any) -> None:
        by = {FOUR[0]: Answered("I said this"), FOUR[3]: Answered("And I that")}
        messages = [Message("user", "First"), Message("assistant", by=by), Message("user", "Then?")]
        prompt, _ = opening.open_prompt(owner, replace(asked(FOUR[0], FOUR[3]), messages=messages))
        run = prompt.runs.last()
        failed(run, "No.")
        self.again(signed_in, run)
        new = Prompt.objects.exclude(pk=prompt.pk).get()
        assert [each["content"] for each in new.messages] == ["First", "And I that", "Then?"]

    def test_with_htmx_the_page_goes_there(self, signed_in: Client, owner: Any) -> None:
        run = opened(owner, upstream="rehearsal").runs.get()
        failed(run, "No.")
        response = self.again(signed_in, run, **HTMX)
        new = Prompt.objects.exclude(pk=run.prompt_id).get()
        assert response["HX-Redirect"] == new.get_absolute_url()

    def refused(self, client: Client, run: Run, **data: str) -> str:
        response = client.post(address(run, "again"), {"key": "fresh"} | data, follow=True)
        assert Prompt.objects.count() == 1
        assert response.redirect_chain == [(run.prompt.get_absolute_url(), 302)]
        return str(response.content.decode())

    def test_before_the_time_it_says_how_long_to_wait(self, signed_in: Client, owner: Any) -> None:
        run = opened(owner, upstream="rehearsal").runs.get()
        failed(run, "Too many.", error_status=429, retry_at=timezone.now() + timedelta(seconds=90))
        page = self.refused(signed_in, run)
        assert "The upstream asked to wait until " in page
        assert "90 seconds from now. Nothing was sent." in page or "89 seconds from now. Nothing was sent." in page

    def test_while_it_answers(self, signed_in: Client, owner: Any) -> None:
        run = opened(owner).runs.get()
        assert "Mistral Large 3 2512 is still answering." in self.refused(signed_in, run)

    def test_without_a_key(self, signed_in: Client, owner: Any) -> None:
        run = opened(owner).runs.get()
        ended(run)
        assert "This page is out of date." in self.refused(signed_in, run, key="")

    def test_a_text_that_was_not_kept(self, signed_in: Client, owner: Any) -> None:
        run = opened(owner).runs.get()
        ended(run)
        Prompt.objects.update(messages=[])
        assert "were not kept, so it cannot be sent again" in self.refused(signed_in, run)

    def test_a_model_that_is_not_offered_any_more(self, signed_in: Client, owner: Any) -> None:
        run = opened(owner).runs.get()
        ended(run)
        Run.objects.update(offer="no/such")
        assert "Mistral Large 3 2512 is not offered here any more" in self.refused(signed_in, run)

    def test_a_budget_forbids_it(self, signed_in: Client, owner: Any, settings: Any) -> None:
        settings.OPENROUTER_API_KEY = "sk-or-not-a-key"
        run = opened(owner).runs.get()
        ended(run)
        Budget.objects.update(limit=10)
        assert "Your budget per day has" in self.refused(signed_in, run)

    def test_a_locked_database(self, signed_in: Client, owner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        run = opened(owner).runs.get()
        ended(run)

        def locked(*_: Any) -> None:
            raise OperationalError("database is locked")

        monkeypatch.setattr(opening, "open_prompt", locked)
        assert "The database is busy, so nothing was sent." in self.refused(signed_in, run)


class TestShared:
    """What a page for everybody shows of a board: the answers and what they cost, no form and no private address."""

    def shown(self, prompt: Prompt) -> str:
        loaded = Prompt.objects.for_board().get(pk=prompt.pk)
        return render_to_string("playground/_board.html", {"prompt": loaded, "is_shared": True})

    def assert_public(self, page: str) -> None:
        for private in ("<form", "/playground/", "/history/", "sse-connect", "hx-get", "hx-post", "gen-7", "secret"):
            assert private not in page

    def test_columns(self, owner: Any) -> None:
        prompt = opened(owner, *FOUR[:3])
        first, second, _ = prompt.runs.all()
        ended(first, generation_id="gen-7", rest="the rest")
        failed(second, "Too many.", error_status=429, error_detail="secret", error_body="secret")
        page = self.shown(prompt)
        self.assert_public(page)
        for words in ("An answer.", "Too many.", "$0.0047", "the rest", "Mistral Large 3 2512"):
            assert words in page
        assert "Load this page again" in page

    def test_a_matrix(self, owner: Any) -> None:
        prompt = many(owner, 2, *FOUR[:2])
        for run in prompt.runs.all():
            ended(run)
        page = self.shown(prompt)
        self.assert_public(page)
        assert page.count("An answer.") == 4

    def test_a_cost_that_is_not_known(self, owner: Any) -> None:
        prompt = opened(owner)
        ended(prompt.runs.get(), State.STOPPED, None, usage=None, computed_usd="", error="Stopped.")
        page = self.shown(prompt)
        assert "the cost is not known" in " ".join(page.split())
        assert "stays held" not in page
