"""JSON from strangers: numbers exact, nonsense refused, and what is kept cut to what a database takes. Pure."""

import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from playground.sse import whole

MOST_EXPONENT = 400  # any double fits; Decimal("1e999999999") would fill the memory when made an integer
LONG_TEXT = 32_768  # characters
KEPT_DEPTH = 6
KEPT_ENTRIES = 100


class NotJsonError(ValueError):
    """What came is not JSON, or holds numbers or a nesting that nothing sensible has."""


def read_json(text: str) -> Any:
    """JSON with exact decimals; NaN and Infinity are refused. Raises NotJsonError."""
    try:
        with _uncollected(len(text) > LONG_TEXT):
            return json.loads(text, parse_float=_decimal, parse_constant=_no_number)
    except (ValueError, ArithmeticError, RecursionError):
        pass
    raise NotJsonError("The text is not JSON.")


@contextmanager
def _uncollected(is_long: bool) -> Iterator[None]:
    """A megabyte of brackets is read in 10 ms, and in ten times that where the collector looks through all of them again
    and again on the way; the whole process would stand still for it. Another thread may meet this: it only collects later."""
    if not is_long or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


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
    return " ".join(whole(value[: most * 10]).split())[:most] if isinstance(value, str) else ""
