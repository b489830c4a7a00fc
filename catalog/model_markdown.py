"""A model's page as Markdown, for programs that read: the facts with source and day, prices with their history, parameters,
other names and where the model stands."""

from collections.abc import Iterable, Iterator
from datetime import date

from catalog import facts, figures, pricelist
from catalog.markdown_text import code, link, paragraphs, table, text
from catalog.models import Alias, LanguageModel, Listing, Observation, Parameter, PricePeriod


def page(model: LanguageModel, day: date, address: str) -> str:
    """The page of a model loaded by `for_page`; `address` is that of the page for people."""
    listing, listings = model.main_listing(), list(model.listings.all())
    parts = (
        _head(model, day, address),
        _description(model),
        _facts(model, listing),
        _listings(listings, day),
        _prices(listings, day),
        _histories(listings, day),
        _parameters(listing),
        _names(model.aliases.all()),
    )
    return "\n".join(line for part in parts for line in part).rstrip("\n") + "\n"


def _head(model: LanguageModel, day: date, address: str) -> Iterator[str]:
    yield f"# {text(model.name)}"
    yield ""
    if model.summary:
        yield f"> {text(model.summary)}"
        yield ""
    yield f"- Id: {code(model.public_id)}"
    yield f"- Vendor: {link(model.vendor.name, model.vendor.url)}"
    yield f"- Status on {day}: {model.dates().words(day)}"
    for label, known in (
        ("Announced", model.announced_on),
        ("Released", model.released_on),
        ("Deprecated", model.deprecated_on),
        ("Retires" if model.retires_on and model.retires_on > day else "Retired", model.retires_on),
    ):
        if known:
            yield f"- {label} by its vendor: {known}"
    if model.called_retired_on and not model.retires_on:
        yield f"- Called retired by its vendor, without a day: read on {model.called_retired_on}"
    if model.replacement:
        yield f"- Replacement: {text(model.replacement.name)}, {code(model.replacement.public_id)}"
    elif model.replacement_name:
        yield f"- Replacement, as its vendor names it: {text(model.replacement_name)}"
    yield f"- Page: {link('for people', address)}"
    yield ""


def _description(model: LanguageModel) -> Iterator[str]:
    told = paragraphs(model.description)
    if told:
        yield from _section("Description")
        for paragraph in told:
            yield paragraph
            yield ""


def _facts(model: LanguageModel, listing: Listing | None) -> Iterator[str]:
    rows = []
    for fact in facts.facts(model, listing):
        value = link(fact.text, fact.url) if fact.url else text(fact.text or "not known")
        said = [_said(each) for each in fact.read_in]
        said += [f"{_said(each.said)} says otherwise: {text(each.said.value)}" for each in fact.disputed_by]
        rows.append((text(fact.label), value, "; ".join(said)))
    yield from _section("Facts")
    yield from table(("Fact", "Value", "Source, and the day on which it was read"), rows)


def _said(observation: Observation) -> str:
    return f"{link(observation.source.title, observation.source.url)}, {observation.observed_on}"


def _listings(listings: list[Listing], day: date) -> Iterator[str]:
    yield from _section("Where it is sold")
    if not listings:
        yield "No market sells it, as far as is known."
        yield ""
        return
    rows = [
        (
            text(listing.market.name),
            code(listing.upstream_id),
            _day(listing.listed_on),
            _day(listing.last_seen_on),
            _state(listing, day),
            figures.tokens(listing.context_limit()),
            figures.tokens(listing.max_completion_tokens),
        )
        for listing in listings
    ]
    heads = ("Market", "Id there", "Listed since", "Last seen", "State", "Context, tokens", "Longest answer, tokens")
    yield from table(heads, rows)


def _state(listing: Listing, day: date) -> str:
    if listing.delisted_on and listing.delisted_on <= day:
        return f"delisted {listing.delisted_on}"
    gap = next((gap for gap in listing.absences.all() if gap.from_day <= day < gap.to_day), None)
    if gap:
        return f"not listed from {gap.from_day} to {gap.to_day}"
    return "not seen since its vendor retired it" if listing.is_over_on(day) else "listed"


def _prices(listings: list[Listing], day: date) -> Iterator[str]:
    yield from _section(f"Prices on {day}")
    known = pricelist.current_prices(listings, day)
    if not known:
        yield "No price is known."
        yield ""
    for now in known:
        yield f"### {text(now.listing.market.name)}, {code(now.listing.upstream_id)}, in {now.period.currency}"
        yield ""
        since = f"Since {now.period.starts_on}, as {_read_in(now.period)}."
        yield f"{since} {now.last}".rstrip()
        yield ""
        if now.period.note:
            yield text(now.period.note)
            yield ""
        rows = [(text(each.label), each.figure, each.unit, text(each.condition or "always")) for each in now.prices]
        if rows:
            yield from table(("For", "Price", "Unit", "Applies"), rows)


def _histories(listings: list[Listing], day: date) -> Iterator[str]:
    known = pricelist.histories(listings, day)
    if known:
        yield from _section("Price history")
    for history in known:
        yield f"### {text(history.listing.market.name)}, {code(history.listing.upstream_id)}"
        yield ""
        rows = [
            (
                str(period.starts_on),
                str(period.ends_on or until),
                *prices,
                _read_in(period),
                text(period.note),
            )
            for period, until, prices in history.periods
        ]
        yield from table(("From", "To, exclusive", *history.heads, "Source", "Note"), rows)


def _read_in(period: PricePeriod) -> str:
    return f"{link(period.source.title, period.source.url)}, {period.source.read_on}"


def _parameters(listing: Listing | None) -> Iterator[str]:
    yield from _section("Parameters")
    rows = [_parameter(row) for row in listing.effective_parameters().values()] if listing else []
    if rows:
        yield from table(("Name", "Type", "Default", "From", "To", "Remark", "Source"), rows)
    else:
        yield "No source says which request parameters it takes."
        yield ""


def _parameter(row: Parameter) -> tuple[str, ...]:
    remarks = [word for word, holds in (("required", row.is_required), ("unsupported", row.is_unsupported)) if holds]
    if row.is_deprecated:
        remarks.append(f"deprecated for {code(row.replaced_by)}" if row.replaced_by else "deprecated")
    ends = (text(row.default), text(row.minimum), text(row.maximum))
    return (code(row.name), row.get_kind_display(), *ends, ", ".join(remarks), link(row.source.title, row.source.url))


def _names(aliases: Iterable[Alias]) -> Iterator[str]:
    known = list(aliases)
    if not known:
        return
    yield from _section("Other names")
    for alias in known:
        days = [f"from {alias.from_day}"] if alias.from_day else []
        days += [f"until {alias.to_day}"] if alias.to_day else []
        told = ". ".join(part for part in (", ".join(days), text(alias.note)) if part)
        yield f"- {code(alias.name)}{f': {told}' if told else ''}"
    yield ""


def _section(title: str) -> Iterator[str]:
    yield f"## {title}"
    yield ""


def _day(day: date | None, otherwise: str = figures.UNKNOWN) -> str:
    return str(day) if day else otherwise
