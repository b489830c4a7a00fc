"""Recording: what an admin's act changed becomes a revision, one line for each row, so that it can be read and undone."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import models
from django.utils import timezone

from catalog import freshness
from catalog.history import rows
from catalog.models import Change, LanguageModel, Listing, PricePeriod, Revision

LONGEST_SHOWN = 400


class Recording:
    """What a recorded act may still tell: further rows that it made, and afterwards the revision, if anything changed."""

    def __init__(self) -> None:
        self.also: list[models.Model] = []
        self.revision: Revision | None = None


@contextmanager
def recorded(
    kind: str, title: str, user: Any, subjects: Sequence[models.Model], reason: str = ""
) -> Iterator[Recording]:
    """Record what happens within to the models of `subjects` (and of rows added to `also`), in one transaction.

    An act that changes nothing leaves no revision.
    """
    recording = Recording()
    with freshness.alone():
        before = rows.snapshot([row for row in subjects if row.pk])
        yield recording
        after = rows.snapshot([row for row in [*subjects, *recording.also] if row.pk])
        steps = rows.steps_between(before, after)
        if steps:
            recording.revision = keep(kind, title, user, steps, reason)


def keep(kind: str, title: str, user: Any, steps: list[dict[str, Any]], reason: str = "") -> Revision:
    """An applied revision with one line for each row that was touched."""
    now = timezone.now()
    revision = Revision.objects.create(
        kind=kind,
        state=Revision.State.APPLIED,
        title=title[:200],
        reason=reason[:300],
        user=user if user is not None and user.is_authenticated else None,
        day=now.date(),
        applied_at=now,
        entries=len(steps),
    )
    names = _Names(steps)
    Change.objects.bulk_create(
        Change(
            revision=revision,
            position=position,
            kind=_kind(step),
            subject=names.subject(step)[:200],
            model_id=names.model_id(step),
            field=_field(step),
            before=_shown(step["before"]),
            after=_shown(step["after"]),
            sentence=names.sentence(step),
            steps=[step],
            outcome=Change.Outcome.APPLIED,
        )
        for position, step in enumerate(steps)
    )
    return revision


def _kind(step: dict[str, Any]) -> str:
    if step["before"] is None:
        return Change.Kind.ADDED
    if step["after"] is None:
        return Change.Kind.REMOVED
    return Change.Kind.PRICE if step["table"] in ("priceperiod", "rate") else Change.Kind.CHANGED


def _field(step: dict[str, Any]) -> str:
    """The one column that changed, or the table where more did."""
    changed = step["after"] or {}
    return next(iter(changed)) if step["before"] is not None and len(changed) == 1 else step["table"]


def _shown(values: dict[str, Any] | None) -> str:
    if not values:
        return ""
    told = {
        name: value for name, value in values.items() if value not in (None, "", [], False) and not name.endswith("_id")
    }
    if len(values) == 1:
        value = next(iter(values.values()))
        text = "" if value is None else str(value)
    else:
        text = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in told.items())
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"


class _Names:
    """The names of the models that steps are about, read at once; rows that are gone are named by what they held."""

    def __init__(self, steps: Iterable[dict[str, Any]]) -> None:
        steps = list(steps)
        self.listings = dict(Listing.objects.filter(pk__in=self._keys(steps, "listing")).values_list("pk", "model_id"))
        self.periods = dict(
            PricePeriod.objects.filter(pk__in=self._keys(steps, "period")).values_list("pk", "model_id")
        )
        for step in steps:
            held = (step["after"] or {}) | (step["before"] or {})
            if step["table"] == "listing" and "model_id" in held:
                self.listings[step["pk"]] = held["model_id"]
        for step in steps:
            held = (step["after"] or {}) | (step["before"] or {})
            if step["table"] == "priceperiod" and "listing_id" in held:
                self.periods.setdefault(step["pk"], self.listings.get(held["listing_id"]))
        self._rows = self._fetch(steps)
        ids = {model_id for step in steps if (model_id := self.raw_model_id(step)) is not None}
        self.models = {model.pk: model for model in LanguageModel.objects.select_related("vendor").filter(pk__in=ids)}

    @staticmethod
    def _keys(steps: list[dict[str, Any]], name: str) -> set[int]:
        table = {"listing": "listing", "period": "priceperiod"}[name]
        keys = {
            held[f"{name}_id"]
            for step in steps
            for held in (step["before"], step["after"])
            if held and f"{name}_id" in held
        }
        return keys | {step["pk"] for step in steps if step["table"] == table}

    def _fetch(self, steps: list[dict[str, Any]]) -> dict[tuple[str, int], models.Model]:
        """The rows that were changed, for the model they belong to."""
        found: dict[tuple[str, int], models.Model] = {}
        for table in {step["table"] for step in steps}:
            keys = [step["pk"] for step in steps if step["table"] == table]
            related = {"rate": ["period__listing"], "absence": ["listing"], "endpoint": ["listing"]}.get(table, [])
            related += ["listing"] if table in ("priceperiod", "parameter") else []
            for row in rows.TABLES[table]._default_manager.filter(pk__in=keys).select_related(*related):
                found[table, row.pk] = row
        return found

    def raw_model_id(self, step: dict[str, Any]) -> int | None:
        if step["table"] == "languagemodel":
            return step["pk"]
        row = self._rows.get((step["table"], step["pk"]))
        if row is not None:
            return rows.model_id_of(row)
        held = (step["after"] or {}) | (step["before"] or {})
        if "model_id" in held:
            return held["model_id"]
        if "listing_id" in held:
            return self.listings.get(held["listing_id"])
        return self.periods.get(held.get("period_id"))

    def model_id(self, step: dict[str, Any]) -> int | None:
        """The model that a line is about, where it still exists."""
        model_id = self.raw_model_id(step)
        return model_id if model_id in self.models else None

    def subject(self, step: dict[str, Any]) -> str:
        model = self.models.get(self.raw_model_id(step))
        if model is not None:
            return model.public_id
        held = (step["after"] or {}) | (step["before"] or {})
        return str(held.get("name") or held.get("title") or held.get("slug") or held.get("code") or step["table"])

    def sentence(self, step: dict[str, Any]) -> str:
        label = str(rows.TABLES[step["table"]]._meta.verbose_name)
        if step["before"] is None:
            return f"Added the {label}."
        if step["after"] is None:
            return f"Removed the {label}."
        columns = ", ".join(_label(step["table"], name) for name in step["after"])
        return f"Changed {columns} of the {label}."


def _label(table: str, name: str) -> str:
    return str(rows.TABLES[table]._meta.get_field(name).verbose_name)
