"""The catalog's version: a number that every change raises, so that answers can be kept until the next one."""

from django.db import models


class CatalogVersion(models.Model):
    """One row. `number` is raised in the transaction of each change; equal numbers mean equal answers."""

    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)


class StaleModel(models.Model):
    """A model whose rows of the table have to be written anew, since something of it has changed."""

    model_id = models.PositiveBigIntegerField(unique=True)

    def __str__(self) -> str:
        return str(self.model_id)
