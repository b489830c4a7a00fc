"""Plain keyword functions that make what a playground test needs, from the seeded catalog."""

from typing import Any

from catalog.models import Listing
from playground.messages import Message
from playground.models import Budget
from playground.offers import Offer
from playground.opening import Asked

FOUR = [
    "mistralai/mistral-large-2512",
    "mistralai/mistral-large-2407",
    "mistralai/mistral-large-2411",
    "mistralai/devstral-2512",
]


def offers(*model_ids: str, upstream: str = "rehearsal") -> list[Offer]:
    offered = {listing.model.public_id: Offer(listing, upstream) for listing in Listing.objects.for_playground()}
    return [offered[model_id] for model_id in (model_ids or FOUR)]


def asked(
    *model_ids: str,
    key: str = "key",
    text: str = "Hello",
    system: str = "",
    upstream: str = "rehearsal",
    **parameters: Any,
) -> Asked:
    messages = [*([Message("system", system)] if system else []), Message("user", text)]
    return Asked(key, messages, parameters, offers(*model_ids, upstream=upstream))


def budget(user: Any, usd: str, period: str = "day") -> Budget:
    from decimal import Decimal

    return Budget.objects.create(user=user, period=period, limit=int(Decimal(usd).scaleb(12)))
