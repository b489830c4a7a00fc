"""`/models/<vendor>/<slug>/endpoints`: who serves a model, at which price and with which limits.

A market may name the providers behind a listing; where it names none, the market is itself the one that serves it.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q
from django.db.models.lookups import Exact
from django.http import HttpRequest
from ninja import Router

from catalog.api import entries, rows
from catalog.api.described import answers
from catalog.api.models import as_json, joined, json_response, today
from catalog.api.naming import meant
from catalog.api.pricing_form import Pricing, written
from catalog.api.shapes import Endpoints
from catalog.exact import parse_share
from catalog.frozen import thaw
from catalog.models import Absence, Endpoint, Listing
from catalog.models.variant_reads import over

router = Router(tags=["models"])
UNTRIED = {"none": False, "auto": False, "required": False, "function": False}


class Offer(NamedTuple):
    """One listing of a model that is there today."""

    pk: int
    upstream_id: str
    market: str
    market_name: str
    listed_on: date | None
    last_seen_on: date | None
    context: int | None
    longest_answer: int | None


@router.get(
    "/models/{vendor}/{slug}/endpoints",
    response=answers(Endpoints, 404),
    summary="Who serves a model, and for what",
    url_name="endpoints",
)
def list_endpoints(request: HttpRequest, vendor: str, slug: str) -> Any:
    """One endpoint for each provider that a market names, or one for the market. Empty for a model that is listed nowhere
    today. Latency and throughput are null: nobody here measures them."""
    day = today()
    [model] = rows.facts(joined(meant(vendor, slug, day)))
    modalities = rows.modalities([model.pk])
    data = {
        "id": model.id,
        "name": model.name,
        "created": entries.seconds(model.created_on),
        "description": model.description or model.summary,
        "architecture": entries.architecture(model, modalities),
        "endpoints": list(offered(model, day)),
    }
    return json_response(as_json({"data": data}))


def offered(model: rows.Facts, day: date) -> Iterator[dict[str, Any]]:
    """The endpoints of every listing of the model that is there on `day`, the main listing's first. Five queries."""
    is_absent = Exists(Absence.objects.filter(listing=OuterRef("pk"), from_day__lte=day, to_day__gt=day))
    listings = Listing.objects.filter(
        ~is_absent,
        Q(delisted_on__isnull=True) | Q(delisted_on__gt=day),
        Q(listed_on__isnull=True) | Q(listed_on__lte=day),
        Exact(over(day, "", "model__"), False),
        model=model.pk,
    )
    offers = [
        Offer._make(row)
        for row in listings.order_by("-is_main", "market__name", "upstream_id").values_list(
            *("pk", "upstream_id", "market__slug", "market__name", "listed_on", "last_seen_on"),
            *("context_length", "max_completion_tokens"),
        )
    ]
    ids = [offer.pk for offer in offers]
    prices, sources = rows.prices(ids, day), rows.sources()
    taken = rows.parameters(ids, sources)
    read = entries.Sheet(day, entries.Addresses.known(), prices, taken, rows.Modalities({}, {}), set(), sources)
    behind: dict[int, list[Endpoint]] = {}
    for endpoint in Endpoint.objects.filter(listing__in=ids, gone_on__isnull=True).order_by("provider", "tag"):
        behind.setdefault(endpoint.listing_id, []).append(endpoint)
    for offer in offers:
        for endpoint in behind.get(offer.pk, []):
            yield by_provider(model, offer, endpoint, taken.get(offer.pk, rows.Taken()))
        if offer.pk not in behind:
            yield by_market(model, offer, read)


def by_provider(model: rows.Facts, offer: Offer, endpoint: Endpoint, taken: rows.Taken) -> dict[str, Any]:
    """A provider as its market told it; its price is before the discount, which stands beside it."""
    pricing = written(thaw(rate) for rate in endpoint.rates)
    written_as = {
        "provider_name": endpoint.provider,
        "tag": endpoint.tag,
        "quantization": endpoint.quantization or "unknown",
        "max_completion_tokens": endpoint.max_completion_tokens,
        "max_prompt_tokens": endpoint.max_prompt_tokens,
        "supported_parameters": endpoint.parameters or taken.names,
        "uptime_last_1d": uptime(endpoint.uptime),
    }
    if endpoint.status is not None:
        written_as["status"] = endpoint.status
    context = endpoint.context_length or offer.context or model.own_context
    return _endpoint(model, offer, written_as, context, pricing, endpoint.discount, None)


def by_market(model: rows.Facts, offer: Offer, read: entries.Sheet) -> dict[str, Any]:
    """A listing behind which no provider is named: the market serves it, at the listing's price."""
    price = read.prices.get(offer.pk)
    pricing = written(price.rates if price else [])
    written_as = {
        "provider_name": offer.market_name,
        "tag": offer.market,
        "quantization": "unknown",
        "max_completion_tokens": offer.longest_answer,
        "max_prompt_tokens": None,
        "supported_parameters": read.taken.get(offer.pk, rows.Taken()).names,
        "uptime_last_1d": None,
    }
    discount = str(price.discount) if price else ""
    told = entries.told(price, pricing, read)
    return _endpoint(model, offer, written_as, offer.context or model.own_context, pricing, discount, told)


def _endpoint(
    model: rows.Facts,
    offer: Offer,
    written_as: dict[str, Any],
    context: int | None,
    pricing: Pricing,
    discount: str,
    told: dict[str, Any] | None,
) -> dict[str, Any]:
    """`context_length` may not be null in the form: 0 stands for an unknown one, and `unknown` says so."""
    share = float(parse_share(discount))  # the form wants a number; one of at most six decimals reads back as written
    return {
        "name": f"{written_as['provider_name']} | {offer.upstream_id}",
        "model_id": model.id,
        "model_name": model.name,
        "context_length": context or 0,
        "pricing": pricing.form | {"discount": share},
        **written_as,
        "uptime_last_5m": None,
        "uptime_last_30m": None,
        "latency_last_30m": None,
        "throughput_last_30m": None,
        "service_tier": None,
        "native_tools": {},
        "supports_implicit_caching": False,
        "supports_diarization": False,
        "supports_voice_cloning": False,
        "supports_tool_choice": UNTRIED,
        "windrose": {
            "market": offer.market,
            "upstream_id": offer.upstream_id,
            "listed_on": entries.text(offer.listed_on),
            "last_seen_on": entries.text(offer.last_seen_on),
            "price": told,
            "unknown": [*pricing.unknown, *([] if context else ["context_length"])],
        },
    }


def uptime(text: str) -> float | None:
    """A percentage as the market wrote it; None where it told none, or something else."""
    try:
        share = float(text)
    except ValueError:
        return None
    return share if 0 <= share <= 100 else None
