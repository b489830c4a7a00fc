"""OpenRouter's answer for the providers behind one model, `GET /api/v1/models/{author}/{slug}/endpoints`. Pure.

`{"data": {"id", "name", ..., "endpoints": [...]}}`. Each endpoint has limits, parameters and prices of its own; `discount` is
a part of one that comes off each of its prices. Latency and throughput come with a key only, and are not read.
"""

from collections.abc import Iterator
from decimal import ROUND_DOWN, Decimal
from typing import Any

from catalog.imports.entries import EndpointEntry, Unreadable
from catalog.imports.readers import texts
from catalog.imports.readers.fields import Fields, Unusable, shown
from catalog.imports.readers.openrouter_models import ID, error_sentence
from catalog.imports.readers.openrouter_prices import Pricing, read_pricing
from catalog.imports.readers.reading import Read, Reading

SHAPE = (
    "This is not OpenRouter’s answer for the endpoints of a model, which is an object called “data” with a list in it."
)
MOST_ENDPOINTS = 1_000
MOST_PROVIDER, MOST_QUANTIZATION = 120, 20
LAST_STATUS = 1_000


class OpenRouterEndpoints(Reading):
    """The endpoints of one model, in the order of the answer. `model` is its id, known once the first one is out."""

    model = ""

    def entries(self) -> Iterator[Read]:
        found: list[tuple[Any, str]] | None = None
        error = ""
        for key in self.json.members(SHAPE):
            if key == "data":
                if found is not None:
                    raise Unreadable("The object “data” stands in the file twice.")
                found = list(self._data())
            elif key == "error":
                error = error_sentence(self.json.read()[0])
            else:
                self.json.skip()
        if found is None:
            raise Unreadable(error or SHAPE)
        if not ID.fullmatch(self.model):
            raise Unreadable("The answer does not say which model its endpoints belong to.")
        for place, (raw, problem) in enumerate(found, 1):
            tag = raw.get("tag") if isinstance(raw, dict) else None
            name = f"{self.model} at {tag}" if isinstance(tag, str) and tag else f"{self.model}, endpoint {place}"
            yield self.entry(texts.cut(texts.line(name), texts.MOST_ID), raw, problem, self._endpoint)

    def _data(self) -> Iterator[tuple[Any, str]]:
        """The raw endpoints. All of them are taken before the first is read, as the model's id may stand after them."""
        has_list = False
        for key in self.json.members(SHAPE):
            if key == "endpoints":
                if has_list:
                    raise Unreadable("The list “endpoints” stands in the answer twice.")
                has_list = True
                for place, _ in enumerate(self.json.items("The “endpoints” in the answer are not a list. " + SHAPE), 1):
                    if place > MOST_ENDPOINTS:
                        raise Unreadable(f"The answer has more than {MOST_ENDPOINTS:,} endpoints for one model.")
                    self.json.place = f"endpoint {place}"
                    yield self.json.read()
            elif key == "id":
                value, _ = self.json.read()
                self.model = value if isinstance(value, str) else ""
            else:
                self.json.skip()
        if not has_list:
            raise Unreadable(SHAPE)

    def _endpoint(self, id: str, fields: Fields) -> EndpointEntry:
        tag = fields.text("tag", MOST_PROVIDER)
        provider = fields.text("provider_name", MOST_PROVIDER)
        if not tag or not provider:
            raise Unusable("It has no tag." if not tag else "It has no provider’s name.")
        quantization = fields.text("quantization", MOST_QUANTIZATION)
        pricing = read_pricing(fields.part("pricing")) if fields.raw.get("pricing") is not None else Pricing(None)
        return EndpointEntry(
            model=self.model,
            tag=tag,
            provider=provider,
            raw=fields.raw,
            quantization="" if quantization == "unknown" else quantization,
            context_length=fields.tokens("context_length"),
            max_completion_tokens=fields.tokens("max_completion_tokens"),
            max_prompt_tokens=fields.tokens("max_prompt_tokens"),
            parameters=fields.slugs("supported_parameters") or (),
            rates=pricing.rates or (),
            discount=pricing.discount,
            status=_status(fields),
            uptime=_uptime(fields),
            notes=tuple(fields.notes),
        )


def _status(fields: Fields) -> int | None:
    """0 is fine, below is not; one client of the API has it as text."""
    value = fields.raw.get("status")
    if value is None:
        return None
    if isinstance(value, str) and value.removeprefix("-").isdecimal() and value.isascii() and len(value) < 6:
        value = int(value)
    if type(value) is not int or abs(value) > LAST_STATUS:
        raise Unusable(f"{fields.named('status')} is {shown(value)} and not a small whole number.")
    return value


def _uptime(fields: Fields) -> str:
    """Percent of the last day with two decimals, rounded down: 99.999 is not a day without a fault."""
    value = fields.raw.get("uptime_last_1d")
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 <= value <= 100:
        raise Unusable(f"{fields.named('uptime_last_1d')} is {shown(value)} and not a share in percent.")
    return str(Decimal(value).quantize(Decimal("0.01"), ROUND_DOWN))
