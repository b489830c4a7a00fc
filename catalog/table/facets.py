"""The facets beside the table with their counts, and a chip for each filter in use.

Each count says how many models a click would show: where the values of a facet exclude one another, as vendors do, the
facet's own choice is left out of it; where one model has several, as with parameters, every choice narrows further.
"""

from dataclasses import dataclass

from catalog import spans
from catalog.models.lifecycle import Status
from catalog.table.addresses import Address
from catalog.table.expressions import Expression, Term, Whole, Words, write
from catalog.table.finding import Question
from catalog.table.forms import TableForm
from catalog.table.operands import Kind

SHOWN_FIRST = 8
MOST_SHOWN = 60
ONE_OF = ("status", "family", "vendor", "licence")  # a model has one of these
TEXTS = TableForm.WRITTEN_FACETS
Counts = dict[str, list[tuple[str, str, int]]]


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet. `url` chooses it, or takes the choice back."""

    label: str
    count: int
    url: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """`written` is the filter as it stands in the address, for facets of texts, where more than links can be written, and
    `error` says why it could not be read."""

    name: str
    label: str
    first: list[Choice]
    more: list[Choice]
    left_out: int
    is_text: bool
    written: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter in use and the address without it. `is_field` where a field above the table shows it, too."""

    label: str
    text: str
    url: str
    is_field: bool


def facets(question: Question, address: Address) -> list[Facet]:
    """Every facet with its counts; at most one counting for all, and one more for each of the four whose choice is left
    out of its own."""
    form = question.form
    base = spans.facets(question.spans())
    counts: Counts = {
        name: spans.facets(question.spans(left_out=name))[name] if name in ONE_OF and form.value(name) else base[name]
        for name in form.FACETS
    }
    return [_facet(name, counts[name], form, address) for name in form.FACETS]


def _facet(name: str, counts: list[tuple[str, str, int]], form: TableForm, address: Address) -> Facet:
    chosen = chosen_values(form, name)
    known = {value for value, _, _ in counts}
    labels = dict(Status.choices) if name == "status" else {}
    rows = [*counts, *((value, labels.get(value, value), 0) for value in chosen if value not in known)]
    if name in TEXTS:
        # What a quoted text finds does not depend on capital letters, so neither does what is marked as chosen.
        chosen = [value.lower() for value in chosen]
        rows = [row for row in rows if row[2] or row[0].lower() not in {value.lower() for value in known}]
    choices = [
        Choice(label, count, _toggled(form, name, value, address), _is_among(value, chosen, name))
        for value, label, count in rows
    ]
    choices.sort(key=lambda choice: not choice.is_chosen)
    return Facet(
        name,
        str(form.fields[name].label),
        choices[:SHOWN_FIRST],
        choices[SHOWN_FIRST:MOST_SHOWN],
        max(0, len(choices) - MOST_SHOWN),
        name in TEXTS,
        form.written(name) if name in TEXTS else "",
        " ".join(form.errors.get(name, [])) if name in TEXTS else "",
    )


def _is_among(value: str, chosen: list[str], name: str) -> bool:
    return (value.lower() if name in TEXTS else value) in chosen


def chosen_values(form: TableForm, name: str) -> list[str]:
    """The values of a facet that are chosen whole, in the order of the address."""
    if name in TEXTS:
        expression: Expression | None = form.value(name)
        return [test.text for test in expression.wanted if isinstance(test, Whole)] if expression else []
    return [word for group in form.value(name, ()) for word in group]


def _toggled(form: TableForm, name: str, value: str, address: Address) -> str:
    chosen = chosen_values(form, name)
    if name in TEXTS:
        return str(address.having(name, _text_toggled(form.value(name), value)))
    if name in ONE_OF:
        rest = [each for each in chosen if each != value] if value in chosen else [*chosen, value]
        return str(address.having(name, ",".join(rest)))
    groups = [[word for word in group if word != value] for group in form.value(name, ())]
    if value not in chosen:
        groups.append([value])
    return str(address.having(name, *(",".join(group) for group in groups if group)))


def _text_toggled(expression: Expression | None, value: str) -> str:
    """The filter with this whole text among what it wants, or without it."""
    terms = expression.terms if expression else ()
    rest = tuple(term for term in terms if term.is_negated or not _is_whole(term, value))
    if len(rest) == len(terms):
        rest = (*terms, _whole(value))
    return write(Expression(Kind.TEXT, rest))


def _is_whole(term: Term, value: str) -> bool:
    return isinstance(term.test, Whole) and term.test.text.lower() == value.lower()


def _whole(value: str) -> Term:
    """The value between quotes; one that has quotes itself can only be found by its words."""
    text = " ".join(value.split())
    return Term(Words(tuple(text.replace('"', " ").replace(",", " ").split()))) if '"' in text else Term(Whole(text))


def chips(form: TableForm, address: Address) -> list[Chip]:
    """One chip for each filter in use, and one for each value of a facet; none for what could not be read."""
    found = []
    for name in form.narrowing():
        label = str(form.fields[name].label)
        if name in form.FACETS:
            found += _facet_chips(form, name, label, address)
        else:
            found.append(Chip(label, form.written(name), str(address.without(name)), name not in form.FACETS))
    return found


def _facet_chips(form: TableForm, name: str, label: str, address: Address) -> list[Chip]:
    if name not in TEXTS:
        labels = dict(Status.choices) if name == "status" else {}
        return [
            Chip(label, labels.get(value, value), _toggled(form, name, value, address), False)
            for value in dict.fromkeys(chosen_values(form, name))
        ]
    expression: Expression = form.value(name)
    return [
        Chip(
            label,
            term.test.text if isinstance(term.test, Whole) and not term.is_negated else str(term),
            str(address.having(name, write(Expression(Kind.TEXT, expression.terms[:n] + expression.terms[n + 1 :])))),
            False,
        )
        for n, term in enumerate(expression.terms)
    ]
