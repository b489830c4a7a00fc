"""One run by itself: what was sent, what came, what it cost and when; and the runs before and after it on its board."""

import json
from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse

from catalog import figures
from playground import messages, variables
from playground.board import sentences
from playground.board.columns import Column, column_of
from playground.board.names import letters, name_of, offer_of, shuffled
from playground.models import Run


@dataclass(frozen=True)
class Neighbour:
    """Another run of the same board, by what it is called there."""

    words: str
    url: str


@dataclass(frozen=True)
class Fact:
    """One line about a run; `value` is text."""

    name: str
    value: str


@dataclass(frozen=True)
class Picture:
    """An image of a message: its number, and its address, which only its owner can open."""

    number: int
    url: str


@dataclass(frozen=True)
class Sent:
    """One message as it went out, with its images and tool calls."""

    message: messages.Message
    pictures: list[Picture]


class Alone:
    """A run on its own page."""

    def __init__(self, column: Column, before: Neighbour | None, after: Neighbour | None) -> None:
        self.column = column
        self.run = column.run
        self.before = before
        self.after = after

    @property
    def keeping(self) -> str:
        """Why there is no text here, where there is none."""
        if not self.run.is_over and not self.run.prompt.is_stored:
            return "The text of this answer is written nowhere, so only its board shows it while it comes."
        return sentences.on_keeping(self.run.prompt)

    @cached_property
    def values(self) -> dict[str, str]:
        """The row of values that its variables were filled with."""
        return variables.read(self.run.prompt.variables).values(self.run.row)

    @cached_property
    def place(self) -> str:
        """Which row and which repeat it is, where there are several."""
        prompt, words = self.run.prompt, []
        if self.run.row is not None and len(prompt.variables.get("rows", [])) > 1:
            words.append(f"row {self.run.row + 1} of {len(prompt.variables['rows'])}")
        if prompt.repeats > 1:
            words.append(f"repeat {self.run.repeat + 1} of {prompt.repeats}")
        return ", ".join(words).capitalize()

    @cached_property
    def sent(self) -> list[Sent]:
        """The messages as they went out: this column's own earlier answers, its row's values filled in."""
        own = [message.of(self.run.offer) for message in messages.read(self.run.prompt.messages)]
        return [
            Sent(message, [Picture(number, reverse("playground:image", args=[number])) for number in message.images])
            for message in messages.filled(own, self.values)
        ]

    @property
    def has_images(self) -> bool:
        return any(each.pictures for each in self.sent)

    @cached_property
    def body(self) -> str:
        """The exact JSON that was sent, laid out; it names the model, so not while the names are hidden."""
        if self.run.prompt.hides_names or not self.run.request:
            return ""
        return json.dumps(self.run.request, indent=2, ensure_ascii=False)

    @cached_property
    def facts(self) -> list[Fact]:
        """Who was asked, how, and when; only what is known, and nothing that betrays a hidden name."""
        run = self.run
        times = [
            Fact(name, "" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S} UTC")
            for name, moment in (("Asked", run.created_at), ("Sent", run.started_at), ("Ended", run.ended_at))
        ]
        if run.prompt.hides_names:
            return [fact for fact in times[:1] if fact.value]
        asked = [
            Fact("Model", run.upstream_id),
            Fact("Asked of", run.upstream),
            Fact("API", f"{run.get_api_display()}, {'streamed' if run.streams else 'not streamed'}"),
        ]
        waits = [
            Fact("First token after", "" if run.first_token_ms is None else figures.seconds(run.first_token_ms)),
            Fact("Last token after", "" if run.last_token_ms is None else figures.seconds(run.last_token_ms)),
        ]
        finish = run.finish_reason
        if run.native_finish_reason and run.native_finish_reason != finish:
            finish = f"{finish or 'not said'}, the provider’s own word: {run.native_finish_reason}"
        served = [
            Fact("Served model", run.served_model),
            Fact("Served by", run.served_provider),
            Fact("Finish reason", finish),
            Fact("Generation", run.generation_id),
        ]
        return [fact for fact in [*asked, *times, *waits, *served] if fact.value]


def alone(run: Run) -> Alone:
    """One run of its owner, with the runs beside it: one query for them, whatever their number."""
    siblings = list(
        run.prompt.runs.order_by("position").only(
            "pk", "prompt_id", "offer", "model_public_id", "model_name", "row", "repeat", "position"
        )
    )
    called = {offer_of(each): name_of(each) for each in siblings}
    if run.prompt.hides_names:
        order = shuffled(run.prompt_id, called)
        called = letters(run.prompt_id, called)
        siblings.sort(key=lambda each: (each.row or 0, order.index(offer_of(each)), each.repeat))
    place = next(index for index, each in enumerate(siblings) if each.pk == run.pk)
    before = siblings[place - 1] if place else None
    after = siblings[place + 1] if place + 1 < len(siblings) else None
    return Alone(column_of(run), *(each and _neighbour(each, called[offer_of(each)]) for each in (before, after)))


def _neighbour(run: Run, name: str) -> Neighbour:
    words = [name]
    if run.row is not None:
        words.append(f"row {run.row + 1}")
    if run.repeat:
        words.append(f"repeat {run.repeat + 1}")
    return Neighbour(", ".join(words), reverse("playground:run", args=[run.prompt_id, run.pk]))
