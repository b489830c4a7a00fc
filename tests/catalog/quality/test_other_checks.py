"""The checks on names and on what sources say, as tables; and what holds for every kind of finding."""

from datetime import date
from typing import Any

import pytest

from catalog.quality.kinds import BY_SLUG, KINDS
from catalog.quality.names import ambiguous_names, moved_aliases
from catalog.quality.sources import disagreements, larger_contexts, pins_to_look_at, smaller_contexts
from tests.catalog.quality.rows import alias, catalog, listing, model, period, pin, said

MOVED = date(2025, 12, 2)
OLD, NEW = model(1, name="Large 2"), model(2, name="Large 3")


@pytest.mark.parametrize(
    ("aliases", "moved", "ambiguous"),
    [
        ([alias(1, "latest", None, MOVED), alias(2, "latest", MOVED)], 1, 0),
        ([alias(2, "latest", MOVED), alias(1, "latest", None, MOVED)], 1, 0),
        ([alias(1, "latest", None, MOVED), alias(2, "Latest", date(2026, 1, 1))], 1, 0),
        ([alias(1, "latest"), alias(2, "latest")], 0, 1),
        ([alias(1, "latest"), alias(2, "latest", MOVED)], 0, 1),
        ([alias(1, "latest", None, date(2026, 1, 1)), alias(2, "latest", MOVED)], 0, 1),
        ([alias(1, "one"), alias(2, "two")], 0, 0),
        ([alias(1, "large-3")], 0, 1),  # the other model's own id
        ([alias(1, "large-3", None, MOVED)], 0, 0),  # and no longer
        ([alias(1, "large-2")], 0, 0),  # its own
        ([alias(1, "model-2"), listing(2)], 0, 1),  # the other model's id at the market
    ],
)
def test_names(aliases: list[Any], moved: int, ambiguous: int) -> None:
    found = catalog(OLD, NEW, *aliases)
    assert len(list(moved_aliases(found))) == moved
    assert len(list(ambiguous_names(found))) == ambiguous


def test_a_move_tells_both_models_and_the_day() -> None:
    found = catalog(OLD, NEW, alias(1, "latest", None, MOVED), alias(2, "latest", MOVED))
    [move] = moved_aliases(found)
    assert (move.what, move.here, move.there) == ("latest", "Large 2, to Dec 2, 2025", "Large 3, from Dec 2, 2025")
    assert (move.model, move.day) == (NEW, MOVED)


def test_a_name_that_moved_twice_is_two_moves() -> None:
    rows = [
        alias(1, "latest", None, date(2025, 1, 1)),
        alias(2, "latest", date(2025, 1, 1), MOVED),
        alias(3, "latest", MOVED),
    ]
    assert [each.model.pk for each in moved_aliases(catalog(*rows))] == [2, 3]


@pytest.mark.parametrize(
    ("vendor", "market", "is_found"),
    [
        (131072, 262144, True),
        (262144, 131072, False),
        (131072, 131072, False),
        (128000, 131072, False),  # the same 128k
        (1000000, 1048576, False),
        (None, 131072, False),
        (131072, None, False),
    ],
)
def test_larger_contexts(vendor: int | None, market: int | None, is_found: bool) -> None:
    rows = [model(1, context_length=vendor), listing(1, context_length=market)]
    assert bool(list(larger_contexts(catalog(*rows)))) is is_found


@pytest.mark.parametrize(
    ("vendor", "market", "remark"),
    [
        (262_144, 131_072, None),  # a half
        (262_144, 128_000, "49% of it."),
        (256_000, 64_000, "25% of it."),
        (262_144, None, None),
        (None, 32_768, None),
        (131_072, 262_144, None),
    ],
)
def test_smaller_contexts(vendor: int | None, market: int | None, remark: str | None) -> None:
    rows = [model(1, context_length=vendor), listing(1, context_length=market)]
    assert [found.remark for found in smaller_contexts(catalog(*rows))] == ([remark] if remark else [])


def test_a_small_context_of_a_listing_that_is_gone_is_history() -> None:
    gone = listing(1, context_length=32_768, delisted_on=date(2026, 5, 31))
    assert list(smaller_contexts(catalog(model(1, context_length=262_144), gone))) == []


@pytest.mark.parametrize(("standing", "is_found"), [("holds", False), ("agreed", True), ("moved", True)])
def test_pins(standing: str, is_found: bool) -> None:
    found = list(pins_to_look_at(catalog(pin(1, standing))))
    assert bool(found) is is_found
    if found:
        assert (found[0].here, found[0].there, found[0].day) == ("MRL", "Apache 2.0", date(2026, 10, 8))


@pytest.mark.parametrize(
    ("field", "value", "there"),
    [
        ("licence", "Apache 2.0", "Apache 2.0"),
        ("input_price", "0.00000006", "$0.06 per million"),
        ("input_price", "0.1 USD (0.088 EUR) per million tokens", "$0.10 per million"),
        ("input_price", "20 USD per million tokens (helicone)", "$20.00 per million (helicone)"),
        ("input_price", "0.004 USD per minute", "0.004 USD per minute"),
        ("description", "a\n b " * 100, "a b " * 30 + "…"),
    ],
)
def test_disagreements_are_told_in_short(field: str, value: str, there: str) -> None:
    [found] = disagreements(catalog(said(1, field, value, note="A note.")))
    assert found.there == there
    assert (found.what, found.remark, found.said) == (field, "A note.", 100)


def test_every_kind_finds_nothing_in_a_catalog_that_is_right() -> None:
    right = catalog(
        model(1, released_on=date(2026, 1, 1), context_length=131072), listing(1, context_length=131072), period(1),
        alias(1, "latest"), writes_text={1},
    )  # fmt: skip
    for kind in (*KINDS,):
        assert list(kind.check(right)) == [], kind.slug
        assert list(kind.check(catalog())) == [], kind.slug


def test_every_kind_has_its_words() -> None:
    assert len(BY_SLUG) == len(KINDS)
    for kind in KINDS:
        assert kind.meaning.endswith(".")
        assert kind.nothing.endswith(".")
        assert kind.title
        assert kind.what
