"""The engine that bills whole tokens judges the break-even: any price lists, any request, every axis."""

from datetime import UTC, datetime, time
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog import pricing
from catalog.costs.break_even.course import Cheaper, Course, Piece, cheaper_of
from catalog.costs.break_even.proportions import Axis, along, cost_of, proportions_of
from catalog.pricing import Component, Condition, Rate, Status, Usage, bill
from tests.catalog.break_even.price_lists import FIRST, NEITHER, SECOND, UNKNOWN, F

# Price lists as markets have them: a few prices, so that equal ones and cliffs onto each other happen, some not known.
PRICES = st.sampled_from([None, *(Decimal(text) for text in ("0", "0.0000004", "0.0000005", "0.000002", "0.00000125"))])
CONDITIONS = st.builds(
    Condition,
    over_prompt_tokens=st.sampled_from([None, None, None, 0, 1, 3, 40, 41, 200]),
    batch=st.sampled_from([False, False, True]),
    unknown=st.sampled_from(["", "", "", "on Mondays"]),
    utc_start=st.sampled_from([None, time(16)]),
    utc_end=st.just(time(2)),
)
TOKEN_RATES = st.builds(
    Rate,
    st.sampled_from(
        [Component.INPUT, Component.OUTPUT, Component.CACHE_READ, Component.CACHE_WRITE, Component.REASONING]
    ),
    PRICES,
    CONDITIONS,
)
REQUEST_RATES = st.builds(
    Rate,
    st.just(Component.REQUEST),
    st.sampled_from([None, Decimal("0.00001"), Decimal("0.000001"), Decimal(0)]),
    CONDITIONS,
)
BASES = st.tuples(
    *(st.builds(Rate, st.just(part), PRICES) for part in (Component.INPUT, Component.OUTPUT, Component.CACHE_READ))
)
PRICE_LISTS = st.builds(lambda base, more: [*base, *more], BASES, st.lists(TOKEN_RATES | REQUEST_RATES, max_size=6))
HOURS = st.sampled_from([None, datetime(2026, 1, 5, 17, tzinfo=UTC), datetime(2026, 1, 5, 9, tzinfo=UTC)])


@st.composite
def usages(draw) -> Usage:
    """A request of 20 to 400 tokens whose parts are twentieths, so that it grows and shrinks in whole tokens."""
    size = draw(st.integers(1, 20))
    cached, written = draw(st.integers(0, 12)), draw(st.integers(0, 8))
    completion, reasoning = draw(st.integers(0, 60)), draw(st.integers(0, 4))
    return Usage(20 * size, completion * 4 * size, cached * size, written * size, completion * reasoning * size)


def judged(first: list[Rate], second: list[Rate], usage: Usage, at, is_batch: bool) -> Cheaper:
    """Which is cheaper by the bills of whole tokens."""
    one, other = (bill(each, usage, at, is_batch) for each in (first, second))
    low, high = (F(each.total or 0) for each in (one, other))
    if low < high and one.status is Status.EXACT:
        return FIRST
    if high < low and other.status is Status.EXACT:
        return SECOND
    return NEITHER if one.status is other.status is Status.EXACT else UNKNOWN


@settings(deadline=None, max_examples=300)
@given(PRICE_LISTS, usages(), HOURS, st.booleans())
def test_the_continuous_cost_is_the_bill_at_whole_tokens(price_list, usage, at, is_batch):
    known = cost_of(price_list, proportions_of(usage, at, is_batch))
    found = bill(price_list, usage, at, is_batch)
    assert known.amount == F(found.total or 0)
    assert bool(known.missing) == (found.status is not Status.EXACT)
    said = {f"The {pricing.LABELS[component].lower()} price is not known." for component in known.missing}
    assert said == set(found.reasons) or found.reasons == ("No price is known.",)


@settings(deadline=None, max_examples=300)
@given(PRICE_LISTS, PRICE_LISTS, usages(), HOURS, st.booleans(), st.data())
def test_every_axis_agrees_with_the_bills(first, second, usage, at, is_batch, data):
    request = proportions_of(usage, at, is_batch)
    by_ratio = along(Axis.RATIO, first, second, request)
    parts = usage.reasoning_tokens * 4 // usage.completion_tokens if usage.completion_tokens else 0  # quarters
    for completion in data.draw(st.lists(st.integers(0, 500).map(lambda count: 4 * count), min_size=1, max_size=5)):
        moved = Usage(
            usage.prompt_tokens, completion, usage.cached_tokens, usage.cache_write_tokens, completion * parts // 4
        )
        said = by_ratio.cheaper_at(F(completion, usage.prompt_tokens))
        assert said is judged(first, second, moved, at, is_batch), moved

    by_share = along(Axis.CACHED, first, second, request)
    for cached in data.draw(
        st.lists(st.integers(0, usage.prompt_tokens - usage.cache_write_tokens), min_size=1, max_size=5)
    ):
        moved = Usage(
            usage.prompt_tokens, usage.completion_tokens, cached, usage.cache_write_tokens, usage.reasoning_tokens
        )
        said = by_share.cheaper_at(F(cached, usage.prompt_tokens))
        assert said is judged(first, second, moved, at, is_batch), moved

    by_size = along(Axis.PROMPT, first, second, request)
    for size in data.draw(st.lists(st.integers(1, 30), min_size=1, max_size=5)):
        scale = F(size * 20, usage.prompt_tokens)
        moved = Usage(*(int(count * scale) for count in list(vars(usage).values())[:5]))
        said = judged(first, second, moved, at, is_batch)
        assert by_size.cheaper_at(F(moved.prompt_tokens)) is said, moved
        assert by_size.in_whole_tokens().cheaper_at(F(moved.prompt_tokens)) is said, moved


@settings(deadline=None, max_examples=300)
@given(PRICE_LISTS, PRICE_LISTS, usages(), HOURS, st.booleans(), st.sampled_from(Axis))
def test_on_each_side_of_a_crossing_it_is_as_said(first, second, usage, at, is_batch, axis):
    request = proportions_of(usage, at, is_batch)
    found = along(axis, first, second, request)

    def cheaper(place: Fraction) -> Cheaper:
        moved = request.moved(axis, place)
        return cheaper_of(cost_of(first, moved), cost_of(second, moved))

    places = [crossing.at for crossing in found.crossings()]
    near = min([abs(one - other) for one, other in pairwise(places)], default=F(1)) / 3
    near = min(near, F(1, 1000))
    for crossing in found.crossings():
        assert cheaper(crossing.at) is crossing.on
        assert crossing.before is None or cheaper(crossing.at - min(near, crossing.at / 2)) is crossing.before
        assert crossing.after is None or cheaper(crossing.at + near) is crossing.after
        assert len({crossing.before, crossing.on, crossing.after}) > 1
    assert [piece.cheaper for piece in found.pieces] == [
        cheaper(piece.start if piece.is_point else _inside(piece)) for piece in found.pieces
    ]
    _without_a_gap(found)


def _inside(piece: Piece) -> Fraction:
    return piece.start + 1 if piece.end is None else (piece.start + piece.end) / 2


def _without_a_gap(course: Course) -> None:
    """Each piece begins where the last one ended, no place is in two, and no two neighbours say the same."""
    for piece, following in pairwise(course.pieces):
        assert piece.end == following.start
        assert piece.has_end is not following.has_start
        assert piece.cheaper is not following.cheaper
