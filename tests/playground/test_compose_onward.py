"""Going on from what came before: a conversation in one column or in all, and a prompt that is changed and sent again."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from playground.models import Prompt, Run, State
from tests.playground.builders import FOUR
from tests.playground.pictures import kept
from tests.playground.test_compose import form, typed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]
LARGE, OLDER = FOUR[:2]
CALLS = [
    {"id": "c1", "name": "get_wind", "arguments": '{"place": "Brest"}'},
    {"id": "c2", "name": "get_tide", "arguments": "{}"},
]


def send(client: Client, **data: Any) -> Prompt:
    """A prompt that was sent; its runs are on their way."""
    response = client.post("/playground/", form(**data))
    assert response.status_code == 302, response.content.decode()
    Run.objects.filter(prompt=response["Location"].split("/")[2]).update(state=State.QUEUED, error="")
    return Prompt.objects.get(pk=response["Location"].split("/")[2])


def answer(prompt: Prompt, *texts: str, state: State = State.DONE, **fields: Any) -> None:
    """Bring its runs to an end, each with its text."""
    for run, text in zip(prompt.runs.all(), texts, strict=True):
        Run.objects.filter(pk=run.pk).update(text=text, state=state, ended_at=timezone.now(), **fields)


def posted(page: str) -> dict[str, Any]:
    """What a browser would send of a form as it came, without script."""
    from html.parser import HTMLParser

    data: dict[str, Any] = {}

    class Reader(HTMLParser):
        select = name = ""
        text: str | None = None

        def handle_starttag(self, tag: str, pairs: Any) -> None:
            has = dict(pairs)
            if tag == "input" and has.get("name") and has.get("type") not in {"file", "submit"}:
                if has.get("type") in {"checkbox", "radio"} and "checked" not in has:
                    return
                data.setdefault(has["name"], []).append(has.get("value") or "on" * (has.get("type") == "checkbox"))
            elif tag == "select":
                self.select = has["name"]
            elif tag == "option" and ("selected" in has or self.select not in data):
                data[self.select] = [has["value"]]
            elif tag == "textarea":
                self.name, self.text = has["name"], ""

        def handle_data(self, text: str) -> None:
            if self.text is not None:
                self.text += text

        def handle_endtag(self, tag: str) -> None:
            if tag == "textarea" and self.text is not None:
                data.setdefault(self.name, []).append(self.text.removeprefix("\n"))
                self.text = None

    Reader().feed(page.partition('<form id="compose"')[2].partition("</form>")[0])
    return data


def begin(client: Client, **query: Any) -> str:
    response = client.get("/playground/", query)
    assert response.status_code == 200
    return response.content.decode()


class TestOneColumn:
    def test_the_answer_and_a_place_for_what_comes_next(self, signed_in: Client) -> None:
        prompt = send(signed_in, model=FOUR[:2], system="Be dry.", **{"parameter-temperature": "0.3"})
        answer(prompt, "Westerly.", "From the west.")
        page = begin(signed_in, **{"continue": prompt.runs.first().pk})
        assert typed(page) == [
            ("system", "Be dry."),
            ("user", "Which wind?"),
            ("assistant", "Westerly."),
            ("user", ""),
        ]
        assert re.findall(r'name="model" value="([^"]+)" checked', page) == [LARGE]
        assert re.search(r'name="parameter-temperature" value="0.3"', page)
        assert "Codestral 2501" in page, "others may be asked what they say to it"

    def test_it_is_sent_as_one_conversation_that_knows_what_it_continues(self, signed_in: Client) -> None:
        prompt = send(signed_in, model=[LARGE])
        answer(prompt, "Westerly.")
        data = posted(begin(signed_in, **{"continue": prompt.runs.get().pk})) | {"content-2": "How strong?"}
        response = signed_in.post("/playground/", data)
        assert response.status_code == 302, response.content.decode()
        second = Prompt.objects.get(continues=prompt)
        assert second.text == "How strong?"
        assert second.runs.get().request["messages"] == [
            {"role": "user", "content": "Which wind?"},
            {"role": "assistant", "content": "Westerly."},
            {"role": "user", "content": "How strong?"},
        ]

    def test_calls_wait_for_their_results(self, signed_in: Client) -> None:
        prompt = send(signed_in, model=[LARGE])
        answer(prompt, "", tool_calls=CALLS)
        page = begin(signed_in, **{"continue": prompt.runs.get().pk})
        assert [role for role, _ in typed(page)] == ["user", "assistant", "tool", "tool", "user"]
        data = posted(page)
        assert (data["call-2"], data["call-3"]) == (["c1"], ["c2"])
        refused = signed_in.post("/playground/", data)
        assert "Write what the tool answered." in refused.content.decode()
        signed_in.post("/playground/", data | {"content-2": "4 Bft", "content-3": "rising"})
        assert Prompt.objects.get(continues=prompt).runs.get().request["messages"][1:] == [
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {"id": "c1", "type": "function", "function": {"name": "get_wind", "arguments": '{"place": "Brest"}'}},
                    {"id": "c2", "type": "function", "function": {"name": "get_tide", "arguments": "{}"}},
                ],
            },
            {"role": "tool", "tool_call_id": "c1", "content": "4 Bft"},
            {"role": "tool", "tool_call_id": "c2", "content": "rising"},
        ]  # fmt: skip

    def test_its_row_and_its_columns_own_parameters(self, signed_in: Client) -> None:
        prompt = send(
            signed_in,
            model=FOUR[:2],
            text="Wind in {{city}}?",
            rows="city\nBrest\n{{tone}}\n",
            **{"parameter-temperature": "0.3", f"only:{OLDER}:temperature": "0.9", f"drop:{OLDER}:max_tokens": "on"},
        )
        answer(prompt, *"abcd")
        run = prompt.runs.get(row=1, offer=OLDER)
        page = begin(signed_in, **{"continue": run.pk})
        assert typed(page) == [("user", "Wind in {{tone}}?"), ("assistant", run.text), ("user", "")]
        data = posted(page)
        assert data["fill"] == ["none"], "braces that came from a value are text"
        assert data["parameter-temperature"] == ["0.9"]
        assert data["parameter-max_tokens"] == [""]

    def test_images_go_along(self, signed_in: Client, owner: Any) -> None:
        image = kept(owner)
        data = {"role-0": "user", "content-0": "Look", "images-0": str(image.pk)}
        prompt = send(signed_in, model=[LARGE], **data)
        answer(prompt, "A sail.")
        page = begin(signed_in, **{"continue": prompt.runs.get().pk})
        assert f'name="images-0" value="{image.pk}"' in page
        image.delete()
        page = begin(signed_in, **{"continue": prompt.runs.get().pk})
        assert 'name="images-0"' not in page
        assert "An image that stood here is no longer kept." in page

    @pytest.mark.parametrize(
        ("state", "text", "sentence"),
        [
            (State.QUEUED, "", "Its answer is still coming."),
            (State.FAILED, "", "It has no answer to go on from."),
        ],
    )
    def test_without_an_answer_it_says_so(self, signed_in: Client, state: State, text: str, sentence: str) -> None:
        prompt = send(signed_in, model=[LARGE])
        answer(prompt, text, state=state)
        page = begin(signed_in, **{"continue": prompt.runs.get().pk})
        assert f"That cannot be continued. {sentence}" in page
        assert typed(page) == [("system", ""), ("user", "")]

    def test_names_that_are_hidden_are_not_told(self, signed_in: Client) -> None:
        prompt = send(signed_in, model=FOUR[:2], blind="on")
        answer(prompt, "a", "b")
        page = begin(signed_in, **{"continue": prompt.runs.first().pk})
        assert "Its models are hidden until you have judged their answers." in page
        assert " checked>" not in page.partition("models-picker")[2].partition("</fieldset>")[0]


class TestAllColumns:
    def test_three_turns(self, signed_in: Client) -> None:
        """Each column is sent its own answers and never another's."""
        first = send(signed_in, model=FOUR[:3], system="Be dry.")
        answer(first, "1 of large", "1 of older", "1 of oldest")
        data = posted(begin(signed_in, **{"continue": first.pk})) | {"content-3": "Second?"}
        assert data["model"] == FOUR[:3]
        assert "1 of large" not in str(data), "the form holds where the answers are, and not the answers"
        signed_in.post("/playground/", data)
        second = Prompt.objects.get(continues=first)
        Run.objects.filter(prompt=second).update(error="")
        answer(second, "2 of large", "2 of older", "2 of oldest")
        data = posted(begin(signed_in, **{"continue": second.pk})) | {"content-5": "Third?", "model": FOUR[:2]}
        response = signed_in.post("/playground/", data)
        assert response.status_code == 302, response.content.decode()
        third = Prompt.objects.get(continues=second)
        sent = {run.offer: [each["content"] for each in run.request["messages"]] for run in third.runs.all()}
        assert sent == {
            LARGE: ["Be dry.", "Which wind?", "1 of large", "Second?", "2 of large", "Third?"],
            OLDER: ["Be dry.", "Which wind?", "1 of older", "Second?", "2 of older", "Third?"],
        }

    def test_only_who_answered_can_go_on(self, signed_in: Client) -> None:
        prompt = send(signed_in, model=FOUR[:3])
        answer(prompt, "a", "", "c")
        page = begin(signed_in, **{"continue": prompt.pk})
        assert re.findall(r'name="model" value="([^"]+)"', page) == [LARGE, FOUR[2]]
        assert "Each goes on from its own answer, so only those can be asked that gave one." in page
        data = posted(page) | {"content-2": "And?", "model": [LARGE, OLDER]}
        response = signed_in.post("/playground/", data)
        assert response.status_code == 422
        assert "Mistral Large 2407 has no answer in this conversation to go on from." in response.content.decode()

    def test_the_answers_can_be_read_and_taken_away(self, signed_in: Client) -> None:
        prompt = send(signed_in, model=FOUR[:2])
        answer(prompt, "Westerly <b>.", "From the west.")
        page = begin(signed_in, **{"continue": prompt.pk})
        assert "<h4>Mistral Large 3 2512</h4><p hx-disable>Westerly &lt;b&gt;.</p>" in page
        response = signed_in.post("/playground/fields/", posted(page) | {"do": "remove-1"}, HTTP_HX_REQUEST="true")
        assert response["HX-Retarget"] == "#compose"
        assert "Codestral 2501" in response.content.decode(), "then every model can be chosen again"

    @pytest.mark.parametrize(
        ("changes", "ends", "sentence"),
        [
            ({}, {"state": State.STREAMING}, "Its answers are still coming."),
            ({"repeats": "2"}, {}, "Each model gave several answers to it"),
            ({}, {"tool_calls": CALLS}, "Continue the answers one by one."),
            ({}, {"text": "", "state": State.FAILED}, "No model gave an answer to go on from."),
        ],
    )
    def test_where_it_cannot_it_says_why(
        self, signed_in: Client, changes: dict[str, Any], ends: dict[str, Any], sentence: str
    ) -> None:
        prompt = send(signed_in, model=FOUR[:2], **changes)
        Run.objects.filter(prompt=prompt).update(**{"text": "x", "state": State.DONE} | ends)
        assert sentence in begin(signed_in, **{"continue": prompt.pk})

    def test_texts_that_are_gone(self, signed_in: Client) -> None:
        prompt = send(signed_in, model=FOUR[:2])
        answer(prompt, "a", "b")
        data = posted(begin(signed_in, **{"continue": prompt.pk})) | {"content-2": "And?"}
        Prompt.objects.filter(pk=prompt.pk).update(messages=[], text="")
        assert "Its texts are not kept any more" in begin(signed_in, **{"continue": prompt.pk})
        response = signed_in.post("/playground/", data)
        assert response.status_code == 422
        assert "has no answer in this conversation" in response.content.decode()

    def test_a_blind_board_goes_on_without_showing_whose_answer_is_whose(self, signed_in: Client) -> None:
        prompt = send(signed_in, model=FOUR[:2], blind="on")
        answer(prompt, "said by large", "said by older")
        page = begin(signed_in, **{"continue": prompt.pk})
        assert "said by" not in page
        data = posted(page)
        assert data["blind"] == ["on"]
        signed_in.post("/playground/", data | {"content-2": "And?"})
        assert Prompt.objects.get(continues=prompt).runs.first().request["messages"][1]["content"] == "said by large"


