"""What became of the last 1,000 answers, for those who ask afterwards: `GET /v1/generation?id=`.

An answer that was interrupted is known only a second after its end, as with real upstreams, so that asking again can
be seen to work. That second is a real one, however much the rehearsal hurries.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from playground.rehearsal.counting import Count

MOST_KEPT = 1000
UNKNOWN_SECONDS = 1.0


@dataclass
class Generation:
    """One answer. `begun` and `ended` are monotonic times in seconds; `ended` is None while it is being given."""

    id: str
    model: str
    provider: str
    api: str
    is_streamed: bool
    count: Count
    begun: float = field(default_factory=time.monotonic)
    finish_reason: str | None = None
    latency_seconds: float = 0.0
    ended: float | None = None
    is_cancelled: bool = False
    is_interrupted: bool = False
    created_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat())

    def end(self, count: Count, reason: str | None, *, is_cancelled: bool, is_interrupted: bool) -> None:
        """It has ended, with what was sent by then."""
        self.count, self.finish_reason, self.ended = count, reason, time.monotonic()
        self.is_cancelled, self.is_interrupted = is_cancelled, is_interrupted

    def record(self) -> dict[str, Any]:
        """It in OpenRouter's form: counts in native tokens, times in milliseconds, costs of 0."""
        count = self.count
        seconds = (self.ended or self.begun) - self.begun
        named = {
            "id": self.id,
            "model": self.model,
            "provider_name": self.provider,
            "api_type": self.api,
            "streamed": self.is_streamed,
            "cancelled": self.is_cancelled,
            "created_at": self.created_at,
            "finish_reason": self.finish_reason,
            "native_finish_reason": self.finish_reason,
            "tokens_prompt": count.prompt,
            "tokens_completion": count.completion,
            "native_tokens_prompt": count.prompt,
            "native_tokens_completion": count.completion,
            "native_tokens_reasoning": count.reasoning,
            "native_tokens_cached": count.cached,
            "native_tokens_completion_images": 0,
            "total_cost": 0,
            "usage": 0,
            "upstream_inference_cost": 0,
            "is_byok": False,
            "latency": round(self.latency_seconds * 1000),
            "generation_time": round(max(0.0, seconds - self.latency_seconds) * 1000),
            "data_region": "global",
            "origin": "",
            "provider_responses": [],
        }
        return named | dict.fromkeys(UNKNOWN)


# What OpenRouter's record has besides, and a rehearsal has nothing to say of.
UNKNOWN = (
    "app_id",
    "cache_discount",
    "external_user",
    "http_referer",
    "moderation_latency",
    "num_fetches",
    "num_input_audio_prompt",
    "num_media_completion",
    "num_media_prompt",
    "num_search_results",
    "preset_id",
    "request_id",
    "response_cache_source_id",
    "router",
    "service_tier",
    "session_id",
    "upstream_id",
    "user_agent",
    "web_search_engine",
    "workspace_id",
)


class Generations:
    def __init__(self) -> None:
        self._kept: OrderedDict[str, Generation] = OrderedDict()

    def keep(self, generation: Generation) -> None:
        """Keep it from its beginning on; the oldest of more than 1,000 is forgotten."""
        self._kept[generation.id] = generation
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)

    def record(self, generation_id: str) -> dict[str, Any] | None:
        """The record; None while the answer is being given, a second after an interruption, and for an id not kept."""
        found = self._kept.get(generation_id)
        if found is None or found.ended is None:
            return None
        if found.is_interrupted and time.monotonic() - found.ended < UNKNOWN_SECONDS:
            return None
        return found.record()
