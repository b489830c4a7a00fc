"""A catalog of any size, made up but shaped like a real one: 200 vendors of unequal size, families, licences, the parameter
sets of real listings, descriptions of sixty words, three price periods each. The same at every run.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice, product
from typing import Any

CHUNK = 2000
SYLLABLES = [
    first + second for first, second in product("bdfghklmnprstvz", ("a", "e", "i", "o", "u", "al", "en", "ir", "os"))
]
KINDS = ("Large", "Medium", "Small", "Nemo", "Coder", "Vision", "Instruct", "Think", "Edge", "Embed", "Guard", "Voice")
LICENCES = ("", "", "Apache 2.0", "MIT", "Modified MIT", "Research licence", "Community licence", "Proprietary")
ALWAYS_TAKEN = ("temperature", "top_p", "max_tokens", "stop")
SOMETIMES = (
    "seed", "tools", "tool_choice", "response_format", "structured_outputs", "frequency_penalty", "presence_penalty",
    "repetition_penalty", "logit_bias", "logprobs", "top_k", "min_p", "reasoning", "include_reasoning", "web_search_options",
)  # fmt: skip
READS = (("text",), ("text",), ("text",), ("text", "image"), ("text", "image", "file"), ("text", "audio"))
CONTEXTS = (4096, 8192, 32768, 65536, 131072, 131072, 200000, 262144, 1048576)
FIRST_DAY = date(2023, 1, 1)


def fill(count: int) -> None:
    """Write `count` models with all that belongs to them. Nothing is marked stale: the caller has the spans built."""
    from catalog.models import LanguageModel, Listing, Market, Parameter, PricePeriod, Rate, Source, Vendor

    chance = random.Random(7)  # noqa: S311  nothing secret hangs on it
    market = Market.objects.create(slug="bench", name="Bench")
    source = Source.objects.create(slug="bench", title="Bench", read_on="2026-01-01")
    kinds = _modalities()
    names = _words(chance, 200)
    vendors = Vendor.objects.bulk_create(Vendor(slug=name, name=name.title()) for name in names)
    families = [[f"{word.title()}" for word in _words(chance, chance.randint(1, 12))] for _ in vendors]
    shares = [1 / (place + 2) for place in range(len(vendors))]
    takes = [(*ALWAYS_TAKEN, *(name for name in SOMETIMES if chance.random() < 0.5)) for _ in range(60)]
    prose = _words(chance, 4000)
    prose_shares = [1 / (place + 10) for place in range(len(prose))]
    for numbers in _chunks(range(count)):
        models = []
        for n, place in zip(numbers, chance.choices(range(len(vendors)), shares, k=len(numbers)), strict=True):
            family, released = chance.choice(families[place]), FIRST_DAY + timedelta(days=chance.randrange(1350))
            name = f"{family} {chance.choice(KINDS)} {chance.choice((3, 7, 8, 12, 24, 70, 123))}B {released:%y%m}"
            models.append(
                LanguageModel(
                    vendor=vendors[place],
                    slug=f"{name.lower().replace(' ', '-')}-{n}",
                    name=f"{name} {n}",
                    family=family,
                    licence=chance.choice(LICENCES),
                    description=" ".join(chance.choices(prose, prose_shares, k=60)),
                    context_length=chance.choice(CONTEXTS),
                    released_on=released,
                    deprecated_on=released + timedelta(days=700) if chance.random() < 0.2 else None,
                    retires_on=released + timedelta(days=900) if chance.random() < 0.1 else None,
                )
            )
        LanguageModel.objects.bulk_create(models)
        reading, writing = LanguageModel.input_modalities.through, LanguageModel.output_modalities.through
        reading.objects.bulk_create(
            reading(languagemodel=model, modality=kinds[slug]) for model in models for slug in chance.choice(READS)
        )
        writing.objects.bulk_create(writing(languagemodel=model, modality=kinds["text"]) for model in models)
        listings = Listing.objects.bulk_create(
            Listing(
                model=model,
                market=market,
                upstream_id=model.public_id,
                listed_on=model.released_on + timedelta(days=chance.randrange(20)),
                delisted_on=model.released_on + timedelta(days=400) if chance.random() < 0.05 else None,
                max_completion_tokens=chance.choice((None, 4096, 16384)),
            )
            for model in models
        )
        periods = PricePeriod.objects.bulk_create(
            PricePeriod(listing=listing, model=listing.model, source=source, starts_on=start, ends_on=end)
            for listing in listings
            for start, end in _three(listing.listed_on)
        )
        rates = []
        for period in periods:
            base = Decimal(chance.randint(1, 400)).scaleb(-8)
            for position, (component, times) in enumerate(
                (("input", 1), ("output", 3), ("cache_read", Decimal("0.1")))
            ):
                amount = base * times
                rates.append(
                    Rate(
                        period=period, position=position, component=component, amount=f"{amount:f}", amount_sort=amount
                    )
                )
        Rate.objects.bulk_create(rates)
        Parameter.objects.bulk_create(
            Parameter(listing=listing, model=listing.model, source=source, name=name, kind="float")
            for listing in listings
            for name in chance.choice(takes)
        )


def _modalities() -> dict[str, Any]:
    from catalog.models import Modality

    slugs = ("text", "image", "file", "audio")
    return {slug: Modality.objects.get_or_create(slug=slug, defaults={"name": slug.title()})[0] for slug in slugs}


def _three(start: date) -> list[tuple[date, date | None]]:
    days = [start, start + timedelta(days=90), start + timedelta(days=300)]
    return list(zip(days, [*days[1:], None], strict=True))


def _words(chance: random.Random, count: int) -> list[str]:
    """So many different words of two to four syllables."""
    found: dict[str, None] = {}
    while len(found) < count:
        found["".join(chance.choices(SYLLABLES, k=chance.choice((2, 3, 3, 4))))] = None
    return list(found)


def _chunks(numbers: range) -> Iterator[list[int]]:
    remaining = iter(numbers)
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk
