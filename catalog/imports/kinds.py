"""The kinds of import: where each is read from, which file format it has, and as which source its facts are kept."""

from dataclasses import dataclass
from datetime import date

from catalog.models import Source

MARKET = "openrouter"


@dataclass(frozen=True)
class Kind:
    """One thing that can be imported.

    A market's list is what the market sells: it adds and changes listings and prices. An opinion only adds what it said
    of models that the catalog has. `path` is the part of the address after the market's own base, for a live reading.
    """

    slug: str
    title: str
    what: str
    source_slug: str
    source_title: str
    url: str
    is_list: bool = False
    is_opinion: bool = False
    path: str = ""

    def source(self, day: date) -> Source:
        """The row under which its facts are kept, made on first use."""
        row, _ = Source.objects.get_or_create(
            slug=self.source_slug,
            defaults={
                "title": self.source_title,
                "url": self.url,
                "read_on": day,
                "authority": 5 if self.is_opinion else 25,
            },
        )
        return row


KINDS = {
    kind.slug: kind
    for kind in (
        Kind(
            "openrouter",
            "OpenRouter’s models",
            "the list of models, as GET /models answers it",
            "openrouter-models",
            "OpenRouter’s model list",
            "https://openrouter.ai/api/v1/models",
            is_list=True,
            path="/models",
        ),
        Kind(
            "openrouter-endpoints",
            "OpenRouter’s providers",
            "the providers of one model, as GET /models/<vendor>/<slug>/endpoints answers it",
            "openrouter-endpoints",
            "OpenRouter’s endpoints",
            "https://openrouter.ai/api/v1/models",
            path="/models/{id}/endpoints",
        ),
        Kind(
            "models-dev",
            "models.dev",
            "api.json of models.dev",
            "models-dev",
            "models.dev",
            "https://models.dev/api.json",
            is_opinion=True,
        ),
        Kind(
            "genai-prices",
            "genai-prices",
            "data.json of genai-prices",
            "genai-prices",
            "genai-prices",
            "https://github.com/pydantic/genai-prices",
            is_opinion=True,
        ),
        Kind(
            "litellm",
            "LiteLLM’s cost map",
            "model_prices_and_context_window.json of LiteLLM",
            "litellm",
            "LiteLLM’s cost map",
            "https://github.com/BerriAI/litellm",
            is_opinion=True,
        ),
    )
}
