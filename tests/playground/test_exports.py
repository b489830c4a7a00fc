"""A board as a file: everything is in it, exactly, nothing of it is taken for markup or a formula, and only its owner has it."""

import asyncio
import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from playground import forgetting
from playground.exports import boards
from playground.exports.document import fenced
from playground.exports.facts import BETRAYING
from playground.messages import Answered, Message, ToolCall
from playground.models import Label, Prompt, State, Verdict
from playground.variables import Rows
from tests.conftest import BACKEND, ROOT
from tests.playground.builders import FOUR, asked
from tests.playground.finished import finished, over

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]


def exported(client: Client, prompt: Prompt, file_format: str) -> str:
    response = client.get(f"/playground/{prompt.pk}/export", {"format": file_format})
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode()


def as_json(client: Client, prompt: Prompt) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(exported(client, prompt, "json"))
    return found


def rows(client: Client, prompt: Prompt) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(exported(client, prompt, "csv"), newline="")))


# Random digits: an id or a microsecond holds any three digits that a test looks for, some day.
RANDOM = re.compile(r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}|\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?")


def matrix(user: Any, repeats: int = 2) -> Prompt:
    wanted = replace(
        asked(*FOUR[:2], text="Say {{word}}."), rows=Rows(("word",), (("=1+1",), ("two\nlines",))), repeats=repeats
    )
    return finished(user, wanted, "first", "second", "third")


class TestJson:
    def test_everything_exactly(self, signed_in: Client, owner: Any) -> None:
        prompt = finished(owner, asked(*FOUR[:2], system="Be brief.", temperature=0.5), "Yes.", "No 😀 </script>")
        prompt.labels.add(Label.objects.create(user=owner, name="winds"))
        Prompt.objects.filter(pk=prompt.pk).update(note="A note")
        first, second = prompt.runs.all()
        over(
            second,
            text="No 😀 </script>",
            reasoning="Hm.",
            tool_calls=[{"id": "c", "name": "look_up", "arguments": "{"}],
            validation={"is_valid": False, "path": "$.a", "message": "missing"},
            error="It broke.",
            error_status=500,
            verdict=Verdict.WORSE,
            verdict_note="Too short.",
            billed_usd="0.000000000000123",
        )
        found = as_json(signed_in, prompt)
        assert found["schema"] == "windrose.board/1"
        assert found["prompt"]["messages"] == [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hello"},
        ]
        assert found["prompt"]["parameters"] == {"temperature": 0.5}
        assert (found["prompt"]["labels"], found["prompt"]["note"], found["prompt"]["texts"]) == (
            ["winds"],
            "A note",
            "kept",
        )
        one, two = found["runs"]
        assert (one["id"], one["text"], one["state"], one["model"]) == (str(first.pk), "Yes.", "done", FOUR[0])
        # Mistral Large 3: $0.50 and $1.50 per million: 10 x 0.0000005 + 4 x 0.0000015.
        assert one["cost"] == {"estimate_usd": first.estimate_usd, "computed_usd": "0.000011", "billed_usd": None}
        assert one["bill"] == {
            "status": "exact",
            "total_usd": "0.000011",
            "lines": [
                {"component": "input", "quantity": 10, "rate_usd": "0.0000005", "amount_usd": "0.000005"},
                {"component": "output", "quantity": 4, "rate_usd": "0.0000015", "amount_usd": "0.000006"},
            ],
            "reasons": [],
        }
        assert one["timings"]["first_token_ms"] == 250
        assert one["timings"]["tokens_per_second"] is None, "of 4 tokens there is no speed"
        assert one["timings"]["ended_at"] == "2026-11-21T12:00:02+00:00"
        assert one["usage"]["total_tokens"] == 14
        assert one["request"]["temperature"] == 0.5
        assert (two["text"], two["reasoning"]) == ("No 😀 </script>", "Hm.")
        assert two["tool_calls"] == [{"id": "c", "name": "look_up", "arguments": "{"}]
        assert two["validation"]["path"] == "$.a"
        assert two["error"]["sentence"] == "It broke."
        assert two["error"]["status"] == 500
        assert two["verdict"] == {"word": "worse", "note": "Too short."}
        assert two["cost"]["billed_usd"] == "0.000000000000123"

    def test_a_matrix_has_its_rows_and_values(self, signed_in: Client, owner: Any) -> None:
        runs = as_json(signed_in, matrix(owner))["runs"]
        places = [(run["row"], run["model"], run["repeat"], run["values"]["word"]) for run in runs]
        assert places == [
            (row, model, repeat, value)
            for row, value in ((0, "=1+1"), (1, "two\nlines"))
            for model in FOUR[:2]
            for repeat in (0, 1)
        ]

    def test_the_document_names_everything_that_is_in_it(self, signed_in: Client, owner: Any) -> None:
        text = Path(ROOT / "docs/board-export.md").read_text()
        found = as_json(signed_in, finished(owner, asked(FOUR[0]), error="It broke."))
        run = found["runs"][0]
        names = {*found, *found["prompt"], *run}
        for part in ("bill", "cost", "timings", "verdict", "error"):
            names |= set(run[part])
        names |= set(run["bill"]["lines"][0])
        assert {name for name in names if not re.search(rf"\b{name}\b", text)} == set()

    def test_a_prompt_without_an_end_is_exported_as_it_stands(self, signed_in: Client, owner: Any) -> None:
        prompt = finished(owner, asked(FOUR[0]), state=State.STREAMING, usage=None, ended_at=None)
        [run] = as_json(signed_in, prompt)["runs"]
        assert (run["state"], run["text"], run["bill"], run["timings"]["ended_at"]) == (
            "streaming",
            "An answer.",
            None,
            None,
        )


