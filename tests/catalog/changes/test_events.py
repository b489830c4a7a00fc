"""The events of each table: what is one, what is none, and that each is told once."""

from datetime import date

import pytest

from catalog.changes.record import Wanted, record_of
from catalog.models import Absence, Observation
from tests.catalog.changes.reading import TODAY, coming, lines
from tests.factories import (
    make_alias,
    make_listing,
    make_market,
    make_model,
    make_period,
    make_rate,
    make_source,
    make_vendor,
)

pytestmark = pytest.mark.django_db


def day(month: int, number: int = 1, year: int = 2026) -> date:
    return date(year, month, number)


class TestModels:
    def test_a_life_is_told_newest_first(self):
        heir = make_model("heir", name="The Heir", released_on=None)
        make_model(
            "a",
            announced_on=day(1),
            released_on=day(2),
            deprecated_on=day(3),
            retires_on=day(4),
            replacement=heir,
        )
        assert lines(model="mistralai/a") == [
            ("2026-04-01", "retirement", "a", "Retired by Mistral AI. The replacement is The Heir."),
            ("2026-03-01", "retirement", "a", "Deprecated by Mistral AI; retired on Apr 1, 2026."),
            ("2026-02-01", "new", "a", "Released by Mistral AI."),
            ("2026-01-01", "new", "a", "Announced by Mistral AI."),
        ]

    def test_what_is_to_come_is_told_soonest_first_with_the_days_left(self):
        make_model("a", released_on=day(1), deprecated_on=day(6, 16), retires_on=day(7, 15), replacement_name="Medium")
        make_model("b", released_on=day(7, 1))
        make_model("far", released_on=day(1), retires_on=date(2098, 12, 31))
        assert coming() == [
            ("2026-06-16", "tomorrow", "Mistral AI will deprecate it; it retires on Jul 15, 2026."),
            ("2026-07-01", "in 16 days", "Mistral AI will release it."),
            ("2026-07-15", "in 30 days", "Mistral AI retires it. The replacement is Medium."),
        ]

    def test_a_retirement_of_today_has_come(self):
        make_model("a", released_on=None, retires_on=TODAY)
        assert lines() == [("2026-06-15", "retirement", "a", "Retired by Mistral AI.")]
        assert coming() == []


