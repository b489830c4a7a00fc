"""Boards whose runs are over, for tests of what comes after: plain rows, written as a settlement would write them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from catalog import exact
from playground import opening
from playground.models import Prompt, Recording, Run, State
from playground.opening import Asked
from tests.playground.builders import asked

STARTED = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
USAGE = {"prompt_tokens": 10, "completion_tokens": 4, "total_tokens": 14}


def finished(user: Any, wanted: Asked | None = None, *texts: str, **fields: Any) -> Prompt:
    """The prompt of `wanted` with every run done; `texts` are the answers in the order of the columns, over and over.

    Each run used 10 tokens in and 4 out.
    """
    prompt, _ = opening.open_prompt(user, wanted or asked())
    said = texts or ("An answer.",)
    for number, run in enumerate(prompt.runs.all()):
        over(run, text=said[number % len(said)], **fields)
    return Prompt.objects.for_board().get(pk=prompt.pk)


def over(run: Run, **fields: Any) -> Run:
    """End `run` with these fields, and what its usage cost by the rates that it began with."""
    run.started_at = STARTED
    values: dict[str, Any] = {
        "state": State.DONE,
        "usage": USAGE,
        "ended_at": STARTED + timedelta(seconds=2),
        "first_token_ms": 250,
        "last_token_ms": 1250,
    } | fields
    for name, value in values.items():
        setattr(run, name, value)
    bill = run.bill()
    if bill is not None and bill.total is not None and "computed_usd" not in fields:
        run.computed_usd = exact.plain(bill.total)
    run.save()
    return run


def record(run: Run, content: bytes = b"data: [DONE]\n\n", *, is_cut: bool = False) -> Recording:
    return Recording.objects.create(run=run, content=content, is_cut=is_cut)
