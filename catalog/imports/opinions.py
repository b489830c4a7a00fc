"""Second opinions: what another catalog says of models that this one has. It is noted beside the facts and changes none."""

from collections.abc import Iterator
from datetime import date

from catalog.agreement import Verdict, compare
from catalog.exact import per_million
from catalog.exact import plain as amount_text
from catalog.imports.drafts import Draft, amounts, frozen, plain, shown
from catalog.imports.entries import Entry
from catalog.imports.known import Known
from catalog.imports.market_facts import LABELS, MODALITIES, current
from catalog.models import Change, LanguageModel, Listing
from catalog.pricing import Component

COMPARED = ("context_length", "released_on", "deprecated_on", "knowledge_cutoff", "licence", *MODALITIES)
PRICES = {
    Component.INPUT: "input_price",
    Component.OUTPUT: "output_price",
    Component.CACHE_READ: "cached_price",
}
WORDS = LABELS | {
    "released_on": "the release",
    "deprecated_on": "the deprecation",
    "licence": "the licence",
    "input_price": "the input price",
    "output_price": "the output price",
    "cached_price": "the cached price",
}


def opinion_drafts(entry: Entry, known: Known) -> Iterator[Draft]:
    """What one entry says of a model of the catalog; nothing where it has said the same before, or speaks of another."""
    model = known.model_named(entry.names)
    if model is None:
        return
    agreed: list[dict] = []
    for name, value, has in [*_facts(entry, model), *_prices(entry, model, known)]:
        if known.latest.get((model.pk, name)) == value or (model.pk, name, value) in known.said:
            continue
        known.said.add((model.pk, name, value))
        verdict = compare(name, has, value).verdict if has else Verdict.SAME
        said = {"field": name, "value": value, "differs": verdict is Verdict.DIFFERENT}
        if verdict is Verdict.DIFFERENT:
            yield Draft(
                Change.Kind.CONFLICT, entry.id,
                f"Says {value} for {WORDS[name]}; the catalog shows {has}.",
                {"op": "observe", "model": model.pk, "said": [said]}, model.pk, name, has, value,
            )  # fmt: skip
        else:
            agreed.append(said)
    if agreed:
        words = ", ".join(f"{WORDS[each['field']].removeprefix('the ')} {each['value']}" for each in agreed)
        yield Draft(
            Change.Kind.SAID, entry.id, f"Says of {model.name}: {words}.",
            {"op": "observe", "model": model.pk, "said": agreed}, model.pk, "sources", "", words,
        )  # fmt: skip


def _facts(entry: Entry, model: LanguageModel) -> Iterator[tuple[str, str, str]]:
    for name in COMPARED:
        if name in entry.facts and (value := plain(entry.facts[name])) not in (None, "", []):
            has = ", ".join(current(model, name)) if name in MODALITIES else shown(getattr(model, name))
            yield name, shown(value), has


def _prices(entry: Entry, model: LanguageModel, known: Known) -> Iterator[tuple[str, str, str]]:
    """Prices beside those of the listing that the entry's id names, on the day of the import."""
    if not entry.rates:
        return
    listing = next((known.listings[name] for name in entry.names if name in known.listings), None)
    ours = _amounts(listing, known.day) if listing else {}
    for component, amount in amounts(frozen(entry.rates), entry.discount).items():
        name = PRICES.get(component)
        if name and amount is not None:
            has = ours.get(component)
            yield name, _price(amount), _price(has) if has is not None else ""


def _amounts(listing: Listing, day: date) -> dict:
    period = listing.period_on(day)
    if period is None:
        return {}
    return amounts(frozen(rate.as_pricing() for rate in period.rates.all()), period.discount_share())


def _price(amount) -> str:
    return f"${amount_text(per_million(amount))} per 1M"
