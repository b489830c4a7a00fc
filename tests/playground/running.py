"""Whole runs in this process: prompts of models made for the purpose, and a runner that plays them to their end."""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from catalog.models import LanguageModel, Listing
from playground import opening
from playground.messages import Message
from playground.models import Prompt, Run
from playground.offers import Offer
from playground.runner import runner
from tests.factories import make_listing, make_model, make_parameter, make_period

LONGEST = 30.0  # seconds that any of this may take on a busy machine


def priced(slug: str = "model", **listing: Any) -> LanguageModel:
    """A model at $0.50 per million tokens in and $1.50 out that takes a few parameters; `listing` are further fields."""
    model = make_model(slug)
    made = make_listing(model, **listing)
    make_period(made, "0.50", "1.50")
    for name, kind in (
        ("max_tokens", "integer"),
        ("temperature", "float"),
        ("response_format", "map"),
        ("tools", "array"),
    ):
        make_parameter(made, name, kind)
    return model


def opened(
    user: Any,
    *models: LanguageModel,
    key: str = "key",
    text: str = "Hello",
    upstream: str = "openrouter",
    parameters: dict[str, Any] | None = None,
    **fields: Any,
) -> Prompt:
    """A prompt of these models, with its runs and holds; `fields` are further ones of what is asked."""
    listings = {listing.model_id: listing for listing in Listing.objects.for_playground()}
    offers = [Offer(listings[model.pk], upstream) for model in models]
    messages = fields.pop("messages", [Message("user", text)])
    asked = opening.Asked(key, messages, parameters or {"max_tokens": 9}, offers, **fields)
    prompt, is_new = opening.open_prompt(user, asked)
    assert is_new
    return prompt


def ids(prompt: Prompt) -> list[UUID]:
    return [run.pk for run in prompt.runs.all()]


def play(batches: Iterable[list[UUID]], meanwhile: Callable[[], Any] | None = None) -> None:
    """Start each batch, do `meanwhile` in a thread, and wait until nothing runs or waits any more."""

    async def until_over() -> None:
        await runner.open()
        try:
            for run_ids in batches:
                runner.start(run_ids)
            if meanwhile is not None:
                await asyncio.to_thread(meanwhile)
            await asyncio.sleep(0)
            await soon(lambda: not runner._tasks and not runner.waiting)
        finally:
            await runner.close()

    asyncio.run(until_over())


async def soon(is_so: Callable[[], bool]) -> None:
    """Wait in memory, not on rows: the tests' database in memory has no readers beside a writer."""
    deadline = time.monotonic() + LONGEST
    while not is_so():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def run_of(prompt: Prompt) -> Run:
    """The one run of a prompt as the database has it."""
    return Run.objects.select_related("hold", "prompt").get(prompt=prompt)
