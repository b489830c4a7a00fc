"""Models that differ in every column of the table."""

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from tests.factories import make_listing, make_model, make_parameter, make_period, make_priced, make_vendor


@pytest.fixture
def four(db: None) -> dict[str, Any]:
    """Large (dear, with parameters), small (cheap), open (free, of another vendor), silent (nothing known but its name)."""
    large = make_priced(
        "large-2", "2.00", "6.00", released_on=date(2024, 7, 24), context_length=131_072, family="Large", licence="MRL"
    )
    make_parameter(large.main_listing(), "seed", "integer")
    make_parameter(large.main_listing(), "tools", "array")
    small = make_priced(
        "small-3",
        "0.10",
        "0.30",
        "0.01",
        released_on=date(2025, 12, 2),
        reads="text,image",
        family="Small",
        licence="Apache 2.0",
        parameters_total=24_000_000_000,
    )
    make_parameter(small.main_listing(), "seed", "integer")
    other = make_vendor("other", "Other Labs")
    free = make_model("open-1", vendor=other, released_on=date(2025, 3, 1), family="Open", licence="Apache 2.0")
    listing = make_listing(free, max_completion_tokens=32_768)
    make_period(listing, "0", "0")
    silent = make_model("silent", released_on=None, context_length=None, reads="", retires_on=date(2025, 1, 1))
    assert timezone.now().date() > date(2025, 12, 2)
    return {"large": large, "small": small, "open": free, "silent": silent}
