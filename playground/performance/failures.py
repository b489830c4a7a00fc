"""Which ends of runs say something of the upstream, and what its failures are called. Pure; no Django.

Counted are answers and the upstream's own failures. What somebody stopped, what this server interrupted or never sent, and
what was refused for the request's, the key's or the account's sake says nothing of whether the upstream was up.
"""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from catalog.figures import counted
from playground.models import State

ANSWERED = frozenset({State.DONE, State.TRUNCATED, State.REFUSED})  # the model answered, if only to say no
FAILED = frozenset({State.FAILED, State.INCOMPLETE})
# Refusals for the sake of who asks or what is asked: a bad request, the key, the credit, the size, a parameter.
OF_THE_REQUEST = frozenset({400, 401, 402, 403, 405, 413, 414, 415, 422})


class Standing(StrEnum):
    """What one end says of the upstream."""

    ANSWERED = "answered"
    FAILED = "failed"
    ASIDE = "aside"


def standing(state: str, status: int | None, *, is_ours: bool) -> Standing:
    """`status` is the HTTP status of a refusal; `is_ours`: it never reached the upstream, or failed here."""
    if state in ANSWERED:
        # A refusal with a status came before the model: a filter, or a key that may not do this.
        return Standing.ANSWERED if status is None else Standing.ASIDE
    if state not in FAILED or is_ours or status in OF_THE_REQUEST:
        return Standing.ASIDE
    return Standing.FAILED


def kind(state: str, status: int | None) -> str:
    """What a failure is called."""
    if status is None or status == 200:
        return "broke off in mid-answer" if state == State.INCOMPLETE else "no connection, silence, or nothing readable"
    words = {
        404: "not served there any more",
        408: "took too long",
        410: "not served there any more",
        429: "too many requests",
        499: "took too long",
        503: "overloaded",
        504: "took too long",
        524: "took too long",
        529: "overloaded",
    }
    return f"{words.get(status, 'a fault of its own' if status >= 500 else 'refused')} ({status})"


def in_words(kinds: Iterable[tuple[str, int]]) -> list[str]:
    """“12 times too many requests (429)”, the most frequent first."""
    counts: Counter[str] = Counter()
    for word, count in kinds:
        counts[word] += count
    return [
        f"{counted(count, 'time')}: {word}"
        for word, count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    ]


def names(kinds: Iterable[tuple[str, int]]) -> list[str]:
    """The kinds without their counts, in the order of the alphabet."""
    return sorted({word for word, _ in kinds})
