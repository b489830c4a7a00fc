"""The fast ground under the table: each model's spans of days, kept in step with the catalog and counted by facet.

The table calls `ensure_fresh()` before it reads `Span`, and `facets(queryset)` for the counts beside it.
"""

from catalog.spans.facets import facets
from catalog.spans.refreshing import ensure_fresh

__all__ = ["ensure_fresh", "facets"]
