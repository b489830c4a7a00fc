"""The rows of facts, and what stands behind each of them: the sources that say it, those that say otherwise, a pin."""

from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone

from catalog import agreement, figures
from catalog.agreement import words
from catalog.facts import wording
from catalog.facts.shown import OF_THE_LISTING, PRICES, Shown
from catalog.models import LanguageModel, Listing, Observation, Pin
from catalog.models.lifecycle import DAY_NOT_KNOWN
from catalog.pricing import LABELS

# Worth a row even when nobody tells them: a reader looks for them, and a missing row would not say that nobody knows.
ALWAYS_ASKED = {"released_on", "context_length", "licence"}
# The catalog's own order, which no source has to state.
PRICE = "price"  # under this name a listing's price is pinned
OURS = {"vendor", "family"}
LISTS = {"supported_parameters", "input_modalities", "output_modalities"}


@dataclass(frozen=True)
class Disputed:
    """What one source says otherwise, and where it can be named how: a slip of the unit, what a list leaves out."""

    said: Observation
    remark: str = ""


@dataclass(frozen=True)
class Fact:
    """One row: its name, its value, who says so, who says otherwise, why this value is the one that is shown, and who has the
    field and leaves it open."""

    field: str
    label: str
    text: str
    url: str = ""
    read_in: list[Observation] = field(default_factory=list)
    disputed_by: list[Disputed] = field(default_factory=list)
    pin: Pin | None = None
    why: str = ""
    left_open_by: list[Observation] = field(default_factory=list)

    @property
    def is_unsourced(self) -> bool:
        """Whether a value is shown that no source on record says."""
        return (
            bool(self.text) and not (self.read_in or self.pin or self.text == DAY_NOT_KNOWN) and self.field not in OURS
        )


@dataclass(frozen=True)
class Truth:
    """What stands beside the rows of facts: the disputed prices and parameters, the description, and the pins that have no
    row among them."""

    prices: list[Fact]
    parameters: Fact | None
    description: Fact | None
    pins: list[Fact]
    price_pins: list[Fact]


class _Sources:
    """What the sources and editors said of the fields of one model loaded by `for_page`."""

    def __init__(self, model: LanguageModel, listing: Listing | None) -> None:
        self.shown = Shown(model, listing, timezone.now().date())
        self.said: dict[str, list[Observation]] = {}
        for observation in model.observations.all():
            self.said.setdefault(observation.field, []).append(observation)
        for rows in self.said.values():
            rows.sort(key=_speaks_before, reverse=True)
        self.pins = {pin.field: pin for pin in model.pins.all() if _is_of(pin, listing)}
        self.other_pins = [pin for pin in model.pins.all() if not _is_of(pin, listing)]

    def fact(self, name: str, label: str, text: str, url: str = "") -> Fact:
        rows = self.said.get(name, [])
        # A source that leaves a field open (“--”) says nothing of it: it is no witness of what another one says.
        left_open = [row for row in rows if not row.differs and words.is_unknown(row.value)]
        agreeing = [row for row in rows if not row.differs and not words.is_unknown(row.value)]
        disputed = [Disputed(row, self._remark(row)) for row in rows if row.differs]
        pin = self.pins.get(name)
        if not text and agreeing and not pin:
            text = agreeing[0].value
            if text.startswith("https://"):
                text, url = wording.host(text), text
        why = why_shown(agreeing, [row.said for row in disputed], pin, bool(text)) if disputed else ""
        return Fact(name, label, text, url, agreeing, disputed, pin, why, left_open)

    def _remark(self, row: Observation) -> str:
        """What kind of difference it is, where that can be told in a few words."""
        values = self.shown.values(row)
        if row.field in LISTS and values[0]:
            return words.difference(values[0], row.value)
        slips = (agreement.compare(row.field, value, row.value).slip for value in values)
        slip = next(filter(None, slips), "")
        return f"Looks like a slip: {slip}." if slip else ""


def facts(model: LanguageModel, listing: Listing | None) -> list[Fact]:
    """The facts of a model loaded by `for_page`. Unknown ones are left out unless sources speak of them or readers look
    for them."""
    sources = _Sources(model, listing)
    found = [sources.fact(name, label, text, url) for label, name, text, url in _rows(model, listing)]
    return [row for row in found if row.text or row.disputed_by or row.pin or row.field in ALWAYS_ASKED]


def fact_texts(model: LanguageModel, listing: Listing | None) -> dict[str, str]:
    """By field, what the page of a model loaded by `for_page` shows; for other pages that tell the same facts."""
    return {row.field: row.text for row in facts(model, listing)}


