"""Every sentence of a break-even, word by word."""

import pytest

from catalog.costs.break_even.proportions import Axis, along, proportions_of
from catalog.costs.break_even.words import sentence
from catalog.pricing import Usage
from tests.catalog.break_even.price_lists import (
    CACHED,
    DEVSTRAL,
    LARGE,
    NAMES,
    PLAIN,
    TIERED,
    TURNING,
    UNSAID,
    per_million,
    rates,
)


@pytest.mark.parametrize(
    ("axis", "first", "second", "request_", "words"),
    [
        # One crossing
        (
            Axis.RATIO,
            DEVSTRAL,
            LARGE,
            PLAIN,
            "Devstral is cheaper while output is under 20% of input; above that Large is.",
        ),
        (
            Axis.RATIO,
            DEVSTRAL,
            LARGE,
            CACHED,
            "Devstral is cheaper while output is under 12.8% of input; above that Large is.",
        ),
        (
            Axis.RATIO,
            rates("0.40", "2"),
            rates("0.50", "1.70"),
            PLAIN,
            "Devstral is cheaper while output is under about 33.3% of input; above that Large is.",
        ),
        (
            Axis.RATIO,
            rates("3", "1"),
            rates("0.50", "2"),
            PLAIN,
            "Large is cheaper while output is under 2.5 times the input; above that Devstral is.",
        ),
        (
            Axis.CACHED,
            DEVSTRAL,
            LARGE,
            CACHED,
            "Devstral is cheaper while under about 55.6% of the prompt is cached; above that Large is.",
        ),
        (
            Axis.PROMPT,
            rates("0.40", "1", each="0.01"),
            rates("0.50", "1"),
            PLAIN,
            "Large is cheaper up to 99,999 prompt tokens; at 100,000 the two cost the same; above that Devstral is.",
        ),
        (
            Axis.PROMPT,
            rates("0.40", "2", each="0.01"),
            rates("0.50", "1.50"),
            proportions_of(Usage(10_000, 500)),
            "Large is cheaper up to 133,333 prompt tokens; above that Devstral is.",
        ),
        # A cliff, and more than one change
        (
            Axis.PROMPT,
            TIERED,
            LARGE,
            PLAIN,
            "Devstral is cheaper up to 200,000 prompt tokens; above that Large is.",
        ),
        (
            Axis.PROMPT,
            TURNING,
            rates("0.30", "0"),
            PLAIN,
            "Large is cheaper up to 49,999 prompt tokens; at 50,000 the two cost the same; from 50,001 to 100,000 Devstral "
            "is; from 100,001 to 300,000 Large is; above that Devstral is.",
        ),
        # None
        (
            Axis.RATIO,
            rates("0.1", "1"),
            LARGE,
            PLAIN,
            "Devstral is cheaper than Large at every ratio of output to input.",
        ),
        (
            Axis.RATIO,
            LARGE,
            rates("0.1", "1"),
            PLAIN,
            "Large is cheaper than Devstral at every ratio of output to input.",
        ),
        (
            Axis.CACHED,
            rates("0.1", "0.5"),
            LARGE,
            PLAIN,
            "Devstral is cheaper than Large whatever part of the prompt is cached.",
        ),
        (
            Axis.PROMPT,
            DEVSTRAL,
            LARGE,
            PLAIN,
            "Devstral is cheaper than Large for every prompt of 1 to 10,000,000 tokens.",
        ),
        # Equal everywhere, and at one end only
        (Axis.RATIO, LARGE, LARGE, PLAIN, "Devstral and Large cost the same at every ratio of output to input."),
        (Axis.CACHED, LARGE, LARGE, PLAIN, "Devstral and Large cost the same whatever part of the prompt is cached."),
        (
            Axis.PROMPT,
            LARGE,
            LARGE,
            proportions_of(Usage(2_000_000, 1)),
            "Devstral and Large cost the same for every prompt of 1 to 20,000,000 tokens.",
        ),
        (
            Axis.RATIO,
            rates("0.50", "2"),
            rates("0.50", "1"),
            PLAIN,
            "Devstral and Large cost the same without any output; with any output Large is cheaper.",
        ),
        (
            Axis.CACHED,
            rates("0.50", "1", "0.02"),
            rates("0.50", "1", "0.05"),
            PLAIN,
            "Devstral and Large cost the same with nothing cached; with anything cached Devstral is cheaper.",
        ),
        (
            Axis.CACHED,
            rates("0.50", "1", "0.05"),
            rates("0.60", "1", "0.05"),
            PLAIN,
            "Devstral is cheaper than Large while under 100% of the prompt is cached; with all of it cached the two cost the "
            "same.",
        ),
        (
            Axis.CACHED,
            rates("0.50", "1", "0.05"),
            [*rates("0.60", "1", "0.05"), per_million("cache_write", "0.50")],
            proportions_of(Usage(10_000, 1_000, cache_write_tokens=2_500)),
            "Devstral is cheaper than Large while under 75% of the prompt is cached; with 75% of it cached the two cost the "
            "same.",
        ),
        # Free
        (
            Axis.RATIO,
            rates("0", "0"),
            LARGE,
            PLAIN,
            "Devstral is cheaper than Large at every ratio of output to input.",
        ),
        (
            Axis.RATIO,
            rates("0", "0"),
            rates("0", "0"),
            PLAIN,
            "Devstral and Large cost the same at every ratio of output to input.",
        ),
        # Lower bounds
        (
            Axis.RATIO,
            UNSAID,
            LARGE,
            PLAIN,
            "Devstral is cheaper than Large without any output; with any output it cannot be said which one is. The output "
            "price of Devstral is not known.",
        ),
        (
            Axis.RATIO,
            UNSAID,
            rates("0.40", "1"),
            PLAIN,
            "Devstral and Large cost the same without any output; with any output it cannot be said which one is cheaper. "
            "The output price of Devstral is not known.",
        ),
        (
            Axis.RATIO,
            rates("0.10", "1"),
            UNSAID,
            PLAIN,
            "Devstral is cheaper than Large while output is under 30% of input; from there on it cannot be said which one "
            "is. The output price of Large is not known.",
        ),
        # Half of the output is reasoning at 4.00: .45 + r against at least .40 + 2 r, which is more above 5%
        (
            Axis.RATIO,
            rates("0.45", "1"),
            [*UNSAID, per_million("reasoning", "4")],
            proportions_of(Usage(10_000, 1_000, reasoning_tokens=500)),
            "Large is cheaper without any output; while output is up to 5% of input it cannot be said which one is; above "
            "that Devstral is. The output price of Large is not known.",
        ),
        (
            Axis.CACHED,
            rates("0.10", "1"),
            UNSAID,
            PLAIN,
            "Devstral is cheaper than Large whatever part of the prompt is cached. The output price of Large is not known, "
            "but the rest of its cost is more already.",
        ),
        (
            Axis.CACHED,
            LARGE,
            UNSAID,
            PLAIN,
            "Whether Devstral or Large is cheaper cannot be said while up to about 55.6% of the prompt is cached; above that "
            "Devstral is cheaper. The output price of Large is not known.",
        ),
        (
            Axis.RATIO,
            [],
            LARGE,
            PLAIN,
            "Whether Devstral or Large is cheaper cannot be said at any ratio of output to input. The input and output "
            "prices of Devstral are not known.",
        ),
        (
            Axis.CACHED,
            UNSAID,
            UNSAID,
            PLAIN,
            "Whether Devstral or Large is cheaper cannot be said for any cached part of the prompt. The output price of "
            "Devstral is not known. The output price of Large is not known.",
        ),
        (
            Axis.PROMPT,
            UNSAID,
            LARGE,
            PLAIN,
            "Whether Devstral or Large is cheaper cannot be said for any prompt of 1 to 10,000,000 tokens. The output price "
            "of Devstral is not known.",
        ),
        (
            Axis.PROMPT,
            [*DEVSTRAL, per_million("output", None, over_prompt_tokens=1_000)],
            rates("0.50", "2"),
            PLAIN,
            "Devstral is cheaper than Large up to 1,000 prompt tokens; above that it cannot be said which one is. The output "
            "price of Devstral is not known.",
        ),
    ],
)
def test_the_course_along_an_axis(axis, first, second, request_, words):
    assert sentence(axis, along(axis, first, second, request_), NAMES) == words


def test_many_changes_are_left_to_the_table():
    steps = [
        per_million("input", "0.90" if place % 2 else "0.10", over_prompt_tokens=10 * place) for place in range(1, 9)
    ]
    course = along(Axis.PROMPT, [*rates("0.10", "0"), *steps], rates("0.30", "0"), PLAIN)
    assert len(course.crossings()) == 8
    assert sentence(Axis.PROMPT, course, NAMES) == (
        "Devstral is cheaper up to 10 prompt tokens; above that the answer changes 7 more times, as the table lists."
    )


def test_a_single_token():
    tiered = [*DEVSTRAL, per_million("input", "3", over_prompt_tokens=1)]
    assert sentence(Axis.PROMPT, along(Axis.PROMPT, tiered, LARGE, PLAIN), NAMES) == (
        "Devstral is cheaper at 1 prompt token; above that Large is."
    )
