"""What the terminal shows: answers on standard output, everything else on standard error.

With one run, standard output is the answer alone, so that it can be piped on; with several, each has its name above it.
What a model wrote is text: where a person looks at it, control characters that would command his terminal are left out.
"""

import re
from typing import Any, Protocol

from catalog import figures
from playground.board.costs import cost_words, final_amount
from playground.board.names import name_of
from playground.models import Run

CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class Out(Protocol):
    """What a command writes to (Django's OutputWrapper)."""

    def write(self, msg: str = "", style_func: Any = None, ending: str | None = None) -> None: ...
    def flush(self) -> None: ...
    def isatty(self) -> bool: ...


class Screen:
    """Prints runs one after the other. `is_silent` prints nothing: a JSON object follows."""

    def __init__(self, out: Out, err: Out, *, several: bool, shows_reasoning: bool, is_silent: bool) -> None:
        self._out, self._err = out, err
        self._several = several
        self._shows_reasoning = shows_reasoning
        self.is_silent = is_silent
        self._ends_line = True
        self._is_thinking = False

    def begin(self, run: Run) -> None:
        """The name of the run whose answer comes next."""
        if not self.is_silent:
            self._write(self._out if self._several else self._err, f"— {label(run)}\n")

    def reasoning(self, more: str) -> None:
        if more and self._shows_reasoning and not self.is_silent:
            if not self._is_thinking:
                self._write(self._err, "— Reasoning\n")
            self._is_thinking = True
            self._write(self._err, self._plain(more, self._err))

    def text(self, more: str) -> None:
        if not more or self.is_silent:
            return
        self._end_thoughts()
        self._write(self._out, self._plain(more, self._out))
        self._ends_line = more.endswith("\n")

    def end(self, run: Run, tool_calls: list[dict[str, str]]) -> None:
        """The calls of tools, and how the run ended and what it cost."""
        if self.is_silent:
            return
        self._end_thoughts()
        if not self._ends_line:
            self._write(self._out, "\n")
        for call in tool_calls:
            line = f"{call['name']}({' '.join(call['arguments'].split())})\n"
            self._write(self._out, self._plain(line, self._out))
        self._ends_line = True
        self._write(self._err, f"— {closing(run)}\n")

    def note(self, sentence: str) -> None:
        if not self.is_silent:
            self._write(self._err, f"{sentence}\n")

    def _end_thoughts(self) -> None:
        if self._is_thinking:
            self._is_thinking = False
            self._write(self._err, "\n— Answer\n")

    def _plain(self, text: str, to: Out) -> str:
        return CONTROLS.sub("", text) if to.isatty() else text

    def _write(self, to: Out, text: str) -> None:
        to.write(text, str, "")  # as it is: Django would write all of standard error in red
        to.flush()


def label(run: Run) -> str:
    """The model, and which of its runs this is, where there are several."""
    words = [name_of(run)]
    if len(run.prompt.variables.get("rows", [])) > 1 and run.row is not None:
        words.append(f"row {run.row + 1}")
    if run.prompt.repeats > 1:
        words.append(f"repeat {run.repeat + 1}")
    return ", ".join(words)


def closing(run: Run) -> str:
    """“Done; cost: $0.0047; 10,000 tokens in, 1,000 out; first token after 620 ms.”"""
    would = "would have cost" if run.is_rehearsal else "cost"
    parts = [f"{run.get_state_display()}; {would}: {cost_words(final_amount(run))}"]
    usage = run.priced_usage()
    if usage is not None:
        parts.append(f"{usage.prompt_tokens:,} tokens in, {usage.completion_tokens:,} out")
    if run.first_token_ms is not None:
        parts.append(f"first token after {figures.seconds(run.first_token_ms)}")
    return "; ".join(parts)
