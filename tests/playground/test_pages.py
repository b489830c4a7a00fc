"""The playground's pages through the client: what a person reads, whole pages and fragments."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from playground import ledger, opening
from playground.board import columns, summary
from playground.models import Prompt, Run, State
from tests.playground.builders import FOUR, asked, budget

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]
HTMX = {"HTTP_HX_REQUEST": "true"}


def form(**changes: Any) -> dict[str, Any]:
    return {"model": FOUR, "text": "Which wind?", "key": "key", "parameter-max_tokens": "100"} | changes


class TestCompose:
    def test_the_page_offers_models_and_says_that_it_rehearses(self, signed_in: Client) -> None:
        page = signed_in.get("/playground/", {"model": FOUR[0]}).content.decode()
        assert "Rehearsal." in page
        assert "Mistral Large 3 2512" in page
        assert f'value="{FOUR[0]}" checked' in page
        assert "0.0645" in page

    def test_the_models_of_the_address_stand_first(self, signed_in: Client) -> None:
        page = signed_in.get("/playground/", {"model": FOUR[:2]}).content.decode()
        boxes = re.findall(r'name="model" value="([^"]+)"( checked)?', page)
        assert {model_id for model_id, _ in boxes[:2]} == set(FOUR[:2])
        assert [bool(checked) for _, checked in boxes] == [True, True] + [False] * (len(boxes) - 2)
        assert len({model_id for model_id, _ in boxes}) == len(boxes) > 2

    def test_a_model_that_is_not_offered_is_named(self, signed_in: Client) -> None:
        page = signed_in.get("/playground/", {"model": ["zzz", FOUR[0], "<b>"]}).content.decode()
        assert "zzz is not offered here: no prompt can be sent to it." in page
        assert "&lt;b&gt; is not offered here" in page
        assert f"{FOUR[0]} is not offered" not in page
        assert "is not offered" not in signed_in.get("/playground/", {"model": ""}).content.decode()

    def test_with_a_key_it_says_what_is_left(self, signed_in: Client, owner: Any, settings: Any) -> None:
        settings.OPENROUTER_API_KEY = "sk-or-not-a-key"
        budget(owner, "5")
        page = signed_in.get("/playground/").content.decode()
        assert "Rehearsal." not in page
        assert "<strong>$5.00</strong> left of $5.00" in page
        assert "sk-or" not in page

    def test_without_script_a_post_leads_to_the_board(self, signed_in: Client) -> None:
        response = signed_in.post("/playground/", form())
        prompt = Prompt.objects.get()
        assert (response.status_code, response["Location"]) == (302, f"/playground/{prompt.pk}/")
        assert prompt.runs.count() == 4

    def test_with_htmx_it_answers_the_board_and_its_address(self, signed_in: Client) -> None:
        response = signed_in.post("/playground/", form(), **HTMX)
        page = response.content.decode()
        assert response["HX-Push-Url"] == f"/playground/{Prompt.objects.get().pk}/"
        assert '<section id="board"' in page
        assert "<html" not in page
        assert 'id="key"' in page
        assert 'value="key"' not in page

    def test_the_next_form_has_a_key_of_its_own_beside_the_board(self, signed_in: Client) -> None:
        """Not inside it: htmx is told to leave nested parts alone."""
        page = signed_in.post("/playground/", form(), **HTMX).content.decode()
        before, _, board = page.partition('<section id="board"')
        assert 'id="key"' in before
        assert 'id="key"' not in board

    def test_errors_go_when_the_mended_form_is_sent(self, signed_in: Client) -> None:
        refused = signed_in.post("/playground/", form(text=" "), **HTMX).content.decode()
        assert 'name="mended"' in refused
        page = signed_in.post("/playground/", form(mended="on"), **HTMX).content.decode()
        assert '<form id="compose"' in page
        assert 'hx-swap-oob="true"' in page
        assert "Write a prompt first." not in page
        assert 'value="key"' not in page

    def test_a_locked_database_is_told_in_words(self, signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        def locked(*_: Any, **__: Any) -> None:
            raise OperationalError("database is locked")

        monkeypatch.setattr(opening, "open_prompt", locked)
        response = signed_in.post("/playground/", form(), **HTMX)
        assert "The database is busy, so nothing was sent." in response.content.decode()

    @pytest.mark.parametrize("times", [10])
    def test_the_same_form_again_is_the_same_prompt(self, signed_in: Client, times: int) -> None:
        addresses = {signed_in.post("/playground/", form())["Location"] for _ in range(times)}
        assert len(addresses) == 1
        assert Run.objects.count() == 4

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"model": []}, "Choose at least one model."),
            ({"text": " "}, "Write a prompt first."),
            ({"text": "x" * 200_001}, "Ensure this value has at most 200000 characters"),
            ({"parameter-temperature": "3"}, "takes 2 or less; this is 3."),
            ({"parameter-max_tokens": "9" * 400}, "Ensure this value is less than or equal to"),
            ({"parameter-max_tokens": "-" + "9" * 400}, "Ensure this value is greater than or equal to"),
            ({"parameter-seed": "9" * 400}, "Ensure this value is less than or equal to"),
            ({"parameter-response_format": '{"type": NaN}'}, "This is not JSON."),
            ({"parameter-response_format": '{"a": 1e999}'}, "This is not JSON."),
            ({"parameter-response_format": '{"a": "\\u0000"}'}, "This is not JSON."),
            ({"parameter-tool_choice": '{"a": "\\ud800"}'}, "This is not JSON."),
            ({"text": "a\x00b"}, "Null characters are not allowed."),
        ],
    )
    def test_bad_input_comes_back_with_a_sentence(
        self, signed_in: Client, changes: dict[str, Any], sentence: str
    ) -> None:
        for headers in ({}, HTMX):
            response = signed_in.post("/playground/", form(**changes), **headers)
            assert response.status_code == 422
            assert sentence in response.content.decode()
        assert response["HX-Retarget"] == "#compose"
        assert not Prompt.objects.exists()

    def test_a_budget_refuses_in_words(self, signed_in: Client, owner: Any, settings: Any) -> None:
        settings.OPENROUTER_API_KEY = "sk-or-not-a-key"
        budget(owner, "0.0001")
        response = signed_in.post("/playground/", form(model=FOUR[:2]))
        assert response.status_code == 422
        assert "Your budget per day has $0.0001 left of $0.0001" in response.content.decode()
        assert not Run.objects.exists()

    def test_a_server_that_runs_nothing_says_so(self, signed_in: Client) -> None:
        """The test client has no event loop, as a server that is stopping has none: nothing is sent, nothing is spent."""
        page = signed_in.get(signed_in.post("/playground/", form(model=FOUR[0]))["Location"]).content.decode()
        assert "nothing was sent" in page
        assert Run.objects.get().hold.spent == 0


class TestWorstCase:
    def test_by_hand(self, signed_in: Client) -> None:
        page = signed_in.post(
            "/playground/estimate/", form(model=[FOUR[0], FOUR[3]], text="x" * 1000), **HTMX
        ).content.decode()
        # 1,000 bytes + 32 + '{"max_tokens": 100}' of 19 = 1,051 tokens
        # Large 3: 1,051 x 0.0000005 + 100 x 0.0000015 = 0.0005255 + 0.00015 = 0.0006755
        # Devstral 2: 1,051 x 0.0000004 + 100 x 0.000002 = 0.0004204 + 0.0002 = 0.0006204
        assert "1,051 tokens in, 100 out at the most" in page
        assert "$0.000676" in page
        assert "$0.00062" in page
        assert "$0.0013" in page

    def test_what_is_left_out_is_named(self, signed_in: Client) -> None:
        data = form(model=[FOUR[0], FOUR[3]]) | {"parameter-structured_outputs": "true"}
        page = signed_in.post("/playground/estimate/", data, **HTMX).content.decode()
        assert page.count("leaves out structured_outputs") == 1

    def test_without_script_the_whole_page_comes_back(self, signed_in: Client) -> None:
        page = signed_in.post("/playground/estimate/", form()).content.decode()
        assert "The most this prompt can cost" in page
        assert "Which wind?" in page
        assert not Prompt.objects.exists()


class TestFields:
    def test_fields_follow_the_models_and_keep_what_was_typed(self, signed_in: Client) -> None:
        data = {"model": [FOUR[0]], "parameter-temperature": "0.7", "parameter-structured_outputs": "true"}
        page = signed_in.post("/playground/fields/", data, **HTMX).content.decode()
        assert 'value="0.7"' in page
        assert "structured_outputs" not in page


class TestBoard:
    @pytest.fixture
    def prompt(self, owner: Any) -> Prompt:
        budget(owner, "5")
        prompt, _ = opening.open_prompt(
            owner, asked(FOUR[0], max_tokens=2000, structured_outputs=True, upstream="openrouter")
        )
        return prompt

    def settle(self, prompt: Prompt, state: State = State.DONE, spent: str | None = "0.0047", **fields: Any) -> None:
        usage = {"prompt_tokens": 10_000, "completion_tokens": 1_000, "prompt_tokens_details": {"cached_tokens": 4_000}}
        facts = {"text": "An answer.", "usage": usage, "computed_usd": "0.0047"} | fields
        ledger.settle(prompt.runs.get().pk, ledger.Outcome(state, facts, None if spent is None else Decimal(spent)))

    def test_a_bill_line_by_line(self, signed_in: Client, prompt: Prompt) -> None:
        self.settle(prompt, billed_usd="0.005", served_model="mistralai/other", served_provider="Somebody")
        page = signed_in.get(prompt.get_absolute_url()).content.decode()
        for words in ("6,000", "4,000", "1,000", "$0.003", "$0.0002", "$0.0015", "$0.0047", "$0.005", "An answer."):
            assert words in page
        assert "Billed $0.0003 more than computed" in page
        assert "Somebody, as mistralai/other" in page
        assert "structured_outputs" in page

    def test_an_unknown_cost_is_not_zero(self, signed_in: Client, prompt: Prompt) -> None:
        self.settle(prompt, State.INTERRUPTED, spent=None, usage=None, computed_usd="", error=ledger.INTERRUPTED)
        page = signed_in.get(prompt.get_absolute_url()).content.decode()
        assert "not known" in page
        assert "stays held" in page
        assert "$0.00<" not in page

    def test_a_long_answer_is_shown_in_part_and_downloaded_whole(self, signed_in: Client, prompt: Prompt) -> None:
        whole = "begin " + "x" * 400_000 + " the end"
        self.settle(prompt, text=whole)
        page = signed_in.get(prompt.get_absolute_url()).content.decode()
        assert "This is the beginning of 400,014 characters." in page
        assert " the end" not in page
        response = signed_in.get(f"/playground/{prompt.pk}/runs/{prompt.runs.get().pk}/text")
        assert response.content.decode() == whole
        assert response["Content-Disposition"] == 'attachment; filename="mistral-large-3-2512.txt"'

    def test_a_bill_above_the_worst_case_is_marked(self, signed_in: Client, prompt: Prompt) -> None:
        self.settle(prompt, billed_usd="9")
        assert "billed more than the worst case" in signed_in.get(prompt.get_absolute_url()).content.decode()

    def test_text_of_a_model_is_text(self, signed_in: Client, prompt: Prompt) -> None:
        self.settle(prompt, text="<script>x</script>{{ 7|add:7 }}<div hx-get='/'>", error_detail="<b>bold</b>")
        page = signed_in.get(prompt.get_absolute_url()).content.decode()
        assert "&lt;script&gt;x&lt;/script&gt;{{ 7|add:7 }}&lt;div hx-get=&#x27;/&#x27;&gt;" in page
        assert "&lt;b&gt;bold&lt;/b&gt;" in page

    def test_a_running_board_attaches_and_a_finished_one_does_not(self, signed_in: Client, prompt: Prompt) -> None:
        assert (
            f'sse-connect="/playground/{prompt.pk}/events"' in signed_in.get(prompt.get_absolute_url()).content.decode()
        )
        self.settle(prompt)
        assert "sse-connect" not in signed_in.get(prompt.get_absolute_url()).content.decode()

    def test_queries_do_not_grow_with_the_models(self, signed_in: Client, owner: Any) -> None:
        def queries(*model_ids: str) -> int:
            prompt, _ = opening.open_prompt(owner, asked(*model_ids, key=str(len(model_ids))))
            with CaptureQueriesContext(
                connection,
            ) as captured:
                assert signed_in.get(prompt.get_absolute_url()).status_code == 200
            return len(captured)

        assert queries(FOUR[0]) == queries(*FOUR)

    def test_stop_is_remembered_and_harmless_twice(self, signed_in: Client, prompt: Prompt) -> None:
        address = f"/playground/{prompt.pk}/runs/{prompt.runs.get().pk}/stop"
        assert signed_in.post(address).status_code == 302
        assert signed_in.post(address, **HTMX).status_code == 204
        assert prompt.runs.get().stop_requested
        self.settle(prompt)
        assert signed_in.post(address, **HTMX).status_code == 204
        assert prompt.runs.get().state == State.DONE


class TestHelp:
    def test_every_trouble_is_listed(self, signed_in: Client) -> None:
        from playground.rehearsal.troubles import TROUBLES

        page = signed_in.get("/playground/help/").content.decode()
        assert len(TROUBLES) > 5
        for trouble in TROUBLES:
            assert f"<code>rehearse: {trouble.name}</code>" in page


class TestSummary:
    """The board summed up, by hand."""

    def board(self, owner: Any, *costs: str | None) -> list[Run]:
        budget(owner, "5")
        prompt, _ = opening.open_prompt(owner, asked(*FOUR[: len(costs)], max_tokens=9, upstream="openrouter"))
        for run, cost in zip(prompt.runs.all(), costs, strict=True):
            spent = None if cost is None else Decimal(cost)
            ledger.settle(run.pk, ledger.Outcome(State.DONE, {"computed_usd": cost or ""}, spent))
        return list(Run.objects.filter(prompt=prompt).select_related("hold"))

    def test_all_known(self, owner: Any) -> None:
        # 0.0047 + 0.0188 + 0.0188 + 0.00456 = 0.04686; 0.0188 / 0.00456 = 4.12...
        said = summary(self.board(owner, "0.0047", "0.0188", "0.0188", "0.00456"))
        assert said == (
            "All together this cost $0.04686. Cheapest: Devstral 2 2512. Mistral Large 2411 cost 4.1× as much."
        )

    def test_one_unknown_is_named_and_not_added_as_zero(self, owner: Any) -> None:
        said = summary(self.board(owner, "0.0047", None))
        assert said == "All together this cost $0.0047. 1 of 2 costs are not known."

    def test_none_while_something_runs(self, owner: Any) -> None:
        budget(owner, "5")
        prompt, _ = opening.open_prompt(owner, asked(FOUR[0], max_tokens=9, upstream="openrouter"))
        assert summary(prompt.runs.all()) == ""

    def test_markdown_is_rendered_without_images_or_markup(self, owner: Any) -> None:
        run = self.board(owner, "0.1")[0]
        run.text = (
            "**bold** <b>raw</b> ![pixel](https://example.com/x.png) [link](javascript:alert(1))\n\n<div hx-get='/'>"
        )
        (column,) = columns([run])
        assert "<strong>bold</strong>" in column.rendered
        assert "<img" not in column.rendered
        assert "<b>" not in column.rendered
        assert "javascript:" not in column.rendered.replace("[link](javascript:alert(1))", "")
        assert "<div" not in column.rendered
