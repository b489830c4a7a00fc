"""Values for the variables of a prompt, as the form has them: one for each name, rows as CSV, or none. Pure; no Django.

The field `fill` says which; `value-<name>` and `rows` hold them. A script that sends no `fill` has what it sent values for.
"""

from collections.abc import Iterable, Mapping

from playground import variables
from playground.variables import BadRows, Rows

VALUES, CSV, NONE = "values", "csv", "none"
WAYS = [
    (VALUES, "One value for each"),
    (CSV, "A row for each run, as CSV"),
    (NONE, "Send the braces as they are"),
]
VALUE = "value-"


def way(fill: str, values: Mapping[str, str], text: str) -> str:
    """Which of the ways is meant, also where nobody said so."""
    if fill:
        return fill
    if text.strip():
        return CSV
    return VALUES if any(values.values()) else NONE


def rows(names: Iterable[str], fill: str, values: Mapping[str, str], text: str) -> Rows:
    """The rows that fill `names`. Raises BadRows, with a sentence for the person who typed them."""
    wanted = tuple(names)
    meant = way(fill, values, text)
    if not wanted or meant == NONE:
        return Rows()
    if len(wanted) > variables.MOST_NAMES:
        raise BadRows(f"Up to {variables.MOST_NAMES} variables are possible; these messages name {len(wanted)}.")
    if meant == CSV:
        return variables.from_csv(text, wanted)
    row = tuple(values.get(name, "").replace("\r\n", "\n") for name in wanted)
    for name, value in zip(wanted, row, strict=True):
        if not value:
            raise BadRows(f"{{{{{name}}}}} has no value yet. Fill it in, or send the braces as they are.")
        if len(value) > variables.LONGEST_VALUE or "\0" in value:
            raise BadRows(f"The value of {{{{{name}}}}} is text of up to {variables.LONGEST_VALUE:,} characters.")
    return Rows(wanted, (row,))


def told(names: list[str], found: Rows, text: str, meant: str) -> str:
    """What becomes of the variables, in a sentence, of rows that were taken."""
    if not names:
        return ""
    if not found:
        return "The braces are sent as they are."
    if meant != CSV:
        return ", ".join(f"{name} = {value[:40]}" for name, value in zip(found.names, found.rows[0], strict=True))
    count = len(found.rows)
    said = f"{count} row of values" if count == 1 else f"{count} rows of values"
    unused = variables.unused_columns(text, names)
    if unused:
        said += f"; no message names {', '.join(f'“{name[:40]}”' for name in unused[:6])}, so nothing of it is sent"
    return said
