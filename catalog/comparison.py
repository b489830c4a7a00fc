"""A comparison of models: groups of rows with one cell for each model, differences and cheapest figures marked."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial

from catalog import figures, measures
from catalog.facts import Default, day_text, defaults, fact_texts
from catalog.figures import DOLLARS, Display
from catalog.models import LanguageModel, Listing, Parameter
from catalog.models.lifecycle import Status, words
from catalog.pricelist import period_for
from catalog.pricing import LABELS, Component, Usage, bill
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
    # What a model's own page shows, decided there once: also where the only word on it is a source's own.
    shown = [fact_texts(side.model, side.listing) for side in columns]

    def line(label: str, texts: Iterable[str]) -> Line:
        return Line(label, [Cell(text or figures.UNKNOWN, is_known=bool(text)) for text in texts])

    def fact(label: str, name: str) -> Line:
        return line(label, (each.get(name, "") for each in shown))

    return Group(
        "Facts",
        [
            line("Status", (side.status_text for side in columns)),
            fact("Vendor", "vendor"),
            fact("Family", "family"),
            fact("Released by vendor", "released_on"),
            fact("Listed since", "listed_on"),
            line("Retirement", (retirement(side) for side in columns)),
            fact("Reads", "input_modalities"),
            fact("Writes", "output_modalities"),
            fact("Architecture", "architecture"),
            fact("Size", "parameters_total"),
            fact("Licence", "licence"),
            fact("Knowledge until", "knowledge_cutoff"),
        ],
    )


def retirement(side: Side) -> str:
    """Retires Nov 30, 2026, or Retired where that day has come by the day of the comparison; in words where the vendor names
    none, and blank where nothing is known."""
    day = side.model.retires_on
    if not day and side.model.status_on(side.day) is Status.RETIRED:
        return words(Status.RETIRED, None, is_dated=False)
    return f"{'Retired' if day <= side.day else 'Retires'} {day_text(day)}" if day else ""


def prices(columns: list[Side], display: Display = DOLLARS) -> Group:
    periods = [period_for(side.listing, side.day) if side.listing else (None, "") for side in columns]
    by_unit = [measures.priced_by_unit(period.pricing_rates() if period else []) for period, _ in periods]
    gone = [
        bool(note) or not side.model.dates().is_sold(side.day) for (_, note), side in zip(periods, columns, strict=True)
    ]
    lines, unit = [], display.symbol.strip()
    always = () if all(by_unit) else (Component.INPUT, Component.OUTPUT)
    for component in Component:
        amounts = [period.amount(component) if period else None for period, _ in periods]
        if component not in always and not any(amount is not None for amount in amounts):
            continue
        measure = measures.measure_of(component)
        write = (
            display.to_the_digit
            if measure is measures.EACH
            else partial(measures.figure, component=component, display=display)
        )
        lines.append(
            Line(
                LABELS[component],
                _figures(amounts, write, ["last price" if note else "" for _, note in periods], gone),
                f"{unit} {measure.words}",
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
                    ", ".join(part for part in (beside, "last price" if note else "") if part)
                    for beside, (_, note) in zip(
                        (
                            f"billed {measures.billed_by(units)}" if units else display.thousandfold(total)
                            for total, units in zip(totals, by_unit, strict=True)
                        ),
                        periods,
                        strict=True,
                    )
                ],
                gone,
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
    told = [defaults(side.model, side.listing) if side.listing else {} for side in columns]
    names = sorted({name for table in tables for name in table})
    return Group(
        "Parameters",
        [Line(name, [parameter_cell(name, *both) for both in zip(tables, told, strict=True)]) for name in names],
    )


def parameter_cell(name: str, table: dict[str, Parameter], told: dict[str, Default]) -> Cell:
    """A model of which no parameter at all is on record says nothing of this one."""
    parameter = table.get(name)
    if parameter is None:
        return Cell("not listed", is_known=bool(table))  # that is less than a table that denies it
    if parameter.is_unsupported:
        return Cell("not supported")
    notes = [told.get(name, Default()).words]
    if parameter.minimum or parameter.maximum:
        notes.append(f"{parameter.minimum or '…'} to {parameter.maximum or '…'}")
    if parameter.is_deprecated:
        notes.append("deprecated" + (f", use {parameter.replaced_by}" if parameter.replaced_by else ""))
    return Cell(parameter.get_kind_display(), ", ".join(note for note in notes if note))


def _figures(
    amounts: list[Decimal | None], write: Callable[[Decimal | None], str], notes: list[str], gone: list[bool]
) -> list[Cell]:
    """Cells for amounts of money; the cheapest that is on sale is marked where a dearer one stands beside it."""
    known = [amount for amount in amounts if amount is not None]
    offered = [amount for amount, is_gone in zip(amounts, gone, strict=True) if amount is not None and not is_gone]
    cheapest = min(offered) if offered and min(offered) != max(known) else None
    return [
        Cell(
            write(amount),
            notes[index],
            amount is not None and amount == cheapest and not gone[index],
            amount is not None,
        )
        for index, amount in enumerate(amounts)
    ]
