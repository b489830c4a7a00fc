"""`/costs`: what one request costs on each model. Amounts are exact decimal strings in USD; unknown ones are null."""

import re
from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict, ValidationInfo, field_validator

from catalog import pricing
from catalog.api.described import answers, without_null
from catalog.api.errors import Refused, refusal
from catalog.costs import offered, workloads
from catalog.costs.forms import MOST_TOKENS, WorkloadForm, tokens_of
from catalog.exact import PricingError, plain
from catalog.forms import check_day
from catalog.names import SeveralMeanings, own_ids
from catalog.pricing import Usage

router = Router(tags=["costs"])
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Line(Schema):
    """One component of a bill: `amount_usd` is `quantity` x `rate_usd`, exact; null where the rate is not known."""

    component: str = Field(examples=["input"])
    quantity: int = Field(examples=[6000])
    rate_usd: str | None = Field(examples=["0.0000005"])
    amount_usd: str | None = Field(examples=["0.003"])


class Cost(Schema):
    """What one request costs on one model. With status `at_least` the total is a lower bound; `reasons` say why."""

    model: str = Field(
        examples=["mistralai/mistral-large-2512"],
        description="The model’s id in this catalog: `windrose.id` of `/models`.",
    )
    total_usd: str | None = Field(examples=["0.0047"])
    lines: list[Line]
    as_of: date
    status: pricing.Status
    reasons: list[str]
    conditions: list[str]
    note: str


class Costs(Schema):
    data: list[Cost]


class CostsQuery(Schema):
    """One request, and on which models and day."""

    model_config = ConfigDict(json_schema_extra=without_null)

    model: list[str] = Field(
        [],
        description="Ids such as mistralai/devstral-2512, a market’s or our own, or aliases that hold on the day; "
        "repeated. All listed models when absent.",
    )
    prompt_tokens: int = Field(0, ge=0, le=MOST_TOKENS, description="Cached and cache-written tokens are part of them.")
    cached_tokens: str = Field("0", description="A number of tokens, or a share of the prompt such as 40%.")
    cache_write_tokens: int = Field(0, ge=0, le=MOST_TOKENS)
    completion_tokens: int = Field(0, ge=0, le=MOST_TOKENS, description="Reasoning tokens are part of them.")
    reasoning_tokens: int = Field(0, ge=0, le=MOST_TOKENS)
    pages: int = Field(0, ge=0, le=MOST_TOKENS, description="Plain pages, for what is billed by the page.")
    annotated_pages: int = Field(
        0, ge=0, le=MOST_TOKENS, description="Pages read with annotations, apart from plain ones."
    )
    audio_minutes: int = Field(
        0, ge=0, le=MOST_TOKENS, description="Minutes of audio, for what is billed by the minute."
    )
    characters: int = Field(0, ge=0, le=MOST_TOKENS, description="Characters read aloud, for what is billed by them.")
    as_of: date | None = Field(None, description="Prices of this day; today when absent.")
    at: time | None = Field(
        None, description="The UTC time at which the request starts, where prices depend on the hour."
    )
    batch: bool = Field(False, description="Whether the request is sent as part of a batch.")

    @field_validator("*", mode="before")
    @classmethod
    def take_blank_for_absent(cls, value: Any, field: ValidationInfo) -> Any:
        """Forms send the fields that were left blank, too."""
        return cls.model_fields[field.field_name or ""].get_default() if value in ("", [""]) else value

    @field_validator("as_of", mode="before")
    @classmethod
    def take_days_only(cls, value: Any) -> Any:
        """As the pages do: a plain number is no day, though seconds since 1970 could be written so."""
        if isinstance(value, str) and not DAY.fullmatch(value):
            raise ValueError("write the day as year-month-day, such as 2026-03-01")
        return value

    def usage(self) -> Usage:
        """Raises PricingError when parts exceed what they are inside of."""
        return Usage(
            prompt_tokens=self.prompt_tokens,
            completion_tokens=self.completion_tokens,
            cached_tokens=tokens_of(self.cached_tokens, self.prompt_tokens),
            cache_write_tokens=self.cache_write_tokens,
            reasoning_tokens=self.reasoning_tokens,
            pages=self.pages,
            annotated_pages=self.annotated_pages,
            audio_minutes=self.audio_minutes,
            characters=self.characters,
        )


@router.get("/costs", response=answers(Costs, 400, 404), summary="What one request costs, cheapest first")
def costs(request: HttpRequest, query: Query[CostsQuery]) -> Any:
    """Every amount is an exact decimal string. Models whose price is not known come last."""
    try:
        asked, usage = WorkloadForm.base_fields["model"].clean(query.model), query.usage()
        if query.as_of:
            check_day(query.as_of)
    except (PricingError, forms.ValidationError) as error:
        return refusal(400, " ".join(getattr(error, "messages", [str(error)])))
    day, today = query.as_of or timezone.now().date(), timezone.now().date()
    try:
        asked = own_ids(asked, day)
    except SeveralMeanings as several:
        raise Refused(404, str(several), several.ids) from several
    priced = offered.priced_on(day, asked, is_past=day < today)
    unknown = offered.unpriced(asked, priced)
    if unknown:
        on_that_day = f" on {day}" if day < today else ""
        return refusal(404, f"No model called {' or '.join(unknown)} is listed{on_that_day}.")
    at = datetime.combine(day, query.at, tzinfo=query.at.tzinfo or UTC).astimezone(UTC) if query.at else None
    workload = workloads.Workload(usage, is_batch=query.batch, at=at)
    return {"data": [written(cost, day) for cost in workloads.costs_of(priced, workload)]}


def written(cost: workloads.Cost, day: date) -> dict[str, Any]:
    """One cost as the API writes it."""
    return {
        "model": cost.priced.public_id,
        "total_usd": None if cost.total is None else plain(cost.total),
        "lines": [
            {
                "component": line.component,
                "quantity": line.quantity,
                "rate_usd": None if line.rate is None else plain(line.rate),
                "amount_usd": None if line.amount is None else plain(line.amount),
            }
            for line in cost.bill.lines
        ],
        "as_of": day,
        "status": cost.bill.status,
        "reasons": list(cost.reasons),
        "conditions": list(cost.bill.conditions),
        "note": cost.caveat,
    }
