"""A blind board: nothing on it, in its stream or its files says which model gave which answer."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from playground import board
from playground.board.names import letters, shuffled
from playground.models import Prompt, Run, State
from tests.playground.boards import board_html, ended, failed, many, opened
from tests.playground.builders import FOUR

NAMES = ["Mistral Large 3 2512", "Mistral Large 2407", "Mistral Large 2411", "Devstral 2 2512"]
# What differs from model to model: names, ids, addresses, providers, costs, speeds, counts.
BETRAYING = [
    *NAMES,
    *FOUR,
    "/models/",
    "OpenRouter",
    "gen-",
    "Mistral",
    "$",
    "111 ms",
    "222 tokens",
    ">333",
    "structured",
]


def test_the_letters_follow_the_prompt_and_not_the_order_of_the_form() -> None:
    prompt_id = UUID(int=7)
    assert letters(prompt_id, FOUR) == letters(prompt_id, reversed(FOUR))
    assert sorted(letters(prompt_id, FOUR).values()) == ["Answer A", "Answer B", "Answer C", "Answer D"]
    orders = {tuple(shuffled(UUID(int=number), FOUR)) for number in range(200)}
    assert len(orders) == 24  # every order of four comes up


@pytest.fixture
def prompt(owner: Any, seeded: None) -> Prompt:
    """Four answers, each ended in its own way, with everything in them that could betray a model."""
    prompt = opened(owner, *FOUR, is_blind=True, parameters={"max_tokens": 100, "structured_outputs": True})
    first, second, third, _ = prompt.runs.all()
    telling = {
        "served_model": "mistralai/other",
        "served_provider": "Mistral",
        "generation_id": "gen-1",
        "first_token_ms": 111,
        "last_token_ms": 999,
        "billed_usd": "0.0123",
        "native_finish_reason": "mistral_stop",
    }
    counts = {"prompt_tokens": 1, "completion_tokens": 98_765, "completion_tokens_details": {"reasoning_tokens": 222}}
    ended(first, usage=counts, **telling)
    ended(second, State.STOPPED, error="Stopped. OpenRouter bills all.", rest="more", **telling)
    failed(
        third,
        "OpenRouter no longer serves this model.",
        error_status=404,
        error_kind="model_deprecated",
        error_detail="mistralai/mistral-large-2411 is gone",
        error_body='{"error": {"availability": {"fallback_models": ["mistralai/mistral-large-2512"]}}}',
        retry_at=timezone.now() + timedelta(seconds=50),
    )
    Run.objects.filter(state=State.QUEUED).update(state=State.STREAMING, text="so far", first_token_ms=111)
    return prompt


def assert_tells_nothing(html: str) -> None:
    assert [word for word in BETRAYING if word in html] == []


def test_the_board(signed_in: Client, prompt: Prompt) -> None:
    page = signed_in.get(prompt.get_absolute_url()).content.decode()
    shown = board_html(page)
    assert_tells_nothing(shown)
    for letter in "ABCD":
        assert f">Answer {letter}</h3>" in shown
    assert "Which model gave which answer is hidden" in shown
    assert "An answer." in shown
    for link in ('<form class="again"', "?continue=", "Show the rest", "What the upstream sent"):
        assert link not in shown
    title = page.partition("<title>")[2].partition("</title>")[0]
    assert_tells_nothing(title)


def test_the_order_is_that_of_the_letters(signed_in: Client, prompt: Prompt) -> None:
    shown = board_html(signed_in.get(prompt.get_absolute_url()).content.decode())
    by_offer = {run.offer: run.pk.hex for run in prompt.runs.all()}
    places = [shown.index(f'id="column-{by_offer[offer]}"') for offer in shuffled(prompt.pk, FOUR)]
    assert places == sorted(places)


def test_the_stream(prompt: Prompt) -> None:
    for run in Run.objects.filter(prompt=prompt):
        assert_tells_nothing(board.finished_column(run) if run.is_over else board.stored_snapshot(run))
        if run.is_over:
            assert_tells_nothing(board.finished_parts(run, keep_text=True))
    Run.objects.filter(state=State.STREAMING).update(state=State.DONE)
    assert_tells_nothing(board.last_words(prompt.pk))


def test_the_page_of_a_run_and_its_file(signed_in: Client, prompt: Prompt) -> None:
    for run in prompt.runs.all():
        address = f"/playground/{prompt.pk}/runs/{run.pk}/"
        page = signed_in.get(address).content.decode()
        assert_tells_nothing(page.partition("<main")[2].partition("</main>")[0])
        assert_tells_nothing(page.partition("<title>")[2].partition("</title>")[0])
        assert_tells_nothing(signed_in.get(f"{address}now").content.decode())
        assert 'filename="answer-' in signed_in.get(f"{address}text")["Content-Disposition"]


def test_the_neighbours_of_a_run_are_in_the_order_of_the_letters(signed_in: Client, prompt: Prompt) -> None:
    by_offer = {run.offer: run for run in prompt.runs.all()}
    second = by_offer[shuffled(prompt.pk, FOUR)[1]]
    page = signed_in.get(f"/playground/{prompt.pk}/runs/{second.pk}/").content.decode()
    assert ": Answer A</span>" in page
    assert ": Answer C</span>" in page


def test_one_answer_cannot_be_sent_again_alone(signed_in: Client, prompt: Prompt) -> None:
    run = prompt.runs.first()
    address = f"/playground/{prompt.pk}/runs/{run.pk}/again"
    page = signed_in.post(address, {"key": "another"}, follow=True).content.decode()
    assert "One answer alone would show which model gave it." in page
    assert Prompt.objects.count() == 1


def test_a_matrix(signed_in: Client, owner: Any, seeded: None) -> None:
    prompt = many(owner, 2, *FOUR, is_blind=True)
    for run in prompt.runs.all():
        ended(run, first_token_ms=111)
    shown = board_html(signed_in.get(prompt.get_absolute_url()).content.decode())
    assert_tells_nothing(shown)
    assert ">Answer D</th>" in shown
    assert "2 done" in shown
    Run.objects.update(state=State.DONE)
    assert_tells_nothing(board.last_words(prompt.pk))


def test_once_revealed_everything_is_told(signed_in: Client, prompt: Prompt) -> None:
    Prompt.objects.update(revealed_at=timezone.now())
    shown = board_html(signed_in.get(prompt.get_absolute_url()).content.decode())
    for name in NAMES:
        assert name in shown
    assert "Answer A" not in shown
    assert "$0.0123" in shown
