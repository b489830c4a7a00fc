"""Laws of imports, edits and undos in any order: no pinned value, no price and no model is ever lost by them."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from catalog.history.recording import recorded
from catalog.history.rows import tree
from catalog.history.undoing import CannotUndo, undo
from catalog.imports.applying import apply
from catalog.imports.drafts import frozen, price_text
from catalog.imports.kinds import KINDS
from catalog.models import Change, LanguageModel, LastWritten, Listing, Pin, PricePeriod, Rate, Revision, Source, Vendor
from tests.catalog.imports.lists import DAY, differences, model, previewed, written
from tests.factories import make_priced

IDS = ["mistralai/anvil", "mistralai/hammer", "acme/saw", "acme/saw:free"]
PRICES = ["0", "0.40", "0.50", "4.5"]
CONTEXTS = [90_000, 100_000, 131_072]


@dataclass(frozen=True)
class Import:
    """A list of some of the models, which of its lines are left out, and how many days ago it was written."""

    entries: tuple[tuple[str, str, int], ...]
    left_out: int
    days_ago: int = 0


@dataclass(frozen=True)
class EditContext:
    slug: str
    context: int


@dataclass(frozen=True)
class EditPrice:
    slug: str
    price: str


@dataclass(frozen=True)
class Undo:
    back: int


ENTRY = st.tuples(st.sampled_from(IDS), st.sampled_from(PRICES), st.sampled_from(CONTEXTS))
ACTS = st.one_of(
    st.builds(
        Import,
        st.lists(ENTRY, min_size=1, max_size=4, unique_by=lambda entry: entry[0]).map(tuple),
        st.integers(0, 3),
        st.sampled_from([0, 0, 0, 1, 3]),
    ),
    st.builds(EditContext, st.sampled_from(["anvil", "hammer"]), st.sampled_from(CONTEXTS)),
    st.builds(EditPrice, st.sampled_from(["anvil", "hammer"]), st.sampled_from(PRICES)),
    st.builds(Undo, st.integers(0, 4)),
)


@dataclass
class World:
    """What must be there after every act."""

    user: Any
    day: date = DAY
    models: set[int] = field(default_factory=set)
    periods: dict[int, list[Any]] = field(default_factory=dict)
    rewritten: dict[int, dict[int, str]] = field(default_factory=dict)  # by act and period: the price before it

    def act(self, act: Any) -> None:
        self.day += timedelta(days=1)
        if isinstance(act, Import):
            self.bring(act)
        elif isinstance(act, EditContext):
            self.edit_context(LanguageModel.objects.get(slug=act.slug), act.context)
        elif isinstance(act, EditPrice):
            self.edit_price(Listing.objects.get(upstream_id=f"mistralai/{act.slug}"), act.price)
        else:
            self.take_back(act.back)

    def bring(self, act: Import) -> None:
        content = written(*[model(id, price, price, context_length=context) for id, price, context in act.entries])
        day = self.day - timedelta(days=act.days_ago)
        revision = previewed(content, day)
        keys = list(revision.changes.values_list("pk", flat=True))
        apply(revision, left_out=keys[: act.left_out], is_forced=True)
        if not act.left_out:
            again = previewed(content, day)
            assert differences(again) == []
            again.delete()
        self.note(revision)

    def edit_context(self, row: LanguageModel, context: int) -> None:
        with recorded("edit", f"Edit of {row}", self.user, [row]) as act:
            Pin.objects.set(row, "context_length", str(context), str(row.context_length), "Measured", self.user)
            row.context_length = context
            row.save()
        self.note(act.revision)

    def edit_price(self, listing: Listing, price: str) -> None:
        period = listing.period_on(self.day)
        before = told(period)
        with recorded("edit", f"Price of {listing}", self.user, [listing]) as act:
            if period.starts_on == self.day:
                return
            PricePeriod.objects.filter(pk=period.pk).update(ends_on=self.day)
            new = PricePeriod.objects.create(listing=listing, starts_on=self.day, source=period.source)
            Rate.objects.create(period=new, component="input", amount="0" if price == "0" else f"0.0000{price[0]}")
            after = told(PricePeriod.objects.get(pk=new.pk))
            Pin.objects.set(listing.model, "price", after, before, "Our contract", self.user, listing)
        self.note(act.revision)

    def take_back(self, back: int) -> None:
        revisions = list(Revision.objects.applied()[: back + 1])
        if len(revisions) <= back:
            return
        made = {
            (step["table"], step["pk"])
            for line in revisions[back].changes.all()
            for step in line.steps
            if step["before"] is None
        }
        try:
            undo(revisions[back], self.user)
        except CannotUndo:
            return
        self.models -= {pk for table, pk in made if table == "languagemodel"}
        gone = set(self.periods) - set(PricePeriod.objects.values_list("pk", flat=True))
        for pk in gone:
            assert ("priceperiod", pk) in made or not LanguageModel.objects.filter(pk=self.periods[pk][0]).exists()
            del self.periods[pk]
        for period in PricePeriod.objects.filter(pk__in=self.rewritten.get(revisions[back].pk, {})):
            if told(period) == self.rewritten[revisions[back].pk][period.pk]:
                self.periods[period.pk][2] = told(period)

    def note(self, revision: Revision | None) -> None:
        """From now on these are there until an undo of what made them."""
        self.models = set(LanguageModel.objects.values_list("pk", flat=True)) | self.models
        for period in PricePeriod.objects.prefetch_related("rates"):
            if revision and period.pk in self.periods and self.periods[period.pk][2] != told(period):
                self.rewritten.setdefault(revision.pk, {})[period.pk] = self.periods[period.pk][2]
            self.periods[period.pk] = [period.model_id, period.starts_on, told(period)]

    def check(self) -> None:
        assert self.models <= set(LanguageModel.objects.values_list("pk", flat=True))
        periods = {period.pk: period for period in PricePeriod.objects.prefetch_related("rates")}
        for pk, (model_id, starts_on, price) in self.periods.items():
            assert [periods[pk].model_id, periods[pk].starts_on, told(periods[pk])] == [model_id, starts_on, price]
        for listing in Listing.objects.with_prices():
            ordered = sorted(listing.periods.all(), key=lambda period: period.starts_on)
            for earlier, later in pairwise(ordered):
                assert earlier.ends_on is not None
                assert earlier.ends_on <= later.starts_on
        for pin in Pin.objects.select_related("model", "listing"):
            if pin.field == "context_length":
                assert str(pin.model.context_length) == pin.value
            else:
                assert told(pin.listing.period_on(self.day)) == pin.value


def told(period: PricePeriod) -> str:
    return price_text(frozen(rate.as_pricing() for rate in period.rates.all()))


# A second list of one day writes its price anew; an undo puts the first one's back.
TWICE_A_DAY = [
    Import((("mistralai/hammer", "0.40", 90_000),), 0, 0),
    Import((("mistralai/hammer", "0.50", 90_000),), 0, 1),
    Undo(0),
]
# A variant stands for its model until the plain listing comes, in the same list in which the variant says something new.
PLAIN_COMES = [
    Import((("acme/saw:free", "0.40", 131_072),), 0, 0),
    Import((("acme/saw", "0.50", 90_000), ("acme/saw:free", "0", 100_000)), 0, 0),
]


@pytest.mark.django_db  # so that it finds no catalog, whatever ran before
class TestSequences(TestCase):
    @settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
    @given(st.lists(ACTS, min_size=1, max_size=9))
    @example(TWICE_A_DAY)
    @example(PLAIN_COMES)
    def test_nothing_is_ever_lost(self, acts: list[Any]) -> None:
        make_priced("anvil", "0.40", "0.40", context_length=131_072)
        make_priced("hammer", "0.50", "0.50", context_length=None)
        world = World(get_user_model().objects.create_user("editor"))
        world.note(None)
        for act in acts:
            world.act(act)
            world.check()

    @settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
    @given(st.lists(ACTS, min_size=1, max_size=6))
    def test_undoing_everything_backwards_ends_where_it_began(self, acts: list[Any]) -> None:
        before, world = began()
        for act in acts:
            if not isinstance(act, Undo):
                world.act(act)
        for revision in Revision.objects.applied():
            assert undo(revision, world.user).kept == []
        assert state() == before

    @settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
    @given(st.lists(ACTS, min_size=2, max_size=7), st.randoms(use_true_random=False))
    def test_undoing_everything_in_any_order_and_again_ends_where_it_began(self, acts: list[Any], chance: Any) -> None:
        """What is kept for a later act's sake goes, too, once that act is undone; nothing is left that cannot go."""
        before, world = began()
        for act in acts:
            world.act(act)
        while standing := list(Revision.objects.applied()):
            chance.shuffle(standing)
            lines_before = Change.objects.filter(outcome=Change.Outcome.APPLIED, revision__in=standing).count()
            for revision in standing:
                check_half_undone(revision, world.user)
            lines_after = Change.objects.filter(outcome=Change.Outcome.APPLIED, revision__in=standing).count()
            assert lines_after < lines_before or not Revision.objects.applied().exists(), (
                "nothing can be undone any more"
            )
        assert state() == before