class TestListings:
    def test_a_release_on_the_day_of_the_listing_is_one_event_with_its_price(self):
        listing = make_listing(make_model("a", released_on=day(1)), listed_on=day(1))
        make_period(listing, "0.50", "1.50", starts_on=day(1))
        assert lines() == [
            (
                "2026-01-01",
                "new",
                "a",
                "Released by Mistral AI and listed at OpenRouter for $0.50 / $1.50 per million tokens.",
            )
        ]

    def test_a_listing_on_another_day_is_an_event_of_its_own(self):
        make_listing(make_model("a", released_on=day(1)), listed_on=day(1, 2))
        assert [line[3] for line in lines()] == ["Listed at OpenRouter.", "Released by Mistral AI."]

    def test_markets_that_did_the_same_on_a_day_are_told_of_together(self):
        model = make_model("a", released_on=None)
        own = make_market("mistral", "Mistral")
        make_listing(model, listed_on=day(1), delisted_on=day(3))
        make_listing(model, market=own, upstream_id="a", is_main=False, listed_on=day(1), delisted_on=day(3))
        assert [line[3] for line in lines()] == [
            "No longer listed at OpenRouter and Mistral.",
            "Listed at OpenRouter and at Mistral.",
        ]

    def test_a_variant_at_the_same_market_is_named_by_its_id(self):
        model = make_model("a", released_on=None)
        make_listing(model, listed_on=day(1))
        make_listing(model, upstream_id="mistralai/a:free", is_main=False, listed_on=day(2))
        assert [line[3] for line in lines()] == ["Listed at OpenRouter as mistralai/a:free.", "Listed at OpenRouter."]

    def test_a_first_price_of_soon_after_says_its_day_and_one_of_much_later_says_nothing(self):
        soon = make_listing(make_model("soon", released_on=None), listed_on=day(1))
        make_period(soon, "1", "2", starts_on=day(1, 5))
        late = make_listing(make_model("late", released_on=None), listed_on=day(1))
        make_period(late, "1", "2", starts_on=day(5))
        assert [line[3] for line in lines()] == [
            "Listed at OpenRouter.",
            "Listed at OpenRouter (first price on record: $1.00 / $2.00 per million tokens, Jan 5, 2026).",
        ]

    def test_a_gap_is_told_at_its_start_and_at_its_end_once(self):
        listing = make_listing(make_model("a", released_on=None), listed_on=day(1))
        Absence.objects.create(listing=listing, from_day=day(2, 1), to_day=day(3, 1))
        # February 2026 has 28 days.
        assert lines() == [
            ("2026-03-01", "back", "a", "Listed at OpenRouter again, after 28 days."),
            ("2026-02-01", "gone", "a", "Not listed at OpenRouter until Mar 1, 2026."),
            ("2026-01-01", "new", "a", "Listed at OpenRouter."),
        ]

    def test_a_delisting_that_an_absence_tells_of_already_is_not_told_again(self):
        listing = make_listing(make_model("a", released_on=None), listed_on=None, delisted_on=day(2))
        Absence.objects.create(listing=listing, from_day=day(2), to_day=day(3))
        assert [line[1] for line in lines()] == ["back", "gone"]

    def test_an_end_that_the_market_announced_is_to_come_unless_it_is_the_vendors_day(self):
        model = make_model("a", released_on=None)
        make_listing(model, listed_on=None, expires_on=day(7))
        placeholder = make_model("b", released_on=None)
        make_listing(placeholder, listed_on=None, expires_on=date(2098, 12, 31))
        assert coming() == [("2026-07-01", "in 16 days", "OpenRouter says that it ends there.")]
        said = "OpenRouter had said that it ends there on this day; it is still listed."
        assert lines(day(7)) == [("2026-07-01", "ending", "a", said)]
        model.retires_on = day(7)
        model.save()
        assert coming() == [("2026-07-01", "in 16 days", "Mistral AI retires it.")]

    def test_a_listing_to_come(self):
        make_listing(make_model("a", released_on=day(7)), listed_on=day(7), delisted_on=day(8))
        assert [line[2] for line in coming()] == [
            "Mistral AI will release it. To be listed at OpenRouter.",
            "To be delisted at OpenRouter.",
        ]


