"""A column's foot and its error: few links in sight, no advice twice, none to those who cannot follow it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from playground.board.columns import column_of
from playground.models import Prompt, Run, State
from tests.playground.boards import board_html, ended, failed, opened

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]


def foot(client: Client, prompt: Prompt) -> tuple[str, str]:
    """What of a column's foot is in sight, and what is folded away."""
    page = board_html(client.get(prompt.get_absolute_url()).content.decode())
    seen, _, rest = page.partition("<footer")[2].partition("</footer>")[0].partition('<details class="more">')
    return seen, rest


def test_three_links_are_in_sight_and_the_rest_is_folded(signed_in: Client, owner: Any) -> None:
    prompt = opened(owner)
    ended(prompt.runs.get())
    seen, rest = foot(signed_in, prompt)
    for words in ("Run again", "Continue", "Everything about this run"):
        assert words in seen
        assert words not in rest
    for words in ("as a text file", "As code", ">Compare", "Its cost on every other model", "As a workload"):
        assert words in rest
        assert words not in seen


def test_of_a_blind_run_nothing_in_the_fold_tells_the_name(signed_in: Client, owner: Any) -> None:
    prompt = opened(owner, is_blind=True)
    ended(prompt.runs.get())
    _, rest = foot(signed_in, prompt)
    assert "as a text file" in rest
    assert "workload" not in rest
    assert "istral" not in rest


def test_on_its_own_page_the_fold_is_open(signed_in: Client, owner: Any) -> None:
    prompt = opened(owner)
    run = prompt.runs.get()
    ended(run)
    assert '<details class="more" open>' in signed_in.get(f"/playground/{prompt.pk}/runs/{run.pk}/").content.decode()


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("OpenRouter: too many requests. Try again in 40 seconds.", "That is at <time"),
        ("OpenRouter: too many requests.", "Try again at <time"),
    ],
)
def test_a_time_is_told_once(signed_in: Client, owner: Any, sentence: str, told: str) -> None:
    prompt = opened(owner)
    failed(prompt.runs.get(), sentence, error_status=429, retry_at=timezone.now() + timedelta(seconds=40))
    page = board_html(signed_in.get(prompt.get_absolute_url()).content.decode())
    assert told in page
    assert page.count("Try again") == 1


def test_strangers_are_not_invited_to_try_again(client: Client, signed_in: Client, owner: Any) -> None:
    prompt = opened(owner)
    sentence = "OpenRouter: too many requests at 1.5 a second. Try again in 40 seconds. Nothing was billed."
    failed(prompt.runs.get(), sentence, error_status=429, retry_at=timezone.now() + timedelta(seconds=40))
    signed_in.post(f"/playground/{prompt.pk}/share", {"expires": "7"})
    (share,) = prompt.shares.all()
    signed_in.logout()
    page = client.get(f"/shared/{share.token}/").content.decode()
    assert "OpenRouter: too many requests at 1.5 a second. Nothing was billed." in page
    assert "Try again" not in page
    assert "Run again" not in page


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        ("It is full. Try again, or take another model.", "It is full."),
        ("Try again later.", ""),
        ("It was tried again. It failed.", "It was tried again. It failed."),
    ],
)
def test_what_others_read_of_an_error(owner: Any, error: str, shown: str) -> None:
    run = opened(owner).runs.get()
    run.error = error
    assert column_of(run).error_for_others == shown


def test_a_refused_rehearsal_would_not_have_cost_nothing(owner: Any) -> None:
    run = opened(owner, upstream="rehearsal").runs.get()
    failed(run, "Refused.", error_status=422)
    assert column_of(Run.objects.get(pk=run.pk)).cost_label == "Cost"
    answered = opened(owner, upstream="rehearsal", key="other").runs.get()
    ended(answered, State.DONE)
    assert column_of(Run.objects.get(pk=answered.pk)).cost_label == "Would have cost"
