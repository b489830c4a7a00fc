"""OpenRouter's own client library reads this server: the same ids and prices as in the database, read there by hand."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from openrouter import OpenRouter
from openrouter.errors import NotFoundResponseError

from tests.live import LiveServer

pytestmark = pytest.mark.live
PRICES = """
    select case k.slug when 'openrouter' then l.upstream_id else v.slug || '/' || m.slug end as id, r.component, r.amount
    from catalog_languagemodel m
    join catalog_vendor v on v.id = m.vendor_id
    join catalog_listing l on l.model_id = m.id and l.is_main
    join catalog_market k on k.id = l.market_id
    join catalog_priceperiod p on p.listing_id = l.id and p.currency = 'USD' and p.discount = ''
    join catalog_rate r on r.period_id = p.id and not r.is_conditional
    where p.starts_on <= date('now') and (p.ends_on is null or p.ends_on > date('now'))
      and (l.delisted_on is null or l.delisted_on > date('now'))
      and (l.listed_on is null or l.listed_on <= date('now'))
      and not exists (select 1 from catalog_absence a
                      where a.listing_id = l.id and a.from_day <= date('now') and a.to_day > date('now'))
      and not (m.retires_on is not null and m.retires_on <= date('now')
               and (k.vendor_id is m.vendor_id and coalesce(l.last_seen_on, '') <= m.retires_on
                    or l.last_seen_on < m.retires_on))
"""
LARGE = "mistralai/mistral-large-2512"


@pytest.fixture
def server(serve: Callable[..., LiveServer]) -> LiveServer:
    return serve()


@pytest.fixture
def library(server: LiveServer) -> Iterator[OpenRouter]:
    with OpenRouter(server_url=f"{server.url}/api/v1", api_key="none") as client:
        yield client


def test_it_reads_models_their_endpoints_one_model_and_a_refusal(server: LiveServer, library: OpenRouter) -> None:
    models = _every_model(library)
    _ids_and_prices_are_those_of_the_database(server, models)
    _one_model_in_its_own_types(models[LARGE])
    _pages_are_followed(library, models)
    _endpoints(library, models)
    assert library.models.get(author="mistralai", slug="mistral-large-2512").data == models[LARGE]
    assert library.models.count(output_modalities="all").data.count == len(models)
    with pytest.raises(NotFoundResponseError, match="No model is called mistralai/nobody"):
        library.models.get(author="mistralai", slug="nobody")


def _every_model(library: OpenRouter) -> dict[str, Any]:
    listed = library.models.list(output_modalities="all").result
    models = {model.id: model for model in listed.data}
    assert len(models) == len(listed.data) == listed.total_count > 0
    return models


def _ids_and_prices_are_those_of_the_database(server: LiveServer, models: dict[str, Any]) -> None:
    known: dict[str, dict[str, str]] = {}
    for row in server.rows(PRICES):
        known.setdefault(row["id"], {})[row["component"]] = row["amount"]
    assert len(known) > 5
    for model_id, amounts in known.items():
        pricing = models[model_id].pricing
        assert pricing.prompt == amounts.get("input", "-1") or float(pricing.prompt) == float(amounts["input"])
        assert pricing.completion == amounts.get("output", "-1") or float(pricing.completion) == float(
            amounts["output"]
        )
        assert pricing.input_cache_read == amounts.get("cache_read")


def _one_model_in_its_own_types(model: Any) -> None:
    assert model.name == "Mistral Large 3 2512"
    assert (model.pricing.prompt, model.pricing.completion) == ("0.0000005", "0.0000015")
    assert model.architecture.input_modalities[:2] == ["text", "image"]
    assert model.context_length == 262_144
    assert model.default_parameters.temperature == 0.0645
    assert "tools" in model.supported_parameters
    assert model.hugging_face_id == "mistralai/Mistral-Large-3-675B-Instruct-2512"
    assert model.links.details == f"/api/v1/models/{LARGE}/endpoints"


def _pages_are_followed(library: OpenRouter, models: dict[str, Any]) -> None:
    found, page = [], library.models.list(output_modalities="all", limit=4, sort="pricing-low-to-high")
    while page is not None:
        found += [model.id for model in page.result.data]
        page = page.next()
    assert sorted(found) == sorted(models)


def _endpoints(library: OpenRouter, models: dict[str, Any]) -> None:
    for model_id in models:
        vendor, _, slug = model_id.partition("/")
        assert library.endpoints.list(author=vendor, slug=slug).data.id == model_id
    endpoints = library.endpoints.list(author="mistralai", slug="mistral-large-2512").data.endpoints
    assert endpoints
    assert all(endpoint.model_id == LARGE and endpoint.context_length > 0 for endpoint in endpoints)
    assert {endpoint.pricing.prompt for endpoint in endpoints} >= {"0.0000005"}
