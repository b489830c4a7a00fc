"""What is planned, and so held, for one model: its own limits and prices, whatever was asked of the others."""

from decimal import Decimal
from typing import Any

import pytest

from catalog.models import Listing
from playground import opening
from playground.messages import Answered, Message
from playground.offers import Offer
from playground.opening import Asked
from playground.variables import Rows
from tests.factories import make_listing, make_model, make_parameter, make_period, make_rate

pytestmark = pytest.mark.django_db


def offer(**listing: Any) -> Offer:
    made = make_listing(make_model("one"), max_completion_tokens=5_000, **listing)
    make_period(made, "1.00", "2.00")
    return Offer(Listing.objects.for_playground().get(pk=made.pk), "openrouter")


def planned(asked: Asked) -> opening.Plan:
    return opening.plan(asked)[0]


def test_a_model_that_takes_no_limit_is_held_at_its_longest_answer() -> None:
    plain = Asked("key", [Message("user", "Hi")], {"max_tokens": 10}, [offer()])
    assert planned(plain).left_out == ["max_tokens"]
    assert planned(plain).output_tokens == 5_000


def test_a_model_that_takes_it_is_held_at_the_limit() -> None:
    taking = offer()
    make_parameter(taking.listing, "max_tokens")
    taking = Offer(Listing.objects.for_playground().get(), "openrouter")
    assert planned(Asked("key", [Message("user", "Hi")], {"max_tokens": 10}, [taking])).output_tokens == 10


def test_images_are_held_for_one_by_one() -> None:
    priced = offer()
    period = priced.listing.periods.get()
    plain = planned(Asked("key", [Message("user", "Hi")], {}, [priced])).worst
    seen = planned(Asked("key", [Message("user", "Hi", images=(1, 2))], {}, [priced])).worst
    make_rate(period, "image", each="0.5")
    dear = Offer(Listing.objects.for_playground().get(), "openrouter")
    assert plain is not None
    assert seen is not None
    assert planned(Asked("key", [Message("user", "Hi")], {}, [dear])).worst == plain
    # two images at half a dollar each, beside their tokens
    assert planned(Asked("key", [Message("user", "Hi", images=(1, 2))], {}, [dear])).worst == seen + Decimal("1.0")


def test_a_models_own_words_are_no_template() -> None:
    talk = [
        Message("user", "Write {{city}}"),
        Message("assistant", by={"mistralai/one": Answered("write {{city}} here")}),
        Message("user", "And {{city}}?"),
    ]
    asked = Asked("key", talk, {}, [offer()], rows=Rows(("city",), (("Paris",),)))
    assert [message["content"] for message in planned(asked).body["messages"]] == [
        "Write Paris",
        "write {{city}} here",
        "And Paris?",
    ]
    assert asked.text == "And Paris?"
