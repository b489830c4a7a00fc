"""What a model's page says first: what happened to the model and when, what comes, and what takes its place.

One banner for each thing that a reader has to know before the price: none for a model that is simply on sale.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from catalog import figures
from catalog.changes.events import COMING_DAYS
from catalog.facts import day_text
from catalog.models import LanguageModel, Listing
from catalog.models.lifecycle import Dates, Status, words
from catalog.pricelist import annotated


@dataclass(frozen=True)
class Banner:
    """`title` and `text` are sentences. `tone` is danger, caution or info. `leads_on`: the replacement is named here."""

    title: str
    text: str
    tone: str = "info"
    leads_on: bool = False


@dataclass(frozen=True)
class Replacement:
    """What takes a model's place: its address where it has a page here, and its price against this model's."""

    name: str
    url: str = ""
    status: str = ""
    price: str = ""


def banners(model: LanguageModel, today: date) -> list[Banner]:
    """The banners of a model loaded by `for_page`, the gravest first; makes no query of its own."""
    dates, listings = model.dates(), list(model.listings.all())
    main, status = model.main_listing(), dates.status(today)
    sold = [listing for listing in listings if listing.is_listed_on(today)]
    found = [
        _delisted(main, sold, today) if status is Status.DELISTED and main else None,
        _retirement(model, dates, main, sold, today),
        _announced(model, dates, today) if status is Status.ANNOUNCED else None,
        _early(model, main, today) if status is not Status.ANNOUNCED else None,
        *(_expiring(listing, model, today) for listing in sold),
        *(_back(listing, today) for listing in sold),
    ]
    told = [banner for banner in found if banner]
    first = next((place for place, banner in enumerate(told) if banner.leads_on), None)
    return [replace(banner, leads_on=place == first) for place, banner in enumerate(told)]


def _seen_since(day: date, listings: Iterable[Listing]) -> list[Listing]:
    """Those that nobody has last seen before the day: what was seen earlier may have ended with it."""
    return [each for each in listings if each.last_seen_on is None or each.last_seen_on >= day]


def _still(listings: Iterable[Listing]) -> str:
    """Where it is still listed, each market with the day on which it was last seen there: one list that was read today says
    nothing of another."""
    seen: dict[str, date | None] = {}
    for each in listings:
        days = [day for day in (seen.get(str(each.market)), each.last_seen_on) if day]
        seen[str(each.market)] = max(days, default=None)
    parts = [f"{market} (last seen on {day_text(day)})" if day else market for market, day in seen.items()]
    return f"It is still listed at {_and(parts)}."


def _delisted(main: Listing, sold: list[Listing], today: date) -> Banner:
    gap = next((gap for gap in main.absences.all() if gap.from_day <= today < gap.to_day), None)
    if gap is not None:
        text = f"{main.market} does not list it from {day_text(gap.from_day)} to {day_text(gap.to_day)}"
    else:
        text = f"{main.market} sold it until {day_text(main.delisted_on)}"
    text += "; prices below are the last ones."
    if still := _seen_since(main.delisted_on if gap is None else gap.from_day, sold):
        text += f" {_still(still)}"
    return Banner("Delisted.", text, "danger", leads_on=True)


def _unseen(main: Listing | None, today: date) -> str:
    """That the main listing counts as ended with the retirement, and what that makes of the prices; blank where it does not."""
    if main is None or not main.is_over_on(today) or (main.delisted_on and main.delisted_on <= today):
        return ""
    if main.is_vendors_own():
        seen = f", last seen there on {day_text(main.last_seen_on)}" if main.last_seen_on else ""
        return f" It is taken to have ended at {main.market} with that{seen}; prices below are the last ones."
    return f" It was not seen at {main.market} since {day_text(main.last_seen_on)}; prices below are the last ones."


def _retirement(
    model: LanguageModel, dates: Dates, main: Listing | None, sold: list[Listing], today: date
) -> Banner | None:
    """The vendor's word: deprecated, retiring, retired; and where a market does otherwise, that it does."""
    vendor, deprecated, retires = str(model.vendor), dates.deprecated_on, dates.retires_on
    is_deprecated = bool(deprecated and deprecated <= today)
    since = f"deprecated since {day_text(deprecated)}" if is_deprecated else ""
    if retires and retires <= today:
        title = f"Retired by {vendor}"
        text = f"on {day_text(retires)}{', ' if since else ''}{since}."
        text += _unseen(main, today)
        if still := _seen_since(retires, sold):
            text += f" {_still(still)}"
        return Banner(title, text, "danger", leads_on=True)
    if retires and dates.days_left(today) <= COMING_DAYS:
        title = f"{words(Status.RETIRING, dates.days_left(today))}."
        text = f"{vendor} retires it on {day_text(retires)}{', ' if since else ''}{since}."
        if deprecated and not is_deprecated:
            title = "Still active."
            text = f"{vendor} will deprecate it on {day_text(deprecated)} and retire it on {day_text(retires)}."
        return Banner(title, text, "caution", leads_on=True)
    if model.called_retired_on and model.called_retired_on <= today and not retires:
        text = f"{vendor} names no day; read on {day_text(model.called_retired_on)}."
        return Banner("Retired, day not known.", text + _unseen(main, today), "danger", leads_on=True)
    if is_deprecated:
        return Banner(f"Deprecated by {vendor}", f"since {day_text(deprecated)}.", "caution", leads_on=True)
    if deprecated:
        return Banner(
            "Still active.", f"{vendor} will deprecate it on {day_text(deprecated)}.", "caution", leads_on=True
        )
    return None


