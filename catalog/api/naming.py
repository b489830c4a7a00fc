"""The model that an address of the API names, by the rule of `catalog.names`; or the refusal that says why it names none."""

from dataclasses import dataclass
from datetime import date

from catalog.api.errors import Refused
from catalog.names import LONGEST_NAME, Named, resolve


@dataclass(frozen=True, slots=True)
class Meant:
    """A model, and the listing that was asked for where it is one of its variants and not the main one."""

    vendor: str
    slug: str
    listing: int | None = None

    @property
    def id(self) -> str:
        return f"{self.vendor}/{self.slug}"


def meant(vendor: str, slug: str, day: date) -> Meant:
    """Raises Refused, with the ids that it may have meant, where the name is none, or no longer one. At most six queries."""
    name = f"{vendor}/{slug}"
    if "\0" in name or len(name) > LONGEST_NAME:
        raise Refused(404, "No model has such a name. An id is a vendor and a name: mistralai/mistral-large-2512.")
    found = resolve([name], day)[name]
    if found.id:
        owner, _, own = found.id.partition("/")
        return Meant(owner, own, found.listing)
    if found.several:
        raise Refused(404, found.several, list(found.ids))
    if found.former:
        ids = sorted({alias.model for alias in found.former})
        raise Refused(404, f"{name} names no model today; it stands for {_days(found.former)}.", ids)
    if found.base:
        variant = slug.partition(":")[2][:40]
        raise Refused(404, f"{found.base} is not listed as :{variant}, as far as is known.", [found.base])
    raise Refused(404, f"No model is called {name}. To search, ask /api/v1/models?q= for its words.")


def _days(aliases: tuple[Named, ...]) -> str:
    """On which days it named which models, those that are over first."""
    told = dict.fromkeys(f"{alias.model} until {alias.to_day}" for alias in aliases if alias.to_day)
    told |= dict.fromkeys(f"{alias.model} from {alias.from_day}" for alias in aliases if not alias.to_day)
    return ", ".join(told)
