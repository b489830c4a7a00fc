"""The catalog's tables, in the order in which they build on one another."""

from catalog.models.sources import Market, Source, Vendor
from catalog.models.variants import LanguageModel, Modality
from catalog.models.aliases import Alias
from catalog.models.listings import Listing, Parameter
from catalog.models.prices import PricePeriod, Rate
from catalog.models.provenance import LastWritten, Observation, Pin

__all__ = [
    "Alias",
    "LanguageModel",
    "LastWritten",
    "Listing",
    "Market",
    "Modality",
    "Observation",
    "Parameter",
    "Pin",
    "PricePeriod",
    "Rate",
    "Source",
    "Vendor",
]