def check_half_undone(revision: Revision, user: Any) -> None:
    """An undo leaves a revision either as it was, or undone, or standing in part with its reasons on record."""
    try:
        result = undo(revision, user)
    except CannotUndo:
        revision.refresh_from_db()
        assert revision.state == Revision.State.APPLIED
        return
    revision.refresh_from_db()
    left = list(revision.changes.filter(outcome=Change.Outcome.APPLIED))
    assert (revision.state == Revision.State.APPLIED) is bool(left) is bool(result.kept)
    assert revision.undone_at is not None
    assert all(line.plan["kept"] for line in left)
    assert not any("kept" in line.plan for line in revision.changes.filter(outcome=Change.Outcome.UNDONE))


def began() -> tuple[list[Any], World]:
    make_priced("anvil", "0.40", "0.40", context_length=131_072)
    make_priced("hammer", "0.50", "0.50", context_length=None)
    KINDS["openrouter"].source(DAY)
    return state(), World(get_user_model().objects.create_user("editor"))


def state() -> list[Any]:
    """All that imports and edits write, with what was merely seen, and what imports remember of their own writing."""
    rows = tree(LanguageModel.objects.values_list("pk", flat=True), is_whole=True)
    days = Source.objects.order_by("pk").values_list("slug", "read_on")
    memory = LastWritten.objects.order_by("key").exclude(values={}).values_list("key", "values")
    return [*sorted(rows.items()), *days, *memory, *Vendor.objects.order_by("pk").values_list("slug", flat=True)]
