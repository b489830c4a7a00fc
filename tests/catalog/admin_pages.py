"""Filling in the admin's forms as a browser would: what the page shows, with some of it changed."""

from typing import Any

from django.test import Client

from catalog.admin.conflicts import SEEN
from catalog.models import LanguageModel, Listing, PricePeriod, Source

REASON = "Written on the vendor’s page"


def change_url(row: Any) -> str:
    return f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"


def shown(form: Any) -> dict[str, Any]:
    """The form's fields as a browser would send them unchanged: with its own line ends, and no disabled ones."""
    data: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        if bound.field.disabled or value is None or value is False:
            continue
        if isinstance(value, list):
            data[bound.html_name] = [str(getattr(one, "pk", one)) for one in value]
        else:
            data[bound.html_name] = "on" if value is True else str(value).replace("\n", "\r\n")
    return data


def open_form(client: Client, url: str) -> dict[str, Any]:
    """Everything that pressing Save on this page would send, with a reason where the page asks for one."""
    response = client.get(url)
    assert response.status_code == 200
    form = response.context["adminform"].form
    data = shown(form) | ({"reason": REASON} if "reason" in form.fields else {})
    if response.context.get("seen"):
        data[SEEN] = response.context["seen"]
    for inline in response.context["inline_admin_formsets"]:
        data |= shown(inline.formset.management_form)
        for form in inline.formset.initial_forms:
            data |= shown(form)
    return data


def save(client: Client, url: str, **changes: Any) -> Any:
    """Open the page, change these fields, press Save."""
    return client.post(url, open_form(client, url) | changes)


def unsealed(data: dict[str, Any]) -> dict[str, Any]:
    """What a form holds, without the token that says when it was opened."""
    return {name: value for name, value in data.items() if name != SEEN}


def add_row(data: dict[str, Any], prefix: str, **fields: Any) -> None:
    """One more row of an inline, as the page's Add another makes it."""
    number = int(data[f"{prefix}-TOTAL_FORMS"])
    data[f"{prefix}-TOTAL_FORMS"] = str(number + 1)
    data |= {f"{prefix}-{number}-{name}": str(value) for name, value in fields.items()}


def row_number(data: dict[str, Any], prefix: str, row: Any) -> int:
    """Where a saved row stands in its inline."""
    return next(
        number for number in range(int(data[f"{prefix}-INITIAL_FORMS"])) if data[f"{prefix}-{number}-id"] == str(row.pk)
    )


def errors(response: Any) -> str:
    """Every complaint of a refused form, as one text."""
    assert response.status_code == 200, "the form was accepted"
    return " ".join(str(error) for error in response.context["errors"])


def accepted(response: Any) -> None:
    """The form was saved; otherwise say what it complained of."""
    assert response.status_code == 302, list(response.context["errors"])


def large_3() -> LanguageModel:
    return LanguageModel.objects.get(slug="mistral-large-2512")


def open_period(slug: str = "mistral-large-2512") -> PricePeriod:
    return PricePeriod.objects.get(listing__upstream_id=f"mistralai/{slug}", ends_on=None)


def new_period(listing: Listing, starts_on: str, **fields: Any) -> dict[str, Any]:
    source = Source.objects.get(slug="openrouter-price-history")
    return {"listing": listing.pk, "currency": "USD", "starts_on": starts_on, "source": source.pk} | fields
