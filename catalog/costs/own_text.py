"""A reader's own text as the prompt: counted by each model's own tokenizer, and priced on each model."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from catalog.costs.forms import WorkloadForm
from catalog.costs.offered import Priced
from catalog.costs.workloads import Cost, cost_of
from catalog.exports import Sheet, Value
from catalog.figures import DOLLARS, Display
from catalog.tokenizers.counting import Count
from catalog.tokenizers.kinds import Kind

NEAREST = Kind.TEKKEN  # what a text is counted by where a model's own tokenizer is not known
LARGEST_FILE = 2_000_000  # bytes; a whole request may be a little larger
MOST_SHOWN = 100


class TextForm(forms.Form):
    """A text, pasted or as a file of UTF-8. How long it may be is the tokenizers' to say."""

    text = forms.CharField(required=False, strip=False, label="Text", widget=forms.Textarea)
    file = forms.FileField(required=False, allow_empty_file=True, label="File")

    def clean_file(self) -> str:
        upload = self.cleaned_data.get("file")
        if not upload:
            return ""
        if upload.size > LARGEST_FILE:
            raise forms.ValidationError(f"It has {upload.size:,} bytes; at most {LARGEST_FILE:,} are read.")
        try:
            return str(upload.read().decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise forms.ValidationError("It is not UTF-8 text. Save it as UTF-8, or paste its text.") from None

    def clean(self) -> None:
        super().clean()
        if self.errors:
            return
        if self.cleaned_data["text"].strip() and self.cleaned_data["file"]:
            self.add_error("file", "It comes beside a pasted text. Send one of the two.")
        elif not self.own_text():
            self.add_error("text", "Paste a text, or choose a file with a text in it.")

    def own_text(self) -> str:
        """The text to count. Browsers send other line ends than were typed."""
        return self.cleaned_data["file"] or self.cleaned_data["text"].replace("\r\n", "\n")

    def sentences(self) -> list[str]:
        return [f"{self.fields[name].label}: {error}" for name, errors in self.errors.items() for error in errors]


@dataclass(frozen=True, slots=True)
class OwnCost:
    """The text on one model: by which tokenizer it was counted, whether that is the model's own, and the cost."""

    kind: Kind
    is_own: bool
    count: Count
    cost: Cost
    query: str
    display: Display = DOLLARS

    @property
    def url(self) -> str:
        return reverse("catalog:model", args=[self.cost.priced.vendor, self.cost.priced.slug])

    @property
    def total(self) -> str:
        return self.display.to_the_digit(self.cost.total)

    @property
    def per_thousand(self) -> str:
        return self.display.money(self.cost.per_thousand())

    @property
    def in_a_month(self) -> str:
        return self.display.money(self.cost.in_a("month"))

    @property
    def certainty(self) -> str:
        """How far the count can be trusted: no source says that a newer model's Tekken file is the library's own."""
        if not self.is_own:
            return "about"
        return "by the library's Tekken" if self.kind is Kind.TEKKEN else "exact"

    @property
    def note(self) -> str:
        bound = "At least." if self.cost.is_at_least else ""
        return " ".join(part for part in (bound, self.cost.note) if part)


def kind_of(priced: Priced) -> tuple[Kind, bool]:
    """What counts a text for this model, and whether it is the model's own tokenizer."""
    return (Kind(priced.tokenizer), True) if priced.tokenizer in set(Kind) else (NEAREST, False)


def kinds_for(priced: Iterable[Priced]) -> list[Kind]:
    """Every tokenizer that these models need, each once."""
    return sorted({kind_of(each)[0] for each in priced})


def workloads_for(data: QueryDict, counts: Mapping[Kind, Count]) -> dict[Kind, WorkloadForm]:
    """For each tokenizer the workload as it was sent, with the text's tokens as the prompt."""
    found = {}
    for kind, count in counts.items():
        filled = data.copy()
        filled["prompt_tokens"] = str(count.total)
        found[kind] = WorkloadForm(filled)
    return found


def own_costs(
    priced: Iterable[Priced], counts: Mapping[Kind, Count], forms_by_kind: Mapping[Kind, WorkloadForm], display: Display
) -> list[OwnCost]:
    """The text on each of these models: what is on sale first, cheapest first, then what was once; unknown prices last.
    `forms_by_kind` are valid."""
    workloads = {kind: form.workload() for kind, form in forms_by_kind.items()}
    queries = {kind: urlencode(form.fields_kept()) for kind, form in forms_by_kind.items()}
    found = []
    for each in priced:
        kind, is_own = kind_of(each)
        found.append(OwnCost(kind, is_own, counts[kind], cost_of(each, workloads[kind]), queries[kind], display))
    return sorted(found, key=_place)


def _place(own: OwnCost) -> tuple[bool, bool, Decimal, str]:
    cost = own.cost
    return cost.total is None, not cost.priced.is_sold, cost.total or Decimal(0), cost.priced.name


def own_text_sheet(rows: Iterable[OwnCost], display: Display) -> Sheet:
    columns = ["Model", "Id", "Tokenizer", "Prompt tokens", "Count", "Currency", "One request", "Figure"]
    columns += ["1,000 requests", "Month", "Note"]
    written: list[list[Value]] = [
        [
            own.cost.priced.name,
            own.cost.priced.public_id,
            own.kind.label,
            own.count.total,
            own.certainty,
            display.code,
            display.convert(own.cost.total),
            own.cost.bill.status.value.replace("_", " "),
            display.convert(own.cost.per_thousand()),
            display.convert(own.cost.in_a("month")),
            own.cost.note,
        ]
        for own in rows
    ]
    return Sheet("own-text", columns, written)
