"""The catalog in the admin: a model's page holds all that belongs to the model, the other pages what is rare."""

from django.contrib import admin

from catalog.admin.currencies import DisplayCurrencyAdmin
from catalog.admin.listings import ListingAdmin, ParameterAdmin
from catalog.admin.prices import PricePeriodAdmin
from catalog.admin.sources import AliasAdmin, MarketAdmin, ModalityAdmin, ObservationAdmin, SourceAdmin, VendorAdmin
from catalog.admin.variants import LanguageModelAdmin

admin.site.site_header = "Windrose"
admin.site.site_title = "Windrose"
admin.site.enable_nav_sidebar = False  # the forms need the width
admin.site.index_title = "What there is, and what it costs"

__all__ = [
    "AliasAdmin",
    "DisplayCurrencyAdmin",
    "LanguageModelAdmin",
    "ListingAdmin",
    "MarketAdmin",
    "ModalityAdmin",
    "ObservationAdmin",
    "ParameterAdmin",
    "PricePeriodAdmin",
    "SourceAdmin",
    "VendorAdmin",
]
