"""Counts as sources write them: of tokens (256k, 262,144, 131K tokens) and of parameters (123B, 675B total). Pure.

Tokens are written with a tolerance that everybody uses and nobody states: 256k is 256,000 at one source and 262,144 at
another, 131K is 131,072 cut to thousands, and 1M may be 1,048,576. Two counts are the same when one of the readings of
each meets one of the other. A round plain number (128,000) is read like its short form; any other number is exact.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from catalog.agreement.verdicts import CANNOT_TELL, SAME, Agreement, apart, is_or_differs

SCALES = {"k": 1, "thousand": 1, "m": 2, "million": 2, "b": 3, "bn": 3, "billion": 3, "t": 4, "trillion": 4}
NUMBER = r"[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,15}(?:\.[0-9]{1,6})?"
SIZED = re.compile(rf"(?<![\w.,])({NUMBER})[ -]?(k|thousand|m|million|bn?|billion|t|trillion)?(?![\w.]|,[0-9])", re.I)
ROLE_AFTER = re.compile(r"[ -]*(?:parameters?|params?)?[ -]*(active|activated|total)", re.I)
ROLE_BEFORE = re.compile(r"(active|activated|total)[a-z: ]{0,14}$", re.I)
PARENTHESES = re.compile(r"\([^()]*\)")
BARE_BILLIONS = 10_000  # a bare number of parameters below this counts billions: no model has so few parameters


@dataclass(frozen=True, slots=True)
class Count:
    """One number with what it may stand for: every whole number from `least` to `most`, or one of `binary`."""

    value: Decimal
    least: Decimal
    most: Decimal
    binary: tuple[Decimal, ...] = ()

    def meets(self, other: "Count") -> bool:
        if self.least <= other.most and other.least <= self.most:
            return True
        if any(other.least <= each <= other.most for each in self.binary):
            return True
        return any(self.least <= each <= self.most for each in other.binary) or bool({*self.binary} & {*other.binary})


def tokens(shown: object, said: object) -> Agreement:
    """Two counts of tokens."""
    ours, theirs = _tokens(shown), _tokens(said)
    if ours is None or theirs is None:
        return CANNOT_TELL
    return SAME if ours.meets(theirs) else apart(ours.value, theirs.value)


def parameters(shown: object, said: object, is_active: bool) -> Agreement:
    """Two counts of parameters, all of them or the active ones; the same when they round to the coarser one's last digit."""
    ours, theirs = _parameters(shown, is_active), _parameters(said, is_active)
    if ours is None or theirs is None:
        return CANNOT_TELL
    (one, one_step), (other, other_step) = ours, theirs
    return SAME if abs(one - other) * 2 <= max(one_step, other_step) else apart(one, other)


def numbers(shown: object, said: object) -> Agreement:
    """Two plain numbers, such as a default: 1 is 1.0."""
    ours, theirs = _plain(shown), _plain(said)
    return CANNOT_TELL if ours is None or theirs is None else is_or_differs(ours == theirs)


def _plain(value: object) -> Decimal | None:
    text = str(value).strip()
    return Decimal(text) if re.fullmatch(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?", text) else None


def _found(text: str) -> list[re.Match[str]]:
    """The numbers of a text, without those in parentheses where there are others."""
    return list(SIZED.finditer(PARENTHESES.sub(" ", text))) or list(SIZED.finditer(text))


def _tokens(value: object) -> Count | None:
    found = _found(str(value)[:200])
    if len(found) != 1:
        return None
    number, letter = Decimal(found[0][1].replace(",", "")), (found[0][2] or "").lower()
    power = SCALES.get(letter, 0)
    if power:
        exact = number * 1000**power
        step = Decimal(1000) ** power * Decimal(1).scaleb(int(number.as_tuple().exponent))
        slack = exact / 100  # of a short form's last digit at most a hundredth counts: 1M is not anything up to 2M
        return Count(exact, exact - min(step / 2, slack), exact + min(step, slack), _binary(exact))
    if number and number % 1000 == 0:
        return Count(number, number, number + 999, _binary(number))
    return Count(number, number, number)


def _binary(exact: Decimal) -> tuple[Decimal, ...]:
    """What a round count is when its thousands are of 1,024: 256,000 may be 262,144, and 1,000,000 may be 1,048,576."""
    return tuple(exact / 1000**power * 1024**power for power in (1, 2) if exact >= 1000**power)


def _parameters(value: object, is_active: bool) -> tuple[Decimal, Decimal] | None:
    """The count, and the size of its last written digit."""
    if isinstance(value, int):
        return Decimal(value), Decimal(0)
    text = str(value)[:300]
    by_role: dict[str, list[tuple[Decimal, Decimal]]] = {"": [], "active": [], "total": []}
    for found in SIZED.finditer(text):
        number = Decimal(found[1].replace(",", ""))
        power = SCALES.get((found[2] or "").lower(), 3 if number < BARE_BILLIONS else 0)
        step = Decimal(1000) ** power * Decimal(1).scaleb(int(number.as_tuple().exponent)) if power else Decimal(0)
        role = ROLE_AFTER.match(text, found.end()) or ROLE_BEFORE.search(text, 0, found.start())
        name = "" if role is None else "total" if role[1].lower() == "total" else "active"
        by_role[name].append((number * Decimal(1000) ** power, step))
    candidates = by_role["active" if is_active else "total"] or by_role[""]
    return candidates[0] if len(candidates) == 1 else None
