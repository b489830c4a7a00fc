"""Usage: what one request took, in tokens whose parts must fit into their whole, and in pages, minutes and characters. Pure;
no Django."""

from dataclasses import dataclass, replace

from catalog.exact import PricingError


@dataclass(frozen=True)
class Usage:
    """Token counts of one answer; the parts of the prompt and of the completion are inside them and do not overlap.

    Pages read (plain and annotated apart), minutes of audio heard and characters read aloud are what some models are billed
    by instead; they are no tokens, and whoever has both says both.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0
    requests: int = 1
    images: int = 0
    web_searches: int = 0
    input_audio_tokens: int = 0
    output_audio_tokens: int = 0
    output_image_tokens: int = 0
    pages: int = 0
    annotated_pages: int = 0
    audio_minutes: int = 0
    characters: int = 0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value < 0:
                raise PricingError(f"{name.replace('_', ' ').capitalize()} cannot be negative ({value:,}).")
        prompt = {"cached": self.cached_tokens, "cache-written": self.cache_write_tokens}
        _check_parts("prompt", self.prompt_tokens, prompt | {"audio": self.input_audio_tokens})
        completion = {"reasoning": self.reasoning_tokens, "audio": self.output_audio_tokens}
        _check_parts("completion", self.completion_tokens, completion | {"image": self.output_image_tokens})

    @property
    def fresh_tokens(self) -> int:
        """Prompt tokens that were neither read from a cache nor written to one, nor are audio."""
        return self.prompt_tokens - self.cached_tokens - self.cache_write_tokens - self.input_audio_tokens

    @property
    def answer_tokens(self) -> int:
        """Completion tokens that are neither reasoning nor audio nor image."""
        return self.completion_tokens - self.reasoning_tokens - self.output_audio_tokens - self.output_image_tokens

    def without_cache(self) -> "Usage":
        """The same request where nothing is read from a cache or written to one."""
        return replace(self, cached_tokens=0, cache_write_tokens=0)


def _check_parts(whole: str, total: int, parts: dict[str, int]) -> None:
    """Refuse parts that are more than the whole they are inside of."""
    rest = {name: count for name, count in parts.items() if count}
    if sum(rest.values()) > total:
        names = " and ".join(rest) or "no"
        raise PricingError(
            f"{names.capitalize()} tokens ({sum(rest.values()):,}) are part of the {whole} tokens "
            f"and cannot exceed them ({total:,})."
        )
