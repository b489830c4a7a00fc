"""What a column is called: the model and where it was asked, or a letter where the names are hidden.

The letters of a blind board follow an order that only the prompt's id and the offers decide, so that they say nothing
of the order in which the models were ticked.
"""

from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from string import ascii_uppercase
from uuid import UUID

from playground.models import Run
from playground.offers import AT


def offer_of(run: Run) -> str:
    """What was ticked; runs of before there were several markets name the model alone."""
    return run.offer or run.model_public_id


def name_of(run: Run) -> str:
    """The model's name, and where it was asked unless that is the main market."""
    place = AT.get(run.offer.partition("@")[2])
    return f"{run.model_name} at {place}" if place else run.model_name


def shuffled(prompt_id: UUID, offers: Iterable[str]) -> list[str]:
    """The offers, each once, in the order of their letters."""
    return sorted(set(offers), key=lambda offer: sha256(prompt_id.bytes + offer.encode()).digest())


def letters(prompt_id: UUID, offers: Iterable[str]) -> dict[str, str]:
    """By offer what its answers are called while the names are hidden: Answer A, Answer B, ..."""
    return {
        offer: f"Answer {letter}" for offer, letter in zip(shuffled(prompt_id, offers), ascii_uppercase, strict=False)
    }


@lru_cache(maxsize=256)
def _stored_letters(prompt_id: UUID) -> dict[str, str]:
    """The letters from the database. The offers of a prompt never change, so they may be remembered."""
    runs = Run.objects.filter(prompt=prompt_id).order_by().only("offer", "model_public_id")
    return letters(prompt_id, (offer_of(run) for run in runs))


def shown_name(run: Run) -> str:
    """What the board calls this run. Blocking where the names are hidden: it may ask for the other offers."""
    return _stored_letters(run.prompt_id)[offer_of(run)] if run.prompt.hides_names else name_of(run)
