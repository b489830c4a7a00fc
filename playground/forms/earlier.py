"""What a form begins with when something came before it: a prompt to change, or answers to go on from.

Where each column goes on from its own answer, the form holds no copy of six answers but a reference, `<prompt>:<index>`: the
message at that place of the prompt's transcript, which is its messages and, behind them, what each model said to them.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from playground import messages as texts
from playground import variables
from playground.forms import filling
from playground.forms import messages as message_rows
from playground.forms.messages import Row
from playground.forms.parameters import initial_parameters
from playground.forms.sending import ROUTE, STREAMING, WHOLE
from playground.messages import Answered, Message, ToolCall
from playground.models import Image, Prompt, Run


class CannotContinue(Exception):
    """The message is a sentence for the person who asked."""


class Earlier:
    """What a person has that a form may refer to, each thing looked up once. Without a user there is nothing."""

    def __init__(self, user: Any) -> None:
        self.user = user
        self._prompts: dict[UUID, Prompt | None] = {}

    def prompt(self, prompt_id: UUID | None) -> Prompt | None:
        if prompt_id is None or self.user is None:
            return None
        if prompt_id not in self._prompts:
            found = Prompt.objects.of(self.user).prefetch_related("runs").filter(pk=prompt_id).first()
            self._prompts[prompt_id] = found
        return self._prompts[prompt_id]

    def answers(self, reference: str) -> Message | None:
        """The message with each column's own answer that a reference names; None when it is not there any more."""
        prompt_id, _, index = reference.partition(":")
        try:
            prompt = self.prompt(UUID(prompt_id))
            message = transcript(prompt)[int(index)] if prompt is not None and index.isdecimal() else None
        except (ValueError, IndexError):
            return None
        return message if message is not None and message.by else None

    def hides_names(self, reference: str) -> bool:
        """Whether those answers belong to models whose names wait for a verdict."""
        try:
            prompt = self.prompt(UUID(reference.partition(":")[0]))
        except ValueError:
            return False
        return prompt is not None and prompt.hides_names

    def images(self, numbers: Iterable[int]) -> dict[int, Image]:
        """Those of the images with these numbers that are the person's own, without their bytes."""
        wanted = list(numbers)
        if not wanted or self.user is None:
            return {}
        return Image.objects.filter(user=self.user).defer("content").in_bulk(wanted)


def transcript(prompt: Prompt) -> list[Message]:
    """The messages of a prompt as its first row fills them, and behind them what each model answered; of loaded runs."""
    rows = variables.read(prompt.variables)
    asked = texts.filled(texts.read(prompt.messages), rows.values(0 if rows else None))
    by = {run.offer: _answered(run) for run in prompt.runs.all() if not run.row and not run.repeat and _has_answer(run)}
    return [*asked, Message("assistant", by=by)] if asked and by else asked


def _has_answer(run: Run) -> bool:
    return run.is_over and bool(run.text or run.tool_calls)


def _answered(run: Run) -> Answered:
    return Answered(run.text, tuple(ToolCall(call["id"], call["name"], call["arguments"]) for call in run.tool_calls))


def again(prompt: Prompt) -> dict[str, Any]:
    """The form with everything that a prompt asked, to be changed and sent again. Its runs are loaded."""
    messages = texts.read(prompt.messages)
    return {
        **_settings(prompt),
        **initial_parameters(prompt.parameters, prompt.overrides),
        **_values(prompt, texts.variable_names(messages)),
        "model": _offers(prompt),
        "messages": _rows(prompt, messages) if messages else message_rows.simple(),
        "repeats": prompt.repeats,
        "blind": prompt.is_blind,
        "unstored": not prompt.is_stored,
        "continues": prompt.continues_id,
    }


def onward(prompt: Prompt) -> dict[str, Any]:
    """The form with which every column goes on from its own answer. Raises CannotContinue."""
    _check(prompt)
    if any(not run.is_over for run in prompt.runs.all()):
        raise CannotContinue("Its answers are still coming. It can be continued when all of them have ended.")
    if prompt.is_matrix:
        raise CannotContinue("Each model gave several answers to it, so one of them has to be chosen to go on from.")
    messages = transcript(prompt)
    by = messages[-1].by if messages else {}
    if not by:
        raise CannotContinue("No model gave an answer to go on from.")
    if any(answered.tool_calls for answered in by.values()):
        raise CannotContinue(
            "A model called a tool, and each call needs a result of its own. Continue the answers one by one."
        )
    return {
        **_settings(prompt),
        **initial_parameters(prompt.parameters, prompt.overrides),
        **_braces(messages),
        "model": [offer for offer in _offers(prompt) if offer in by],
        "messages": [*_rows(prompt, messages), Row("user", is_new=True)],
        "blind": prompt.is_blind,
        "unstored": not prompt.is_stored,
        "continues": prompt.pk,
    }


def onward_from(run: Run) -> dict[str, Any]:
    """The form that goes on from one answer, with its calls and a place for each result. Raises CannotContinue."""
    prompt = run.prompt
    _check(prompt)
    if prompt.hides_names:
        raise CannotContinue("Its models are hidden until you have judged their answers. Judge them first.")
    if not _has_answer(run):
        coming = "Its answer is still coming." if not run.is_over else "It has no answer to go on from."
        raise CannotContinue(coming)
    values = variables.read(prompt.variables).values(run.row)
    asked = texts.filled([message.of(run.offer) for message in texts.read(prompt.messages)], values)
    said = _answered(run)
    messages = [*asked, Message("assistant", said.content, tool_calls=said.tool_calls)]
    results = [Row("tool", call_id=call.id) for call in said.tool_calls]
    merged = prompt.parameters | prompt.overrides.get(run.offer, {})
    rows = [*message_rows.of(messages), *results, Row("user")]
    rows[len(messages)].is_new = True
    return {
        **_settings(prompt),
        **initial_parameters({name: value for name, value in merged.items() if value is not None}),
        **_braces(messages),
        "model": [run.offer],
        "messages": rows,
        "unstored": not prompt.is_stored,
        "continues": prompt.pk,
    }


def _check(prompt: Prompt) -> None:
    if not prompt.has_text:
        raise CannotContinue("Its texts are not kept any more, so there is nothing to go on from.")


def _offers(prompt: Prompt) -> list[str]:
    return list(dict.fromkeys(run.offer for run in prompt.runs.all()))


def _rows(prompt: Prompt, messages: list[Message]) -> list[Row]:
    """As rows; a prompt alone has an empty system prompt before it, as the form shows it at first."""
    rows = message_rows.of(messages, lambda index: f"{prompt.pk}:{index}")
    return message_rows.simple()[:1] + rows if [row.role for row in rows] == ["user"] else rows


def _settings(prompt: Prompt) -> dict[str, Any]:
    routes = {ROUTE + name: True for name, is_on in prompt.routing.items() if is_on}
    return {"api": prompt.api, "delivery": STREAMING if prompt.streams else WHOLE, **routes}


def _braces(messages: list[Message]) -> dict[str, Any]:
    """Braces that stand in what was said already are text, and not variables."""
    return {"fill": filling.NONE} if texts.variable_names(messages) else {}


def _values(prompt: Prompt, names: list[str]) -> dict[str, Any]:
    rows = variables.read(prompt.variables)
    if not rows:
        return {"fill": filling.NONE} if names else {}
    if len(rows.rows) == 1:
        return {"fill": filling.VALUES} | {filling.VALUE + name: value for name, value in rows.values(0).items()}
    return {"fill": filling.CSV, "rows": variables.to_csv(rows)}
