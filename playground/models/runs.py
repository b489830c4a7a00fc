"""Runs: one model's answer to a prompt, with its rates frozen, its usage, its three costs and its timings."""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Self

from django.db import models
from django.db.models import Case, F, Q, When
from django.db.models.functions import Left

from catalog import frozen, pricing
from catalog.models import Listing, PricePeriod
from playground import speed
from playground.models.prompts import Prompt


class State(models.TextChoices):
    """Where a run stands. The first four are on the way; the others are ends, each reached once."""

    QUEUED = "queued", "Queued"
    CONNECTING = "connecting", "Connecting"
    STREAMING = "streaming", "Streaming"
    STOPPING = "stopping", "Stopping"
    DONE = "done", "Done"
    TRUNCATED = "truncated", "Cut at the output limit"
    REFUSED = "refused", "Refused"
    FAILED = "failed", "Failed"
    INCOMPLETE = "incomplete", "Incomplete"
    STOPPED = "stopped", "Stopped"
    INTERRUPTED = "interrupted", "Interrupted"


class Verdict(models.TextChoices):
    """What the person who asked thinks of an answer beside the others."""

    BETTER = "better", "Better"
    WORSE = "worse", "Worse"


class Reconciliation(models.TextChoices):
    """Whether the cost of a run that ended without a usage is being asked for; blank where nothing has to be asked."""

    WAITING = "waiting", "Asking for its cost"
    RECONCILED = "reconciled", "Cost learnt afterwards"
    UNRECONCILED = "unreconciled", "Cost not to be learnt"


LIVE = (State.QUEUED, State.CONNECTING, State.STREAMING, State.STOPPING)
BEGINNING = 200  # characters of an answer in a cell of a table


class RunQuerySet(models.QuerySet["Run"]):
    def live(self) -> Self:
        return self.filter(state__in=LIVE)

    def over(self) -> Self:
        return self.exclude(state__in=LIVE)

    def real(self) -> Self:
        """Runs answered by a model, not by the rehearsal."""
        return self.filter(is_rehearsal=False)

    def for_cells(self) -> Self:
        """What the cells of a table show: of the answer only how it `begins`, with one character more where there is more,
        and in place of an answer without text the tools that it calls (`calls_instead`). No long text leaves the database.
        """
        cut = self.annotate(
            begins=Left("text", BEGINNING + 1),
            calls_instead=Case(When(text="", then=F("tool_calls")), output_field=models.JSONField(null=True)),
        )
        return cut.only(
            "prompt", "position", "row", "repeat", "offer", "listing", "model_public_id", "model_name", "is_rehearsal",
            "state", "stop_requested", "error", "usage", "computed_usd", "billed_usd", "cost", "first_token_ms", "last_token_ms",
            "verdict",
        )  # fmt: skip

    def awaiting_cost(self, moment: datetime) -> Self:
        """Runs whose cost is due to be asked for at `moment`, the longest waiting first."""
        return self.filter(reconciliation=Reconciliation.WAITING, reconcile_at__lte=moment).order_by("reconcile_at")

    def orphaned(self, silent_since: datetime) -> Self:
        """Live runs whose process has given no sign of life since then."""
        return self.live().filter(
            Q(heartbeat_at__lt=silent_since) | Q(heartbeat_at__isnull=True, created_at__lt=silent_since)
        )


