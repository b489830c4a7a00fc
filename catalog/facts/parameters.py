"""The request parameters of a listing, source by source, and the defaults that its market tells of them in two places."""

from dataclasses import dataclass

from catalog import agreement
from catalog.models import LanguageModel, Listing, Parameter, Source

DEFAULT = "default_"


@dataclass(frozen=True)
class Default:
    """What a parameter is when a request leaves it out: `value` as the table of parameters has it, and the model's own as
    its market's list tells it, each with its source. Blank where nobody tells it."""

    value: str = ""
    source: str = ""
    models_own: str = ""
    list_source: str = ""

    @property
    def words(self) -> str:
        """Both where they are two, since a page may show the usual default of all models in place of the model's own."""
        if not self.models_own:
            return f"default {self.value}" if self.value else ""
        if not self.value or _is_same(self.value, self.models_own):
            return f"model default {self.models_own}"
        return f"model default {self.models_own} ({self.list_source}), usual default {self.value} ({self.source})"


def _is_same(one: str, other: str) -> bool:
    return one == other or agreement.compare(DEFAULT, one, other).verdict is agreement.Verdict.SAME


def defaults(model: LanguageModel, listing: Listing) -> dict[str, Default]:
    """By parameter, its defaults. For a model loaded by `for_page`; makes no query of its own."""
    found: dict[str, Default] = {}
    listed = {row[0]: row for row in _of_the_list(model, listing)}
    rows = {
        name: row
        for name, row in listing.effective_parameters().items()
        if row.default and not _is_list(row.source, listing)
    }
    for name in {*listed, *rows}:
        _, own, list_source = listed.get(name, ("", "", ""))
        row = rows.get(name)
        found[name] = Default(row.default if row else "", str(row.source) if row else "", own, list_source)
    return found


def _of_the_list(model: LanguageModel, listing: Listing) -> list[tuple[str, str, str]]:
    """Name, default and source of what the market's list says, the latest last."""
    told = [
        (row.source.read_on, row.name, row.default, str(row.source))
        for row in listing.parameters.all()
        if row.default and _is_list(row.source, listing)
    ]
    told += [
        (said.observed_on, said.field.removeprefix(DEFAULT), said.value, str(said.source))
        for said in model.observations.all()
        if said.field.startswith(DEFAULT) and _is_list(said.source, listing)
    ]
    return [(name, value, source) for _, name, value, source in sorted(told)]


def _is_list(source: Source, listing: Listing) -> bool:
    """Whether a source is the list of models that the listing's market publishes at its API."""
    return bool(listing.market.api_url) and source.url.rstrip("/") == f"{listing.market.api_url.rstrip('/')}/models"


def parameters_by_source(listing: Listing) -> list[tuple[Source, list[Parameter], list[str]]]:
    """Each source's own table, and the names that others have and it leaves out; nothing when only one source speaks."""
    tables: dict[Source, list[Parameter]] = {}
    for parameter in listing.parameters.all():
        tables.setdefault(parameter.source, []).append(parameter)
    if len(tables) < 2:
        return []
    names = {parameter.name for table in tables.values() for parameter in table}
    return [
        (source, table, sorted(names - {parameter.name for parameter in table}))
        for source, table in sorted(tables.items(), key=lambda item: -item[0].authority)
    ]
