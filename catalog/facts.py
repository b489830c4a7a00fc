"""The facts of a model's page: each with the source and day it was read, and what other sources say of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from catalog import figures
from catalog.models import LanguageModel, Listing, Observation, Parameter, Source

STOPPING = {True: "ends billing", False: "does not end billing"}


@dataclass(frozen=True)
class Fact:
    """One row: its name, its value, who says so, and who says otherwise."""

    label: str
    text: str
    url: str = ""
    read_in: list[Observation] = field(default_factory=list)
    disputed_by: list[Observation] = field(default_factory=list)
    pin_reason: str = ""


def day_text(day: date | None) -> str:
    return figures.UNKNOWN if day is None else f"{day:%b} {day.day}, {day.year}"


def parameter_counts(model: LanguageModel) -> str:
    """675B parameters, 41B active."""
    if not model.parameters_total:
        return ""
    text = f"{figures.short(model.parameters_total)} parameters"
    return f"{text}, {figures.short(model.parameters_active)} active" if model.parameters_active else text


def facts(model: LanguageModel, listing: Listing | None) -> list[Fact]:
    """The facts of a model loaded by `for_page`, unknown ones left out unless sources speak of them."""
    rows: list[tuple[str, str, str, str]] = [
        ("Vendor", "vendor", model.vendor.name, model.vendor.url),
        ("Name", "name", model.name, ""),
        ("Family", "family", model.family, ""),
        ("Released by vendor", "released_on", _day(model.released_on), ""),
        ("Announcement", "announcement", "", ""),
        ("Vendor’s status", "status", "", ""),
        ("Deprecated by vendor", "deprecated_on", _day(model.deprecated_on), ""),
        ("Retired by vendor", "retires_on", _day(model.retires_on), ""),
        ("Context", "context_length", f"{model.context_length:,} tokens" if model.context_length else "", ""),
        ("Architecture", "architecture", model.get_architecture_display(), ""),
        ("Size", "parameters_total", parameter_counts(model), ""),
        ("Reads", "input_modalities", _names(model.input_modalities.all()), ""),
        ("Writes", "output_modalities", _names(model.output_modalities.all()), ""),
        ("Licence", "licence", model.licence, model.licence_url),
        ("Weights", "weights_url", _host(model.weights_url), model.weights_url),
        ("Tokenizer", "tokenizer", model.get_tokenizer_display(), ""),
        ("Knowledge until", "knowledge_cutoff", _day(model.knowledge_cutoff), ""),
        ("Languages", "languages", "", ""),
        ("Programming languages", "coding_languages", "", ""),
        ("Default temperature", "default_temperature", "", ""),
    ]
    if listing is not None:
        weekly = f"{figures.short(listing.weekly_tokens)} tokens" if listing.weekly_tokens else ""
        rows += [
            (f"Listed at {listing.market}", "listed_on", _day(listing.listed_on), ""),
            ("Weekly use", "weekly_tokens", weekly, ""),
            ("Stopping an answer", "stop_ends_billing", STOPPING.get(listing.stop_ends_billing, ""), ""),
        ]
    return _with_sources(rows, model)


def _with_sources(rows: list[tuple[str, str, str, str]], model: LanguageModel) -> list[Fact]:
    """Rows joined with what the sources said of their fields."""
    said: dict[str, list[Observation]] = {}
    for observation in model.observations.all():
        said.setdefault(observation.field, []).append(observation)
    pins = {pin.field: pin for pin in model.pins.all() if pin.listing_id is None}
    found = []
    for label, name, text, url in rows:
        agreeing = [observation for observation in said.get(name, []) if not observation.differs]
        disputed = [observation for observation in said.get(name, []) if observation.differs]
        if not text and agreeing:
            text = agreeing[0].value
            if text.startswith("https://"):
                text, url = _host(text), text
        if text or disputed:
            reason = pins[name].reason if name in pins else ""
            found.append(Fact(label, text or figures.UNKNOWN, url, agreeing, disputed, reason))
    return found


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


def _day(day: date | None) -> str:
    return day_text(day) if day else ""


def _names(modalities: Iterable[object]) -> str:
    return ", ".join(str(modality).lower() for modality in modalities)


def _host(url: str) -> str:
    return url.partition("//")[2].removesuffix("/")
