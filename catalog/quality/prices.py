"""Checks on prices: slips of the unit, jumps, output cheaper than input, prices that nobody checked or nobody knows. Pure."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median

from catalog import agreement, figures
from catalog.agreement.prices import usd_per_token
from catalog.quality.findings import Finding
from catalog.quality.records import Catalog, ModelRow, PeriodRow, SaidRow, money

FEWEST_FOR_A_MEDIAN = 3
# A family's own models lie up to some fifty times apart, so that about a thousand is a slip and not a large model.
NEAR_A_SLIP = Decimal(3)
SLIPS = (
    (Decimal(10) ** 6, "About a million times"),
    (Decimal(10) ** 3, "About a thousand times"),
    (Decimal(10) ** -3, "About a thousandth of"),
    (Decimal(10) ** -6, "About a millionth of"),
)
ORDINARY = (SLIPS[2][0] * NEAR_A_SLIP, SLIPS[1][0] / NEAR_A_SLIP)  # what nearly every price is within
JUMP = 10
STALE_DAYS = 30
DEAREST_AUDIO = 100  # times the text input; markets sell a token of audio at the price of one of text or a few of them
SHOWN = "the value shown"  # how a slip's words end
SAID = {"input_price": "Input", "output_price": "Output"}


class _Medians:
    """The median price of each family, or of its vendor where the family is too small to have one worth the name."""

    def __init__(self, catalog: Catalog) -> None:
        by_group: dict[tuple[str, ...], list[Decimal]] = defaultdict(list)
        for model in catalog.models.values():
            period = catalog.main_period(model.pk)
            for name, amount in period.amounts() if period else ():
                if amount:
                    by_group[model.vendor, name].append(amount)
                    if model.family:
                        by_group[model.vendor, model.family, name].append(amount)
        self.of = {group: median(all_) for group, all_ in by_group.items() if len(all_) >= FEWEST_FOR_A_MEDIAN}

    def off(self, model: ModelRow, name: str, amount: Decimal) -> tuple[str, Decimal, str] | None:
        """By how much an amount is off as a slip would be, from which median, and whose; None where it is not."""
        for group, whose in (
            ((model.vendor, model.family, name), "the family’s"),
            ((model.vendor, name), "the vendor’s"),
        ):
            if group in self.of:
                ratio = amount / self.of[group]
                if ORDINARY[0] < ratio < ORDINARY[1]:
                    return None
                for factor, words in SLIPS:
                    if 1 / NEAR_A_SLIP <= ratio / factor <= NEAR_A_SLIP:
                        return words, self.of[group], whose
                return None
        return None


def unit_slips(catalog: Catalog) -> Iterator[Finding]:
    """A price, shown or said by a source, about a thousand or a million times off its family's median or the price shown."""
    medians = _Medians(catalog)
    for listing in catalog.listings.values():
        period = catalog.current.get(listing.pk)
        model = catalog.models[listing.model]
        for name, amount in period.amounts() if period else ():
            off = medians.off(model, name, amount) if amount else None
            if period and off:
                words, reference, whose = off
                yield Finding(
                    model, f"{name} at {listing.market}", money(amount), money(reference), period.starts_on,
                    f"{words} {whose} median.", period.source, anchor="pricing",
                )  # fmt: skip
        if period and period.audio and period.input and period.audio >= DEAREST_AUDIO * period.input:
            yield Finding(
                model, f"Audio input at {listing.market}", money(period.audio), money(period.input), period.starts_on,
                f"{figures.multiple(period.audio / period.input)} its text input: perhaps a price per minute.",
                period.source, anchor="pricing",
            )  # fmt: skip
    for said in catalog.said:
        if said.field in SAID:
            yield from _said_slip(catalog, medians, catalog.models[said.model], said)


