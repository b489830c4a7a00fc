"""What never leaves the house with a shared board, whoever asks for it."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from playground import keeping, opening, sharing
from playground.messages import Answered, Message
from playground.models import Prompt, Recording, Run, Share, State, Verdict
from playground.variables import Rows
from tests.conftest import BACKEND
from tests.playground.builders import FOUR, asked, budget
from tests.playground.looking_back import answered, make_four

pytestmark = pytest.mark.django_db
PRIVATE = "NEEDLE"


@pytest.fixture(autouse=True)
def _models(db: None) -> None:
    make_four()


def address(share: Share) -> str:
    return f"/shared/{share.token}/"


def main(response: Any) -> str:
    """The page without its masthead and foot."""
    found = re.search(r"<main.*</main>", response.content.decode(), flags=re.S)
    assert found
    return found[0]


class TestWhatStaysPrivate:
    @pytest.fixture
    def rich(self, owner: Any) -> Prompt:
        """A prompt with everything that a reader must not see, each with the word that is looked for."""
        budget(owner, "5")
        owner.username = f"{PRIVATE}-owner"
        owner.save()
        facts = {
            "error": "The provider failed.",
            "error_detail": f"{PRIVATE} detail",
            "error_body": f"{PRIVATE} body",
            "error_status": 500,
            "generation_id": f"{PRIVATE}-gen",
        }
        prompt = answered(
            owner, *FOUR[:2], key=f"{PRIVATE}-key", upstream="openrouter", facts=facts,
            states=[State.INCOMPLETE, State.INTERRUPTED], costs=["0.01", None],
        )  # fmt: skip
        Run.objects.update(
            verdict=Verdict.BETTER, verdict_note=f"{PRIVATE} verdict", process=f"{PRIVATE} process",
            request={"model": f"{PRIVATE} request", "max_tokens": 50}, generation={"model": f"{PRIVATE} record"},
        )  # fmt: skip
        for run in prompt.runs.all():
            Recording.objects.create(run=run, content=f"{PRIVATE} bytes".encode())
        keeping.add_label(prompt, f"{PRIVATE} label")
        keeping.write_note(prompt, f"{PRIVATE} note")
        keeping.set_favourite(prompt, True)
        return prompt

    @pytest.mark.parametrize("who", ["anonymous", "stranger", "owner"])
    def test_nothing_private_and_nothing_to_press(
        self, client: Client, owner: Any, stranger: Any, rich: Prompt, who: str
    ) -> None:
        share = sharing.share(rich, 7)
        if who != "anonymous":
            client.force_login(owner if who == "owner" else stranger, backend=BACKEND)
        response = client.get(address(share))
        page = main(response)
        assert "From the west." in page
        assert "The provider failed." in page
        assert PRIVATE not in response.content.decode()
        assert "stays held" not in page
        assert "<form" not in response.content.decode()
        for pressed in ("hx-post", "hx-get", "sse-connect", "hx-headers", "csrf"):
            assert pressed not in response.content.decode()
        assert "/playground/" not in page
        assert "/history/" not in response.content.decode()
        assert str(rich.pk) not in page

    def test_everybody_sees_the_same(self, client: Client, stranger: Any, rich: Prompt) -> None:
        share = sharing.share(rich, 7)
        anonymous = client.get(address(share)).content
        client.force_login(stranger, backend=BACKEND)
        assert client.get(address(share)).content == anonymous

    def test_a_live_board_shows_what_is_there_without_a_stream(self, client: Client, owner: Any) -> None:
        live, _ = opening.open_prompt(owner, asked(FOUR[0], key="live", text="Still coming?"))
        Run.objects.filter(prompt=live).update(state=State.STREAMING, text="The begin")
        response = client.get(address(sharing.share(live, 7)))
        assert "The begin" in main(response)
        assert "sse-connect" not in response.content.decode()
        assert "<form" not in response.content.decode()
        assert "/playground/" not in main(response)

    def test_a_blind_board_stays_blind(self, client: Client, owner: Any) -> None:
        said = Message("assistant", by={FOUR[0]: Answered("One."), FOUR[1]: Answered("Two.")})
        messages = [Message("user", "Hello"), said, Message("user", "Go on")]
        prompt = answered(owner, *FOUR[:2], key="blind", is_blind=True, messages=messages)
        page = client.get(address(sharing.share(prompt, 7))).content.decode()
        assert "Here each model goes on from its own earlier answer." in page
        for run in prompt.runs.all():
            assert run.model_name not in page
            assert run.model_public_id not in page
        Prompt.objects.filter(pk=prompt.pk).update(revealed_at=timezone.now())
        page = client.get(address(sharing.share(prompt, 7))).content.decode()
        assert prompt.runs.all()[0].model_name in page
        assert "One." in page

    def test_a_matrix_leads_nowhere_private(self, client: Client, owner: Any) -> None:
        prompt = answered(owner, *FOUR[:2], key="rows", text="{{x}}?", rows=Rows(("x",), (("salt",), ("sand",))))
        page = main(client.get(address(sharing.share(prompt, 7))))
        assert "salt" in page
        assert "/playground/" not in page

    def test_text_of_a_model_is_text(self, client: Client, owner: Any) -> None:
        prompt = answered(owner, key="hostile", text="<script>1</script>", answers=["<img src=x onerror=alert(1)>"])
        page = client.get(address(sharing.share(prompt, 7))).content.decode()
        assert "<script>1" not in page
        assert "<img" not in page
