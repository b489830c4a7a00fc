"""One run sent again: the same messages and parameters to the same offer, as a prompt of its own with a hold of its own."""

from dataclasses import replace
from typing import Any

from django.db import OperationalError
from django.utils import timezone

from playground import ledger, offers, opening
from playground.board import next_steps
from playground.board.names import name_of
from playground.history import CannotAskAgain, asked_again
from playground.models import Prompt, Run
from playground.opening import Asked
from playground.variables import Rows


class CannotRunAgain(Exception):
    """Nothing was sent; the message is a sentence that says why, and what helps."""


def run_again(user: Any, run: Run, key: str) -> tuple[Prompt, bool]:
    """The prompt that asks what `run` asked, and whether it is new: the same key finds the first one.

    Raises CannotRunAgain: it is still on its way, the upstream asked to wait, its texts or its model are gone, a budget
    forbids it.
    """
    if not run.is_over:
        raise CannotRunAgain(f"{name_of(run)} is still answering. Stop it first, or wait for its end.")
    if run.prompt.hides_names:
        raise CannotRunAgain("One answer alone would show which model gave it. Give every answer a verdict first.")
    seconds = next_steps.seconds_to_wait(run, timezone.now())
    if seconds:
        raise CannotRunAgain(
            f"The upstream asked to wait until {run.retry_at:%H:%M:%S} UTC, which is {seconds} "
            f"second{'s' if seconds != 1 else ''} from now. Nothing was sent."
        )
    try:
        return opening.open_prompt(user, _asked(run, key))
    except (CannotAskAgain, ledger.BudgetRefusal, opening.AlreadySent) as refusal:
        raise CannotRunAgain(str(refusal)) from refusal
    except OperationalError as error:
        raise CannotRunAgain("The database is busy, so nothing was sent. Try again in a moment.") from error


def _asked(run: Run, key: str) -> Asked:
    """The request of this run alone: its offer, its row of values, once."""
    own = [offer for offer in offers.offers() if offer.key == run.offer]
    if not own:
        raise CannotRunAgain(f"{name_of(run)} is not offered here any more, so nothing was sent.")
    asked = asked_again(run.prompt, own, key)
    rows = asked.rows
    return replace(
        asked,
        messages=[message.of(run.offer) for message in asked.messages],
        rows=Rows() if run.row is None else Rows(rows.names, (rows.rows[run.row],)),
        repeats=1,
        is_blind=False,
    )
