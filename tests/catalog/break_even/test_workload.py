"""What a break-even says of the reader's own workload, word by word."""

from decimal import Decimal

import pytest

from catalog.costs.break_even.proportions import Axis, along, proportions_of
from catalog.costs.break_even.workload import (
    difference,
    held_sentence,
    range_sentence,
    requests_sentence,
    tiers_sentence,
    workload_sentence,
)
from catalog.figures import usd_exact
from catalog.pricing import Usage, bill
from tests.catalog.break_even.price_lists import CACHED, DEVSTRAL, LARGE, NAMES, PLAIN, TIERED, UNSAID, F, rates


@pytest.mark.parametrize(
    ("first", "second", "usage", "words"),
    [
        # .0024 + .00016 + .002 and .003 + .0002 + .0015; 47 / 45.6 = 1.0307
        (
            DEVSTRAL,
            LARGE,
            Usage(10_000, 1_000, 4_000),
            "At this workload output is 10% of input: Devstral costs $0.00456 and Large $0.0047, 1.03 times as much.",
        ),
        (
            LARGE,
            DEVSTRAL,
            Usage(10_000, 1_000, 4_000),
            "At this workload output is 10% of input: Large costs $0.00456 and Devstral $0.0047, 1.03 times as much.",
        ),
        (
            DEVSTRAL,
            LARGE,
            Usage(10_000, 2_000),
            "At this workload output is 20% of input: both cost $0.008.",
        ),
        (
            DEVSTRAL,
            LARGE,
            Usage(10_000),
            "At this workload there is no output: Devstral costs $0.004 and Large $0.005, 1.2 times as much.",
        ),
        (
            DEVSTRAL,
            LARGE,
            Usage(10_000, 30_000),
            "At this workload output is 3 times the input: Large costs $0.05 and Devstral $0.064, 1.3 times as much.",
        ),
        (
            LARGE,
            rates("0", "0"),
            Usage(10_000, 1_000),
            "At this workload output is 10% of input: Large is free and Devstral costs $0.0065.",
        ),
        (
            rates("0", "0"),
            rates("0", "0"),
            Usage(10_000, 1_000),
            "At this workload output is 10% of input: both are free.",
        ),
        (
            UNSAID,
            LARGE,
            Usage(10_000, 1_000),
            "At this workload output is 10% of input: Large costs $0.0065 and Devstral costs at least $0.004.",
        ),
        (
            UNSAID,
            rates("0.10", None),
            Usage(10_000, 1_000),
            "At this workload output is 10% of input: Large costs at least $0.001 and Devstral costs at least $0.004.",
        ),
        (
            LARGE,
            [],
            Usage(10_000, 1_000),
            "At this workload output is 10% of input: Devstral costs $0.0065 and what Large costs is not known.",
        ),
        (
            [],
            [],
            Usage(10_000, 1_000),
            "At this workload output is 10% of input, but what Devstral and Large cost is not known.",
        ),
    ],
)
def test_the_readers_own_workload(first, second, usage, words):
    output = F(usage.completion_tokens, usage.prompt_tokens)
    assert workload_sentence(NAMES, (bill(first, usage), bill(second, usage)), output, usd_exact) == words


def test_the_difference_of_one_request():
    usage = Usage(10_000, 1_000, 4_000)
    assert difference((bill(DEVSTRAL, usage), bill(LARGE, usage))) == Decimal("0.00014")
    assert difference((bill(LARGE, usage), bill(DEVSTRAL, usage))) == Decimal("0.00014")
    assert difference((bill(LARGE, usage), bill(LARGE, usage))) == 0
    assert difference((bill(UNSAID, usage), bill(LARGE, usage))) is None
    assert difference((bill(LARGE, usage), bill([], usage))) is None


PLAINLY = "No number of requests changes which one is cheaper: a request costs the same however many there are."


@pytest.mark.parametrize(
    ("amount", "requests", "per", "words"),
    [
        (None, 5, "day", PLAINLY),
        (Decimal(0), 5, "day", f"{PLAINLY} At this workload there is no difference to add up."),
        (
            Decimal("0.01"),
            10_000,
            "month",
            f"{PLAINLY} With 10,000 requests a month the difference comes to a a day, b a month and c a year.",
        ),
        (
            Decimal("0.01"),
            1,
            "day",
            f"{PLAINLY} With 1 request a day the difference comes to a a day, b a month and c a year.",
        ),
    ],
)
def test_the_number_of_requests(amount, requests, per, words):
    assert requests_sentence(amount, requests, per, ["a", "b", "c"]) == words


@pytest.mark.parametrize(
    ("axis", "request_", "words"),
    [
        (Axis.RATIO, CACHED, "Held as in your workload: 10,000 prompt tokens, 40% of the prompt cached."),
        (Axis.CACHED, CACHED, "Held as in your workload: 10,000 prompt tokens, output at 10% of input."),
        (Axis.PROMPT, PLAIN, "Held as in your workload: output at 10% of input, nothing cached."),
        (Axis.CACHED, proportions_of(Usage(1)), "Held as in your workload: 1 prompt token, no output."),
        (
            Axis.RATIO,
            proportions_of(Usage(9, 3, 3, 3, 1)),
            "Held as in your workload: 9 prompt tokens, about 33.3% of the prompt cached, about 33.3% of the prompt written to a "
            "cache, about 33.3% of the output reasoning.",
        ),
    ],
)
def test_what_is_held(axis, request_, words):
    assert held_sentence(axis, request_) == words


def test_tiers():
    assert tiers_sentence("Devstral", []) == ""
    assert tiers_sentence("Devstral", [200_000]) == (
        "Devstral has other prices above 200,000 prompt tokens, for every token of the request."
    )
    assert tiers_sentence("Devstral", [200_000, 400_000]) == (
        "Devstral has other prices above 200,000 and above 400,000 prompt tokens, for every token of the request."
    )


def test_how_far_prompts_were_looked_at():
    assert range_sentence(along(Axis.PROMPT, TIERED, LARGE, PLAIN)) == (
        "Prompts of 1 to 10,000,000 tokens were looked at."
    )
    assert range_sentence(along(Axis.PROMPT, DEVSTRAL, LARGE, PLAIN)) == ""
