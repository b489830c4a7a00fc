"""The shapes of the answers about models, for the OpenAPI document: OpenRouter's, with what is Windrose's own apart.

Answers are written from plain rows by `catalog.api.entries` and are not run through these classes again: for ten thousand
models that would take longer than everything else. The tests hold the two together.
"""

from datetime import date
from typing import Any

from ninja import Field, Schema

PRICE = "USD per unit as exact decimal text; -1 where it is not known, which `windrose.unknown` repeats."


class Architecture(Schema):
    modality: str | None = Field(examples=["text+image->text"])
    input_modalities: list[str]
    output_modalities: list[str]
    tokenizer: str | None
    instruct_type: str | None = None


class Override(Schema):
    """Prices that hold under all of its conditions. Of several entries that apply the last one wins, key by key."""

    min_prompt_tokens: int | None = Field(None, description="Above this many prompt tokens.")
    utc_start: int | None = Field(None, description="From this hour on, as a clock number: 1630 is 16:30 UTC.")
    utc_end: int | None = Field(None, description="Up to this hour, exclusive; may be past midnight.")
    prompt: str | None = None
    completion: str | None = None
    input_cache_read: str | None = None
    input_cache_write: str | None = None
    audio: str | None = None
    internal_reasoning: str | None = None
    audio_output: str | None = None
    image_output: str | None = None
    request: str | None = None
    image: str | None = None
    web_search: str | None = None


class Pricing(Schema):
    """What a model costs under usual conditions, after every discount. A key that is absent has no price of its own."""

    prompt: str = Field(examples=["0.0000005"], description=PRICE)
    completion: str = Field(examples=["0.0000015"], description=PRICE)
    input_cache_read: str | None = None
    input_cache_write: str | None = None
    audio: str | None = None
    internal_reasoning: str | None = None
    audio_output: str | None = None
    image_output: str | None = None
    request: str | None = Field(None, description="USD per request.")
    image: str | None = Field(None, description="USD per image.")
    web_search: str | None = Field(None, description="USD per search.")
    overrides: list[Override] | None = None


class EndpointPricing(Pricing):
    """What a provider charges before its discount: the price paid is each amount x (1 - discount)."""

    discount: float = 0


class TopProvider(Schema):
    context_length: int | None
    max_completion_tokens: int | None
    is_moderated: bool = Field(description="Always false: the catalog does not keep it.")


class DefaultParameters(Schema):
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    repetition_penalty: float | None = None


class Links(Schema):
    details: str


class ConditionalRate(Schema):
    """A price that holds under a condition for which OpenRouter's form has no word."""

    component: str
    amount_usd: str | None
    applies: str = Field(examples=["batch only"])


class UnitRate(Schema):
    """What one page, minute or character costs, where a model is billed by those: OpenRouter's form has no key for them."""

    component: str = Field(examples=["page"])
    unit: str = Field(examples=["page"], description="What one amount is for: a page, a minute of audio, a character.")
    amount_usd: str | None = Field(examples=["0.004"], description="Exact decimal text; null where it is not known.")
    applies: str = Field(examples=["always"])


class ToldPrice(Schema):
    """Where the price was read and since when it holds."""

    since: date
    until: date | None = Field(description="The first day on which it no longer held; null while it does.")
    is_last: bool = Field(description="Whether it is an old price: ended, or of a model that is no longer listed.")
    discount: str = Field(description="A part of one, taken off already in `pricing` of a model.")
    source: str
    source_url: str | None
    read_on: date | None
    conditional: list[ConditionalRate]
    by_unit: list[UnitRate] = Field(
        description="Where `pricing.prompt` and `pricing.completion` are -1 and this is not empty, the model is not billed by "
        "the token."
    )


class Windrose(Schema):
    """What OpenRouter's form has no place for."""

    id: str = Field(
        examples=["mistralai/mistral-medium-2505"],
        description="The model’s id in this catalog, whichever market sells it.",
    )
    status: str = Field(examples=["active"])
    market: str | None = Field(description="The market whose listing speaks for the model.")
    upstream_id: str | None = Field(description="The model’s id at that market: what to send in a request there.")
    announced_on: date | None
    released_on: date | None
    listed_on: date | None
    last_seen_on: date | None
    delisted_on: date | None
    deprecated_on: date | None
    retires_on: date | None
    replacement: str | None
    licence: str | None
    price: ToldPrice | None
    page: str
    markdown: str
    unknown: list[str] = Field(description="The places of this entry at which a value stands though none is known.")


class Model(Schema):
    id: str = Field(
        examples=["mistralai/mistral-medium-3"],
        description="What to send in a request to OpenRouter where it is that market’s listing that speaks for the model; "
        "otherwise its id in this catalog. Both are accepted wherever the API takes an id.",
    )
    canonical_slug: str
    hugging_face_id: str | None
    name: str
    created: int = Field(description="The day of listing, or else of release, in seconds since 1970.")
    description: str
    context_length: int | None
    architecture: Architecture
    pricing: Pricing
    top_provider: TopProvider
    per_request_limits: None = None
    supported_parameters: list[str]
    default_parameters: DefaultParameters | None
    supported_voices: None = None
    knowledge_cutoff: date | None
    expiration_date: date | None
    links: Links
    windrose: Windrose


class ListLinks(Schema):
    next: str | None = Field(description="The address of what follows; null at the end.")


class Models(Schema):
    data: list[Model]
    total_count: int
    links: ListLinks


class OneModel(Schema):
    data: Model


class CountData(Schema):
    count: int


class Count(Schema):
    data: CountData


class ToolChoices(Schema):
    """Always false: nobody here has tried them."""

    none: bool
    auto: bool
    required: bool
    function: bool


class EndpointWindrose(Schema):
    market: str
    upstream_id: str
    listed_on: date | None
    last_seen_on: date | None
    price: ToldPrice | None = Field(description="Null where the market names the provider’s own price.")
    unknown: list[str]


class Endpoint(Schema):
    """One provider behind a listing, or the listing itself where its market names none."""

    name: str
    model_id: str
    model_name: str
    context_length: int
    pricing: EndpointPricing
    provider_name: str
    tag: str
    quantization: str
    max_completion_tokens: int | None
    max_prompt_tokens: int | None
    supported_parameters: list[str]
    status: int | None = Field(None, description="As the market tells it; 0 is fine. Absent where it tells nothing.")
    uptime_last_5m: None = None
    uptime_last_30m: None = None
    uptime_last_1d: float | None = Field(description="In percent, on the day on which the market was last read.")
    latency_last_30m: None = None
    throughput_last_30m: None = None
    service_tier: None = None
    native_tools: dict[str, Any]
    supports_implicit_caching: bool
    supports_diarization: bool
    supports_voice_cloning: bool
    supports_tool_choice: ToolChoices
    windrose: EndpointWindrose


class EndpointsData(Schema):
    id: str
    name: str
    created: int
    description: str
    architecture: Architecture
    endpoints: list[Endpoint]


class Endpoints(Schema):
    data: EndpointsData
