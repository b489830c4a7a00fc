"""Import files written by hand for the readers' tests: the smallest that each source could send, and how to read one."""

import io
import json
from datetime import date
from decimal import Decimal
from typing import Any

from catalog.imports.entries import BadEntry, Entry
from catalog.imports.readers import READERS, Reading
from catalog.pricing import Component, Condition, Rate

DAY = date(2026, 11, 21)


def reading(kind: str, data: bytes | str | Any, day: date = DAY, seen: set[str] | None = None) -> Reading:
    """A reader over bytes, over text, or over what json.dumps makes of anything else."""
    if not isinstance(data, bytes | str):
        data = json.dumps(data)
    return READERS[kind](io.BytesIO(data.encode() if isinstance(data, str) else data), day, seen)


def read(kind: str, data: Any, day: date = DAY) -> list[Any]:
    return list(reading(kind, data, day))


def model(**changes: Any) -> dict[str, Any]:
    """An entry of OpenRouter's list; a change to None takes the field out."""
    entry = {
        "id": "mistralai/mistral-large-2512",
        "name": "Mistral: Mistral Large 3 2512",
        "created": 1764624472,
        "pricing": {"prompt": "0.0000005", "completion": "0.0000015"},
    }
    return {key: value for key, value in (entry | changes).items() if value is not None}


def listing(*entries: Any) -> dict[str, Any]:
    return {"data": list(entries)}


def one(kind: str, data: Any, day: date = DAY) -> Entry:
    """The only entry of a file, which must be a good one."""
    (entry,) = read(kind, data, day)
    assert isinstance(entry, Entry), entry
    return entry


def sentence(kind: str, data: Any) -> str:
    """Why the only entry of a file is a bad one."""
    (entry,) = read(kind, data)
    assert isinstance(entry, BadEntry), entry
    return entry.sentence


def rate(component: Component, amount: str | None, condition: Condition | None = None) -> Rate:
    return Rate(component, None if amount is None else Decimal(amount), condition or Condition())


SMALLEST = {
    "openrouter": listing(model()),
    "openrouter-endpoints": {
        "data": {"id": "mistralai/mistral-large-2512", "endpoints": [{"tag": "mistral", "provider_name": "Mistral"}]}
    },
    "models-dev": {
        "mistral": {
            "id": "mistral",
            "models": {"mistral-large-2512": {"id": "mistral-large-2512", "cost": {"input": 0.5}}},
        }
    },
    "genai-prices": [
        {"id": "mistral", "models": [{"id": "mistral-large", "match": {}, "prices": {"input_mtok": 0.5}}]},
    ],
    "litellm": {"mistral/mistral-large-2512": {"litellm_provider": "mistral", "input_cost_per_token": 5e-07}},
}
