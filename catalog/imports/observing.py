"""What a market's list is on record as saying of the listings that it brings: each shown field with its source and day."""

from collections.abc import Collection, Iterable
from typing import Any

from catalog.agreement import Verdict, compare
from catalog.imports.drafts import shown
from catalog.imports.market_facts import OBSERVED, current
from catalog.imports.writing import Writer
from catalog.models import Change, LanguageModel, Listing, Observation

UNDATED = "The list names no day: this is the day of the first one that was read here with it."
Placed = Iterable[tuple[Change, LanguageModel, bool]]  # a line, its model, and whether the line made the model


class Observing:
    """Writes the observations of one chunk of new listings."""

    def __init__(self, writer: Writer) -> None:
        self.source, self.day = writer.source, writer.day

    def write(
        self, placed: Placed, new: Collection[Change], listings: dict[Change, Listing]
    ) -> dict[Change, list[Observation]]:
        """Of new models (`new` are the lines that made one), of those that a variant made a moment ago in this same
        import, and of the listings that stand for their model. What is known already is not said again."""
        made: dict[Change, list[Observation]] = {}
        for line, model, is_new in placed:
            made[line] = self._of_model(line, model) if line in new else []
            if listings[line].is_main:
                made[line] += self._of_listing(line, model, listings[line], line in new)
            if not is_new and line.model_id is None and not line.plan["is_variant"]:
                made[line] += self._beside(line, model)
        Observation.objects.bulk_create((row for found in made.values() for row in found), batch_size=1000)
        return made

    def _of_model(self, line: Change, model: LanguageModel) -> list[Observation]:
        said = {"name": model.name} | _facts(line)
        return [self._said(model, name, shown(value)) for name, value in said.items() if shown(value)]

    def _of_listing(self, line: Change, model: LanguageModel, listing: Listing, is_new: bool) -> list[Observation]:
        known = set() if is_new else self._known(model)
        found = []
        for name in OBSERVED:
            value = shown(getattr(listing, name))
            if value and (name, value) not in known:
                note = "" if name in line.plan["listing"] else UNDATED
                found.append(self._said(model, name, value, note=note))
        return found

    def _beside(self, line: Change, model: LanguageModel) -> list[Observation]:
        """The facts of a plain listing whose model was made by its variant, with whether they differ."""
        known = self._known(model)
        found = []
        for name, value in _facts(line).items():
            text, has = shown(value), shown(current(model, name))
            if text and (name, text) not in known:
                differs = bool(has) and compare(name, has, text).verdict is Verdict.DIFFERENT
                found.append(self._said(model, name, text, differs=differs))
        return found

    def _known(self, model: LanguageModel) -> set[tuple[str, str]]:
        """What this source has said of the model already."""
        found = Observation.objects.filter(model=model, source=self.source)
        return set(found.values_list("field", "value"))

    def _said(self, model: LanguageModel, name: str, value: str, **more: Any) -> Observation:
        return Observation(model=model, field=name, value=value, source=self.source, observed_on=self.day, **more)


def _facts(line: Change) -> dict[str, Any]:
    """What the entry says of the model itself, but for its description."""
    return {name: value for name, value in line.plan["model"]["facts"].items() if name != "description"}
