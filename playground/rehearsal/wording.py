"""The words of an answer. They begin by saying that no model was asked, then speak of the prompt.

Two models say the same thing in different words, and so does one model under another seed, so that a comparison has
something to show.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from playground.rehearsal.request import Request

T = TypeVar("T")

NOTICE = "This is a simulated answer from Windrose's rehearsal; no model was asked."
EXACTLY = re.compile(r"say exactly:[ \t]*\n?", re.IGNORECASE)
MOST_QUOTED = 200  # characters of a tool's result
MOST_NAMED_IMAGES = 10

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
# No closing names the model: where names are hidden until a verdict, the answer must not tell.
CLOSINGS = (
    "With a key set, the model itself would answer here, and the cost beside it would be real.",
    "Set a key to have the model answer. Nothing was spent on this one.",
    "Stop it, run it again, compare it: it costs nothing. The model’s own words would differ.",
    "That is all a rehearsal can say in a model’s name.",
)
RESULTS = (
    "The tool `{name}` answered {result}.",
    "From `{name}` came {result}, which a real model would now put into words.",
    "What `{name}` found is {result}.",
)


@dataclass(frozen=True)
class Variation:
    """What the wording hangs on besides model and prompt, and the sentence that says so; both are blank by default."""

    salt: str = ""
    said: str = ""


def variation(request: Request, repeat: int) -> Variation:
    """A seed chooses the wording. Without one, at temperature 1 or more, each repeat of a prompt has its own."""
    if request.seed is not None:
        return Variation(f"seed {request.seed}", f"Seed {request.seed} chose these words.")
    if repeat and request.temperature is not None:
        said = f"This is wording {repeat}: at temperature {request.temperature:g} every repeat has its own."
        return Variation(f"repeat {repeat}", said)
    return Variation()


def number(model: str, purpose: str) -> int:
    """A number that looks random and is always the same for a model and a purpose."""
    return int.from_bytes(hashlib.sha256(f"{purpose}/{model}".encode("utf-8", "replace")).digest()[:4], "big")


def text(request: Request, varied: Variation, remark: str = "") -> str:
    """The whole answer in words. `remark` is one more sentence about the request, shown after the notice."""
    exactly = EXACTLY.search(request.prompt)
    if exactly and not request.results:
        return f"{NOTICE}\n\n{request.prompt[exactly.end() :]}"
    facts = _facts(request)

    def pick(choices: Sequence[T], purpose: str) -> T:
        return choices[
            number(f"{request.model}/{varied.salt}" if varied.salt else request.model, purpose) % len(choices)
        ]

    parts = [NOTICE]
    parts += [part for part in (varied.said, remark, _images(request)) if part]
    if request.results:
        sentence = pick(RESULTS, "result")
        parts += [sentence.format(name=name, result=_quoted(said)) for name, said in request.results]
    else:
        title, *entries = pick(LISTS, "list")
        language, code = pick(CODES, "code")
        parts += [
            pick(OPENINGS, "opening").format(**facts),
            title + "\n\n" + "\n".join(f"- {entry.format(**facts)}" for entry in entries),
            f"```{language}\n{code.format(**facts)}\n```",
        ]
    return "\n\n".join([*parts, pick(CLOSINGS, "closing").format(**facts)])


def _facts(request: Request) -> dict[str, str | int]:
    words = request.prompt.split()
    return {
        "echo": plain(" ".join(words[:12])) + ("…" if len(words) > 12 else "") or "nothing at all",
        "words": len(words),
        "different": len({word.lower() for word in words}),
        "letters": len(request.prompt),
        "messages": len(request.messages),
        "longest": plain(max(words, key=len, default="none")),
    }


def _images(request: Request) -> str:
    images = request.images
    if not images:
        return ""
    named = "; ".join(str(image) for image in images[:MOST_NAMED_IMAGES])
    more = f"; and {len(images) - MOST_NAMED_IMAGES} more" if len(images) > MOST_NAMED_IMAGES else ""
    came = "One image came" if len(images) == 1 else f"{len(images)} images came"
    return f"{came}: {named}{more}. Nobody looked at what is to be seen."


def _quoted(said: str) -> str:
    """A tool's result as code on one line, cut, so that no mark in it takes effect."""
    line = " ".join(said.replace("`", "'").split())
    cut = line[:MOST_QUOTED] + "…" if len(line) > MOST_QUOTED else line
    return f"`{cut}`" if cut else "nothing"


def plain(said: str) -> str:
    """An echo on one line that opens no code and no link of its own."""
    return re.sub(r"[`*_<>\[\]|]", "", said)[:120]
