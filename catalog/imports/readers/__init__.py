"""The files of other catalogs, read into entries. One file for each source; nothing here knows Django or our catalog.

`bounded` holds back what is too large or no JSON at all, `streaming` walks through the JSON, `fields`, `texts` and `amounts`
read one entry's values, `reading` is what all readers share. `READERS` maps the name of a source to its reader.
"""

from catalog.imports.readers.genai_prices import GenaiPrices
from catalog.imports.readers.litellm import LiteLLM
from catalog.imports.readers.models_dev import ModelsDev
from catalog.imports.readers.openrouter_endpoints import OpenRouterEndpoints
from catalog.imports.readers.openrouter_models import OpenRouterModels
from catalog.imports.readers.reading import Reading

READERS: dict[str, type[Reading]] = {
    "openrouter": OpenRouterModels,
    "openrouter-endpoints": OpenRouterEndpoints,
    "models-dev": ModelsDev,
    "genai-prices": GenaiPrices,
    "litellm": LiteLLM,
}
__all__ = [
    "READERS",
    "GenaiPrices",
    "LiteLLM",
    "ModelsDev",
    "OpenRouterEndpoints",
    "OpenRouterModels",
    "Reading",
]
