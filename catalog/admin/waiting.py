"""What waits for an admin: previews of imports, pins to look at, and what was done last."""

from dataclasses import dataclass
from typing import Any

from catalog.admin import permissions
from catalog.models import Pin, Revision

LAST = 5


@dataclass(frozen=True)
class Waiting:
    imports: list[Revision]
    pins: int
    last: list[Revision]
    may_import: bool


def for_user(user: Any) -> Waiting | None:
    """Three queries; None for somebody who may not read the history. A preview waits for those who may apply it only."""
    if not permissions.may_read(user):
        return None
    revisions = Revision.objects.select_related("user", "source").defer("seen")
    may_import = permissions.may_import(user)
    previews = revisions.filter(kind=Revision.Kind.IMPORT, state=Revision.State.PREVIEW)
    return Waiting(
        imports=list(previews[:LAST]) if may_import else [],
        pins=Pin.objects.to_look_at().count(),
        last=list(revisions.filter(applied_at__isnull=False).order_by("-applied_at")[:LAST]),
        may_import=may_import,
    )
