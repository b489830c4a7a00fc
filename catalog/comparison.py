"""A comparison of models: groups of rows with one cell for each model, differences and cheapest figures marked."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from catalog import figures
from catalog.facts import day_text, parameter_counts
from catalog.figures import DOLLARS, Display
from catalog.models import LanguageModel, Listing, Parameter
from catalog.pricelist import period_for
from catalog.pricing import LABELS, PER_TOKEN, Component, Usage, bill
from catalog.pricing import Status as PricingStatus

WORKLOAD = Usage(prompt_tokens=10_000, cached_tokens=4_000, completion_tokens=1_000)
WORKLOAD_LABEL = "10,000 prompt tokens, 4,000 of them cached, and 1,000 completion tokens"


@dataclass(frozen=True)
class Cell:
    text: str
    note: str = ""
    is_cheapest: bool = False
    is_known: bool = True


@dataclass(frozen=True)
class Line:
    """One row: what is compared, and what each model has there."""

    label: str
    cells: list[Cell]
    unit: str = ""
    is_number: bool = False

    @property
    def differs(self) -> bool:
        """Whether two known cells say something else; what is not known is no difference."""
        return len({(cell.text, cell.note) for cell in self.cells if cell.is_known}) > 1


@dataclass(frozen=True)
class Group:
    title: str
    lines: list[Line] = field(default_factory=list)

    def differing(self) -> "Group":
        return Group(self.title, [line for line in self.lines if line.differs])


@dataclass(frozen=True)
class Side:
    """One column: a model, and the listing that speaks for it, if it has one."""

    model: LanguageModel
    listing: Listing | None
    day: date
    others: list[str]

    @property
    def status_text(self) -> str:
        return self.model.dates().words(self.day)


def sides(models: list[LanguageModel], day: date, left_out: Iterable[str] = ()) -> list[Side]:
    """A column for each model; each knows the ids of the others, for the link that takes it away and lets the first of
    those that are left out take its place."""
    ids = [*(model.public_id for model in models), *left_out]
    return [
        Side(model, model.main_listing(), day, [other for other in ids if other != model.public_id]) for model in models
    ]


def compared(columns: list[Side], only_differences: bool = False, display: Display = DOLLARS) -> list[Group]:
    """The groups for models loaded by `for_page`; makes no query of its own."""
    groups = [facts(columns), prices(columns, display), limits(columns), parameters(columns)]
    if only_differences:
        groups = [group.differing() for group in groups]
    return [group for group in groups if group.lines]


def facts(columns: list[Side]) -> Group:
    def line(label: str, read: Callable[[Side], str]) -> Line:
        said = [read(side) for side in columns]
        return Line(label, [Cell(text or figures.UNKNOWN, is_known=bool(text)) for text in said])

    return Group(
        "Facts",
        [
            line("Status", lambda side: side.status_text),
            line("Vendor", lambda side: side.model.vendor.name),
            line("Family", lambda side: side.model.family),
            line("Released by vendor", lambda side: day_text(side.model.released_on)),
            line("Listed since", lambda side: day_text(side.listing.listed_on if side.listing else None)),
            line("Retirement", retirement),
            line("Reads", lambda side: _names(side.model.input_modalities.all())),
            line("Writes", lambda side: _names(side.model.output_modalities.all())),
            line("Architecture", lambda side: side.model.get_architecture_display()),
            line("Size", lambda side: parameter_counts(side.model)),
            line("Licence", lambda side: side.model.licence),
            line("Knowledge until", lambda side: day_text(side.model.knowledge_cutoff)),
        ],
    )


def retirement(side: Side) -> str:
    """Retires Nov 30, 2026, or Retired where that day has come by the day of the comparison; blank where none is known."""
    day = side.model.retires_on
    return f"{'Retired' if day <= side.day else 'Retires'} {day_text(day)}" if day else ""


def prices(columns: list[Side], display: Display = DOLLARS) -> Group:
    periods = [period_for(side.listing, side.day) if side.listing else (None, "") for side in columns]
    lines, unit = [], display.symbol.strip()
    for component in Component:
        amounts = [period.amount(component) if period else None for period, _ in periods]
        if component not in (Component.INPUT, Component.OUTPUT) and not any(amount is not None for amount in amounts):
            continue
        is_per_token = component in PER_TOKEN
        write = display.per_million if is_per_token else display.to_the_digit
        lines.append(
            Line(
                LABELS[component],
                _figures(amounts, write, ["last price" if note else "" for _, note in periods]),
                f"{unit} per million tokens" if is_per_token else f"{unit} each",
                is_number=True,
            )
        )
    bills = [bill(period.pricing_rates() if period else [], WORKLOAD) for period, _ in periods]
    totals = [each.total if each.status is not PricingStatus.AT_LEAST else None for each in bills]
    lines.append(
        Line(
            "One request",
            _figures(
                totals,
                display.to_the_digit,
                [
                    ", ".join(part for part in (display.thousandfold(total), "last price" if note else "") if part)
                    for total, (_, note) in zip(totals, periods, strict=True)
                ],
            ),
            WORKLOAD_LABEL,
            is_number=True,
        )
    )
    return Group("Prices", lines)


def limits(columns: list[Side]) -> Group:
    def line(label: str, unit: str, read: Callable[[Side], int | None]) -> Line:
        counts = [read(side) for side in columns]
        cells = [Cell(figures.tokens(count), is_known=count is not None) for count in counts]
        return Line(label, cells, unit, is_number=True)

    return Group(
        "Limits",
        [
            line(
                "Context",
                "tokens",
                lambda side: side.listing.context_limit() if side.listing else side.model.context_length,
            ),
            line("Longest answer", "tokens", lambda side: side.listing.max_completion_tokens if side.listing else None),
        ],
    )


def parameters(columns: list[Side]) -> Group:
    tables = [side.listing.effective_parameters() if side.listing else {} for side in columns]
    names = sorted({name for table in tables for name in table})
    return Group("Parameters", [Line(name, [parameter_cell(name, table) for table in tables]) for name in names])


def parameter_cell(name: str, table: dict[str, Parameter]) -> Cell:
    """A model of which no parameter at all is on record says nothing of this one."""
    parameter = table.get(name)
    if parameter is None:
        return Cell("not listed", is_known=bool(table))  # that is less than a table that denies it
    if parameter.is_unsupported:
        return Cell("not supported")
    notes = [f"default {parameter.default}" if parameter.default else ""]
    if parameter.minimum or parameter.maximum:
        notes.append(f"{parameter.minimum or '…'} to {parameter.maximum or '…'}")
    if parameter.is_deprecated:
        notes.append("deprecated" + (f", use {parameter.replaced_by}" if parameter.replaced_by else ""))
    return Cell(parameter.get_kind_display(), ", ".join(note for note in notes if note))


def _figures(
    amounts: list[Decimal | None], write: Callable[[Decimal | None], str], notes: list[str] | None = None
) -> list[Cell]:
    """Cells for amounts of money; the cheapest is marked where a dearer one stands beside it."""
    known = [amount for amount in amounts if amount is not None]
    cheapest = min(known) if known and min(known) != max(known) else None
    return [
        Cell(
            write(amount),
            (notes or [""] * len(amounts))[index],
            amount is not None and amount == cheapest,
            amount is not None,
        )
        for index, amount in enumerate(amounts)
    ]


def _names(modalities: Iterable[Any]) -> str:
    return ", ".join(modality.name.lower() for modality in modalities)
