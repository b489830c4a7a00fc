"""What the descriptions of all operations have in common."""

from typing import Any

from catalog.api.errors import Error


def answers(shape: Any, *refusals: int) -> dict[int, Any]:
    """The answers of an operation: its own, `304` to a request that names the answer it has, and its refusals."""
    return {200: shape, 304: None, **dict.fromkeys(refusals, Error)}


def without_null(schema: dict[str, Any]) -> None:
    """Takes null out of what the document says of a query's parameters: an address has no way to write it, and a parameter
    that may be left out is described by `required`."""
    for described in schema.get("properties", {}).values():
        kinds = [kind for kind in described.get("anyOf", []) if kind != {"type": "null"}]
        if len(kinds) == 1:
            del described["anyOf"]
            described.update(kinds[0])
