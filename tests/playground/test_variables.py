"""Rows of values from CSV, as people and spreadsheets write it."""

import pytest

from playground.variables import (
    LONGEST_VALUE,
    MOST_ROWS,
    BadRows,
    Rows,
    decoded,
    from_csv,
    to_csv,
    unused_columns,
)

TWO = ("city", "tone")
EXPECTED = Rows(TWO, (("Paris", "dry"), ("Rome", "warm")))


class TestReading:
    @pytest.mark.parametrize(
        "text",
        [
            "city,tone\nParis,dry\nRome,warm\n",
            "city,tone\r\nParis,dry\r\nRome,warm",
            "city,tone\rParis,dry\rRome,warm\r",
            "city;tone\nParis;dry\nRome;warm\n",
            "city\ttone\nParis\tdry\nRome\twarm\n",
            "\ufeffcity,tone\nParis,dry\nRome,warm\n",
            "\n\ncity,tone\n\nParis,dry\n , \nRome,warm\n\n",
            "{{city}},{{ tone }}\nParis,dry\nRome,warm\n",
            ' city , tone \n"Paris","dry"\n"Rome",warm\n',
            "tone,note,city\ndry,x,Paris\nwarm,y,Rome\n",
            "city,tone,,\nParis,dry,,\nRome,warm,,\n",
        ],
    )
    def test_the_same_rows_written_in_many_ways(self, text: str) -> None:
        assert from_csv(text, TWO) == EXPECTED

    def test_quoted_values_hold_separators_quotes_and_lines(self) -> None:
        text = 'city,tone\n"Paris, France","she said ""dry""\r\nand left"\n'
        assert from_csv(text, TWO).rows == (("Paris, France", 'she said "dry"\nand left'),)

    def test_a_value_keeps_its_spaces_and_may_be_empty(self) -> None:
        assert from_csv("city,tone\n  Paris ,\n", TWO).rows == (("  Paris ", ""),)

    def test_a_header_with_commas_inside_quotes_is_not_misread(self) -> None:
        assert from_csv("city\nParis\n", ("city",)).rows == (("Paris",),)

    def test_as_many_rows_as_possible(self) -> None:
        assert len(from_csv("city\n" + "x\n" * MOST_ROWS, ["city"]).rows) == MOST_ROWS


class TestRefusals:
    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("", "There are no rows. The first line names the variables"),
            ("\n  \n", "There are no rows."),
            ("city,tone\n", "below it there is no row."),
            ("city,mood\nParis,dry\n", "names no column “tone”, which the prompt asks for; it names “city”, “mood”."),
            ("Paris,dry\n", "names no column “city”"),
            ("city,tone,city\na,b,c\n", "names the column “city” twice."),
            ("city,tone\nParis,dry\nRome\n", "Line 3 has 1 value and the first line has 2 values."),
            (
                "city,tone\nParis, France,dry\n",
                "Line 2 has 3 values and the first line has 2 values. Put a value that holds",
            ),
            ('city,tone\n"a\nb",c\nRome\n', "Line 4 has 1 value"),
            ('city,tone\n"Paris,dry\n', "Line 2: a double quote opens a value here and none closes it."),
            ('city,tone\n"Paris" x,dry\n', "Line 2: something follows the double quote"),
            ("city,tone\na,b\n" * 2 + "x,y\n" * 101, "Up to 100 rows are possible; these are 104."),
            ("city,tone\na," + "b" * (LONGEST_VALUE + 1), "A value in line 2 is longer than 20,000 characters."),
            ("city,tone\na," + "b" * 200_000, "a value is longer than 20,000 characters."),
            ("city,tone\na\0,b\n", "the character NUL"),
            ("city,tone\n" + "x" * 1_000_000, "These rows have 1,000,010 characters; up to 1,000,000 are read."),
        ],
    )
    def test_each_is_said_with_its_line(self, text: str, sentence: str) -> None:
        with pytest.raises(BadRows) as refused:
            from_csv(text, TWO)
        assert sentence in str(refused.value)


class TestColumns:
    def test_columns_that_nothing_asks_for_are_told(self) -> None:
        assert unused_columns("city,note,tone,id,\na,b,c,d,\n", TWO) == ["note", "id"]
        assert unused_columns("city,tone\na,b\n", TWO) == []


class TestFiles:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    def test_encodings_that_spreadsheets_write(self, encoding: str) -> None:
        assert decoded("city\nZürich 東京\n".encode(encoding)) == "city\nZürich 東京\n"

    @pytest.mark.parametrize(
        ("raw", "sentence"),
        [
            ("Zürich".encode("latin-1"), "This file is not text in UTF-8."),
            (b"\xff\xfea", "This file is not text in UTF-8."),
            (bytes(1_000_001), "This file has 1,000,001 bytes; up to 1,000,000 are read."),
        ],
    )
    def test_what_is_no_text_is_said(self, raw: bytes, sentence: str) -> None:
        with pytest.raises(BadRows) as refused:
            decoded(raw)
        assert sentence in str(refused.value)

    @pytest.mark.parametrize("rows", [EXPECTED, Rows(("a", "b"), (("", "1"), (' x,\n"y" ;\t', "")))])
    def test_written_and_read_again_they_are_the_same(self, rows: Rows) -> None:
        assert from_csv(to_csv(rows), rows.names) == rows
