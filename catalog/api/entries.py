"""One model as the API writes it: OpenRouter's fields in OpenRouter's types, and what else is known under `windrose`.

Where that form demands a value and the catalog has none, `windrose.unknown` names the place, so that what stands there is
never taken for a fact (docs/decisions/0007).
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import unquote

from django.urls import reverse

from catalog.api import rows
from catalog.api.pricing_form import Pricing, written
from catalog.exact import plain
from catalog.models.lifecycle import Status

DAY_ZERO = date(1970, 1, 1)
SECONDS_OF_DAY = 86_400
HUGGING_FACE = re.compile(r"https://huggingface\.co/([\w.-]+/[\w.-]+)/?")
DEFAULTS = {
    "temperature": float,
    "top_p": float,
    "top_k": int,
    "frequency_penalty": float,
    "presence_penalty": float,
    "repetition_penalty": float,
}
NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,9})?")


class Addresses(NamedTuple):
    """Where a model's own addresses are, as what stands before and after its id. Asking Django for each of ten thousand
    models would take longer than to read them."""

    details: tuple[str, str]
    page: tuple[str, str]
    markdown: tuple[str, str]

    @classmethod
    def known(cls) -> "Addresses":
        return cls(*(_around(name) for name in ("api:endpoints", "catalog:model", "catalog:model_markdown")))


def _around(name: str) -> tuple[str, str]:
    before, _, after = reverse(name, args=["vendor", "slug"]).partition("vendor/slug")
    return before, after


class Sheet(NamedTuple):
    """What belongs to the models of one answer, read once for all of them."""

    day: date
    addresses: Addresses
    prices: dict[int, rows.Price]
    taken: dict[int, rows.Taken]
    modalities: rows.Modalities
    absent: set[int]
    sources: dict[int, rows.Read]


def sheet(models: list[rows.Facts], day: date) -> Sheet:
    """Six queries, however many models."""
    listings = rows.narrow(model.listing for model in models if model.listing is not None)
    sources = rows.sources()
    return Sheet(
        day,
        Addresses.known(),
        rows.prices(listings, day),
        rows.parameters(listings, sources),
        rows.modalities(rows.narrow(model.pk for model in models)),
        rows.absent(day),
        sources,
    )


def entries(models: list[rows.Facts], day: date) -> Iterator[dict[str, Any]]:
    """Each model's entry, one at a time, so that a long list is never in memory as a whole."""
    read = sheet(models, day)
    for model in models:
        yield entry(model, read)


def entry(model: rows.Facts, read: Sheet) -> dict[str, Any]:
    price = read.prices.get(model.listing or 0)
    pricing = written(price.net() if price else [])
    taken = read.taken.get(model.listing or 0, rows.Taken())
    unknown = list(pricing.unknown)
    if model.created_on is None:
        unknown.append("created")
    status = model.status(read.day, model.listing in read.absent)
    return {
        "id": model.id,
        "canonical_slug": model.canonical_slug or model.id,
        "hugging_face_id": hugging_face_id(model.weights_url),
        "name": model.name,
        "created": seconds(model.created_on),
        "description": model.description or model.summary,
        "context_length": model.context or model.own_context,
        "architecture": architecture(model, read.modalities),
        "pricing": pricing.form,
        "top_provider": {
            "context_length": model.context,
            "max_completion_tokens": model.longest_answer,
            "is_moderated": False,
        },
        "per_request_limits": None,
        "supported_parameters": taken.names,
        "default_parameters": defaults(taken),
        "supported_voices": None,
        "knowledge_cutoff": text(model.knowledge_cutoff),
        "expiration_date": text(expiration(model, read.day)),
        "links": {"details": model.id.join(read.addresses.details)},
        "windrose": {
            "id": model.own_id,
            "status": status.value,
            "market": model.market,
            "upstream_id": model.upstream_id,
            "announced_on": text(model.announced_on),
            "released_on": text(model.released_on),
            "listed_on": text(model.listed_on),
            "last_seen_on": text(model.last_seen_on),
            "delisted_on": text(model.delisted_on),
            "deprecated_on": text(model.deprecated_on),
            "retires_on": text(model.retires_on),
            "replacement": model.replacement,
            "licence": model.licence or None,
            "price": told(price, pricing, read, is_past=status is Status.DELISTED or model.is_over(read.day)),
            "page": model.own_id.join(read.addresses.page),
            "markdown": model.own_id.join(read.addresses.markdown),
            "unknown": unknown,
        },
    }


def told(price: rows.Price | None, pricing: Pricing, read: Sheet, is_past: bool = False) -> dict[str, Any] | None:
    """Where a price was read and since when it holds; None where no price is known. `is_last` says that it is an old one:
    its period has ended, or the market no longer sells the model."""
    if price is None:
        return None
    source = read.sources[price.source]
    return {
        "since": text(price.starts_on),
        "until": text(price.ends_on),
        "is_last": is_past or (price.ends_on is not None and price.ends_on <= read.day),
        "discount": plain(price.discount),
        "source": source.title,
        "source_url": source.url or None,
        "read_on": text(source.read_on),
        "conditional": pricing.elsewhere,
        "by_unit": pricing.by_unit,
    }


def architecture(model: rows.Facts, known: rows.Modalities) -> dict[str, Any]:
    """`modality` is the two lists in one word, as OpenRouter writes it; null where one of them is not known."""
    reads, writes = known.reads.get(model.pk, []), known.writes.get(model.pk, [])
    return {
        "modality": f"{'+'.join(reads)}->{'+'.join(writes)}" if reads and writes else None,
        "input_modalities": reads,
        "output_modalities": writes,
        "tokenizer": "Mistral" if model.tokenizer else None,  # every kind that we know is Mistral's
        "instruct_type": None,
    }


def defaults(taken: rows.Taken) -> dict[str, float | int] | None:
    """The defaults that the form has a place for, where a source tells them as a number; None where none does."""
    found = {
        name: DEFAULTS[name](value)
        for name, value in taken.defaults
        if name in DEFAULTS and NUMBER.fullmatch(value) and (DEFAULTS[name] is float or "." not in value)
    }
    return found or None


def expiration(model: rows.Facts, day: date) -> date | None:
    """The day on which the market says that it ends, or else the vendor's day of retirement while it is to come."""
    if model.expires_on:
        return model.expires_on
    return model.retires_on if model.retires_on and model.retires_on > day else None


def hugging_face_id(weights_url: str) -> str | None:
    found = HUGGING_FACE.fullmatch(weights_url)
    return unquote(found[1]) if found else None


def seconds(day: date | None) -> int:
    """Midnight UTC of a day, in seconds since 1970; 0 where no day is known."""
    return (day - DAY_ZERO).days * SECONDS_OF_DAY if day else 0


def text(day: date | None) -> str | None:
    return day.isoformat() if day else None
