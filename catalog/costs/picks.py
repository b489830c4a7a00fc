"""The models that a costs page is about: addresses that add one and take one away, with the workload kept as it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.http import urlencode

from catalog.costs.forms import WorkloadForm
from catalog.costs.offered import Priced


@dataclass(frozen=True, slots=True)
class Pick:
    """A chosen model, its place among them from 1 on, and the address of the page without it; blank for the only one."""

    name: str
    public_id: str
    place: int
    without: str


@dataclass(frozen=True, slots=True)
class Picks:
    """What was chosen, what else there is by name, and the fields that a form has to keep."""

    chosen: list[Pick]
    others: list[tuple[str, str]]
    fields: list[tuple[str, str]]
    cleared: str


def kept(form: WorkloadForm) -> list[tuple[str, str]]:
    """The workload, the filters, the day and the currency as they were written in the address, without the models."""
    terms = [(name, str(form.data[name])) for name in ("as_of", "currency") if form.data.get(name)]
    return [*form.fields_kept().items(), *form.choosing_kept().items(), *terms]


def picks(form: WorkloadForm, priced: Sequence[Priced], chosen: Sequence[Priced]) -> Picks:
    """`priced` is every model of the day, `chosen` what the page is about."""
    fields: list[tuple[str, Any]] = kept(form)
    ids = [each.public_id for each in chosen]

    def without(gone: str) -> str:
        rest = [("model", model_id) for model_id in ids if model_id != gone]
        return f"?{urlencode([*fields, *rest])}" if rest else ""

    return Picks(
        [Pick(each.name, each.public_id, place, without(each.public_id)) for place, each in enumerate(chosen, 1)],
        sorted(
            ((each.public_id, each.name) for each in priced if each.public_id not in set(ids)), key=lambda pair: pair[1]
        ),
        fields,
        f"?{urlencode(fields)}",
    )
