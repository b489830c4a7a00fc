"""The fields above the table as the page shows them: what was written, what could be, and why it could not be read."""

from dataclasses import dataclass

from catalog.costs.forms import STARTING_POINT
from catalog.table.forms import TableForm


@dataclass(frozen=True, slots=True)
class FilterBox:
    """One field above the table."""

    name: str
    label: str
    value: str
    hint: str
    error: str


def filter_field(form: TableForm, name: str) -> FilterBox:
    """A filter as the page shows it: what was written, and beside it why it could not be read."""
    field = form.fields[name]
    return FilterBox(name, str(field.label), form.written(name), field.hint, " ".join(form.errors.get(name, [])))


def request_fields(form: TableForm) -> list[FilterBox]:
    """The counts of one request; while none is given, the usual ones stand behind the empty fields."""
    boxes = []
    for name in ("prompt_tokens", "cached_tokens", "completion_tokens"):
        hint = str(STARTING_POINT[name] if form.is_untouched() else 0)
        error = " ".join(form.errors.get(name, []))
        boxes.append(FilterBox(name, str(form.fields[name].label), form.written(name), hint, error))
    return boxes
