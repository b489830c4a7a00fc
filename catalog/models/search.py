"""What the search reads: each model's names and prose as plain words. Made by `catalog.search`; nothing is entered here."""

from django.db import models

from catalog.models.variants import LanguageModel


class SearchText(models.Model):
    """One model's words: small letters and digits of any script, without accents, with one space between them.

    `names` holds every name and id that the model goes by, each between full stops: `. mistral large . devstral 2 .`, so
    that a whole name, a whole word, the beginning and a part of one are all found by looking for a text in it. `prose`
    holds each word of the description once.
    """

    model = models.OneToOneField(LanguageModel, on_delete=models.CASCADE, primary_key=True, related_name="+")
    names = models.TextField()
    prose = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.names


class SearchWord(models.Model):
    """One word that some model has or had: what a mistyped word is compared with. `is_name` tells words of names and ids
    from those that only descriptions have."""

    word = models.CharField(max_length=60, unique=True)
    is_name = models.BooleanField()

    def __str__(self) -> str:
        return self.word
