"""What a prompt was asked with, for those who read its board and have no form to see it in: parameters, tools, schema, the
parameters of single columns, and the values of its rows. Nothing here is the person's or the account's own.
"""

import json
from dataclasses import dataclass
from typing import Any

from playground import variables
from playground.board.names import name_of, offer_of
from playground.models import Prompt
from playground.variables import Rows

DEEP = (dict, list)


@dataclass(frozen=True)
class Term:
    """One parameter. `text` is its value, laid out over lines where it `is_long`; blank where a column leaves it out."""

    name: str
    text: str
    is_long: bool


@dataclass(frozen=True)
class Terms:
    """`columns` holds what single columns have in place of `shared`, by what they are called. While names are hidden it
    is empty, because a parameter that only one model takes tells which it is; `hides_columns` says that there are some."""

    shared: list[Term]
    columns: list[tuple[str, list[Term]]]
    rows: Rows
    api: str
    hides_columns: bool

    @property
    def is_many(self) -> bool:
        """Whether there are several rows of values, which stand folded: there may be a hundred."""
        return len(self.rows.rows) > 1


def terms_of(prompt: Prompt) -> Terms:
    """Of a prompt with loaded runs."""
    called = {offer_of(run): name_of(run) for run in prompt.runs.all()}
    own = [(called.get(offer, offer), _terms(values)) for offer, values in prompt.overrides.items() if values]
    delivery = "streamed" if prompt.streams else "not streamed"
    return Terms(
        _terms(prompt.parameters),
        [] if prompt.hides_names else own,
        variables.read(prompt.variables),
        f"{prompt.get_api_display()}, {delivery}",
        hides_columns=prompt.hides_names and bool(own),
    )


def _terms(values: dict[str, Any]) -> list[Term]:
    return [_term(name, value) for name, value in values.items()]


def _term(name: str, value: Any) -> Term:
    if value is None:
        return Term(name, "", is_long=False)
    if isinstance(value, DEEP):
        return Term(name, json.dumps(value, indent=2, ensure_ascii=False), is_long=True)
    return Term(name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), is_long=False)