class Run(models.Model):
    """One model's answer to a prompt. It sends at most one request that may be billed, and keeps the rates it began with.

    The three costs are exact decimal text in USD; blank means not known. Of a rehearsal they say what the answer
    would have cost; nothing of it is booked.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="runs")
    position = models.PositiveSmallIntegerField(default=0)

    row = models.PositiveSmallIntegerField(null=True, help_text="Which row of the variables' values, from 0.")
    repeat = models.PositiveSmallIntegerField(default=0, help_text="Which of the repeats, from 0.")

    offer = models.CharField(max_length=200, blank=True, help_text="What was ticked: the model, and where it is asked.")
    listing = models.ForeignKey(Listing, on_delete=models.SET_NULL, null=True, related_name="runs")
    period = models.ForeignKey(PricePeriod, on_delete=models.SET_NULL, null=True, related_name="runs")
    model_public_id = models.CharField("model", max_length=160, db_index=True)
    model_name = models.CharField(max_length=100)
    upstream_id = models.CharField(max_length=150)
    upstream = models.CharField(max_length=40, help_text="Who was asked: openrouter, mistral, compatible or rehearsal.")
    api = models.CharField(max_length=9, choices=Prompt.API.choices, default=Prompt.API.CHAT)
    streams = models.BooleanField(default=True)
    is_rehearsal = models.BooleanField(default=False)
    rates = models.JSONField(default=list, help_text="The rates in force when the run began.")
    request = models.JSONField(default=dict, help_text="The body as it was sent; images by their number.")
    left_out = models.JSONField(
        default=list, help_text="Parameters that were asked for and that this model does not take."
    )

    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED, db_index=True)
    stop_requested = models.BooleanField(default=False)
    text = models.TextField(blank=True)
    reasoning = models.TextField(blank=True)
    rest = models.TextField(blank=True, help_text="What came after Stop from an upstream that bills it all the same.")
    tool_calls = models.JSONField(default=list, help_text="Calls in their order: id, name, arguments as text.")
    validation = models.JSONField(null=True, help_text="Of a structured answer: is_valid, path, message.")
    error = models.CharField(max_length=500, blank=True, help_text="One sentence for the person who asked.")
    error_detail = models.TextField(blank=True, help_text="What the upstream said, cut to a few hundred characters.")
    error_status = models.PositiveSmallIntegerField(null=True, help_text="HTTP status of the refusal.")
    error_kind = models.CharField(max_length=60, blank=True, help_text="The upstream's own word for the error.")
    error_body = models.TextField(blank=True, help_text="The whole body of the refusal, without the key.")
    retry_at = models.DateTimeField(null=True, help_text="When the upstream said to come again.")
    generation_id = models.CharField(max_length=100, blank=True, db_index=True)
    served_model = models.CharField(max_length=150, blank=True)
    served_provider = models.CharField(max_length=100, blank=True)
    finish_reason = models.CharField(max_length=40, blank=True)
    native_finish_reason = models.CharField(max_length=40, blank=True)

    usage = models.JSONField(null=True, help_text="As the upstream reported it.")
    estimate_usd = models.CharField("worst case before", max_length=60, blank=True)
    computed_usd = models.CharField("computed from usage", max_length=60, blank=True)
    billed_usd = models.CharField("billed by the upstream", max_length=60, blank=True)

    cost = models.PositiveBigIntegerField(
        "final cost (10^-12 USD)", null=True, help_text="Billed, else computed; of a rehearsal what it would have cost."
    )
    reconciliation = models.CharField(max_length=12, choices=Reconciliation.choices, blank=True, db_index=True)
    reconcile_at = models.DateTimeField(null=True)
    reconcile_tries = models.PositiveSmallIntegerField(default=0)
    generation = models.JSONField(null=True, help_text="What the upstream's record of it says, asked for afterwards.")
    verdict = models.CharField(max_length=6, choices=Verdict.choices, blank=True)
    verdict_note = models.CharField(max_length=500, blank=True)

    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    first_token_ms = models.PositiveIntegerField(null=True)
    last_token_ms = models.PositiveIntegerField(null=True)
    process = models.CharField(max_length=100, blank=True, help_text="The server process that runs it.")
    heartbeat_at = models.DateTimeField(null=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["prompt", "position"], name="one_run_per_prompt_and_position"),
        ]
        indexes = [
            models.Index(fields=["model_public_id", "-created_at"], name="run_of_model_by_time"),
            # The history's sums are answered from this alone, without the rows, which are large.
            models.Index(fields=["prompt", "offer", "model_name", "state", "is_rehearsal", "cost"], name="run_tally"),
        ]

    def __str__(self) -> str:
        return f"{self.model_name}: {self.get_state_display()}"

    @property
    def is_over(self) -> bool:
        return self.state not in LIVE

    @property
    def tokens_per_second(self) -> Decimal | None:
        """To a tenth, by the rule of `speed.py`; None where there is too little to measure."""
        counted = self.priced_usage() if self.usage else None
        rate = speed.tokens_per_second(counted and counted.completion_tokens, self.first_token_ms, self.last_token_ms)
        return None if rate is None else rate.quantize(Decimal("0.1"))

    @property
    def duration(self) -> timedelta | None:
        return self.ended_at - self.started_at if self.ended_at and self.started_at else None

    def pricing_rates(self) -> list[pricing.Rate]:
        """The frozen rates."""
        return [frozen.thaw(rate) for rate in self.rates]

    def priced_usage(self) -> pricing.Usage | None:
        """The reported usage as counts that can be priced; None when none was reported or it contradicts itself."""
        from playground.usage import read_usage

        return read_usage(self.usage)

    def bill(self) -> pricing.Bill | None:
        """The usage priced with the frozen rates, line by line; None without a usage."""
        from playground import usage

        return usage.bill(self.usage, self.pricing_rates(), self.started_at or self.created_at)

    def answer(self) -> dict[str, Any]:
        """What `manage.py prompt --json` prints of a run (docs: interfaces)."""
        return {
            "model": self.model_public_id,
            "state": self.state,
            "text": self.text,
            "usage": self.usage,
            "cost": {
                "estimate_usd": self.estimate_usd or None,
                "computed_usd": self.computed_usd or None,
                "billed_usd": self.billed_usd or None,
            },
            "error": self.error or None,
        }


class Recording(models.Model):
    """The bytes that one upstream sent for one run, without the key, for download. Apart from the run: it is large."""

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="recording")
    content = models.BinaryField()
    is_cut = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"Recording of {self.run_id}"
