"""Prices beside one another: the cheapest and the multipliers count from what can be bought."""

from decimal import Decimal

import pytest

from catalog.table.amounts import Amount, prices


def written(*amounts: Amount) -> list[tuple[str, bool]]:
    cells = prices(list(amounts), lambda usd: format(usd, "f"))
    return [(cell.times, "cheapest" in cell.css) for cell in cells]


def sold(usd: str) -> Amount:
    return Amount(Decimal(usd))


def gone(usd: str) -> Amount:
    return Amount(Decimal(usd), is_sold=False)


@pytest.mark.parametrize(
    ("amounts", "cells"),
    [
        ([sold("2"), sold("8")], [("1×", True), ("4×", False)]),
        ([gone("1"), sold("2"), sold("8")], [("", False), ("1×", True), ("4×", False)]),
        ([gone("16"), sold("2"), sold("8")], [("8×", False), ("1×", True), ("4×", False)]),
        ([gone("2"), sold("2"), sold("8")], [("1×", False), ("1×", True), ("4×", False)]),
        ([gone("0"), sold("2"), sold("8")], [("was free", False), ("1×", True), ("4×", False)]),
        ([sold("0"), sold("2")], [("free", True), ("1×", False)]),
        ([gone("1"), gone("3")], [("", False), ("", False)]),
        ([sold("2"), Amount(None)], [("", False), ("", False)]),
    ],
)
def test_cheapest_and_multipliers(amounts: list[Amount], cells: list[tuple[str, bool]]) -> None:
    assert written(*amounts) == cells


def test_bars_are_shares_of_the_dearest_shown_whoever_sells_it() -> None:
    cells = prices([gone("8"), sold("2")], lambda usd: format(usd, "f"))
    assert [cell.share for cell in cells] == [100, 25]
