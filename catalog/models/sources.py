"""Who makes models, who sells them, and where facts were read."""

from django.db import models


class BySlug(models.Manager["models.Model"]):
    """Finds a row by its slug, for fixtures with natural keys."""

    def get_by_natural_key(self, slug: str) -> models.Model:
        return self.get(slug=slug)


class Vendor(models.Model):
    """One company that makes models."""

    slug = models.CharField(max_length=60, unique=True, help_text="The first part of its models’ ids: mistralai")
    name = models.CharField(max_length=100)
    url = models.URLField(blank=True)

    objects = BySlug()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.slug,)


class Market(models.Model):
    """One place where models are sold by the token; `api_url` is the base of its OpenAI-compatible API."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    url = models.URLField(blank=True)
    api_url = models.URLField("API address", blank=True)
    key_variable = models.CharField(
        max_length=60, blank=True, help_text="Environment variable that code samples read the key from."
    )
    vendor = models.ForeignKey(
        Vendor,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="markets",
        verbose_name="own market of",
        help_text="The vendor whose own API this is: what it retires ends here on the same day. Blank for a market that "
        "sells the models of others.",
    )

    objects = BySlug()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    natural_key.dependencies = ["catalog.vendor"]  # type: ignore[attr-defined]


class Source(models.Model):
    """One document or interface in which facts were read, as of one day.

    `authority` settles which source speaks for a listing's parameters when several do: the market's own page
    before a third party's copy. Both stay on record.
    """

    slug = models.CharField(max_length=100, unique=True, help_text="For a seed document, its file name.")
    title = models.CharField(max_length=200)
    url = models.URLField(blank=True)
    read_on = models.DateField(help_text="The day on which the source was read.")
    note = models.TextField(blank=True)
    authority = models.PositiveSmallIntegerField(default=10, help_text="The higher number speaks first.")

    objects = BySlug()

    class Meta:
        ordering = ["-authority", "slug"]

    def __str__(self) -> str:
        return self.title

    def natural_key(self) -> tuple[str]:
        return (self.slug,)
