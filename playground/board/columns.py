"""What one column shows: a run, worked out from its row when the page asks for it.

The same for the page, for the stream, and for a run that ended long ago. The text is always escaped text.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import cached_property

from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.safestring import SafeString

from catalog import exact, figures, pricing
from catalog.models import LanguageModel
from playground import explaining
from playground.amounts import in_usd
from playground.board import next_steps, rendered, sentences
from playground.board.costs import final_amount
from playground.board.figures import Figures, run_figures
from playground.board.names import letters, offer_of, shown_name, shuffled
from playground.forms import new_key
from playground.models import Reconciliation, Run, State

LONGEST_SHOWN = 200_000  # characters of one answer on the page; the file has all of it
TRY_AGAIN = re.compile(r"\s*\bTry again\b.*?(?:\.(?=\s|$)|$)")
LONGEST_BODY = 65_536  # characters of an upstream's refusal


class Column:
    """One run as its column shows it. `name` is the model's, or a letter while the names are hidden."""

    def __init__(self, run: Run, name: str, substitutes: dict[str, LanguageModel] | None = None) -> None:
        self.run = run
        self.name = name
        self._substitutes = substitutes or {}

    @property
    def key(self) -> str:
        return self.run.pk.hex

    @property
    def hides_names(self) -> bool:
        return self.run.prompt.hides_names

    @cached_property
    def figures(self) -> Figures:
        return run_figures(self.run, is_alone=True)

    # The answer

    @property
    def text(self) -> str:
        return self.run.text[:LONGEST_SHOWN]

    @property
    def reasoning(self) -> str:
        return self.run.reasoning[:LONGEST_SHOWN]

    @property
    def rest(self) -> str:
        """What came after Stop; that there is any tells a provider that bills it all."""
        return "" if self.hides_names else self.run.rest[:LONGEST_SHOWN]

    @property
    def is_cut(self) -> bool:
        """Whether the page shows only the beginning of the answer."""
        return len(self.run.text) > LONGEST_SHOWN

    @cached_property
    def rendered(self) -> SafeString | str:
        """The text as Markdown, of a finished answer only. Blocking; keep it off the event loop."""
        run = self.run
        if not run.is_over or sentences.is_structured(run):
            return ""
        return rendered.as_markdown(run.text, self.key)

    @property
    def stays_text(self) -> bool:
        """Whether the answer is too long to be laid out, so that it is shown as text to all."""
        return self.run.is_over and rendered.is_too_long(self.run.text)

    # What happened, in sentences

    @property
    def error(self) -> str:
        """The run's own sentence. It may name the upstream, so while the names are hidden only the fact is told."""
        if self.run.error and self.hides_names:
            return "The reason is shown with the names."
        return self.run.error

    @property
    def says_to_try_again(self) -> bool:
        return bool(TRY_AGAIN.search(self.error))

    @property
    def error_for_others(self) -> str:
        """The same without advice to send it once more, for those who cannot."""
        return TRY_AGAIN.sub("", self.error).strip()

    @property
    def has_raw(self) -> bool:
        """Whether there is anything of the upstream's own to show; it may name the model."""
        return not self.hides_names and bool(self.run.error_detail or self.run.error_body or self.error_code)

    @property
    def error_body(self) -> str:
        return self.run.error_body[:LONGEST_BODY]

    @property
    def error_code(self) -> str:
        """Status and kind, as the upstream has them: “429, rate_limit_exceeded”."""
        return ", ".join(str(part) for part in (self.run.error_status, self.run.error_kind) if part)

    @property
    def is_danger(self) -> bool:
        return self.run.state != State.STOPPED

    @property
    def ending(self) -> str:
        return sentences.on_end(self.run)

    @property
    def schema(self) -> str:
        return sentences.on_schema(self.run)

    @property
    def breaks_schema(self) -> bool:
        return self.run.validation is not None and self.run.validation.get("is_valid") is False

    @property
    def service(self) -> str:
        return "" if self.hides_names else sentences.on_service(self.run)

    @property
    def is_another_model(self) -> bool:
        return sentences.is_another_model(self.run)

    @property
    def stopping(self) -> str:
        """What Stop would do to the bill, or what is going on since it was pressed."""
        return self.figures.stopping or sentences.on_stop(self.run)

    @property
    def missing(self) -> str:
        return sentences.on_missing(self.run)

    # What to do next

    @cached_property
    def steps(self) -> list[next_steps.Step]:
        return [] if self.hides_names else next_steps.steps(self.run, self._substitutes)

    @cached_property
    def seconds_to_wait(self) -> int:
        return next_steps.seconds_to_wait(self.run, timezone.now())

    @property
    def can_run_again(self) -> bool:
        """A run of its own would show the name that is hidden, and a text that was not kept cannot be sent."""
        return (
            self.run.is_over and self.run.prompt.has_text and not self.hides_names and not next_steps.is_gone(self.run)
        )

    @property
    def should_run_again(self) -> bool:
        """Whether sending it again is what helps."""
        return self.can_run_again and next_steps.asks_for_another_try(self.run)

    @property
    def can_go_on(self) -> bool:
        """Whether there is an answer here that a conversation can go on from."""
        run = self.run
        return run.is_over and run.prompt.has_text and not self.hides_names and bool(run.text or run.tool_calls)

    @cached_property
    def fresh_key(self) -> str:
        return new_key()

    # The money

    @cached_property
    def bill(self) -> pricing.Bill | None:
        return self.run.bill()

    @property
    def computed(self) -> Decimal | None:
        return exact.parse_amount(self.run.computed_usd)

    @property
    def billed(self) -> Decimal | None:
        return exact.parse_amount(self.run.billed_usd)

    @property
    def difference_in_words(self) -> str:
        """Billed less computed; blank where either is missing or they agree."""
        billed, computed = self.billed, self.computed
        if billed is None or computed is None or billed == computed:
            return ""
        return f"{figures.usd_exact(abs(billed - computed))} {'more' if billed > computed else 'less'} than computed"

    @property
    def repeated(self) -> Decimal | None:
        """What the run is taken to cost when it is done again: what was billed, else what was computed; None where only a
        part of that is known."""
        return self.billed if self.billed is not None else self.computed

    @cached_property
    def reasons(self) -> list[str]:
        """Why what was billed differs from what was computed."""
        return explaining.why(self.run)

    @property
    def is_free(self) -> bool:
        return final_amount(self.run) == 0

    @property
    def exceeds_worst_case(self) -> bool:
        """Whether the upstream billed more than was thought possible: a wrong price, or a wrong bill."""
        worst = exact.parse_amount(self.run.estimate_usd)
        return self.billed is not None and worst is not None and self.billed > worst

    @property
    def cost_label(self) -> str:
        """Of a rehearsal what it would have cost, but not of one that was refused: that costs nothing, rehearsed or not."""
        is_refused = self.run.is_over and self.run.usage is None and self.is_free
        return "Would have cost" if self.run.is_rehearsal and not is_refused else "Cost"

    @property
    def held(self) -> Decimal | None:
        """What is still set aside because the cost is not known."""
        hold = getattr(self.run, "hold", None)
        if not self.run.is_over or hold is None or hold.settled_at or not hold.amount:
            return None
        return in_usd(hold.amount)

    @property
    def reconciliation(self) -> str:
        return sentences.on_reconciliation(self.run, "" if self.held is None else figures.usd(self.held))

    @property
    def asks_again_in(self) -> int:
        """Seconds after which the page looks whether the cost has been learnt; 0 where nobody is asking."""
        run = self.run
        if run.reconciliation != Reconciliation.WAITING:
            return 0
        wait = 0 if run.reconcile_at is None else round((run.reconcile_at - timezone.now()).total_seconds())
        return max(3, wait + 2, min(-wait, 60))  # the longer an answer is overdue, the rarer the question

    # The rest

    @property
    def reasoned(self) -> str:
        """How much of what came out was reasoning: “312 of 400 tokens out”."""
        usage = self.run.priced_usage()
        if usage is None or not usage.reasoning_tokens:
            return ""
        return f"{usage.reasoning_tokens:,} of {usage.completion_tokens:,} tokens out"

    @property
    def took(self) -> str:
        duration = self.run.duration
        return "" if duration is None else figures.seconds(round(duration.total_seconds() * 1000))


def columns(runs: Iterable[Run]) -> list[Column]:
    """The columns of a board, in the order they were asked for; while the names are hidden in the order of their letters.

    Makes a fixed number of queries, and only for what some run calls for.
    """
    runs = list(runs)
    if runs and runs[0].prompt.hides_names:
        prompt_id, offers = runs[0].prompt_id, [offer_of(run) for run in runs]
        order, called = shuffled(prompt_id, offers), letters(prompt_id, offers)
        runs.sort(key=lambda run: order.index(offer_of(run)))
        return [Column(run, called[offer_of(run)]) for run in runs]
    known = next_steps.substitutes(runs)
    prefetch_related_objects([run for run in runs if _is_to_explain(run)], *explaining.READS)
    return [Column(run, shown_name(run), known) for run in runs]


def column_of(run: Run) -> Column:
    """The column of one run, without the others of its board."""
    if run.prompt.hides_names:
        return Column(run, shown_name(run))
    return columns([run])[0]


def _is_to_explain(run: Run) -> bool:
    return bool(run.billed_usd and run.computed_usd) and run.billed_usd != run.computed_usd and not run.is_rehearsal
