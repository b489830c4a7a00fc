"""Endpoints: the providers behind one listing, each with its own price, limits and parameters."""

from django.db import models
from django.db.models import Q

from catalog.models.listings import Listing


class Endpoint(models.Model):
    """One provider that serves a listing, as the market told it on `seen_on`. Never deleted: `gone_on` says since when
    the market no longer names it.

    `rates` are its prices in the form of `catalog.frozen`, in USD per unit before `discount`; empty where it told none.
    """

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="endpoints")
    tag = models.CharField("routing name", max_length=120, help_text="As the market routes to it: mistral/eu")
    provider = models.CharField(max_length=120)
    quantization = models.CharField(max_length=20, blank=True)
    context_length = models.PositiveIntegerField(null=True, blank=True)
    max_completion_tokens = models.PositiveIntegerField("maximum output tokens", null=True, blank=True)
    max_prompt_tokens = models.PositiveIntegerField("maximum prompt tokens", null=True, blank=True)
    parameters = models.JSONField(default=list, blank=True, help_text="The names of the parameters that it takes.")
    rates = models.JSONField(default=list, blank=True)
    discount = models.CharField(max_length=20, blank=True)
    status = models.SmallIntegerField(null=True, blank=True, help_text="As the market tells it; 0 is fine.")
    uptime = models.CharField("uptime of the last day, %", max_length=20, blank=True)
    seen_on = models.DateField("last seen")
    gone_on = models.DateField("not seen since", null=True, blank=True)

    class Meta:
        ordering = ["gone_on", "provider", "tag"]
        constraints = [models.UniqueConstraint(fields=["listing", "tag"], name="one_endpoint_per_listing_and_tag")]
        indexes = [models.Index(fields=["listing"], condition=Q(gone_on__isnull=True), name="endpoints_there_now")]

    def __str__(self) -> str:
        return f"{self.provider} ({self.tag})"
