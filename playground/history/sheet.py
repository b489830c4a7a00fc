"""The history as a file: a line for each prompt that was found, with exact figures."""

from collections.abc import Iterable

from catalog.exports import Sheet, Value
from playground.history.rows import Row

MOST_ROWS = 5_000
COLUMNS = [
    "Asked (UTC)", "Prompt", "Models", "States", "Runs", "Known cost (USD)", "Simulated", "Unknown costs", "On the way",
    "Labels", "Favourite", "Note", "Texts kept", "Id",
]  # fmt: skip


def sheet(rows: Iterable[Row], about: str) -> Sheet:
    return Sheet("history", COLUMNS, [_line(row) for row in rows], about)


def _line(row: Row) -> list[Value]:
    prompt = row.prompt
    models = row.models()
    return [
        f"{prompt.created_at:%Y-%m-%d %H:%M:%S}",
        prompt.beginning,
        ", ".join(name for each in models for name in each.names),
        "; ".join(f"{', '.join(each.names)}: {each.states_in_words}" for each in models),
        row.runs,
        row.usd if row.known else None,
        "yes" if row.is_rehearsal else "no",
        row.unknown,
        row.live,
        ", ".join(label.name for label in prompt.labels.all()),
        "yes" if prompt.is_favourite else "no",
        prompt.note,
        "yes" if row.has_texts else "no",
        str(prompt.pk),
    ]
