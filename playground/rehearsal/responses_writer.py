"""An answer as Responses writes it: items that are opened, filled and closed, with the whole object at the end.

Thinking is an item, what is said or refused is one, and each call of a tool is one.
"""

import json
import time
from typing import Any

from playground.rehearsal.answers import Kind, Piece
from playground.rehearsal.counting import Count
from playground.rehearsal.writers import BROKE_OFF, Saying, event

PARTS = {
    Kind.REASONING: ("reasoning_text", "text"),
    Kind.TEXT: ("output_text", "text"),
    Kind.REFUSAL: ("refusal", "refusal"),
}
INCOMPLETE = {"length": "max_output_tokens", "content_filter": "content_filter"}


class ResponsesWriter:
    def __init__(self, saying: Saying) -> None:
        self.saying = saying
        self.output: list[dict[str, Any]] = []
        self._open: tuple[Kind, int] | None = None
        self._text: list[str] = []
        self._number = -1

    def opening(self) -> bytes:
        return b"".join(
            self._event(f"response.{name}", response=self._response("in_progress", None))
            for name in ("created", "in_progress")
        )

    def said(self, piece: Piece) -> bytes:
        if piece.kind is Kind.REASONING and not self.saying.request.reasoning.is_shown:
            return b""
        events = b""
        if self._open != (piece.kind, piece.call):
            events += self._close("completed")
            events += self._begin(piece)
        self._text.append(piece.text)
        if not piece.text:
            return events
        if piece.kind is Kind.CALL:
            return events + self._of_item("response.function_call_arguments.delta", delta=piece.text)
        more = {"content_index": 0, "delta": piece.text} | _probabilities(piece.kind)
        return events + self._of_item(f"response.{PARTS[piece.kind][0]}.delta", **more)

    def counted(self, count: Count) -> bytes:
        return self._event("response.in_progress", response=self._response("in_progress", count))

    def broken_off(self) -> bytes:
        events = self._close("incomplete")
        return events + self._event("response.failed", response=self._response("failed", None))

    def ending(self, count: Count) -> bytes:
        status = self._status()
        events = self._close(status)
        kept = count if self.saying.tells_usage else None
        if not self.saying.tells_finish:
            # The name that OpenRouter's prose uses, and no word on how it ended.
            return events + self._event("response.done", response=self._response(status, kept) | {"status": None})
        return events + self._event(f"response.{status}", response=self._response(status, kept))

    def whole(self, pieces: list[Piece], count: Count, *, is_broken_off: bool) -> bytes:
        for piece in pieces:
            self.said(piece)
        status = "failed" if is_broken_off else self._status()
        self._close("incomplete" if is_broken_off else status)
        said = self._response(status, count if self.saying.tells_usage else None)
        if not self.saying.tells_finish:
            said["status"] = None
        return json.dumps(said).encode()

    def _status(self) -> str:
        return "incomplete" if self.saying.answer.finish_reason in INCOMPLETE else "completed"

    def _begin(self, piece: Piece) -> bytes:
        """Open the item that `piece` begins, and the part of it that takes text."""
        self._open, self._text = (piece.kind, piece.call), []
        own_id = f"{piece.kind}-{len(self.output)}-{self.saying.id}"
        item: dict[str, Any]
        if piece.kind is Kind.CALL:
            call = self.saying.answer.calls[piece.call]
            item = {"type": "function_call", "call_id": call.id, "name": call.name, "arguments": ""}
        elif piece.kind is Kind.REASONING:
            item = {"type": "reasoning", "summary": [], "content": []}
        else:
            item = {"type": "message", "role": "assistant", "content": []}
        self.output.append({"id": own_id, "status": "in_progress"} | item)
        events = self._event("response.output_item.added", output_index=self._place, item=self.output[-1])
        if piece.kind is Kind.CALL:
            return events
        return events + self._of_item("response.content_part.added", content_index=0, part=_part(piece.kind, ""))

    def _close(self, status: str) -> bytes:
        """Close the open item, if any, with all that was said in it."""
        if self._open is None:
            return b""
        kind, text, item = self._open[0], "".join(self._text), self.output[-1]
        self._open = None
        item["status"] = status
        if kind is Kind.CALL:
            item["arguments"] = text
            name = "response.function_call_arguments.done"
            events = self._of_item(name, name=item["name"], arguments=text)
        else:
            item["content"] = [_part(kind, text)]
            more = {"content_index": 0, PARTS[kind][1]: text} | _probabilities(kind)
            events = self._of_item(f"response.{PARTS[kind][0]}.done", **more)
            events += self._of_item("response.content_part.done", content_index=0, part=item["content"][0])
        return events + self._event("response.output_item.done", output_index=self._place, item=item)

    @property
    def _place(self) -> int:
        return len(self.output) - 1

    def _of_item(self, kind: str, **more: Any) -> bytes:
        return self._event(kind, item_id=self.output[-1]["id"], output_index=self._place, **more)

    def _event(self, kind: str, /, **more: Any) -> bytes:
        self._number += 1
        return event({"type": kind, "sequence_number": self._number, **more})

    def _response(self, status: str, count: Count | None) -> dict[str, Any]:
        """The whole object, as it stands now."""
        reason = INCOMPLETE.get(self.saying.answer.finish_reason)
        said = {
            "id": self.saying.id,
            "object": "response",
            "created_at": self.saying.created,
            "completed_at": int(time.time()) if status == "completed" else None,
            "status": status,
            "model": self.saying.model,
            "output": self.output,
            "error": None,
            "incomplete_details": {"reason": reason} if status == "incomplete" else None,
            "usage": count.for_responses() if count else None,
            "instructions": None,
            "metadata": None,
            "temperature": None,
            "top_p": None,
            "presence_penalty": None,
            "frequency_penalty": None,
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
            "store": False,
            **self.saying.request.echoed,
        }
        if status == "failed":
            # Responses knows few codes; the true kind of an error stands beside it.
            said["error"] = {"code": "server_error", "message": BROKE_OFF["message"]}
            said["error_type"] = BROKE_OFF["metadata"]["error_type"]
        return said


def _part(kind: Kind, text: str) -> dict[str, Any]:
    name, key = PARTS[kind]
    return {"type": name, key: text} | ({"annotations": []} if kind is Kind.TEXT else {})


def _probabilities(kind: Kind) -> dict[str, Any]:
    return {"logprobs": []} if kind is Kind.TEXT else {}
