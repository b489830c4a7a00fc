"""The board through the client: what a person reads of answers, errors and bills."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from catalog.models import Listing
from playground.models import Prompt, Run, State
from tests.playground.boards import board_html, ended, failed, model, opened
from tests.playground.builders import FOUR

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]
AGAIN = '<form class="again"'
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def prompt(owner: Any) -> Prompt:
    return opened(owner, parameters={"max_tokens": 2000, "structured_outputs": True})


def page_of(client: Client, prompt: Prompt) -> str:
    response = client.get(prompt.get_absolute_url())
    assert response.status_code == 200
    return board_html(" ".join(response.content.decode().split()))


class TestAnswer:
    def test_a_long_answer_is_shown_in_part_and_downloaded_whole(self, signed_in: Client, prompt: Prompt) -> None:
        whole = "begin " + "x" * 400_000 + " the end"
        ended(prompt.runs.get(), text=whole)
        page = page_of(signed_in, prompt)
        assert "This is the beginning of 400,014 characters." in page
        assert " the end" not in page
        response = signed_in.get(f"/playground/{prompt.pk}/runs/{prompt.runs.get().pk}/text")
        assert response.content.decode() == whole
        assert response["Content-Disposition"] == 'attachment; filename="mistral-large-3-2512.txt"'

    def test_text_of_a_model_is_text(self, signed_in: Client, prompt: Prompt) -> None:
        hostile = "<script>x</script>{{ 7|add:7 }}<div hx-get='/'>"
        ended(
            prompt.runs.get(), text=hostile, reasoning=hostile, rest=hostile, error_detail=hostile, error_body=hostile
        )
        page = page_of(signed_in, prompt)
        assert page.count("&lt;script&gt;x&lt;/script&gt;{{ 7|add:7 }}&lt;div hx-get=&#x27;/&#x27;&gt;") == 5
        assert "<script>" not in page

    def test_reasoning_stands_apart_and_is_counted(self, signed_in: Client, prompt: Prompt) -> None:
        usage = {"prompt_tokens": 10, "completion_tokens": 400, "completion_tokens_details": {"reasoning_tokens": 312}}
        ended(prompt.runs.get(), reasoning="Let me see.", usage=usage)
        page = page_of(signed_in, prompt)
        assert 'Reasoning <span id="reasoned-' in page
        assert ">312 tokens</span>" in page
        assert "312 of 400 tokens out" in page
        assert '<details class="thinking">' in page

    def test_while_only_reasoning_has_come_it_is_thinking(self, signed_in: Client, prompt: Prompt) -> None:
        Run.objects.update(state=State.STREAMING, reasoning="Let me see.")
        page = page_of(signed_in, prompt)
        assert ">Thinking</span>" in page
        assert '<details class="thinking" open>' in page
        Run.objects.update(text="Well,")
        assert ">Streaming</span>" in page_of(signed_in, prompt)

    def test_a_tool_call_is_shown_as_a_call(self, signed_in: Client, prompt: Prompt) -> None:
        calls = [
            {"id": "1", "name": "weather", "arguments": '{"city":"Nice","days":1.50}'},
            {"id": "2", "name": "tide", "arguments": '{"port":'},
        ]
        ended(prompt.runs.get(), text="", tool_calls=calls, finish_reason="tool_calls")
        response = signed_in.get(prompt.get_absolute_url()).content.decode()
        assert "{\n  &quot;city&quot;: &quot;Nice&quot;,\n  &quot;days&quot;: 1.50\n}" in response
        page = page_of(signed_in, prompt)
        assert "<code>weather</code>" in page
        assert page.count("The arguments are not valid JSON.") == 1
        assert "The model calls tools 2 times and waits for the results." in page

    @pytest.mark.parametrize(
        ("state", "fields", "words"),
        [
            (State.TRUNCATED, {}, "The answer broke off at the limit of 2,000 tokens that was set. Raise the maximum"),
            (State.REFUSED, {"text": "I cannot."}, "The model declined to answer. These are its own words."),
            (State.REFUSED, {"text": ""}, "The model declined to answer."),
            (State.REFUSED, {"error": "The provider’s content filter ended this answer."}, "content filter ended"),
            (
                State.DONE,
                {"text": "", "error": "The upstream finished without sending any text."},
                "without sending any",
            ),
        ],
    )
    def test_an_end_is_told_in_words(
        self, signed_in: Client, prompt: Prompt, state: State, fields: dict[str, Any], words: str
    ) -> None:
        ended(prompt.runs.get(), state, **fields)
        page = page_of(signed_in, prompt)
        assert words in page
        assert page.count("The model declined to answer.") <= 1

    def test_an_answer_cut_at_the_models_own_limit_names_no_number(self, signed_in: Client, owner: Any) -> None:
        prompt = opened(owner, parameters={}, upstream="rehearsal")
        ended(prompt.runs.get(), State.TRUNCATED, "0")
        assert "broke off at this model’s own output limit" in page_of(signed_in, prompt)


SCHEMA = {"type": "json_schema", "json_schema": {"name": "items", "schema": {"type": "object"}}}


class TestSchema:
    def board(self, client: Client, owner: Any, validation: Any, key: str = "key", **parameters: Any) -> str:
        prompt = opened(owner, key=key, parameters={"max_tokens": 100, "response_format": SCHEMA} | parameters)
        ended(prompt.runs.get(), validation=validation)
        return page_of(client, prompt)

    def test_the_failing_path_is_named(self, signed_in: Client, owner: Any) -> None:
        found = {"is_valid": False, "path": "$.items[2].price", "message": "'x' is not of type 'number'"}
        page = self.board(signed_in, owner, found)
        told = "The answer does not fit the schema: $.items[2].price: &#x27;x&#x27; is not of type &#x27;number&#x27;."
        assert f'<p class="notice danger">{told}' in page

    def test_several_faults_are_named_each_with_its_path(self, signed_in: Client, owner: Any) -> None:
        more = [{"path": "$.b", "message": "2 is wrong"}, {"path": "$.c", "message": "3 is wrong"}]
        found = {"is_valid": False, "path": "$.a", "message": "1 is wrong"}
        page = self.board(signed_in, owner, found | {"more": more})
        assert "does not fit the schema in 3 places or more: $.a: 1 is wrong; $.b: 2 is wrong; $.c: 3 is wrong." in page
        page = self.board(signed_in, owner, found | {"more": more[:1]}, seed=2, key="two")
        assert "does not fit the schema in 2 places: $.a: 1 is wrong; $.b: 2 is wrong." in page

    def test_what_is_no_json_is_one_sentence(self, signed_in: Client, owner: Any) -> None:
        message = "The answer is not JSON: expecting value in line 1, column 1."
        page = self.board(signed_in, owner, {"is_valid": False, "path": "", "message": message})
        assert f'<p class="notice danger">{message}</p>' in page

    def test_a_fitting_answer_is_said_to_fit(self, signed_in: Client, owner: Any) -> None:
        page = self.board(signed_in, owner, {"is_valid": True, "path": "", "message": ""})
        assert '<p class="notice success">The answer fits the schema.' in page

    def test_json_without_a_schema(self, signed_in: Client, owner: Any) -> None:
        found = {"is_valid": False, "path": "$", "message": "this is no JSON"}
        page = self.board(signed_in, owner, found, response_format={"type": "json_object"})
        assert "The answer does not fit the format that was asked for: $: this is no JSON." in page

    def test_what_was_not_checked_is_not_said_to_fit(self, signed_in: Client, owner: Any) -> None:
        page = self.board(signed_in, owner, None)
        assert "The answer was not checked against its format." in page
        assert "fits" not in page

    def test_why_it_could_not_be_checked_is_said(self, signed_in: Client, owner: Any) -> None:
        page = self.board(
            signed_in, owner, {"is_valid": None, "path": "", "message": "The schema is too large to check."}
        )
        assert "The schema is too large to check." in page
        assert "does not fit" not in page


class TestService:
    def test_another_model_than_asked_is_in_plain_view(self, signed_in: Client, prompt: Prompt) -> None:
        ended(prompt.runs.get(), served_model="mistralai/other", served_provider="Somebody")
        page = page_of(signed_in, prompt)
        told = "Asked for mistralai/mistral-large-2512, served mistralai/other by Somebody."
        assert f'<p class="notice caution">{told}</p>' in page

    @pytest.mark.parametrize(("provider", "is_told"), [("Mistral", False), ("DeepInfra", True), ("", False)])
    def test_another_provider_than_the_vendor(
        self, signed_in: Client, prompt: Prompt, provider: str, is_told: bool
    ) -> None:
        ended(prompt.runs.get(), served_model="mistralai/mistral-large-2512", served_provider=provider)
        page = page_of(signed_in, prompt)
        assert (f'<p class="quiet">Served by {provider}.</p>' in page) is is_told
        assert "Asked for" not in page

    def test_the_permanent_name_is_the_same_model(self, signed_in: Client, prompt: Prompt) -> None:
        Listing.objects.filter(pk=prompt.runs.get().listing_id).update(canonical_slug="mistralai/large-3-20251201")
        ended(prompt.runs.get(), served_model="mistralai/large-3-20251201", served_provider="Mistral")
        assert "Asked for mistralai" not in page_of(signed_in, prompt)


class TestErrors:
    def test_no_credit_is_a_sentence_and_a_way_to_change_the_request(self, signed_in: Client, prompt: Prompt) -> None:
        sentence = "The account at OpenRouter has no credit left for this. Add credit there, or lower max tokens."
        failed(prompt.runs.get(), sentence, error_status=402)
        page = page_of(signed_in, prompt)
        assert sentence in page
        assert f'<a href="/playground/?from={prompt.pk}">Change the request</a>' in page
        assert "Nothing was billed." in page

    def test_a_model_that_is_gone_leads_to_its_page_and_what_follows_it(
        self, signed_in: Client, prompt: Prompt
    ) -> None:
        gone, follower = model(FOUR[0]), model(FOUR[3])
        gone.replacement = follower
        gone.save()
        body = '{"error": {"availability": {"fallback_models": ["mistralai/mistral-large-2411", "no/such"]}}}'
        failed(prompt.runs.get(), "No longer served.", error_status=404, error_body=body)
        page = page_of(signed_in, prompt)
        assert '<a href="/models/mistralai/mistral-large-2512/">Mistral Large 3 2512 in the catalog</a>' in page
        assert '<a href="/models/mistralai/devstral-2512/">Its replacement: Devstral 2 2512</a>' in page
        assert '<a href="/models/mistralai/mistral-large-2411/">Suggested: Mistral Large 2411</a>' in page
        assert "no/such</a>" not in page
        assert AGAIN not in page

    def test_what_the_preferences_ruled_out_is_not_gone(self, signed_in: Client, prompt: Prompt) -> None:
        failed(prompt.runs.get(), "Nowhere left.", error_status=404, error_kind="constraint_filtered")
        page = page_of(signed_in, prompt)
        assert "in the catalog</a>" not in page
        assert "Change the request</a>" in page

    def test_a_limit_says_when_and_its_button_sleeps_until_then(self, signed_in: Client, prompt: Prompt) -> None:
        retry_at = timezone.now() + timedelta(seconds=40)
        failed(prompt.runs.get(), "Too many.", error_status=429, error_kind="rate_limit_exceeded", retry_at=retry_at)
        page = page_of(signed_in, prompt)
        assert "Try again at <time datetime=" in page
        assert f"{retry_at:%H:%M:%S} UTC</time>" in page
        assert 'data-wake-in="40"' in page or 'data-wake-in="39"' in page
        assert "disabled" not in page  # without script the button works, and the server says how long to wait
        assert page.count(AGAIN) == 1

    def test_after_the_wait_there_is_nothing_to_wait_for(self, signed_in: Client, prompt: Prompt) -> None:
        failed(prompt.runs.get(), "Too many.", error_status=429, retry_at=timezone.now() - timedelta(seconds=1))
        page = page_of(signed_in, prompt)
        assert "Try again at" not in page
        assert "data-wake-in" not in page
        assert page.count(AGAIN) == 1

    def test_the_raw_body_is_one_click_away(self, signed_in: Client, prompt: Prompt) -> None:
        failed(
            prompt.runs.get(), "Refused.", error_status=422, error_kind="unprocessable", error_body='{"error": "<b>"}'
        )
        page = page_of(signed_in, prompt)
        assert "<summary>What the upstream sent</summary> <p><code>422, unprocessable</code></p>" in page
        assert "hx-disable>{&quot;error&quot;: &quot;&lt;b&gt;&quot;}</pre>" in page


class TestStop:
    @pytest.mark.parametrize(
        ("ends_billing", "words"),
        [
            (True, "Stopping ends the bill at this provider, as far as known."),
            (False, "This provider bills the whole answer, so after Stop Windrose reads on to learn the exact cost."),
            (None, "is not known. An answer that has begun is read on after Stop for its exact cost."),
        ],
    )
    def test_what_it_does_to_the_bill_stands_beside_it(
        self, signed_in: Client, prompt: Prompt, ends_billing: bool | None, words: str
    ) -> None:
        Listing.objects.filter(pk=prompt.runs.get().listing_id).update(stop_ends_billing=ends_billing)
        assert words in page_of(signed_in, prompt)

    def test_an_answer_in_one_piece_cannot_be_cancelled(self, signed_in: Client, owner: Any) -> None:
        assert "cannot be cancelled: all of it is billed" in page_of(signed_in, opened(owner, streams=False))

    def test_the_rehearsal_bills_nothing(self, signed_in: Client, owner: Any) -> None:
        assert "The rehearsal bills nothing." in page_of(signed_in, opened(owner, upstream="rehearsal"))

    def test_reading_on_is_said(self, signed_in: Client, prompt: Prompt) -> None:
        Run.objects.update(state=State.STOPPING, text="so far")
        assert "Stopped, reading on for the exact cost" in page_of(signed_in, prompt)

    def test_the_rest_is_shown_on_request(self, signed_in: Client, prompt: Prompt) -> None:
        ended(prompt.runs.get(), State.STOPPED, text="so far", rest=" and on", error="Stopped.")
        page = page_of(signed_in, prompt)
        assert "Show the rest: 7 characters that came after Stop</summary>" in page
        assert "<span> and on</span>" in page
        assert "<span>so far</span>" in page

    def test_stop_is_remembered_and_harmless_twice(self, signed_in: Client, prompt: Prompt) -> None:
        address = f"/playground/{prompt.pk}/runs/{prompt.runs.get().pk}/stop"
        assert signed_in.post(address).status_code == 302
        answer = signed_in.post(address, **HTMX)
        key = prompt.runs.get().pk.hex
        assert f'innerHTML:#stop-{key}"></span>' in answer.content.decode()
        assert f'innerHTML:#stopping-{key}">Stop was pressed.' in answer.content.decode()
        assert prompt.runs.get().stop_requested
        ended(prompt.runs.get())
        assert signed_in.post(address, **HTMX).status_code == 204
        assert prompt.runs.get().state == State.DONE
