"""Prompts: what one person asked, of how many models it may be, and what he keeps beside it."""

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any, Self

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import (
    Case,
    Count,
    F,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    Sum,
    Value,
    When,
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce, Left
from django.urls import reverse

LONGEST_NOTE = 5000  # characters
SHOWN = 200  # characters of a prompt in a list
AROUND_A_BOARD = ("runs__hold", "runs__listing__model__vendor", "labels")


class LastRole(models.Func):
    """Who says the last of some messages: their list is not taken out of the database for one word."""

    output_field = models.TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="JSON_EXTRACT(%(expressions)s, '$[#-1].role')", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="(%(expressions)s -> -1 ->> 'role')", **context)


class PromptQuerySet(models.QuerySet["Prompt"]):
    def of(self, user: Any) -> Self:
        """The prompts that `user` may see: his own."""
        return self.filter(user=user)

    def for_board(self) -> Self:
        """With the runs in their order, whole, their holds and models, and the labels: seven queries."""
        return self.defer("searched").prefetch_related(*AROUND_A_BOARD)

    def board(self, prompt_id: uuid.UUID) -> "Prompt":
        """One prompt as its board shows it, which of a table is little: a table may hold hundreds of long answers
        (`RunQuerySet.for_cells`). Seven queries, whatever it holds. Raises Prompt.DoesNotExist."""
        prompt: Prompt = self.defer("searched").get(pk=prompt_id)
        runs = [Prefetch("runs", _runs().for_cells())] if prompt.is_matrix else []
        prefetch_related_objects([prompt], *runs, *AROUND_A_BOARD)
        return prompt

    def for_keeping(self) -> Self:
        """With the labels, and of the runs only what they were sent to and where they stand: a matrix has hundreds of
        answers. Three queries."""
        runs = _runs().only("prompt", "position", "offer", "model_name", "state")
        return self.defer("searched").prefetch_related("labels", Prefetch("runs", runs))

    def for_history(self) -> Self:
        """What a line of the history shows of a prompt: its `beginning` and none of its long texts; with its labels.
        Two queries."""
        return self._in_a_line().prefetch_related("labels").only(
            "user", "created_at", "api", "continues", "is_stored", "purged_at", "is_blind", "revealed_at", "is_favourite", "note"
        )  # fmt: skip

    def beside(self, prompt: "Prompt") -> Self:
        """The turns before and after one prompt of a conversation, the earliest first, with what names them."""
        near = Q(pk=prompt.continues_id) | Q(continues=prompt.pk)
        return (
            self.filter(near, user=prompt.user_id)._in_a_line().only("created_at", "continues").order_by("created_at")
        )

    def _in_a_line(self) -> Self:
        """With how the last question begins, and whether a later turn ends with the result of a tool in its place."""
        is_later = Q(continues__isnull=False)
        return self.annotate(
            beginning=Left("text", SHOWN),
            last_role=Case(
                When(is_later, then=LastRole("messages")), default=Value(""), output_field=models.TextField()
            ),
        )

    def holding_one(self, any_id: uuid.UUID) -> "Prompt | None":
        """The prompt of this id, or of the run of this id."""
        runs = _runs().filter(pk=any_id).order_by().values("prompt")
        return self.filter(Q(pk=any_id) | Q(pk__in=runs)).only("pk").first()

    def holding(self, word: str, noted: Collection[uuid.UUID] = (), labels: Collection[int] = ()) -> Self:
        """Those with a folded word in their texts or answers, those in `noted`, and those with one of these labels."""
        return self.filter(self._holds(word, noted, labels))

    def lacking(self, word: str, noted: Collection[uuid.UUID] = (), labels: Collection[int] = ()) -> Self:
        """Those that `holding` leaves out."""
        return self.exclude(self._holds(word, noted, labels))

    def _holds(self, word: str, noted: Collection[uuid.UUID], labels: Collection[int]) -> Q:
        filed = self.model.labels.through.objects.filter(label__in=labels).values("prompt")
        return Q(searched__contains=word) | Q(pk__in=noted) | Q(pk__in=filed)

    def with_run(self, *conditions: Q) -> Self:
        """Those with a run of which all these conditions hold."""
        # A list and not EXISTS for each prompt: without statistics SQLite looks that up by the state, over and over.
        return self.filter(pk__in=_runs().filter(*conditions).order_by().values("prompt"))

    def revealed(self) -> Self:
        """Those whose names may be shown: not blind, or blind no more."""
        return self.filter(Q(is_blind=False) | Q(revealed_at__isnull=False))

    def matrices(self) -> Self:
        """Those with more than one run for a model: rows of values, or repeats."""
        return self.filter(Q(repeats__gt=1) | Q(variables__rows__1__isnull=False))

    def with_costs(self) -> Self:
        """With `known_cost`: the sum of the runs' costs as far as they are known, in 10^-12 USD."""
        totals = _runs().filter(prompt=OuterRef("pk")).order_by().values("prompt").annotate(total=Sum("cost"))
        return self.annotate(known_cost=Coalesce(Subquery(totals.values("total")), 0))

    def costing(self, least: int | None, most: int | None) -> Self:
        """Those whose runs all have a known cost and together cost at least and at most so much, in 10^-12 USD."""
        totals = _runs().order_by().values("prompt").annotate(total=Sum("cost"), count=Count("pk"), known=Count("cost"))
        totals = totals.filter(known=F("count"))
        if least is not None:
            totals = totals.filter(total__gte=least)
        if most is not None:
            totals = totals.filter(total__lte=most)
        return self.filter(pk__in=totals.values("prompt"))

    def purgeable(self, before: datetime) -> Self:
        """Those whose texts are older than they may become: asked before that moment, not kept as a favourite, over."""
        old = self.filter(created_at__lt=before, purged_at=None, is_favourite=False)
        return old.exclude(pk__in=_runs().live().order_by().values("prompt"))


