"""Workload profiles: named mixes to start from, and a person's own. Every profile is an address of the costs page."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.http import urlencode

from catalog.costs.forms import WorkloadForm
from catalog.models import WorkloadProfile


@dataclass(frozen=True)
class Profile:
    """A workload under a name: the fields of the costs page as they are written there. `pk` when somebody keeps it."""

    name: str
    about: str
    fields: dict[str, str]
    pk: int | None = None

    @property
    def query(self) -> str:
        return urlencode(self.fields)

    def is_shown_by(self, form: WorkloadForm) -> bool:
        """Whether the form asks for exactly this workload."""
        return form.fields_kept() == self.fields


def _mix(
    name: str, about: str, prompt: int, cached: str, completion: int, requests: int, batch: bool = False
) -> Profile:
    fields = {
        "prompt_tokens": str(prompt),
        "cached_tokens": cached,
        "completion_tokens": str(completion),
        "requests": str(requests),
        "per": "day",
    }
    return Profile(name, about, {**fields, "batch": "on"} if batch else fields)


# Round numbers to start from, chosen by us; nobody measured them. The page says so.
MIXES = (
    _mix("Chat", "A system prompt and a few turns, most of it seen before", 2_000, "50%", 400, 5_000),
    _mix("Retrieval", "A question with passages found for it, hardly any of them twice", 8_000, "10%", 500, 2_000),
    _mix("Agentic coding", "Many steps over one growing context that the cache remembers", 60_000, "85%", 1_500, 1_000),
    _mix("Batch extraction", "Records to fields, overnight, nothing cached", 3_000, "0%", 300, 20_000, batch=True),
    _mix("Long document", "One long text read once, a page of summary", 100_000, "0%", 1_500, 100),
)


def of_kept(row: WorkloadProfile) -> Profile:
    """A kept profile as the page offers it."""
    fields = {
        "prompt_tokens": str(row.prompt_tokens),
        "cached_tokens": row.cached,
        "completion_tokens": str(row.completion_tokens),
        "requests": str(row.requests),
        "per": row.per,
        "batch": "on" if row.is_batch else "",
    }
    about = f"{row.prompt_tokens:,} prompt tokens, {row.cached or 'none'} cached, {row.completion_tokens:,} completion tokens"
    return Profile(row.name, about, {name: value for name, value in fields.items() if value}, row.pk)


def own(rows: Iterable[WorkloadProfile]) -> list[Profile]:
    return [of_kept(row) for row in rows]
