"""The price of a known listing beside that of its entry, and the request parameters gained and lost."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from catalog import exact, figures
from catalog.imports.drafts import Amounts, Draft, amounts, factor, frozen, price_text, share
from catalog.imports.entries import Entry
from catalog.imports.known import Known
from catalog.imports.market_facts import pin_drafts
from catalog.models import Change, Listing, Parameter
from catalog.pricing import LABELS, Component, Rate

PRICE = "price"  # the field under which a listing's price is pinned
JUMP = Decimal(10)  # a price that moves this many times or more is a slip until a person has looked


def price_drafts(entry: Entry, listing: Listing, known: Known) -> Iterator[Draft]:
    """A new price begins on the day of the import; the one before ends on it and stays on record."""
    if not entry.rates:
        return
    said = frozen(rates_of(entry))
    pin = next((pin for pin in listing.pins.all() if pin.field == PRICE), None)
    if pin is not None:
        yield from pin_drafts(entry, pin, price_text(said, entry.discount), listing.model)
        return
    period = known.period(listing)
    has = frozen(rate.as_pricing() for rate in period.rates.all()) if period else []
    discount = period.discount_share() if period else Decimal(0)
    if said == has and entry.discount == discount:
        return
    plan = {
        "op": "price",
        "listing": listing.pk,
        "rates": said,
        "discount": share(entry.discount),
        "period": period.pk if period else None,
        "expect": has,
        "off": period.discount if period else "",
    }
    before = price_text(has, discount) if period else ""
    after = price_text(said, entry.discount)
    if period and period.starts_on == known.day and (period.is_used or period.source.slug != known.kind.source_slug):
        last = known.last.get(entry.id, {})
        if last.get("~price") != after:
            yield Draft(
                Change.Kind.CONFLICT, entry.id,
                f"A price that begins today is entered here ({before}) and stays; the market says {after}.",
                {"op": "remember", "last": {"~price": after}}, listing.model_id, PRICE, before, after,
            )  # fmt: skip
        return
    refusal = _refusal(entry, amounts(has, discount), amounts(said, entry.discount), before, after)
    yield Draft(
        Change.Kind.PRICE, entry.id, _sentence(listing, has, said, discount, entry.discount, before, after, known.day), plan,
        listing.model_id, PRICE, before, after, refusal=refusal,
    )  # fmt: skip


def _refusal(entry: Entry, old: Amounts, new: Amounts, before: str, after: str) -> str:
    """Why the move is likely to be a slip; empty where it is none. Amounts are after discounts."""
    moved = factor(old, new)
    if moved is not None and moved >= JUMP:
        return f"The price of {entry.id} would move {figures.multiple(moved)}: {before} becomes {after}."
    for component in (Component.INPUT, Component.OUTPUT):
        was, now = old.get(component), new.get(component)
        if was is not None and now is None:
            return f"The price of {entry.id} would not be known any more: {before} becomes {after}."
        if was is not None and now is not None and bool(was) != bool(now):
            verb = "stop being free" if now else "become free"
            return f"{entry.id} would {verb}: {before} becomes {after}."
    return ""


def rates_of(entry: Entry) -> tuple[Rate, ...]:
    """An entry's rates; those of a batch variant hold for batches only."""
    if not entry.id.endswith(":batch"):
        return entry.rates or ()
    return tuple(replace(rate, condition=replace(rate.condition, batch=True)) for rate in entry.rates or ())


def _sentence(
    listing: Listing,
    has: list[dict],
    said: list[dict],
    was_off: Decimal,
    off: Decimal,
    before: str,
    after: str,
    day: date,
) -> str:
    if not has:
        return _begun(listing, day, after)
    old, new = amounts(has, was_off), amounts(said, off)
    moves = []
    for component, amount in new.items():
        was = old.get(component)
        if amount == was:
            continue
        if was and amount is not None:
            moves.append(f"{LABELS[component].lower()} {percent(was, amount)}")
        else:
            moves.append(f"{LABELS[component].lower()} {'was not told' if was is None else 'was free'}")
    words = f" ({', '.join(moves)})" if moves else ""
    return f"{before} becomes {after}{words}."


def _begun(listing: Listing, day: date, after: str) -> str:
    """Where no price is in force: whether this is the first one, or one that begins after a pause."""
    earlier = [
        each for each in listing.periods.all() if each.currency == "USD" and each.ends_on and each.ends_on <= day
    ]
    last = max(earlier, key=lambda period: period.starts_on, default=None)
    if last is None:
        return f"A first price at {listing.market}: {after}."
    cost = price_text(frozen(rate.as_pricing() for rate in last.rates.all()), last.discount_share())
    return f"Sold again at {listing.market}: {after}. It last cost {cost}, until {last.ends_on}."


def percent(was: Decimal, now: Decimal) -> str:
    """The change in percent with its sign, to a tenth: +25%, −87.5%."""
    change = (now - was) / was * 100
    text = exact.plain(abs(change).quantize(Decimal("0.1")).normalize() + 0)
    return f"{'−' if change < 0 else '+'}{text}%"


def parameter_drafts(entry: Entry, listing: Listing, known: Known) -> Iterator[Draft]:
    """Parameters that the market's lists name now and did not name before, and the reverse."""
    if entry.parameters is None:
        return
    rows = of_lists(listing)
    named = {row.name for row in rows if not row.is_unsupported} if rows else _effective(listing)
    gained, lost = sorted(entry.parameters - named), sorted(named - entry.parameters)
    words = [f"gained {', '.join(gained)}"] if gained else []
    words += [f"lost {', '.join(lost)}"] if lost else []
    plan = {"op": "parameters", "listing": listing.pk, "gained": gained, "lost": lost, "defaults": entry.defaults}
    before, after = ", ".join(sorted(named)), ", ".join(sorted(entry.parameters))
    if not rows:
        plan |= {"gained": sorted(entry.parameters), "lost": []}
        told = (
            f"Beside what the catalog shows: {'; '.join(words)}." if words else "They are those that the catalog shows."
        )
        yield Draft(
            Change.Kind.CONFLICT if words else Change.Kind.SAID, entry.id,
            f"The list names {len(entry.parameters)} parameters. {told}", plan, listing.model_id, "sources", before, after,
        )  # fmt: skip
    elif words:
        yield Draft(
            Change.Kind.CHANGED, entry.id, f"Parameters: {'; '.join(words)}.", plan, listing.model_id, "parameters",
            before, after,
        )  # fmt: skip


def _effective(listing: Listing) -> set[str]:
    return {name for name, row in listing.effective_parameters().items() if not row.is_unsupported}


def of_lists(listing: Listing) -> list[Parameter]:
    """The rows that were read in the market's lists, not on its pages."""
    return [row for row in listing.parameters.all() if row.source.slug.startswith("openrouter-models")]
