"""A run's usage as a workload, the mean of a matrix, and each model's totals: sums by hand, links that price the same."""

from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client

from catalog.usage import Usage
from playground import deciding
from playground.models import Prompt, Run, State
from tests.playground.boards import USAGE, ended, failed, many, opened
from tests.playground.builders import FOUR

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]


def loaded(prompt: Prompt) -> Prompt:
    return Prompt.objects.for_board().get(pk=prompt.pk)


def fields(address: str) -> list[tuple[str, str]]:
    assert urlsplit(address).path == "/costs/"
    return parse_qsl(urlsplit(address).query)


class TestRunWorkload:
    def test_the_profile_is_the_runs_own_usage_with_its_model_first(self, owner: Any) -> None:
        prompt = opened(owner, FOUR[0], FOUR[3])
        second = prompt.runs.all()[1]
        ended(second)
        run = loaded(prompt).runs.all()[1]
        assert fields(deciding.run_workload(run)) == [
            ("prompt_tokens", "10000"),
            ("cached_tokens", "4000"),
            ("completion_tokens", "1000"),
            ("requests", "1000"),
            ("per", "day"),
            ("model", FOUR[3]),
            ("model", FOUR[0]),
        ]

    def test_parts_that_only_some_runs_have(self, owner: Any) -> None:
        prompt = opened(owner)
        usage = {
            "prompt_tokens": 500,
            "completion_tokens": 90,
            "prompt_tokens_details": {"cache_write_tokens": 200},
            "completion_tokens_details": {"reasoning_tokens": 70},
        }
        ended(prompt.runs.get(), usage=usage)
        found = dict(fields(deciding.run_workload(prompt.runs.get())))
        assert (found["cache_write_tokens"], found["reasoning_tokens"]) == ("200", "70")

    def test_without_a_usage_there_is_none(self, owner: Any) -> None:
        prompt = opened(owner)
        failed(prompt.runs.get(), "No.")
        assert deciding.run_workload(prompt.runs.get()) == ""

    def test_the_costs_page_prices_a_request_of_it_as_the_run_was(self, client: Client, owner: Any) -> None:
        prompt = opened(owner)
        ended(prompt.runs.get())
        page = client.get(deciding.run_workload(prompt.runs.get())).content.decode()
        assert "1,000 requests a day" in page
        assert "$0.0047" in page  # what one of them cost, and 1,000 of them $4.70
        assert "$4.70" in page

    def test_the_board_links_to_it_without_a_query_for_each_column(
        self, signed_in: Client, owner: Any, django_assert_num_queries: Any
    ) -> None:
        prompt = opened(owner, *FOUR)
        for run in prompt.runs.all():
            ended(run)
        runs = list(loaded(prompt).runs.all())
        with django_assert_num_queries(0):
            assert all(deciding.run_workload(run) for run in runs)
        page = signed_in.get(prompt.get_absolute_url()).content.decode()
        assert page.count("As a workload, 1,000 a day") == 4
        assert page.count("Its cost on every other model") == 4

    def test_a_run_loaded_alone_asks_once_for_the_models_beside_it(
        self, owner: Any, django_assert_num_queries: Any
    ) -> None:
        prompt = opened(owner, *FOUR)
        ended(prompt.runs.first())
        run = Run.objects.select_related("prompt").get(pk=prompt.runs.first().pk)
        with django_assert_num_queries(1):
            first = deciding.run_workload(run)
            assert deciding.run_workload(run) == first
        assert [value for name, value in fields(first) if name == "model"] == FOUR