class TestCsv:
    def test_a_row_for_each_run_with_its_values(self, signed_in: Client, owner: Any) -> None:
        found = rows(signed_in, matrix(owner))
        assert len(found) == 8
        assert [row["Row"] for row in found] == ["1"] * 4 + ["2"] * 4
        assert [row["Repeat"] for row in found] == ["1", "2"] * 4
        assert found[0]["word"] == "'=1+1"
        assert found[4]["word"] == "two\nlines"
        assert found[0]["Computed (USD)"] == found[0]["Cost (USD)"] == "0.000011"
        assert (found[0]["Prompt tokens"], found[0]["Completion tokens"]) == ("10", "4")
        assert found[0]["Simulated"] == "yes"

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
    def test_no_cell_is_a_formula(self, signed_in: Client, owner: Any, start: str) -> None:
        hostile = f"{start}cmd|' /C calc'!A0"
        prompt = finished(owner, asked(FOUR[0]), hostile, reasoning=hostile, error=hostile, verdict_note=hostile)
        [row] = rows(signed_in, prompt)
        for head in ("Text", "Reasoning", "Error", "Verdict note"):
            assert row[head] == f"'{hostile}"


class TestMarkdown:
    def test_a_person_reads_it(self, signed_in: Client, owner: Any) -> None:
        prompt = finished(owner, asked(*FOUR[:2], system="Be brief."), "Yes.", "No.", verdict="better")
        text = exported(signed_in, prompt, "md")
        assert text.startswith("# Hello\n")
        assert "### System\n\n```text\nBe brief.\n```" in text
        assert "### Mistral Large 3 2512\n" in text
        assert "- Would have cost: $0.000011\n" in text
        assert "- Tokens: 10 in, 4 out\n" in text
        assert "- Verdict: Better\n" in text
        assert "```text\nYes.\n```" in text
        assert "| Input | 10 | 0.50 | $0.000005 |" in text

    def test_nothing_in_an_answer_is_markup(self, signed_in: Client, owner: Any) -> None:
        hostile = "```\n# Not a heading\n<img src=x onerror=alert(1)>\n``````\n[x](javascript:alert(1))"
        prompt = finished(owner, asked(FOUR[0], text="# <b>T</b> `x`"), hostile, verdict_note="*bold* <i>")
        text = exported(signed_in, prompt, "md")
        tokens = MarkdownIt().parse(text)
        assert hostile in [token.content.removesuffix("\n") for token in tokens if token.type == "fence"]
        inline = [child.type for token in tokens for child in token.children or []]
        assert not {"html_inline", "link_open", "em_open", "image"} & set(inline)
        assert not any(token.type == "html_block" for token in tokens)
        assert [token.tag for token in tokens if token.type == "heading_open"].count("h1") == 1

    def test_a_conversation_and_its_values(self, signed_in: Client, owner: Any) -> None:
        call = ToolCall("c1", "look_up", '{"q": 1}')
        wanted = replace(
            asked(FOUR[0]),
            messages=[
                Message("user", "Say {{word}}."),
                Message("assistant", by={FOUR[0]: Answered("Said before", (call,))}),
                Message("tool", "42", tool_call_id="c1"),
            ],
            rows=Rows(("word",), (("a|b",),)),
        )
        text = exported(signed_in, finished(owner, wanted), "md")
        assert f"`{FOUR[0]}` had answered:\n\n```text\nSaid before\n```" in text
        assert 'Calls `look_up`:\n\n```json\n{"q": 1}\n```' in text
        assert "Result of the call `c1`:\n\n```text\n42\n```" in text
        assert "| 1 | a\\|b |" in text

    @given(st.text(st.sampled_from("`~\n# >ab"), max_size=40))
    def test_a_fence_holds_any_text(self, text: str) -> None:
        tokens = MarkdownIt().parse(f"before\n\n{fenced(text)}\nafter\n")
        assert [token.type for token in tokens][3] == "fence"
        assert tokens[3].content == f"{text}\n"
        assert tokens[5].content == "after"


