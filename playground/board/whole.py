"""A board as a whole: its columns, or its table, what it came to, and where to go on from it."""

from dataclasses import dataclass
from functools import cached_property

from playground.board import sentences
from playground.board.columns import Column, columns
from playground.board.costs import summary
from playground.board.matrix import Matrix, matrix_of
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
        """Whether more than one run has not reached its end, so that stopping all at once saves clicks."""
        return sum(not run.is_over for run in self.prompt.runs.all()) > 1

    @property
    def can_go_on(self) -> bool:
        """Whether all columns can be gone on from at once: all are over, and more than one has an answer."""
        return not self.prompt.is_live() and sum(column.can_go_on for column in self.columns) > 1

    @property
    def keeping(self) -> str:
        return sentences.on_keeping(self.prompt)


def board_of(prompt: Prompt) -> Board:
    """The board of a prompt whose runs are loaded as `for_board` loads them. Blocking: Markdown takes its time."""
    if prompt.is_matrix:
        return Board(prompt, [], matrix_of(prompt))
    return Board(prompt, columns(prompt.runs.all()), None)
