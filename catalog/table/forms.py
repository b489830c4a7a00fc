"""What the table accepts in its address: a search, a filter for each column, facets, columns, unit, order and page."""

from django import forms

from catalog.costs.forms import WorkloadForm
from catalog.costs.workloads import Workload
from catalog.exact import PricingError
from catalog.figures import counted
from catalog.forms import MOST_WORDS
from catalog.models.lifecycle import Status
from catalog.pricing import Usage
from catalog.table.columns import COLUMNS, Column, shown
from catalog.table.fields import ChoicesField, ColumnsField, FilterField, read_modality, read_status
from catalog.table.units import UNITS, Unit

SORTS = tuple(column.key for column in COLUMNS)
STATUSES = tuple(Status.values)


class TableForm(WorkloadForm):
    """The whole state of the table. Of a workload it takes one request: its tokens, and whether it is sent in a batch."""

    requests = per = cache_write_tokens = reasoning_tokens = at = model = None
    writes = room = sold = None  # the table has filters and facets of its own

    q = forms.CharField(required=False, max_length=100, label="Search")
    context = FilterField("context", "Context", "128k")
    input = FilterField("input", "Input $/M", "<=2, free")
    output = FilterField("output", "Output $/M", "0.5..6")
    released = FilterField("released", "Released", ">=2025-06")
    price = FilterField("price", "Input up to, $/M")
    name = FilterField("name", "Name or id", "large, !instruct")
    max_output = FilterField("max_output", "Max. output", ">=32k")
    cached = FilterField("cached", "Cached $/M", "!unknown")
    listed = FilterField("listed", "Listed", "2025-12")
    announced = FilterField("announced", "Announced", "2024..2025")
    size = FilterField("size", "Size", "7b..24b")
    family = FilterField("family", "Family", "large, !nemo")
    vendor = FilterField("vendor", "Vendor", "mistral")
    licence = FilterField("licence", "Licence", "apache, mit")
    modality = ChoicesField("Reads", read=read_modality)
    parameter = ChoicesField("Parameter")
    status = ChoicesField("Status", STATUSES, f"A status is {', '.join(STATUSES[:-1])} or {STATUSES[-1]}.", read_status)
    columns = ColumnsField(required=False, label="Columns")
    unit = forms.ChoiceField(
        required=False,
        choices=[(unit.key, unit.choice) for unit in UNITS.values()],
        label="Prices for",
        error_messages={"invalid_choice": f"Prices are shown per {', '.join(UNITS)}."},
    )
    sort = forms.ChoiceField(
        required=False,
        choices=[(sign + key, key) for key in SORTS for sign in ("", "-")],
        label="Order",
        error_messages={"invalid_choice": f"The table sorts by {', '.join(SORTS)}; a leading - reverses."},
    )
    rows = forms.ChoiceField(
        required=False,
        choices=[("all", "all")],
        label="Rows",
        error_messages={"invalid_choice": "A file has the rows of one page, or with rows=all every one of them."},
    )

    # Where their fields stand: above the table, folded away beside them, in the facets, and in addresses only.
    FIRST = ("context", "input", "output", "released")
    FURTHER = ("name", "max_output", "cached", "listed", "announced", "size")
    FACETS = ("status", "modality", "parameter", "family", "vendor", "licence")
    WRITTEN_FACETS = ("family", "vendor", "licence")  # those that have a field, too
    NARROWING = ("q", *FIRST, *FURTHER, *FACETS, "price")
    REQUEST = ("prompt_tokens", "cached_tokens", "completion_tokens", "batch")

    def clean_q(self) -> list[str]:
        words = self.cleaned_data["q"].split()
        if len(words) > MOST_WORDS:
            raise forms.ValidationError(f"Search for at most {MOST_WORDS} words; these are {len(words)}.")
        return words

    def written(self, name: str) -> str:
        """The field as it stands in the address, several values joined."""
        return ", ".join(value for value in self.data.getlist(name) if value)

    def shown_unit(self) -> Unit:
        return UNITS[self.value("unit", "million")]

    def shown_columns(self) -> list[Column]:
        return shown(self.value("columns", ()), self.shown_unit().is_per_request)

    def workload(self) -> Workload:
        """One request; without a token where its own fields were refused, whatever became of the other fields."""
        try:
            usage = Usage() if self.errors.keys() & set(self.REQUEST) else self.usage()
        except PricingError:
            usage = Usage()
        return Workload(usage, is_batch=self.value("batch", False))

    def needs_request(self) -> bool:
        """Whether anything shown depends on what one request is."""
        return self.shown_unit().is_per_request or any(column.key == "cost" for column in self.shown_columns())

    def narrowing(self) -> list[str]:
        """The names of the filters in use; one that could not be read narrows nothing."""
        return [name for name in self.NARROWING if name not in self.errors and self.written(name).strip()]

    def unapplied(self) -> list[str]:
        """The names of the filters that were written and could not be read."""
        return [name for name in self.NARROWING if name in self.errors]

    def refusals(self) -> list[str]:
        """The sentences that have no field to stand beside."""
        request = self.REQUEST if self.needs_request() else ()
        return self.sentences((*self.FIRST, *self.FURTHER, *self.WRITTEN_FACETS, *request))

    def pairs(self) -> list[tuple[str, str]]:
        """The address as far as this form knows it: every field that is filled in, without page and format."""
        known = [name for name in self.data if name in self.fields and name not in ("page", "format", "rows")]
        return [(name, value) for name in known for value in self.data.getlist(name) if value.strip()]

    def request_words(self) -> str:
        """What one request is, in a sentence."""
        usage = self.workload().usage
        cached = f", {usage.cached_tokens:,} of them cached," if usage.cached_tokens else ""
        batch = ", sent in a batch" if self.value("batch") else ""
        return (
            f"One request has {counted(usage.prompt_tokens, 'prompt token')}{cached} and "
            f"{counted(usage.completion_tokens, 'completion token')}{batch}."
        )

    def about(self) -> str:
        """What a file of the rows is about: the day, the rate of a conversion, and the request where one is priced."""
        return " ".join(
            filter(None, (super(WorkloadForm, self).about(), self.needs_request() and self.request_words()))
        )
