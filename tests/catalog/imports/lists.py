"""OpenRouter's list as tests write it: only what matters is said, prices in dollars per million tokens."""

import io
import json
from datetime import date
from decimal import Decimal
from typing import Any

from catalog.exact import per_token, plain
from catalog.history.undoing import undo
from catalog.imports.applying import apply
from catalog.imports.kinds import KINDS
from catalog.imports.preview import preview
from catalog.imports.reading import open_file
from catalog.models import Change, Revision

DAY = date(2026, 11, 21)


def model(id: str, input: str | None = "0.50", output: str | None = "1.50", **fields: Any) -> dict[str, Any]:
    """One entry as the market writes it."""
    pricing = fields.pop("pricing", None)
    if pricing is None:
        pricing = {}
        for key, price in (("prompt", input), ("completion", output)):
            if price is not None:
                pricing[key] = plain(per_token(Decimal(price)))
    entry = {
        "id": id,
        "canonical_slug": id.partition(":")[0],
        "hugging_face_id": "",
        "name": f"Maker: {id.rpartition('/')[2]}",
        "created": 1764681654,
        "description": "A model for tests.",
        "context_length": 131072,
        "architecture": {
            "modality": "text->text",
            "input_modalities": ["text"],
            "output_modalities": ["text"],
            "tokenizer": "Other",
            "instruct_type": None,
        },
        "pricing": pricing,
        "top_provider": {"context_length": 131072, "max_completion_tokens": 8192, "is_moderated": False},
        "per_request_limits": None,
        "supported_parameters": ["max_tokens", "temperature"],
        "default_parameters": {},
        "supported_voices": None,
        "knowledge_cutoff": None,
        "expiration_date": None,
    }
    return entry | fields


def written(*entries: Any, **envelope: Any) -> bytes:
    return json.dumps({"data": list(entries)} | envelope).encode()


def previewed(
    content: bytes, day: date = DAY, kind: str = "openrouter", is_extract: bool = False, user: Any = None
) -> Revision:
    entries = open_file(KINDS[kind], io.BytesIO(content), day)
    return preview(KINDS[kind], entries, day, user, "list.json", is_extract)


def imported(*entries: Any, day: date = DAY, is_forced: bool = False, **options: Any) -> Revision:
    """The list previewed and applied."""
    return apply(previewed(written(*entries), day, **options), is_forced=is_forced)


def lines(revision: Revision, kind: str = "") -> list[str]:
    """What a person reads of the lines of one kind."""
    found = revision.changes.order_by("position")
    return [f"{line.subject}: {line.sentence}" for line in (found.filter(kind=kind) if kind else found)]


def differences(revision: Revision) -> list[str]:
    return [str(line) for line in revision.changes.exclude(kind=Change.Kind.BAD)]


__all__ = ["DAY", "differences", "imported", "lines", "model", "previewed", "undo", "written"]
