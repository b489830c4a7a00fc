"""Raw entries: what a line of an import was read from, as the source wrote it, kept once for each wording."""

import hashlib
import json
from datetime import date
from typing import Any

from catalog.imports.drafts import Draft
from catalog.models import RawEntry, Source

BY_THE_HOUR = (
    "benchmarks",
    "uptime_last_5m",
    "uptime_last_30m",
    "uptime_last_1d",
    "latency_last_30m",
    "throughput_last_30m",
)


def keep(source: Source, day: date, drafts: list[Draft], raws: dict[str, Any]) -> dict[str, int]:
    """Keep the raw entries of those that have a line, and note each line's digest: their keys by digest. `raws` are by
    the subject of the lines that bring none of their own."""
    wanted: dict[str, tuple[str, Any]] = {}
    for draft in drafts:
        draft.raw = draft.raw or raws.get(draft.subject)
        if draft.raw:
            draft.digest = digest(draft.raw)
            wanted[draft.digest] = (draft.subject[:200], draft.raw)
    RawEntry.objects.bulk_create(
        (
            RawEntry(source=source, subject=subject, digest=code, raw=_jsonable(raw), read_on=day)
            for code, (subject, raw) in wanted.items()
        ),
        ignore_conflicts=True,
        batch_size=200,
    )
    found = RawEntry.objects.filter(source=source, digest__in=wanted)
    return {code: pk for pk, code in found.values_list("pk", "digest")}


def digest(raw: dict[str, Any]) -> str:
    """SHA-256 of an entry without what changes by the hour."""
    steady = {name: value for name, value in raw.items() if name not in BY_THE_HOUR}
    return hashlib.sha256(json.dumps(steady, sort_keys=True, default=str).encode("utf-8", "surrogatepass")).hexdigest()


def _jsonable(raw: dict[str, Any]) -> dict[str, Any]:
    return json.loads(json.dumps(raw, default=str))
