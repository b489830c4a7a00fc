"""A known listing beside its entry: which fields follow the market, which are a person's, and what only gets noted.

A field follows where its value is blank, or is what an import or the fixtures last wrote there; a pinned field, and one
that somebody changed, never does.
"""

from collections.abc import Iterator
from typing import Any

from catalog.agreement import Verdict, compare
from catalog.imports.drafts import Draft, plain, shown
from catalog.imports.entries import Entry
from catalog.imports.known import Known
from catalog.models import Change, LanguageModel, Listing, Pin

OF_LISTING = ("name", "context_length", "max_completion_tokens", "expires_on", "canonical_slug")
OF_MODEL = (
    "context_length", "input_modalities", "output_modalities", "weights_url", "knowledge_cutoff", "description",
)  # fmt: skip
# What a model's page shows of the listing that stands for it, each with who says so.
OBSERVED = ("listed_on", "max_completion_tokens", "expires_on")
COUNTS = ("context_length", "max_completion_tokens")
MODALITIES = ("input_modalities", "output_modalities")
LABELS = {
    "name": "the name",
    "context_length": "the context",
    "max_completion_tokens": "the maximum output",
    "expires_on": "the end at the market",
    "canonical_slug": "the permanent id",
    "input_modalities": "what it reads",
    "output_modalities": "what it writes",
    "weights_url": "the address of the weights",
    "knowledge_cutoff": "the end of its knowledge",
    "description": "the description",
    "listed_on": "the first day",
    "price": "the price",
}


def current(row: LanguageModel | Listing, name: str) -> Any:
    if name in MODALITIES:
        return sorted(modality.slug for modality in getattr(row, name).all())
    return plain(getattr(row, name))


def is_cut(text: str) -> bool:
    return text.rstrip().endswith(("...", "…"))


def listing_drafts(entry: Entry, listing: Listing, known: Known) -> Iterator[Draft]:
    """What the market says of its own listing."""
    last, seeded = known.last.get(entry.id, {}), known.seeded.get(entry.id, {})
    pins = {pin.field: pin for pin in listing.pins.all()}
    names = [*OF_LISTING, *(["listed_on"] if listing.listed_on is None else [])]
    for name in names:
        if name not in entry.facts and not (name == "expires_on" and listing.expires_on):
            continue
        said, has = plain(entry.facts.get(name)), current(listing, name)
        if name in pins:
            yield from pin_drafts(entry, pins[name], said, listing.model)
            continue
        if said == has:
            continue
        if has in (None, "", []) or last.get(name, seeded.get(name)) == has:
            yield _set(entry, listing, name, has, said, {name: said})
        elif last.get(f"~{name}") != said:
            yield _left(entry, listing.model, name, has, said)


def model_drafts(entry: Entry, model: LanguageModel, known: Known, is_main: bool) -> Iterator[Draft]:
    """What the market says of the model itself: it fills what is blank; where the catalog knows better both are kept."""
    last = known.last.get(entry.id, {})
    pins = {pin.field: pin for pin in model.pins.all() if pin.listing_id is None}
    agreed: list[dict[str, Any]] = []
    for name in OF_MODEL:
        said, has = plain(entry.facts.get(name)), current(model, name)
        if said in (None, "", []) or not is_main:
            continue
        if name in pins:
            yield from pin_drafts(entry, pins[name], said, model)
            continue
        if name == "description":
            yield from _description(entry, model, has, said, last)
            continue
        if said == has:
            verdict = Verdict.SAME
        elif has in (None, "", []) or last.get(f"model.{name}") == has:
            yield _set(entry, model, name, has, said, {f"model.{name}": said})
            verdict = Verdict.SAME
        else:
            verdict = compare(name, shown(has), shown(said)).verdict
        observed = observation(model, name, shown(said), verdict, known)
        if observed and observed["differs"]:
            yield Draft(
                Change.Kind.CONFLICT, entry.id,
                f"Says {shown(said)} for {LABELS[name]}; the catalog shows {shown(has)}, and keeps both.",
                {"op": "observe", "model": model.pk, "said": [observed]}, model.pk, name, shown(has), shown(said),
            )  # fmt: skip
        elif observed:
            agreed.append(observed)
    if agreed:
        words = ", ".join(f"{LABELS[each['field']].removeprefix('the ')} {each['value']}" for each in agreed)
        yield Draft(
            Change.Kind.SAID, entry.id, f"Says as the catalog does: {words}.",
            {"op": "observe", "model": model.pk, "said": agreed}, model.pk, "sources", "", words,
        )  # fmt: skip


def observation(model: LanguageModel, name: str, value: str, verdict: Verdict, known: Known) -> dict[str, Any] | None:
    """What is to be kept of the source's word; None where that is on record already as its latest."""
    if known.latest.get((model.pk, name)) == value:
        return None
    return {"field": name, "value": value, "differs": verdict is Verdict.DIFFERENT}


