"""What to do about a run that went wrong: a link to where it can be put right, or sending it again, and when."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from catalog.models import LanguageModel
from playground.models import Run, State
from playground.upstream.error_bodies import Facts
from playground.upstream.strict_json import NotJsonError, read_json

GONE = {"model_deprecated", "model_unavailable_upstream", "model_not_found", "free_variant_ended", "not_found"}
PREFERENCES = {"no_endpoints", "privacy_restricted", "constraint_filtered"}
GONE_STATUSES = {404, 410}
CHANGE_STATUSES = {400, 402, 413, 414, 422}
AGAIN_STATUSES = {408, 429, 499, 500, 502, 503, 504, 524, 529}
AGAIN_STATES = {State.FAILED, State.INCOMPLETE, State.INTERRUPTED}
MOST_SUGGESTED = 3


@dataclass(frozen=True)
class Step:
    """A link to what helps."""

    words: str
    url: str


def is_gone(run: Run) -> bool:
    """Whether the upstream no longer serves the model; what the preferences ruled out is still there."""
    if run.error_kind in PREFERENCES:
        return False
    return run.error_kind in GONE or run.error_status in GONE_STATUSES


def asks_for_change(run: Run) -> bool:
    """Whether the request has to be another one: shorter, with a lower limit, with looser preferences."""
    return run.error_kind in PREFERENCES or run.error_status in CHANGE_STATUSES


def asks_for_another_try(run: Run) -> bool:
    if not run.is_over or is_gone(run) or asks_for_change(run):
        return False
    if run.error_status is not None:
        return run.retry_at is not None or run.error_status in AGAIN_STATUSES
    return run.state in AGAIN_STATES


def seconds_to_wait(run: Run, now: datetime) -> int:
    """Whole seconds, rounded up, until the upstream takes it again; 0 where it named no time or the time has come."""
    if run.retry_at is None or run.retry_at <= now:
        return 0
    return -int((now - run.retry_at).total_seconds() // 1)


def suggested_ids(run: Run) -> list[str]:
    """The models that the upstream's refusal names in place of the one that is gone."""
    if not run.error_body:
        return []
    try:
        return Facts(read_json(run.error_body)).fallback_models[:MOST_SUGGESTED]
    except NotJsonError:
        return []


def substitutes(runs: list[Run]) -> dict[str, LanguageModel]:
    """The catalog's models that may follow those that are gone, by public id: one query for all runs, none without any."""
    gone = [run for run in runs if is_gone(run)]
    wanted = Q()
    for run in gone:
        if run.listing is not None and run.listing.model.replacement_id:
            wanted |= Q(pk=run.listing.model.replacement_id)
        for public_id in suggested_ids(run):
            vendor, _, slug = public_id.partition("/")
            wanted |= Q(vendor__slug=vendor, slug=slug)
    if not wanted:
        return {}
    return {model.public_id: model for model in LanguageModel.objects.filter(wanted).select_related("vendor")}


def steps(run: Run, known: dict[str, LanguageModel]) -> list[Step]:
    """The links of one run. `known` is what `substitutes` found."""
    if is_gone(run):
        return _where_it_went(run, known)
    if asks_for_change(run) and run.prompt.has_text:
        return [Step("Change the request", f"{reverse('playground:compose')}?from={run.prompt_id}")]
    return []


def _where_it_went(run: Run, known: dict[str, LanguageModel]) -> list[Step]:
    if run.listing is None:
        return []
    model = run.listing.model
    found = [Step(f"{model.name} in the catalog", model.get_absolute_url())]
    following = {each.pk: each for each in known.values()}.get(model.replacement_id)
    if following is not None:
        found.append(Step(f"Its replacement: {following.name}", following.get_absolute_url()))
    others = [known[public_id] for public_id in suggested_ids(run) if public_id in known]
    found += [Step(f"Suggested: {other.name}", other.get_absolute_url()) for other in others if other != following]
    return found