class TestWithoutTexts:
    @pytest.mark.parametrize(
        ("is_stored", "word", "sentence"),
        [(True, "removed", "were removed"), (False, "not_stored", "is not stored")],
    )
    def test_the_bill_stays_and_it_is_said(
        self, signed_in: Client, owner: Any, is_stored: bool, word: str, sentence: str
    ) -> None:
        prompt = finished(owner, asked(FOUR[0]), "")
        prompt.is_stored = is_stored
        prompt.save()
        prompt.runs.update(request={})
        forgetting.forget(prompt, timezone.now())
        found = as_json(signed_in, prompt)
        assert (found["prompt"]["texts"], found["prompt"]["messages"]) == (word, [])
        assert found["runs"][0]["cost"]["computed_usd"] == "0.000011"
        assert (found["runs"][0]["text"], found["runs"][0]["request"]) == ("", None)
        text = exported(signed_in, prompt, "md")
        assert text.startswith("# A prompt whose text was not kept\n")
        assert sentence in text
        assert rows(signed_in, prompt)[0]["Computed (USD)"] == "0.000011"

    def test_the_values_of_a_matrix_are_gone_and_its_rows_are_not(self, signed_in: Client, owner: Any) -> None:
        prompt = matrix(owner, repeats=1)
        forgetting.forget(prompt, timezone.now())
        assert [run["row"] for run in as_json(signed_in, prompt)["runs"]] == [0, 0, 1, 1]
        assert [row["Row"] for row in rows(signed_in, prompt)] == ["1", "1", "2", "2"]
        assert "## The answers" in exported(signed_in, prompt, "md")


class TestBlind:
    def test_no_file_says_which_model_it_was(self, signed_in: Client, owner: Any) -> None:
        wanted = replace(
            asked(),
            is_blind=True,
            overrides={FOUR[0]: {"temperature": 0.1}},
            messages=[
                Message("user", "Hello"),
                Message("assistant", by={offer: Answered(f"By {number}") for number, offer in enumerate(FOUR)}),
                Message("user", "And?"),
            ],
        )
        prompt = finished(owner, wanted, "one", "two", "three", "four", error="Mistral said no.")
        found = as_json(signed_in, prompt)
        assert found["prompt"]["names_hidden"] is True
        assert [run["name"] for run in found["runs"]] == ["Answer A", "Answer B", "Answer C", "Answer D"]
        assert {run[name] for run in found["runs"] for name in BETRAYING} == {None}
        for file_format in boards.FORMATS:
            text = RANDOM.sub("", exported(signed_in, prompt, file_format))
            for hidden in ("istral", "large", "devstral", "0.0000", "250", "Would have cost", "By 0"):
                assert hidden not in text, (file_format, hidden)
            assert "Answer A" in text

    def test_the_order_is_that_of_the_board(self, signed_in: Client, owner: Any) -> None:
        prompt = finished(owner, replace(asked(), is_blind=True), "one", "two", "three", "four")
        page = signed_in.get(f"/playground/{prompt.pk}/").content.decode()
        on_page = re.findall(r'<pre id="out-\w+" class="answer" hx-disable><span>(\w+)</span>', page)
        assert sorted(on_page) == ["four", "one", "three", "two"]
        assert [run["text"] for run in as_json(signed_in, prompt)["runs"]] == on_page
        assert [row["Text"] for row in rows(signed_in, prompt)] == on_page

    def test_once_the_names_are_shown_they_are_in_it(self, signed_in: Client, owner: Any) -> None:
        prompt = finished(owner, replace(asked(*FOUR[:2]), is_blind=True))
        Prompt.objects.filter(pk=prompt.pk).update(revealed_at=timezone.now())
        assert [run["model"] for run in as_json(signed_in, prompt)["runs"]] == FOUR[:2]


