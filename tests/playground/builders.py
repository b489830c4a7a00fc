"""Plain keyword functions that make what a playground test needs, from the seeded catalog."""

from typing import Any

from catalog.models import Listing
from playground.models import Budget
from playground.opening import Asked

FOUR = [
    "mistralai/mistral-large-2512",
    "mistralai/mistral-large-2407",
    "mistralai/mistral-large-2411",
    "mistralai/devstral-2512",
]


def listings(*model_ids: str) -> list[Listing]:
    offered = {listing.model.public_id: listing for listing in Listing.objects.for_playground()}
    return [offered[model_id] for model_id in (model_ids or FOUR)]


def asked(*model_ids: str, key: str = "key", text: str = "Hello", system: str = "", **parameters: Any) -> Asked:
    return Asked(key, system, text, parameters, listings(*model_ids))


def budget(user: Any, usd: str, period: str = "day") -> Budget:
    from decimal import Decimal

    return Budget.objects.create(user=user, period=period, limit=int(Decimal(usd).scaleb(12)))
