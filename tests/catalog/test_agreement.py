"""Whether two sources' words say the same: every field's way of reading, as tables that were judged by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import agreement
from catalog.agreement import Verdict

SAME, DIFFERENT, CANNOT_TELL = Verdict.SAME, Verdict.DIFFERENT, Verdict.CANNOT_TELL
THOUSANDFOLD, THOUSANDTH = "a thousand times the value shown", "a thousandth of the value shown"
MILLIONFOLD, MILLIONTH = "a million times the value shown", "a millionth of the value shown"


def verdict(field: str, shown: Any, said: Any) -> Verdict:
    return agreement.compare(field, shown, said).verdict


@pytest.mark.parametrize(
    ("shown", "said", "expected"),
    [
        (262144, "262144", SAME),
        (262144, "262,144", SAME),
        (262144, "262K", SAME),
        (262144, "256k", SAME),
        (262144, "256K context window", SAME),
        (262144, "256000", SAME),  # 256 thousands, of 1,000 at one source and of 1,024 at the other
        (262144, "262,144 tokens (256k)", SAME),
        (131072, "128k", SAME),
        (131072, "131K", SAME),
        (131072, "131k tokens", SAME),
        (131072, "131K tokens", SAME),
        (131072, "131,000", SAME),
        (131072, "128000", SAME),
        ("128k", "131K tokens", SAME),
        (1048576, "1M", SAME),
        (1048576, "1.05M", SAME),
        (1048576, 1000000, SAME),
        (1048576, "1 million tokens", SAME),
        (1000000, "1M", SAME),
        (32768, "32k", SAME),
        (32768, "33K", SAME),
        (32768, "32000", SAME),
        (40960, "40k", SAME),
        (8192, "8k", SAME),
        (65536, "64k", SAME),
        (8192, 8191, DIFFERENT),
        (262144, "131072", DIFFERENT),
        (262144, "128k", DIFFERENT),
        (131072, "256k", DIFFERENT),
        (131072, 131073, DIFFERENT),
        (131072, "130k", DIFFERENT),
        (131072, "32k", DIFFERENT),
        (1048576, "524288", DIFFERENT),
        (1048576, "2M", DIFFERENT),
        (1000000, "1.5M", DIFFERENT),
        (131072, "--", CANNOT_TELL),
        (None, "128k", CANNOT_TELL),
        (131072, "long", CANNOT_TELL),
        (131072, "128k or 256k", CANNOT_TELL),
        (131072, "9" * 500, CANNOT_TELL),
    ],
)
def test_tokens(shown: Any, said: Any, expected: Verdict) -> None:
    assert verdict("context_length", shown, said) is expected
    assert verdict("max_completion_tokens", said, shown) is expected


@pytest.mark.parametrize(
    ("shown", "said", "slip"),
    [
        (262144, "262144K", THOUSANDFOLD),
        (262144, "256", THOUSANDTH),
        (131072, "131072M", MILLIONFOLD),
        (131072, "64k", ""),
    ],
)
def test_a_slip_of_the_unit_of_tokens_is_named(shown: Any, said: Any, slip: str) -> None:
    found = agreement.compare("context_length", shown, said)
    assert found.differs
    assert found.slip == slip


def test_weekly_tokens_are_written_short() -> None:
    assert verdict("weekly_tokens", 272_000_000, "272M") is SAME
    assert verdict("weekly_tokens", 8_860_000_000, "8.86B") is SAME
    assert verdict("weekly_tokens", 8_860_000_000, "8.88B") is DIFFERENT


@pytest.mark.parametrize(
    ("shown", "said", "expected"),
    [
        (date(2025, 12, 1), "2025-12-01", SAME),
        (date(2025, 12, 1), "Dec 1, 2025", SAME),
        (date(2025, 12, 1), "December 1, 2025", SAME),
        (date(2025, 12, 1), "1 Dec 2025", SAME),
        (date(2025, 12, 1), "1st December 2025", SAME),
        (date(2025, 12, 1), "2025-12-01T16:06:00Z", SAME),
        (date(2025, 12, 1), "2025-12-01 00:00:00+00:00", SAME),
        (date(2025, 12, 1), datetime(2025, 12, 1, 16, 6, tzinfo=UTC), SAME),
        (date(2025, 12, 1), "2025/12/01", SAME),
        (date(2025, 12, 1), "2025-12", SAME),
        (date(2025, 12, 1), "Dec 2025", SAME),
        (date(2025, 12, 1), "2025", SAME),
        (date(2025, 12, 1), "01/12/2025", SAME),
        (date(2025, 12, 1), "12/01/2025", SAME),
        (date(2025, 12, 9), "2025-12-09 (kilo)", SAME),
        (date(2026, 4, 30), "April 30, 2026", SAME),
        (date(2025, 9, 1), "Sept 2025", SAME),
        (date(2025, 12, 1), "2025-12-02", DIFFERENT),
        (date(2025, 12, 2), "Dec 1, 2025", DIFFERENT),
        (date(2025, 12, 2), "2024-11-01", DIFFERENT),
        (date(2025, 12, 1), "2025-11", DIFFERENT),
        (date(2025, 12, 1), "2024", DIFFERENT),
        (date(2025, 12, 1), "05/06/2025", DIFFERENT),
        (date(2025, 12, 1), "(none)", CANNOT_TELL),
        (date(2025, 12, 1), "2025-13-45", CANNOT_TELL),
        (date(2025, 12, 1), "soon", CANNOT_TELL),
        (date(2025, 12, 1), "Q4 2025", CANNOT_TELL),
        (date(2025, 12, 1), "0000-12-01", CANNOT_TELL),
        (None, "2025-12-01", CANNOT_TELL),
    ],
)
def test_days(shown: Any, said: Any, expected: Verdict) -> None:
    assert verdict("released_on", shown, said) is expected
    assert verdict("retires_on", said, shown) is expected


def test_day_and_month_swapped_are_named() -> None:
    found = agreement.compare("released_on", date(2025, 12, 9), "2025-09-12 (kilo)")
    assert found.differs
    assert found.slip == "day and month are swapped"
    assert agreement.compare("released_on", date(2025, 12, 31), "2025-12-13").slip == ""


HALF_A_DOLLAR = Decimal("0.0000005")


@pytest.mark.parametrize(
    ("shown", "said", "expected"),
    [
        (HALF_A_DOLLAR, "$0.50/M", SAME),
        (HALF_A_DOLLAR, "0.0000005", SAME),
        (HALF_A_DOLLAR, "5e-07", SAME),
        (HALF_A_DOLLAR, "4.9999999999999996e-07", SAME),
        (HALF_A_DOLLAR, "0.5", SAME),
        (HALF_A_DOLLAR, "$0.50 per MTok", SAME),
        (HALF_A_DOLLAR, "0.5 USD (0.44 EUR) per million tokens", SAME),
        (HALF_A_DOLLAR, "US$0.5 / 1M input tokens", SAME),
        (HALF_A_DOLLAR, "$0.0005 per 1K tokens", SAME),
        (HALF_A_DOLLAR, "0.0000005 USD per token", SAME),
        (HALF_A_DOLLAR, "$.5/M", SAME),
        (HALF_A_DOLLAR, Decimal("5E-7"), SAME),
        (Decimal("0.000002"), "$2 per 1M", SAME),
        (Decimal("0.000002"), "$2per 1M", SAME),
        (Decimal("0.0000004"), "0.4 USD (0.35 EUR) per million tokens", SAME),
        (Decimal("0.00002"), "$20/M", SAME),
        ("$0.50/M", "0.0000005", SAME),
        (Decimal(0), "free", SAME),
        (Decimal(0), "0", SAME),
        (Decimal(0), "$0", SAME),
        (HALF_A_DOLLAR, "$1.50/M", DIFFERENT),
        (HALF_A_DOLLAR, "0.0000015", DIFFERENT),
        (HALF_A_DOLLAR, "0.51", DIFFERENT),
        (HALF_A_DOLLAR, "0 (mistralai/devstral-2512:free)", DIFFERENT),
        (HALF_A_DOLLAR, "free", DIFFERENT),
        (Decimal(0), "$0.10/M", DIFFERENT),
        (HALF_A_DOLLAR, "0.44 EUR per million tokens", CANNOT_TELL),
        (HALF_A_DOLLAR, "$ 0.5 EUR", CANNOT_TELL),
        (HALF_A_DOLLAR, "0.004 USD per minute", CANNOT_TELL),
        (HALF_A_DOLLAR, "$4 per 1000 pages", CANNOT_TELL),
        (HALF_A_DOLLAR, "-1", CANNOT_TELL),
        (HALF_A_DOLLAR, "$0.50/M in, $1.50/M out", CANNOT_TELL),
        (HALF_A_DOLLAR, "ask sales", CANNOT_TELL),
        (HALF_A_DOLLAR, "", CANNOT_TELL),
        ("0.004 USD per minute", "$0.004 per minute", SAME),
    ],
)
def test_prices(shown: Any, said: Any, expected: Verdict) -> None:
    assert verdict("input_price", shown, said) is expected
    assert verdict("cached_price", said, shown) is expected


@pytest.mark.parametrize(
    ("shown", "said", "slip"),
    [
        (HALF_A_DOLLAR, "$500 per million tokens", THOUSANDFOLD),
        (HALF_A_DOLLAR, "0.5 USD per token", MILLIONFOLD),
        (HALF_A_DOLLAR, Decimal("0.5"), MILLIONFOLD),
        (HALF_A_DOLLAR, "$0.0005 per million tokens", THOUSANDTH),
        (HALF_A_DOLLAR, "$0.0000005 per million tokens", MILLIONTH),
        (Decimal("0.000000019"), "$20/M", THOUSANDFOLD),  # 1,053 times: the price moved a little besides
        (HALF_A_DOLLAR, "$5/M", ""),
        (HALF_A_DOLLAR, "$200/M", ""),
    ],
)
def test_a_slip_of_the_unit_of_a_price_is_named(shown: Any, said: Any, slip: str) -> None:
    found = agreement.compare("input_price", shown, said)
    assert found.differs
    assert found.slip == slip


@pytest.mark.parametrize(
    ("field", "shown", "said", "expected"),
    [
        ("parameters_total", 675_000_000_000, "675B", SAME),
        ("parameters_total", 675_000_000_000, "41B active parameters (675B total)", SAME),
        ("parameters_active", 41_000_000_000, "41B active parameters (675B total)", SAME),
        ("parameters_total", 675_000_000_000, "total 675B, active 41B", SAME),
        ("parameters_active", 41_000_000_000, "total 675B, active 41B", SAME),
        ("parameters_total", 123_000_000_000, "123B-parameter dense transformer model", SAME),
        ("parameters_total", 123_000_000_000, "123B-parameter dense", SAME),
        ("parameters_total", 123_000_000_000, "123", SAME),
        ("parameters_total", 12_200_000_000, "12B", SAME),  # rounded to its last digit
        ("parameters_total", 12_200_000_000, "12.2B", SAME),
        ("parameters_total", 123_000_000_000, "123 billion parameters", SAME),
        ("parameters_total", 123_000_000_000, "123,000,000,000", SAME),
        ("parameters_total", 123_000_000_000, "124B", DIFFERENT),
        ("parameters_total", 12_200_000_000, "12.3B", DIFFERENT),
        ("parameters_active", 41_000_000_000, "39B active of 675B total", DIFFERENT),
        ("parameters_total", 141_000_000_000, "8x22B", CANNOT_TELL),
        ("parameters_total", 123_000_000_000, "large", CANNOT_TELL),
    ],
)
def test_parameter_counts(field: str, shown: Any, said: Any, expected: Verdict) -> None:
    assert verdict(field, shown, said) is expected


def test_a_slip_in_a_parameter_count_is_named() -> None:
    assert agreement.compare("parameters_total", 123_000_000_000, "123M").slip == THOUSANDTH


@pytest.mark.parametrize(
    ("field", "shown", "said", "expected"),
    [
        ("licence", "Apache 2.0", "Apache-2.0", SAME),
        ("licence", "Apache 2.0", "Apache 2.0 license", SAME),
        ("licence", "Apache 2.0", "apache-2.0 licence", SAME),
        ("licence", "Apache 2.0", "The Apache License, version 2.0", SAME),
        ("licence", "Modified MIT", "modified MIT license", SAME),
        ("licence", "MRL", "Mistral Research License", SAME),
        ("licence", "MRL", "Mistral AI Research Licence", SAME),
        ("licence", "Mistral Research License (MRL)", "MRL", SAME),
        ("licence", "Mistral Non-Production License (MNPL)", "MNPL", SAME),
        ("licence", "CC BY-NC 4.0", "cc-by-nc-4.0", SAME),
        ("licence", "Modified MIT", "MIT", DIFFERENT),
        ("licence", "Apache 2.0", "MRL", DIFFERENT),
        ("licence", "MRL", "MNPL", DIFFERENT),
        ("licence", "MRL", "proprietary weights-available model", CANNOT_TELL),
        ("licence", "MRL", "", CANNOT_TELL),
        ("input_modalities", ("text", "image"), "image, text", SAME),
        ("input_modalities", "text, image", "Text + Image", SAME),
        ("input_modalities", ("text", "file"), "text, pdf", SAME),
        ("input_modalities", "text", "Text", SAME),
        ("output_modalities", ("text",), "reasoning, text", SAME),  # reasoning is text before the answer
        ("input_modalities", ("text", "image"), "text, image, file", DIFFERENT),
        ("input_modalities", ("text",), "text, image", DIFFERENT),
        ("supported_parameters", "seed, stop, tools", "tools, seed, stop", SAME),
        ("supported_parameters", ("seed", "stop"), ("stop", "seed"), SAME),
        ("supported_parameters", "seed, stop", "seed, stop, top_k", DIFFERENT),
        ("stop_ends_billing", False, "no", SAME),
        ("has_responses", True, "true", SAME),
        ("has_responses", True, "False", DIFFERENT),
        ("has_responses", True, "POST https://openrouter.ai/api/v1/responses", CANNOT_TELL),
        ("name", "Devstral 2 2512", "Mistral: Devstral 2 2512", SAME),
        ("name", "Mistral Large 2411", "Mistral  large 2411", SAME),
        ("name", "Mistral Large 3 2512", "Mistral Large 3", CANNOT_TELL),  # the model, or all of its kind
        ("name", "Codestral 2508", "Codestral", CANNOT_TELL),
        ("name", "Mistral Small 3.0", "Mistral: Mistral Small 3", SAME),
        ("name", "Mistral Large 2411", "Mistral Large 2.1", DIFFERENT),
        ("vendor", "Mistral AI", "Mistral", SAME),
        ("vendor", "Mistral AI", "mistral ai", SAME),
        ("vendor", "Mistral AI", "Meta", DIFFERENT),
        ("tokenizer", "Mistral v3", "v3", SAME),
        ("tokenizer", "Tekken", "v3 with Tekken", SAME),
        ("tokenizer", "Tekken", "only Tekken for recent models", SAME),
        ("tokenizer", "Mistral v3", "v7", DIFFERENT),
        ("tokenizer", "Tekken", "Mistral", CANNOT_TELL),
        ("replacement", "Mistral Medium 3.5", "Mistral AI: Mistral Medium 3.5", SAME),
        ("architecture", "moe", "sparse mixture-of-experts architecture", SAME),
        ("architecture", "Mixture of experts", "MoE", SAME),
        ("architecture", "dense", "123B-parameter dense transformer model", SAME),
        ("architecture", "dense", "mixture of experts", DIFFERENT),
        ("architecture", "dense", "transformer", CANNOT_TELL),
        ("weights_url", "https://huggingface.co/mistralai/Devstral-2", "mistralai/Devstral-2", SAME),
        ("weights_url", "https://huggingface.co/mistralai/Devstral-2/", "http://huggingface.co/mistralai/devstral-2", SAME),
        ("weights_url", "https://huggingface.co/mistralai/Devstral-2", "mistralai/Devstral-1", DIFFERENT),
        ("weights_url", "https://huggingface.co/mistralai/Devstral-2", "(empty)", CANNOT_TELL),
        ("status", "GA", "Generally Available", SAME),
        ("status", "GA", "Deprecated", DIFFERENT),
        ("default_temperature", "0.3", "0.30", SAME),
        ("default_temperature", "1", "1.0", SAME),
        ("default_temperature", "0.0645", "0.3", DIFFERENT),
        ("default_temperature", "0.3", "automatic", CANNOT_TELL),
        ("description", "An update of [Large 2](/mistralai/large), released.", "An update of Large 2, released.", SAME),
        ("description", "An update of Large 2, released together.", "An update of Large 2, rel...", SAME),
        ("description", "An update of Large 2, released together.", "An update of Large 2…", SAME),
        ("description", "An update of Large 2.", "Another text.", DIFFERENT),
        ("endpoint", "POST  /v1/Chat", "post /v1/chat", SAME),
        ("endpoint", "POST /v1/chat", "POST /v1/other", DIFFERENT),
        ("a field that nobody knows", "one", "One", SAME),
    ],
)  # fmt: skip
def test_words(field: str, shown: Any, said: Any, expected: Verdict) -> None:
    assert verdict(field, shown, said) is expected
    assert verdict(field, said, shown) is expected


FIELDS = st.sampled_from(
    ["context_length", "released_on", "input_price", "parameters_total", "licence", "input_modalities", "name", "weights_url",
     "architecture", "status", "default_temperature", "description", "has_responses", "other"]
)  # fmt: skip


@given(FIELDS, st.text(max_size=300), st.text(max_size=300))
def test_no_text_breaks_a_comparison_and_both_directions_agree(field: str, one: str, other: str) -> None:
    assert verdict(field, one, other) is verdict(field, other, one)


@given(FIELDS, st.text(max_size=300))
def test_nothing_differs_from_itself(field: str, text: str) -> None:
    assert not agreement.compare(field, text, text).differs


@given(st.from_regex(r"[$(0-9.,kKmMbB/ -]{0,40}(per|usd|eur|active|total)?[0-9kKM ]{0,20}", fullmatch=True), FIELDS)
def test_no_odd_number_breaks_a_comparison(text: str, field: str) -> None:
    assert agreement.compare(field, text, text).verdict in {SAME, CANNOT_TELL}
