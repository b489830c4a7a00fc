"""Usage of the Responses API in the names of chat completions, so that costs are read from one form. Pure."""

from decimal import Decimal
from typing import Any

COUNTS = {
    "input_tokens": "prompt_tokens",
    "output_tokens": "completion_tokens",
    "input_tokens_details": "prompt_tokens_details",
    "output_tokens_details": "completion_tokens_details",
}
COSTS = {
    "upstream_inference_input_cost": "upstream_inference_prompt_cost",
    "upstream_inference_output_cost": "upstream_inference_completions_cost",
}
UPSTREAM_COST = "upstream_inference_cost"


def chat_usage(reported: dict[str, Any]) -> dict[str, Any]:
    """`reported` with the names changed and everything else as it is.

    What the provider takes comes in two parts here, and only at times as their sum. The sum is added where it is
    missing, because with a key of the customer's own it is a part of the cost. Amounts are exact: ints and decimals.
    """
    usage = _renamed(reported, COUNTS)
    if isinstance(usage.get("cost_details"), dict):
        details = _renamed(usage["cost_details"], COSTS)
        parts = [details.get(name) for name in COSTS.values()]
        if details.get(UPSTREAM_COST) is None and all(type(part) in (int, Decimal) for part in parts):
            details[UPSTREAM_COST] = sum(parts)
        usage["cost_details"] = details
    return usage


def _renamed(values: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """A name that is there already, because the server speaks both, keeps its own value."""
    return {
        names[name] if name in names and names[name] not in values else name: value for name, value in values.items()
    }
