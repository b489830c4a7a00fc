"""What the steps of an act are about: the models, listings and price periods behind the rows that changed, by their names.

Read at once for all steps of an act; rows that are gone are known by what they held.
"""

from collections.abc import Iterable
from typing import Any

from django.db import models

from catalog.history import rows
from catalog.models import LanguageModel, Listing, Market, PricePeriod

Step = dict[str, Any]
OWNERS = {
    "rate": ["period__listing"],
    "absence": ["listing"],
    "endpoint": ["listing"],
    "priceperiod": ["listing"],
    "parameter": ["listing"],
}


def held_of(step: Step) -> dict[str, Any]:
    """What a step says of its row: all of it where the row was made or removed, else what changed, as it was."""
    return (step["after"] or {}) | (step["before"] or {})


class Names:
    """The names behind some steps. A fixed number of queries for each table that they touch or point to."""

    def __init__(self, steps: Iterable[Step]) -> None:
        steps = list(steps)
        self._rows = self._fetch(steps)
        self.periods = self._periods(steps)
        self.listings = self._listings(steps)
        self._pointed = self._fetch_pointed(steps)
        ids = {model_id for step in steps if (model_id := self.raw_model_id(step)) is not None}
        self.models = {model.pk: model for model in LanguageModel.objects.select_related("vendor").filter(pk__in=ids)}

    def _fetch(self, steps: list[Step]) -> dict[tuple[str, int], models.Model]:
        """The rows that were changed, as they are after the act."""
        found: dict[tuple[str, int], models.Model] = {}
        for table in {step["table"] for step in steps}:
            keys = [step["pk"] for step in steps if step["table"] == table]
            for row in rows.TABLES[table]._default_manager.filter(pk__in=keys).select_related(*OWNERS.get(table, [])):
                found[table, row.pk] = row
        return found

    def _wanted(self, steps: list[Step], table: str, column: str) -> set[int]:
        """The keys of a table's rows that the steps are of or point to, in what was and in what is."""
        found = {step["pk"] for step in steps if step["table"] == table}
        for step in steps:
            found |= {held[column] for held in (step["before"], step["after"]) if held and held.get(column)}
            if column in held_of(step) or (step["table"], step["pk"]) not in self._rows:
                continue
            found |= {getattr(self._rows[step["table"], step["pk"]], column, None)} - {None}
        return found

    def _periods(self, steps: list[Step]) -> dict[int, dict[str, Any]]:
        """Of each period its listing, currency and first day."""
        names = ("listing_id", "currency", "starts_on")
        held = {step["pk"]: held_of(step) for step in steps if step["table"] == "priceperiod"}
        found = {pk: {name: values.get(name) for name in names} for pk, values in held.items() if "currency" in values}
        for row in PricePeriod.objects.filter(pk__in=self._wanted(steps, "priceperiod", "period_id")):
            found[row.pk] = {name: rows.plain(getattr(row, name)) for name in names}
        return found

    def _listings(self, steps: list[Step]) -> dict[int, dict[str, Any]]:
        """Of each listing its model, its market’s name and its id there."""
        held = {step["pk"]: held_of(step) for step in steps if step["table"] == "listing"}
        whole = {pk: values for pk, values in held.items() if "market_id" in values and "model_id" in values}
        markets = dict(
            Market.objects.filter(pk__in=[each["market_id"] for each in whole.values()]).values_list("pk", "name")
        )
        found = {
            pk: {
                "model_id": each["model_id"],
                "market": markets.get(each["market_id"], ""),
                "id": each.get("upstream_id"),
            }
            for pk, each in whole.items()
        }
        keys = self._wanted(steps, "listing", "listing_id") | {each["listing_id"] for each in self.periods.values()}
        for row in Listing.objects.filter(pk__in=keys).select_related("market"):
            found[row.pk] = {"model_id": row.model_id, "market": row.market.name, "id": row.upstream_id}
        return found

    def _fetch_pointed(self, steps: list[Step]) -> dict[tuple[Any, int], str]:
        """The names of the rows that changed columns point to."""
        wanted: dict[Any, set[int]] = {}
        for step in steps:
            for values in (step["before"] or {}, step["after"] or {}):
                for name, value in values.items():
                    column = rows.TABLES[step["table"]]._meta.get_field(name)
                    if column.is_relation and value:
                        keys = value if isinstance(value, list) else [value]
                        wanted.setdefault(column.related_model, set()).update(keys)
        return {
            (table, row.pk): str(row)
            for table, keys in wanted.items()
            if table not in (Listing, PricePeriod)
            for row in table._default_manager.filter(pk__in=keys)
        }

    def pointed(self, column: Any, pk: int) -> str:
        """The name of a row that a column points to; its key where it is gone."""
        if column.related_model is Listing:
            return str(self.listings.get(pk, {}).get("id") or pk)
        return self._pointed.get((column.related_model, pk), str(pk))

    def value(self, step: Step, name: str) -> Any:
        """A column of a step's row, changed or not, as it is after the act; before it where the row is gone."""
        for values in (step["after"], step["before"]):
            if values and name in values:
                return values[name]
        row = self._rows.get((step["table"], step["pk"]))
        return rows.plain(getattr(row, name)) if row is not None else None

    def period_of(self, step: Step) -> dict[str, Any]:
        key = step["pk"] if step["table"] == "priceperiod" else self.value(step, "period_id")
        return self.periods.get(key, {})

    def market_of(self, step: Step) -> str:
        """The market that a step's row belongs to; blank where it belongs to none."""
        if step["table"] in ("rate", "priceperiod"):
            key = self.period_of(step).get("listing_id")
        elif step["table"] == "listing":
            key = step["pk"]
        elif step["table"] in ("absence", "parameter", "endpoint", "pin"):
            key = self.value(step, "listing_id")
        else:
            key = None
        return self.listings.get(key, {}).get("market", "")

    def raw_model_id(self, step: Step) -> int | None:
        if step["table"] == "languagemodel":
            return step["pk"]
        row = self._rows.get((step["table"], step["pk"]))
        if row is not None:
            return rows.model_id_of(row)
        held = held_of(step)
        if "model_id" in held:
            return held["model_id"]
        listing = held.get("listing_id") or self.periods.get(held.get("period_id"), {}).get("listing_id")
        return self.listings.get(listing, {}).get("model_id")

    def model_id(self, step: Step) -> int | None:
        """The model that a line is about, where it still exists."""
        model_id = self.raw_model_id(step)
        return model_id if model_id in self.models else None

    def subject(self, step: Step) -> str:
        model = self.models.get(self.raw_model_id(step))
        if model is not None:
            return model.public_id
        held = held_of(step)
        return str(held.get("name") or held.get("title") or held.get("slug") or held.get("code") or step["table"])
