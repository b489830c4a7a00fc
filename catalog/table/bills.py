"""What one request costs on the models of a page: bills by the rates of each model's main listing, tiers and fees included."""

from collections.abc import Iterable
from datetime import date

from catalog import pricing
from catalog.costs.workloads import Workload
from catalog.models import Rate
from catalog.pricing import Bill

AT_ONCE = 500  # models asked for in one query


def bills(model_ids: Iterable[int], day: date, workload: Workload) -> dict[int, Bill]:
    """The bill of one request by model; one query for every 500 models. A model without a price in force has an empty one."""
    ids = list(model_ids)
    found: dict[int, list[pricing.Rate]] = {model_id: [] for model_id in ids}
    for start in range(0, len(ids), AT_ONCE):
        rates = Rate.objects.in_force_on(day).filter(
            period__model_id__in=ids[start : start + AT_ONCE], period__listing__is_main=True, period__currency="USD"
        )
        for rate in rates.select_related("period").order_by("period", "position"):
            found[rate.period.model_id] += pricing.discounted([rate.as_pricing()], rate.period.discount_share())
    usage, at, is_batch = workload.usage, workload.at, workload.is_batch
    return {model_id: pricing.bill(rates, usage, at, is_batch) for model_id, rates in found.items()}
