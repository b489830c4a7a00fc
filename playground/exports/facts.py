"""Everything that is known of a prompt and its runs, as JSON of a fixed shape: `windrose.board/1` (docs/board-export.md).

Every name is always there; what is not known, or hidden, is null. Amounts are exact decimal text in US dollars.
"""

from datetime import datetime
from typing import Any

from catalog import exact, pricing
from playground import variables
from playground.exports.runs import Named
from playground.models import Prompt, Run

SHAPE = "windrose.board/1"
# What would betray a model's name: null while the names are hidden.
BETRAYING = (
    "offer", "model", "model_name", "upstream", "upstream_id", "is_rehearsal", "served_model", "served_provider",
    "generation_id", "finish_reason", "native_finish_reason", "error", "left_out", "request", "usage", "bill", "cost",
    "timings",
)  # fmt: skip


def texts_of(prompt: Prompt) -> str:
    """What became of the texts: `kept`, `removed` by the retention, or `not_stored` because that was asked for."""
    if not prompt.is_stored:
        return "not_stored"
    return "kept" if prompt.purged_at is None else "removed"


def prompt_facts(prompt: Prompt) -> dict[str, Any]:
    """The prompt of a board. While the names are hidden, what belongs to single models is left out."""
    is_open = not prompt.hides_names
    messages = prompt.messages
    if not is_open:
        messages = [{name: value for name, value in message.items() if name != "by"} for message in messages]
    return {
        "id": str(prompt.pk),
        "created_at": moment(prompt.created_at),
        "continues": None if prompt.continues_id is None else str(prompt.continues_id),
        "api": prompt.api,
        "streams": prompt.streams,
        "texts": texts_of(prompt),
        "is_blind": prompt.is_blind,
        "names_hidden": not is_open,
        "messages": messages,
        "parameters": prompt.parameters,
        "overrides": prompt.overrides if is_open else None,
        "variables": prompt.variables or None,
        "repeats": prompt.repeats,
        "routing": prompt.routing,
        "labels": [label.name for label in prompt.labels.all()],
        "is_favourite": prompt.is_favourite,
        "note": prompt.note,
    }


def run_facts(named: Named) -> dict[str, Any]:
    """One run of a board; `name` is what the board calls it."""
    run = named.run
    facts = {
        "id": str(run.pk),
        "name": named.name,
        "row": run.row,
        "repeat": run.repeat,
        "values": values_of(run),
        "offer": run.offer or run.model_public_id,
        "model": run.model_public_id,
        "model_name": run.model_name,
        "upstream": run.upstream,
        "upstream_id": run.upstream_id,
        "is_rehearsal": run.is_rehearsal,
        "served_model": run.served_model or None,
        "served_provider": run.served_provider or None,
        "generation_id": run.generation_id or None,
        "state": run.state,
        "finish_reason": run.finish_reason or None,
        "native_finish_reason": run.native_finish_reason or None,
        "text": run.text,
        "reasoning": run.reasoning,
        "rest": run.rest,
        "tool_calls": run.tool_calls,
        "validation": run.validation,
        "error": _error(run),
        "left_out": run.left_out,
        "request": run.request or None,
        "usage": run.usage,
        "bill": _bill(run),
        "cost": {
            "estimate_usd": run.estimate_usd or None,
            "computed_usd": run.computed_usd or None,
            "billed_usd": run.billed_usd or None,
        },
        "timings": {
            "created_at": moment(run.created_at),
            "started_at": moment(run.started_at),
            "ended_at": moment(run.ended_at),
            "first_token_ms": run.first_token_ms,
            "last_token_ms": run.last_token_ms,
            "tokens_per_second": _plain(run.tokens_per_second),
        },
        "verdict": {"word": run.verdict or None, "note": run.verdict_note},
    }
    return facts | dict.fromkeys(BETRAYING) if run.prompt.hides_names else facts


def values_of(run: Run) -> dict[str, str]:
    """The row of values that the variables were filled with, by name; empty where there are none, or none any more."""
    rows = variables.read(run.prompt.variables)
    return rows.values(run.row) if rows.names else {}


def moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _error(run: Run) -> dict[str, Any] | None:
    if not (run.error or run.error_detail or run.error_body):
        return None
    return {
        "sentence": run.error,
        "detail": run.error_detail,
        "status": run.error_status,
        "kind": run.error_kind,
        "body": run.error_body,
    }


def _bill(run: Run) -> dict[str, Any] | None:
    bill = run.bill()
    if bill is None:
        return None
    return {
        "status": bill.status.value,
        "total_usd": _plain(bill.total),
        "lines": [_line(line) for line in bill.lines],
        "reasons": list(bill.reasons),
    }


def _line(line: pricing.Line) -> dict[str, Any]:
    return {
        "component": line.component.value,
        "quantity": line.quantity,
        "rate_usd": _plain(line.rate),
        "amount_usd": _plain(line.amount),
    }


def _plain(amount: Any) -> str | None:
    return None if amount is None else exact.plain(amount)
