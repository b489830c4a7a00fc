"""Plain functions that make boards to look at: prompts opened, and their runs brought to any end."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from catalog.models import LanguageModel
from playground import ledger, opening
from playground.models import Prompt, Run, State
from playground.variables import Rows
from tests.playground.builders import FOUR, asked, budget

USAGE = {"prompt_tokens": 10_000, "completion_tokens": 1_000, "prompt_tokens_details": {"cached_tokens": 4_000}}


def opened(owner: Any, *model_ids: str, upstream: str = "openrouter", key: str = "key", **changes: Any) -> Prompt:
    """A prompt with its runs on their way; `changes` are fields of the request, `parameters` among them."""
    if not owner.budgets.exists():
        budget(owner, "500")
    parameters = changes.pop("parameters", {"max_tokens": 100})
    request = asked(
        *(model_ids or FOUR[:1]), key=key, upstream=upstream, text=changes.pop("text", "Hello"), **parameters
    )
    prompt, _ = opening.open_prompt(owner, replace(request, **changes))
    return prompt


def ended(run: Run, state: State = State.DONE, spent: str | None = "0.0047", **fields: Any) -> None:
    """Bring a run to an end: by default with an answer and a usage that come to $0.0047."""
    facts = {"text": "An answer.", "usage": USAGE, "computed_usd": "0.0047"} | fields
    assert ledger.settle(run.pk, ledger.Outcome(state, facts, None if spent is None else Decimal(spent)))


def failed(run: Run, sentence: str, **fields: Any) -> None:
    """Bring a run to an end with nothing but an error, unbilled."""
    nothing = {"text": "", "usage": None, "computed_usd": "0", "error": sentence}
    ended(run, State.FAILED, "0", **(nothing | fields))


def many(owner: Any, rows: int, *model_ids: str, repeats: int = 1, **changes: Any) -> Prompt:
    """A matrix: the value of row n is “wind n”."""
    values = Rows(("wind",), tuple((f"wind {number}",) for number in range(1, rows + 1)))
    changes = {"text": "What is {{wind}}?", "rows": values, "repeats": repeats} | changes
    return opened(owner, *model_ids, **changes)


def board_html(page: str) -> str:
    """The board's section of a whole page, without the form above it."""
    return page.partition('<section id="board"')[2].partition("</main>")[0]


def model(public_id: str) -> LanguageModel:
    vendor, _, slug = public_id.partition("/")
    return LanguageModel.objects.get(vendor__slug=vendor, slug=slug)
