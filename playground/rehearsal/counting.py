"""What an answer used, counted and written as either API writes it. It never costs anything."""

import json
from dataclasses import dataclass
from typing import Any

from playground.rehearsal import words
from playground.rehearsal.request import Message, Request


@dataclass(frozen=True)
class Count:
    """Tokens. Cached ones are inside the prompt's, thinking is inside the completion's."""

    prompt: int
    cached: int
    completion: int
    reasoning: int

    def for_chat(self) -> dict[str, Any]:
        return {
            "prompt_tokens": self.prompt,
            "completion_tokens": self.completion,
            "total_tokens": self.prompt + self.completion,
            "prompt_tokens_details": {"cached_tokens": self.cached},
            "completion_tokens_details": {"reasoning_tokens": self.reasoning},
            "cost": 0,
            "is_byok": False,
        }

    def for_responses(self) -> dict[str, Any]:
        return {
            "input_tokens": self.prompt,
            "input_tokens_details": {"cached_tokens": self.cached},
            "output_tokens": self.completion,
            "output_tokens_details": {"reasoning_tokens": self.reasoning},
            "total_tokens": self.prompt + self.completion,
            "cost": 0,
            "is_byok": False,
        }


def of_message(message: Message) -> int:
    """Tokens of one message: its text, its images by their size, the calls in it."""
    spoken = words.count([message.text])
    calls = sum(words.how_many(call.name) + words.how_many(call.arguments) for call in message.calls)
    return spoken + calls + sum(image.tokens for image in message.images)


def of_offers(request: Request) -> int:
    """Tokens of what is sent beside the messages: the tools and the schema, as JSON."""
    tools = [[tool.name, tool.description, tool.schema] for tool in request.tools.offered]
    offers = [*tools, request.shape.schema] if request.shape.schema is not None else tools
    return words.how_many(json.dumps(offers)) if offers else 0
