"""Histories to look at: prompts of the last weeks, opened and settled as the playground does it, their days moved back.

The same every time. `history` goes the whole way for each run; `multiplied` copies the rows of one, for counting what many
of them cost to read.
"""

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from playground import ledger
from playground.models import Prompt, Run, State
from tests.playground.boards import opened
from tests.playground.builders import FOUR

# First token in milliseconds and tokens per second, about which the answers of each model lie.
PACES = {FOUR[0]: (620, 78), FOUR[1]: (980, 41), FOUR[2]: (840, 52), FOUR[3]: (310, 120)}
QUESTIONS = (
    "Which wind is this?",
    "Sum up the report.",
    "Name three ports.",
    "Is this sentence true?",
    "Write a test.",
)
# How every seventh run ends, which does not simply end well.
TROUBLES: list[tuple[State, dict[str, Any]]] = [
    (State.FAILED, {"error": "Too many requests.", "error_status": 429, "error_kind": "rate_limit_exceeded"}),
    (State.TRUNCATED, {}),
    (State.STOPPED, {"error": "Stopped."}),
    (State.FAILED, {"error": "A fault of its own.", "error_status": 502, "error_kind": "provider_unavailable"}),
    (State.INCOMPLETE, {"error": "The answer broke off."}),
    (State.REFUSED, {"error": "The provider’s content filter ended this answer."}),
]


def history(
    owner: Any,
    runs: int = 50,
    *,
    upstream: str = "rehearsal",
    days: int = 30,
    now: datetime | None = None,
    models: list[str] | None = None,
) -> list[Prompt]:
    """Prompts of two models each, until there are so many runs, spread over the last days with today among them."""
    now = now or datetime.now(UTC)
    models = models or FOUR
    prompts = []
    for number in range(-(-runs // 2)):
        luck = Random(number)
        pair = [models[(number + place) % len(models)] for place in range(min(2, len(models), runs - 2 * number))]
        key = f"history-{upstream}-{number}"
        text = QUESTIONS[number % len(QUESTIONS)]
        prompt = opened(owner, *pair, upstream=upstream, key=key, text=text, parameters={"max_tokens": 2000})
        back = timedelta(days=int(days * luck.random() ** 1.6) if number else 0, minutes=luck.randrange(30))
        for place, run in enumerate(prompt.runs.all()):
            settle(run, 2 * number + place, luck)
        moved(prompt, now - back)
        prompts.append(prompt)
    return prompts


def settle(run: Run, number: int, luck: Random) -> None:
    """An end for one run: most of them well, the others in turn with each kind of trouble."""
    state, fields = TROUBLES[number // 7 % len(TROUBLES)] if number % 7 == 3 else (State.DONE, {})
    first, pace = PACES.get(run.model_public_id, (500, 60))
    first = round(first * luck.lognormvariate(0, 0.35))
    tokens = luck.randrange(60, 1800)
    usage = {
        "prompt_tokens": luck.randrange(40, 9000),
        "completion_tokens": tokens,
        "prompt_tokens_details": {"cached_tokens": 0},
    }
    facts: dict[str, Any] = {"text": f"An answer of {tokens} tokens.", "usage": usage}
    facts |= {"first_token_ms": first, "last_token_ms": first + round(1000 * tokens / (pace * luck.uniform(0.8, 1.2)))}
    if state in (State.FAILED, State.INCOMPLETE):
        facts = {"text": "An an" if state is State.INCOMPLETE else "", "usage": None}
    run.usage = facts["usage"]
    bill = run.bill()
    computed = "" if bill is None or bill.total is None else f"{bill.total:f}"
    spent = Decimal(0) if state is State.FAILED or run.is_rehearsal else Decimal(computed) if computed else None
    if state is State.FAILED:
        computed = "0"
    assert ledger.settle(run.pk, ledger.Outcome(state, facts | {"computed_usd": computed} | fields, spent))


def moved(prompt: Prompt, to: datetime) -> None:
    """As if it had been asked at that moment."""
    Prompt.objects.filter(pk=prompt.pk).update(created_at=to)
    for run in prompt.runs.all():
        took = timedelta(milliseconds=(run.last_token_ms or 400) + 30)
        Run.objects.filter(pk=run.pk).update(created_at=to, started_at=to, ended_at=to + took)


def multiplied(prompt: Prompt, times: int, *, days: int = 30, text: str = "") -> None:
    """So many copies of the rows of a prompt's runs, without holds, spread over the last days."""
    now = datetime.now(UTC)
    runs = list(prompt.runs.all())
    copies = []
    for number in range(times):
        copy = Run.objects.get(pk=runs[number % len(runs)].pk)
        copy.pk, copy.position, copy.text = uuid.uuid4(), 100 + number, text or copy.text
        copies.append(copy)
    Run.objects.bulk_create(copies, batch_size=500)
    for number, copy in enumerate(copies):
        copy.created_at = now - timedelta(days=days * number / max(1, times))
    Run.objects.bulk_update(copies, ["created_at"], batch_size=500)
