"""The turns of a conversation beside one prompt: the one that it goes on from, and those that go on from it."""

from dataclasses import dataclass

from playground.models import Prompt


@dataclass(frozen=True)
class Turns:
    """The prompts as `PromptQuerySet.beside` reads them. `before` is None at the beginning of a conversation."""

    before: Prompt | None
    after: list[Prompt]

    def __bool__(self) -> bool:
        return self.before is not None or bool(self.after)


def turns_of(prompt: Prompt) -> Turns:
    """One query. A prompt goes on from its owner's own prompts only, so nobody is led to another person's."""
    found = list(Prompt.objects.beside(prompt))
    before = next((each for each in found if each.pk == prompt.continues_id), None)
    return Turns(before, [each for each in found if each.continues_id == prompt.pk])
