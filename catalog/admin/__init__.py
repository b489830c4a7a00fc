"""The catalog in the admin: a model's page holds all that belongs to the model, the other pages what is rare.

Every act is recorded (`acts`, `recorded`), told and undone (`tellings`, `revisions`), and never overwrites another's
(`conflicts`). The admin's site itself, with its front page, is `catalog.desk`.
"""

from catalog.admin.currencies import DisplayCurrencyAdmin
from catalog.admin.listings import ListingAdmin, ParameterAdmin
from catalog.admin.pin_pages import PinAdmin
from catalog.admin.prices import PricePeriodAdmin
from catalog.admin.revisions import RevisionAdmin
from catalog.admin.sources import AliasAdmin, MarketAdmin, ModalityAdmin, ObservationAdmin, SourceAdmin, VendorAdmin
from catalog.admin.variants import LanguageModelAdmin

__all__ = [
    "AliasAdmin",
    "DisplayCurrencyAdmin",
    "LanguageModelAdmin",
    "ListingAdmin",
    "MarketAdmin",
    "ModalityAdmin",
    "ObservationAdmin",
    "ParameterAdmin",
    "PinAdmin",
    "PricePeriodAdmin",
    "RevisionAdmin",
    "SourceAdmin",
    "VendorAdmin",
]