def _said_slip(catalog: Catalog, medians: _Medians, model: ModelRow, said: SaidRow) -> Iterator[Finding]:
    """A source's word against the price shown, today and on the day it was read, or else against the median."""
    name, amount = SAID[said.field], usd_per_token(said.value)
    if not amount:
        return
    remark, reference = "", Decimal(0)
    periods = {
        SHOWN: catalog.main_period(model.pk),
        "the price of that day": catalog.main_period(model.pk, said.observed_on),
    }
    for what, period in periods.items():
        shown = dict(period.amounts())[name] if period and not remark else None
        slip = agreement.compare(said.field, shown, amount).slip
        if shown and slip:
            remark, reference = f"{slip[0].upper()}{slip[1:].removesuffix(SHOWN)}{what}.", shown
    off = None if remark else medians.off(model, name, amount)
    if off:
        remark, reference = f"{off[0]} {off[2]} median.", off[1]
    if remark:
        yield Finding(
            model, f"{name}, as a source has it", f"{money(amount)} (“{said.value[:60]}”)", money(reference),
            said.observed_on, remark, said.source, anchor="pricing",
        )  # fmt: skip


def output_below_input(catalog: Catalog) -> Iterator[Finding]:
    """Output cheaper than input. Output that costs nothing counts only where the model writes text at all."""
    for listing in catalog.listings.values():
        period = catalog.current.get(listing.pk)
        if period is None or not period.input or period.output is None or period.output >= period.input:
            continue
        if period.output or listing.model in catalog.writes_text:
            yield Finding(
                catalog.models[listing.model], listing.market, money(period.input), money(period.output),
                period.starts_on, "", period.source, anchor="pricing",
            )  # fmt: skip


def price_jumps(catalog: Catalog) -> Iterator[Finding]:
    """Ten times the price before, or a tenth of it, or one that became free or stopped being so. From or to an unknown one
    is no jump: a price that began or ended."""
    for before, after in pairwise(catalog.periods):
        if (before.listing, before.currency) == (after.listing, after.currency):
            yield from _jumps(catalog, before, after)


def _jumps(catalog: Catalog, before: PeriodRow, after: PeriodRow) -> Iterator[Finding]:
    listing = catalog.listings[after.listing]
    for (name, was), (_, now) in zip(before.amounts(), after.amounts(), strict=True):
        remark = "" if was is None or now is None else _jump(was, now)
        if not remark:
            continue
        symbol = figures.symbol(after.currency)
        yield Finding(
            catalog.models[listing.model], f"{name} at {listing.market}", f"{symbol}{figures.per_million(was)} per million",
            f"{symbol}{figures.per_million(now)} per million", after.starts_on, remark, after.source, anchor="pricing",
        )  # fmt: skip


def _jump(was: Decimal, now: Decimal) -> str:
    """How one price follows another, in a sentence; blank where it is no jump."""
    if was == now or was / JUMP < now < was * JUMP:
        return ""
    if not was or not now:
        return "It is free from this day on." if was else "It was free before."
    ratio = now / was if now > was else was / now
    return f"{figures.multiple(ratio)} {'dearer' if now > was else 'cheaper'} than before."


def unchecked(catalog: Catalog) -> Iterator[Finding]:
    """A price on sale whose listing nobody has seen for thirty days."""
    latest = catalog.today - timedelta(days=STALE_DAYS)
    for listing in catalog.listings.values():
        period = catalog.current.get(listing.pk)
        if period is None or not listing.is_on_sale(catalog.today):
            continue
        if listing.last_seen_on is None or listing.last_seen_on < latest:
            days = (catalog.today - listing.last_seen_on).days if listing.last_seen_on else None
            yield Finding(
                catalog.models[listing.model], listing.market, period.words,
                "never, as far as known" if days is None else f"{days} days ago", listing.last_seen_on, "",
                period.source, anchor="pricing",
            )  # fmt: skip


def unpriced(catalog: Catalog) -> Iterator[Finding]:
    """A listing on sale without a price: no period at all, or one that says none or whose source does not know it. A price by
    the page, the minute or the character is one."""
    priced = {period.listing for period in catalog.periods}
    for listing in catalog.listings.values():
        if not listing.is_on_sale(catalog.today):
            continue
        period = catalog.current.get(listing.pk)
        is_unknown = period is not None and period.is_unknown
        if listing.pk not in priced or is_unknown or (period is not None and period.is_empty):
            yield Finding(
                catalog.models[listing.model], listing.market, listing.upstream_id,
                "called unknown by its source" if is_unknown else "no price on record", listing.last_seen_on, "",
                period.source if period else None, anchor="pricing",
            )  # fmt: skip
