"""From error bodies of any form to a sentence with a next step, a waiting time and a detail that is safe to show."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.upstream.error_bodies import retry_seconds
from playground.upstream.errors import UpstreamError, failed_inside, refused
from playground.upstream.shown import readable, tidy

NOW = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        (" 7 ", 7),
        ("6.2", 7),
        ("7.0", 7),
        ("0", 0),
        ("86400", 86_400),
        ("99999999999", 604_800),
        ("Fri, 20 Nov 2026 12:00:30 GMT", 30),
        ("Fri, 20 Nov 2026 12:00:30 -0000", 30),
        ("Fri, 20 Nov 2020 12:00:30 GMT", 0),
        ("Fri, 20 Nov 2099 12:00:30 GMT", 604_800),
        ("", None),
        ("-5", None),
        ("soon", None),
        ("9" * 5000, None),
        ("Fri, 99 Nov 2026 99:99:99 GMT", None),
    ],
)
def test_retry_after_is_read_leniently_and_capped(header: str, seconds: int | None) -> None:
    assert retry_seconds(header, NOW) == seconds


def told(status: int, error: Any, retry_after: str = "") -> str:
    return refused("OpenRouter", status, json.dumps(error).encode(), retry_after, "").sentence


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (400, {"metadata": {"error_type": "context_length_exceeded"}}, "Shorten the prompt or lower max tokens"),
        (400, {"error_type": "content_policy_violation"}, "content policy"),
        (400, {"availability": {"code": "model_not_found"}}, "does not know this model"),
        (402, {"message": "Insufficient credits"}, "Add credit there, or lower max tokens"),
        (
            402,
            {"metadata": {"limit_source": "openrouter_in_flight_budget", "retry_after": 3}},
            "Try again in 3 seconds",
        ),
        (403, {"metadata": {"flagged_input": "x"}}, "moderation filter"),
        (403, {"code": "openrouter_key_limit"}, "spending limit"),
        (403, {"message": "Not available in your region"}, "region"),
        (403, {"availability": {"code": "region_restricted"}}, "region"),
        (403, {"message": "no"}, "what the key may do"),
        (404, {"availability": {"code": "constraint_filtered"}}, "preferences"),
        (404, {"availability": {"code": "model_deprecated", "fallback_models": ["x"]}}, "catalog page"),
        (418, {"message": "no"}, "Check the prompt and the parameters"),
        (429, {"availability": {"code": "capacity_exhausted", "retry_after": 1}}, "Try again in 1 second."),
        (429, {"metadata": {"retry_after": 900}}, "Try again in about 15 minutes."),
        (429, {"metadata": {"retry_after": 7_199}}, "Try again in about 120 minutes."),
        (429, {"metadata": {"retry_after": 10_800}}, "Try again in about 3 hours."),
        (429, {"metadata": {"retry_after": 259_200}}, "Try again in about 3 days."),
        (500, {}, "fault of its own (status 500)"),
        (520, {}, "fault of its own (status 520)"),
    ],
)
def test_one_status_may_mean_several_things(status: int, error: dict[str, Any], words: str) -> None:
    assert words in told(status, {"error": error})


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"error": {"message": "one"}}, "one"),
        ({"error": "two"}, "two"),
        ({"object": "error", "message": "three"}, "three"),
        ({"object": "error", "message": {"detail": [{"loc": ["body", "top_k"], "msg": "extra"}]}}, "top_k: extra"),
        ({"detail": [{"loc": ["body", "a", 0], "msg": "bad"}, {"msg": "worse"}]}, "a.0: bad; worse"),
        ({"detail": "four"}, "four"),
        ({"error": {"message": "five", "metadata": {"raw": "inner"}}}, "five (inner)"),
        ({"error": {"message": 5}}, ""),
        ([], ""),
    ],
)
def test_every_form_of_error_body_gives_its_words(body: Any, detail: str) -> None:
    assert refused("x", 400, json.dumps(body).encode(), "", "").detail == detail


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"availability": {"code": "model_deprecated"}, "metadata": {"error_type": "not_found"}}, "model_deprecated"),
        ({"metadata": {"error_type": "Provider_Overloaded"}}, "provider_overloaded"),
        ({"error_type": "timeout", "code": "server_error"}, "timeout"),
        ({"error_type": "of_tomorrow"}, "of_tomorrow"),
        ({"type": "invalid_request_error", "code": "context_length_exceeded"}, "context_length_exceeded"),
        ({"type": "BadRequestError", "code": 400}, ""),
        ({"code": "openrouter_key_limit"}, ""),
        ({"message": "x"}, ""),
        ("x", ""),
        ({"error_type": 5, "availability": 5, "metadata": [5]}, ""),
    ],
)
def test_the_kind_is_openrouters_word_for_it(error: Any, kind: str) -> None:
    assert refused("x", 400, json.dumps({"error": error}).encode(), "", "").kind == kind
    assert failed_inside("x", error, "", has_text=True).kind == kind


def test_the_models_that_an_error_suggests_are_kept() -> None:
    suggested = ["a/b", 5, "", None, "c/d\ne", "x" * 500, *["m/n"] * 40]
    error = {"availability": {"code": "model_deprecated", "fallback_models": suggested}}
    for made in (
        refused("x", 404, json.dumps({"error": error}).encode(), "", ""),
        failed_inside("x", error, "", has_text=False),
    ):
        assert made.fallback_models[:3] == ["a/b", "c/d e", "x" * 150]
        assert len(made.fallback_models) == 20
    error["availability"]["fallback_models"] = "a/b"  # type: ignore[index]
    assert failed_inside("x", error, "", has_text=False).fallback_models == []


def test_the_body_is_kept_as_it_was_with_its_lines() -> None:
    body = b'{\r\n\t"error": "caf\xc3\xa9 \xff\x00\x1b[31m\xe2\x80\xae"\r}'
    assert refused("x", 500, body, "", "").body == '{\n\t"error": "café \ufffd[31m"\n}'
    assert refused("x", 500, b"", "", "").body == ""
    inside = failed_inside("x", {"message": "m"}, "", has_text=False, body='data\nof the "event"')
    assert inside.body == 'data\nof the "event"'
    assert failed_inside("x", {"message": "m"}, "", has_text=False).body == '{"message": "m"}'
    assert UpstreamError("sentence").body == ""


def test_a_body_is_cut_at_so_many_bytes() -> None:
    for body in (b"\xff" * 65_536, "é".encode() * 40_000, b"x" * 100_000):
        shown = refused("x", 500, body, "", "").body
        assert 65_000 < len(shown.encode()) <= 65_536


def test_a_page_of_a_proxy_is_shown_as_its_text() -> None:
    page = b"<html><style>h1 {}</style><script>evil()</script><h1>524</h1>\n<p>A timeout</p></html>"
    assert refused("x", 524, page, "", "").detail == "524 A timeout"


def test_a_detail_is_one_short_line_without_hidden_characters() -> None:
    assert tidy("a\u202eb\x1b[31m\n\tc\u200bd\ud800", "") == "ab[31m cd\ufffd"
    assert len(tidy("word " * 1000, "")) == 300


@given(st.text(), st.text(), st.sampled_from(["\0", "\u200b", "", "\x1b"]))
def test_a_key_never_survives(before: str, after: str, between: str) -> None:
    key = "sk-or-CANARY-0123456789"
    text = f"{before}{key[:9]}{between}{key[9:]}{after}"
    assert "canary" not in tidy(text, key).lower()
    assert "canary" not in readable(text, key).lower()
    assert "canary" not in readable(text.encode("utf-8", "replace"), key).lower()


@pytest.mark.parametrize("key", ['a/b\\c"d-0123456789', "plain-0123456789"])
def test_a_key_is_found_in_json_too(key: str) -> None:
    for said in (json.dumps({"key": key}), json.dumps({"key": key}).replace("/", "\\/")):
        assert readable(said, key) == '{"key": "[key]"}'
        assert readable(said[:-6], key) == '{"key": "'


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(
                [
                    "error",
                    "message",
                    "detail",
                    "metadata",
                    "code",
                    "availability",
                    "raw",
                    "retry_after",
                    "loc",
                    "type",
                    "error_type",
                    "fallback_models",
                ]
            ),
            inner,
        )
    ),
    max_leaves=15,
)


@given(st.integers(300, 599), JSON, st.text(max_size=40))
def test_no_body_makes_it_fail(status: int, body: Any, header: str) -> None:
    error = refused("x", status, json.dumps(body).encode(), header, "")
    assert error.sentence.endswith(".")
    assert len(error.detail) <= 300
    inside = failed_inside("x", body, "", has_text=False)
    assert inside.sentence.endswith(".")
    for each in (error, inside):
        assert not any(ord(c) < 32 and c not in "\n\t" for c in each.body + each.kind)
        assert all(isinstance(id, str) and id for id in each.fallback_models)


@given(st.binary())
def test_no_bytes_make_it_fail(body: bytes) -> None:
    assert len(refused("x", 500, body, "", "key").detail) <= 300
