"""A prompt asked again: the request that made it, rebuilt for what is on offer now."""

import hashlib
import secrets
from collections.abc import Iterable

from playground import messages, variables
from playground.bodies import routing
from playground.models import Prompt
from playground.offers import Offer
from playground.opening import Asked


class CannotAskAgain(Exception):
    """The request cannot be rebuilt; the message is a sentence for the person who asked."""


def asked_again(prompt: Prompt, offers: Iterable[Offer], key: str = "") -> Asked:
    """The same request for those of its offers that are among `offers` still, under `key`, or under a fresh one.

    `gone` names the others. Reads the loaded runs. Raises CannotAskAgain when the texts are gone, or every offer is.
    """
    if not prompt.has_text:
        raise CannotAskAgain("The texts of this prompt were not kept, so it cannot be sent again.")
    offered = {offer.key: offer for offer in offers if _answers(offer, prompt)}
    left = [offered[each] for each in _asked_of(prompt) if each in offered]
    if not left:
        raise CannotAskAgain("None of the models that this prompt was sent to is offered here any more.")
    keys = {offer.key for offer in left}
    return Asked(
        key=key or secrets.token_urlsafe(24),
        messages=messages.read(prompt.messages),
        parameters=prompt.parameters,
        offers=left,
        overrides={offer: changed for offer, changed in prompt.overrides.items() if offer in keys},
        rows=variables.read(prompt.variables),
        repeats=prompt.repeats,
        api=prompt.api,
        streams=prompt.streams,
        routing=routing.read(prompt.routing),
        is_stored=prompt.is_stored,
        is_blind=prompt.is_blind,
        continues=prompt.continues,
    )


def gone(prompt: Prompt, offers: Iterable[Offer]) -> list[str]:
    """The names of the models that the prompt was sent to and that cannot be asked the same any more."""
    offered = {offer.key for offer in offers if _answers(offer, prompt)}
    return [name for key, name in _asked_of(prompt).items() if key not in offered]


def key_for(form_key: str, prompt: Prompt) -> str:
    """The idempotency key of sending `prompt` again from a page that carries `form_key` once for all of its buttons:
    pressing one twice sends once, and pressing two sends both."""
    return hashlib.sha256(f"{form_key} {prompt.pk.hex}".encode()).hexdigest()[:48]


def _asked_of(prompt: Prompt) -> dict[str, str]:
    """The offers of its columns in their order, each with its model's name."""
    found: dict[str, str] = {}
    for run in prompt.runs.all():
        found.setdefault(run.offer, run.model_name)
    return found


def _answers(offer: Offer, prompt: Prompt) -> bool:
    return prompt.api == Prompt.API.CHAT or offer.has_responses
