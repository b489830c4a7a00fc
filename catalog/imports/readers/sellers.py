"""Which entries of a second opinion speak of a model of the catalog, and under which names. Pure.

The other catalogs list a model once for each place that sells it. The word of OpenRouter's own entry, and that of the
vendor's own API, can be laid beside ours; what a reseller charges for it, or how much of it he serves, is another fact.
"""

OPENROUTER = "openrouter"
# How models.dev, genai-prices and LiteLLM call a vendor's own API, and the vendor's part of a model's id at OpenRouter.
VENDORS = {
    "mistral": "mistralai",
    "anthropic": "anthropic",
    "openai": "openai",
    "google": "google",
    "gemini": "google",
    "deepseek": "deepseek",
    "xai": "x-ai",
    "x-ai": "x-ai",
    "cohere": "cohere",
    "moonshot": "moonshotai",
    "moonshotai": "moonshotai",
    "minimax": "minimax",
    "zai": "z-ai",
    "zhipuai": "z-ai",
    "alibaba": "qwen",
    "dashscope": "qwen",
    "ai21": "ai21",
    "perplexity": "perplexity",
}


def names(seller: str, model: str) -> tuple[str, ...]:
    """The names by which `model`, as sold by `seller`, may be known here, best first; none for a reseller."""
    if seller == OPENROUTER:
        return (model,)
    vendor = VENDORS.get(seller)
    if vendor is None:
        return ()
    own = model.removeprefix(f"{vendor}/")
    return (f"{vendor}/{own}", own)
