"""Pages as CSV, JSON and Markdown: the rows and columns shown, with exact figures.

A CSV cell that a spreadsheet would take for a formula is prefixed with an apostrophe; numbers are left as they are.
"""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import HttpResponse

from catalog.comparison import Cell, Group, Side
from catalog.exact import plain

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
}

Value = str | int | Decimal | date | None


@dataclass(frozen=True)
class Sheet:
    """A page's rows, apart from how they are written."""

    name: str
    columns: list[str]
    rows: list[list[Value]]
    about: str = ""  # what the rows are about: the workload, the day, the rate of a conversion


def respond(sheet: Sheet, file_format: str, day: date) -> HttpResponse:
    """The sheet as a file whose name has the day that it speaks of."""
    write = {"csv": as_csv, "json": as_json, "md": as_markdown}[file_format]
    response = HttpResponse(write(sheet), content_type=TYPES[file_format])
    response["Content-Disposition"] = f'inline; filename="windrose-{sheet.name}-{day}.{file_format}"'
    return response


def refuse(sentences: Iterable[str]) -> HttpResponse:
    return HttpResponse("\n".join([*sentences, ""]), content_type="text/plain; charset=utf-8", status=400)


def text(value: Value) -> str:
    if value is None:
        return ""
    return plain(value) if isinstance(value, Decimal) else str(value)


def as_csv(sheet: Sheet) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    about = (["About"], [sheet.about]) if sheet.about else ([], [])
    for row in [[*sheet.columns, *about[0]], *([*row, *about[1]] for row in sheet.rows)]:
        writer.writerow([guarded(value) for value in row])
    return out.getvalue()


def guarded(value: Value) -> str:
    """Text that no spreadsheet runs as a formula."""
    written = text(value)
    return f"'{written}" if isinstance(value, str) and written.startswith(FORMULA_STARTS) else written


def as_json(sheet: Sheet) -> str:
    """Amounts of money as decimal strings, counts as numbers, days as year-month-day, unknown as null."""
    values = [
        {
            column: value if value is None or isinstance(value, int) else text(value)
            for column, value in zip(sheet.columns, row, strict=True)
        }
        for row in sheet.rows
    ]
    about = {"about": sheet.about} if sheet.about else {}
    return json.dumps(about | {"columns": sheet.columns, "rows": values}, ensure_ascii=False, indent=1) + "\n"


def as_markdown(sheet: Sheet) -> str:
    lines = [_line(sheet.columns), _line(["---"] * len(sheet.columns))]
    lines += [_line([text(value) for value in row]) for row in sheet.rows]
    about = [sheet.about, ""] if sheet.about else []
    return "\n".join([*about, *lines]) + "\n"


def _line(cells: list[str]) -> str:
    escaped = (" ".join(cell.replace("\\", "\\\\").replace("|", "\\|").split()) for cell in cells)
    return f"| {' | '.join(escaped)} |"


def comparison_sheet(sides: list[Side], groups: list[Group]) -> Sheet:
    def words(cell: Cell) -> str:
        return f"{cell.text} ({cell.note})" if cell.note else cell.text

    columns = ["Group", "Row", "Unit", *(side.model.public_id for side in sides), "Differs"]
    rows: list[list[Value]] = [
        [group.title, line.label, line.unit, *map(words, line.cells), "yes" if line.differs else "no"]
        for group in groups
        for line in group.lines
    ]
    return Sheet("comparison", columns, rows)
