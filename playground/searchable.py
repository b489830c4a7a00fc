"""The words of an answer that the history's search finds it by: folded, without case and accents. Pure; no Django.

Beside the text these are the tools that it calls with their arguments, why it was refused, and the beginning of what was
thought before it. All of them share the room that a long text alone would have, so that no search reads more than before;
calls go first, as they are short, and thinking takes what is left, as it is long.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from playground.messages import folded

FIELDS = ("text", "tool_calls", "reasoning")  # what every stored answer has
LONGEST = 20_000  # characters of an answer in all
LONGEST_CALLS = 5_000
LONGEST_REASONING = 1_000  # the beginning says what it was about; more of it would slow every search
REFUSED = "refused"  # the state whose sentence says why


def words_of(answer: Mapping[str, Any], state: str = "") -> str:
    """All words of an answer under the names of a run's fields, folded; what it lacks, or is blank, adds nothing."""
    calls = "\n".join(_calls(answer.get("tool_calls") or []))[:LONGEST_CALLS]
    refusal = f"{answer.get('error') or ''}\n{answer.get('error_detail') or ''}" if state == REFUSED else ""
    text = str(answer.get("text") or "")[: LONGEST - len(calls) - len(refusal)]
    room = min(LONGEST_REASONING, LONGEST - len(calls) - len(refusal) - len(text))
    reasoning = str(answer.get("reasoning") or "")[:room]
    return "\n".join(filter(None, (folded(part) for part in (text, calls, refusal, reasoning))))


def _calls(calls: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for call in calls:
        yield f"{call.get('name') or ''} {_unescaped(str(call.get('arguments') or ''))}"


def _unescaped(arguments: str) -> str:
    """Arguments with the letters that JSON may hide behind escapes; as they came where they are no JSON."""
    if "\\" not in arguments:
        return arguments
    try:
        return json.dumps(json.loads(arguments), ensure_ascii=False)
    except (ValueError, RecursionError):
        return arguments
