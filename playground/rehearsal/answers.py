"""The whole answer to a request, token by token: thinking, words, a refusal, calls of tools. Pure but for call ids."""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from playground.rehearsal import calling, schemas, thinking, words
from playground.rehearsal.prompt_values import PromptValues
from playground.rehearsal.request import Call, Request
from playground.rehearsal.troubles import Trouble
from playground.rehearsal.wording import NOTICE, Variation, number, text

CUT_OFF_TOKENS = 24
MOST_TOKENS = 200_000  # no answer is longer, whatever it is asked to say
REFUSAL = f"{NOTICE} It acts out a refusal: I cannot help with that."
THINK_TAG_TOKENS = 48


class Kind(StrEnum):
    REASONING = "reasoning"
    TEXT = "text"
    REFUSAL = "refusal"
    CALL = "call"


@dataclass(frozen=True)
class Piece:
    """One token. Of a call, the first piece is empty and stands for its name; `call` says which call it is."""

    kind: Kind
    text: str
    call: int = 0


@dataclass(frozen=True)
class Pace:
    """Seconds to the first token, and tokens a second after it."""

    first_token: float
    tokens_per_second: float


@dataclass(frozen=True)
class Answer:
    """`finish_reason` is in the words of chat completions."""

    pieces: list[Piece]
    calls: list[Call]
    finish_reason: str

    @property
    def text(self) -> str:
        return self.of(Kind.TEXT)

    def of(self, kind: Kind, call: int = 0) -> str:
        return "".join(piece.text for piece in self.pieces if piece.kind is kind and piece.call == call)


def pace(model: str) -> Pace:
    """How fast a model answers: 200 to 600 ms, then 40 to 120 tokens a second, the same every time."""
    return Pace((200 + number(model, "first") % 401) / 1000, 40.0 + number(model, "speed") % 81)


def answer(request: Request, trouble: Trouble | None, varied: Variation | None = None) -> Answer:
    """The answer, with stop texts, output limit and troubles applied."""
    name = trouble.name if trouble else ""
    if name == "empty":
        return Answer([], [], "stop")
    made: list[Call] = []
    pieces = _of(Kind.REASONING, thinking.text(request, request.reasoning.tokens)) if request.reasoning.tokens else []
    if name == "refusal":
        pieces += _of(Kind.REFUSAL, REFUSAL)
    elif request.may_call:
        made = calling.calls(request, name)
        pieces += _of(Kind.TEXT, NOTICE)
        for position, call in enumerate(made):
            pieces += [Piece(Kind.CALL, "", position), *_of(Kind.CALL, call.arguments, position)]
    else:
        pieces += _of(Kind.TEXT, _words(request, trouble, varied or Variation()))
    limits = [len(pieces), MOST_TOKENS] + ([request.limit] if request.limit is not None else [])
    if name == "cut off":
        limits.append(CUT_OFF_TOKENS)
    if name == "content filter":
        limits.append(len(pieces) // 2)
    if name == "tool call cut" and made:
        limits.append(len(pieces) - max(1, len(words.tokens(made[-1].arguments)) // 2))
    kept = pieces[: min(limits)]
    reason = "tool_calls" if made else "stop"
    if len(kept) < len(pieces):
        reason = "content_filter" if name == "content filter" else "length"
    return Answer(kept, made[: len({piece.call for piece in kept if piece.kind is Kind.CALL})], reason)


def _of(kind: Kind, said: str, call: int = 0) -> list[Piece]:
    return [Piece(kind, token, call) for token in words.tokens(said, MOST_TOKENS + 1)]


def _words(request: Request, trouble: Trouble | None, varied: Variation) -> str:
    """What is said, up to the first stop text; the label stays, whatever the stop texts are."""
    name = trouble.name if trouble else ""
    if request.shape.wants_json and name != "not json":
        said = json.dumps(_json(request, name), indent=2, ensure_ascii=False)
    else:
        said = text(request, varied, trouble.remark_on(request) if trouble else "")
    if name == "think tags":
        said = f"<think>\n{NOTICE} {thinking.text(request, THINK_TAG_TOKENS)}\n</think>\n\n{said}"
    first = said.find(NOTICE) + len(NOTICE) if NOTICE in said else 0
    ends = [place for stop in request.stops if (place := said.find(stop, first)) >= 0]
    return said[: min(ends)] if ends else said


def _json(request: Request, trouble: str) -> Any:
    schema = request.shape.schema
    if schema is None:
        return {"notice": NOTICE, "words": len(request.prompt.split())}
    filled = schemas.fitting(schema, PromptValues(request.prompt), NOTICE)
    return schemas.misfit(schema, filled, NOTICE) if trouble == "wrong schema" else filled
