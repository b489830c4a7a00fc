"""Pins beside what the source says now: it agrees, it says what the pin replaced, or it has moved on to a third value."""

from typing import Any

import pytest
from django.test import Client

from catalog.imports.applying import apply
from catalog.imports.market_facts import standing_of
from catalog.models import Listing, Pin
from tests.catalog.admin_pages import accepted, change_url, save
from tests.catalog.imports.lists import differences, imported, lines, model, previewed, written
from tests.factories import make_priced

AGREED, HOLDS, MOVED = Pin.Standing.AGREED, Pin.Standing.HOLDS, Pin.Standing.MOVED


@pytest.mark.parametrize(
    ("field", "value", "replaced", "said", "standing"),
    [
        ("context_length", "128000", "131072", "131,072", HOLDS),  # the tolerance would call them the same
        ("context_length", "128000", "131072", "128,000", AGREED),
        ("context_length", "262144", "256000", "256,000", HOLDS),
        ("context_length", "262144", "131072", "256,000", AGREED),  # here the tolerance is all there is
        ("context_length", "128000", "131072", "262,144", MOVED),
        ("context_length", "128000", "", "131,072", AGREED),
        ("context_length", "200000", "", "131,072", HOLDS),  # nothing was replaced, and nothing has moved
        ("max_completion_tokens", "8000", "8192", "8,192", HOLDS),
        ("input_modalities", "text, image", "text", "image, text", AGREED),
        ("input_modalities", "text", "text, image", "image, text", HOLDS),
        ("knowledge_cutoff", "2025-06-30", "2025-06-01", "2025-06-01", HOLDS),
        ("price", "input $0.30", "input $0.40", "input $0.40", HOLDS),
        ("price", "input $0.30", "input $0.40", "input $0.50", MOVED),
    ],
)
def test_where_a_pin_stands(field: str, value: str, replaced: str, said: str, standing: str) -> None:
    assert standing_of(Pin(field=field, value=value, replaced=replaced), said) == standing


def test_what_was_noted_upstream_while_the_pin_holds_is_no_move() -> None:
    pin = Pin(field="context_length", value="128000", replaced="", upstream_value="131,072")
    assert standing_of(pin, "131,072") == HOLDS
    assert standing_of(pin, "64,000") == MOVED


@pytest.mark.django_db
def test_a_pin_is_not_called_needless_while_the_source_says_what_it_replaced(editor: Client) -> None:
    anvil = make_priced("anvil", "0.50", "1.50", context_length=131_072)
    accepted(save(editor, change_url(anvil), context_length="128000", reason="Measured"))
    revision = imported(model("mistralai/anvil", context_length=131_072))
    assert Pin.objects.get().standing == HOLDS
    assert not any("pin" in line for line in lines(revision))
    agreed = imported(model("mistralai/anvil", context_length=128_000))
    assert "The pinned context (128000) is what the source says now: the pin can go." in " ".join(lines(agreed))


@pytest.mark.django_db
def test_a_listing_s_pinned_limit_likewise(owner: Any) -> None:
    make_priced("anvil", "0.50", "1.50")
    imported(model("mistralai/anvil", context_length=262_144))
    listing = Listing.objects.get()
    Pin.objects.set(listing.model, "context_length", "256000", "262144", "Their page", owner, listing)
    Listing.objects.update(context_length=256_000)
    apply(again := previewed(written(model("mistralai/anvil", context_length=262_144))))
    assert differences(again) == []
    assert Pin.objects.get().standing == HOLDS
