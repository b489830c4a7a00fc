"""Which parameters an act only wrote down from one more source: a list that names what a page had named before tells nothing
that came to be on that day. No query is made here.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from catalog.changes.reads import ChangeRow


def listings_of_parameters(rows: Iterable[ChangeRow]) -> set[int]:
    """The listings for which an act wrote parameters anew."""
    return {step["after"]["listing_id"] for step in _made(rows)}


def known_before(rows: Iterable[ChangeRow], known: Iterable[tuple[int, int, str]]) -> set[int]:
    """The keys of the parameters that were written for a listing of which another source had named them before. `known`
    are the rows of those listings that say it takes a parameter: key, listing, name."""
    first: dict[tuple[int, str], int] = {}
    for pk, listing, name in known:
        first[listing, name] = min(pk, first.get((listing, name), pk))
    return {
        step["pk"]
        for step in _made(rows)
        if first.get((step["after"]["listing_id"], step["after"].get("name", "")), step["pk"]) < step["pk"]
    }


def _made(rows: Iterable[ChangeRow]) -> Iterator[dict[str, Any]]:
    for row in rows:
        for step in row.steps:
            if step["table"] == "parameter" and step["before"] is None and "listing_id" in (step["after"] or {}):
                yield step
