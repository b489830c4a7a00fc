"""Spans: what the table shows of a model from one day to another, written out flat so that any day of any number of
models is one indexed read. Made from the other tables by `catalog.spans`; nothing is entered here.
"""

from datetime import date
from typing import Self

from django.db import models

from catalog.models.lifecycle import Status
from catalog.models.variants import LanguageModel

ALWAYS = date(9999, 12, 31)  # the end of a span that nothing ends


class WordSet(models.Model):
    """A set of words that many models share, such as the parameters they take: few rows, so that counting models by word
    is counting them by set."""

    kind = models.CharField(max_length=12, help_text="reads, writes or parameters")
    words = models.CharField(max_length=1500, blank=True, help_text="Sorted, with one space between them.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "words"], name="one_set_of_words_per_kind")]

    def __str__(self) -> str:
        return self.words


NARROWED_BY = (
    "status", "reads", "parameters", "vendor", "family", "licence", "context_length",
    "input_sort", "output_sort", "cache_sort", "released_on", "listed_on", "announced_on",
    "max_completion_tokens", "parameters_total", "writes", "name", "public_id", "vendor_name", "model",
)  # fmt: skip


class SpanQuerySet(models.QuerySet["Span"]):
    def on(self, day: date) -> Self:
        """The one span of each model that was known by `day`."""
        return self.filter(from_day__lte=day, to_day__gt=day)


class Span(models.Model):
    """One model on the days from `from_day` (inclusive) to `to_day` (exclusive), on which nothing shown here changes.

    Amounts are those of the main listing in USD per token after its discount: `*_amount` as exact text, blank where the
    price is unknown or none is in force; `*_sort` a rounded copy for ordering and filtering only. A model's first span
    starts on the day on which it was first known: announced, released, listed or priced, or else on `date.min`.
    `is_sold` says that the main listing is an offer, so far as known: what is retired may be listed still, or be over.
    """

    model = models.ForeignKey(LanguageModel, on_delete=models.CASCADE, related_name="spans", db_index=False)
    from_day = models.DateField()
    to_day = models.DateField(default=ALWAYS)
    public_id = models.CharField(max_length=170)
    name = models.CharField(max_length=100)
    vendor = models.CharField(max_length=60)
    vendor_name = models.CharField(max_length=100)
    family = models.CharField(max_length=60, blank=True)
    licence = models.CharField(max_length=60, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices)
    is_sold = models.BooleanField(default=True)
    retires_on = models.DateField(null=True)
    announced_on = models.DateField(null=True)
    released_on = models.DateField(null=True)
    listed_on = models.DateField(null=True)
    context_length = models.PositiveIntegerField(null=True)
    max_completion_tokens = models.PositiveIntegerField(null=True)
    parameters_total = models.PositiveBigIntegerField(null=True)
    input_amount = models.CharField(max_length=60, blank=True)
    output_amount = models.CharField(max_length=60, blank=True)
    cache_amount = models.CharField(max_length=60, blank=True)
    input_sort = models.DecimalField(max_digits=24, decimal_places=18, null=True)
    output_sort = models.DecimalField(max_digits=24, decimal_places=18, null=True)
    cache_sort = models.DecimalField(max_digits=24, decimal_places=18, null=True)
    reads = models.ForeignKey(WordSet, on_delete=models.PROTECT, related_name="+", db_index=False)
    writes = models.ForeignKey(WordSet, on_delete=models.PROTECT, related_name="+", db_index=False)
    parameters = models.ForeignKey(WordSet, on_delete=models.PROTECT, related_name="+", db_index=False)

    objects = SpanQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "from_day"], name="one_span_per_model_and_start")]
        # The one index that every view of the table is read from: a day's spans lie together in it, with all that rows are
        # filtered, ordered and counted by, so that only the rows shown are fetched. Measured in docs/decisions/0006.
        indexes = [models.Index(fields=["to_day", "from_day", *NARROWED_BY], name="spans_of_a_day")]

    def __str__(self) -> str:
        return f"{self.public_id} from {self.from_day}"
