"""Where nothing is kept no sentence says that something is."""

import re
from pathlib import Path
from typing import Any

import pytest

from playground import forgetting, settlement
from playground.models import State
from playground.settlement import Outcome, settle
from tests.playground.builders import budget
from tests.playground.running import ids, opened, priced, run_of


@pytest.mark.parametrize(
    ("sentence", "left"),
    [
        (settlement.INTERRUPTED, "The server stopped while this answer was coming. Its cost is not known."),
        (settlement.REHEARSAL_INTERRUPTED, "The server stopped while this answer was coming."),
        (
            "It was lost. What came is kept; run it again for a whole answer.",
            "It was lost. Run it again for a whole answer.",
        ),
        (
            "It is too large. It was ended here and what came is kept. Try another.",
            "It is too large. It was ended here. Try another.",
        ),
        ("So Windrose stopped reading. What came is kept. Ask for less.", "So Windrose stopped reading. Ask for less."),
        (settlement.NEVER_SENT, settlement.NEVER_SENT),
        ("", ""),
    ],
)
def test_nothing_is_promised_to_be_kept(sentence: str, left: str) -> None:
    assert forgetting.without_promise(sentence) == left


def test_every_sentence_that_promises_is_known() -> None:
    """In whatever words a sentence of ours says that something is kept, the promise can be taken out of it."""
    folder = Path(settlement.__file__).parent
    promising = [
        line.strip().strip('"')
        for path in (*folder.glob("*.py"), *folder.glob("upstream/*.py"))
        if path.name != "forgetting.py"
        for line in path.read_text().splitlines()
        if re.search(r"what came is kept", line, re.IGNORECASE)
    ]
    assert len(promising) >= 6
    assert not [line for line in promising if re.search("is kept", forgetting.without_promise(line))]


@pytest.mark.django_db
@pytest.mark.parametrize("is_stored", [True, False])
def test_the_end_says_what_is_so(owner: Any, is_stored: bool) -> None:
    budget(owner, "1")
    prompt = opened(owner, priced("a"), is_stored=is_stored)
    settle(ids(prompt)[0], Outcome(State.INTERRUPTED, {"error": settlement.INTERRUPTED}, None))
    assert ("What came is kept" in run_of(prompt).error) is is_stored
