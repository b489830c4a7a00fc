"""Display currencies in the admin: the rate of a day that pages convert amounts with, for showing only."""

from django.contrib import admin

from catalog.admin.recorded import RecordedAdmin
from catalog.models import DisplayCurrency


@admin.register(DisplayCurrency)
class DisplayCurrencyAdmin(RecordedAdmin):
    list_display = ["code", "per_usd", "rate_on", "source"]
    search_fields = ["code", "source"]
