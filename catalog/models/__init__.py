"""The catalog's tables, in the order in which they build on one another."""

from catalog.models.sources import Market, Source, Vendor
from catalog.models.lifecycle import Status
from catalog.models.variants import LanguageModel, Modality
from catalog.models.aliases import Alias
from catalog.models.listings import Listing, Parameter
from catalog.models.absences import Absence
from catalog.models.endpoints import Endpoint
from catalog.models.prices import PricePeriod
from catalog.models.rates import Rate
from catalog.models.provenance import LastWritten, Observation, Pin
from catalog.models.currencies import DisplayCurrency
from catalog.models.profiles import TooManyProfiles, WorkloadProfile
from catalog.models.saved_views import SavedView, TooManyViews
from catalog.models.revisions import Change, RawEntry, Revision
from catalog.models.spans import Span, WordSet
from catalog.models.search import SearchText, SearchWord
from catalog.models.versions import CatalogVersion, StaleModel

__all__ = [
    "Absence",
    "Alias",
    "CatalogVersion",
    "Change",
    "DisplayCurrency",
    "Endpoint",
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
    "RawEntry",
    "Revision",
    "SavedView",
    "SearchText",
    "SearchWord",
    "Source",
    "Span",
    "StaleModel",
    "Status",
    "TooManyProfiles",
    "TooManyViews",
    "Vendor",
    "WordSet",
    "WorkloadProfile",
]
