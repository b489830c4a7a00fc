"""What the rows of a model's page choose from, fetched once for the page and not once for each row."""

from typing import Any

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.http import HttpRequest

from catalog.models import LanguageModel, Listing, Source


class KnownSources(AutocompleteSelect):
    """Django's field that looks up as one types; it asks for the chosen row's name in every row, and this one knows them."""

    names: dict[str, str] = {}

    def optgroups(self, name: str, value: list[Any], attr: Any = None) -> list[Any]:
        chosen = [str(key) for key in value if str(key) in self.names]
        options = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        options += [self.create_option(name, key, self.names[key], True, at) for at, key in enumerate(chosen, 1)]
        return [(None, options, 0)]


class SiblingListings:
    """Inlines of a model's page that name a listing and a source: only the model's own listings."""

    def get_formset(self, request: HttpRequest, obj: LanguageModel | None = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)  # type: ignore[misc]
        fields = formset.form.base_fields
        if "listing" in fields:
            own = Listing.objects.filter(model=obj).select_related("market")
            choices = [
                ("", "---------"),
                *((listing.pk, f"{listing.market.slug}: {listing.upstream_id}") for listing in own),
            ]
            fields["listing"].queryset = own
            fields["listing"].widget = forms.Select()
            fields["listing"].choices = choices
        if "source" in fields:
            wrapper = fields["source"].widget
            known = KnownSources(wrapper.widget.field, wrapper.widget.admin_site)
            known.names = {str(source.pk): str(source) for source in Source.objects.all()}
            known.choices, known.is_required = wrapper.widget.choices, wrapper.widget.is_required
            wrapper.widget = known
        return formset
