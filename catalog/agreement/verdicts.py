"""What a comparison of two words can come to. Pure; no Django."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

# A slip of the unit is rarely exact to the digit, as prices move between two readings: a quarter more or less still is one.
NEAR = (Decimal("0.8"), Decimal("1.25"))
SLIPS = (
    (Decimal(10) ** 6, "a million times the value shown"),
    (Decimal(10) ** 3, "a thousand times the value shown"),
    (Decimal(10) ** -3, "a thousandth of the value shown"),
    (Decimal(10) ** -6, "a millionth of the value shown"),
)


class Verdict(StrEnum):
    SAME = "same"
    DIFFERENT = "different"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Agreement:
    """A verdict, and for a difference that looks like a slip what kind: `a thousand times the value shown`."""

    verdict: Verdict
    slip: str = ""

    @property
    def differs(self) -> bool:
        return self.verdict is Verdict.DIFFERENT


SAME = Agreement(Verdict.SAME)
DIFFERENT = Agreement(Verdict.DIFFERENT)
CANNOT_TELL = Agreement(Verdict.CANNOT_TELL)


def is_or_differs(is_same: bool) -> Agreement:
    return SAME if is_same else DIFFERENT


def apart(shown: Decimal, said: Decimal) -> Agreement:
    """That two amounts differ, named as a slip of the unit when one is about a thousand or a million times the other."""
    if shown <= 0 or said <= 0:
        return DIFFERENT
    ratio = said / shown
    for factor, words in SLIPS:
        if NEAR[0] <= ratio / factor <= NEAR[1]:
            return Agreement(Verdict.DIFFERENT, words)
    return DIFFERENT
