"""The quality page: every check run over the catalog, narrowed to what was asked for, with the rows that fit the page."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.urls import reverse

from catalog.exports import Sheet
from catalog.facts.wording import field_label
from catalog.figures import UNKNOWN
from catalog.quality import reading
from catalog.quality.findings import Finding, Kind
from catalog.quality.forms import QualityForm
from catalog.quality.found import found_on
from catalog.quality.kinds import BY_SLUG, KINDS
from catalog.quality.records import SourceRow
from catalog.quality.sources import priced, shortened

FIRST_ROWS = 8  # of each kind, where all kinds stand on one page
PAGE_ROWS = 50
OF_FIELDS = {"disagreements", "pins"}  # what these kinds are about is the name of a field


@dataclass(frozen=True)
class Row:
    """A finding as the page shows it."""

    finding: Finding
    what: str
    here: str
    source: SourceRow | None
    url: str


@dataclass(frozen=True)
class Section:
    """One kind: how many there are, and the rows that are shown."""

    kind: Kind
    count: int
    rows: list[Row]
    page: Page[Finding] | None = None

    @property
    def is_cut(self) -> bool:
        return self.page is None and self.count > len(self.rows)


class Quality:
    """What looks wrong on a day, for the form that was sent. Fixed queries: those of `found_on`, and three for the words
    shown."""

    def __init__(self, form: QualityForm, today: date) -> None:
        self.form = form
        self.all = found_on(today)
        self.found = {slug: self._narrowed(findings) for slug, findings in self.all.by_kind.items()}

    def _narrowed(self, findings: list[Finding]) -> list[Finding]:
        vendor, family = self.form.value("vendor"), self.form.value("family")
        if not vendor and not family:
            return findings
        return [
            finding
            for finding in findings
            if (not vendor or finding.model.vendor == vendor) and (not family or finding.model.family == family)
        ]

    @property
    def counts(self) -> list[tuple[Kind, int]]:
        return [(kind, len(self.found[kind.slug])) for kind in KINDS]

    @property
    def total(self) -> int:
        return sum(count for _, count in self.counts)

    def sections(self) -> list[Section]:
        """All kinds with their first rows, or one kind page by page."""
        asked = BY_SLUG.get(self.form.value("kind", ""))
        if asked is None:
            shown = {kind.slug: self.found[kind.slug][:FIRST_ROWS] for kind in KINDS}
            words = reading.shown_words(finding for rows in shown.values() for finding in rows)
            return [
                Section(kind, len(self.found[kind.slug]), self._rows(kind, shown[kind.slug], words)) for kind in KINDS
            ]
        page = Paginator(self.found[asked.slug], PAGE_ROWS).get_page(self.form.value("page", 1))
        rows = self._rows(asked, list(page), reading.shown_words(page))
        return [Section(asked, len(self.found[asked.slug]), rows, page)]

    def _rows(self, kind: Kind, findings: list[Finding], words: dict[tuple[int, str], str]) -> list[Row]:
        return [
            Row(
                finding,
                _what(kind, finding),
                self._here(finding, words),
                self.all.sources.get(finding.source or 0),
                f"{reverse('catalog:model', args=[finding.model.vendor, finding.model.slug])}#{finding.anchor}",
            )
            for finding in findings
        ]

    def _here(self, finding: Finding, words: dict[tuple[int, str], str]) -> str:
        if finding.said is None:
            return finding.here
        text = words.get((finding.model.pk, finding.what), "")
        return priced(finding.what, text) or shortened(text) or UNKNOWN

    def families(self) -> list[str]:
        """What the family can be chosen from: those of the vendor that was chosen, or all."""
        vendor = self.form.value("vendor")
        return list(dict.fromkeys(family for owner, family in self.all.families if vendor in (None, owner)))

    def sheet(self) -> Sheet:
        """Every finding that was asked for, as a file."""
        asked = BY_SLUG.get(self.form.value("kind", ""))
        kinds = [asked] if asked else list(KINDS)
        words = reading.shown_words(finding for kind in kinds for finding in self.found[kind.slug])
        columns = ["Kind", "Model", "Id", "What", "Here", "Against it", "Day", "Remark", "Source", "Source address"]
        rows: list[list[Any]] = [
            [kind.title, row.finding.model.name, row.finding.model.public_id, row.what, row.here, row.finding.there,
             row.finding.day, row.finding.remark, row.source.title if row.source else "", row.source.url if row.source else ""]
            for kind in kinds
            for row in self._rows(kind, self.found[kind.slug], words)
        ]  # fmt: skip
        return replace(Sheet("quality", columns, rows), about=self.form.about())


def _what(kind: Kind, finding: Finding) -> str:
    if kind.slug not in OF_FIELDS:
        return finding.what
    label = field_label(finding.what)
    return f"{label} at {finding.market}" if finding.market else label
