"""What every source's file is read into: one entry for each model as it is sold there. Pure; no Django.

A reader turns bytes into entries and bad entries, one at a time; nothing here knows what the catalog holds.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO, Protocol

from catalog.pricing import Rate

Fact = str | int | Decimal | date | tuple[str, ...]


class Unreadable(Exception):
    """A file that is empty, truncated, too large or not what the source documents; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one source says of one model.

    `id` is as the source writes it. `names` are the ids by which the model may be known elsewhere, best first. `facts`
    maps names of model and listing fields to values: whole tokens, days, text, tuples of modality slugs; what the source
    does not say is left out, never guessed. `parameters` is None where the source says nothing of them. `rates` are
    in USD per unit, in the order in which later ones win; None where the source shows no price. A rate whose amount is
    None is a price that the source calls unknown. `notes` are sentences on what was read in a special way.
    """

    id: str
    raw: dict[str, Any] = field(repr=False)
    names: tuple[str, ...] = ()
    facts: dict[str, Fact] = field(default_factory=dict)
    parameters: frozenset[str] | None = None
    defaults: dict[str, str] = field(default_factory=dict)
    rates: tuple[Rate, ...] | None = None
    discount: Decimal = Decimal(0)
    alias_of: str = ""
    unknown_keys: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BadEntry:
    """An entry that cannot be used: its id or its place in the file, and a sentence that says why."""

    id: str
    sentence: str
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class EndpointEntry:
    """One provider behind one model, as OpenRouter's endpoints call tells it. Amounts are before `discount`."""

    model: str
    tag: str
    provider: str
    raw: dict[str, Any] = field(repr=False)
    quantization: str = ""
    context_length: int | None = None
    max_completion_tokens: int | None = None
    max_prompt_tokens: int | None = None
    parameters: tuple[str, ...] = ()
    rates: tuple[Rate, ...] = ()
    discount: Decimal = Decimal(0)
    status: int | None = None
    uptime: str = ""
    notes: tuple[str, ...] = ()


class Reader(Protocol):
    """Reads one file, on the day of which it speaks: `for entry in reader(file, day)`.

    Raises Unreadable, also in the middle: a file is used whole or not at all. After the last entry, `total_count` and
    `next_link` are what the file says of the list that it may be a page of; `seen` shares the ids among pages.
    """

    total_count: int | None
    next_link: str

    def __init__(self, file: BinaryIO, day: date, seen: set[str] | None = None) -> None: ...

    def __iter__(self) -> Iterator[Entry | BadEntry | EndpointEntry]: ...
