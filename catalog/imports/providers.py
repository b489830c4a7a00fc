"""Providers behind a listing, as the market's endpoints call tells them: which are new, changed or gone."""

from collections.abc import Iterable, Iterator

from catalog import exact
from catalog.imports.drafts import Draft, frozen, price_text, share
from catalog.imports.entries import EndpointEntry
from catalog.imports.known import Known
from catalog.imports.older import Older
from catalog.models import Change, Endpoint, Listing

COLUMNS = (
    "provider", "quantization", "context_length", "max_completion_tokens", "max_prompt_tokens", "parameters", "rates",
    "discount", "status",
)  # fmt: skip
WORDS = {
    "max_completion_tokens": "maximum output",
    "max_prompt_tokens": "maximum prompt",
    "context_length": "context",
    "rates": "price",
}


def endpoint_drafts(
    subject: str, entries: Iterable[EndpointEntry], known: Known, seen: list, older: Older, is_whole: bool = True
) -> Iterator[Draft]:
    """All providers of one model at once: one that is not among them any more is gone, if `is_whole`. Those that are as
    they were go into `seen`, as key and uptime. News of an earlier day than what is on record goes into `older`."""
    listing = known.listings.get(subject)
    if listing is None:
        yield Draft(
            Change.Kind.BAD, subject, f"The catalog has no listing {subject}: import the list of models first.", {}
        )
        return
    has = known.endpoints(listing)
    last = max((endpoint.seen_on for endpoint in has.values()), default=known.day)
    if known.day < last:
        older.note(subject, last)
        return
    told = {entry.tag: entry for entry in entries}
    for tag, entry in told.items():
        yield from _provider(entry, listing, has.get(tag))
        if tag in has:
            seen.append([has[tag].pk, entry.uptime])
    for tag, endpoint in has.items():
        if is_whole and tag not in told and endpoint.gone_on is None:
            yield Draft(
                Change.Kind.GONE, subject, f"{endpoint.provider} ({tag}) does not serve it any more.",
                {"op": "endpoint_gone", "pk": endpoint.pk}, listing.model_id, "providers", str(endpoint), "",
            )  # fmt: skip


def values_of(entry: EndpointEntry) -> dict:
    return {
        "provider": entry.provider,
        "quantization": entry.quantization,
        "context_length": entry.context_length,
        "max_completion_tokens": entry.max_completion_tokens,
        "max_prompt_tokens": entry.max_prompt_tokens,
        "parameters": sorted(entry.parameters),
        "rates": frozen(entry.rates),
        "discount": share(entry.discount),
        "status": entry.status,
    }


def _provider(entry: EndpointEntry, listing: Listing, endpoint: Endpoint | None) -> Iterator[Draft]:
    values = values_of(entry)
    plan = {
        "op": "endpoint", "listing": listing.pk, "pk": endpoint.pk if endpoint else None, "tag": entry.tag,
        "values": values, "uptime": entry.uptime,
    }  # fmt: skip
    price = price_text(values["rates"], entry.discount)
    if endpoint is None:
        yield Draft(
            Change.Kind.ADDED, entry.model, f"Served by {entry.provider} ({entry.tag}): {price}.", plan, listing.model_id,
            "providers", "", price, raw=entry.raw,
        )  # fmt: skip
        return
    changed = [name for name in COLUMNS if getattr(endpoint, name) != values[name]]
    if endpoint.gone_on is not None:
        yield Draft(
            Change.Kind.BACK, entry.model, f"Served again by {entry.provider} ({entry.tag}): {price}.", plan,
            listing.model_id, "providers", "", price,
        )  # fmt: skip
    elif changed:
        words = ", ".join(WORDS.get(name, name) for name in changed)
        was = price_text(endpoint.rates, exact.parse_share(endpoint.discount))
        yield Draft(
            Change.Kind.PRICE if "rates" in changed else Change.Kind.CHANGED, entry.model,
            f"{entry.provider} ({entry.tag}) changed: {words}.", plan, listing.model_id, "providers", was, price,
        )  # fmt: skip
