"""Revisions: every act that changed the catalog (an import, an edit, new prices for a family), line by line, with what it
takes to undo it. Where a page lists what changed, or an admin takes something back, it is read from here.
"""

from typing import Self

from django.conf import settings
from django.db import models

from catalog.models.sources import Source
from catalog.models.variants import LanguageModel


class RawEntry(models.Model):
    """One entry of an import as the source wrote it, unknown keys included. Kept once for each wording."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="raw_entries")
    subject = models.CharField("id at the source", max_length=200)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the entry without what changes by the hour.")
    raw = models.JSONField()
    read_on = models.DateField()

    class Meta:
        ordering = ["-read_on", "subject"]
        verbose_name_plural = "raw entries"
        constraints = [
            models.UniqueConstraint(fields=["source", "subject", "digest"], name="one_raw_entry_per_wording")
        ]

    def __str__(self) -> str:
        return f"{self.subject} on {self.read_on}"


class RevisionQuerySet(models.QuerySet["Revision"]):
    def applied(self) -> Self:
        return self.filter(state=Revision.State.APPLIED)

    def touching(self, model: LanguageModel) -> Self:
        """Revisions with a line about this model, latest first."""
        return self.filter(changes__model=model).distinct().select_related("user", "source", "undone_by")


class Revision(models.Model):
    """One act that changed, or would change, the catalog. A preview has changed nothing yet."""

    class Kind(models.TextChoices):
        IMPORT = "import", "import"
        EDIT = "edit", "edit"
        PRICES = "prices", "new prices"
        COPY = "copy", "copy"

    class State(models.TextChoices):
        READING = "reading", "being read"
        PREVIEW = "preview", "preview"
        APPLIED = "applied", "applied"
        UNDONE = "undone", "undone"
        DISCARDED = "discarded", "discarded"
        REFUSED = "refused", "refused"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PREVIEW)
    title = models.CharField(max_length=200)
    reason = models.CharField(max_length=300, blank=True)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, blank=True, related_name="revisions")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="by"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    day = models.DateField(help_text="The day of which its facts speak.")
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    origin = models.CharField(max_length=200, blank=True, help_text="The file or address that was read.")
    digest = models.CharField(max_length=64, blank=True)
    entries = models.PositiveIntegerField(default=0)
    is_extract = models.BooleanField("of an extract", default=False, help_text="What the file lacks says nothing.")
    is_forced = models.BooleanField("applied against a refusal", default=False)
    refusals = models.JSONField(default=list, blank=True, help_text="Sentences: why it is not applied without force.")
    seen = models.JSONField(default=list, blank=True, editable=False, help_text="The listings that were on the list.")
    counts = models.JSONField(default=dict, blank=True, help_text="How many lines there are of each kind.")

    objects = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        get_latest_by = "made_at"

    def __str__(self) -> str:
        return self.title


class Change(models.Model):
    """One line of a revision, as a person reads it, accepts it or leaves it out.

    `plan` is what an import means to do; `steps` is what was done, row by row, each
    `{"table", "pk", "before", "after"}` with the values of the changed columns (all columns of a row that was made or
    removed, with null for the side on which it did not exist). Undoing goes through the steps backwards.
    """

    class Kind(models.TextChoices):
        ADDED = "added", "added"
        CHANGED = "changed", "changed"
        PRICE = "price", "price"
        GONE = "gone", "gone"
        BACK = "back", "back"
        REMOVED = "removed", "removed"
        CONFLICT = "conflict", "conflict"
        SAID = "said", "said the same"
        BAD = "bad", "not usable"

    class Outcome(models.TextChoices):
        WAITING = "waiting", "waiting"
        APPLIED = "applied", "applied"
        LEFT = "left", "left out"
        NOTED = "noted", "noted"
        UNDONE = "undone", "undone"
        KEPT = "kept", "kept: changed since"

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="changes")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    subject = models.CharField(max_length=200, help_text="The model’s id, or the id at the source.")
    model = models.ForeignKey(LanguageModel, on_delete=models.SET_NULL, null=True, blank=True, related_name="changes")
    field = models.CharField(max_length=60, blank=True)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    sentence = models.TextField(blank=True)
    plan = models.JSONField(default=dict, blank=True)
    steps = models.JSONField(default=list, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.WAITING)
    raw = models.ForeignKey(RawEntry, on_delete=models.SET_NULL, null=True, blank=True, related_name="changes")

    class Meta:
        ordering = ["revision", "position"]
        constraints = [models.UniqueConstraint(fields=["revision", "position"], name="one_change_per_position")]
        indexes = [models.Index(fields=["outcome", "kind"], name="changes_by_outcome_and_kind")]

    def __str__(self) -> str:
        return self.sentence or f"{self.kind} {self.subject}"