def _runs() -> Any:
    return apps.get_model("playground", "Run").objects


class Label(models.Model):
    """A word under which one person files his prompts."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="labels")
    name = models.CharField(max_length=40)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="one_label_per_user_and_name")]

    def __str__(self) -> str:
        return self.name


class Prompt(models.Model):
    """What was asked: messages and parameters, under one idempotency key, so that a second click is the same prompt.

    A text that is not to be stored (`is_stored` false) or that the retention setting removed (`purged_at`) is gone from
    here and from the runs; the bill stays.
    """

    class API(models.TextChoices):
        CHAT = "chat", "Chat completions"
        RESPONSES = "responses", "Responses"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="prompts")
    key = models.CharField("idempotency key", max_length=64)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    messages = models.JSONField(default=list, help_text="As typed, with variables unfilled (messages.py has the form).")
    text = models.TextField("prompt", blank=True, help_text="The last message of the user: the title.")
    parameters = models.JSONField(default=dict)
    overrides = models.JSONField(default=dict, help_text="Parameters of single columns, by offer; null takes one away.")
    variables = models.JSONField(default=dict, help_text="Names and rows of values (variables.py has the form).")
    repeats = models.PositiveSmallIntegerField(default=1)
    api = models.CharField(max_length=9, choices=API.choices, default=API.CHAT)
    streams = models.BooleanField(default=True)
    routing = models.JSONField(default=dict, help_text="What the market's router is told (bodies/routing.py).")
    continues = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="continuations")

    is_stored = models.BooleanField(default=True, help_text="Whether the texts are kept once the runs are over.")
    purged_at = models.DateTimeField(null=True, help_text="When the texts were removed.")
    is_blind = models.BooleanField(default=False, help_text="Whether names stay hidden until every run has a verdict.")
    revealed_at = models.DateTimeField(null=True, help_text="When a blind prompt's names were shown.")
    is_favourite = models.BooleanField(default=False)
    note = models.TextField(max_length=LONGEST_NOTE, blank=True)
    labels = models.ManyToManyField(Label, related_name="prompts", blank=True)
    searched = models.TextField(blank=True, editable=False, help_text="All texts, folded, for the search.")

    objects = PromptQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_prompt_per_user_and_key")]

    def __str__(self) -> str:
        return self.text[:60]

    def get_absolute_url(self) -> str:
        return reverse("playground:board", args=[self.pk])

    def is_live(self) -> bool:
        """Whether any of its runs has not reached its end; reads loaded runs."""
        return any(not run.is_over for run in self.runs.all())

    @property
    def has_text(self) -> bool:
        """Whether what was asked is still here, so that it can be shown, sent again and continued."""
        return bool(self.messages)

    @property
    def carries_result(self) -> bool:
        """Whether a later turn brings the result of a tool, and no new question; of prompts as a list reads them."""
        return getattr(self, "last_role", "") == "tool"

    @property
    def hides_names(self) -> bool:
        return self.is_blind and self.revealed_at is None

    @property
    def is_matrix(self) -> bool:
        """Whether one model has more than one run: rows of values, or repeats."""
        return self.repeats > 1 or len(self.variables.get("rows", [])) > 1


class ShareQuerySet(models.QuerySet["Share"]):
    def open_at(self, moment: Any) -> Self:
        """Those that show something at `moment`: neither revoked nor expired."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=moment), revoked_at=None)


class Share(models.Model):
    """An unlisted address under which anybody may read one board, until it is revoked or expires."""

    prompt = models.ForeignKey(Prompt, on_delete=models.CASCADE, related_name="shares")
    token = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ShareQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"Share of {self.prompt_id}"


class Image(models.Model):
    """An uploaded image, kept once per user however often it is sent. It lies in the database, so that every process of
    an installation has it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="images")
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=20)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveIntegerField("bytes")
    content = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["user", "sha256"], name="one_image_per_user_and_content")]

    def __str__(self) -> str:
        return f"{self.media_type}, {self.width} x {self.height}"