def _announced(model: LanguageModel, dates: Dates, today: date) -> Banner:
    parts = []
    if dates.announced_on and dates.announced_on <= today:
        parts.append(f"{model.vendor} announced it on {day_text(dates.announced_on)}.")
    parts.append(
        f"Its release is to be on {day_text(dates.released_on)}."
        if dates.released_on
        else "No day of release is known."
    )
    if dates.listed_on:
        parts.append(f"It is to be listed on {day_text(dates.listed_on)}.")
    return Banner("Not released yet.", " ".join(parts))


def _early(model: LanguageModel, main: Listing | None, today: date) -> Banner | None:
    if main is None or not model.released_on or model.released_on <= today:
        return None
    return Banner(
        "Listed before its release.",
        f"{main.market} lists it since {day_text(main.listed_on)}; "
        f"by {model.vendor}’s own word it is released on {day_text(model.released_on)}.",
    )


def _expiring(listing: Listing, model: LanguageModel, today: date) -> Banner | None:
    """The market's own end date, where it says more than the vendor's: its day has passed, or is another one."""
    ends = listing.expires_on
    if ends is None or (ends - today).days > COMING_DAYS:
        return None
    if ends <= today:
        return Banner(
            "Still listed.",
            f"{listing.market} had said that it would end there on {day_text(ends)}, and still lists it.",
            "caution",
        )
    if ends == model.retires_on:
        return None
    days = (ends - today).days
    text = f"{listing.market} says that it ends there on {day_text(ends)}"
    if model.retires_on and model.retires_on > today:
        text += f"; {model.vendor} retires it on {day_text(model.retires_on)}"
    return Banner(f"Ends {'tomorrow' if days == 1 else f'in {days} days'} at {listing.market}.", f"{text}.", "caution")


def _back(listing: Listing, today: date) -> Banner | None:
    gaps = [gap for gap in listing.absences.all() if gap.to_day <= today]
    if not gaps:
        return None
    spans = " and ".join(f"from {day_text(gap.from_day)} to {day_text(gap.to_day)}" for gap in gaps)
    return Banner(f"Back at {listing.market}.", f"It was not listed {spans}.")


def _and(parts: list[str]) -> str:
    *others, last = parts
    return f"{', '.join(others)} and {last}" if others else last


def replacement(model: LanguageModel, own: dict[str, Decimal | None], today: date) -> Replacement | None:
    """What takes the model's place, with its price beside; `own` are this model's amounts per token. At most one query."""
    if model.replacement_id is None:
        return Replacement(model.replacement_name) if model.replacement_name else None
    heir: Any = (
        LanguageModel.objects.select_related("vendor")
        .with_status(today)
        .with_prices(today)
        .get(pk=model.replacement_id)
    )
    gone = "" if heir.status in (Status.ACTIVE, Status.RETIRING) else words(heir.status, None).lower()
    amounts = {name: annotated(heir, name) for name in ("input", "output")}
    return Replacement(heir.name, heir.get_absolute_url(), gone, price_against(amounts, own))


def price_against(theirs: dict[str, Decimal | None], own: dict[str, Decimal | None]) -> str:
    """It costs $1.50 / $7.50 per million tokens, 3× as much for input and 5× as much for output. Blank where either has
    no price of both input and output."""
    if None in (*theirs.values(), *own.values()):
        return ""
    said = {name: _against(theirs[name], own[name]) for name in ("input", "output")}
    if said["input"] == said["output"]:
        compared = f"{said['input']} for input and output"
    else:
        compared = " and ".join(f"{what} for {name}" for name, what in said.items())
    shown = " / ".join(f"${figures.per_million(theirs[name])}" for name in ("input", "output"))
    return f"It costs {shown} per million tokens of input / output, {compared}."


def _against(theirs: Decimal, own: Decimal) -> str:
    if theirs == own:
        return "the same"
    if not own:
        return "where this one is free"
    if not theirs:
        return "nothing"
    if theirs < own:
        return f"{figures.percent(figures.ROUNDING.divide(own - theirs, own))} less"
    ratio = figures.ROUNDING.divide(theirs, own)
    if ratio < 2:
        return f"{figures.percent(ratio - 1)} more"
    return f"{figures.multiple(ratio).removesuffix('×')} times as much"
