"""Holds and budgets. Amounts are whole numbers of 10^-12 USD, so that sums are exact on every database."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from playground.models.runs import Run

LARGEST = 9_000_000 * 10**12  # 9 million USD: a sum of it still fits 64 bits


class Hold(models.Model):
    """Money set aside for one run before a byte goes upstream, and what became of it.

    While `spent` is null the whole amount counts against the budgets; a run whose cost stays unknown keeps it so.
    """

    run = models.OneToOneField(Run, on_delete=models.PROTECT, related_name="hold")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="holds")
    amount = models.PositiveBigIntegerField("held (10^-12 USD)")
    spent = models.PositiveBigIntegerField("spent (10^-12 USD)", null=True)
    day = models.DateField("reserved on (UTC)", db_index=True)
    settled_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(help_text="After this a hold without a settlement is reconciled, not dropped.")

    class Meta:
        ordering = ["-day", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__lte=LARGEST), name="hold_amount_fits"),
            models.CheckConstraint(condition=Q(spent__isnull=True) | Q(spent__lte=LARGEST), name="hold_spent_fits"),
        ]

    def __str__(self) -> str:
        return f"Hold of {self.run}"


class Budget(models.Model):
    """A limit for one user, or for the whole site where no user is named, per UTC day or month."""

    class Period(models.TextChoices):
        DAY = "day", "per day"
        MONTH = "month", "per month"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="budgets",
        help_text="Leave blank for the whole site.",
    )
    period = models.CharField(max_length=5, choices=Period.choices, default=Period.DAY)
    limit = models.PositiveBigIntegerField("limit (10^-12 USD)")

    class Meta:
        ordering = ["user", "period"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "period"], condition=Q(user__isnull=False), name="one_budget_per_user_and_period"
            ),
            models.UniqueConstraint(
                fields=["period"], condition=Q(user__isnull=True), name="one_site_budget_per_period"
            ),
            models.CheckConstraint(condition=Q(limit__lte=LARGEST), name="budget_limit_fits"),
        ]

    def __str__(self) -> str:
        return f"{self.user or 'Site'}, {self.get_period_display()}"


class House(models.Model):
    """What an administrator sets for the whole playground. One row; absent, everything has its default."""

    is_open = models.BooleanField("the playground is on", default=True)
    notice = models.CharField(max_length=300, blank=True, help_text="Shown to everybody while it is off.")
    retention_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="After so many days texts are removed; bills stay, and favourites keep theirs. Blank keeps all.",
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "playground setting"
        verbose_name_plural = "playground settings"

    def __str__(self) -> str:
        return "On" if self.is_open else "Off"

    @classmethod
    def now(cls) -> "House":
        """The setting in force: the row, or the defaults where there is none."""
        return cls.objects.order_by("pk").first() or cls()
