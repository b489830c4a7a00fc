"""What holds for every usage and every price table: the laws of catalog/pricing.py, and bills that periods cannot change."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import pricing
from catalog.costs.offered import priced_on
from catalog.costs.workloads import Workload, cost_of
from catalog.exact import PricingError
from catalog.pricing import PART_OF, PER_TOKEN, Component, Condition, Rate, Status, Usage, bill
from tests.factories import make_listing, make_model, make_source

D = Decimal
AMOUNT = st.decimals(0, 1, allow_nan=False, places=12)
COUNT = st.integers(0, 10**7)
TIER = st.none() | st.integers(0, 10**7)
MOMENT = st.datetimes(timezones=st.just(UTC), min_value=datetime(2024, 1, 1), max_value=datetime(2027, 1, 1))
CONDITION = st.builds(
    Condition,
    over_prompt_tokens=TIER,
    utc_start=st.none() | st.times(),
    utc_end=st.none() | st.times(),
    batch=st.booleans(),
    unknown=st.sampled_from(["", "", "region"]),
)
TABLE = st.lists(st.builds(Rate, st.sampled_from(Component), st.none() | AMOUNT, CONDITION), max_size=10)


@st.composite
def usages(draw) -> Usage:
    cached, written, heard, thought, spoken, drawn = (draw(COUNT) for _ in range(6))
    return Usage(
        prompt_tokens=draw(COUNT) + cached + written + heard,
        completion_tokens=draw(COUNT) + thought + spoken + drawn,
        cached_tokens=cached,
        cache_write_tokens=written,
        reasoning_tokens=thought,
        requests=draw(st.integers(0, 1000)),
        images=draw(st.integers(0, 1000)),
        web_searches=draw(st.integers(0, 1000)),
        input_audio_tokens=heard,
        output_audio_tokens=spoken,
        output_image_tokens=drawn,
        **{name: draw(st.integers(0, 1000)) for name in ("pages", "annotated_pages", "audio_minutes", "characters")},
    )


def applies(condition: Condition, usage: Usage, at: datetime | None, batch: bool) -> bool:
    """The documented rule in other words than the engine's: every part that is set must hold."""
    if condition.unknown or (condition.batch and not batch):
        return False
    if condition.over_prompt_tokens is not None and not usage.prompt_tokens > condition.over_prompt_tokens:
        return False
    if condition.utc_start is None or condition.utc_end is None:
        return True
    if at is None:
        return False
    minutes = [at.time() >= condition.utc_start, at.time() < condition.utc_end]
    return all(minutes) if condition.utc_start <= condition.utc_end else any(minutes)


@given(TABLE, usages(), st.none() | MOMENT, st.booleans())
def test_of_the_rates_that_apply_the_last_of_each_component_wins(rates, usage, at, batch):
    found = bill(rates, usage, at, batch)
    for line in found.lines:
        applying = [
            rate.amount
            for rate in rates
            if rate.component is line.component and applies(rate.condition, usage, at, batch)
        ]
        assert line.rate == (applying[-1] if applying else None)


@given(TABLE, usages(), st.none() | MOMENT, st.booleans(), st.randoms())
def test_the_order_among_different_components_does_not_matter(rates, usage, at, batch, random):
    by_component = {component: [rate for rate in rates if rate.component is component] for component in Component}
    groups = list(by_component.values())
    random.shuffle(groups)
    found, shuffled = (
        bill(rates, usage, at, batch),
        bill([rate for group in groups for rate in group], usage, at, batch),
    )
    assert (found.lines, found.total, found.status) == (shuffled.lines, shuffled.total, shuffled.status)


@given(TABLE, usages(), st.none() | MOMENT, st.booleans())
def test_the_total_is_the_sum_of_its_lines_and_no_token_is_lost(rates, usage, at, batch):
    found = bill(rates, usage, at, batch)
    known = [line.amount for line in found.lines if line.amount is not None]
    if found.status is Status.UNKNOWN:
        assert found.total is None
        assert not known
    else:
        assert found.total == sum(known, D(0))
    assert all(line.amount == line.rate * line.quantity for line in found.lines if line.amount is not None)
    tokens = sum(line.quantity for line in found.lines if line.component in PER_TOKEN)
    assert tokens == usage.prompt_tokens + usage.completion_tokens
    assert (found.status is Status.EXACT) == (not found.reasons)


GROWING = {
    # One more unit of a component, inside what it is a part of.
    Component.INPUT: {"prompt_tokens": 1},
    Component.CACHE_READ: {"prompt_tokens": 1, "cached_tokens": 1},
    Component.CACHE_WRITE: {"prompt_tokens": 1, "cache_write_tokens": 1},
    Component.INPUT_AUDIO: {"prompt_tokens": 1, "input_audio_tokens": 1},
    Component.OUTPUT: {"completion_tokens": 1},
    Component.REASONING: {"completion_tokens": 1, "reasoning_tokens": 1},
    Component.OUTPUT_AUDIO: {"completion_tokens": 1, "output_audio_tokens": 1},
    Component.OUTPUT_IMAGE: {"completion_tokens": 1, "output_image_tokens": 1},
    Component.REQUEST: {"requests": 1},
    Component.IMAGE: {"images": 1},
    Component.WEB_SEARCH: {"web_searches": 1},
    Component.PAGE: {"pages": 1},
    Component.ANNOTATED: {"annotated_pages": 1},
    Component.AUDIO_MINUTE: {"audio_minutes": 1},
    Component.CHARACTER: {"characters": 1},
}