def truth(model: LanguageModel, listing: Listing | None) -> Truth:
    """What else the page says of sources and pins, for a model loaded by `for_page`."""
    sources = _Sources(model, listing)
    prices = [
        sources.fact(
            name, LABELS[component], figures.per_million(amount) if (amount := sources.shown.value(name)) else ""
        )
        for name, component in PRICES.items()
    ]
    in_rows = {name for _, name, _, _ in _rows(model, listing)}
    pins = [*(pin for name, pin in sources.pins.items() if name not in in_rows), *sources.other_pins]
    return Truth(
        [row for row in prices if row.disputed_by],
        _if_disputed(sources.fact("supported_parameters", "Supported parameters", "")),
        _if_disputed(sources.fact("description", "Description", "")),
        [_pinned(pin) for pin in pins if pin.field != PRICE],
        [_pinned(pin) for pin in pins if pin.field == PRICE],
    )


def why_shown(agreeing: list[Observation], disputed: list[Observation], pin: Pin | None, is_known: bool = True) -> str:
    """Why the value on the page is the one that is shown and not a disputing source's, in a sentence."""
    if pin:
        return "The value that an editor set is shown until the editor takes it back."
    if not agreeing and not is_known:
        return "No value is shown: none of these was taken for the model’s own."
    if not agreeing:
        return "What is shown was entered here; no source on record says it."
    best, highest = agreeing[0], max(row.source.authority for row in disputed)
    if best.source.authority > highest:
        return f"Shown is what {best.source.title} says: it ranks above the others here."
    if best.source.authority == highest and best.observed_on > max(row.observed_on for row in disputed):
        return f"Shown is what {best.source.title} says: of the same rank as the others, and read later."
    return f"Shown is what {best.source.title} says, chosen by an editor; the notes say why."


def _speaks_before(said: Observation) -> tuple[bool, int, date]:
    """What a source's word is ordered by, the one that speaks first being the highest. A market's word on whether it lists
    a model comes after the vendor's on where the model stands."""
    is_about_a_list = said.field == "status" and "listed" in said.value
    return not is_about_a_list, said.source.authority, said.observed_on


def _is_of(pin: Pin, listing: Listing | None) -> bool:
    """Whether a pin is of a field in the rows: one of the model's, or one of its main listing's that stands there."""
    if pin.listing_id is None:
        return pin.field not in OF_THE_LISTING
    return listing is not None and pin.listing_id == listing.pk and pin.field in OF_THE_LISTING


def _pinned(pin: Pin) -> Fact:
    label = wording.field_label(pin.field)
    return Fact(pin.field, f"{label} at {pin.listing.market}" if pin.listing else label, pin.value, pin=pin)


def _if_disputed(row: Fact) -> Fact | None:
    return row if row.disputed_by else None


def _rows(model: LanguageModel, listing: Listing | None) -> list[tuple[str, str, str, str]]:
    """Label, field, text and address of every row, in the order of the page."""
    rows: list[tuple[str, str, str, str]] = [
        ("Vendor", "vendor", model.vendor.name, model.vendor.url),
        ("Name", "name", model.name, ""),
        ("Family", "family", model.family, ""),
        ("Announced by vendor", "announced_on", wording.day_or_blank(model.announced_on), ""),
        ("Released by vendor", "released_on", wording.day_or_blank(model.released_on), ""),
        ("Announcement", "announcement", "", ""),
        ("Vendor’s status", "status", "", ""),
        ("Deprecated by vendor", "deprecated_on", wording.day_or_blank(model.deprecated_on), ""),
        ("Retired by vendor", "retires_on", wording.retirement(model), ""),
        ("Replacement", "replacement", *_replacement(model)),
        ("Context", "context_length", wording.tokens_text(model.context_length), ""),
        ("Architecture", "architecture", model.get_architecture_display(), ""),
        ("Size", "parameters_total", wording.parameter_counts(model), ""),
        ("Reads", "input_modalities", wording.names(model.input_modalities.all()), ""),
        ("Writes", "output_modalities", wording.names(model.output_modalities.all()), ""),
        ("Licence", "licence", model.licence, model.licence_url),
        ("Weights", "weights_url", wording.host(model.weights_url), model.weights_url),
        ("Tokenizer", "tokenizer", model.get_tokenizer_display(), ""),
        ("Knowledge until", "knowledge_cutoff", wording.day_or_blank(model.knowledge_cutoff), ""),
        ("Languages", "languages", "", ""),
        ("Programming languages", "coding_languages", "", ""),
        ("Default temperature", "default_temperature", "", ""),
    ]
    if listing is not None:
        weekly = f"{figures.short(listing.weekly_tokens)} tokens" if listing.weekly_tokens else ""
        longest = wording.tokens_text(listing.max_completion_tokens)
        rows += [
            (f"Listed at {listing.market}", "listed_on", wording.day_or_blank(listing.listed_on), ""),
            ("Longest answer", "max_completion_tokens", longest, ""),
            ("Weekly use", "weekly_tokens", weekly, ""),
            ("Stopping an answer", "stop_ends_billing", wording.STOPPING.get(listing.stop_ends_billing, ""), ""),
        ]
    return rows


def _replacement(model: LanguageModel) -> tuple[str, str]:
    """The replacement's name and, where it has a page here, its address."""
    if model.replacement:
        return model.replacement.name, model.replacement.get_absolute_url()
    return model.replacement_name, ""