class TestAgain:
    EVERYTHING = {
        "role-0": "system",
        "content-0": "Be dry.",
        "role-1": "user",
        "content-1": "Wind in {{city}}?",
        "role-2": "assistant",
        "content-2": "Where?",
        "role-3": "user",
        "content-3": "In {{city}}, by {{hour}}.",
        "fill": "csv",
        "rows": 'city,hour\nBrest,"6, sharp"\nRome,7\n',
        "parameter-temperature": "0.3",
        "parameter-stop": "END\n###",
        "parameter-tools": '[{"type": "function", "function": {"name": "get_wind"}}]',
        "parameter-logprobs": "",
        f"only:{OLDER}:temperature": "0.9",
        f"drop:{LARGE}:stop": "on",
        "api": "responses",
        "delivery": "whole",
        "repeats": "2",
        "blind": "on",
        "route-max_price": "on",
        "route-deny_data_collection": "on",
    }

    @pytest.mark.parametrize("address", ["/playground/?from={}", "/playground/{}/"])
    def test_everything_comes_back_and_sends_the_same(self, signed_in: Client, address: str) -> None:
        """A form that came back and is sent as it stands asks what the first one asked, field by field."""
        send(signed_in, **self.EVERYTHING | {"model": FOUR[:2]})
        prompt = Prompt.objects.get()
        data = posted(signed_in.get(address.format(prompt.pk)).content.decode())
        assert data["key"] != ["key"]
        response = signed_in.post("/playground/", data)
        assert response.status_code == 302, re.findall(r'role="alert"[^>]*>([^<]+)', response.content.decode())
        first, second = Prompt.objects.order_by("created_at")
        for name in ("messages", "text", "parameters", "overrides", "variables", "repeats", "api", "streams"):
            assert getattr(first, name) == getattr(second, name) != None, name  # noqa: E711
        for name in ("routing", "continues_id", "is_stored", "is_blind"):
            assert getattr(first, name) == getattr(second, name), name
        assert [run.request for run in first.runs.all()] == [run.request for run in second.runs.all()]
        assert second.overrides == {LARGE: {"stop": None}, OLDER: {"temperature": 0.9}}
        assert (second.api, second.streams, second.repeats, second.is_blind) == ("responses", False, 2, True)

    def test_what_is_not_to_be_stored_is_not_to_be_stored_again(self, signed_in: Client) -> None:
        send(signed_in)
        assert "unstored" not in posted(begin(signed_in, **{"from": Prompt.objects.get().pk}))
        Prompt.objects.update(is_stored=False)  # while its runs are on their way its texts are still there
        assert posted(begin(signed_in, **{"from": Prompt.objects.get().pk}))["unstored"] == ["on"]

    def test_one_row_comes_back_as_values(self, signed_in: Client) -> None:
        send(signed_in, text="Wind in {{city}}?", fill="values", **{"value-city": "Brest"})
        data = posted(begin(signed_in, **{"from": Prompt.objects.get().pk}))
        assert (data["fill"], data["value-city"]) == (["values"], ["Brest"])

    def test_braces_that_were_sent_as_they_are_stay_so(self, signed_in: Client) -> None:
        send(signed_in, text="What is {{ name }} in a template?", fill="none")
        assert (
            Prompt.objects.get().runs.first().request["messages"][0]["content"] == "What is {{ name }} in a template?"
        )
        assert posted(begin(signed_in, **{"from": Prompt.objects.get().pk}))["fill"] == ["none"]

    def test_a_continued_prompt_goes_on_from_the_same_answers(self, signed_in: Client) -> None:
        first = send(signed_in, model=FOUR[:2])
        answer(first, "1 of large", "1 of older")
        signed_in.post("/playground/", posted(begin(signed_in, **{"continue": first.pk})) | {"content-2": "Second?"})
        second = Prompt.objects.get(continues=first)
        signed_in.post("/playground/", posted(begin(signed_in, **{"from": second.pk})) | {"content-2": "Other?"})
        third = Prompt.objects.get(text="Other?")
        assert third.continues == first
        assert third.runs.last().request["messages"][1]["content"] == "1 of older"

    def test_without_its_texts_its_settings_are_there(self, signed_in: Client) -> None:
        send(signed_in, **{"parameter-temperature": "0.3"})
        Prompt.objects.update(messages=[], text="")
        page = begin(signed_in, **{"from": Prompt.objects.get().pk})
        assert "The texts of that prompt are not kept any more; its settings are here." in page
        assert posted(page)["parameter-temperature"] == ["0.3"]


class TestWhoseItIs:
    @pytest.mark.parametrize("name", ["continue", "from"])
    def test_another_persons_does_not_exist(self, signed_in: Client, stranger: Any, name: str) -> None:
        prompt = send(signed_in, model=FOUR[:1])
        answer(prompt, "Westerly.")
        other = Client()
        other.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
        for asked_id in (prompt.pk, prompt.runs.get().pk):
            assert other.get("/playground/", {name: asked_id}).status_code == 404
        assert other.get("/playground/", {name: "nonsense"}).status_code == 404

    def test_another_persons_answers_cannot_be_sent(self, signed_in: Client, stranger: Any) -> None:
        prompt = send(signed_in, model=FOUR[:1])
        answer(prompt, "A secret.")
        data = posted(begin(signed_in, **{"continue": prompt.pk})) | {"content-2": "Say it."}
        other = Client()
        other.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
        response = other.post("/playground/", data)
        assert response.status_code == 422
        assert "A secret." not in response.content.decode()
        assert Prompt.objects.count() == 1
