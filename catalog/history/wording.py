"""An act in words: what a step did to a row, as people say it. Prices are per million tokens, days are days, and what points
to another row names it.

    Input price 0.20 becomes 0.22 USD per million tokens (OpenRouter, from 2026-11-21).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any

from django.db import models

from catalog import exact, measures, terms
from catalog.facts import day_text
from catalog.facts.wording import field_label
from catalog.history import rows
from catalog.history.names import Names, Step
from catalog.pricing import LABELS, Component, Condition

LONGEST = 400  # characters of a value; a description has more
LONGEST_TOLD = 80  # of one that stands in the sentence
CONDITION = ("over_prompt_tokens", "utc_start", "utc_end", "is_batch", "unknown_condition")
NOT_KNOWN = "not known"


@dataclass(frozen=True)
class Told:
    """A step in a sentence, and what was and what is for the columns of a table; blank where there is nothing."""

    sentence: str
    before: str
    after: str


def tell(step: Step, names: Names) -> Told:
    what = OF_TABLE.get(step["table"], _plainly)(step, names)
    sentence = what if what.endswith((".", "…")) else f"{what}."
    return Told(sentence, _side(step, "before", names), _side(step, "after", names))


def _side(step: Step, side: str, names: Names) -> str:
    """All that a step says of one side, in one text."""
    values = step[side] or {}
    if (step["before"] is None or step["after"] is None) and (name := SPEAKS.get(step["table"])) in values:
        return _value(step, name, values[name], names)[:LONGEST]
    told = {name: text for name, value in values.items() if (text := _value(step, name, value, names))}
    if step["before"] is None or step["after"] is None:
        told = {
            name: text
            for name, text in told.items()
            if values[name] is not False and name not in LEFT_OUT and not name.endswith("_id")
        }
    if len(values) == 1:
        text = next(iter(told.values()), "")
    else:
        text = ", ".join(f"{_label(step['table'], name)} {value}" for name, value in told.items())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


SPEAKS = {"pin": "value", "rate": "amount"}  # what alone stands beside such a row that was made or removed
LEFT_OUT = {"position", "standing", "is_used", "is_conditional"}  # of a row that was made or removed


def _label(table: str, name: str) -> str:
    if table == "rate" and name == "amount":
        return "price"
    return str(rows.TABLES[table]._meta.get_field(name).verbose_name)


def _value(step: Step, name: str, value: Any, names: Names) -> str:
    """A column's value as a person reads it; blank where there is none."""
    if step["table"] == "rate" and name == "amount":
        return _amount(_component(step, names), value)
    if value in (None, "", []):
        return ""
    column = rows.TABLES[step["table"]]._meta.get_field(name)
    if column.is_relation:
        keys = value if isinstance(value, list) else [value]
        return ", ".join(sorted(names.pointed(column, key) for key in keys))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "discount":
        return f"{exact.plain(Decimal(value) * 100)}%"
    if getattr(column, "choices", None):
        return str(dict(column.flatchoices).get(value, value))
    if isinstance(column, models.DateTimeField):
        return day_text(date.fromisoformat(value[:10]))
    if step["table"] == "pin" and name in ("value", "replaced", "upstream_value") and str(value).isdigit():
        return f"{int(value):,}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _moves(step: Step, names: Names, left_out: tuple[str, ...] = ()) -> list[str]:
    """What became of each changed column: context length 1,000 becomes 2,000."""
    found = []
    for name, value in step["after"].items():
        if name in left_out:
            continue
        label = _label(step["table"], name)
        was, now = (_value(step, name, each, names) for each in (step["before"].get(name), value))
        if isinstance(value, bool):
            found.append(f"{label}: {now}")
        elif max(len(was), len(now)) > LONGEST_TOLD:
            found.append(f"{label} is written anew" if now else f"{label} is taken away")
        elif was and now:
            found.append(f"{label} {was} becomes {now}")
        else:
            found.append(f"{label} is {now}" if now else f"{label} {was} is taken away")
    return found


def _plainly(step: Step, names: Names) -> str:
    """Of any row: what it is called when it comes or goes, and else each column that changed."""
    label = str(rows.TABLES[step["table"]]._meta.verbose_name)
    market = names.market_of(step)
    if step["before"] is None or step["after"] is None:
        held = step["before"] or step["after"]
        name = next(
            (held[key] for key in ("name", "provider", "title", "upstream_id", "slug", "field") if held.get(key)), ""
        )
        words = f"{label} {name}".strip() + (f" at {market}" if market else "")
        return f"New {words}" if step["before"] is None else f"The {words} is taken away"
    return _begun("; ".join(_moves(step, names)), f" ({market})" if market else "")


def _begun(text: str, where: str = "") -> str:
    return f"{text[:1].upper()}{text[1:]}{where}"


def _model(step: Step, names: Names) -> str:
    if step["before"] is None or step["after"] is None:
        name = (step["before"] or step["after"])["name"]
        return f"New model {name}" if step["before"] is None else f"The model {name} is taken away"
    return _begun("; ".join(_moves(step, names)))


def _component(step: Step, names: Names) -> Component:
    return Component(names.value(step, "component"))


