"""What happened to an answer, in sentences: how it ended, whether it fits its schema, who really gave it, what Stop does.

Every function reads one loaded run and gives a sentence, or nothing where nothing has to be said.
"""

from typing import Any

from catalog import figures
from playground import upstreams
from playground.models import Prompt, Reconciliation, Run, State
from playground.rehearsal.server import PROVIDER
from playground.validation.checking import MOST_FAULTS

BILLS_ALL = "This provider bills the whole answer, so after Stop Windrose reads on to learn the exact cost."
ENDS_BILLING = "Stopping ends the bill at this provider, as far as known."
NOT_KNOWN = "Whether stopping ends the bill here is not known. An answer that has begun is read on after Stop for its exact cost."
CANNOT_CANCEL = "An answer that is not streamed cannot be cancelled: all of it is billed."
FREE = "The rehearsal bills nothing."
ASKED = "Stop was pressed."
CLOSING = "Stop was pressed. The connection is being closed."
READING_ON = "Stop was pressed. This provider bills the whole answer, so Windrose reads on to learn the exact cost."
READING_ON_UNSURE = (
    "Stop was pressed. Whether that ends the bill here is not known, so Windrose reads on to learn the exact cost."
)
WAITING_FOR_COST = (
    "Stop was pressed. An answer that is not streamed cannot be cancelled, so Windrose waits for its cost."
)
HIDDEN = "What stopping costs is shown with the names."
JSON_FORMATS = {"json_schema", "json_object"}
OUTPUT_LIMITS = ("max_tokens", "max_completion_tokens", "max_output_tokens")


def on_stop(run: Run) -> str:
    """What pressing Stop does to the bill; read it before it is pressed."""
    if run.prompt.hides_names:
        return HIDDEN
    if run.is_rehearsal:
        return FREE
    if not run.streams:
        return CANNOT_CANCEL
    return {True: ENDS_BILLING, False: BILLS_ALL, None: NOT_KNOWN}[upstreams.stop_ends_billing(run)]


def on_stopped(*, hides_names: bool, is_sent: bool, streams: bool, closes: bool, ends: bool | None) -> str:
    """What is going on once Stop was pressed, until the run is over. `closes` is whether the connection is closed for it,
    `ends` whether that ends the bill, as far as known."""
    if hides_names or not is_sent:
        return ASKED
    if closes:
        return CLOSING
    if not streams:
        return WAITING_FOR_COST
    return READING_ON_UNSURE if ends is None else READING_ON


def on_end(run: Run) -> str:
    """What the state alone does not say, where the run's own sentence (`error`) says nothing."""
    if not run.is_over or run.error:
        return ""
    calls = len(run.tool_calls)
    if run.state == State.TRUNCATED and run.prompt.hides_names:
        return "The answer broke off at its output limit."
    if run.state == State.TRUNCATED:
        limit = next((run.request[name] for name in OUTPUT_LIMITS if isinstance(run.request.get(name), int)), None)
        at = (
            f"the limit of {figures.counted(limit, 'token')} that was set" if limit else "this model’s own output limit"
        )
        return f"The answer broke off at {at}. Raise the maximum output tokens to read on."
    if run.state == State.REFUSED:
        return "The model declined to answer. These are its own words." if run.text else "The model declined to answer."
    if run.state == State.DONE and calls:
        what = "a tool" if calls == 1 else f"tools {calls} times"
        return f"The model calls {what} and waits for the {'result' if calls == 1 else 'results'}."
    return ""


