"""What a break-even says of the reader's own workload: what it costs on both models, what is held of it while something
moves, and what its number of requests changes. Pure; no Django, no float."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction

from catalog import figures
from catalog.costs.break_even.course import Course
from catalog.costs.break_even.proportions import Axis, Proportions
from catalog.costs.break_even.words import Names, listed, ratio, share, whole
from catalog.pricing import Bill, Status

Write = Callable[[Decimal | None], str]


def workload_sentence(names: Names, bills: tuple[Bill, Bill], output_ratio: Fraction, write: Write) -> str:
    """What the request costs on both, the cheaper one first; `write` turns an amount into words."""
    opening = f"At this workload {_output(output_ratio)}"
    totals = [bill.total for bill in bills]
    order = sorted(
        (0, 1), key=lambda side: (totals[side] is None, bills[side].status is Status.AT_LEAST, totals[side] or 0)
    )
    (one, other), (low, high) = (names[side] for side in order), (totals[side] for side in order)
    if low is None:
        return f"{opening}, but what {listed(names)} cost is not known."
    beginning = f"{opening}: {one} {_costs(bills[order[0]], write)} and"
    if high is None:
        return f"{beginning} what {other} costs is not known."
    is_exact = all(bill.status is Status.EXACT for bill in bills)
    if is_exact and low == high:
        return f"{opening}: {f'both cost {write(low)}' if low else 'both are free'}."
    if is_exact and low:
        return f"{beginning} {other} {write(high)}, {figures.multiple(high / low).rstrip('×')} times as much."
    return f"{beginning} {other} {_costs(bills[order[1]], write)}."


def difference(bills: tuple[Bill, Bill]) -> Decimal | None:
    """How much dearer the dearer request is; None unless both costs are exact."""
    first, second = (bill.total if bill.status is Status.EXACT else None for bill in bills)
    return None if first is None or second is None else abs(first - second)


def requests_sentence(amount: Decimal | None, requests: int, per: str, spans: Sequence[str]) -> str:
    """That no number of requests changes the answer, and what the difference of one request adds up to; `spans` are the
    differences per day, month and year, written out. A difference of None is not known."""
    plain = "No number of requests changes which one is cheaper: a request costs the same however many there are."
    if amount is None:
        return plain
    if not amount:
        return f"{plain} At this workload there is no difference to add up."
    day, month, year = spans
    counted = f"{requests:,} request{'' if requests == 1 else 's'} a {per}"
    return f"{plain} With {counted} the difference comes to {day} a day, {month} a month and {year} a year."


def held_sentence(axis: Axis, request: Proportions) -> str:
    """What stays as in the workload while one thing moves."""
    size = f"{whole(request.prompt_tokens)} prompt token{'' if request.prompt_tokens == 1 else 's'}"
    output = f"output at {ratio(request.ratio)}" if request.ratio else "no output"
    cached = f"{share(request.cached_share)} of the prompt cached" if request.cached_share else "nothing cached"
    held = {Axis.RATIO: [size, cached], Axis.CACHED: [size, output], Axis.PROMPT: [output, cached]}[axis]
    if request.written_share:
        held.append(f"{share(request.written_share)} of the prompt written to a cache")
    if request.reasoning_share:
        held.append(f"{share(request.reasoning_share)} of the output reasoning")
    return f"Held as in your workload: {', '.join(held)}."


def range_sentence(course: Course) -> str:
    """How far prompts were looked at, in tokens; blank where the answer to the whole range says so itself."""
    return f"Prompts of 1 to {whole(course.end)} tokens were looked at." if len(course.pieces) > 1 else ""


def tiers_sentence(name: str, thresholds: Sequence[int]) -> str:
    """Where the prices of all tokens of a request jump; blank without a tier."""
    if not thresholds:
        return ""
    places = listed([f"above {threshold:,}" for threshold in thresholds])
    return f"{name} has other prices {places} prompt tokens, for every token of the request."


def _output(output_ratio: Fraction) -> str:
    return f"output is {ratio(output_ratio)}" if output_ratio else "there is no output"


def _costs(bill: Bill, write: Write) -> str:
    if bill.status is Status.AT_LEAST:
        return f"costs at least {write(bill.total)}"
    return f"costs {write(bill.total)}" if bill.total else "is free"
