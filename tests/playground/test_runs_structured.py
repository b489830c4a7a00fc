"""Whole runs that ask for JSON, for tools and for images: what is sent, and what is kept of what comes."""

import base64
import json
from typing import Any

import pytest

from playground import bodies, sending
from playground.bodies import Wanted
from playground.messages import Message
from playground.models import Image, Run
from tests.playground.builders import budget
from tests.playground.running import ids, opened, play, priced, run_of
from tests.upstreams.server import FakeUpstream
from tests.upstreams.steps import Chunks, Data, DoneMark, Ending, Usage, answer, chunk, delta

pytestmark = pytest.mark.django_db(transaction=True)
SCHEMA = {"type": "object", "properties": {"price": {"type": "number"}}, "required": ["price"]}
ASKED = {"type": "json_schema", "json_schema": {"name": "offer", "schema": SCHEMA}}


@pytest.fixture(autouse=True)
def _asked(owner: Any, settings: Any, fake_upstream: FakeUpstream) -> None:
    settings.OPENROUTER_API_KEY = "sk-or-not-a-key"
    settings.OPENROUTER_BASE_URL = fake_upstream.base_url
    budget(owner, "1")


def played(owner: Any, fake: FakeUpstream, script: list[Any] | None = None, **asked: Any) -> Run:
    model = priced()
    if script is not None:
        fake.script(model.public_id, script)
    prompt = opened(owner, model, **asked)
    play([ids(prompt)])
    return run_of(prompt)


@pytest.mark.parametrize(
    ("text", "validation"),
    [
        ('{"price": 1}', {"is_valid": True, "path": "", "message": ""}),
        ('{"price": "x"}', {"is_valid": False, "path": "$.price", "message": "'x' is not of type 'number'"}),
    ],
)
@pytest.mark.parametrize("api", ["chat", "responses"])
def test_a_structured_answer_is_checked_and_stays_an_answer(
    owner: Any, fake_upstream: FakeUpstream, text: str, validation: dict[str, Any], api: str
) -> None:
    script = answer(text)
    if api == "responses":
        events: list[dict[str, Any]] = [
            {"type": "response.output_text.delta", "item_id": "m", "output_index": 0, "delta": text},
            {"type": "response.completed", "response": {"id": "r", "status": "completed", "output": []}},
        ]
        script = [Data(event) for event in events]
    run = played(owner, fake_upstream, script, parameters={"max_tokens": 9, "response_format": ASKED}, api=api)
    assert (run.state, run.text, run.error) == ("done", text, "")
    assert run.validation == validation


@pytest.mark.parametrize(
    ("script", "state", "is_valid"),
    [
        ([Chunks(['{"price": ']), Ending("length"), Usage(10, 3), DoneMark()], "truncated", False),
        ([Chunks(['{"price": ']), Ending("content_filter"), DoneMark()], "refused", None),
        ([Chunks(['{"price": '])], "incomplete", None),
    ],
)
def test_only_an_answer_that_came_to_its_end_is_checked(
    owner: Any, fake_upstream: FakeUpstream, script: list[Any], state: str, is_valid: bool | None
) -> None:
    run = played(owner, fake_upstream, script, parameters={"max_tokens": 9, "response_format": ASKED})
    assert run.state == state
    assert (run.validation or {}).get("is_valid") is is_valid


def test_plain_text_is_not_checked(owner: Any, fake_upstream: FakeUpstream) -> None:
    assert played(owner, fake_upstream).validation is None


def test_tool_calls_are_kept_as_calls(owner: Any, fake_upstream: FakeUpstream) -> None:
    def call(**more: Any) -> Data:
        return Data(chunk("x", delta(tool_calls=[{"index": 0, "type": "function", **more}])))

    script = [
        call(id="call-1", function={"name": "weather", "arguments": ""}),
        call(function={"arguments": '{"city": '}),
        call(function={"arguments": '"Nice"}'}),
        Ending("tool_calls"),
        Usage(10, 3),
        DoneMark(),
    ]
    tools = [{"type": "function", "function": {"name": "weather", "parameters": {}}}]
    run = played(owner, fake_upstream, script, parameters={"tools": tools, "max_tokens": 9, "response_format": ASKED})
    assert (run.state, run.text, run.error) == ("done", "", "")
    assert run.tool_calls == [{"id": "call-1", "name": "weather", "arguments": '{"city": "Nice"}'}]
    assert run.validation is None  # a call is no structured answer
    assert fake_upstream.requests[0].body["tools"] == tools


class TestImages:
    PIXEL = b"\x89PNG and more"
    URL = "data:image/png;base64," + base64.b64encode(PIXEL).decode()

    def image(self, user: Any) -> Image:
        return Image.objects.create(
            user=user, sha256="0" * 64, media_type="image/png", width=1, height=1, size=13, content=self.PIXEL
        )

    @pytest.mark.parametrize("api", ["chat", "responses"])
    def test_the_bytes_are_sent_and_the_number_is_kept(self, owner: Any, fake_upstream: FakeUpstream, api: str) -> None:
        number = self.image(owner).pk
        said = f"What is windrose-image:{number}?"
        script = None if api == "chat" else [Data({"type": "response.completed", "response": {"status": "completed"}})]
        messages = [Message("user", said, images=(number,))]
        run = played(owner, fake_upstream, script, messages=messages, api=api)
        sent = json.dumps(fake_upstream.requests[0].body)
        stored = json.dumps(run.request)
        assert sent.count(self.URL) == 1
        assert said in sent  # words that look like an image stay words
        assert (stored.count(f"windrose-image:{number}"), "base64" in stored) == (2, False)

    def test_an_image_that_is_gone_or_somebody_elses_is_not_sent(
        self, owner: Any, stranger: Any, fake_upstream: FakeUpstream
    ) -> None:
        number = self.image(stranger).pk
        run = played(owner, fake_upstream, messages=[Message("user", "Look", images=(number,))])
        assert (run.state, run.cost, run.hold.spent) == ("failed", 0, 0)
        assert run.error == "An image of this prompt could not be found, so nothing was sent. Add it again and run it."
        assert fake_upstream.count == 0

    @pytest.mark.parametrize("api", ["chat", "responses"])
    def test_where_an_image_stands_in_a_body(self, owner: Any, api: str) -> None:
        first, second = self.image(owner), Image.objects.create(
            user=owner, sha256="1" * 64, media_type="image/webp", width=1, height=1, size=1, content=b"w"
        )  # fmt: skip
        messages = [
            Message("system", "windrose-image:1"),
            Message("user", "a", images=(first.pk, second.pk)),
            Message("assistant", "b"),
            Message("user", "c", images=(first.pk,)),
        ]
        body = bodies.build(Wanted("a/b", messages, {}, {}, api=api)).json
        assert sending.image_numbers(body) == {first.pk, second.pk}
        before = json.dumps(body)
        sent = json.dumps(sending.with_images(body, owner.pk))
        assert json.dumps(body) == before
        assert sent.count(self.URL) == 2
        assert sent.count("data:image/webp;base64,dw==") == 1
        assert sent.count("windrose-image:") == 1  # the system's words


def test_a_market_that_is_not_set_up_any_more(owner: Any, fake_upstream: FakeUpstream, settings: Any) -> None:
    prompt = opened(owner, priced())
    settings.OPENROUTER_API_KEY = ""
    settings.MISTRAL_API_KEY = "not-a-key"
    play([ids(prompt)])
    run = run_of(prompt)
    assert (run.state, run.cost, run.hold.spent) == ("failed", 0, 0)
    assert run.error == "No upstream “openrouter” is configured. Nothing was sent."
