"""One mode of an upstream: what it does, and everything that has to come of it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from playground.upstream.errors import UpstreamError
from tests.upstreams.steps import Body, Step


@dataclass(frozen=True)
class Mode:
    """`tool_calls` are (id, name, arguments). `usage` is the last one, exact; `cost` the USD that it says was billed.

    `state` is the word of the run's end. `is_slow` marks modes that end by a deadline and need a short one. `streams` is
    what the request asks for, whatever the script then does.
    """

    script: list[Step]
    api: str = "chat"
    text: str = ""
    reasoning: str = ""
    refusal: str = ""
    tool_calls: tuple[tuple[str, str, str], ...] = ()
    finish: str = ""
    is_done: bool = True
    usage: dict[str, Any] | None = None
    served: str | None = None  # the model that answers, where the mode is about it
    error: type[UpstreamError] | None = None
    words: str = ""  # in the error's sentence
    detail: str = ""  # in the error's detail
    kind: str = ""
    nothing_billed: bool = False
    state: str = "done"
    cost: str | None = None
    is_slow: bool = False
    streams: bool = True

    @property
    def is_golden(self) -> bool:
        """Whether it is all body and ends by itself, so that its bytes may be cut anywhere."""
        return all(isinstance(step, Body) for step in self.script) and not self.is_slow


def usage(prompt: int, completion: int, **more: Any) -> dict[str, Any]:
    """A usage object in the names of chat completions."""
    counts = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    return {**counts, **more}


def billed(prompt: int, completion: int, cost: str, **more: Any) -> dict[str, Any]:
    return usage(prompt, completion, cost=Decimal(cost), **more)
