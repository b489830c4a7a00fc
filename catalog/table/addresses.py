"""Addresses of the table that differ from the present one in a field or two. Pure; no Django."""

from collections.abc import Iterable
from urllib.parse import urlencode

Pairs = list[tuple[str, str]]


class Address:
    """The fields of the present address, from which others are made; page and format are never among them."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self.pairs: Pairs = list(pairs)

    def __str__(self) -> str:
        return query_of(self.pairs)

    def without(self, *names: str) -> "Address":
        return Address((name, value) for name, value in self.pairs if name not in names)

    def only(self, *names: str) -> "Address":
        return Address((name, value) for name, value in self.pairs if name in names)

    def having(self, name: str, *values: str) -> "Address":
        """With these values of a field in place of those it has now."""
        return Address([*self.without(name).pairs, *((name, value) for value in values if value)])


def query_of(pairs: Pairs) -> str:
    """`?sort=input`, and `?` alone for the plain table, which as a link leads there and not to where one is."""
    return f"?{urlencode(pairs, safe=',')}"
