"""What the costs pages accept in their addresses: a workload, the models, the day, the currency."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import RegexValidator

from catalog.costs.workloads import Workload
from catalog.exact import PricingError
from catalog.forms import IdsField, ModelsForm
from catalog.pricing import Usage

MOST_PRICED = 100
MOST_TOKENS = 10**12
SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,4})?)\s*%")
STARTING_POINT: dict[str, Any] = {
    "prompt_tokens": 10_000,
    "cached_tokens": 4_000,
    "completion_tokens": 1_000,
    "requests": 10_000,
}


TEXT, ANYTHING = "text", "all"
KINDS = (
    (TEXT, "text"),
    ("image", "images"),
    ("audio", "audio"),
    ("embeddings", "embeddings"),
    ("scores", "scores"),
    (ANYTHING, "anything"),
)


def tokens_of(cached: str, prompt_tokens: int) -> int:
    """A count of tokens as written, or the share of the prompt that 40% stands for, rounded down to whole tokens.

    Raises PricingError for other words and for a share above 100%.
    """
    text = cached.replace(",", "").strip()
    found = SHARE.fullmatch(text)
    if found:
        if Decimal(found[1]) > 100:
            raise PricingError(f"{found[1]}% of the prompt is more than all of it.")
        return int(prompt_tokens * Decimal(found[1]) / 100)
    if not text:
        return 0
    if not re.fullmatch(r"\d{1,13}", text) or int(text) > MOST_TOKENS:
        raise PricingError("Write a number of tokens, such as 4000, or a share of the prompt, such as 40%.")
    return int(text)


class CountField(forms.IntegerField):
    """A count of tokens or requests, thousands separated or not."""

    def __init__(self, label: str, least: int = 0) -> None:
        super().__init__(required=False, min_value=least, max_value=MOST_TOKENS, label=label)
        self.error_messages["invalid"] = "Write a whole number, such as 10000."

    def to_python(self, value: Any) -> int | None:
        return super().to_python(value.replace(",", "") if isinstance(value, str) else value)


class SwitchField(forms.BooleanField):
    """A box that is ticked, or the words for yes and no that addresses are written with."""

    def __init__(self, label: str) -> None:
        super().__init__(required=False, label=label)

    def to_python(self, value: Any) -> bool:
        return str(value or "").strip().lower() not in ("", "0", "off", "no", "false", "f", "n")


class WordField(forms.CharField):
    """One word of the catalog, such as a vendor or a parameter."""

    def __init__(self, label: str) -> None:
        super().__init__(required=False, max_length=60, label=label)
        self.validators.append(
            RegexValidator(r"^[A-Za-z0-9._:-]+\Z", "Write one word, made of letters, digits and the signs . _ : and -.")
        )


class WorkloadForm(ModelsForm):
    """A workload: the tokens of one request, and how many requests there are; on which models, day and terms; and what a
    model has to be to be ranked for it."""

    prompt_tokens = CountField("Prompt tokens")
    cached_tokens = forms.CharField(required=False, max_length=20, label="of which cached")
    completion_tokens = CountField("Completion tokens")
    requests = CountField("Requests", least=1)
    per = forms.ChoiceField(
        required=False,
        choices=[("day", "day"), ("month", "month")],
        label="per",
        error_messages={"invalid_choice": "Requests are counted per day or per month."},
    )
    cache_write_tokens = CountField("of the prompt, written to a cache")
    reasoning_tokens = CountField("of the completion, reasoning")
    at = forms.TimeField(
        required=False,
        label="At, UTC",
        input_formats=["%H:%M"],
        error_messages={"invalid": "Write the time of day as hours and minutes in UTC, such as 16:30."},
    )
    batch = SwitchField("Sent as a batch")
    page = forms.IntegerField(required=False, min_value=1, max_value=100_000, label="Page")
    model = IdsField(most=MOST_PRICED, too_many="These are {given} models; at most {most} are priced by name.")

    writes = forms.ChoiceField(
        required=False,
        choices=[("", "fitting the job"), *KINDS],
        label="Writes",
        error_messages={"invalid_choice": f"A model writes {', '.join(key for key, _ in KINDS[:-1])}, or {ANYTHING}."},
    )
    vendor = WordField("Vendor")
    parameter = WordField("Takes the parameter")
    room = SwitchField("Room for the request")
    sold = SwitchField("On sale now")

    COUNTS = ("prompt_tokens", "cached_tokens", "completion_tokens", "requests")
    FINER = ("cache_write_tokens", "reasoning_tokens")
    WORKLOAD = (*COUNTS, "per", *FINER, "at", "batch")

    CHOOSING = ("writes", "vendor", "parameter", "room", "sold")

    def kind(self) -> str:
        """What a model has to write: what was chosen, else text where the request has completion tokens."""
        return str(self.value("writes") or (TEXT if self.count("completion_tokens") else ANYTHING))

    def choosing_kept(self) -> dict[str, str]:
        """The filters as they were written, for links that keep them."""
        return {name: str(self.data[name]) for name in self.CHOOSING if self.data.get(name)}

    def is_untouched(self) -> bool:
        return not any(self.data.get(name) for name in (*self.COUNTS, *self.FINER))

    def shown(self, name: str) -> Any:
        """What the field holds on the page: the words that were sent, or the starting point."""
        if self.is_untouched() or name == "requests":
            return self.data.get(name) or STARTING_POINT.get(name, "")
        return self.data.get(name) or self.value(name, "")

    def count(self, name: str) -> int:
        """The number given; an untouched form starts from a common workload, a touched one from zero."""
        if self.is_untouched():
            return STARTING_POINT.get(name, 0)
        return self.value(name, STARTING_POINT["requests"] if name == "requests" else 0)

    def workload(self) -> Workload:
        """The workload that was asked for; without a token when what was given cannot be priced."""
        at = self.value("at")
        return Workload(
            self.usage() if not self.errors else Usage(),
            requests=self.count("requests"),
            per=self.value("per", "month"),
            is_batch=self.value("batch", False),
            at=datetime.combine(self.day(), at, tzinfo=UTC) if at else None,
        )

    def usage(self) -> Usage:
        """Raises PricingError when parts exceed what they are inside of."""
        return Usage(
            prompt_tokens=self.count("prompt_tokens"),
            completion_tokens=self.count("completion_tokens"),
            cached_tokens=self.count("cached_tokens"),
            cache_write_tokens=self.count("cache_write_tokens"),
            reasoning_tokens=self.count("reasoning_tokens"),
        )

    def clean_cached_tokens(self) -> int:
        try:
            return tokens_of(self.cleaned_data["cached_tokens"], self.cleaned_data.get("prompt_tokens") or 0)
        except PricingError as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                self.usage()
            except PricingError as error:
                is_answer = self.count("reasoning_tokens") > self.count("completion_tokens")
                is_prompt = self.count("cached_tokens") + self.count("cache_write_tokens") > self.count("prompt_tokens")
                self.add_error("reasoning_tokens" if is_answer and not is_prompt else "cached_tokens", str(error))
        return cleaned

    def about(self) -> str:
        return " ".join(filter(None, (self.workload().in_words(), super().about(), self.choosing_words())))

    def choosing_words(self) -> str:
        """What the rows are narrowed to, in a sentence; blank where models were named or nothing is left out."""
        if self.value("model"):
            return ""
        kind = self.kind()
        parts = [f"that write {dict(KINDS)[kind]}"] if kind != ANYTHING else []
        parts += [f"of {self.value('vendor')}"] if self.value("vendor") else []
        parts += [f"that take {self.value('parameter')}"] if self.value("parameter") else []
        parts += ["with room for the request"] if self.value("room") else []
        parts += ["on sale on that day"] if self.value("sold") else []
        return f"Models {', '.join(parts)}." if parts else ""

    def fields_kept(self) -> dict[str, str]:
        """The workload's fields as they were written, for links that keep it."""
        return {name: str(self.data[name]) for name in self.WORKLOAD if self.data.get(name)}


class ProfileForm(WorkloadForm):
    """A workload under a name, to be kept."""

    name = forms.CharField(max_length=60, label="Name", error_messages={"required": "Give the profile a name."})

    def profile_fields(self) -> dict[str, Any]:
        """The fields of a WorkloadProfile; the cached part stays as it was written."""
        cached = str(self.shown("cached_tokens")).strip()
        return {
            "prompt_tokens": self.count("prompt_tokens"),
            "cached": "" if cached == "0" else cached,
            "completion_tokens": self.count("completion_tokens"),
            "requests": self.count("requests"),
            "per": self.value("per", "month"),
            "is_batch": self.value("batch", False),
        }
