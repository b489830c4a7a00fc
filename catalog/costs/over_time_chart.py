"""The chart of costs over time: one step line for each model, in the currency that amounts are shown in."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from catalog import charts, figures
from catalog.costs.over_time import Course
from catalog.costs.steps import Step
from catalog.facts import day_text
from catalog.figures import Display


def chart(found: Sequence[Course], day: date, display: Display) -> charts.Chart | None:
    """From the first price on record to the end of `day`; None where no model has an exactly known price."""
    steps = [step for course in found for step in course.steps]
    if not steps:
        return None
    until = day + timedelta(days=1)
    totals = [display.convert(step.total) or Decimal(0) for step in steps]
    y = charts.amounts(totals, write=lambda amount: written(amount, display))
    first = min(step.starts_on for step in steps)
    scale = "Equal steps up are equal factors." if isinstance(y, charts.Logarithmic) else "The axis begins at zero."
    scale = scale if any(totals) else "All of them are free."
    return charts.line_chart(
        "over-time",
        "The cost of one request",
        f"Each line is one model from {day_text(first)} to {day_text(day)}, a step where its price changed. {scale}",
        lines=[_line(course, until, display) for course in found],
        points=[_point(course, place, step, display) for place, course in enumerate(found, 1) for step in course.steps],
        x=charts.dates(first, until),
        y=y,
        y_title=f"{display.code} for one request",
    )


def written(amount: Decimal, display: Display) -> str:
    """An amount in the currency shown, as an axis says it."""
    return "free" if amount == 0 else figures.money(amount, display.symbol)


def _line(course: Course, until: date, display: Display) -> charts.Line:
    values: list[tuple[date, Decimal | None]] = []
    for index, step in enumerate(course.steps):
        values.append((step.starts_on, display.convert(step.total)))
        following = course.steps[index + 1].starts_on if index + 1 < len(course.steps) else None
        if following != step.ends_on:
            values.append((step.ends_on, None))
    ended = bool(course.steps) and course.steps[-1].ends_on < until
    end_word = ""
    if ended and course.end and course.end.day == course.steps[-1].ends_on:
        end_word = course.end.word
    elif ended:
        end_word = "then not known" if course.rows[0].ends_on is None else "price ended"
    return charts.Line(course.priced.name, tuple(values), course.url, is_step=True, end_word=end_word)


def _point(course: Course, place: int, step: Step, display: Display) -> charts.Point:
    told = f"{display.to_the_digit(step.total) if step.total else 'free'} from {day_text(step.starts_on)}"
    amount = display.convert(step.total) or Decimal(0)
    return charts.Point(step.starts_on, amount, course.priced.name, course.url, told, f"line-{place}")
