"""A board as a whole: its columns, or its table, what it came to, and where to go on from it."""

from dataclasses import dataclass
from functools import cached_property

from playground.board import sentences
from playground.board.columns import Column, columns
from playground.board.costs import summary
from playground.board.matrix import Matrix, matrix_of
from playground.board.turns import Turns, turns_of
from playground.models import Prompt


@dataclass
class Board:
    """One prompt's board. A prompt of many runs per model has a `matrix`, every other one `columns`."""

    prompt: Prompt
    columns: list[Column]
    matrix: Matrix | None

    @property
    def hides_names(self) -> bool:
        return self.prompt.hides_names

    @cached_property
    def summary(self) -> str:
        return summary(self.prompt.runs.all())

    @property
    def has_several_live(self) -> bool:
        """Whether more than one run is on its way and not asked to stop, so that stopping all at once saves clicks."""
        return sum(not run.is_over and not run.stop_requested for run in self.prompt.runs.all()) > 1

    @property
    def is_stopping(self) -> bool:
        """Whether several runs were asked to stop and are not over yet, and no other is on its way."""
        asked = [run.stop_requested for run in self.prompt.runs.all() if not run.is_over]
        return len(asked) > 1 and all(asked)

    @property
    def can_go_on(self) -> bool:
        """Whether all columns can be gone on from at once: all are over, more than one has an answer, and none called a tool,
        as each call needs a result of its own."""
        answered = [column for column in self.columns if column.can_go_on]
        return not self.prompt.is_live() and len(answered) > 1 and not any(each.run.tool_calls for each in answered)

    @cached_property
    def turns(self) -> Turns:
        """The turns of the conversation beside this one. One query."""
        return turns_of(self.prompt)

    @property
    def keeping(self) -> str:
        return sentences.on_keeping(self.prompt)


def board_of(prompt: Prompt) -> Board:
    """The board of a prompt whose runs are loaded as `for_board` loads them. Blocking: Markdown takes its time."""
    if prompt.is_matrix:
        return Board(prompt, [], matrix_of(prompt))
    return Board(prompt, columns(prompt.runs.all()), None)
