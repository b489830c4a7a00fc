"""Duplicating a model: its facts, listings, parameters and present prices under a new id, as one act."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from catalog.admin.acts import acting
from catalog.models import LanguageModel, Listing, PricePeriod, Rate, Revision
from catalog.models.variants import ID_PART

# Of one listing at one market, and not of its copy.
OF_THE_ORIGINAL = {
    "listed_on": None, "last_seen_on": None, "delisted_on": None, "expires_on": None, "missed_on": None, "misses": 0,
    "canonical_slug": "", "weekly_tokens": None,
}  # fmt: skip


class CopyForm(forms.Form):
    """The new id and name. Refused where the id, or that of a listing which follows from it, is taken."""

    slug = forms.CharField(
        label="New id", max_length=100, validators=[ID_PART], help_text="The id after the vendor’s name."
    )
    name = forms.CharField(label="New name", max_length=100)

    def __init__(self, *args: Any, original: LanguageModel, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.original = original
        self.initial = {"slug": original.slug, "name": f"{original.name} (copy)"}

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        vendor = self.original.vendor
        if LanguageModel.objects.filter(vendor=vendor, slug__iexact=slug).exists():
            raise forms.ValidationError(f"There is a model {vendor.slug}/{slug} already.")
        for listing in self.original.listings.select_related("market"):
            name = renamed(listing, self.original, slug)
            if len(name) > 150:
                raise forms.ValidationError("This id is too long for the listings of the copy.")
            if Listing.objects.filter(market=listing.market, upstream_id=name).exists():
                raise forms.ValidationError(f"{listing.market} sells something as {name} already.")
        return slug


def renamed(listing: Listing, original: LanguageModel, slug: str) -> str:
    """The id that the copy of a listing has at its market: mistralai/large:free becomes mistralai/new:free."""
    if original.slug in listing.upstream_id:
        return listing.upstream_id.replace(original.slug, slug)
    return f"{original.vendor.slug}/{slug}"


def copy(original: LanguageModel, slug: str, name: str, user: Any, today: date) -> LanguageModel:
    """The new model, recorded as one revision. Aliases, pins, observations and old prices stay with the original."""
    new = LanguageModel.objects.get(pk=original.pk)
    with acting(f"Copy of {original}: {name}", user, [], kind=Revision.Kind.COPY) as recording:
        new.pk, new._state.adding, new.slug, new.name = None, True, slug, name
        new.save()
        for many in ("input_modalities", "output_modalities"):
            getattr(new, many).set(getattr(original, many).all())
        for listing in original.listings.prefetch_related("parameters", "periods__rates"):
            _copy_listing(listing, original, new, today)
        recording.also.append(new)
    return new


def _copy_listing(listing: Listing, original: LanguageModel, new: LanguageModel, today: date) -> None:
    periods = [period for period in listing.periods.all() if period.covers(today)]
    parameters = list(listing.parameters.all())
    rates = {period.pk: list(period.rates.all()) for period in periods}
    copied = Listing.objects.get(pk=listing.pk)
    copied.upstream_id = renamed(listing, original, new.slug)
    copied.name = ""
    for name, value in OF_THE_ORIGINAL.items():
        setattr(copied, name, value)
    copied.pk, copied._state.adding, copied.model = None, True, new
    copied.save()
    for parameter in parameters:
        parameter.pk, parameter._state.adding, parameter.listing = None, True, copied
        parameter.save()
    for period in periods:
        begun = PricePeriod(
            listing=copied, currency=period.currency, starts_on=today, source_id=period.source_id,
            discount=period.discount, note=f"Copied from {listing.upstream_id}"[:200],
        )  # fmt: skip
        begun.save()
        for rate in rates[period.pk]:
            Rate.from_pricing(rate.as_pricing(), begun, rate.position).save()


def addresses(page: admin.ModelAdmin) -> list[URLPattern]:
    def view(request: HttpRequest, key: int) -> HttpResponse:
        return duplicate(page, request, key)

    return [path("<int:key>/duplicate/", page.admin_site.admin_view(view), name="catalog_languagemodel_duplicate")]


def duplicate(page: Any, request: HttpRequest, key: int) -> HttpResponse:
    """Asks for the new id; then opens the copy."""
    needed = [f"catalog.add_{table}" for table in ("languagemodel", "listing", "priceperiod", "parameter")]
    if not request.user.has_perms(needed):  # type: ignore[union-attr]
        raise PermissionDenied
    original = get_object_or_404(LanguageModel.objects.select_related("vendor"), pk=key)
    form = CopyForm(request.POST if request.method == "POST" else None, original=original)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        new = copy(original, data["slug"], data["name"], request.user, timezone.now().date())
        page.log_addition(request, new, [{"added": {}}])
        page.message_user(request, f"This is the copy of {original}. Nobody sells it yet.", messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:catalog_languagemodel_change", args=[new.pk]))
    context = {
        **page.admin_site.each_context(request),
        "title": "Duplicate",
        "opts": page.opts,
        "original": original,
        "form": form,
        "media": page.media,
    }
    return TemplateResponse(request, "admin/catalog/duplicate.html", context, status=422 if form.errors else 200)
