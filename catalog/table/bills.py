"""What one request costs on the models of a page: bills by the rates of each model's main listing, tiers and fees included; and
what the models cost that are billed by the page, the minute or the character."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from catalog import measures, pricing
from catalog.costs.workloads import Workload
from catalog.models import Rate
from catalog.pricing import Bill, Component

AT_ONCE = 500  # models asked for in one query


def bills(model_ids: Iterable[int], day: date, workload: Workload) -> dict[int, Bill]:
    """The bill of one request by model; one query for every 500 models. A model without a price in force has an empty one."""
    usage, at, is_batch = workload.usage, workload.at, workload.is_batch
    return {model_id: pricing.bill(rates, usage, at, is_batch) for model_id, rates in _rates(model_ids, day).items()}


def by_unit(rows: Iterable[dict[str, Any]], day: date) -> dict[int, dict[Component, Decimal]]:
    """By model, the prices of those rows that have none for tokens and are billed by something else. One query for every 500
    rows without a price; none where every row has one."""
    ids = [row["model_id"] for row in rows if not row["input_amount"] and not row["output_amount"]]
    found = {model_id: measures.priced_by_unit(rates) for model_id, rates in _rates(ids, day).items()}
    return {model_id: amounts for model_id, amounts in found.items() if amounts}


def _rates(model_ids: Iterable[int], day: date) -> dict[int, list[pricing.Rate]]:
    """The rates in force of each model's main listing, in the order in which later ones win."""
    ids = list(model_ids)
    found: dict[int, list[pricing.Rate]] = {model_id: [] for model_id in ids}
    for start in range(0, len(ids), AT_ONCE):
        rates = Rate.objects.in_force_on(day).filter(
            period__model_id__in=ids[start : start + AT_ONCE], period__listing__is_main=True, period__currency="USD"
        )
        for rate in rates.select_related("period").order_by("period", "position"):
            found[rate.period.model_id] += pricing.discounted([rate.as_pricing()], rate.period.discount_share())
    return found