def on_schema(run: Run) -> str:
    """Whether a structured answer is what was asked for, with the places of the first mistakes."""
    kind = _format(run.request)
    found = run.validation
    if not run.is_over or (found is None and (kind not in JSON_FORMATS or run.state != State.DONE)):
        return ""
    if found is None or found.get("is_valid") is None:
        return (found or {}).get("message") or "The answer was not checked against its format."
    asked = "the schema" if kind == "json_schema" else "the format that was asked for"
    if found.get("is_valid"):
        return f"The answer fits {asked}."
    if found.get("message") and not found.get("path"):
        return str(found["message"]).rstrip(".") + "."  # of the whole answer, and a sentence by itself
    faults = [_fault(each) for each in (found, *found.get("more", ())) if each.get("message")]
    if not faults:
        return f"The answer does not fit {asked}: the reason was not kept."
    where = f" in {len(faults)} places or more" if len(faults) == MOST_FAULTS else " in 2 places" if faults[1:] else ""
    return f"The answer does not fit {asked}{where}: {'; '.join(faults)}."


def _fault(found: dict[str, Any]) -> str:
    return ": ".join(str(found[part]).rstrip(".") for part in ("path", "message") if found.get(part))


def is_structured(run: Run) -> bool:
    """Whether JSON was asked for, so that the answer is data and not prose."""
    return _format(run.request) in JSON_FORMATS


def _format(request: dict[str, Any]) -> str:
    """The kind of answer that a body of either API asks for."""
    text = request.get("text")
    asked = request.get("response_format") or (text.get("format") if isinstance(text, dict) else None)
    return str(asked.get("type", "")) if isinstance(asked, dict) else ""


def on_service(run: Run) -> str:
    """Who served the answer, where it is another model or provider than the one that was asked for."""
    provider = f" by {run.served_provider}" if run.served_provider else ""
    if is_another_model(run):
        return f"Asked for {run.upstream_id}, served {run.served_model}{provider}."
    if not run.served_provider or _is_usual(run):
        return ""
    return f"Served{provider}."


def is_another_model(run: Run) -> bool:
    return bool(run.served_model) and run.served_model not in _own_ids(run)


def _own_ids(run: Run) -> set[str]:
    """The ids under which the model that was asked for may answer: a variant's suffix is not always repeated."""
    permanent = {run.listing.canonical_slug} if run.listing is not None else set()
    return {run.upstream_id, run.upstream_id.partition(":")[0]} | permanent


def _is_usual(run: Run) -> bool:
    """Whether the provider is the vendor itself, whose name markets write shorter."""
    if run.is_rehearsal:
        return run.served_provider == PROVIDER
    if run.listing is None:
        return True
    provider, vendor = run.served_provider.casefold(), run.listing.model.vendor.name.casefold()
    return provider.startswith(vendor) or vendor.startswith(provider)


def on_reconciliation(run: Run, held: str) -> str:
    """Where asking for the cost of a run that ended without one stands; `held` is what stays set aside, or blank."""
    if run.reconciliation == Reconciliation.WAITING:
        when = f" Next try at {run.reconcile_at:%H:%M:%S} UTC." if run.reconcile_at else ""
        return f"Asking the upstream what it cost.{when}"
    if run.reconciliation == Reconciliation.RECONCILED:
        return "The cost was learnt afterwards, from the upstream’s own record."
    if run.reconciliation == Reconciliation.UNRECONCILED:
        return "The upstream did not tell what it cost." + (f" {held} stays held." if held else "")
    return ""


def on_keeping(prompt: Prompt) -> str:
    """What became, or will become, of the texts of a prompt."""
    if prompt.purged_at is not None:
        day = f"{prompt.purged_at:%b} {prompt.purged_at.day}, {prompt.purged_at.year}"
        why = "as was asked" if not prompt.is_stored else f"on {day}"
        return f"The texts of this prompt and its answers were removed {why}. What they cost stays here."
    if not prompt.is_stored:
        return "This prompt is not stored: once its runs are over, the texts are only on the pages that watched them."
    return ""


def on_missing(run: Run) -> str:
    """Why a finished run has no text here."""
    prompt = run.prompt
    if not run.is_over or not (prompt.purged_at or not prompt.is_stored):
        return ""
    return "This text was not kept." if not prompt.is_stored else "This text was removed."
