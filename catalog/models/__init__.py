"""The catalog's tables, in the order in which they build on one another."""

from catalog.models.sources import Market, Source, Vendor
from catalog.models.variants import LanguageModel, Modality
from catalog.models.aliases import Alias
from catalog.models.listings import Listing, Parameter
from catalog.models.prices import PricePeriod
from catalog.models.rates import Rate
from catalog.models.provenance import LastWritten, Observation, Pin
from catalog.models.currencies import DisplayCurrency
from catalog.models.profiles import TooManyProfiles, WorkloadProfile

__all__ = [
    "Alias",
    "DisplayCurrency",
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
    "TooManyProfiles",
    "Vendor",
    "WorkloadProfile",
]
