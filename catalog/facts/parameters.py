"""The request parameters of a listing, source by source."""

from catalog.models import Listing, Parameter, Source


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
