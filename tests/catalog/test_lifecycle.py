"""Where a model stands on a day, and whether it is sold: the rules by hand, in words, in SQL and in the costs, all four the
same.
"""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.costs.offered import priced_on
from catalog.models import Absence, LanguageModel, Listing
from catalog.models.lifecycle import RETIRING_DAYS, Dates, Status, days_left, is_over, words
from catalog.models.variant_reads import over
from tests.factories import make_listing, make_market, make_model, make_period, make_vendor

DAY = date(2026, 6, 15)


def day(month: int, number: int, year: int = 2026) -> date:
    return date(year, month, number)


@pytest.mark.parametrize(
    ("dates", "status", "text"),
    [
        ({}, Status.ACTIVE, "Active"),
        ({"released_on": DAY}, Status.ACTIVE, "Active"),
        ({"released_on": day(6, 16)}, Status.ANNOUNCED, "Not released yet"),
        ({"released_on": day(6, 16), "announced_on": day(6, 1)}, Status.ANNOUNCED, "Announced"),
        ({"announced_on": day(6, 16), "released_on": day(7, 1)}, Status.ANNOUNCED, "Not released yet"),
        ({"announced_on": day(6, 1)}, Status.ANNOUNCED, "Announced"),
        ({"announced_on": day(6, 1), "listed_on": DAY}, Status.ACTIVE, "Active"),
        ({"released_on": day(7, 1), "listed_on": DAY}, Status.ACTIVE, "Active"),
        ({"listed_on": day(6, 16)}, Status.ANNOUNCED, "Not released yet"),
        ({"released_on": day(6, 1), "listed_on": day(6, 16)}, Status.ACTIVE, "Active"),
        ({"deprecated_on": DAY}, Status.DEPRECATED, "Deprecated"),
        ({"deprecated_on": day(6, 16)}, Status.ACTIVE, "Active"),
        ({"retires_on": day(6, 16)}, Status.RETIRING, "Retires tomorrow"),
        ({"retires_on": day(6, 27)}, Status.RETIRING, "Retires in 12 days"),
        ({"deprecated_on": day(1, 1), "retires_on": day(6, 27)}, Status.RETIRING, "Retires in 12 days"),
        ({"deprecated_on": DAY, "retires_on": day(6, 27)}, Status.RETIRING, "Retires in 12 days"),
        ({"deprecated_on": day(6, 16), "retires_on": day(6, 27)}, Status.ACTIVE, "Active"),
        ({"deprecated_on": day(6, 16), "retires_on": DAY}, Status.RETIRED, "Retired"),
        ({"retires_on": DAY + timedelta(days=RETIRING_DAYS)}, Status.RETIRING, "Retires in 180 days"),
        ({"retires_on": DAY + timedelta(days=RETIRING_DAYS + 1)}, Status.ACTIVE, "Active"),
        ({"deprecated_on": day(1, 1), "retires_on": day(12, 31, 2099)}, Status.DEPRECATED, "Deprecated"),
        ({"retires_on": DAY}, Status.RETIRED, "Retired"),
        ({"retires_on": day(6, 14), "deprecated_on": day(1, 1)}, Status.RETIRED, "Retired"),
        ({"retires_on": day(6, 14), "delisted_on": DAY}, Status.DELISTED, "Delisted"),
        ({"delisted_on": day(6, 16)}, Status.ACTIVE, "Active"),
        ({"absences": ((day(6, 1), day(6, 16)),)}, Status.DELISTED, "Delisted"),
        ({"absences": ((day(6, 1), DAY),)}, Status.ACTIVE, "Active"),
        ({"absences": ((day(6, 16), day(6, 20)),)}, Status.ACTIVE, "Active"),
        ({"absences": ((day(1, 1), day(2, 1)), (DAY, day(6, 16)))}, Status.DELISTED, "Delisted"),
        ({"called_retired_on": DAY}, Status.RETIRED, "Retired, day not known"),
        ({"called_retired_on": day(6, 16)}, Status.ACTIVE, "Active"),
        ({"called_retired_on": day(6, 1), "retires_on": day(7, 15)}, Status.RETIRING, "Retires in 30 days"),
        ({"called_retired_on": day(6, 1), "delisted_on": DAY}, Status.DELISTED, "Delisted"),
    ],
)
def test_the_rule_by_hand(dates, status, text):
    assert Dates(**dates).status(DAY) is status
    assert Dates(**dates).words(DAY) == text


