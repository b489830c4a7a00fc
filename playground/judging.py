"""Verdicts: what a person thinks of answers beside each other, when that shows the names of a blind prompt, and who wins.

A verdict is the person's own and is on no shared page. Answers whose names are still hidden count in no sum.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from playground.board.names import name_of, offer_of
from playground.models import Prompt, Run, State, Verdict
from playground.offers import AT
from playground.performance.kept import kept

LONGEST_NOTE = 500  # characters
WITH_ANSWER = (State.DONE, State.TRUNCATED)


def judge(run: Run, word: str | None, note: str | None) -> None:
    """Write the verdict of a finished run: `word` of Verdict, or blank to take it back; None leaves what is there.

    The last missing verdict of a blind prompt shows the names.
    """
    changes = {name: value for name, value in (("verdict", word), ("verdict_note", note)) if value is not None}
    for name, value in changes.items():
        setattr(run, name, value)
    # Written before the others are looked at: of two last verdicts at the same moment one sees the other.
    Run.objects.filter(pk=run.pk).update(**changes)
    if run.prompt.hides_names and word and _is_judged(run.prompt):
        reveal(run.prompt)


def reveal(prompt: Prompt) -> None:
    """Show the names of a blind prompt; a second time changes nothing."""
    now = timezone.now()
    if Prompt.objects.filter(pk=prompt.pk, is_blind=True, revealed_at=None).update(revealed_at=now):
        prompt.revealed_at = now
        transaction.on_commit(kept.forget)  # its runs count on the models' pages from now on


def _is_judged(prompt: Prompt) -> bool:
    """Whether all of its runs are over and every answer among them has a verdict. What failed has nothing to judge."""
    runs = prompt.runs.order_by()
    if runs.live().exists():
        return False
    said = ~Q(text="") | ~Q(tool_calls=[])
    if not prompt.has_text:  # the texts are gone, and with them what would show that there was an answer
        said = Q(state__in=WITH_ANSWER)
    return not runs.filter(said, verdict="").exists()


@dataclass
class Tally:
    """The verdicts on one model: how often it was better and worse."""

    name: str
    public_id: str
    is_rehearsal: bool = False
    better: int = 0
    worse: int = 0

    @property
    def judged(self) -> int:
        return self.better + self.worse

    @property
    def share(self) -> int:
        """The part of the verdicts that are “better”, in percent, rounded to the nearest."""
        return (200 * self.better + self.judged) // (2 * self.judged)

    @property
    def url(self) -> str:
        vendor, _, slug = self.public_id.partition("/")
        return reverse("catalog:model", args=[vendor, slug])


def tally(user: Any) -> list[Tally]:
    """The verdicts of one person by model, the most often better first; simulated answers apart, after the others.

    One query.
    """
    runs = Run.objects.filter(prompt__user=user).exclude(verdict="")
    runs = runs.exclude(prompt__is_blind=True, prompt__revealed_at=None).order_by()
    found: dict[tuple[str, bool], Tally] = {}
    groups = runs.values("model_public_id", "offer", "model_name", "is_rehearsal", "verdict")
    for group in groups.annotate(count=Count("pk")):
        offer = group["offer"] or group["model_public_id"]
        place = AT.get(offer.partition("@")[2])
        name = f"{group['model_name']} at {place}" if place else group["model_name"]
        key = (offer, group["is_rehearsal"])
        each = found.setdefault(key, Tally(name, group["model_public_id"], group["is_rehearsal"]))
        each.better += group["count"] * (group["verdict"] == Verdict.BETTER)
        each.worse += group["count"] * (group["verdict"] == Verdict.WORSE)
    return sorted(found.values(), key=lambda each: (each.is_rehearsal, each.worse - each.better, each.name))


def summary(runs: Iterable[Run]) -> str:
    """The verdicts of one board in a sentence or two; blank while there are none, or while the names are hidden."""
    found: dict[str, Tally] = {}
    for run in runs:
        if run.prompt.hides_names:
            return ""
        each = found.setdefault(offer_of(run), Tally(name_of(run), run.model_public_id))
        each.better += run.verdict == Verdict.BETTER
        each.worse += run.verdict == Verdict.WORSE
    judged = [each for each in found.values() if each.judged]
    if not judged:
        return ""
    # Of two, a verdict on one is a verdict on the other; of more, nothing is said of those that nobody judged.
    compared = list(found.values()) if len(found) == 2 else judged
    most = max(each.better - each.worse for each in compared)
    ahead = [each for each in compared if each.better - each.worse == most]
    is_won = len(ahead) == 1 and len(found) > 1 and (len(compared) > 1 or most > 0)
    won = f"By your verdicts {ahead[0].name} won." if is_won else ""
    if not won and len(ahead) > 1:
        won = f"By your verdicts {' and '.join(each.name for each in ahead)} are level."
    counts = ", ".join(f"{each.name} {_counts(each)}" for each in judged)
    return f"{won} {counts}.".strip()


def _counts(each: Tally) -> str:
    """Better; worse; or 12 better and 3 worse."""
    if each.judged == 1:
        return "better" if each.better else "worse"
    parts = [f"{count} {word}" for count, word in ((each.better, "better"), (each.worse, "worse")) if count]
    return " and ".join(parts)
