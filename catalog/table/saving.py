"""What is accepted when somebody saves a view of the table: a name, and an address that can be read."""

from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from catalog.models import SavedView
from catalog.table.forms import TableForm

LONGEST = SavedView._meta.get_field("query").max_length


class SaveForm(forms.Form):
    """The present address under a name; what the table does not know of it is left out."""

    name = forms.CharField(max_length=60, label="Name", error_messages={"required": "Give the view a name."})
    query = forms.CharField(required=False, max_length=8000, label="Address")

    def clean_query(self) -> str:
        table = TableForm(QueryDict(self.cleaned_data["query"]))
        if not table.is_valid():
            raise forms.ValidationError(f"A view can be saved once it can be read. {' '.join(table.sentences())}")
        query = urlencode(table.pairs(), safe=",")
        if len(query) > LONGEST:
            raise forms.ValidationError(
                f"Its {len(query):,} characters are more than a view keeps, which is {LONGEST:,}. Take some filters away."
            )
        return query

    def sentences(self) -> list[str]:
        return [str(error) for errors in self.errors.values() for error in errors]
