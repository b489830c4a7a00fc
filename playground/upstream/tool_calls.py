"""Which tool call a part belongs to: one stable index for each call, whatever the server calls it. Pure.

Chat completions name calls by `index`, which some servers leave out or set to 0 for all; the Responses API names them by
item, place in the output, or call id, each of which may be missing.
"""

import json
from dataclasses import dataclass
from typing import Any

from playground.upstream.pieces import ToolCallDelta

MOST_TOOL_CALLS = 128


@dataclass
class Call:
    """What is known of one call so far."""

    id: str = ""
    name: str = ""
    item_id: str = ""
    place: int | None = None
    has_arguments: bool = False


class ToolCalls:
    """The calls of one answer."""

    def __init__(self) -> None:
        self.calls: dict[int, Call] = {}
        self._at: dict[int, int] = {}  # the server's index, and the call that it means now

    def part(self, index: int, id: str, name: str, arguments: str) -> list[ToolCallDelta]:
        """A part of the call at our `index`, its id and name only when they are news; nothing when nothing is."""
        call = self.calls.get(index)
        is_new = call is None
        if call is None:
            call = self.calls[index] = Call()
        id, name = "" if call.id else id, "" if call.name else name
        call.id, call.name = call.id or id, call.name or name
        call.has_arguments = call.has_arguments or bool(arguments)
        return [ToolCallDelta(index, id, name, arguments)] if is_new or id or name or arguments else []

    def at_index(self, index: Any, position: int, id: str, name: str) -> int | None:
        """Our index for a part of a chat completion, at `position` in its list; None for what cannot be an index."""
        place = position if index is None else index
        if type(place) is not int or not 0 <= place < MOST_TOOL_CALLS:
            return None
        if index is None and id and (known := self._first(id=id)) is not None:
            return known
        ours = self._at.get(place)
        # Ollama has called every call 0. Another id alone says nothing: an old vLLM makes one up for every part.
        is_another = ours is not None and bool(id and name) and self.calls[ours].id not in ("", id)
        if ours is None or is_another:
            ours = place if place not in self.calls else self._next()
            if ours is None:
                return None
            self._at[place] = ours
        return ours

    def of_item(self, item_id: str, place: Any, call_id: str) -> int | None:
        """Our index for a call of the Responses API, the next one when it is new; None when there are too many."""
        place = place if type(place) is int else None
        found = self._first(item_id=item_id) if item_id else None
        if found is None and call_id:
            found = self._first(id=call_id)
        if found is None and place is not None:
            found = self._first(place=place)
            if found is not None and item_id and self.calls[found].item_id:
                found = None
        if found is None and not item_id and place is None and not call_id and self.calls:
            found = max(self.calls)
        if found is None:
            found = self._next()
        if found is not None:
            call = self.calls.setdefault(found, Call())
            call.item_id = call.item_id or item_id
            call.place = place if call.place is None else call.place
        return found

    def _first(self, **known: Any) -> int | None:
        [(name, value)] = known.items()
        return next((index for index, call in self.calls.items() if getattr(call, name) == value), None)

    def _next(self) -> int | None:
        index = max(self.calls, default=-1) + 1
        return index if index < MOST_TOOL_CALLS else None


def arguments_text(arguments: Any) -> str:
    """Arguments as the text they should be: Ollama sends them read already, and a call without any sends null."""
    if isinstance(arguments, dict | list):
        return json.dumps(arguments, default=str)
    return arguments if isinstance(arguments, str) else ""
