"""What the rehearsal says. It begins by saying that no model was asked, then reacts to the prompt, always the same way.

Two models say the same thing in different words and at different speeds, so that a comparison has something to show.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from playground.rehearsal.request import Request
from playground.rehearsal.troubles import Trouble
from playground.rehearsal.words import tokens

T = TypeVar("T")

NOTICE = "This is a simulated answer from Windrose's rehearsal; no model was asked."
EXACTLY = re.compile(r"say exactly:[ \t]*\n?", re.IGNORECASE)
CUT_OFF_TOKENS = 24

OPENINGS = (
    "You wrote “{echo}”, and here is how an answer to it would look.",
    "Your prompt begins with “{echo}”. A real answer would start from there.",
    "Let us take “{echo}” as the question.",
    "Read and counted: “{echo}”.",
)
LISTS = (
    ("**What was read**", "words in the last message: {words}", "different words: {different}", "messages: {messages}"),
    ("**In numbers**", "{words} words, {different} of them different", "{letters} characters", "messages: {messages}"),
    ("**At a glance**", "longest word: `{longest}`", "words: {words}", "characters: {letters}"),
)
CODES = (
    ("python", 'words = prompt.split()\nprint(len(words), "words")  # {words} words'),
    ("python", "longest = max(prompt.split(), key=len)  # {longest}\nprint(longest.upper())"),
    ("javascript", "const words = prompt.trim().split(/\\s+/);\nconsole.log(words.length); // {words}"),
)
CLOSINGS = (
    "With a key set, `{model}` itself would answer here, and the cost beside it would be real.",
    "Set a key to have `{model}` answer. Nothing was spent on this one.",
    "Stop it, run it again, compare it: it costs nothing. The words of `{model}` would differ.",
    "That is all a rehearsal can say in the name of `{model}`.",
)


@dataclass(frozen=True)
class Pace:
    """Seconds to the first token, and tokens a second after it."""

    first_token: float
    tokens_per_second: float


@dataclass(frozen=True)
class Answer:
    tokens: list[str]
    finish_reason: str


def _number(model: str, purpose: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{purpose}/{model}".encode("utf-8", "replace")).digest()[:4], "big")


def pace(model: str) -> Pace:
    """How fast a model answers: 200 to 600 ms, then 40 to 120 tokens a second, the same every time."""
    return Pace((200 + _number(model, "first") % 401) / 1000, 40.0 + _number(model, "speed") % 81)


def answer(request: Request, trouble: Trouble | None) -> Answer:
    """The whole answer, with stop texts, output limit and troubles applied."""
    if trouble is not None and trouble.name == "empty":
        return Answer([], "stop")
    text = _text(request)
    # The label stays, whatever the stop texts are.
    ends = [place for stop in request.stops if (place := text.find(stop, len(NOTICE))) >= 0]
    said = tokens(text[: min(ends)] if ends else text)
    limits = [request.limit] if request.limit is not None else []
    if trouble is not None and trouble.name == "cut off":
        limits.append(CUT_OFF_TOKENS)
    limit = min(limits, default=len(said))
    return Answer(said[:limit], "length" if len(said) > limit else "stop")


def _text(request: Request) -> str:
    exactly = EXACTLY.search(request.prompt)
    if request.wants_json:
        return json.dumps({"notice": NOTICE, "model": request.model, "words": len(request.prompt.split())}, indent=2)
    if exactly:
        return f"{NOTICE}\n\n{request.prompt[exactly.end() :]}"
    words = request.prompt.split()
    facts = {
        "echo": _plain(" ".join(words[:12])) + ("…" if len(words) > 12 else "") or "nothing at all",
        "words": len(words),
        "different": len({word.lower() for word in words}),
        "letters": len(request.prompt),
        "messages": len(request.texts),
        "longest": _plain(max(words, key=len, default="none")),
        "model": _plain(request.model),
    }
    title, *entries = _pick(LISTS, request.model, "list")
    language, code = _pick(CODES, request.model, "code")
    parts = [
        NOTICE,
        _pick(OPENINGS, request.model, "opening").format(**facts),
        title + "\n\n" + "\n".join(f"- {entry.format(**facts)}" for entry in entries),
        f"```{language}\n{code.format(**facts)}\n```",
        _pick(CLOSINGS, request.model, "closing").format(**facts),
    ]
    return "\n\n".join(parts)


def _pick(choices: Sequence[T], model: str, purpose: str) -> T:
    return choices[_number(model, purpose) % len(choices)]


def _plain(text: str) -> str:
    """An echo on one line that opens no code and no link of its own."""
    return re.sub(r"[`*_<>\[\]|]", "", text)[:120]
