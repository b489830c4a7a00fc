"""`/llms.txt`: what this site is and where its Markdown pages are, for language models that read it (llmstxt.org).

A title, one paragraph, and lists of links, newest model first. What may be left out when room is short comes last,
under the heading that the convention keeps for it: Optional.
"""

from collections.abc import Callable, Iterator
from datetime import date

from django.urls import reverse

from catalog import figures, measures
from catalog.api import rows
from catalog.api.filters import ordered
from catalog.markdown_text import link, text
from catalog.models.lifecycle import Status, days_left, words
from catalog.pricing import Component, Condition

MOST_LISTED = 500  # of each kind; a reader that needs more asks the API
EVERY_MODEL = "status=all&output_modalities=all"  # without the second the API leaves out what writes no text
GONE = (Status.RETIRED, Status.DELISTED)


def document(day: date, absolute: Callable[[str], str]) -> str:
    """The whole text; `absolute` makes an address of a path. Six queries, however many models."""
    models = rows.facts(ordered(rows.sold(), None, day))
    absent = rows.absent(day)
    prices = rows.prices(None, day)
    writes = rows.modalities(None).writes
    current: list[str] = []
    gone: list[str] = []
    for model in models:
        status = model.status(day, model.listing in absent)
        into = gone if status in GONE else current
        writes_text = "text" in writes.get(model.pk, ["text"])
        into.append("" if len(into) >= MOST_LISTED else _line(model, status, prices, writes_text, day, absolute))
    return "\n".join(_lines(current, gone, day, absolute)) + "\n"


def _lines(current: list[str], gone: list[str], day: date, absolute: Callable[[str], str]) -> Iterator[str]:
    yield "# Windrose"
    yield ""
    yield (
        "> A catalog of language models: what each costs, where it is sold, what it reads and takes, and when it was "
        "released, deprecated and retired, each fact with its source and the day on which it was read. "
        f"State of {day}; prices are in US dollars per million tokens, where no other unit is named."
    )
    yield ""
    yield "## API"
    yield ""
    base = reverse("api:models")
    for path, name, told in (
        (
            base,
            "Models",
            f"what is on sale, as JSON in the form of OpenRouter’s model list; ?{EVERY_MODEL} for every model",
        ),
        (
            reverse("api:costs"),
            "Costs",
            "what a request costs on each model: ?prompt_tokens=10000&completion_tokens=1000",
        ),
        (reverse("api:openapi-json"), "OpenAPI", "the description of the whole API; it needs no key"),
    ):
        yield f"- {link(name, absolute(path))}: {told}"
    yield ""
    yield from _models("Models", current, "No model is on record.")
    if gone:
        yield from _models("Optional", gone, "")


def _models(title: str, lines: list[str], nothing: str) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    yield from lines[:MOST_LISTED]
    if len(lines) > MOST_LISTED:
        yield f"- and {figures.counted(len(lines) - MOST_LISTED, 'older model')}; the API lists all of them"
    if not lines:
        yield nothing
    yield ""


def _line(
    model: rows.Facts,
    status: Status,
    prices: dict[int, rows.Price],
    writes_text: bool,
    day: date,
    absolute: Callable[[str], str],
) -> str:
    """One model: its page, its id, where it stands, what it costs, and its sentence."""
    url = absolute(reverse("catalog:model_markdown", args=[model.vendor, model.slug]))
    told = [model.own_id, words(status, days_left(model.retires_on, day)).lower()]
    if model.released_on:
        told.append(f"released {model.released_on}")
    told.append(_price(prices.get(model.listing or 0), writes_text))
    ends = f" {text(model.summary)}" if model.summary else ""
    return f"- {link(model.name, url)}: {text(', '.join(told))}.{ends}"


def _price(price: rows.Price | None, writes_text: bool) -> str:
    """Input and output under usual conditions, the last ones on record where none is in force. What writes no text, such as
    an embedding, has no output price to be unknown; what is not billed by the token says by what."""
    by_unit = measures.priced_by_unit(price.net()) if price else {}
    if by_unit:
        return measures.told(by_unit)
    usual: dict[Component, str] = {}
    for rate in price.net() if price else []:
        if rate.condition == Condition() and rate.amount is not None:
            usual[rate.component] = f"${figures.per_million(rate.amount)}" if rate.amount else "free"
    given, taken = usual.get(Component.INPUT), usual.get(Component.OUTPUT)
    if given is None and taken is None:
        return "price not known"
    if taken is None and not writes_text:
        return f"{given} in"
    return f"{given or 'unknown'} in, {taken or 'unknown'} out"
