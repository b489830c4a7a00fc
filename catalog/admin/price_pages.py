"""New prices for a family in one step: choose, write, look at what would change, apply; one revision, undone as one."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from catalog.admin import price_plan
from catalog.admin.price_forms import MOST_LISTINGS, NewPricesForm, WhichForm

ADDRESS = "admin:catalog_languagemodel_prices"


def addresses(page: admin.ModelAdmin) -> list[URLPattern]:
    def view(request: HttpRequest) -> HttpResponse:
        return prices(page, request)

    return [path("prices/", page.admin_site.admin_view(view), name="catalog_languagemodel_prices")]


def may(user: Any) -> bool:
    return user.has_perms(["catalog.change_languagemodel", "catalog.add_priceperiod", "catalog.change_priceperiod"])


def prices(page: Any, request: HttpRequest) -> HttpResponse:
    """GET chooses and shows the table; POST shows what would change, and with `apply` changes it."""
    if not may(request.user):
        raise PermissionDenied
    which = WhichForm(request.GET)
    listings = which.listings() if which.is_valid() else []
    if len(listings) > MOST_LISTINGS:
        which.add_error(None, f"At most {MOST_LISTINGS} listings are edited at once. Choose fewer.")
        listings = []
    posted = request.method == "POST" and bool(listings)
    form = NewPricesForm(request.POST if posted else None, listings=listings)
    plans = form.plans() if posted and form.is_valid() else []
    is_planned = bool(plans) and not form.errors and "edit" not in request.POST
    is_unsure = is_planned and any(each.is_jump for each in plans) and not form.cleaned_data["is_sure"]
    seal = price_plan.seal(plans)
    has_moved = is_planned and "apply" in request.POST and request.POST.get("seal") != seal
    if is_planned and "apply" in request.POST and not is_unsure and not has_moved:
        try:
            return _apply(page, request, which, form, plans)
        except price_plan.MovedOn:
            has_moved = True
    context = {
        **page.admin_site.each_context(request),
        "title": which.title() if listings else "New prices",
        "opts": page.opts,
        "which": which,
        "form": form,
        "listings": listings,
        "plans": plans if is_planned else [],
        "is_jump": any(each.is_jump for each in plans),
        "is_unsure": is_unsure and "apply" in request.POST,
        "has_moved": has_moved,
        "seal": seal,
        "typed": _typed(request.POST) if is_planned else [],
        "media": page.media + form.media,
    }
    refused = posted and "edit" not in request.POST and (bool(form.errors) or context["is_unsure"] or has_moved)
    template = "admin/catalog/prices/preview.html" if is_planned else "admin/catalog/prices/table.html"
    return TemplateResponse(request, template, context, status=422 if refused else 200)


def _apply(
    page: Any, request: HttpRequest, which: WhichForm, form: NewPricesForm, plans: list[price_plan.Plan]
) -> HttpResponse:
    data = form.cleaned_data
    revision = price_plan.carry_out(plans, which.title(), request.user, data["reason"], data["source"])
    page.message_user(request, f"New prices for {len(plans)} of {len(form.listings)} listings.", messages.SUCCESS)
    if revision is None:
        return HttpResponseRedirect(reverse("admin:catalog_languagemodel_changelist"))
    return HttpResponseRedirect(reverse("admin:catalog_revision_change", args=[revision.pk]))


def _typed(data: QueryDict) -> list[tuple[str, str]]:
    left_out = {"csrfmiddlewaretoken", "apply", "preview", "edit", "is_sure", "seal"}
    return [(name, value) for name, values in data.lists() if name not in left_out for value in values if value]
