"""Reading a file into a preview: every difference a line, nothing changed yet, memory bounded by one chunk of entries."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from catalog.imports import raw_entries
from catalog.imports.drafts import Draft
from catalog.imports.entries import BadEntry, EndpointEntry, Entry, Unreadable
from catalog.imports.kinds import Kind
from catalog.imports.known import Known
from catalog.imports.market import absent_drafts, entry_drafts, newer_day
from catalog.imports.older import Older
from catalog.imports.opinions import opinion_drafts
from catalog.imports.providers import endpoint_drafts
from catalog.models import Change, Listing, Revision, Source
from catalog.models.variants import ID_PART

CHUNK = 500
MOST_BAD_PERCENT = 15
LONGEST_ALIAS = 120  # characters, the width of Alias.name
Progress = Callable[[int], Any]
Read = Entry | BadEntry | EndpointEntry


def preview(
    kind: Kind,
    entries: Iterable[Read],
    day: date,
    user: Any = None,
    origin: str = "",
    is_extract: bool = False,
    progress: Progress = lambda count: None,
    reason: str = "",
) -> Revision:
    """The differences between the entries and the catalog, as a revision that waits. With `is_extract`, what the file
    leaves out says nothing. A file that cannot be used becomes a refused revision without lines."""
    source = kind.source(day)
    revision = Revision.objects.create(
        kind=Revision.Kind.IMPORT,
        state=Revision.State.READING,
        title=f"Import of {kind.title}",
        source=source,
        user=user if user is not None and user.is_authenticated else None,
        day=day,
        is_extract=is_extract,
        origin=origin[:200],
        reason=reason[:300],
    )
    previewing = _Previewing(revision, kind, source)
    try:
        previewing.read(entries, progress)
        if previewing.good:
            previewing.finish(is_extract, _incomplete(entries))
    except Unreadable as error:
        return _refuse(revision, str(error))
    except BaseException:
        revision.delete()
        raise
    if not previewing.good:
        return _refuse(revision, previewing.why_nothing())
    # One that a timer left waiting is out of date now; one that a person made is theirs to decide.
    waiting = Revision.objects.filter(kind=Revision.Kind.IMPORT, source=source, state=Revision.State.PREVIEW, user=None)
    waiting.exclude(pk=revision.pk).update(state=Revision.State.DISCARDED, reason="A later reading took its place.")
    return revision


def tried_within(kind: Kind, time: timedelta) -> bool:
    """Whether an import of this kind was made, or tried, in the time that has just passed."""
    now, states = timezone.now(), Revision.State
    made = Revision.objects.filter(kind=Revision.Kind.IMPORT, source__slug=kind.source_slug, is_extract=False)
    done = Q(state__in=[states.APPLIED, states.PREVIEW, states.UNDONE], made_at__gt=now - time)
    failed = Q(state=states.REFUSED, made_at__gt=now - time / 4)  # it is tried again sooner
    return made.filter(done | failed).exists()


def _refuse(revision: Revision, sentence: str) -> Revision:
    revision.changes.all().delete()
    revision.state, revision.refusals = Revision.State.REFUSED, [sentence]
    revision.save(update_fields=["state", "refusals"])
    return revision


class _Previewing:
    def __init__(self, revision: Revision, kind: Kind, source: Source) -> None:
        self.revision, self.kind, self.source, self.day = revision, kind, source, revision.day
        self.counts: Counter[str] = Counter()
        self.refusals: list[str] = []
        self.position = self.good = 0
        self.first_bad = ""
        self.seen: set[str] = set()
        self.seen_keys: list[int] = []
        self.older = Older()

    def read(self, entries: Iterable[Read], progress: Progress) -> None:
        for chunk in _chunks(entries):
            with transaction.atomic():
                self._keep(self._drafts(chunk), chunk)
            progress(len(chunk))

    def why_nothing(self) -> str:
        return f"There is no usable entry in it. {self.first_bad}" if self.first_bad else "It holds no entries."

    def _drafts(self, chunk: list[Read]) -> Iterator[Draft]:
        good: list[Any] = []
        bad: set[str] = set()
        for entry in chunk:
            sentence = entry.sentence if isinstance(entry, BadEntry) else self._unusable(entry)
            if sentence:
                self.first_bad = self.first_bad or sentence
                bad.add(_id(entry))
                raw = entry.raw if isinstance(entry.raw, dict) else None
                yield Draft(
                    Change.Kind.BAD, entry.id[:200] if hasattr(entry, "id") else entry.model, sentence, {}, raw=raw
                )
            else:
                good.append(entry)
        self.good += len(good)
        if self.kind.is_list:
            # What cannot be read of an entry says nothing of whether it is there: a bad one counts as seen.
            self.seen |= bad
            names = [name for entry in good for name in (entry.id, entry.alias_of) if name]
            known = Known(self.kind, self.day, [*names, *bad])
            self.seen_keys += [known.listings[name].pk for name in bad if name in known.listings]
            for entry in good:
                self.seen.add(entry.id)
                if entry.id in known.listings:
                    self.seen_keys.append(known.listings[entry.id].pk)
                if seen_on := newer_day(entry, known):
                    self.older.note(entry.id, seen_on)
                else:
                    yield from entry_drafts(entry, known)
        elif self.kind.is_opinion:
            names = [name for entry in good for name in entry.names]
            known = Known(self.kind, self.day, names, names)
            for entry in good:
                yield from opinion_drafts(entry, known)
        else:
            by_model: dict[str, list[EndpointEntry]] = {}
            for entry in good:
                by_model.setdefault(entry.model, []).append(entry)
            known = Known(self.kind, self.day, by_model)
            for subject, group in by_model.items():
                is_whole = not any(name.startswith(subject) for name in bad)
                yield from endpoint_drafts(subject, group, known, self.seen_keys, self.older, is_whole)

    def _unusable(self, entry: Any) -> str:
        """Why an entry of a list cannot have a page here; empty when it can."""
        if not self.kind.is_list:
            return ""
        if entry.alias_of:
            too_long = len(entry.id) > LONGEST_ALIAS
            return f"A name of more than {LONGEST_ALIAS} characters is none." if too_long else ""
        if entry.id in self.seen:
            return "This id stands in the list twice; the first one counts."
        vendor, _, slug = entry.id.partition("/")
        if ":" in vendor or not (vendor and slug and ID_PART.regex.match(vendor) and ID_PART.regex.match(slug)):
            return "An id is a vendor and a name, such as mistralai/mistral-large-2512."
        return ""

    def _keep(self, drafts: Iterable[Draft], chunk: list[Read]) -> None:
        found = list(drafts)
        for draft in found:
            self.counts[draft.kind] += 1
            if draft.refusal:
                self.refusals.append(draft.refusal)
        raws = raw_entries.keep(self.source, self.day, found, _raw_of(chunk))
        Change.objects.bulk_create(
            (self._line(draft, position, raws) for position, draft in enumerate(found, self.position)), batch_size=200
        )
        self.position += len(found)

    def _line(self, draft: Draft, position: int, raws: dict[str, int]) -> Change:
        return Change(
            revision=self.revision,
            position=position,
            kind=draft.kind,
            subject=draft.subject[:200],
            model_id=draft.model_id,
            field=draft.field,
            before=draft.before,
            after=draft.after,
            sentence=draft.sentence,
            plan=draft.plan | ({"refusal": draft.refusal} if draft.refusal else {}),
            outcome=Change.Outcome.WAITING if draft.is_action else Change.Outcome.NOTED,
            raw_id=raws.get(draft.digest),
        )

    def finish(self, is_extract: bool, incomplete: str) -> None:
        with transaction.atomic():
            if incomplete and not is_extract:
                self.refusals.append(incomplete)
            if self.kind.is_list and not is_extract:
                gone = absent_drafts(self.kind, self.seen, self.day, self.refusals)
                while chunk := list(islice(gone, CHUNK)):
                    self._keep(chunk, [])
            bad, total = self.counts["bad"], self.good + self.counts["bad"]
            self._sort_out_names()
            if self.kind.is_list and 100 * bad > MOST_BAD_PERCENT * total:
                self.refusals.append(f"{bad} of {total} entries are not usable (more than {MOST_BAD_PERCENT}%).")
            self._keep(self.older.drafts(), [])
            revision = self.revision
            revision.state, revision.entries = Revision.State.PREVIEW, total
            revision.counts, revision.refusals = (
                {kind: count for kind, count in self.counts.items() if count},
                self.refusals[:100],
            )
            revision.seen = self.seen_keys
            revision.save(update_fields=["state", "entries", "counts", "refusals", "seen"])

    def _sort_out_names(self) -> None:
        """A moving name is not usable when what it means is neither in the list nor in the catalog."""
        for line in self.revision.changes.filter(field="alias", model=None):
            target = line.plan["target"]
            if target not in self.seen and not Listing.objects.filter(upstream_id=target).exists():
                self.counts[line.kind] -= 1
                self.counts["bad"] += 1
                line.kind, line.outcome = Change.Kind.BAD, Change.Outcome.NOTED
                line.sentence = f"It stands for {target}, which neither the list nor the catalog has."
                line.save(update_fields=["kind", "outcome", "sentence"])


def _incomplete(entries: Iterable[Read]) -> str:
    """Why a file is not the whole list, by its own envelope; empty where it is, or does not say."""
    total, count = getattr(entries, "total_count", None), getattr(entries, "count", 0)
    if getattr(entries, "next_link", ""):
        return f"The file is one page of a longer list: it has {count} entries and names a next page."
    if total is not None and total != count:
        return f"The file says that the list has {total} models; it holds {count}."
    return ""


def _id(entry: Read) -> str:
    return entry.model if isinstance(entry, EndpointEntry) else entry.id


def _raw_of(chunk: list[Read]) -> dict[str, Any]:
    """The raw entries of models by their ids; providers bring theirs with their lines."""
    raws: dict[str, Any] = {}
    for entry in chunk:
        if isinstance(entry.raw, dict) and not isinstance(entry, EndpointEntry):
            raws.setdefault(_id(entry), entry.raw)
    return raws


def _chunks(entries: Iterable[Read]) -> Iterator[list[Read]]:
    """Pieces of some hundred entries; the providers of one model are never parted."""
    chunk: list[Read] = []
    for entry in entries:
        is_same = bool(chunk) and isinstance(entry, EndpointEntry) and _id(chunk[-1]).startswith(entry.model)
        if len(chunk) >= CHUNK and not is_same:
            yield chunk
            chunk = []
        chunk.append(entry)
    if chunk:
        yield chunk
