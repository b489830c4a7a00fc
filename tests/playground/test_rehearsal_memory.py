"""Thinking aloud, seeds and repeats, cached tokens, and the records of answers that are asked for afterwards."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from openrouter.components import GenerationResponse

from playground.rehearsal import chat_request, counting, memory, words
from playground.rehearsal.counting import Count
from playground.rehearsal.generations import MOST_KEPT, Generation, Generations
from playground.rehearsal.process import RehearsalProcess
from playground.rehearsal.request import Request
from playground.rehearsal.thinking import LABEL
from playground.rehearsal.wording import NOTICE
from tests.playground.rehearsing import Heard, chat, generation, respond, said_to, send


@pytest.fixture(scope="module")
def rehearsal() -> Iterator[RehearsalProcess]:
    with RehearsalProcess(hurry=50) as process:
        yield process


def thought(heard: Heard) -> int:
    return heard.usages[0]["completion_tokens_details"]["reasoning_tokens"]


class TestThinking:
    @pytest.mark.parametrize(
        "more", [{"reasoning": {"effort": "low"}}, {"reasoning_effort": "low"}, {"reasoning": {"max_tokens": 48}}]
    )
    def test_it_comes_first_and_is_counted_inside(self, rehearsal: RehearsalProcess, more: dict[str, Any]) -> None:
        heard = chat(rehearsal, "Why is the sky blue?", **more)
        aloud = heard.parts("reasoning")
        assert aloud.startswith(f"{LABEL} The prompt has 5 words; there is 1 message in all.")
        assert 48 <= thought(heard) == len(words.tokens(aloud)) < 70
        assert heard.usages[0]["completion_tokens"] == thought(heard) + len(words.tokens(heard.text))
        assert heard.text == chat(rehearsal, "Why is the sky blue?").text
        kinds = ["reasoning" in chunk["choices"][0]["delta"] for chunk in heard.said[1:-2]]
        assert kinds == sorted(kinds, reverse=True)
        whole = chat(rehearsal, "Why is the sky blue?", stream=False, **more)
        assert whole.said[0]["choices"][0]["message"]["reasoning"] == aloud
        assert whole.usages == heard.usages

    def test_more_effort_thinks_longer(self, rehearsal: RehearsalProcess) -> None:
        efforts = ["none", "minimal", "low", "medium", "high", "xhigh", "max"]
        counts = [thought(chat(rehearsal, "Hi", reasoning={"effort": effort})) for effort in efforts]
        assert counts[:2] == [0, 0]
        assert counts[1:] == sorted(set(counts[1:]))

    def test_magistral_thinks_by_itself_until_told_not_to(self, rehearsal: RehearsalProcess) -> None:
        model = "mistralai/magistral-medium-2509"
        assert thought(chat(rehearsal, "Hi", model=model)) == thought(chat(rehearsal, "Hi", reasoning_effort="medium"))
        assert thought(chat(rehearsal, "Hi", model=model, reasoning_effort="none")) == 0
        assert thought(chat(rehearsal, "Hi", model=model, reasoning={"enabled": False})) == 0

    def test_hidden_thinking_is_counted_all_the_same(self, rehearsal: RehearsalProcess) -> None:
        for more in (
            {"reasoning": {"effort": "low", "exclude": True}},
            {"reasoning_effort": "low", "include_reasoning": False},
        ):
            heard = chat(rehearsal, "Hi", **more)
            assert (heard.parts("reasoning"), thought(heard) > 0) == ("", True)
            assert heard.text.startswith(NOTICE)

    def test_a_limit_can_leave_thinking_only(self, rehearsal: RehearsalProcess) -> None:
        heard = chat(rehearsal, "Hi", reasoning_effort="high", max_tokens=20)
        assert (heard.text, thought(heard), heard.finish) == ("", 20, ["length"])


class TestWording:
    def test_a_seed_chooses_the_words(self, rehearsal: RehearsalProcess) -> None:
        one, again, two = (chat(rehearsal, "Hello", seed=seed, temperature=1).text for seed in (1, 1, 2))
        assert one == again != two
        assert one.startswith(f"{NOTICE}\n\nSeed 1 chose these words.")
        assert chat(rehearsal, "Hello", random_seed=1).text == one

    def test_repeats_vary_from_temperature_1_on(self, rehearsal: RehearsalProcess) -> None:
        cool = {chat(rehearsal, "Hello", temperature=0.9).text for _ in range(3)}
        assert cool == {chat(rehearsal, "Hello").text}
        warm = [chat(rehearsal, "Hello", temperature=1).text for _ in range(3)]
        assert len(set(warm)) == 3
        for number, text in enumerate(warm, 1):
            assert text.startswith(f"{NOTICE}\n\nThis is wording {number}: at temperature 1 every repeat has its own.")
        assert "This is wording 1:" in chat(rehearsal, "Hello", temperature=1, model="a/c").text

    def test_what_is_remembered_of_repeats_is_bounded(self) -> None:
        repeats = memory.Repeats()
        assert [repeats.number(asked("x", temperature=1)) for _ in range(2)] == [1, 2]
        for number in range(memory.MOST_REPEATS):
            repeats.number(asked(str(number), temperature=1.5))
        assert repeats.number(asked("x", temperature=1)) == 1
        assert [repeats.number(asked("x", **more)) for more in ({}, {"temperature": 2, "seed": 3})] == [0, 0]


def asked(*texts: str, **more: Any) -> Request:
    messages = [{"role": "user", "content": text} for text in texts]
    return chat_request.read(json.dumps({"model": "a/b", "messages": messages, **more}).encode())


LONG = "abcd " * 1021  # 1021 tokens and a space, and 3 for the message


class TestCachedTokens:
    def test_a_long_beginning_is_cached_the_second_time(self, rehearsal: RehearsalProcess) -> None:
        system = {"role": "system", "content": LONG}
        counted = words.count([LONG])
        assert counted == 1025
        first, second = (chat(rehearsal, [system, *said_to(text)]).usages[0] for text in ("One", "Two"))
        assert first["prompt_tokens_details"]["cached_tokens"] == 0
        assert second["prompt_tokens_details"]["cached_tokens"] == counted
        assert second["prompt_tokens"] == counted + words.count(["Two"])
        heard = respond(rehearsal, "Three", instructions=LONG)
        assert heard.response["usage"]["input_tokens_details"]["cached_tokens"] == counted
        for other in (
            chat(rehearsal, [system, *said_to("x")], model="a/c"),
            chat(rehearsal, [*said_to(LONG), *said_to("x")]),
        ):
            assert other.usages[0]["prompt_tokens_details"]["cached_tokens"] == 0

    def test_a_conversation_that_goes_on_is_cached_as_far_as_it_went(self) -> None:
        prefixes = memory.Prefixes()
        assert prefixes.count(asked(LONG))[1] == 0
        assert prefixes.count(asked(LONG, "more"))[1] == words.count([LONG])
        assert prefixes.count(asked(LONG, "more", "still"))[1] == words.count([LONG, "more"])
        assert prefixes.count(asked(LONG, "else", "still"))[1] == words.count([LONG])

    def test_a_prompt_alone_is_not_its_own_beginning(self) -> None:
        prefixes = memory.Prefixes()
        assert [prefixes.count(asked(LONG))[1] for _ in range(2)] == [0, 0]

    def test_short_beginnings_and_other_tools_are_not_cached(self) -> None:
        prefixes = memory.Prefixes()
        short = "abcd " * 1019  # 1019 and a space, and 3: one too few
        assert [prefixes.count(asked(short, "x"))[1] for _ in range(2)] == [0, 0]
        tool = {"type": "function", "function": {"name": "x"}}
        assert [prefixes.count(asked(LONG, "x", **more))[1] for more in ({}, {"tools": [tool]})] == [0, 0]
        counted = counting.of_offers(asked("x", tools=[tool])) + words.count([LONG])
        assert prefixes.count(asked(LONG, "y", tools=[tool]))[1] == counted

    def test_after_five_minutes_it_is_forgotten(self) -> None:
        now = [1000.0]
        prefixes = memory.Prefixes(lambda: now[0])
        found = []
        for seconds in (0, 299, 299, 301):
            now[0] += seconds
            found.append(prefixes.count(asked(LONG, "x"))[1] > 0)
        assert found == [False, True, True, False]

    def test_only_so_many_are_remembered(self) -> None:
        prefixes = memory.Prefixes()
        for number in range(150):
            prefixes.count(asked(f"{number} {LONG}", "x"))
        assert len(prefixes) == memory.MOST_PREFIXES == 200


class TestRecords:
    def record(self, rehearsal: RehearsalProcess, heard: Heard) -> dict[str, Any]:
        found = generation(rehearsal, heard.headers["x-generation-id"])
        assert found.status == 200
        GenerationResponse.model_validate(json.loads(found.raw))
        return json.loads(found.raw)["data"]

    def test_a_whole_answer_is_known_at_once(self, rehearsal: RehearsalProcess) -> None:
        for stream in (True, False):
            heard = chat(rehearsal, "rehearse: missing usage", reasoning_effort="low", stream=stream)
            record = self.record(rehearsal, heard)
            assert record["native_tokens_prompt"] == words.count(["rehearse: missing usage"])
            thinking = len(words.tokens(heard.parts("reasoning")))
            assert record["native_tokens_reasoning"] == thinking
            assert record["native_tokens_completion"] == thinking + len(words.tokens(heard.text))
            assert (record["total_cost"], record["cancelled"], record["streamed"]) == (0, False, stream)
            assert (record["model"], record["finish_reason"]) == ("a/b", "stop")
            assert (record["api_type"], record["provider_name"]) == ("completions", "Windrose rehearsal")
            assert record["latency"] > 0
            assert record["generation_time"] > 0

    def test_responses_are_recorded_with_who_really_answered(self, rehearsal: RehearsalProcess) -> None:
        record = self.record(rehearsal, respond(rehearsal, "rehearse: other model"))
        assert (record["api_type"], record["model"]) == ("responses", "windrose/understudy")

    def test_one_who_leaves_is_told_after_a_second(self, rehearsal: RehearsalProcess) -> None:
        raw = json.dumps({"model": "a/b", "stream": True, "messages": said_to("rehearse: stall")}).encode()
        left = send(rehearsal, raw, read=3000)
        assert b"simu" in left.raw
        time.sleep(0.3)
        assert generation(rehearsal, left.headers["x-generation-id"]).status == 404
        time.sleep(1.0)
        record = self.record(rehearsal, left)
        assert (record["cancelled"], record["finish_reason"]) == (True, None)
        assert 0 < record["native_tokens_completion"] < 200

    @pytest.mark.parametrize("name", ["broken connection", "error in mid-stream"])
    def test_what_broke_off_was_not_cancelled(self, rehearsal: RehearsalProcess, name: str) -> None:
        heard = chat(rehearsal, f"rehearse: {name}")
        assert generation(rehearsal, heard.headers["x-generation-id"]).status == 404
        time.sleep(1.1)
        record = self.record(rehearsal, heard)
        assert (record["cancelled"], record["finish_reason"]) == (False, "error")
        assert record["native_tokens_completion"] == len(words.tokens(heard.text))

    def test_what_nobody_knows(self, rehearsal: RehearsalProcess) -> None:
        heard = chat(rehearsal, "rehearse: no record")
        assert generation(rehearsal, heard.headers["x-generation-id"]).status == 404
        assert generation(rehearsal, "gen-1").error["metadata"]["error_type"] == "not_found"
        assert send(rehearsal, None, "/generation", "GET").status == 400
        assert send(rehearsal, None, "/generation?id=a&id=b", "GET").status == 400

    def test_the_last_thousand_are_kept(self) -> None:
        kept = Generations()
        for number in range(MOST_KEPT + 1):
            each = Generation(str(number), "a/b", "p", "completions", True, Count(1, 0, 0, 0))
            kept.keep(each)
            assert kept.record(str(number)) is None
            each.end(Count(1, 0, 2, 0), "stop", is_cancelled=False, is_interrupted=False)
        assert kept.record("0") is None
        found = kept.record("1")
        assert found
        assert found["native_tokens_completion"] == 2
