"""The language of the filters, without a database: what is found, what is refused, and that writing is the way back."""

import time
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catalog.table.expressions import Sign, fits, parse, write
from catalog.table.operands import EXAMPLES, FilterError, Kind

CONTEXTS = [None, 8_000, 32_768, 128_000, 131_072, 131_073, 200_000, 256_000, 262_144, 262_145, 1_000_000, 1_048_576]
PRICES = [None, "0", "0.04", "0.1", "0.5", "2", "5", "8"]
DAYS = [None, "2024-12-31", "2025-01-01", "2025-11-30", "2025-12-01", "2025-12-31", "2026-03-31", "2026-04-01"]


def found(text: str, kind: Kind, values: list, plain: Sign = Sign.IS) -> list:
    expression = parse(text, kind, plain)
    make = {Kind.DAY: date.fromisoformat, Kind.TEXT: str}.get(kind, Decimal)
    return [value for value in values if fits(expression, None if value is None else make(value))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("128k", [128_000, 131_072]),
        ("=128k", [128_000, 131_072]),
        ("131072", [131_072]),
        ("131,072", [131_072]),
        ("256k", [256_000, 262_144]),
        ("1m", [1_000_000, 1_048_576]),
        ("1M", [1_000_000, 1_048_576]),
        (">=256k", [256_000, 262_144, 262_145, 1_000_000, 1_048_576]),
        ("≥ 256k", [256_000, 262_144, 262_145, 1_000_000, 1_048_576]),
        (">256k", [262_145, 1_000_000, 1_048_576]),
        ("<=128k", [8_000, 32_768, 128_000, 131_072]),
        ("<128k", [8_000, 32_768]),
        ("32k..128k", [32_768, 128_000, 131_072]),
        ("256k..", [256_000, 262_144, 262_145, 1_000_000, 1_048_576]),
        ("..8k", [8_000]),
        ("8k, 200000", [8_000, 200_000]),
        ("8,000, 200,000", [8_000, 200_000]),
        ("unknown", [None]),
        ("UNKNOWN, 8k", [None, 8_000]),
        ("!unknown, <10k", [8_000]),
        ("!>10k", [8_000]),
        ("!>10k, unknown", [None, 8_000]),
        (">=256k, !1m", [256_000, 262_144, 262_145]),
    ],
)
def test_counts_of_tokens(text: str, expected: list) -> None:
    assert found(text, Kind.TOKENS, CONTEXTS) == expected


def test_a_plain_number_is_compared_as_its_column_says() -> None:
    assert found("256k", Kind.TOKENS, CONTEXTS, Sign.FROM) == [256_000, 262_144, 262_145, 1_000_000, 1_048_576]
    assert found("0.1", Kind.PRICE, PRICES, Sign.UP_TO) == ["0", "0.04", "0.1"]
    assert found("=0.1", Kind.PRICE, PRICES, Sign.UP_TO) == ["0.1"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.1..2", ["0.1", "0.5", "2"]),
        ("<0.1, >5", ["0", "0.04", "8"]),
        ("free", ["0"]),
        ("!free", ["0.04", "0.1", "0.5", "2", "5", "8"]),
        ("!free, <0.5", ["0.04", "0.1"]),
        ("free, 2", ["0", "2"]),
        ("unknown", [None]),
        ("!unknown", ["0", "0.04", "0.1", "0.5", "2", "5", "8"]),
        ("unknown, !unknown", PRICES),
        ("$0.50", ["0.5"]),
        (".5", ["0.5"]),
    ],
)
def test_prices(text: str, expected: list) -> None:
    assert found(text, Kind.PRICE, PRICES) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025", ["2025-01-01", "2025-11-30", "2025-12-01", "2025-12-31"]),
        (">=2025-12", ["2025-12-01", "2025-12-31", "2026-03-31", "2026-04-01"]),
        (">2025", ["2026-03-31", "2026-04-01"]),
        ("<2025-12", ["2024-12-31", "2025-01-01", "2025-11-30"]),
        ("2025-12-01..2026-03", ["2025-12-01", "2025-12-31", "2026-03-31"]),
        ("2025-12-31", ["2025-12-31"]),
        ("..2024, unknown", [None, "2024-12-31"]),
    ],
)
def test_days(text: str, expected: list) -> None:
    assert found(text, Kind.DAY, DAYS) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("large", ["Mistral Large", "Large, the other"]),
        ("MISTRAL large", ["Mistral Large"]),
        ('"Mistral Large"', ["Mistral Large"]),
        ('"large, the OTHER"', ["Large, the other"]),
        ("large, nemo", ["Mistral Large", "Large, the other", "Nemo"]),
        ("large, !mistral", ["Large, the other"]),
        ('!"Nemo"', ["Mistral Large", "Large, the other"]),
        ("unknown", [""]),
        ('"unknown"', []),
        ("!large, unknown", ["", "Nemo"]),
    ],
)
def test_texts(text: str, expected: list) -> None:
    assert found(text, Kind.TEXT, ["", "Mistral Large", "Large, the other", "Nemo"]) == expected


def test_words_may_be_spread_over_several_texts_of_a_row() -> None:
    assert fits(parse("mistralai ocr", Kind.TEXT), ("OCR 3", "mistralai/x"))
    assert not fits(parse("mistralai ocr", Kind.TEXT), ("OCR 3", "other/x"))


def test_sizes_are_exact() -> None:
    assert found("7b..24b", Kind.COUNT, [None, 6_900_000_000, 7_000_000_000, 24_000_000_000, 24_100_000_000]) == [
        7_000_000_000,
        24_000_000_000,
    ]


