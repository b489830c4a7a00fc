"""Days as sources write them: 2025-12-01, Dec 1, 2025, 1 December 2025, 2025-12, 01/12/2025. Pure; no Django."""

import re
from calendar import month_abbr, month_name, monthrange
from datetime import date, datetime

from catalog.agreement.verdicts import CANNOT_TELL, DIFFERENT, SAME, Agreement, Verdict

MONTHS = {name.lower(): number for names in (month_name, month_abbr) for number, name in enumerate(names) if name}
MONTHS["sept"] = 9
ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})(?:[-/.]([0-9]{1,2}))?(?:[t ][0-9:.+z-]*)?")
MONTH_FIRST = re.compile(r"([a-z]{3,9})\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})")
DAY_FIRST = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)? ([a-z]{3,9})\.?,? ([0-9]{4})")
MONTH_ONLY = re.compile(r"([a-z]{3,9})\.?,? ([0-9]{4})")
YEAR_ONLY = re.compile(r"([0-9]{4})")
EITHER_FIRST = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
REMARK = re.compile(r"\s*\([^()]*\)\s*")

Span = tuple[date, date]


def days(shown: object, said: object) -> Agreement:
    """Two days. A month or a year agrees with every day in it; a day that may be read in two ways agrees by either."""
    ours, theirs = _spans(shown), _spans(said)
    if not ours or not theirs:
        return CANNOT_TELL
    if any(_nested(one, other) for one in ours for other in theirs):
        return SAME
    if any(_swapped(one) == other for one in ours for other in theirs if one[0] == one[1]):
        return Agreement(Verdict.DIFFERENT, "day and month are swapped")
    return DIFFERENT


def last_day(value: object) -> date | None:
    """The day that a source's words name, or the last one of a month or year; None where they name none, or one of two."""
    spans = _spans(value)
    return spans[0][1] if len(spans) == 1 else None


def _nested(one: Span, other: Span) -> bool:
    return (one[0] <= other[0] and other[1] <= one[1]) or (other[0] <= one[0] and one[1] <= other[1])


def _swapped(span: Span) -> Span | None:
    day = span[0]
    if day.day > 12 or day.day == day.month:
        return None
    other = date(day.year, day.day, day.month)
    return other, other


def _spans(value: object) -> list[Span]:
    """Every reading of the text as a first and a last day; none where it is no day."""
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        return [(day, day)]
    text = " ".join(REMARK.sub(" ", str(value)[:100]).lower().split())
    if found := ISO.fullmatch(text):
        return _span(found[1], found[2], found[3])
    if found := MONTH_FIRST.fullmatch(text):
        return _span(found[3], found[1], found[2])
    if found := DAY_FIRST.fullmatch(text):
        return _span(found[3], found[2], found[1])
    if found := MONTH_ONLY.fullmatch(text):
        return _span(found[2], found[1], None)
    if found := YEAR_ONLY.fullmatch(text):
        return _span(found[1], "1", "1") and [(date(int(found[1]), 1, 1), date(int(found[1]), 12, 31))]
    if found := EITHER_FIRST.fullmatch(text):
        return _span(found[3], found[2], found[1]) + _span(found[3], found[1], found[2])
    return []


def _span(year: str, month: str, day: str | None) -> list[Span]:
    number = int(month) if month.isdigit() else MONTHS.get(month, 0)
    try:
        first = date(int(year), number, int(day or 1))
    except ValueError:
        return []
    return [(first, first if day else first.replace(day=monthrange(first.year, number)[1]))]
