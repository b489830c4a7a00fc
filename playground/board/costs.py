"""What runs cost, as the board says it: one amount for each, a sum for all, and in words what is not known."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal, localcontext

from catalog import exact, figures
from playground.amounts import in_usd
from playground.board.names import name_of, offer_of
from playground.models import Run


def final_amount(run: Run) -> Decimal | None:
    """What a finished run cost, or would have cost: billed, else computed, else what was booked; None when unknown."""
    text = run.computed_usd if run.is_rehearsal else (run.billed_usd or run.computed_usd)
    if text:
        return exact.parse_amount(text)
    hold = getattr(run, "hold", None)
    if hold is not None and hold.spent is not None and not run.is_rehearsal:
        return in_usd(hold.spent)
    return None if run.cost is None else in_usd(run.cost)


def final_cost(run: Run) -> str:
    return cost_words(final_amount(run))


def cost_words(amount: Decimal | None) -> str:
    if amount is None:
        return "not known"
    return figures.usd_exact(amount) if amount else "$0"


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The exact sum."""
    with localcontext(exact.EXACT):
        return sum(amounts, Decimal(0))


def summary(runs: Iterable[Run]) -> str:
    """The board in a sentence or two, once all runs are over: the sum, the cheapest, how much dearer the dearest was.

    Blank while the names are hidden, because costs betray them. Models are compared where all of their costs are known.
    """
    runs = list(runs)
    if not runs or any(not run.is_over for run in runs) or runs[0].prompt.hides_names:
        return ""
    amounts = [(run, final_amount(run)) for run in runs]
    known = [amount for _, amount in amounts if amount is not None]
    would = "would have cost" if runs[0].is_rehearsal else "cost"
    sentences = []
    if known:
        sentences.append(f"All together this {would} {cost_words(total(known))}.")
    if len(known) < len(runs):
        sentences.append(_unknown(len(runs) - len(known), len(runs)))
    paid = sorted(_by_offer(amounts))
    if len(paid) > 1 and paid[0][0] < paid[-1][0]:
        (least, cheapest), (most, dearest) = paid[0], paid[-1]
        sentences.append(f"Cheapest: {cheapest}. {dearest} {would} {figures.multiple(most / least)} as much.")
    return " ".join(sentences)


def _unknown(unknown: int, runs: int) -> str:
    if runs == 1:
        return "The cost is not known."
    return f"{unknown} of {runs} costs {'is' if unknown == 1 else 'are'} not known."


def _by_offer(amounts: list[tuple[Run, Decimal | None]]) -> list[tuple[Decimal, str]]:
    """What each offer cost in all, without those that cost nothing or of which a cost is not known."""
    sums: dict[str, list[Decimal | None]] = defaultdict(list)
    names = {}
    for run, amount in amounts:
        sums[offer_of(run)].append(amount)
        names[offer_of(run)] = name_of(run)
    whole = {offer: total(a for a in each if a is not None) for offer, each in sums.items() if None not in each}
    return [(amount, names[offer]) for offer, amount in whole.items() if amount]
