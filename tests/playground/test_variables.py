"""Rows of values from CSV text, and every way in which they can be wrong, in a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.variables import BadRows, Rows, from_csv, read

NAMES = ["city", "day"]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("city,day\nParis,Monday\nBern,Friday\n", [("Paris", "Monday"), ("Bern", "Friday")]),
        ("\ufeffcity;day\r\nParis;Monday\r\n", [("Paris", "Monday")]),
        ("day\tcity\nMonday\tParis", [("Paris", "Monday")]),
        ('city,day\n"Paris, ""old"" town","two\nlines"\n', [('Paris, "old" town', "two\nlines")]),
        ("city,note,day\nParis,unused,Monday\n\n", [("Paris", "Monday")]),
        ("{{city}},{{ day }}\nParis,\n", [("Paris", "")]),
    ],
)
def test_rows_are_read(text: str, rows: list[tuple[str, ...]]) -> None:
    assert from_csv(text, NAMES) == Rows(("city", "day"), tuple(rows))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "There are no rows"),
        ("city,day\n", "below it there is no row"),
        ("city\nParis\n", "names no column “day”"),
        ("city,day,city\nParis,Monday,x\n", "names a column twice"),
        ("city,day\nParis\n", "Line 2 has 1 values and the first line has 2"),
        ('city,day\n"Paris,Monday\n', "not CSV"),
        ("city,day\n" + "Paris,Monday\n" * 101, "Up to 100 rows are possible; these are 101"),
        ("city,day\nParis," + "x" * 20_001 + "\n", "A value in line 2 is longer than 20,000 characters"),
    ],
)
def test_what_is_wrong_is_said(text: str, sentence: str) -> None:
    with pytest.raises(BadRows, match=sentence):
        from_csv(text, NAMES)


@given(st.text(max_size=200))
def test_any_text_is_rows_or_a_sentence(text: str) -> None:
    rows, sentence = Rows(), "."
    try:
        rows = from_csv(text, NAMES)
    except BadRows as bad:
        sentence = str(bad)
    assert sentence.endswith(".")
    assert all(len(row) == 2 for row in rows.rows)


def test_rows_by_index_and_stored() -> None:
    rows = Rows(("a",), (("1",), ("2",)))
    assert rows.indexes() == [0, 1]
    assert rows.values(1) == {"a": "2"}
    assert read(rows.to_json()) == rows
    assert Rows().indexes() == [None]
    assert Rows().values(None) == {}
    assert (Rows().to_json(), read({})) == ({}, Rows())
