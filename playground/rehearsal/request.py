"""What a request to the rehearsal says, whichever of the two APIs it came through: chat completions or Responses."""

from dataclasses import dataclass, field
from typing import Any

from playground.rehearsal.images import Image


@dataclass(frozen=True)
class Call:
    """A call of a tool that a model made: `arguments` is JSON as text."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class Message:
    """One message. `calls` are those an assistant made; `result_of` is the call that a tool's message answers."""

    role: str
    text: str
    images: tuple[Image, ...] = ()
    calls: tuple[Call, ...] = ()
    result_of: str = ""


@dataclass(frozen=True)
class Tool:
    name: str
    description: str
    schema: dict[str, Any]


@dataclass(frozen=True)
class Tools:
    """What may be called: `choice` is none, auto, required, or the name of one tool."""

    offered: tuple[Tool, ...] = ()
    choice: str = "auto"
    in_parallel: bool = True


@dataclass(frozen=True)
class Shape:
    """What the answer has to be: text, any JSON, or JSON that fits `schema`."""

    wants_json: bool = False
    schema: dict[str, Any] | None = None


@dataclass(frozen=True)
class Reasoning:
    """How much is thought aloud first, in tokens, 0 for none, and whether it is shown or only counted."""

    tokens: int = 0
    is_shown: bool = True


@dataclass(frozen=True)
class Request:
    """`limit` is in tokens, thinking included. `echoed` are the fields that Responses repeats in its answer."""

    model: str
    messages: tuple[Message, ...]
    streams: bool
    limit: int | None = None
    stops: tuple[str, ...] = ()
    seed: int | None = None
    temperature: float | None = None
    tools: Tools = Tools()
    shape: Shape = Shape()
    reasoning: Reasoning = Reasoning()
    echoed: dict[str, Any] = field(default_factory=dict)

    @property
    def prompt(self) -> str:
        """The text of the user's last message, or of the last one when the user has said nothing."""
        asked = [message.text for message in self.messages if message.role == "user"]
        return asked[-1] if asked else self.messages[-1].text

    @property
    def images(self) -> list[Image]:
        return [image for message in self.messages for image in message.images]

    @property
    def results(self) -> list[tuple[str, str]]:
        """The tools' results that wait for an answer: the name of the tool and what it said."""
        names = {call.id: call.name for message in self.messages for call in message.calls}
        found: list[tuple[str, str]] = []
        for message in reversed(self.messages):
            if message.role != "tool":
                break
            found.insert(0, (names.get(message.result_of, "tool"), message.text))
        return found

    @property
    def may_call(self) -> bool:
        """Whether the answer is to be a call: tools are offered, and it is the user who spoke last."""
        return bool(self.tools.offered) and self.tools.choice != "none" and self.messages[-1].role == "user"
