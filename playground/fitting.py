"""The longest answer that a budget has room for, for a request that it has none for as it stands."""

from collections.abc import Iterable
from dataclasses import replace

from playground import ledger, opening
from playground.opening import Asked, Plan
from playground.parameters import OUTPUT_LIMIT
from playground.standings import Standing

MOST_PLANS = 6  # one run of each model: of a matrix, fewer runs are the better advice, and planning one anew takes time


def amounts(plans: Iterable[Plan]) -> list[int] | None:
    """What would be held for each, in ledger units; None where one of them has no bound."""
    worst = [plan.worst for plan in plans]
    known = [ledger.held_amount(each) for each in worst if each is not None]
    return known if len(known) == len(worst) else None


def advice(asked: Asked, standings: Iterable[Standing]) -> str:
    """“With at most 3,907 output tokens it fits.”; blank where no length of the answers would make it fit, or the person has
    no budget of his own."""
    standings = list(standings)
    is_own = any(standing.budget.user_id for standing in standings)
    tokens = longest(asked, min(standing.left for standing in standings)) if is_own else None
    if not tokens:
        return ""
    return f"With at most {tokens:,} output {'token' if tokens == 1 else 'tokens'}{' each' * (len(asked.offers) > 1)} it fits."


def longest(asked: Asked, left: int) -> int | None:
    """The highest limit of output tokens for all of it with which no more than `left` ledger units would be held."""
    plans = opening.plan(asked)
    if len(plans) > MOST_PLANS:
        return None
    fits, too_long = 0, max((plan.output_tokens or 0 for plan in plans), default=0)
    while too_long - fits > 1:  # a longer answer is never cheaper
        tokens = (fits + too_long) // 2
        found = amounts(opening.plan(replace(asked, parameters=asked.parameters | {OUTPUT_LIMIT: tokens})))
        if found is not None and sum(found) <= left:
            fits = tokens
        else:
            too_long = tokens
    return fits or None
