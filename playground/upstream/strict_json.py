"""JSON from strangers: numbers exact, nonsense refused, and what is kept cut to what a database takes. Pure."""

import json
from decimal import Decimal
from typing import Any

from playground.sse import whole

MOST_EXPONENT = 400  # any double fits; Decimal("1e999999999") would fill the memory when made an integer
KEPT_DEPTH = 6
KEPT_ENTRIES = 100


class NotJsonError(ValueError):
    """What came is not JSON, or holds numbers or a nesting that nothing sensible has."""


def read_json(text: str) -> Any:
    """JSON with exact decimals; NaN and Infinity are refused. Raises NotJsonError."""
    try:
        return json.loads(text, parse_float=_decimal, parse_constant=_no_number)
    except (ValueError, ArithmeticError, RecursionError):
        pass
    raise NotJsonError("The text is not JSON.")


def _decimal(text: str) -> Decimal:
    value = Decimal(text)
    if len(text) > MOST_EXPONENT or (value and abs(value.adjusted()) > MOST_EXPONENT):
        raise ValueError("A number is out of all bounds.")
    return value if value else Decimal(0)


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is not a number.")


def storable_json(value: Any, depth: int = KEPT_DEPTH) -> Any:
    """`value` cut to what a database takes: text without NUL and lone surrogates, bounded in depth and in entries."""
    if isinstance(value, dict):
        kept = list(value.items())[:KEPT_ENTRIES] if depth else []
        return {whole(name)[:KEPT_ENTRIES]: storable_json(entry, depth - 1) for name, entry in kept}
    if isinstance(value, list):
        return [storable_json(entry, depth - 1) for entry in value[:KEPT_ENTRIES]] if depth else []
    return whole(value)[:300] if isinstance(value, str) else value


def short(value: Any, most: int) -> str:
    """A name or id on one line and within `most` characters; anything but text is no name."""
    return " ".join(whole(value).split())[:most] if isinstance(value, str) else ""
