"""Two runs of one person beside each other: found by what was chosen or pasted, and what differs between their answers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from playground import board, words
from playground.exports.runs import ORDERED_BY, Named, named
from playground.models import Prompt, Run
from playground.words import Kind, Piece

ID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
LONGEST_ADDRESS = 500  # characters
MOST_OTHERS = 30


class NoSuchRun(Exception):
    """The message is a sentence for the person who chose it."""


def run_of(user: Any, chosen: str) -> Run:
    """The run of `user` that an id, or an address with it at its end, names. Raises NoSuchRun."""
    ids = ID.findall(chosen)
    if not ids:
        raise NoSuchRun("Paste the address of a run, or its id. A run's address is under “Everything about this run”.")
    runs = Run.objects.filter(prompt__in=Prompt.objects.of(user)).select_related("prompt")
    run: Run | None = runs.filter(pk=UUID(ids[-1])).first()
    if run is None:
        raise NoSuchRun("No run of yours has this id.")
    return run


@dataclass(frozen=True)
class Line:
    """One line of both texts: what the left one has of it, and the right one."""

    pieces: list[Piece]

    @property
    def left(self) -> list[Piece]:
        return [piece for piece in self.pieces if piece.kind is not Kind.RIGHT]

    @property
    def right(self) -> list[Piece]:
        return [piece for piece in self.pieces if piece.kind is not Kind.LEFT]


@dataclass(frozen=True)
class Side:
    """One of the two, by what its board calls it."""

    run: Run

    @cached_property
    def name(self) -> str:
        return board.shown_name(self.run)

    @property
    def place(self) -> str:
        """When it was asked, and with which row and repeat, where there are several."""
        run = self.run
        has_rows = len(run.prompt.variables.get("rows", [])) > 1
        words = [f"Asked {run.prompt.created_at:%b} {run.prompt.created_at.day}, {run.prompt.created_at:%Y, %H:%M} UTC"]
        words += [f"row {run.row + 1}"] if run.row is not None and has_rows else []
        words += [f"repeat {run.repeat + 1}"] if run.prompt.repeats > 1 else []
        return ", ".join(words)

    @property
    def text(self) -> str:
        """The answer; where it is only tool calls, those."""
        if self.run.text or not self.run.tool_calls:
            return str(self.run.text)
        return "\n".join(f"{call['name']}\n{call['arguments']}" for call in self.run.tool_calls)


class TwoRuns:
    """Both sides and their difference."""

    def __init__(self, left: Run, right: Run) -> None:
        self.left, self.right = Side(left), Side(right)

    @cached_property
    def difference(self) -> words.Difference:
        return words.difference(self.left.text, self.right.text)

    @cached_property
    def lines(self) -> list[Line]:
        return list(lines(self.difference.pieces))

    @property
    def counts(self) -> str:
        """How much of it differs: “212 words the same, 13 only left, 9 only right”."""
        found = self.difference
        return f"{found.same:,} word{'s' * (found.same != 1)} the same, {found.left:,} only left, {found.right:,} only right"

    @property
    def remarks(self) -> list[str]:
        """What the figures do not say."""
        found, said = self.difference, []
        empty = [side.name for side in (self.left, self.right) if not side.text]
        if empty:
            said.append(f"There is no text of {' and '.join(empty)} to compare.")
        elif found.is_equal and not found.is_cut:
            said.append("Both texts are the same to the letter.")
        elif not found.left and not found.right:
            said.append("Only white space and signs differ.")
        if found.is_cut:
            said.append(f"Only the first {words.MOST_WORDS:,} words and signs of each text are compared.")
        if found.is_rough:
            said.append("Parts of these texts are long and have little in common; they stand as changed in whole.")
        return said


def others(run: Run) -> list[Named]:
    """The runs beside this one on its board, those of its own row first; of many the first thirty."""
    siblings = [
        each
        for each in named(run.prompt, list(run.prompt.runs.order_by("position").only(*ORDERED_BY)))
        if each.run != run
    ]
    near = [each for each in siblings if each.run.row == run.row]
    far = [each for each in siblings if each.run.row != run.row]
    return (near + far)[:MOST_OTHERS]


def lines(pieces: tuple[Piece, ...]) -> Iterator[Line]:
    """The pieces parted where both texts have a line end, so that lines that belong together stand side by side."""
    current: list[Piece] = []
    for piece in pieces:
        *whole, rest = piece.text.split("\n") if piece.kind is Kind.SAME else [piece.text]
        for text in whole:
            yield Line([*current, Piece(Kind.SAME, f"{text}\n")])
            current = []
        if rest:
            current.append(Piece(piece.kind, rest))
    if current:
        yield Line(current)
