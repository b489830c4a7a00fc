"""Finding models by words: over names, ids, aliases and descriptions, with mistyped words put right.

`find(words)` is the whole of it; the rows that it reads are written by `catalog.spans` in the same refresh as the spans.
"""

from catalog.search.finding import Found, find

__all__ = ["Found", "find"]
