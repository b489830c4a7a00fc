"""`/models`, `/models/count` and `/model/<vendor>/<slug>`: the models, as OpenRouter lists its own."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router

from catalog.api import rows
from catalog.api.described import answers
from catalog.api.entries import entries
from catalog.api.filters import Filters, ModelsQuery, found_by, ordered
from catalog.api.naming import Meant, meant
from catalog.api.shapes import Count, Models, OneModel

router = Router(tags=["models"])


def as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def json_response(body: bytes) -> HttpResponse:
    return HttpResponse(body, content_type="application/json; charset=utf-8")


def today() -> date:
    return timezone.now().date()


@router.get("/models", response=answers(Models, 400), summary="The models, newest first", url_name="models")
def list_models(request: HttpRequest, query: Query[ModelsQuery]) -> Any:
    """What a market lists today, with its price. A parameter that cannot be honoured is refused and not passed over."""
    ModelsQuery.check_names(request.GET)
    day = today()
    models = ordered(found_by(query, day), query.sort, day)
    found = rows.facts(models[query.page()])
    total = models.count() if query.is_paged else len(found)
    return json_response(_list(entries(found, day), total, _next(request, query, total)))


def _list(data: Iterable[dict[str, Any]], total: int, following: str | None) -> bytes:
    """Written entry by entry: as bytes a long list takes a tenth of the room that its objects would."""
    end = as_json({"total_count": total, "links": {"next": following}})
    return b'{"data":[' + b",".join(map(as_json, data)) + b"]," + end[1:]


def _next(request: HttpRequest, query: ModelsQuery, total: int) -> str | None:
    """The address of the part that follows, as a path with the same query; None at the end."""
    end = query.page().stop
    if end is None or end >= total:
        return None
    parameters = request.GET.copy()
    parameters["offset"], parameters["limit"] = str(end), str(end - query.page().start)
    return f"{request.path}?{parameters.urlencode()}"


@router.get("/models/count", response=answers(Count, 400), summary="How many models there are", url_name="models_count")
def count_models(request: HttpRequest, query: Query[Filters]) -> Any:
    """Counts what `/models` lists for the same parameters."""
    Filters.check_names(request.GET)
    return json_response(as_json({"data": {"count": found_by(query, today()).count()}}))


@router.get(
    "/model/{vendor}/{slug}",
    response=answers(OneModel, 404),
    summary="One model, by any of its names",
    url_name="model",
)
def one_model(request: HttpRequest, vendor: str, slug: str) -> Any:
    """Takes the model’s id, its id at a market (also of a variant such as `:free`, then with that one’s price), and an
    alias that holds today. Delisted models answer, too, with their last price."""
    day = today()
    [model] = rows.facts(joined(meant(vendor, slug, day)))
    return json_response(as_json({"data": next(entries([model], day))}))


def joined(name: Meant) -> Any:
    """The model with the listing that its name asks for."""
    if name.listing is not None:
        return rows.sold_as(name.listing)
    return rows.sold().filter(vendor__slug=name.vendor, slug=name.slug)
