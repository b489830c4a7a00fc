"""An answer as a chat completion, in OpenRouter's form: chunk by chunk, or as one object."""

import json
from typing import Any

from playground.rehearsal.answers import Answer, Kind, Piece
from playground.rehearsal.counting import Count
from playground.rehearsal.writers import BROKE_OFF, Saying, event


class ChatWriter:
    def __init__(self, saying: Saying) -> None:
        self.saying = saying

    def opening(self) -> bytes:
        return self._chunk(self._choices({"role": "assistant", "content": ""}))

    def said(self, piece: Piece) -> bytes:
        return self._chunk(self._choices(self._delta(piece)))

    def counted(self, count: Count) -> bytes:
        return self._chunk([], usage=count.for_chat())

    def broken_off(self) -> bytes:
        return self._chunk(self._choices({"content": ""}, "error"), error=BROKE_OFF)

    def ending(self, count: Count) -> bytes:
        said = b""
        if self.saying.tells_finish:
            said += self._chunk(self._choices({"content": ""}, self.saying.answer.finish_reason))
        return said + (self._chunk([], usage=count.for_chat()) if self.saying.tells_usage else b"")

    def whole(self, pieces: list[Piece], count: Count, *, is_broken_off: bool) -> bytes:
        answer = Answer(pieces, self.saying.answer.calls, self.saying.answer.finish_reason)
        reason = answer.finish_reason if self.saying.tells_finish else None
        choice = self._choice("message", self._message(answer), "error" if is_broken_off else reason)
        if is_broken_off:
            choice["error"] = BROKE_OFF
        said = self._named("chat.completion", [choice]) | {"system_fingerprint": None}
        if self.saying.tells_usage:
            said["usage"] = count.for_chat()
        return json.dumps(said).encode()

    def _message(self, answer: Answer) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": answer.text}
        thought, refusal = answer.of(Kind.REASONING), answer.of(Kind.REFUSAL)
        if thought and self.saying.request.reasoning.is_shown:
            message |= _thought(thought)
        if refusal:
            message |= {"content": None, "refusal": refusal}
        calls = []
        for position, call in enumerate(answer.calls):
            function = {"name": call.name, "arguments": answer.of(Kind.CALL, position)}
            calls.append({"id": call.id, "type": "function", "function": function})
        return message | ({"tool_calls": calls} if calls else {})

    def _delta(self, piece: Piece) -> dict[str, Any]:
        if piece.kind is Kind.CALL:
            call = self.saying.answer.calls[piece.call]
            if piece.text:
                return {"tool_calls": [{"index": piece.call, "function": {"arguments": piece.text}}]}
            function = {"name": call.name, "arguments": ""}
            return {"tool_calls": [{"index": piece.call, "id": call.id, "type": "function", "function": function}]}
        if piece.kind is Kind.REASONING:
            # Thinking that is not to be shown is only waited for and counted.
            return {"content": ""} | (_thought(piece.text) if self.saying.request.reasoning.is_shown else {})
        return {"refusal" if piece.kind is Kind.REFUSAL else "content": piece.text}

    def _choices(self, delta: dict[str, Any], reason: str | None = None) -> list[dict[str, Any]]:
        return [self._choice("delta", delta, reason)]

    @staticmethod
    def _choice(key: str, said: dict[str, Any], reason: str | None) -> dict[str, Any]:
        return {"index": 0, key: said, "finish_reason": reason, "native_finish_reason": reason}

    def _chunk(self, choices: list[dict[str, Any]], **more: Any) -> bytes:
        return event(self._named("chat.completion.chunk", choices) | more)

    def _named(self, kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "id": self.saying.id,
            "object": kind,
            "created": self.saying.created,
            "model": self.saying.model,
            "provider": self.saying.provider,
            "choices": choices,
        }


def _thought(text: str) -> dict[str, Any]:
    """Thinking, in the two forms that OpenRouter sends side by side; a reader takes one of them."""
    return {"reasoning": text, "reasoning_details": [{"type": "reasoning.text", "text": text, "index": 0}]}