def _description(entry: Entry, model: LanguageModel, has: str, said: str, last: dict[str, Any]) -> Iterator[Draft]:
    """A text that the market cut short never takes the place of a longer one."""
    if said == has or (is_cut(said) and len(has) >= len(said.rstrip(".… "))):
        return
    if not has or last.get("model.description") == has:
        yield _set(entry, model, "description", has, said, {"model.description": said})


def _set(entry: Entry, row: LanguageModel | Listing, name: str, has: Any, said: Any, last: dict[str, Any]) -> Draft:
    model_id = row.model_id if isinstance(row, Listing) else row.pk
    table = "listing" if isinstance(row, Listing) else "languagemodel"
    where = f" at {row.market}" if isinstance(row, Listing) else ""
    if name == "description":
        sentence = "A longer description." if has else "A description."
    elif has in (None, "", []):
        sentence = f"{_begin(name)}{where} is {shown(said)}."
    else:
        sentence = f"{_begin(name)}{where} is {shown(said) or 'not told any more'}; it was {shown(has)}."
    plan = {"op": "set", "table": table, "pk": row.pk, "field": name, "expect": has, "value": said, "last": last}
    return Draft(Change.Kind.CHANGED, entry.id, sentence, plan, model_id, name, shown(has), shown(said))


def _begin(name: str) -> str:
    return LABELS[name][0].upper() + LABELS[name][1:]


def _left(entry: Entry, model: LanguageModel, name: str, has: Any, said: Any) -> Draft:
    return Draft(
        Change.Kind.CONFLICT, entry.id,
        f"{_begin(name)} was set to {shown(has)} here and stays; the market says {shown(said) or 'nothing'}.",
        {"op": "remember", "last": {f"~{name}": said}}, model.pk, name, shown(has), shown(said),
    )  # fmt: skip


def pin_drafts(entry: Entry, pin: Pin, said: Any, model: LanguageModel) -> Iterator[Draft]:
    """A pinned field stays; what is noted is whether the source has come to agree with it or has moved on."""
    text = shown(said)
    standing = standing_of(pin, text)
    is_as_ever = standing == Pin.Standing.HOLDS and _same(pin.field, pin.replaced, text)
    if standing == pin.standing and (is_as_ever or text == pin.upstream_value):
        return
    label = LABELS.get(pin.field, pin.field).removeprefix("the ")
    if standing == Pin.Standing.AGREED:
        sentence = f"The pinned {label} ({_short(pin.value)}) is what the source says now: the pin can go."
    elif standing == Pin.Standing.MOVED:
        sentence = (
            f"The pinned {label} stays {_short(pin.value)}; the source has moved on to {_short(text) or 'nothing'}."
        )
    else:
        sentence = f"The pinned {label} stays {_short(pin.value)}; the source says {_short(text) or 'nothing'}."
    yield Draft(
        Change.Kind.CONFLICT, entry.id, sentence,
        {"op": "pin", "pin": pin.pk, "standing": standing, "value": text}, model.pk, pin.field, pin.value, text,
    )  # fmt: skip


def standing_of(pin: Pin, said: str) -> str:
    """Whether what the source says now is the pin's value, what it was when the pin was set, or a third.

    What is written alike counts first. Between 128,000 and 131,072 the tolerance for how sources write counts sees no
    difference, and a person who pins one of them over the other does: the source has not moved while it says the other.
    """
    if _alike(pin.field, pin.value, said):
        return Pin.Standing.AGREED
    of_old = [pin.replaced]
    if pin.standing == Pin.Standing.HOLDS:
        of_old.append(pin.upstream_value)
    if not (pin.replaced or pin.upstream_value) and not _same(pin.field, pin.value, said):
        return Pin.Standing.HOLDS
    if any(text and _alike(pin.field, text, said) for text in of_old):
        return Pin.Standing.HOLDS
    if _same(pin.field, pin.value, said):
        return Pin.Standing.AGREED
    return Pin.Standing.HOLDS if any(_same(pin.field, text, said) for text in of_old) else Pin.Standing.MOVED


def _alike(name: str, one: str, other: str) -> bool:
    """Whether two texts are the same value, without any tolerance: 131072 is 131,072."""
    return _written(name, one) == _written(name, other)


def _written(name: str, text: str) -> str:
    if name in MODALITIES:
        return ", ".join(sorted(part.strip() for part in text.split(",")))
    return text.strip().replace(",", "") if name in COUNTS else text.strip()


def _same(name: str, one: str, other: str) -> bool:
    return _alike(name, one, other) or (
        bool(one and other) and name != "price" and compare(name, one, other).verdict is Verdict.SAME
    )


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"
