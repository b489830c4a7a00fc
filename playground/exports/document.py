"""A board as a Markdown document that a person reads: what was asked, then every answer with its figures.

Texts stand in fences longer than any run of backticks in them, so that nothing in a text is markup.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from catalog import figures
from catalog import markdown_text as md
from playground import messages, variables
from playground.board.costs import cost_words, final_amount
from playground.board.sentences import on_end, on_schema, on_service
from playground.exports.facts import texts_of, values_of
from playground.exports.runs import Named
from playground.models import Prompt, Run

KEEPING = {
    "removed": "The texts of this prompt and its answers were removed. What they cost is still here.",
    "not_stored": "This prompt is not stored: its texts are removed once its runs are over. What they cost stays.",
}
BLIND = "Which model gave which answer is hidden until every answer has a verdict, and so are costs and speeds."
TITLE = 80  # characters


def fenced(text: str, language: str = "text") -> str:
    """The text as a block of its own characters."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}\n"


def lines(prompt: Prompt, runs: Iterable[Named]) -> Iterator[str]:
    """The document in parts: what was asked, and one for each run."""
    yield _asked(prompt)
    for named in runs:
        yield _answer(named)


def _asked(prompt: Prompt) -> str:
    title = md.text(prompt.text[:TITLE]) or "A prompt whose text was not kept"
    how = f"{prompt.get_api_display()}, {'streamed' if prompt.streams else 'not streamed'}"
    parts = [f"# {title}\n", f"Asked {prompt.created_at:%Y-%m-%d %H:%M:%S} UTC. {how}.\n"]
    if texts_of(prompt) in KEEPING:
        parts.append(f"{KEEPING[texts_of(prompt)]}\n")
    if prompt.hides_names:
        parts.append(f"{BLIND}\n")
    if labels := [label.name for label in prompt.labels.all()]:
        parts.append(f"Labels: {md.text(', '.join(labels))}\n")
    if prompt.note:
        parts.append(f"Note:\n\n{fenced(prompt.note)}")
    if prompt.messages:
        parts.append("## What was asked\n")
    for message in messages.read(prompt.messages):
        parts += _message(message, prompt)
    for name, values in (("Parameters", prompt.parameters), ("Routing", prompt.routing)):
        if values:
            parts.append(f"{name}:\n\n{_json(values)}")
    if prompt.overrides and not prompt.hides_names:
        parts.append(f"Parameters of single models:\n\n{_json(prompt.overrides)}")
    rows = variables.read(prompt.variables)
    if rows.names:
        table = [[str(number), *map(md.text, row)] for number, row in enumerate(rows.rows, 1)]
        parts.append("Values:\n\n" + "\n".join(md.table(["Row", *map(md.text, rows.names)], table)))
    return "\n".join([*parts, "## The answers\n\n"])


def _message(message: messages.Message, prompt: Prompt) -> list[str]:
    parts = [f"### {message.role.capitalize()}\n"]
    if message.tool_call_id:
        parts.append(f"Result of the call {md.code(message.tool_call_id)}:\n")
    if message.content:
        parts.append(fenced(message.content))
    for offer, said in message.by.items() if not prompt.hides_names else ():
        parts += [f"{md.code(offer)} had answered:\n", *([fenced(said.content)] if said.content else [])]
        parts += [_call(call.to_json()) for call in said.tool_calls]
    parts += [_call(call.to_json()) for call in message.tool_calls]
    if message.images:
        parts.append(f"With {figures.counted(len(message.images), 'image')}.\n")
    return parts


def _answer(named: Named) -> str:
    run = named.run
    parts = [f"### {md.text(_heading(named))}\n", *_facts(run)]
    parts += [f"{md.text(said)}\n" for said in _sentences(run) if said]
    if run.reasoning:
        parts.append(f"Reasoning:\n\n{fenced(run.reasoning)}")
    if run.text:
        parts.append(fenced(run.text))
    parts += [_call(call) for call in run.tool_calls]
    if run.rest:
        parts.append(f"What came after Stop:\n\n{fenced(run.rest)}")
    if not run.prompt.hides_names:
        parts += _bill(run)
    return "\n".join(parts) + "\n"


def _heading(named: Named) -> str:
    values = [f"{name}: {value[:TITLE]}" for name, value in values_of(named.run).items()]
    return f"{named.words} ({'; '.join(values)})" if values else named.words


def _facts(run: Run) -> list[str]:
    facts = [("State", run.get_state_display())]
    if not run.prompt.hides_names:
        facts += _figures(run)
    if run.verdict:
        facts.append(("Verdict", run.get_verdict_display()))
    if run.verdict_note:
        facts.append(("Verdict note", run.verdict_note))
    return ["".join(f"- {name}: {md.text(value)}\n" for name, value in facts if value)]


def _figures(run: Run) -> list[tuple[str, str]]:
    usage = run.priced_usage()
    cost = final_amount(run) if run.is_over else None
    return [
        ("Model", run.offer or run.model_public_id),
        ("Asked of", run.upstream),
        ("Would have cost" if run.is_rehearsal else "Cost", cost_words(cost) if run.is_over else ""),
        ("Held before" if not run.is_rehearsal else "Would have held", run.estimate_usd and f"${run.estimate_usd}"),
        ("Computed from usage", run.computed_usd and f"${run.computed_usd}"),
        ("Billed by the upstream", run.billed_usd and f"${run.billed_usd}"),
        ("Tokens", "" if usage is None else f"{usage.prompt_tokens:,} in, {usage.completion_tokens:,} out"),
        ("First token after", "" if run.first_token_ms is None else figures.seconds(run.first_token_ms)),
        ("Tokens per second", "" if run.tokens_per_second is None else f"{run.tokens_per_second:f}"),
        ("Left out", ", ".join(run.left_out)),
    ]


def _sentences(run: Run) -> list[str]:
    """What happened, in words. The run's own sentence may name the upstream."""
    if run.prompt.hides_names:
        return [on_end(run), on_schema(run)]
    return [run.error, on_end(run), on_schema(run), on_service(run)]


def _bill(run: Run) -> list[str]:
    bill = run.bill()
    if bill is None:
        return []
    rows = [
        [md.text(line.label), f"{line.quantity:,}", figures.per_million(line.rate), figures.usd_exact(line.amount)]
        for line in bill.lines
    ]
    return ["\n".join(md.table(["Component", "Quantity", "$/M", "Amount"], rows))] if rows else []


def _call(call: Any) -> str:
    return f"Calls {md.code(call['name'])}:\n\n{fenced(call['arguments'], 'json')}"


def _json(value: Any) -> str:
    return fenced(json.dumps(value, indent=2, ensure_ascii=False), "json")
