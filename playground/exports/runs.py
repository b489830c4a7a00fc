"""The runs of a prompt in the order of its board, a few at a time: hundreds of long answers are never in memory at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from playground.board.names import letters, name_of, offer_of, shuffled
from playground.models import Prompt, Run

AT_ONCE = 25
ORDERED_BY = ("pk", "prompt_id", "offer", "model_public_id", "model_name", "row", "repeat", "position")


@dataclass(frozen=True)
class Named:
    """A run by what the board calls it, which is a letter while the names are hidden."""

    run: Run
    name: str

    @property
    def words(self) -> str:
        """Its name with its row and repeat, counted from 1, where it has any."""
        words = [self.name]
        if self.run.row is not None:
            words.append(f"row {self.run.row + 1}")
        if self.run.repeat:
            words.append(f"repeat {self.run.repeat + 1}")
        return ", ".join(words)


def named(prompt: Prompt, runs: list[Run]) -> list[Named]:
    """All runs of `prompt` as its board orders and calls them."""
    called = {offer_of(run): name_of(run) for run in runs}
    if prompt.hides_names:
        order = shuffled(prompt.pk, called)
        called = letters(prompt.pk, called)
        runs = sorted(runs, key=lambda run: (run.row or 0, order.index(offer_of(run)), run.repeat))
    return [Named(run, called[offer_of(run)]) for run in runs]


def in_order(prompt: Prompt) -> Iterator[Named]:
    """Every run of `prompt`, whole, with its hold. One query for their order, and one for each 25 of them."""
    order = named(prompt, list(prompt.runs.order_by("position").only(*ORDERED_BY)))
    for start in range(0, len(order), AT_ONCE):
        few = order[start : start + AT_ONCE]
        found: dict[UUID, Run] = Run.objects.select_related("hold", "listing__model__vendor").in_bulk(
            [each.run.pk for each in few]
        )
        for each in few:
            run = found[each.run.pk]
            run.prompt = prompt
            yield Named(run, each.name)
