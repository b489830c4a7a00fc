"""The rule of `agreement` against the judgement of the people who read the fixtures' sources: where they part, and why.

The stored flag wins. A new pair that they judge differently has to be looked at and given its reason here.
"""

from collections import Counter
from datetime import date

import pytest

from catalog import agreement
from catalog.agreement import Verdict
from catalog.facts.shown import Shown
from catalog.models import LanguageModel

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]

TODAY = date(2026, 11, 21)
# By field, and whether the flag says that the source differs.
REASONS = {
    (
        "context_length",
        True,
    ): "128k beside 131,072, and 128,000 beside it: the reader noted the figure, the rule the rounding",
    ("description", True): "the same text cut off: flagged so that nobody takes it for the whole",
    ("supported_parameters", True): "the page and the list each leave a name out, and what is shown is both together",
    ("input_price", True): "the price that another id of the model had, equal today by chance",
    ("output_price", True): "the price that another id of the model had, equal today by chance",
    ("listed_on", False): "the first day of a record that was begun later, or at another hour, contradicts nothing",
    ("public_id", False): "a second id at the market, beside the vendor's own",
    ("name", False): "one of several models that the vendor's name stands for",
}


def test_the_rule_and_the_flags_part_only_for_known_reasons() -> None:
    parted: Counter[tuple[str, bool]] = Counter()
    judged = 0
    for model in LanguageModel.objects.for_page():
        shown = Shown(model, model.main_listing(), TODAY)
        for said in model.observations.all():
            found = agreement.compare(said.field, shown.value(said.field), said.value)
            judged += found.verdict is not Verdict.CANNOT_TELL
            if found.verdict is not Verdict.CANNOT_TELL and found.differs != said.differs:
                assert (said.field, said.differs) in REASONS, (
                    f"{model.slug}: {said.field} shows {shown.value(said.field)!r}, {said.source} says {said.value!r}, "
                    f"flag {said.differs}"
                )
                parted[said.field, said.differs] += 1
    assert set(parted) == set(REASONS), "a reason that nothing needs any more"
    assert sum(parted.values()) * 10 < judged, "the rule parts from people too often to be worth anything"


def test_a_source_that_says_nothing_contradicts_nothing() -> None:
    for model in LanguageModel.objects.for_page():
        shown = Shown(model, model.main_listing(), TODAY)
        for said in model.observations.all():
            if said.value in ("(empty)", "(none)"):
                assert agreement.compare(said.field, shown.value(said.field), said.value).verdict is Verdict.CANNOT_TELL
