"""A market's list beside the catalog: for each entry the lines that an import would have, and at the end what is missing."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from catalog.imports.drafts import Draft, frozen, plain, price_text, share
from catalog.imports.entries import Entry
from catalog.imports.kinds import MARKET, Kind
from catalog.imports.known import Known, parts
from catalog.imports.market_facts import OF_MODEL, listing_drafts, model_drafts
from catalog.imports.market_prices import parameter_drafts, price_drafts, rates_of
from catalog.models import Alias, Change, Listing, Revision

MISSES = 3  # days of absence after which a listing counts as delisted
MOST_GONE_PERCENT = 15
LISTING_FACTS = ("name", "context_length", "max_completion_tokens", "expires_on", "canonical_slug", "listed_on")


def entry_drafts(entry: Entry, known: Known) -> Iterator[Draft]:
    """What is new or different in one entry of the list."""
    if entry.alias_of:
        yield from _alias(entry, known)
        return
    listing = known.listings.get(entry.id)
    if listing is None:
        yield _added(entry, known)
        model = known.models.get(entry.id)
        if model is not None:
            yield from model_drafts(entry, model, known, is_main=True)
        return
    yield from _back(entry, listing, known.day)
    yield from listing_drafts(entry, listing, known)
    yield from model_drafts(entry, listing.model, known, listing.is_main)
    yield from price_drafts(entry, listing, known)
    yield from parameter_drafts(entry, listing, known)


def newer_day(entry: Entry, known: Known) -> date | None:
    """The later day of which the catalog has news of this entry already; None where the entry is the news."""
    listing = None if entry.alias_of else known.listings.get(entry.id)
    seen_on = listing.last_seen_on if listing else None
    return seen_on if seen_on and known.day < seen_on else None


def _added(entry: Entry, known: Known) -> Draft:
    """A listing that the catalog does not have; its model is made with it where that is new, too."""
    vendor, slug, base = parts(entry.id)
    model = known.models.get(base)
    name = str(entry.facts.get("name") or slug)
    vendor_name, found, short = name.partition(": ")
    plan: dict[str, Any] = {
        "op": "add",
        "model": {
            "vendor": vendor,
            "vendor_name": vendor_name.strip() if found and vendor_name.strip() else vendor,
            "slug": slug,
            "name": (short if found else name)[:100],
            "facts": {key: plain(entry.facts[key]) for key in OF_MODEL if key in entry.facts},
        },
        "listing": {key: plain(entry.facts[key]) for key in LISTING_FACTS if key in entry.facts},
        "is_variant": entry.id != base,
        "rates": frozen(rates_of(entry)),
        "discount": share(entry.discount),
        "parameters": sorted(entry.parameters or ()),
        "defaults": entry.defaults,
    }
    price = price_text(plan["rates"], entry.discount)
    if model is None:
        sentence = f"A new model, {plan['model']['name']}: {price}."
    else:
        sentence = f"{model.name} is now sold as {entry.id}: {price}."
    notes = " ".join(entry.notes)
    return Draft(
        Change.Kind.ADDED, entry.id, f"{sentence} {notes}".strip(), plan, model.pk if model else None, "listing", "", price,
        raw=entry.raw,
    )  # fmt: skip


def _alias(entry: Entry, known: Known) -> Iterator[Draft]:
    """A moving name such as `~vendor/model-latest`: it begins to mean another model on the day of the import."""
    target = known.listings.get(entry.alias_of)
    open_ones = list(Alias.objects.filter(name=entry.id, to_day__isnull=True).select_related("model"))
    if target is None:
        model = known.models.get(entry.alias_of)
        if any(alias.model.public_id == entry.alias_of for alias in open_ones):
            return
    else:
        model = target.model
    if model is not None and any(alias.model_id == model.pk for alias in open_ones):
        return
    before = ", ".join(alias.model.public_id for alias in open_ones)
    sentence = f"{entry.id} now means {entry.alias_of}" + (f"; it meant {before}." if before else ".")
    yield Draft(
        Change.Kind.CHANGED if before else Change.Kind.ADDED, entry.id, sentence,
        {"op": "alias", "name": entry.id, "target": entry.alias_of, "ends": [alias.pk for alias in open_ones]},
        model.pk if model else None, "alias", before, entry.alias_of, raw=entry.raw,
    )  # fmt: skip


def _back(entry: Entry, listing: Listing, day: date) -> Iterator[Draft]:
    if listing.delisted_on and listing.delisted_on <= day:
        yield Draft(
            Change.Kind.BACK, entry.id, f"Listed again; it was away from {listing.delisted_on}.",
            {"op": "back", "listing": listing.pk, "expect": plain(listing.delisted_on)}, listing.model_id, "delisted_on",
            plain(listing.delisted_on), "",
        )  # fmt: skip


def absent_drafts(kind: Kind, seen: set[str], day: date, refusals: list[str]) -> Iterator[Draft]:
    """Listings that the catalog has and the list does not. They are missed, and after some days' misses delisted; the
    refusal is for many that vanish at once."""
    listings = Listing.objects.filter(market__slug=MARKET).exclude(delisted_on__lte=day).exclude(upstream_id="")
    total = 0
    vanished: list[str] = []
    is_counted = _is_first_of_day(kind, day)
    for listing in listings.select_related("model").order_by("upstream_id").iterator(chunk_size=500):
        total += 1
        if listing.upstream_id in seen or (listing.last_seen_on and day < listing.last_seen_on):
            continue
        if not listing.misses:
            vanished.append(listing.upstream_id)
        if listing.misses < MISSES and (is_counted or not listing.misses):  # beyond, a person has decided otherwise
            yield _missed(listing, day)
    share = 100 * len(vanished) / total if total else 0
    if share > MOST_GONE_PERCENT:
        names = ", ".join(vanished[:5]) + (" and others" if len(vanished) > 5 else "")
        refusals.append(
            f"{len(vanished)} of {total} models would vanish ({share:.0f}%, more than {MOST_GONE_PERCENT}%): {names}."
        )


def _is_first_of_day(kind: Kind, day: date) -> bool:
    """Whether no list of this day was applied yet: a second reading of the same day is no second miss. One that was undone,
    if only in part, does not count."""
    applied = Revision.objects.applied().filter(source__slug=kind.source_slug, kind=Revision.Kind.IMPORT, day=day)
    return not applied.filter(is_extract=False, undone_at__isnull=True).exists()


def _missed(listing: Listing, day: date) -> Draft:
    misses = listing.misses + 1
    first = listing.missed_on or day
    plan = {"op": "miss", "listing": listing.pk, "misses": misses, "missed_on": plain(first), "expect": listing.misses}
    since = f"not seen since {listing.last_seen_on}" if listing.last_seen_on else "not on the list"
    if misses == MISSES:
        sentence = f"Missing for the {_nth(misses)} day: delisted as of {first}, {since}."
    else:
        sentence = f"Missing for the {_nth(misses)} day, {since}; after {MISSES} it counts as delisted."
    return Draft(
        Change.Kind.GONE, listing.upstream_id, sentence, plan, listing.model_id, "delisted_on", "",
        plain(first) if misses == MISSES else "",
    )  # fmt: skip


def _nth(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")