def test_a_life_from_day_to_day():
    life = Dates(
        announced_on=day(1, 1),
        released_on=day(2, 1),
        listed_on=day(2, 1),
        deprecated_on=day(3, 1),
        retires_on=day(12, 1),
        delisted_on=day(12, 8),
        absences=((day(4, 1), day(4, 3)),),
    )
    changes = [day(1, 1)]
    told = [life.words(day(1, 1))]
    for number in range(1, 365):
        today = day(1, 1) + timedelta(days=number)
        word = "Retires" if life.status(today) is Status.RETIRING else life.words(today)
        if word != told[-1]:
            changes.append(today)
            told.append(word)
    # June 4 is 180 days before December 1: 26 in June, 31, 31, 30, 31 and 30 up to November's end, and one more.
    assert list(zip(changes, told, strict=True)) == [
        (day(1, 1), "Announced"),
        (day(2, 1), "Active"),
        (day(3, 1), "Deprecated"),
        (day(4, 1), "Delisted"),
        (day(4, 3), "Deprecated"),
        (day(6, 4), "Retires"),
        (day(12, 1), "Retired"),
        (day(12, 8), "Delisted"),
    ]
    assert set(changes[1:]) <= life.boundaries()


@pytest.mark.parametrize(
    ("retired", "seen", "at_the_vendor", "elsewhere"),
    [
        (None, None, False, False),
        (day(6, 16), day(5, 1), False, False),  # to come
        (DAY, None, True, False),  # of which nobody noted when it was seen
        (DAY, day(6, 14), True, True),
        (DAY, DAY, True, False),  # seen on its last day
        (day(6, 1), day(6, 2), False, False),
        (day(6, 1), day(5, 31), True, True),
    ],
)
def test_what_is_over_by_hand(retired, seen, at_the_vendor, elsewhere):
    assert is_over(DAY, retired, seen, is_vendors_own=True) is at_the_vendor
    assert is_over(DAY, retired, seen, is_vendors_own=False) is elsewhere
    life = Dates(called_retired_on=retired, last_seen_on=seen, is_vendors_own=True)
    assert life.is_sold(DAY) is not at_the_vendor


@pytest.mark.parametrize(("retires_on", "left"), [(None, None), (DAY, None), (day(6, 16), 1), (day(7, 15), 30)])
def test_days_left(retires_on, left):
    assert days_left(retires_on, DAY) == left


def test_words_without_a_day_are_the_status_itself():
    assert [words(status, None) for status in ("announced", "retiring", "delisted")] == [
        "Announced",
        "Retiring",
        "Delisted",
    ]


FIRST = date(2026, 1, 1)
DAYS = st.one_of(st.none(), st.integers(0, 400).map(lambda number: FIRST + timedelta(days=number)))
GAPS = st.lists(st.tuples(st.integers(0, 390), st.integers(1, 60)), max_size=2, unique_by=lambda gap: gap[0])
KINDS = st.sampled_from(["main", "other", "none"])
LIVES = st.tuples(DAYS, DAYS, DAYS, DAYS, DAYS, DAYS, GAPS, KINDS, DAYS, DAYS, st.booleans())


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lives=st.lists(LIVES, min_size=1, max_size=12), numbers=st.lists(st.integers(-5, 405), min_size=1, max_size=4))
def test_sql_costs_and_python_agree_on_every_day(lives, numbers):
    LanguageModel.objects.all().delete()
    vendor, market = make_vendor(), make_market()
    own = make_market("own", "Own", vendor=vendor)
    for number, life in enumerate(lives):
        announced, released, deprecated, retires, listed, delisted, gaps, kind, called, seen, is_own = life
        model = LanguageModel.objects.create(
            vendor=vendor,
            slug=f"model-{number}",
            name=f"Model {number}",
            announced_on=announced,
            released_on=released,
            deprecated_on=deprecated,
            retires_on=retires,
            called_retired_on=called,
        )
        if kind == "none":
            continue
        listing = Listing.objects.create(
            model=model,
            market=own if is_own else market,
            upstream_id=model.public_id,
            is_main=kind == "main",
            last_seen_on=seen,
            listed_on=listed,
            delisted_on=delisted,
        )
        Absence.objects.bulk_create(
            Absence(
                listing=listing,
                from_day=FIRST + timedelta(days=start),
                to_day=FIRST + timedelta(days=start + length),
            )
            for start, length in gaps
        )
    loaded = list(LanguageModel.objects.for_page())
    by_kind = {f"model-{number}": life[7] for number, life in enumerate(lives)}
    for number in numbers:
        today = FIRST + timedelta(days=number)
        by_python = {model.slug: model.status_on(today) for model in loaded}
        by_sql = dict(LanguageModel.objects.with_status(today).values_list("slug", "status"))
        assert by_sql == by_python
        ended = dict(Listing.objects.values_list("model__slug", over(today, "", "model__")))
        assert ended == {each.model.slug: each.is_over_on(today) for each in Listing.objects.all()}
        assert {slug: is_ended for slug, is_ended in ended.items() if by_kind[slug] == "main"} == {
            model.slug: model.dates().is_over(today) for model in loaded if by_kind[model.slug] == "main"
        }
        in_costs = {each.slug: each for each in priced_on(today, [])}
        assert {slug: each.status for slug, each in in_costs.items()} == {
            slug: by_python[slug]
            for slug, life in ((f"model-{at}", life) for at, life in enumerate(lives))
            if life[7] == "main"
        }
        assert {slug: each.status_text for slug, each in in_costs.items() if each.status is Status.RETIRING} == {
            model.slug: model.dates().words(today)
            for model in loaded
            if model.slug in in_costs and model.status_on(today) is Status.RETIRING
        }


