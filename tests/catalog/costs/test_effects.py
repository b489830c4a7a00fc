"""What cache, tier and batch change: each against the same request without it, sums by hand."""

from decimal import Decimal

from catalog.costs.effects import charges_cached_as_fresh, effects, tier_in_force
from catalog.exact import plain
from catalog.pricing import Component, Condition, Rate, Usage, bill

D = Decimal
LARGE_3 = [
    Rate(Component.INPUT, D("0.0000005")),
    Rate(Component.CACHE_READ, D("0.00000005")),
    Rate(Component.OUTPUT, D("0.0000015")),
]
TIERED = [
    *LARGE_3,
    Rate(Component.INPUT, D("0.000001"), Condition(over_prompt_tokens=128_000)),
    Rate(Component.INPUT, D("0.000002"), Condition(over_prompt_tokens=200_000)),
]


def told(rates, usage, batch=False) -> dict[str, tuple[str, str]]:
    found = effects(rates, usage, bill(rates, usage, batch=batch), batch=batch)
    return {effect.name: (plain(effect.amount), f"{effect.share:.4f}") for effect in found}


def test_the_cache_saves():
    # .0065 without, .0047 with: -.0018, of .0065
    assert told(LARGE_3, Usage(10_000, 1_000, cached_tokens=4_000)) == {"cache": ("-0.0018", "-0.2769")}


def test_writing_to_a_cache_may_cost_more_than_it_saves():
    rates = [*LARGE_3, Rate(Component.CACHE_WRITE, D("0.000000625"))]
    # 10,000 x .000000625 = .00625 against .005
    assert told(rates, Usage(10_000, 0, cache_write_tokens=10_000)) == {"cache": ("0.00125", "0.2500")}


def test_a_tier_adds_over_the_whole_request():
    assert told(TIERED, Usage(128_000, 1_000)) == {}
    # 128,001 x (.000001 - .0000005) = .0640005, of .0655005
    assert told(TIERED, Usage(128_001, 1_000)) == {"tier": ("0.0640005", "0.9771")}
    assert tier_in_force(TIERED, Usage(128_001)) == 128_000
    assert tier_in_force(TIERED, Usage(200_001)) == 200_000
    assert tier_in_force(TIERED, Usage(128_000)) is None


def test_a_batch_saves():
    rates = [*LARGE_3, Rate(Component.OUTPUT, D("0.00000075"), Condition(batch=True))]
    assert told(rates, Usage(0, 1_000), batch=True) == {"batch": ("-0.00075", "-0.5000")}
    assert told(rates, Usage(0, 1_000)) == {}


def test_nothing_is_told_where_a_price_is_not_known_or_nothing_changed():
    assert told([Rate(Component.INPUT, D(1))], Usage(10, 5, cached_tokens=4)) == {}
    assert told([Rate(Component.INPUT, D(1)), Rate(Component.OUTPUT, D(1))], Usage(10, 5, cached_tokens=4)) == {}


def test_what_is_missing_is_noticed():
    usage = Usage(10, 5, cached_tokens=4)
    assert not charges_cached_as_fresh(bill(LARGE_3, usage), usage)
    assert charges_cached_as_fresh(bill(LARGE_3[:1], usage), usage)
    assert not charges_cached_as_fresh(bill(LARGE_3[:1], Usage(10, 5)), Usage(10, 5))
    assert not charges_cached_as_fresh(bill([], usage), usage), "nothing is known to be charged"
    only_long = [LARGE_3[0], Rate(Component.CACHE_READ, D(0), Condition(over_prompt_tokens=200_000))]
    assert charges_cached_as_fresh(bill(only_long, usage), usage)
