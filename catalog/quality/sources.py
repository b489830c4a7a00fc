"""Checks on what sources say: disagreements, pins that the source has met or left behind, contexts that cannot be. Pure."""

import re
from collections.abc import Iterator
from decimal import Decimal

from catalog import agreement, figures
from catalog.agreement.prices import usd_per_token
from catalog.quality.findings import Finding
from catalog.quality.records import Catalog, money

MOST_WORDS = 120
BESIDES = re.compile(r"\((?![^()]*\b(?:EUR|GBP)\b)[^()]{1,80}\)")  # a provider or a variant, not a second currency
STANDINGS = {"agreed": "The source agrees now: the pin may go.", "moved": "The source has moved on to a third value."}


def disagreements(catalog: Catalog) -> Iterator[Finding]:
    """Every word of a source that differs from the value shown."""
    for said in catalog.said:
        yield Finding(
            catalog.models[said.model], said.field, "", priced(said.field, said.value) or shortened(said.value),
            said.observed_on, said.note, said.source, said.pk,
        )  # fmt: skip


def pins_to_look_at(catalog: Catalog) -> Iterator[Finding]:
    """Pins that a source has come to agree with or has moved away from. Who pinned, and why, is not told here."""
    for pin in catalog.pins:
        if pin.standing in STANDINGS:
            yield Finding(
                catalog.models[pin.model], pin.field, shortened(pin.value) or "(empty)", shortened(pin.upstream_value),
                pin.upstream_on, STANDINGS[pin.standing], pin.upstream_source, market=pin.market or "",
            )  # fmt: skip


def larger_contexts(catalog: Catalog) -> Iterator[Finding]:
    """A market that sells more context than the vendor says there is."""
    for listing in catalog.listings.values():
        model = catalog.models[listing.model]
        if not listing.context_length or not model.context_length or listing.context_length <= model.context_length:
            continue
        if agreement.compare("context_length", model.context_length, listing.context_length).differs:
            yield Finding(
                model, f"at {listing.market}", f"{model.context_length:,} tokens", f"{listing.context_length:,} tokens",
                listing.last_seen_on, anchor="providers",
            )  # fmt: skip


def smaller_contexts(catalog: Catalog) -> Iterator[Finding]:
    """A market that sells less than half of the context that the vendor says there is, while it is on sale."""
    for listing in catalog.listings.values():
        model = catalog.models[listing.model]
        if not listing.context_length or not model.context_length or not listing.is_on_sale(catalog.today):
            continue
        if listing.context_length * 2 < model.context_length:
            share = figures.percent(Decimal(listing.context_length) / model.context_length)
            yield Finding(
                model, f"at {listing.market}", f"{model.context_length:,} tokens", f"{listing.context_length:,} tokens",
                listing.last_seen_on, f"{share} of it.", anchor="providers",
            )  # fmt: skip


def priced(field: str, text: str) -> str:
    """A source's words for a price as a price per million, with what it says besides; blank where they are none."""
    amount = usd_per_token(text) if field.endswith("_price") else None
    if amount is None:
        return ""
    besides = BESIDES.search(text)
    return f"{money(amount)}{f' {besides[0]}' if besides else ''}"


def shortened(text: str) -> str:
    words = " ".join(text.split())
    return f"{words[:MOST_WORDS]}…" if len(words) > MOST_WORDS else words
