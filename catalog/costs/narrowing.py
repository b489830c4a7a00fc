"""Which models a workload is ranked on: those that can do its job, narrowed to what a person asks for.

A request with completion tokens is a job for models that write text. What writes none, such as an embedding, would stand
before all of them, as it is charged for what it reads only; so it is left out, and the page says so and leads to it.
Models that were asked for by name are never left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.costs.forms import ANYTHING, TEXT, WorkloadForm
from catalog.costs.offered import Priced
from catalog.models import Listing


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The models that are left, in their order, how many are not, and how many of those only since they write no text."""

    priced: list[Priced]
    left_out: int = 0
    without_text: int = 0


def narrowed(priced: Sequence[Priced], form: WorkloadForm, asked: Sequence[str] = ()) -> Narrowed:
    """`priced` without what the form's workload and filters leave out, but with everything that is `asked` for by name. One
    query for a kind that is not text, and one for a parameter."""
    kept = _Kept(form)
    named = set(asked)
    found, without_text = [], 0
    for each in priced:
        if each.public_id in named or (kept.is_kind(each) and kept.is_wanted(each)):
            found.append(each)
        elif not form.value("writes") and kept.is_wanted(each):
            without_text += 1
    return Narrowed(found, len(priced) - len(found), without_text)


class _Kept:
    def __init__(self, form: WorkloadForm) -> None:
        self.kind = form.kind()
        self.usage = form.workload().usage
        self.has_room, self.is_sold = form.value("room", False), form.value("sold", False)
        self.vendor, self.parameter = form.value("vendor", "").lower(), form.value("parameter")
        listings = Listing.objects
        self.of_kind = set() if self.kind in (TEXT, ANYTHING) else listings.writing(self.kind)
        self.taking = listings.taking(self.parameter) if self.parameter else set()

    def is_kind(self, each: Priced) -> bool:
        if self.kind == TEXT:
            return each.writes_text
        return self.kind == ANYTHING or each.listing_id in self.of_kind

    def is_wanted(self, each: Priced) -> bool:
        return (
            (not self.is_sold or each.is_sold)
            and (not self.vendor or each.vendor.lower() == self.vendor)
            and (not self.parameter or each.listing_id in self.taking)
            and (not self.has_room or each.has_room(self.usage))
        )
