"""A board as rows of a spreadsheet: one for each run. A cell that would be taken for a formula gets an apostrophe."""

import csv
import io
import json
from collections.abc import Iterable, Iterator

from catalog.exports import Value, guarded
from playground import variables
from playground.board.costs import final_amount
from playground.exports.facts import moment, values_of
from playground.exports.runs import Named
from playground.models import Prompt, Run

HEADS = [
    "Prompt", "Run", "Name", "Row", "Repeat", "State", "Text", "Reasoning", "Tool calls", "Fits the schema", "Verdict",
    "Verdict note",
]  # fmt: skip
# What is not told while the names are hidden.
NAMED_HEADS = [
    "Model", "Upstream", "Served by", "Simulated", "Error", "Prompt tokens", "Cached tokens", "Completion tokens",
    "Reasoning tokens", "Estimate (USD)", "Computed (USD)", "Billed (USD)", "Cost (USD)", "First token (ms)",
    "Last token (ms)", "Tokens per second", "Asked (UTC)", "Ended (UTC)",
]  # fmt: skip


def lines(prompt: Prompt, runs: Iterable[Named]) -> Iterator[str]:
    """The file line by line: heads, and a row for each run with its values."""
    names = list(variables.read(prompt.variables).names)
    yield _line([*HEADS, *names, *([] if prompt.hides_names else NAMED_HEADS)])
    for named in runs:
        yield _line(_row(named, names))


def _line(values: list[Value]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([guarded(value) for value in values])
    return out.getvalue()


def _row(named: Named, names: list[str]) -> list[Value]:
    run = named.run
    values = values_of(run)
    cells: list[Value] = [
        str(run.prompt_id),
        str(run.pk),
        named.name,
        None if run.row is None else run.row + 1,
        run.repeat + 1,
        run.get_state_display(),
        run.text,
        run.reasoning,
        json.dumps(run.tool_calls, ensure_ascii=False) if run.tool_calls else "",
        "" if run.validation is None else ("yes" if run.validation.get("is_valid") else "no"),
        run.get_verdict_display(),
        run.verdict_note,
        *(values.get(name, "") for name in names),
    ]
    return cells if run.prompt.hides_names else cells + _named_cells(run)


def _named_cells(run: Run) -> list[Value]:
    usage = run.priced_usage()
    counts: list[Value] = [None] * 4
    if usage is not None:
        counts = [usage.prompt_tokens, usage.cached_tokens, usage.completion_tokens, usage.reasoning_tokens]
    return [
        run.offer or run.model_public_id,
        run.upstream,
        run.served_provider,
        "yes" if run.is_rehearsal else "no",
        run.error,
        *counts,
        run.estimate_usd,
        run.computed_usd,
        run.billed_usd,
        final_amount(run) if run.is_over else None,
        run.first_token_ms,
        run.last_token_ms,
        run.tokens_per_second,
        moment(run.created_at),
        moment(run.ended_at),
    ]
