"""From runs to a decision: their token profile as a workload for the costs page, and what each model came to over many runs.

A profile is put into the address of the costs page and nowhere else. Of several runs it is their mean: prompt and completion
tokens are rounded up and the parts inside them down, so that no part exceeds its whole and no cost is made smaller.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from statistics import median
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode

from catalog.usage import Usage
from playground.board.costs import final_amount, total
from playground.board.names import name_of, offer_of
from playground.models import Prompt, Run, State, Verdict
from playground.usage import read_usage

REQUESTS, PER = 1_000, "day"
BAD_ENDS = (State.FAILED, State.INCOMPLETE)


def workload_address(usage: Usage, model_ids: Iterable[str]) -> str:
    """The costs page with this usage a thousand times a day on these models. Parts that are 0 are left out, and audio and
    image tokens, which that page does not know, count as plain ones."""
    parts = (("cache_write_tokens", usage.cache_write_tokens), ("reasoning_tokens", usage.reasoning_tokens))
    fields = [
        ("prompt_tokens", usage.prompt_tokens),
        ("cached_tokens", usage.cached_tokens),
        ("completion_tokens", usage.completion_tokens),
        ("requests", REQUESTS),
        ("per", PER),
        *((name, count) for name, count in parts if count),
        *(("model", model_id) for model_id in dict.fromkeys(model_ids)),
    ]
    return f"{reverse('catalog:costs')}?{urlencode(fields)}"


def run_workload(run: Run) -> str:
    """The costs page with the profile of one run, on its model and the others of its board; blank without a usage."""
    usage = run.priced_usage()
    return "" if usage is None else workload_address(usage, [run.model_public_id, *board_models(run)])


def board_models(run: Run) -> Sequence[str]:
    """The ids of the models that the prompt of `run` was sent to, in their order. One query, unless its board is loaded."""
    if _is_loaded(run.prompt):
        return list(dict.fromkeys(each.model_public_id for each in run.prompt.runs.all()))
    return _models_of(run.prompt_id)


def _is_loaded(prompt: Prompt) -> bool:
    return "runs" in getattr(prompt, "_prefetched_objects_cache", {})


@lru_cache(maxsize=256)
def _models_of(prompt_id: UUID) -> tuple[str, ...]:
    """The models of a prompt never change, so they may be remembered."""
    ids = Run.objects.filter(prompt=prompt_id).order_by("position").values_list("model_public_id", flat=True)
    return tuple(dict.fromkeys(ids))


@dataclass(frozen=True)
class MeanWorkload:
    """The mean usage of a board's runs, as an address of the costs page and in words that say what it was made of."""

    address: str
    usage: Usage
    counted: int
    runs: int

    @property
    def words(self) -> str:
        of = f"{self.counted:,} of {self.runs:,} runs" if self.counted < self.runs else f"{self.runs:,} runs"
        return f"The mean of {of}: {self.usage.prompt_tokens:,} tokens in and {self.usage.completion_tokens:,} out, rounded up."


def matrix_workload(prompt: Prompt) -> MeanWorkload | None:
    """The mean profile of all runs of a board that reported a usage, on its models; None where none did. One query that reads
    no text, unless the board is loaded."""
    if _is_loaded(prompt):
        reported = [(run.model_public_id, run.usage) for run in prompt.runs.all()]
    else:
        reported = list(prompt.runs.order_by("position").values_list("model_public_id", "usage"))
    usages = [usage for _, each in reported if (usage := read_usage(each)) is not None]
    if not usages:
        return None
    usage = mean_usage(usages)
    address = workload_address(usage, (model_id for model_id, _ in reported))
    return MeanWorkload(address, usage, counted=len(usages), runs=len(reported))


def mean_usage(usages: Sequence[Usage]) -> Usage:
    """The mean: the wholes rounded up, the parts inside them down. Of (10, 4 cached) and (11, 5 cached): 11, 4 cached.

    Raises ZeroDivisionError for none at all.
    """

    def up(counts: Iterable[int]) -> int:
        return -(-sum(counts) // len(usages))

    def down(counts: Iterable[int]) -> int:
        return sum(counts) // len(usages)

    return Usage(
        prompt_tokens=up(usage.prompt_tokens for usage in usages),
        completion_tokens=up(usage.completion_tokens for usage in usages),
        cached_tokens=down(usage.cached_tokens for usage in usages),
        cache_write_tokens=down(usage.cache_write_tokens for usage in usages),
        reasoning_tokens=down(usage.reasoning_tokens for usage in usages),
    )


@dataclass(frozen=True)
class Total:
    """What one offer came to over its runs.

    `cost` is the exact sum in USD of the costs that are known, None where none is; `unknown` counts runs that are over and
    whose cost is not known. Medians are of the runs that have the figure: `first_token_ms` in milliseconds.
    """

    offer: str
    name: str
    runs: int
    done: int
    failed: int
    to_come: int
    cost: Decimal | None
    unknown: int
    first_token_ms: int | None
    tokens_per_second: Decimal | None
    better: int
    worse: int

    @property
    def others(self) -> int:
        """Runs that ended neither well nor by a failure: cut, refused, stopped, interrupted."""
        return self.runs - self.done - self.failed - self.to_come


def totals(runs: Iterable[Run]) -> list[Total]:
    """One total for each offer, in the order in which the runs name them. No query for loaded runs.

    It tells names, costs and speeds: the caller asks whether they may be shown.
    """
    by_offer: dict[str, list[Run]] = {}
    for run in runs:
        by_offer.setdefault(offer_of(run), []).append(run)
    return [_total(offer, each) for offer, each in by_offer.items()]


def _total(offer: str, runs: list[Run]) -> Total:
    over = [run for run in runs if run.is_over]
    costs = [cost for run in over if (cost := final_amount(run)) is not None]
    firsts = [run.first_token_ms for run in runs if run.first_token_ms is not None]
    speeds = [speed for run in over if (speed := run.tokens_per_second) is not None]
    states = Counter(run.state for run in runs)
    verdicts = Counter(run.verdict for run in runs)
    return Total(
        offer,
        name_of(runs[0]),
        runs=len(runs),
        done=states[State.DONE],
        failed=sum(states[state] for state in BAD_ENDS),
        to_come=len(runs) - len(over),
        cost=total(costs) if costs else None,
        unknown=len(over) - len(costs),
        first_token_ms=round(median(firsts)) if firsts else None,
        tokens_per_second=median(speeds).quantize(Decimal("0.1")) if speeds else None,
        better=verdicts[Verdict.BETTER],
        worse=verdicts[Verdict.WORSE],
    )
