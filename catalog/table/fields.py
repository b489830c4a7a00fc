"""The fields of the table's form: filter expressions, choices of a facet, and columns, each as it stands in an address."""

from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from django.http import QueryDict

from catalog.models.lifecycle import DAY_NOT_KNOWN, Status
from catalog.table.columns import BY_KEY, TARGETS
from catalog.table.expressions import Expression, Sign, parse
from catalog.table.operands import FilterError

LONGEST_FILTER = 300
MOST_CHOSEN = 20
# What a number without a sign means, where it is not equality.
PLAIN = {"context": Sign.FROM, "price": Sign.UP_TO}

Groups = tuple[tuple[str, ...], ...]


class JoinedInput(forms.TextInput):
    """A parameter that may be repeated; each of its values is one more alternative."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        given = data.getlist(name) if isinstance(data, QueryDict) else [data.get(name) or ""]
        return ", ".join(value for value in given if value.strip())


class FilterField(forms.Field):
    """A filter in the language of `catalog.table.expressions`, cleaned to an Expression or None."""

    widget = JoinedInput

    def __init__(self, name: str, label: str, hint: str = "") -> None:
        super().__init__(required=False, label=label)
        self.kind, self.plain, self.hint = TARGETS[name].kind, PLAIN.get(name, Sign.IS), hint

    def clean(self, value: Any) -> Expression | None:
        text = value or ""
        ProhibitNullCharactersValidator()(text)
        if len(text) > LONGEST_FILTER:
            raise forms.ValidationError(f"A filter has at most {LONGEST_FILTER} characters; this one has {len(text)}.")
        try:
            return parse(text, self.kind, self.plain)
        except FilterError as error:
            raise forms.ValidationError(str(error)) from error


class ChoicesField(forms.Field):
    """Words chosen from a facet, cleaned to groups: a comma means or, and every repetition has to be fulfilled, too."""

    widget = forms.SelectMultiple

    def __init__(self, label: str, allowed: tuple[str, ...] = (), refusal: str = "", read: Any = str.strip) -> None:
        super().__init__(required=False, label=label)
        self.allowed, self.refusal, self.read = allowed, refusal, read

    def clean(self, value: Any) -> Groups:
        groups = [tuple(dict.fromkeys(filter(None, map(self.read, text.split(","))))) for text in value or []]
        chosen = [word for group in groups for word in group]
        for word in chosen:
            ProhibitNullCharactersValidator()(word)
            if len(word) > 60 or (self.allowed and word not in self.allowed):
                raise forms.ValidationError(self.refusal or f"“{word[:30]}” is not a name of this facet.")
        if len(chosen) > MOST_CHOSEN:
            raise forms.ValidationError(f"At most {MOST_CHOSEN} can be chosen at once; these are {len(chosen)}.")
        return tuple(filter(None, groups))


def read_status(text: str) -> str:
    """A status by its name or as the table writes it, in capitals or not: Active, Retires in 12 days, Not released yet. What
    follows it behind a comma (Retired, day not known) is no other status."""
    word = " ".join(text.split()).lower()
    if word == DAY_NOT_KNOWN:
        return ""
    if word.startswith("retires"):
        return Status.RETIRING
    return Status.ANNOUNCED if word == "not released yet" else word


def read_modality(text: str) -> str:
    return text.strip().lower()


class ColumnsField(forms.Field):
    """Column keys in their order, between commas or repeated; each is kept once."""

    widget = forms.SelectMultiple

    def clean(self, value: Any) -> tuple[str, ...]:
        keys = dict.fromkeys(filter(None, (part.strip() for text in value or [] for part in text.split(","))))
        for key in keys:
            if key not in BY_KEY:
                raise forms.ValidationError(
                    f"There is no column “{key[:30]}”. The columns are {', '.join(BY_KEY)}.".replace("\0", "")
                )
        return tuple(keys)