@given(
    st.fixed_dictionaries(dict.fromkeys(Component, AMOUNT)),
    st.lists(st.tuples(st.sampled_from(Component), st.integers(0, 10**7), AMOUNT), max_size=4),
    usages(),
    st.sampled_from(Component),
    st.integers(1, 10**7),
)
def test_more_of_anything_never_costs_less(prices, tiers, usage, component, more):
    """For every table whose tiers only add to the price below them: a tier that is cheaper makes a bill fall at its cliff."""
    rates = [Rate(each, amount) for each, amount in prices.items()]
    dearest = dict(prices)
    for each, threshold, extra in sorted(tiers, key=lambda tier: tier[1]):
        dearest[each] += extra
        rates.append(Rate(each, dearest[each], Condition(over_prompt_tokens=threshold)))
    grown = Usage(**{name: count + more * GROWING[component].get(name, 0) for name, count in vars(usage).items()})
    assert bill(rates, grown).total >= bill(rates, usage).total


@given(TABLE, usages(), st.decimals(0, 1, places=4, allow_nan=False))
def test_a_discount_takes_its_part_off_the_whole_bill(rates, usage, discount):
    whole, less = bill(rates, usage), bill(pricing.discounted(rates, discount), usage)
    assert less.status == whole.status
    assert less.total == (None if whole.total is None else whole.total * (1 - discount))


@given(st.fixed_dictionaries(dict.fromkeys(Component, AMOUNT)), usages())
def test_a_part_without_a_rate_costs_what_its_whole_costs(prices, usage):
    general = {component: amount for component, amount in prices.items() if component not in PART_OF}
    spelled_out = general | {part: prices[whole] for part, whole in PART_OF.items()}
    short = bill([Rate(each, amount) for each, amount in general.items()], usage)
    long = bill([Rate(each, amount) for each, amount in spelled_out.items()], usage)
    assert short.total == long.total


FIRST = date(2025, 1, 1)


@pytest.mark.django_db
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 60), AMOUNT, AMOUNT), min_size=1, max_size=4),
    st.integers(0, 3),
    st.integers(1, 59),
    st.integers(-5, 260),
)
def test_splitting_a_period_changes_no_bill(periods, which, after, day):
    """A period and its two halves are one price: on no day does any bill differ."""
    from django.db import transaction

    length, prompt, answer = periods[which % len(periods)]
    cut = 1 + after % max(1, length - 1) if length > 1 else 0
    halves = (
        [(cut, prompt, answer), (length - cut, prompt, answer)]
        if cut and cut < length
        else [periods[which % len(periods)]]
    )
    at = which % len(periods)
    workload = Workload(Usage(prompt_tokens=12_345, completion_tokens=678))
    bills = []
    for each in (periods, [*periods[:at], *halves, *periods[at + 1 :]]):
        with transaction.atomic():
            listing = make_listing(make_model("split"))
            starts = FIRST
            for number, (days, input_price, output_price) in enumerate(each):
                is_last = number == len(each) - 1
                ends = None if is_last else starts + timedelta(days=days)
                period = listing.periods.create(starts_on=starts, ends_on=ends, source=make_source())
                for position, (component, amount) in enumerate((("input", input_price), ("output", output_price))):
                    period.rates.create(position=position, component=component, amount=format(amount / 1000, "f"))
                starts = ends or starts
            found = priced_on(FIRST + timedelta(days=day), [])
            bills.append([cost_of(priced, workload).bill for priced in found])
            transaction.set_rollback(True)
    assert bills[0] == bills[1]


@pytest.mark.parametrize(
    ("moment", "price"),
    [(time(9, 59), "2"), (time(10), "1"), (time(23, 59), "1"), (time(0), "1"), (time(0, 59), "1"), (time(1), "2")],
)
def test_a_window_from_ten_to_one_wraps_midnight(moment, price):
    rates = [
        Rate(Component.INPUT, D(2)),
        Rate(Component.INPUT, D(1), Condition(utc_start=time(10), utc_end=time(1))),
    ]
    at = datetime.combine(FIRST, moment, tzinfo=UTC)
    assert bill(rates, Usage(prompt_tokens=1), at).total == D(price)


@pytest.mark.parametrize(
    ("cost", "upstream", "is_own_key", "spent"),
    [
        ("0.05", "0.05", False, "0.05"),  # both name the same money: adding them would double it
        ("0", "0.05", True, "0.05"),
        ("0.0025", "0.05", True, "0.0525"),  # the market's fee of five percent and the provider's charge
        ("0.0025", None, True, None),
        ("0.05", None, False, "0.05"),
    ],
)
def test_what_an_own_key_spends(cost, upstream, is_own_key, spent):
    found = pricing.spent(D(cost), None if upstream is None else D(upstream), is_own_key)
    assert found == (None if spent is None else D(spent))


def test_audio_and_images_are_parts_with_rates_of_their_own():
    rates = [
        Rate(Component.INPUT, D("0.000001")),
        Rate(Component.INPUT_AUDIO, D("0.000003")),
        Rate(Component.OUTPUT, D("0.000002")),
        Rate(Component.OUTPUT_AUDIO, D("0.00001")),
        Rate(Component.OUTPUT_IMAGE, D("0.00003")),
    ]
    usage = Usage(
        prompt_tokens=1_000,
        completion_tokens=500,
        input_audio_tokens=400,
        output_audio_tokens=200,
        output_image_tokens=100,
    )
    # 600 x .000001 + 400 x .000003 + 200 x .000002 + 200 x .00001 + 100 x .00003 = .0006 + .0012 + .0004 + .002 + .003
    assert bill(rates, usage).total == D("0.0072")
    with pytest.raises(PricingError, match=r"Cached and audio tokens \(1,100\).*\(1,000\)"):
        Usage(prompt_tokens=1_000, cached_tokens=700, input_audio_tokens=400)
