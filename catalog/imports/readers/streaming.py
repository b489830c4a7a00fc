"""JSON read piece by piece, so that a file of any number of entries needs the memory of one. Pure.

A reader walks through a file with `members` (of an object) and `items` (of a list), and takes each value as it comes with
`read`, `skip` or a walk of its own. Numbers stay exact: whole ones are int, all others Decimal, never float. What breaks
the file as JSON raises Unreadable with the place where it was met; what breaks one value only (a name that stands twice in
it, nesting without end, a number of hundreds of digits) is told beside the value, and the file goes on.
"""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO

import ijson  # type: ignore[import-untyped]

from catalog.imports.entries import Unreadable
from catalog.imports.readers.bounded import EMPTY, BoundedFile

MOST_DEPTH = 32  # of a value that is read
MOST_LEVELS = 1_000_000  # of one that is passed over
MOST_CHARACTERS = 1_000_000  # of one value; the longest entry that any source ever had is under 20,000
CHUNK = 2**18  # bytes; the parser looks again at a text that goes on over many chunks, so few large ones are quicker
MOST_DIGITS = 600
LONG_NUMBER = 10**MOST_DIGITS
STARTS = frozenset({"start_map", "start_array"})
ENDS = frozenset({"end_map", "end_array"})
Event = tuple[str, Any]


class Json:
    """A walk through one JSON file. `place` is where it stands, in words, for the sentences that need it."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = BoundedFile(file)
        self.place = ""
        self._held: Event | None = None
        self._is_begun = False
        self._events = self._parsed()

    def members(self, otherwise: str) -> Iterator[str]:
        """The names of the object that comes next; after each one its value is to be taken. Raises Unreadable with the
        sentence `otherwise` when it is no object."""
        self._enter("start_map", otherwise)
        while (event := self._next())[0] != "end_map":
            yield str(event[1])

    def items(self, otherwise: str) -> Iterator[None]:
        """One turn for each value of the list that comes next, which is to be taken; raises as `members` does."""
        self._enter("start_array", otherwise)
        while (event := self._next())[0] != "end_array":
            self._held = event
            yield

    def is_next(self, start: str) -> bool:
        """Whether the value that comes next begins with this event: start_map or start_array."""
        self._held = self._next()
        return self._held[0] == start

    def skip(self) -> None:
        if self._next()[0] in STARTS:
            self._leave(1)

    def end(self) -> None:
        """The file must hold nothing more. Raises Unreadable otherwise."""
        for _ in self._events:
            raise Unreadable("There is something after the end of the JSON in the file.")

    def read(self) -> tuple[Any, str]:
        """The value that comes next, and a sentence when it cannot be used; it is then as whole as it could be made."""
        event, value = self._next()
        if event not in STARTS:
            return _scalar(value)
        current: Any = {} if event == "start_map" else []
        outer: list[tuple[Any, str]] = []  # the containers around the current one, each with the name it goes on with
        key, problem, characters = "", "", 0
        for event, value in self._events:
            characters += 2
            if event == "map_key":
                key = _text(value)
                characters += len(key)
                if key in current:
                    problem = problem or f"“{key[:60]}” stands in it twice."
                continue
            if event in ENDS:
                if not outer:
                    return current, problem
                current, key = outer.pop()
                continue
            if event in STARTS:
                if len(outer) + 1 >= MOST_DEPTH:
                    problem = problem or f"It is nested more than {MOST_DEPTH} levels deep."
                    self._leave(1)
                    continue
                child: Any = {} if event == "start_map" else []
                _put(current, key, child)
                outer.append((current, key))
                current = child
                continue
            if event == "string":
                value = _text(value)
                characters += len(value)
            elif event == "number":
                value, fault = _scalar(value)
                problem = problem or fault
            if characters > MOST_CHARACTERS:
                self._leave(len(outer) + 1)
                return (outer[0][0] if outer else current), problem or "It is longer than a million characters."
            _put(current, key, value)
        raise Unreadable("The file ends in the middle.")

    def _enter(self, start: str, otherwise: str) -> None:
        if self._next()[0] != start:
            raise Unreadable(otherwise)

    def _leave(self, depth: int) -> None:
        """Pass over the rest of a value that is `depth` levels deep."""
        for event, _ in self._events:
            if event in STARTS:
                depth += 1
                if depth > MOST_LEVELS:
                    raise Unreadable(f"The file is nested more than {MOST_LEVELS:,} levels deep{self._near()}.")
            elif event in ENDS:
                depth -= 1
                if not depth:
                    return

    def _next(self) -> Event:
        if self._held is not None:
            event, self._held = self._held, None
            return event
        for event in self._events:
            return event
        raise Unreadable("The file ends in the middle.")

    def _parsed(self) -> Iterator[Event]:
        """The parser's events, its errors as sentences."""
        try:
            for event in ijson.basic_parse(self.file, buf_size=CHUNK):
                self._is_begun = True
                yield event
        except ijson.JSONError as error:
            raise Unreadable(self._sentence(str(error))) from None
        except UnicodeDecodeError:
            raise Unreadable(f"The file holds half of a two-part character{self._near()}, which is not text.") from None
        except InvalidOperation:
            raise Unreadable(f"The file holds a number with an absurd exponent{self._near()}.") from None

    def _sentence(self, error: str) -> str:
        if "premature EOF" in error:
            return f"The file ends in the middle{self._after()}." if self._is_begun else EMPTY
        if "trailing garbage" in error:
            return "There is something after the end of the JSON in the file."
        if "UTF8" in error:
            return f"The file is not UTF-8 text{self._near()}. Save it as UTF-8."
        return f"The file is not valid JSON{self._near()}."

    def _near(self) -> str:
        return f" near {self.place}" if self.place else ""

    def _after(self) -> str:
        return f", at {self.place}" if self.place else ""


def _put(container: Any, key: str, value: Any) -> None:
    """Of two values with the same name the first one stays."""
    if type(container) is dict:
        container.setdefault(key, value)
    else:
        container.append(value)


def _text(value: str) -> str:
    """Text without NUL, which PostgreSQL stores in no text and no JSON."""
    return value.replace("\x00", "\ufffd") if "\x00" in value else value


def _scalar(value: Any) -> tuple[Any, str]:
    """A value that is no container, and a sentence when it is a number that nobody could have meant."""
    if isinstance(value, str):
        return _text(value), ""
    if isinstance(value, Decimal):
        is_long = abs(value.adjusted()) > MOST_DIGITS or len(str(value)) > MOST_DIGITS
    else:
        is_long = type(value) is int and abs(value) >= LONG_NUMBER
    return (None, f"It holds a number of more than {MOST_DIGITS} digits.") if is_long else (value, "")
