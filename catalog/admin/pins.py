"""Pins: what is written down when an admin changes a field or a price, and how the field goes back when the pin goes."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from catalog.imports.drafts import frozen, price_text
from catalog.imports.market_facts import OF_LISTING
from catalog.imports.market_prices import PRICE
from catalog.models import LanguageModel, Listing, Modality, Pin, PricePeriod
from catalog.seeding import restore

Prices = tuple[str, str]  # of a listing: what is in force today, and what will be after the last change on record


class PinInline(admin.TabularInline):
    """The pins of a model and its listings, to look at and to take away."""

    model = Pin
    fields = readonly_fields = ["what", "value", "replaced", "standing", "reason", "user", "since"]
    extra = 0
    verbose_name_plural = "pinned fields (delete one to follow the sources again)"

    @admin.display(description="Field")
    def what(self, pin: Pin) -> str:
        return name_of(pin)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Pin]:
        return super().get_queryset(request).select_related("user", "model", "listing__market")


def name_of(pin: Pin) -> str:
    """What is pinned, in words: context length; price at OpenRouter."""
    return label(pin.field, pin.listing)


def label(name: str, listing: Listing | None = None) -> str:
    """A field of a model, or of one of its listings, in words."""
    table = LanguageModel if listing is None else Listing
    known = {column.name: str(getattr(column, "verbose_name", column.name)) for column in table._meta.get_fields()}
    words = known.get(name, name)
    return words if listing is None else f"{words.removesuffix(' at the market')} at {listing.market}"


def text_of(row: LanguageModel | Listing, name: str) -> str:
    """The value of a field as a pin keeps it: as text that `unpin` can read back."""
    column = row._meta.get_field(name)
    value = getattr(row, name)
    if column.many_to_many:
        return ", ".join(value.values_list("slug", flat=True))
    if value is None:
        return ""
    if isinstance(value, models.Model):
        return "/".join(value.natural_key())
    return str(column.value_to_string(row))


def unpin(pin: Pin) -> None:
    """Put the field back: to what the fixtures say, or else to the value that the pin replaced. A price stays until the
    next import says what it is, since a price that was in force is history."""
    if pin.field == PRICE:
        return
    row: Any = pin.listing or pin.model
    if isinstance(row, LanguageModel) and restore(row, pin.field):
        return
    column = row._meta.get_field(pin.field)
    if column.many_to_many:
        getattr(row, pin.field).set(Modality.objects.filter(slug__in=pin.replaced.split(", ")))
        return
    value: Any = column.to_python(pin.replaced) if pin.replaced or not column.null else None
    if column.is_relation and pin.replaced:
        value = column.related_model._default_manager.get_by_natural_key(*pin.replaced.split("/"))
    setattr(row, pin.field, value)
    row.save(update_fields=[pin.field])


class Pinning:
    """The listings of some models as an act finds them, and what it changes of them: the fields that imports write, and the
    price."""

    def __init__(self, model_ids: Iterable[int]) -> None:
        self.ids, self.today = list(model_ids), timezone.now().date()
        self.facts, self.prices = _facts(self.ids), _prices(self.ids, self.today)
        self.pinned = self._held()

    def _held(self) -> set[tuple[int, str]]:
        found = Pin.objects.filter(model__in=self.ids, listing__isnull=False)
        return set(found.values_list("listing", "field"))

    def changes(self) -> Iterator[tuple[Listing, str, str, str]]:
        """What has changed by now and is to be pinned: the listing, the field, its value now and before."""
        listings = {
            listing.pk: listing
            for listing in Listing.objects.filter(model__in=self.ids).select_related("model", "market")
        }
        held = self._held()
        for key, values in _facts(self.ids).items():
            for name, value in values.items():
                before = self.facts.get(key, values)[name]
                is_freed = (key, name) in self.pinned and (
                    key,
                    name,
                ) not in held  # the pin went, and the field went back
                if value != before and not is_freed:
                    yield listings[key], name, value, before
        for key, (now, last) in _prices(self.ids, self.today).items():
            was, was_last = self.prices.get(key, (now, last))
            if now != was:
                yield listings[key], PRICE, now, was
            elif last != was_last:
                yield listings[key], PRICE, last, now

    def names(self) -> list[str]:
        return [label(name, listing) for listing, name, _, _ in self.changes()]


@contextmanager
def pinning(model_ids: Iterable[int], user: Any, reason: str) -> Iterator[Pinning]:
    """Pin what an admin changes within of the listings of these models."""
    found = Pinning(model_ids)
    yield found
    for listing, name, value, before in list(found.changes()):
        Pin.objects.set(listing.model, name, value, before, reason[:300], user, listing)


def _facts(model_ids: list[int]) -> dict[int, dict[str, str]]:
    return {
        listing.pk: {name: text_of(listing, name) for name in OF_LISTING}
        for listing in Listing.objects.filter(model__in=model_ids)
    }


def _prices(model_ids: list[int], today: date) -> dict[int, Prices]:
    """Of each listing the USD price in force, and the one of the last period that is not over. Three queries."""
    found: dict[int, Prices] = {}
    listings = Listing.objects.filter(model__in=model_ids).prefetch_related("periods__rates")
    for listing in listings:
        periods = [period for period in listing.periods.all() if period.currency == "USD"]
        now = listing.period_on(today)
        coming = [period for period in periods if period.ends_on is None or period.ends_on > today]
        last = max(coming, key=lambda period: period.starts_on, default=None)
        found[listing.pk] = (_text(now), _text(last))
    return found


def _text(period: PricePeriod | None) -> str:
    if period is None:
        return ""
    return price_text(frozen(rate.as_pricing() for rate in period.rates.all()), period.discount_share())
