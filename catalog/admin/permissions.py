"""Who may do what with revisions, in terms of Django's permissions on them.

To view revisions is to read the history; to change them is to undo edits, new prices and copies; to add them is to
import: preview, apply, discard and undo imports. The groups in `catalog.editors` follow this.
"""

from typing import Any

from catalog.models import Revision


def may_read(user: Any) -> bool:
    return any(user.has_perm(f"catalog.{verb}_revision") for verb in ("view", "change", "add"))


def may_import(user: Any) -> bool:
    return user.has_perm("catalog.add_revision")


def may_undo(user: Any, revision: Revision) -> bool:
    verb = "add" if revision.kind == Revision.Kind.IMPORT else "change"
    return user.has_perm(f"catalog.{verb}_revision")
