"""Thinking aloud: what a model that reasons sends before its answer. It says of itself that nothing is thought here."""

from collections.abc import Iterator

from playground.rehearsal import words
from playground.rehearsal.request import Request
from playground.rehearsal.wording import plain

LABEL = "Simulated thinking: no model thinks here."


def text(request: Request, length: int) -> str:
    """Sentences about the prompt, of about `length` tokens in all, the last one whole."""
    said = ""
    for sentence in _sentences(request):
        said += (" " if said else "") + sentence
        if words.how_many(said) >= length:
            break
    return said


def _sentences(request: Request) -> Iterator[str]:
    yield LABEL
    found = request.prompt.split()
    yield f"The prompt has {_many(len(found), 'word')}; there is {_many(len(request.messages), 'message')} in all."
    if request.tools.offered:
        yield f"There is a choice of {_many(len(request.tools.offered), 'tool')}."
    if request.shape.schema is not None:
        yield "The answer has to fit a schema."
    for number, word in enumerate(found[:80], 1):
        yield f"Word {number} is “{plain(word)[:30]}”."
    yield "So the answer will speak of these."
    while True:
        yield "Let me go over it once more."


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
