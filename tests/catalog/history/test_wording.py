"""What an act did is told as a person says it: prices per million, days as days, rows by their names."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from catalog.history.recording import recorded
from catalog.models import Alias, Change, Listing, Pin, PricePeriod, Rate, Revision
from tests.catalog.admin_pages import accepted, change_url, save
from tests.factories import make_alias, make_market, make_model, make_parameter, make_period, make_priced, make_rate

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 21)


def told() -> list[str]:
    """What the latest act says of each row."""
    return [line.sentence for line in Revision.objects.latest().changes.order_by("position")]


def sides() -> list[tuple[str, str]]:
    """What stands beside it: before and after."""
    return list(Revision.objects.latest().changes.order_by("position").values_list("before", "after"))


def test_a_changed_price_names_its_component_and_is_per_million(owner: Any) -> None:
    anvil = make_model("anvil")
    listing = Listing.objects.create(model=anvil, market=make_market(), upstream_id="mistralai/anvil")
    make_period(listing, "0.20", "0.60", starts_on=DAY)
    with recorded("edit", "Edit", owner, [anvil]):
        Rate.objects.filter(component="input").update(amount="0.00000022")
    assert told() == ["Input price 0.20 becomes 0.22 USD per million tokens (OpenRouter, from 2026-11-21)."]
    assert sides() == [("0.20", "0.22")]


@pytest.mark.parametrize(
    ("component", "condition", "amounts", "sentence"),
    [
        ("request", {}, ("0.01", "0.02"), "Request price 0.01 becomes 0.02 USD each (OpenRouter, from 2025-12-01)."),
        (
            "page",
            {},
            ("0.004", "0.005"),
            "Page price 4.00 becomes 5.00 USD per 1,000 pages (OpenRouter, from 2025-12-01).",
        ),
        (
            "input",
            {"over_prompt_tokens": 128_000},
            ("0.0000005", "0.000001"),
            "Input price, above 128,000 prompt tokens, 0.50 becomes 1.00 USD per million tokens (OpenRouter, from 2025-12-01).",
        ),
        (
            "output",
            {},
            ("", "0.000001"),
            "Output price not known becomes 1.00 USD per million tokens (OpenRouter, from 2025-12-01).",
        ),
    ],
)
def test_other_units_terms_and_what_was_not_known(
    owner: Any, component: str, condition: dict[str, int], amounts: tuple[str, str], sentence: str
) -> None:
    anvil = make_priced("anvil")
    Rate.objects.all().delete()
    rate = make_rate(PricePeriod.objects.get(), component, each=amounts[0], **condition)
    with recorded("edit", "Edit", owner, [anvil]):
        Rate.objects.filter(pk=rate.pk).update(amount=amounts[1])
    assert told() == [sentence]


def test_rates_that_come_and_go(owner: Any) -> None:
    anvil = make_priced("anvil", "0.50", "1.50")
    with recorded("edit", "Edit", owner, [anvil]):
        Rate.objects.get(component="output").delete()
        make_rate(PricePeriod.objects.get(), "cache_read", "0.05")
    assert told() == [
        "Output price 1.50 USD per million tokens is taken away (OpenRouter, from 2025-12-01).",
        "Cached input price is 0.05 USD per million tokens (OpenRouter, from 2025-12-01).",
    ]


def test_the_days_of_a_price_period(owner: Any) -> None:
    anvil = make_priced("anvil")
    with recorded("edit", "End", owner, [anvil]):
        PricePeriod.objects.update(ends_on=date(2026, 11, 30))
    assert told() == ["Price period ends 2026-11-30 (OpenRouter, from 2025-12-01)."]
    with recorded("edit", "Later", owner, [anvil]):
        PricePeriod.objects.update(ends_on=date(2026, 12, 24), discount="0.25")
    assert told() == [
        "Price period ends 2026-12-24 instead of 2026-11-30; discount is 25% (OpenRouter, from 2025-12-01)."
    ]
    with recorded("edit", "No end", owner, [anvil]):
        PricePeriod.objects.update(ends_on=None)
    assert told() == ["Price period goes on; it ended 2026-12-24 (OpenRouter, from 2025-12-01)."]
    with recorded("edit", "Gone", owner, [anvil]):
        PricePeriod.objects.all().delete()
    assert told()[-1] == "The USD price period from 2025-12-01 at OpenRouter is taken away."


def test_a_pin_says_what_it_stands_for_and_since_when(owner: Any) -> None:
    anvil = make_priced("anvil")
    with recorded("edit", "Pin", owner, [anvil]):
        Pin.objects.set(anvil, "context_length", "128000", "131072", "Measured", owner)
        Pin.objects.update(since=datetime(2026, 11, 21, 21, 27, tzinfo=UTC))
    assert told() == ["Pin: the context length is 128,000 in place of 131,072, since Nov 21, 2026. Reason: Measured."]
    line = Change.objects.get()
    assert "T21:27" not in line.after
    assert "holds" not in line.after
    with recorded("edit", "Unpin", owner, [anvil]):
        Pin.objects.all().delete()
    assert told() == ["The pin of the context length (128,000) is taken away."]


def test_facts_names_links_and_lists_of_a_model(owner: Any) -> None:
    anvil, hammer = make_model("anvil", context_length=1000, licence="MIT"), make_model("hammer", name="Hammer")
    with recorded("edit", "Edit", owner, [anvil]):
        anvil.context_length, anvil.licence, anvil.replacement = 131_072, "", hammer
        anvil.save()
        make_alias(anvil, "anvil-latest")
    assert told() == [
        "Context length 1,000 becomes 131,072; replacement is Hammer; licence MIT is taken away.",
        "Also called “anvil-latest”.",
    ]
    with recorded("edit", "Edit", owner, [anvil]):
        anvil.input_modalities.clear()
        Alias.objects.all().delete()
    assert told() == ["No longer called “anvil-latest”.", "Input modalities Text is taken away."]


def test_a_listing_and_a_parameter_name_their_market(owner: Any) -> None:
    anvil = make_priced("anvil")
    make_parameter(Listing.objects.get(), "temperature", default="0.3")
    with recorded("edit", "Edit", owner, [anvil]):
        Listing.objects.update(context_length=5000)
        anvil.parameters.update(default="0.7")
    assert told() == [
        "Context length is 5,000 (OpenRouter).",
        "Parameter temperature: default 0.3 becomes 0.7 (OpenRouter).",
    ]


def test_the_history_page_reads_so(editor: Client) -> None:
    anvil = make_priced("anvil", input="0.20", output="0.60")
    accepted(save(editor, change_url(anvil), **{"periods-0-input_price": "0.22"}, reason="Their page"))
    page = editor.get(change_url(anvil).replace("/change/", "/history/")).content.decode()
    assert "Input price 0.20 becomes 0.22 USD per million tokens (OpenRouter, from 2025-12-01)." in page
    assert "Pin: the price at OpenRouter is input $0.22, output $0.60 per million tokens in place of" in page
    for machine_word in ("amount per unit", "0.0000002", "+00:00", "standing", "position"):
        assert machine_word not in page, machine_word
