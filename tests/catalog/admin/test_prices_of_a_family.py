"""New prices for a family in one step: the table, the rule, what is shown before, one revision, and back."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.admin import price_plan
from catalog.admin.price_plan import ADD_PERCENT, MULTIPLY, SET, Move, by_rule
from catalog.models import Listing, Pin, PricePeriod, Rate, Revision
from tests.catalog.admin_pages import change_url, save
from tests.factories import make_listing, make_market, make_priced

pytestmark = pytest.mark.django_db
PAGE = "/admin/catalog/languagemodel/prices/"
FAMILY = f"{PAGE}?family=Large"


def today() -> date:
    return timezone.now().date()


def large(slug: str = "large", **fields: Any) -> Listing:
    return make_priced(
        slug, family="Large", **{"input": "0.50", "output": "1.50", "cached": "0.05"} | fields
    ).listings.get()


def typed(**fields: Any) -> dict[str, Any]:
    return {"starts_on": str(today()), "reason": "The price list", "preview": "x"} | fields


def preview(client: Client, address: str = FAMILY, **fields: Any) -> Any:
    return client.post(address, typed(**fields))


def apply(client: Client, shown: Any, address: str = FAMILY, **more: str) -> Any:
    """Press Apply on a page that shows what would change."""
    sent: dict[str, Any] = {}
    for name, value in shown.context["typed"]:
        sent.setdefault(name, []).append(value)
    return client.post(address, sent | {"seal": shown.context["seal"], "apply": "x"} | more, follow=True)


def prices(listing: Listing, day: date | None = None) -> dict[str, str]:
    period = Listing.objects.with_prices().get(pk=listing.pk).period_on(day or today())
    return {name: price_plan.shown(amount) for name, amount in price_plan.present(period).items()}


def complaints(response: Any) -> str:
    assert response.status_code == 422, "it was accepted"
    form = response.context["form"]
    return " ".join(str(error) for errors in form.errors.values() for error in errors)


@pytest.mark.parametrize(
    ("rule", "amount", "becomes"),
    [
        (MULTIPLY, "2", {"input_price": "1.00", "output_price": "3.00"}),
        (ADD_PERCENT, "10", {"input_price": "0.55", "output_price": "1.65"}),
        (ADD_PERCENT, "-100", {"input_price": "0", "output_price": "0"}),
        (SET, "0.7", {"input_price": "0.7", "cache_read_price": "0.7", "output_price": "0.7"}),
    ],
)
def test_the_rules_by_hand(rule: str, amount: str, becomes: dict[str, str]) -> None:
    old = {"input_price": Decimal("0.50"), "cache_read_price": None, "output_price": Decimal("1.50")}
    assert by_rule(old, rule, Decimal(amount), price_plan.COMPONENTS) == {
        name: Decimal(price) for name, price in becomes.items()
    }


@pytest.mark.parametrize(
    ("old", "new", "percent", "is_jump"),
    [
        ("0.50", "0.60", "+20%", False),
        ("0.50", "4.99", "+898%", False),
        ("0.50", "5", "+900%", True),
        ("5", "0.50", "−90%", True),
        ("5", "0", "−100%", True),
        ("0", "5", "", False),
    ],
)
def test_what_counts_as_tenfold(old: str, new: str, percent: str, is_jump: bool) -> None:
    move = Move("Input", Decimal(old), Decimal(new))
    assert (move.percent, move.is_jump) == (percent, is_jump)


def test_a_family_is_priced_anew_in_one_revision_and_back(editor: Client) -> None:
    one, two, other = large("one"), large("two", input="0.60"), make_priced("small").listings.get()
    page = editor.get(FAMILY).content.decode()
    for words in ("one", "two", "$0.50", "$0.60", "$1.50", "$0.05"):
        assert words in page
    assert other.upstream_id not in page
    shown = preview(editor, **{f"{one.pk}-input_price": "0.55", f"{two.pk}-output_price": "2", "rule": ""})
    assert shown.status_code == 200
    told = shown.content.decode()
    for words in ("$0.50", "$0.55", "+10%", "$1.50", "$2.00", "+33.3%", "The price list", "2 of 2 listings"):
        assert words in told, words
    assert PricePeriod.objects.count() == 3, "nothing has changed yet"
    said = apply(editor, shown).content.decode()
    assert "New prices for 2 of 2 listings." in said
    assert prices(one) == {"input_price": "$0.55", "cache_read_price": "$0.05", "output_price": "$1.50"}
    assert prices(two) == {"input_price": "$0.60", "cache_read_price": "$0.05", "output_price": "$2.00"}
    assert prices(one, today() - timedelta(1))["input_price"] == "$0.50", "the old price stays on record"
    revision = Revision.objects.get()
    assert (revision.kind, revision.title, revision.reason) == (
        "prices",
        "New prices of the Large family",
        "The price list",
    )
    pins = {pin.listing_id: (pin.value, pin.replaced, pin.reason) for pin in Pin.objects.filter(field="price")}
    assert pins[one.pk] == (
        "input $0.55, cached input $0.05, output $1.50 per million tokens",
        "input $0.50, cached input $0.05, output $1.50 per million tokens",
        "The price list",
    )
    editor.post(f"/admin/catalog/revision/{revision.pk}/undo/")
    assert (PricePeriod.objects.count(), Pin.objects.count()) == (3, 0)
    assert PricePeriod.objects.filter(ends_on=None).count() == 3


def test_a_rule_for_all_and_a_price_that_overrides_it(editor: Client) -> None:
    one, two = large("one"), large("two")
    fields = {"rule": "percent", "amount": "-10%", "components": ["input_price", "output_price"]}
    apply(editor, preview(editor, **fields, **{f"{two.pk}-input_price": "1"}))
    assert prices(one) == {"input_price": "$0.45", "cache_read_price": "$0.05", "output_price": "$1.35"}
    assert prices(two) == {"input_price": "$1.00", "cache_read_price": "$0.05", "output_price": "$1.35"}


def test_rates_under_conditions_and_the_discount_stay(editor: Client) -> None:
    listing = large()
    period = listing.periods.get()
    Rate.objects.create(period=period, position=9, component="input", amount="0.000002", over_prompt_tokens=200_000)
    PricePeriod.objects.filter(pk=period.pk).update(discount="0.2")
    shown = preview(editor, **{f"{listing.pk}-input_price": "0.6"})
    assert "1 rate under conditions stays as now." in shown.content.decode()
    assert "Before the discount of 20%, which stays." in shown.content.decode()
    apply(editor, shown)
    new = listing.periods.get(starts_on=today())
    rates = [(rate.component, rate.amount, rate.over_prompt_tokens) for rate in new.rates.all()]
    assert sorted(rates, key=str) == [
        ("cache_read", "0.00000005", None), ("input", "0.0000006", None), ("input", "0.000002", 200_000),
        ("output", "0.0000015", None),
    ]  # fmt: skip
    assert new.discount == "0.2"


def test_a_used_period_is_followed_never_edited(editor: Client) -> None:
    listing = large()
    used = listing.periods.get()
    PricePeriod.objects.update(is_used=True)
    shown = preview(editor, **{f"{listing.pk}-input_price": "0.6"})
    assert "Used by a run: it stays on record and is followed." in shown.content.decode()
    apply(editor, shown)
    used.refresh_from_db()
    assert (used.ends_on, used.rates.get(component="input").amount) == (today(), "0.0000005")
    editor.post(f"/admin/catalog/revision/{Revision.objects.get().pk}/undo/")
    used.refresh_from_db()
    assert used.ends_on is None


def test_the_day_on_which_a_used_price_began_is_refused(editor: Client) -> None:
    listing = large()
    PricePeriod.objects.update(is_used=True, starts_on=today())
    assert "Let the new one begin a day later." in complaints(preview(editor, **{f"{listing.pk}-input_price": "0.6"}))
    PricePeriod.objects.update(starts_on=today() - timedelta(30))
    past = str(today() - timedelta(3))
    refused = preview(editor, **{f"{listing.pk}-input_price": "0.6", "starts_on": past})
    assert "can begin today at the earliest" in complaints(refused)
    assert PricePeriod.objects.count() == 1


def test_a_second_price_of_one_day_takes_the_place_of_the_first(editor: Client) -> None:
    listing = large()
    apply(editor, preview(editor, **{f"{listing.pk}-input_price": "0.6"}))
    apply(editor, preview(editor, **{f"{listing.pk}-input_price": "0.7"}))
    assert prices(listing)["input_price"] == "$0.70"
    assert listing.periods.count() == 2


def test_a_price_that_begins_later_ends_where_the_next_begins(editor: Client) -> None:
    listing = large()
    soon, later = today() + timedelta(5), today() + timedelta(10)
    apply(editor, preview(editor, **{f"{listing.pk}-input_price": "0.7", "starts_on": str(later)}))
    apply(editor, preview(editor, **{f"{listing.pk}-input_price": "0.6", "starts_on": str(soon)}))
    spans = list(listing.periods.order_by("starts_on").values_list("starts_on", "ends_on"))
    assert spans[1:] == [(soon, later), (later, None)]
    assert prices(listing)["input_price"] == "$0.50"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"PK-input_price": "cheap"}, "“cheap” is not a price."),
        ({"PK-input_price": "-1"}, "A price cannot be negative (-1)."),
        ({"PK-output_price": "20000"}, "large: Output: 20000 per million tokens is absurd"),
        ({"PK-input_price": "0.0000005"}, "Was this the price of one token?"),
        ({}, "Nothing would change"),
        ({"PK-input_price": "0.50"}, "Nothing would change"),
        ({"PK-input_price": "0.6", "reason": ""}, "This field is required."),
        ({"PK-input_price": "0.6", "starts_on": "soon"}, "Enter a valid date."),
        ({"rule": "multiply"}, "A rule needs an amount."),
        ({"rule": "multiply", "amount": "x", "components": "input_price"}, "“x” is not a number."),
        ({"rule": "multiply", "amount": "-2", "components": "input_price"}, "A price cannot be negative (-2)."),
        ({"rule": "percent", "amount": "-120", "components": "input_price"}, "by more than 100 percent (120)"),
        ({"rule": "multiply", "amount": "1e5", "components": "input_price"}, "is absurd"),
        ({"rule": "nonsense", "amount": "1"}, "Select a valid choice."),
    ],
)
def test_slips_are_refused_in_words(editor: Client, fields: dict[str, str], words: str) -> None:
    listing = large()
    fields = {name.replace("PK", str(listing.pk)): value for name, value in fields.items()}
    assert words in complaints(preview(editor, **fields))
    assert PricePeriod.objects.count() == 1


def test_a_tenfold_move_needs_a_tick(editor: Client) -> None:
    listing = large()
    shown = preview(editor, **{f"{listing.pk}-input_price": "5"})
    assert "tenfold or more" in shown.content.decode()
    refused = apply(editor, shown)
    assert refused.status_code == 422
    assert "tick the box if it is meant" in refused.content.decode()
    assert prices(listing)["input_price"] == "$0.50"
    apply(editor, refused, is_sure="on")
    assert prices(listing)["input_price"] == "$5.00"


def test_what_somebody_else_changed_meanwhile_is_looked_at_again(editor: Client) -> None:
    listing = large()
    shown = preview(editor, rule="percent", amount="10", components="input_price")
    save(editor, change_url(listing.model), **{"periods-0-input_price": "0.60"})
    again = apply(editor, shown)
    assert again.status_code == 422
    assert "this is not any more what you looked at" in again.content.decode()
    assert "$0.66" in again.content.decode()
    assert prices(listing)["input_price"] == "$0.60"


def test_back_to_the_table_keeps_what_was_typed(editor: Client) -> None:
    listing = large()
    shown = preview(editor, **{f"{listing.pk}-input_price": "0.6"})
    back = editor.post(FAMILY, dict(shown.context["typed"]) | {"edit": "x"})
    assert 'value="0.6"' in back.content.decode()
    assert back.status_code == 200


def test_the_action_of_the_list_leads_here_with_the_selected_models(editor: Client) -> None:
    one, two = large("one"), make_priced("two").listings.get()
    large("three")
    response = editor.post(
        "/admin/catalog/languagemodel/",
        {"action": "set_prices", "_selected_action": [one.model_id, two.model_id]},
    )
    assert response["Location"].startswith(PAGE)
    page = editor.get(response["Location"])
    assert [listing.pk for listing in page.context["listings"]] == [one.pk, two.pk]
    shown = preview(editor, response["Location"], **{f"{two.pk}-input_price": "0.6"})
    apply(editor, shown, response["Location"])
    assert Revision.objects.get().title == "New prices of 2 models"


def test_another_market_is_chosen_by_name(editor: Client) -> None:
    main = large()
    market = make_market("mistral", "Mistral’s own API")
    own = make_listing(main.model, market=market, upstream_id="large", is_main=False)
    assert editor.get(FAMILY).context["listings"] == [main]
    assert editor.get(f"{FAMILY}&market={market.pk}").context["listings"] == [own]
    first = preview(editor, f"{FAMILY}&market={market.pk}", **{f"{own.pk}-input_price": "0.4"})
    apply(editor, first, f"{FAMILY}&market={market.pk}")
    assert prices(own)["input_price"] == "$0.40"


def test_addresses_that_name_nothing_are_told_in_words(editor: Client) -> None:
    assert "Choose a family" in editor.get(PAGE).content.decode()
    for query in ("?family=Nothing", "?model=x", "?model=999999", "?market=x"):
        assert editor.get(PAGE + query).status_code == 200, query


def test_queries_of_the_table_do_not_grow(editor: Client) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert editor.get(FAMILY).status_code == 200
        return len(captured)

    large("first")
    first = count()
    for number in range(8):
        large(f"m{number}")
    assert count() == first


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Nothing would change: write a new price, or choose a rule."),
        (
            {"rule": ADD_PERCENT, "amount": "10", "starts_on": "2020-01-01"},
            "Nothing would change: none of these prices is known on 2020-01-01, so the rule has nothing to work on. "
            "Choose a later day.",
        ),
        ({"rule": MULTIPLY, "amount": "1"}, "Nothing would change: multiply by 1 leaves each price as it is."),
        (
            {"rule": ADD_PERCENT, "amount": "10", "components": []},
            "Nothing would change: the rule is for no price. Tick input, cached or output.",
        ),
    ],
)
def test_why_nothing_would_change(editor: Client, fields: dict[str, Any], words: str) -> None:
    large("one")
    sent = {"components": list(price_plan.COMPONENTS)} | fields
    assert complaints(preview(editor, **sent)) == words


def test_the_present_price_written_again_changes_nothing(editor: Client) -> None:
    listing = large("one")
    said = complaints(preview(editor, **{f"{listing.pk}-input_price": "0.5"}))
    assert said == "Nothing would change: each price that is written is the present one."


@pytest.mark.parametrize("typed_price", ["$2per 1M", "2 per 1M", "$free"])
def test_a_refused_price_is_quoted_as_it_was_typed(editor: Client, typed_price: str) -> None:
    listing = large("one")
    said = complaints(preview(editor, **{f"{listing.pk}-input_price": typed_price}))
    assert f"“{typed_price}” is not a price." in said
    said = complaints(preview(editor, rule=SET, amount=typed_price))
    assert f"“{typed_price}” is not a number." in said
