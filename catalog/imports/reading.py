"""Which reader reads which kind of file."""

from datetime import date
from typing import BinaryIO

from catalog.imports.kinds import Kind
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


def open_file(kind: Kind, file: BinaryIO, day: date, seen: set[str] | None = None) -> Reading:
    """The entries of a file, read as they are iterated. Raises Unreadable then, also in the middle."""
    return READERS[kind.slug](file, day, seen)
