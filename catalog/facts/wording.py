"""How the facts of a model are written: days, sizes, yes and no."""

from collections.abc import Iterable
from datetime import date

from catalog import figures
from catalog.models import LanguageModel, Listing
from catalog.models.lifecycle import DAY_NOT_KNOWN

LABELS = {
    column.name: str(column.verbose_name).capitalize()
    for table in (Listing, LanguageModel)
    for column in (*table._meta.concrete_fields, *table._meta.many_to_many)
}
STOPPING = {True: "ends billing", False: "does not end billing"}


def day_text(day: date | None) -> str:
    return figures.UNKNOWN if day is None else f"{day:%b} {day.day}, {day.year}"


def day_or_blank(day: date | None) -> str:
    return day_text(day) if day else ""


def retirement(model: LanguageModel) -> str:
    """The day on which its vendor retires it, or that the vendor called it retired and named none."""
    return day_or_blank(model.retires_on) or (DAY_NOT_KNOWN if model.called_retired_on else "")


def parameter_counts(model: LanguageModel) -> str:
    """675B parameters, 41B active."""
    if not model.parameters_total:
        return ""
    text = f"{figures.short(model.parameters_total)} parameters"
    return f"{text}, {figures.short(model.parameters_active)} active" if model.parameters_active else text


def tokens_text(count: int | None) -> str:
    return f"{count:,} tokens" if count else ""


def names(modalities: Iterable[object]) -> str:
    return ", ".join(str(modality).lower() for modality in modalities)


def host(url: str) -> str:
    return url.partition("//")[2].removesuffix("/")


def field_label(name: str) -> str:
    """The name of a field that sources speak of, in words: as the forms have it, or else as it is."""
    return LABELS.get(name) or name.replace("_", " ").capitalize()
