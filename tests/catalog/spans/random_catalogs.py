"""Catalogs made by chance, all of whose days lie within two months, so that every day can be looked at."""

import random
from datetime import date, timedelta

from catalog.models import Absence, LanguageModel, Listing
from tests.factories import make_listing, make_market, make_model, make_parameter, make_period, make_rate, make_source

FIRST_DAY = date(2025, 3, 1)
LENGTH = 60
DAYS = [FIRST_DAY + timedelta(days=number) for number in range(-5, LENGTH + 6)]


def make_catalog(seed: int, count: int = 12) -> list[LanguageModel]:
    return [_model(random.Random(f"{seed}/{number}"), number) for number in range(count)]


def _model(chance: random.Random, number: int) -> LanguageModel:
    def day() -> date | None:
        return FIRST_DAY + timedelta(days=chance.randrange(LENGTH)) if chance.random() < 0.5 else None

    retires = day()
    model = make_model(
        f"model-{number}",
        reads=chance.choice(("text", "text,image", "")),
        announced_on=day(),
        released_on=day(),
        deprecated_on=day(),
        retires_on=retires + timedelta(days=chance.choice((0, 150, 4000))) if retires else None,
        context_length=chance.choice((None, 4096)),
    )
    if chance.random() < 0.85:
        listing = make_listing(
            model, listed_on=day(), delisted_on=day(), max_completion_tokens=chance.choice((None, 8))
        )
        _belongings(chance, listing)
    if chance.random() < 0.3:  # a second market, of which the table shows nothing
        other = make_listing(model, market=make_market("other", "Other"), is_main=False, upstream_id=f"x-{number}")
        make_period(other, "9", "9", "9", starts_on=FIRST_DAY)
        make_parameter(other, "elsewhere")
    return model


def _belongings(chance: random.Random, listing: Listing) -> None:
    cuts = sorted(chance.sample(range(LENGTH), 6))
    for start, end in ((cuts[0], cuts[1]), (cuts[2], cuts[3])):
        if chance.random() < 0.4:
            begins, ends = (FIRST_DAY + timedelta(days=number) for number in (start, end))
            Absence.objects.create(listing=listing, from_day=begins, to_day=ends)
    for start, end in zip(cuts[::2], [*cuts[2::2], None], strict=True):
        if chance.random() < 0.7:
            period = make_period(
                listing,
                chance.choice(("0.5", "2", "", None)),
                chance.choice(("1.5", "0", None)),
                chance.choice(("0.05", None)),
                starts_on=FIRST_DAY + timedelta(days=start),
                ends_on=None if end is None else FIRST_DAY + timedelta(days=end),
            )
            if chance.random() < 0.4:
                make_rate(period, "input", chance.choice(("3", "0.25")))  # the higher position wins
            if chance.random() < 0.4:
                make_rate(period, "output", "7", over_prompt_tokens=1000)
            if chance.random() < 0.4:
                period.discount = chance.choice(("0.25", "0.5"))
                period.save()
    make_period(listing, "8", "8", starts_on=FIRST_DAY, currency="EUR")
    for name in ("seed", "tools", "top_k"):
        for source, authority in (("page", 10), ("market", 20)):
            if chance.random() < 0.5:
                make_parameter(
                    listing,
                    name,
                    source=make_source(source, authority=authority),
                    is_unsupported=chance.random() < 0.3,
                )
