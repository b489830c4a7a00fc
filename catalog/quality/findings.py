"""What a check finds, and what each kind of finding is called and means. Pure; no Django."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from catalog.quality.records import Catalog, ModelRow


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that looks wrong: of which model, which of its facts, and the two values side by side. A finding that comes
    from a source's word names its observation in `said`, and `here` is then filled in for the rows that are shown."""

    model: ModelRow
    what: str
    here: str
    there: str
    day: date | None = None
    remark: str = ""
    source: int | None = None
    said: int | None = None
    anchor: str = "overview"
    market: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of finding: its name in addresses, its heading, what it means, what to say when there is none, the heads of
    its two values, and the check itself."""

    slug: str
    title: str
    meaning: str
    nothing: str
    what: str
    here: str
    there: str
    check: Callable[[Catalog], Iterable[Finding]]