@pytest.mark.django_db
class TestOnSale:
    def priced(self, today: date, listed_on: date | None = FIRST, **dates: date):
        listing = make_listing(make_model("a", **({"released_on": day(1, 1)} | dates)), listed_on=listed_on)
        make_period(listing, "1.00", "2.00", starts_on=day(1, 1))
        return listing, priced_on(today, [])[0]

    def test_a_model_that_retires_soon_is_still_sold(self):
        _, priced = self.priced(DAY, retires_on=day(6, 27))
        assert (priced.status_text, priced.is_sold) == ("Retires in 12 days", True)

    def test_a_retired_model_is_sold_while_it_is_listed(self):
        _, priced = self.priced(DAY, retires_on=day(6, 1))
        assert (priced.status_text, priced.is_sold, priced.note) == (
            "Retired",
            True,
            "Its vendor retired it; OpenRouter still lists it.",
        )

    def test_a_retired_model_is_sold_as_far_as_it_was_seen_since(self):
        listing, _ = self.priced(DAY, retires_on=day(6, 1))
        listing.last_seen_on = day(6, 10)
        listing.save()
        priced = priced_on(DAY, [])[0]
        assert (priced.is_sold, priced.note) == (
            True,
            "Its vendor retired it; OpenRouter still listed it on Jun 10, 2026.",
        )
        listing.last_seen_on = day(5, 20)
        listing.save()
        priced = priced_on(DAY, [])[0]
        assert (priced.is_sold, priced.note) == (
            False,
            "Last price: its vendor retired it on Jun 1, 2026, and it was not seen at OpenRouter since May 20, 2026.",
        )
        assert priced_on(day(5, 31), [])[0].is_sold

    def test_at_its_vendors_own_market_it_ends_with_the_retirement(self):
        listing, priced = self.priced(DAY, retires_on=day(6, 1))
        assert priced.is_sold
        listing.market.vendor = listing.model.vendor
        listing.market.save()
        priced = priced_on(DAY, [])[0]
        assert (priced.is_sold, priced.note) == (False, "Last price: its vendor retired it on Jun 1, 2026.")

    def test_a_model_that_is_only_announced_cannot_be_bought(self):
        _, priced = self.priced(DAY, listed_on=day(7, 1), released_on=day(7, 1))
        assert (priced.status, priced.is_sold) == (Status.ANNOUNCED, False)

    def test_a_model_cannot_be_bought_in_a_gap_of_its_listing(self):
        listing, priced = self.priced(DAY)
        assert priced.is_sold
        Absence.objects.create(listing=listing, from_day=day(6, 1), to_day=day(6, 20))
        priced = priced_on(DAY, [])[0]
        assert (priced.status, priced.is_sold, priced.note) == (Status.DELISTED, False, "Last price.")
        assert priced_on(day(6, 20), [])[0].is_sold