def _amount(component: Component, text: str | None) -> str:
    """A rate's amount as prices are read: per million of tokens, per 1,000 pages, each of searches."""
    amount = exact.parse_amount(text or "")
    if amount is None:
        return NOT_KNOWN
    return measures.figure(amount, component)


def _rate(step: Step, names: Names) -> str:
    period, component = names.period_of(step), _component(step, names)
    where = _where(step, names)
    unit = f"{period.get('currency', '')} {measures.measure_of(component).words}".strip()
    name = f"{LABELS[component]} price"
    condition = terms.applies(_condition(step, names))
    if condition:
        name = f"{name}, {condition},"
    if step["before"] is None or step["after"] is None:
        amount = _amount(component, (step["before"] or step["after"])["amount"])
        told = amount if amount == NOT_KNOWN else f"{amount} {unit}"
        return f"{name} is {told}{where}" if step["before"] is None else f"{name} {told} is taken away{where}"
    changed = set(step["after"])
    parts = []
    if "amount" in changed:
        was, now = (_amount(component, step[side]["amount"]) for side in ("before", "after"))
        parts.append(f"{was} becomes {now}" + (f" {unit}" if now != NOT_KNOWN else f"; it was in {unit}"))
    if changed & set(CONDITION):
        parts.append("has other terms" if condition else "applies always now")
    if "component" in changed:
        parts.append(f"was the {LABELS[Component(step['before']['component'])].lower()} price")
    if changed == {"position"}:
        parts.append(f"stands in place {step['after']['position'] + 1} of its rates now")
    return f"{name} {' and '.join(parts)}{where}"


def _condition(step: Step, names: Names) -> Condition:
    over, start, end, is_batch, unknown = (names.value(step, name) for name in CONDITION)
    begins, ends = (time.fromisoformat(each) if each else None for each in (start, end))
    return Condition(over, begins, ends, bool(is_batch), unknown or "")


def _where(step: Step, names: Names) -> str:
    """The market, and the day from which the price holds."""
    market, starts_on = names.market_of(step), names.period_of(step).get("starts_on")
    told = [market] if market else []
    told += [f"from {starts_on}"] if starts_on else []
    return f" ({', '.join(told)})" if told else ""


def _period(step: Step, names: Names) -> str:
    if step["before"] is None or step["after"] is None:
        held, market = step["before"] or step["after"], names.market_of(step)
        until = f" to {held['ends_on']}" if held["ends_on"] else ""
        words = f"{held['currency']} price period from {held['starts_on']}{until}" + (f" at {market}" if market else "")
        return f"New {words}" if step["before"] is None else f"The {words} is taken away"
    before, after = step["before"], step["after"]
    parts = []
    if "starts_on" in after:
        parts.append(f"begins {after['starts_on']} instead of {before['starts_on']}")
    if after.get("ends_on"):
        parts.append(f"ends {after['ends_on']}" + (f" instead of {before['ends_on']}" if before["ends_on"] else ""))
    elif "ends_on" in after:
        parts.append(f"goes on; it ended {before['ends_on']}")
    more = _moves(step, names, ("starts_on", "ends_on"))
    told = " and ".join(parts)
    rest = f"{': ' if not told else '; '}{'; '.join(more)}" if more else ""
    return f"Price period {told}".strip() + rest + _where(step, names)


def _pin(step: Step, names: Names) -> str:
    market = names.market_of(step)
    field = str(names.value(step, "field"))
    label = field_label(field).lower().removesuffix(" at the market") + (f" at {market}" if market else "")
    held = step["before"] or step["after"]
    if step["before"] is not None and step["after"] is not None:
        return f"Pin of the {label}: {'; '.join(_moves(step, names))}"
    value, replaced = (_value(step, name, held.get(name), names) or "nothing" for name in ("value", "replaced"))
    if step["after"] is None:
        return f"The pin of the {label} ({_cut(value)}) is taken away"
    since = day_text(date.fromisoformat(held["since"][:10]))
    return f"Pin: the {label} is {_cut(value)} in place of {_cut(replaced)}, since {since}. Reason: {held['reason']}"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TOLD else f"{text[: LONGEST_TOLD - 1]}…"


def _parameter(step: Step, names: Names) -> str:
    where = f" ({names.market_of(step)})" if names.market_of(step) else ""
    name = names.value(step, "name")
    if step["before"] is None or step["after"] is None:
        verb = "New parameter" if step["before"] is None else "Taken away: the parameter"
        return f"{verb} {name}{where}"
    return f"Parameter {name}: {'; '.join(_moves(step, names))}{where}"


def _alias(step: Step, names: Names) -> str:
    name = names.value(step, "name")
    if step["before"] is None:
        return f"Also called “{name}”"
    if step["after"] is None:
        return f"No longer called “{name}”"
    return f"The name “{name}”: {'; '.join(_moves(step, names))}"


OF_TABLE: dict[str, Callable[[Step, Names], str]] = {
    "languagemodel": _model,
    "rate": _rate,
    "priceperiod": _period,
    "pin": _pin,
    "parameter": _parameter,
    "alias": _alias,
}