class TestMean:
    def test_wholes_are_rounded_up_and_parts_down(self) -> None:
        usages = [Usage(10, 4, cached_tokens=4), Usage(11, 7, cached_tokens=5, reasoning_tokens=1)]
        # prompt 21/2 = 10.5, completion 11/2 = 5.5, cached 9/2 = 4.5, reasoning 1/2
        assert deciding.mean_usage(usages) == Usage(11, 6, cached_tokens=4)

    def test_parts_never_exceed_their_whole(self) -> None:
        usages = [Usage(1, 1, cached_tokens=1), Usage(1, 1, cache_write_tokens=1)]
        assert deciding.mean_usage(usages) == Usage(1, 1)  # each half a token: rounded up they would be two of one

    def test_a_matrix(self, owner: Any) -> None:
        prompt = many(owner, 3, *FOUR[:2])
        first, second, *rest = prompt.runs.all()
        ended(first, usage={"prompt_tokens": 100, "completion_tokens": 10})
        ended(second, usage={"prompt_tokens": 101, "completion_tokens": 13})
        for run in rest:
            failed(run, "No.")
        mean = deciding.matrix_workload(loaded(prompt))
        assert mean is not None
        assert mean.words == "The mean of 2 of 6 runs: 101 tokens in and 12 out, rounded up."
        assert fields(mean.address) == [
            ("prompt_tokens", "101"),
            ("cached_tokens", "0"),
            ("completion_tokens", "12"),
            ("requests", "1000"),
            ("per", "day"),
            ("model", FOUR[0]),
            ("model", FOUR[1]),
        ]

    def test_the_page_of_one_of_its_runs_leads_to_it(
        self, signed_in: Client, owner: Any, django_assert_num_queries: Any
    ) -> None:
        prompt = many(owner, 2)
        first, second = prompt.runs.all()
        ended(first, usage={"prompt_tokens": 100, "completion_tokens": 10})
        ended(second, usage={"prompt_tokens": 200, "completion_tokens": 10})
        page = signed_in.get(f"{prompt.get_absolute_url()}runs/{first.pk}/").content.decode()
        assert "prompt_tokens=100&amp;" in page
        assert "prompt_tokens=150&amp;" in page
        assert "The mean of 2 runs: 150 tokens in and 10 out, rounded up." in page
        alone, board = Prompt.objects.get(pk=prompt.pk), loaded(prompt)
        with django_assert_num_queries(1):
            assert deciding.matrix_workload(alone) == deciding.matrix_workload(board)

    def test_none_without_a_usage(self, owner: Any) -> None:
        assert deciding.matrix_workload(loaded(many(owner, 2))) is None


class TestTotals:
    def test_sums_by_hand(self, owner: Any) -> None:
        prompt = many(owner, 4, *FOUR[:2])
        of_first = list(prompt.runs.filter(model_public_id=FOUR[0]))
        ended(of_first[0], spent="0.001", billed_usd="0.001", first_token_ms=200, last_token_ms=1200)  # 1,000 in 1 s
        ended(of_first[1], spent="0.0000005", computed_usd="0.0000005", first_token_ms=400, last_token_ms=2400)
        ended(of_first[2], State.INCOMPLETE, None, usage=None, computed_usd="", error="Broke off.")
        Run.objects.filter(pk=of_first[0].pk).update(verdict="better")
        Run.objects.filter(pk=of_first[1].pk).update(verdict="worse")
        for run, state in zip(
            prompt.runs.filter(model_public_id=FOUR[1]), (State.TRUNCATED, State.STOPPED, State.FAILED), strict=False
        ):
            ended(run, state, "0", computed_usd="0", usage=None)
        first, second = deciding.totals(loaded(prompt).runs.all())
        assert (first.offer, first.name, first.runs) == (FOUR[0], "Mistral Large 3 2512", 4)
        assert (first.done, first.failed, first.others, first.to_come) == (2, 1, 0, 1)
        assert first.cost == Decimal("0.0010005")
        assert first.unknown == 1
        assert first.first_token_ms == 300
        assert first.tokens_per_second == Decimal("750.0")  # of 1,000 and 500
        assert (first.better, first.worse) == (1, 1)
        assert (second.done, second.failed, second.others, second.to_come) == (0, 1, 2, 1)
        assert second.cost == 0
        assert (second.unknown, second.first_token_ms, second.tokens_per_second) == (0, None, None)

    def test_what_a_rehearsal_would_have_cost(self, owner: Any) -> None:
        prompt = many(owner, 2, upstream="rehearsal")
        for run in prompt.runs.all():
            ended(run, spent="0")
        (found,) = deciding.totals(loaded(prompt).runs.all())
        assert found.cost == Decimal("0.0094")

    def test_nothing_known_is_not_zero(self, owner: Any) -> None:
        prompt = opened(owner)
        ended(prompt.runs.get(), State.INCOMPLETE, None, usage=None, computed_usd="")
        (found,) = deciding.totals(loaded(prompt).runs.all())
        assert (found.cost, found.unknown) == (None, 1)

    def test_no_query_for_loaded_runs(self, owner: Any, django_assert_num_queries: Any) -> None:
        prompt = many(owner, 3, *FOUR)
        for run in prompt.runs.all():
            ended(run, usage=USAGE)
        runs = list(loaded(prompt).runs.all())
        with django_assert_num_queries(0):
            assert [each.done for each in deciding.totals(runs)] == [3, 3, 3, 3]
