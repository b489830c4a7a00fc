"""The JSON API: read-only, no key, described by its own OpenAPI document at /api/v1/openapi.json.

Models and endpoints are answered in OpenRouter's shape, so that a client written for its catalog reads this one. Amounts
are exact decimal strings in USD. An error is `{"error": {"code", "message"}}`, the message a sentence for a person.
"""

from typing import Any

from ninja import NinjaAPI

from catalog.api import costs, endpoints, errors, models
from catalog.api.access import opened

api = NinjaAPI(
    title="Windrose",
    version="1.1.0",
    description="What language models there are and what they cost, in the form of OpenRouter’s catalog. Read-only; needs "
    "no key. What is Windrose’s own stands under `windrose`. A parameter that is left blank counts as absent; for the "
    "lists of models, one that is not described is refused. "
    "Answers carry an ETag: send it back as If-None-Match and get 304 while nothing has changed.",
    urls_namespace="api",
)
errors.install(api)
for router in (models.router, endpoints.router, costs.router):
    api.add_router("", router)


def public_urls() -> Any:
    """The API's addresses, for the site's table of addresses."""
    patterns, *names = api.urls
    return opened(patterns), *names