@pytest.mark.parametrize(
    ("text", "kind", "place", "words"),
    [
        ("lots", Kind.TOKENS, 0, "“lots” at character 1 cannot be read. Write a number of tokens, such as 128k"),
        ("8k, 12q", Kind.TOKENS, 4, "“12q” at character 5 cannot be read"),
        (">=", Kind.PRICE, 2, "Something is missing at character 3. Write a price"),
        ("NaN", Kind.PRICE, 0, "“NaN”"),
        ("1e5", Kind.PRICE, 0, "“1e5”"),
        ("0.5k", Kind.PRICE, 0, "“0.5k”"),
        ("-1", Kind.PRICE, 0, "“-1”"),
        ("free", Kind.TOKENS, 0, "“free”"),
        ("..", Kind.PRICE, 0, "needs a price in dollars per million tokens before or behind it"),
        ("2..1", Kind.PRICE, 0, "“2..1” runs backwards: 1 comes before 2. Write 1..2."),
        ("1..2..3", Kind.PRICE, 3, "“2..3” at character 4"),
        ("2025-13", Kind.DAY, 0, "Write a day, month or year, such as >=2025-12"),
        ("2025-02-30", Kind.DAY, 0, "“2025-02-30”"),
        ("0000", Kind.DAY, 0, "“0000”"),
        ("٣", Kind.TOKENS, 0, "“٣”"),
        ("9999999999999t", Kind.TOKENS, 0, "cannot be read"),
        ("!", Kind.PRICE, 0, "The ! at character 1 needs something behind it"),
        ("!!free", Kind.PRICE, 0, "The ! at character 1"),
        ('a "b', Kind.TEXT, 2, "The quote at character 3 has no other end"),
        ('"a" b', Kind.TEXT, 0, "Quotes stand around a whole alternative"),
        ('" "', Kind.TEXT, 0, "There is nothing between the quotes"),
        ("a b c d e f g h i", Kind.TEXT, 0, "At most 8 words"),
        (",".join("a" * 21), Kind.TEXT, 0, "At most 20 alternatives"),
    ],
)
def test_what_cannot_be_read_is_answered_with_its_place_and_an_example(
    text: str, kind: Kind, place: int, words: str
) -> None:
    with pytest.raises(FilterError) as refusal:
        parse(text, kind)
    assert words in str(refusal.value)
    assert refusal.value.start == place


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("text", ["", "  ", ",", " , ,"])
def test_a_blank_filter_is_none(kind: Kind, text: str) -> None:
    assert parse(text, kind) is None


@pytest.mark.parametrize("kind", list(Kind))
def test_every_example_can_be_read(kind: Kind) -> None:
    for text in EXAMPLES[kind].replace(" or ", ", ").split(", "):
        assert parse(text, kind) is not None


PIECES = st.sampled_from(
    [*'!<>=.,"$ 0123456789-kmbtKé٣\0', "..", ">=", "<=", "free", "unknown", "2025", "2025-12", "128k", "0.5", "large"]
)


@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=14).map("".join)), st.sampled_from(list(Kind)))
@example('"', Kind.TEXT)
@example("1,000,0..5,5", Kind.TOKENS)
def test_any_text_is_read_or_refused_and_what_is_read_is_written_back(text: str, kind: Kind) -> None:
    expression, refusals = None, []
    try:
        expression = parse(text, kind)
    except FilterError as error:
        refusals.append(error)
    assert all(str(error).endswith(".") and 0 <= error.start <= len(text) for error in refusals)
    if expression is not None:
        assert parse(write(expression), kind) == expression
        assert parse(write(expression), kind, Sign.FROM) == expression


@pytest.mark.parametrize("part", ["!", ",", '"', "1,000", "..", "9", ">=", " ", "a ", "1..2,"])
def test_hundred_thousand_characters_are_read_in_no_time(part: str) -> None:
    text = part * (100_000 // len(part))
    began = time.process_time()
    for kind in Kind:
        with suppress(FilterError):
            parse(text, kind)
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("text", "kind", "sentence"),
    [
        (
            "0,5",
            Kind.PRICE,
            "“0,5” at character 1: did you mean 0.5? A comma means or; with a space behind it, 0, 5 is",
        ),
        ("<0,5", Kind.PRICE, "“0,5” at character 2: did you mean 0.5?"),
        ("free, <1,25", Kind.PRICE, "“1,25” at character 8: did you mean 1.25?"),
        ("1,5m", Kind.TOKENS, "“1,5m” at character 1: did you mean 1.5m?"),
        (">=1,5 B", Kind.COUNT, "“1,5 B” at character 3: did you mean 1.5 B?"),
    ],
)
def test_a_decimal_comma_is_asked_about(text: str, kind: Kind, sentence: str) -> None:
    with pytest.raises(FilterError) as raised:
        parse(text, kind)
    assert str(raised.value).startswith(sentence)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("0, 5", Kind.PRICE),
        ("0.1,5", Kind.PRICE),
        ("1,2,5", Kind.PRICE),
        ("<0.2,>5", Kind.PRICE),
        ("131,072", Kind.TOKENS),
        ("32k,128k", Kind.TOKENS),
        ("7b,24b", Kind.COUNT),
        ("2024,2025", Kind.DAY),
    ],
)
def test_other_commas_mean_or_and_thousands(text: str, kind: Kind) -> None:
    assert parse(text, kind)