class TestSending:
    @pytest.mark.parametrize(("file_format", "kind"), [("md", "markdown"), ("json", "json"), ("csv", "csv")])
    def test_it_is_a_download_with_a_name(self, signed_in: Client, owner: Any, file_format: str, kind: str) -> None:
        prompt = finished(owner, asked(FOUR[0]))
        response = signed_in.get(f"/playground/{prompt.pk}/export", {"format": file_format})
        name = f"windrose-board-{prompt.pk.hex[:8]}.{file_format}"
        assert response["Content-Disposition"] == f'attachment; filename="{name}"'
        assert kind in response["Content-Type"]
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cache-Control"] == "private, no-store"

    @pytest.mark.parametrize("query", [{}, {"format": ""}, {"format": "xlsx"}, {"format": "../md"}])
    def test_another_format_is_told_in_a_sentence(self, signed_in: Client, owner: Any, query: dict[str, str]) -> None:
        response = signed_in.get(f"/playground/{finished(owner).pk}/export", query)
        assert response.status_code == 400
        assert "md, json" in response.content.decode()

    def test_only_the_owner_has_it(self, client: Client, owner: Any, stranger: Any) -> None:
        prompt = finished(owner, asked(FOUR[0]))
        address = f"/playground/{prompt.pk}/export?format=json"
        assert client.get(address).status_code == 302
        client.force_login(stranger, backend=BACKEND)
        assert client.get(address).status_code == 404
        assert client.get(f"/playground/{uuid4()}/export?format=json").status_code == 404

    @pytest.mark.parametrize("file_format", list(boards.FORMATS))
    def test_queries_grow_with_the_batches_and_not_with_the_runs(
        self, signed_in: Client, owner: Any, file_format: str
    ) -> None:
        counts = []
        for number, repeats in enumerate((1, 3, 10)):  # 2, 6 and 20 runs: one batch each
            prompt = finished(owner, replace(asked(*FOUR[:2], key=f"key {number}"), repeats=repeats))
            with CaptureQueriesContext(
                connection,
            ) as queries:
                exported(signed_in, prompt, file_format)
            counts.append(len(queries))
        assert len(set(counts)) == 1

    def test_six_hundred_runs_are_read_a_few_at_a_time(self, owner: Any) -> None:
        prompt = finished(owner, replace(asked(*FOUR[:1]), repeats=600))
        with CaptureQueriesContext(connection) as queries:
            parts = boards.as_json(prompt, boards.in_order(prompt))
            next(parts)
            first = next(parts)
            assert len(queries) < 5
            rest = "".join(parts)
        assert "An answer." in first
        assert rest.count('"state": "done"') == 599
        assert len(queries) < 35

    @pytest.mark.django_db(transaction=True)
    def test_a_server_that_answers_asynchronously_sends_it_in_parts(self, async_client: Any, owner: Any) -> None:
        prompt = finished(owner, replace(asked(FOUR[0]), repeats=30))

        async def read() -> list[bytes]:
            await async_client.aforce_login(owner, backend=BACKEND)
            response = await async_client.get(f"/playground/{prompt.pk}/export", {"format": "json"})
            return [part async for part in response.streaming_content]

        parts = asyncio.run(read())
        assert len(parts) == 2
        assert len(json.loads(b"".join(parts))["runs"]) == 30
