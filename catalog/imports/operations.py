"""What each line's plan does to the catalog's rows; every operation looks first whether they are as the preview saw them."""

from datetime import date
from typing import Any

from catalog.facts import day_text
from catalog.history import rows
from catalog.imports import making
from catalog.imports.drafts import as_rates, frozen
from catalog.imports.market import MISSES
from catalog.imports.market_facts import MODALITIES, OBSERVED, current
from catalog.imports.market_prices import of_lists
from catalog.imports.writing import MovedOn, Writer
from catalog.models import Absence, Alias, Change, Endpoint, LanguageModel, Listing, Observation, Pin, PricePeriod, Rate


class Operations:
    """The plans by their name, for one import. Each raises MovedOn where the catalog has gone on since the preview."""

    def __init__(self, writer: Writer) -> None:
        self.writer, self.day = writer, writer.day

    def carry_out(self, line: Change) -> None:
        is_of_model = line.plan["op"] == "observe" or line.plan.get("table") == "languagemodel"
        if is_of_model and line.subject in self.writer.aside:
            raise MovedOn("The model's plain listing came with this import, and speaks for it now.")
        getattr(self, line.plan["op"])(line, line.plan)

    def set(self, line: Change, plan: dict[str, Any]) -> None:
        name, value = plan["field"], plan["value"]
        row = _get(rows.TABLES[plan["table"]], plan["pk"])
        if current(row, name) != plan["expect"]:
            raise MovedOn("It was changed between the preview and now.")
        if _pinned(row, name):
            raise MovedOn("It was pinned between the preview and now.")
        if name in MODALITIES:
            known = making.modalities(set(value))
            self.writer.set_many(row, name, [known[slug] for slug in value])
        else:
            column = row._meta.get_field(name)
            empty = None if column.null else ""
            self.writer.change(row, **{name: empty if value in (None, "") else column.to_python(value)})
        self.writer.remember(line.subject, plan["last"])
        self._observe_value(line, row, name)

    def _observe_value(self, line: Change, row: Any, name: str) -> None:
        """A value that was taken over is on record as what the source says: of a listing, where it stands for its model."""
        is_told = row.is_main and name in OBSERVED if isinstance(row, Listing) else name != "description"
        if is_told and line.after:
            model_id = row.model_id if isinstance(row, Listing) else row.pk
            self._say(model_id, {"field": name, "value": line.after, "differs": False})

    def _say(self, model_id: int, said: dict[str, Any]) -> None:
        known = Observation.objects.filter(model=model_id, source=self.writer.source, field=said["field"])
        row = known.filter(value=said["value"]).first()
        if row is not None and not known.filter(observed_on__gte=row.observed_on).exclude(pk=row.pk).exists():
            return
        # It said something else meanwhile and has come back to this. Of what it says on one day the newest row speaks.
        if row is not None and not known.filter(observed_on=self.day, pk__gt=row.pk).exists():
            self.writer.change(row, observed_on=self.day, differs=said["differs"])
            return
        if row is not None:
            self.writer.remove(row)
        row = Observation(
            model_id=model_id, source=self.writer.source, observed_on=self.day, field=said["field"],
            value=said["value"], differs=said["differs"], note=row.note if row else "",
        )  # fmt: skip
        self.writer.make(row)

    def observe(self, line: Change, plan: dict[str, Any]) -> None:
        if not LanguageModel.objects.filter(pk=plan["model"]).exists():
            raise MovedOn("The model is not in the catalog any more.")
        for said in plan["said"]:
            self._say(plan["model"], said)

    def remember(self, line: Change, plan: dict[str, Any]) -> None:
        self.writer.remember(line.subject, plan["last"])

    def pin(self, line: Change, plan: dict[str, Any]) -> None:
        pin = _get(Pin, plan["pin"])
        self.writer.change(
            pin,
            standing=plan["standing"],
            upstream_value=plan["value"],
            upstream_on=self.day,
            upstream_source_id=self.writer.source.pk,
        )

    def price(self, line: Change, plan: dict[str, Any]) -> None:
        listing = _get(Listing, plan["listing"])
        if listing.pins.filter(field="price").exists():
            raise MovedOn("The price was pinned between the preview and now.")
        period = listing.period_on(self.day)
        has = frozen(rate.as_pricing() for rate in period.rates.all()) if period else []
        is_same = (period.pk if period else None) == plan["period"] and (period.discount if period else "") == plan[
            "off"
        ]
        if has != plan["expect"] or not is_same:
            raise MovedOn("The price was changed between the preview and now.")
        if period is not None and period.starts_on == self.day:
            self._rewrite(period, plan)
            return
        later = listing.periods.filter(currency="USD", starts_on__gt=self.day).order_by("starts_on").first()
        ends_on = period.ends_on if period else later.starts_on if later else None
        if period is not None:
            self._end(period)
        new = PricePeriod(
            listing=listing, starts_on=self.day, ends_on=ends_on, source=self.writer.source, discount=plan["discount"]
        )
        self.writer.make(new)
        self._write_rates(new, plan)

    def _end(self, period: PricePeriod) -> None:
        """End a period on this day. Also one that a run was priced with: being followed is all that may happen to it."""
        before = rows.plain(period.ends_on)
        PricePeriod.objects.filter(pk=period.pk).update(ends_on=self.day)
        step = {
            "table": "priceperiod",
            "pk": period.pk,
            "before": {"ends_on": before},
            "after": {"ends_on": rows.plain(self.day)},
        }
        self.writer.steps.append(step)

    def _rewrite(self, period: PricePeriod, plan: dict[str, Any]) -> None:
        """A second price on one day takes the place of the first, which held for no day; never if a run was priced with it."""
        period = PricePeriod.objects.select_for_update().get(pk=period.pk)  # a run may be about to be priced with it
        if period.is_used or period.source_id != self.writer.source.pk:
            raise MovedOn("A price that begins today is in use already.")
        for rate in period.rates.all():
            self.writer.remove(rate)
        if period.discount != plan["discount"]:
            self.writer.change(period, discount=plan["discount"])
        self._write_rates(period, plan)

    def _write_rates(self, period: PricePeriod, plan: dict[str, Any]) -> None:
        for place, rate in enumerate(as_rates(plan["rates"])):
            self.writer.make(Rate.from_pricing(rate, period, place))

    def parameters(self, line: Change, plan: dict[str, Any]) -> None:
        listing = _get(Listing, plan["listing"])
        known = {row.name: row for row in sorted(of_lists(listing), key=lambda row: row.source.authority)}
        for name in plan["gained"]:
            if name in known:
                self.writer.change(known[name], is_unsupported=False)
            else:
                self.writer.make(making.parameter(listing, name, plan["defaults"], self.writer))
        for row in of_lists(listing):
            if row.name in plan["lost"] and not row.is_unsupported:
                self.writer.change(row, is_unsupported=True)

    def alias(self, line: Change, plan: dict[str, Any]) -> None:
        target = (
            Listing.objects.filter(market=making.market(), upstream_id=plan["target"]).select_related("model").first()
        )
        model = target.model if target else _by_public_id(plan["target"])
        if model is None:
            raise MovedOn(f"{plan['target']} is not in the catalog.")
        still = Alias.objects.filter(name=plan["name"], to_day__isnull=True)
        if still.filter(model=model).exists():
            raise MovedOn("It means that by now.")
        for alias in still:
            if alias.from_day == self.day:
                self.writer.remove(alias)  # it held for no day
            else:
                self.writer.change(alias, to_day=self.day)
        self.writer.make(
            Alias(model=model, name=plan["name"], from_day=self.day, note="OpenRouter’s name for the latest.")
        )
        line.model_id = model.pk

    def miss(self, line: Change, plan: dict[str, Any]) -> None:
        listing = _get(Listing, plan["listing"])
        if listing.misses != plan["expect"] or listing.delisted_on is not None:
            raise MovedOn("It was looked for again since the preview.")
        first = date.fromisoformat(plan["missed_on"])
        values: dict[str, Any] = {"misses": plan["misses"], "missed_on": first}
        if plan["misses"] == MISSES:
            values["delisted_on"] = first
        self.writer.change(listing, **values)

    def back(self, line: Change, plan: dict[str, Any]) -> None:
        listing = _get(Listing, plan["listing"])
        away_from = listing.delisted_on
        if rows.plain(away_from) != plan["expect"] or away_from is None:
            raise MovedOn("It was listed again since the preview.")
        self.writer.change(listing, delisted_on=None, misses=0, missed_on=None)
        if away_from < self.day and not Absence.objects.filter(listing=listing, from_day=away_from).exists():
            who = f"{self.writer.source}, {day_text(self.day)}"
            self.writer.make(Absence(listing=listing, from_day=away_from, to_day=self.day, note=who[:200]))

    def endpoint(self, line: Change, plan: dict[str, Any]) -> None:
        values = plan["values"]
        endpoint = Endpoint.objects.filter(listing=plan["listing"], tag=plan["tag"]).first()
        if endpoint is None:
            self.writer.make(
                Endpoint(
                    listing=_get(Listing, plan["listing"]),
                    tag=plan["tag"],
                    seen_on=self.day,
                    uptime=plan["uptime"],
                    **values,
                )
            )
            return
        self.writer.change(endpoint, **values, gone_on=None, seen_on=self.day, uptime=plan["uptime"])

    def endpoint_gone(self, line: Change, plan: dict[str, Any]) -> None:
        self.writer.change(_get(Endpoint, plan["pk"]), gone_on=self.day)


def _get(table: Any, pk: int) -> Any:
    row = table._default_manager.filter(pk=pk).first()
    if row is None:
        raise MovedOn("It is not in the catalog any more.")
    return row


def _by_public_id(public_id: str) -> LanguageModel | None:
    vendor, _, slug = public_id.partition("/")
    return LanguageModel.objects.filter(vendor__slug=vendor, slug=slug).first()


def _pinned(row: Any, name: str) -> bool:
    if isinstance(row, Listing):
        return row.pins.filter(field=name).exists()
    return Pin.objects.filter(model=row, listing=None, field=name).exists()