class TestPrices:
    def course(self, *prices: tuple[date, str | None, str | None], **fields):
        listing = make_listing(make_model("a", released_on=None), **({"listed_on": None} | fields))
        for number, (start, input_price, output_price) in enumerate(prices):
            ends_on = prices[number + 1][0] if number + 1 < len(prices) else None
            make_period(listing, input_price, output_price, starts_on=start, ends_on=ends_on)
        return listing

    def test_each_change_is_in_percent_by_component(self):
        self.course((day(1), "0.4", "2"), (day(2), "0.3", "1.5"), (day(3), "0.3", "3"))
        assert lines() == [
            ("2026-03-01", "price", "a", "At OpenRouter: output +100% ($1.50 to $3.00)."),
            ("2026-02-01", "price", "a", "At OpenRouter: input −25% ($0.40 to $0.30), output −25% ($2.00 to $1.50)."),
        ]

    def test_a_period_that_says_the_same_is_no_event(self):
        listing = self.course((day(1), "1", "2"), (day(2), "1", "2"))
        later = listing.periods.first().rates.first()
        later.amount = "0.0000010"  # the same amount in other digits
        later.save()
        assert lines() == []

    def test_a_discount_that_comes_is_a_change_and_one_that_replaces_a_price_is_none(self):
        listing = self.course((day(1), "4", "8"), (day(2), "4", "8"), (day(3), "2", "4"))
        second = listing.periods.get(starts_on=day(2))
        second.discount = "0.5"
        second.save()
        assert lines() == [
            ("2026-02-01", "price", "a", "At OpenRouter: input −50% ($4.00 to $2.00), output −50% ($8.00 to $4.00).")
        ]

    def test_currencies_that_change_on_a_day_are_one_event(self):
        listing = self.course((day(1), "1", "1"), (day(2), "2", "1"))
        make_period(listing, "3", "1", starts_on=day(1), ends_on=day(2), currency="EUR")
        make_period(listing, "6", "1", starts_on=day(2), currency="EUR")
        assert [line[3] for line in lines()] == [
            "At OpenRouter: input +100% (€3.00 to €6.00); input +100% ($1.00 to $2.00)."
        ]

    def test_days_without_a_price_are_named(self):
        listing = make_listing(make_model("a", released_on=None), listed_on=None)
        make_period(listing, "1", "1", starts_on=day(1), ends_on=day(2))
        make_period(listing, "2", "1", starts_on=day(3))
        assert [line[3] for line in lines()] == [
            "At OpenRouter: input +100% ($1.00 to $2.00); no price from Feb 1, 2026 until then."
        ]

    def test_a_price_that_ends_without_another_is_told_unless_the_listing_ended(self):
        listing = self.course((day(1), "1", "1"))
        listing.periods.update(ends_on=day(2))
        assert [line[3] for line in lines()] == ["At OpenRouter: the price ended, and no later one is known."]
        listing.delisted_on = day(2)
        listing.save()
        assert [line[3] for line in lines()] == ["No longer listed at OpenRouter."]

    @pytest.mark.parametrize(
        ("note", "is_undated"),
        [
            ("The day on which the price changed is not on record.", True),
            ("The day on which genai-prices read it; the change itself is not dated.", True),
            ("First seen on 2026-02-01.", True),
            ("A price for cached input appeared.", False),
            ("", False),
        ],
    )
    def test_a_day_that_is_only_that_of_reading_is_said_to_be_one(self, note, is_undated):
        self.course((day(1), "1", "1"), (day(2), "2", "1")).periods.filter(starts_on=day(2)).update(note=note)
        ends = "; first seen that day." if is_undated else "."
        assert [line[3] for line in lines()] == [f"At OpenRouter: input +100% ($1.00 to $2.00){ends}"]

    def test_a_price_of_a_coming_day_is_to_come(self):
        self.course((day(1), "1", "1"), (day(7), "2", "1"))
        assert coming() == [("2026-07-01", "in 16 days", "At OpenRouter: input +100% ($1.00 to $2.00).")]
        assert lines() == []

    def test_a_tier_that_comes(self):
        listing = self.course((day(1), "1", "1"), (day(2), "1", "1"))
        make_rate(listing.periods.get(starts_on=day(2)), "input", "2", over_prompt_tokens=128_000)
        assert [line[3] for line in lines()] == ["At OpenRouter: input (above 128,000 prompt tokens) new at $2.00."]


class TestNames:
    def test_a_name_that_moved_is_told_once_of_the_model_it_means_now(self):
        make_alias(make_model("old", name="Old", released_on=None), "latest", to_day=day(3))
        make_alias(make_model("new", name="New", released_on=None), "latest", from_day=day(3))
        told = [("2026-03-01", "name", "new", "“latest” means this model from here on; before, Old.")]
        assert lines() == told
        assert lines(model="mistralai/new") == told
        assert lines(model="mistralai/old") == told

    def test_a_name_that_moved_twice(self):
        make_alias(make_model("a", name="A", released_on=None), "latest", to_day=day(2))
        make_alias(make_model("b", name="B", released_on=None), "latest", from_day=day(2), to_day=day(3))
        make_alias(make_model("c", name="C", released_on=None), "latest", from_day=day(3))
        assert [(line[2], line[3][-10:]) for line in lines()] == [("c", "before, B."), ("b", "before, A.")]

    def test_a_name_since_the_first_day_is_no_event(self):
        make_alias(make_model("a", released_on=day(1)), "name", from_day=day(1))
        make_alias(make_model("b", released_on=None), "always")
        assert [line[1] for line in lines()] == ["new"]

    def test_names_that_are_given_and_taken(self):
        make_alias(make_model("a", released_on=None), "name", from_day=day(2), to_day=day(3))
        assert [line[3] for line in lines()] == [
            "No longer called “name” from here on.",
            "Also called “name” from here on.",
        ]


