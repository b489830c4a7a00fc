"""What the catalog itself shows for a field that sources speak of, as the value that their words are compared with."""

from datetime import date
from typing import Any

from catalog.models import LanguageModel, Listing, Observation
from catalog.pricing import Component

PRICES = {
    "input_price": Component.INPUT,
    "output_price": Component.OUTPUT,
    "cached_price": Component.CACHE_READ,
    "cache_write_price": Component.CACHE_WRITE,
    "request_price": Component.REQUEST,
    "image_price": Component.IMAGE,
    "reasoning_price": Component.REASONING,
    "web_search_price": Component.WEB_SEARCH,
    "input_audio_price": Component.INPUT_AUDIO,
}
OF_THE_LISTING = {
    "listed_on", "max_completion_tokens", "weekly_tokens", "stop_ends_billing", "has_responses", "has_chat_completions",
    "expires_on", "canonical_slug",
}  # fmt: skip
DEFAULT = "default_"


class Shown:
    """The values of one model loaded by `for_page`, by the names that observations use; makes no query."""

    def __init__(self, model: LanguageModel, listing: Listing | None, today: date) -> None:
        self.model, self.listing, self.today = model, listing, today
        self._parameters = listing.effective_parameters() if listing else {}

    def values(self, said: Observation) -> list[Any]:
        """What an observation is compared with: the value shown today, and of a price also that of the day it was read."""
        if said.field in PRICES:
            return [self._price(PRICES[said.field], day) for day in (self.today, said.observed_on)]
        return [self.value(said.field)]

    def value(self, field: str) -> Any:
        """The value of a field, a price as it stands today; None where the catalog shows none."""
        if field in PRICES:
            return self._price(PRICES[field], self.today)
        if field.startswith(DEFAULT):
            parameter = self._parameters.get(field.removeprefix(DEFAULT))
            return parameter.default if parameter else None
        if field == "supported_parameters":
            return tuple(name for name, row in self._parameters.items() if not row.is_unsupported)
        if field in ("input_modalities", "output_modalities"):
            return tuple(modality.slug for modality in getattr(self.model, field).all())
        if field == "replacement":
            return self.model.replacement.name if self.model.replacement else self.model.replacement_name
        if field == "expiration_date":
            return self.listing.expires_on if self.listing else None
        if field in OF_THE_LISTING:
            return getattr(self.listing, field, None)
        return self._of_the_model(field)

    def _of_the_model(self, field: str) -> Any:
        value = getattr(self.model, field, None)
        if field == "vendor":
            return self.model.vendor.name
        if field == "tokenizer":
            return self.model.get_tokenizer_display()
        return None if callable(value) or hasattr(value, "all") else value

    def _price(self, component: Component, day: date) -> Any:
        """The amount per unit on `day`, else the last one before it; None before the first price."""
        if self.listing is None:
            return None
        begun = [each for each in self.listing.periods.all() if each.currency == "USD" and each.starts_on <= day]
        latest = max(begun, key=lambda period: period.starts_on, default=None)
        return latest.amount(component) if latest else None