class TestNarrowing:
    def test_by_kind_vendor_family_model_and_words(self):
        other = make_vendor("acme", "Acme")
        make_model("a", name="Alpha", family="First", released_on=day(1), retires_on=day(2))
        make_listing(
            make_model("b", name="Beta", vendor=other, released_on=day(1)), listed_on=None, upstream_id="x/odd-id"
        )
        assert [line[2] for line in lines(kind="new")] == ["a", "b"]
        assert [line[2] for line in lines(kind="retirement")] == ["a"]
        assert [line[2] for line in lines(vendor="acme")] == ["b"]
        assert [line[2] for line in lines(family="First", kind="new")] == ["a"]
        assert [line[2] for line in lines(model="acme/b")] == ["b"]
        assert [line[2] for line in lines(words=("alpha",), kind="new")] == ["a"]
        assert [line[2] for line in lines(words=("odd-id",))] == ["b"]
        assert [line[2] for line in lines(words=("acme", "beta"))] == ["b"]
        assert lines(words=("acme", "alpha")) == []
        assert lines(model="acme/none") == []


def test_the_day_of_a_source_is_that_of_its_word(client):
    model = make_model("a", released_on=day(1), retires_on=day(2))
    strong, weak = make_source("docs", "The docs", 30), make_source("copy", "A copy", 10)
    for source, said in ((weak, day(3)), (strong, day(4))):
        Observation.objects.create(model=model, field="retires_on", value="x", source=source, observed_on=said)
    Observation.objects.create(
        model=model, field="released_on", value="y", source=strong, observed_on=day(5), differs=True
    )
    record = record_of(Wanted(), TODAY)
    retired, released = record.told(record.past)
    assert [(said.title, said.day) for said in retired.sources] == [("The docs", day(4))]
    assert released.sources == ()  # who says otherwise is no source of it


class TestSourcesOfListings:
    """Who says that a market listed a model, or no longer did."""

    def sources(self) -> list[list[str]]:
        record = record_of(Wanted(), TODAY)
        return [[said.title for said in told.sources] for told in record.told(record.past)]

    @pytest.fixture
    def listing(self):
        listing = make_listing(make_model("a", released_on=None), listed_on=day(1), delisted_on=day(3))
        make_period(listing, "1", "2", starts_on=day(1), ends_on=day(2))
        make_period(listing, "1", "2", starts_on=day(2), ends_on=day(3))
        listing.periods.filter(starts_on=day(2)).update(source=make_source("later", "A later page"))
        return listing

    def test_an_observation_of_the_day(self, listing):
        for field, value in (("listed_on", "2026-01-01"), ("delisted_on", "2026-03-01")):
            source = make_source(field, f"The word on {field}")
            Observation.objects.create(model=listing.model, field=field, value=value, source=source, observed_on=day(4))
        assert self.sources() == [["The word on delisted_on"], ["The word on listed_on"]]

    def test_else_whoever_read_its_first_and_its_last_price(self, listing):
        assert self.sources() == [["A later page"], ["The page"]]

    def test_a_listing_without_a_price_has_none(self, listing):
        listing.periods.all().delete()
        assert self.sources() == [[], []]
