"""What stands beside Run before anything is sent: two figures for each model, and what is left of each budget then."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext

from catalog.models import PricePeriod
from catalog.tokenizers.counting import Count
from catalog.tokenizers.errors import CountingFailed
from playground import opening, worst_case
from playground.bodies import Routing
from playground.counts import Counts
from playground.forms.sending import ROUTES
from playground.models import House
from playground.opening import Asked
from playground.variables import Rows
from playground.worst_case import WorstCase, foresee
from tests.factories import make_rate
from tests.playground.builders import FOUR, asked, budget

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded", "words")]
LARGE, DEVSTRAL = FOUR[0], FOUR[3]


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokenizers that count words, at once, and 3 for the template."""
    counter = Counts(lambda text, kinds: {kind: Count(len(text.split()), 3) for kind in kinds})
    monkeypatch.setattr(worst_case, "counts", counter)
    ask = counter.of
    monkeypatch.setattr(counter, "of", lambda wanted: ask(wanted, patience=10))


def page(case: WorstCase | None, **context: Any) -> str:
    return " ".join(render_to_string("playground/_worst_case.html", {"case": case} | context).split())


def rows(values: list[str], **changes: Any) -> Asked:
    made = asked(LARGE, DEVSTRAL, text="Say {{ word }}", upstream="openrouter", max_tokens=100)
    return Asked(
        made.key,
        made.messages,
        made.parameters,
        made.offers,
        rows=Rows(("word",), tuple((v,) for v in values)),
        **changes,
    )


class TestFigures:
    def test_one_model_by_hand(self, owner: Any) -> None:
        budget(owner, "1")
        case = foresee(asked(LARGE, text="one two three four", upstream="openrouter", max_tokens=100), owner)
        # by its own tokenizer 4 + 3 tokens: 7 x 0.0000005 + 100 x 0.0000015 = 0.0000035 + 0.00015
        assert case.worst == Decimal("0.0001535")
        # held: 18 bytes + 512 + 16 and {"max_tokens": 100} of 19 = 565 tokens: 565 x 0.0000005 + 0.00015
        assert case.held == Decimal("0.0004325")
        shown = page(case)
        assert "about 7 in by its own tokenizer, 100 out; held for 565 in" in shown
        assert "$0.000153" in shown or "$0.000154" in shown
        assert "$0.000432" in shown or "$0.000433" in shown
        # 1 - 0.0004325 = 0.9995675, rounded down
        assert "Your budget per day then has $0.999 left." in shown

    def test_the_hold_is_what_is_shown_as_held(self, owner: Any) -> None:
        budget(owner, "1")
        wanted = asked(LARGE, DEVSTRAL, upstream="openrouter", max_tokens=100)
        held = foresee(wanted, owner).held
        prompt, _ = opening.open_prompt(owner, wanted)
        assert sum(run.hold.amount for run in prompt.runs.all()) == held.scaleb(12)

    def test_what_is_sent_is_never_above_the_bound(self, owner: Any) -> None:
        for offer in foresee(asked(*FOUR, text="word " * 1000, max_tokens=1), owner).offers:
            for plan in offer.plans:
                assert plan.counted == 1003
                assert plan.counted < plan.prompt_tokens

    def test_the_tier_is_named_and_priced(self, owner: Any) -> None:
        budget(owner, "100")
        wanted = asked(LARGE, text="word " * 1000, upstream="openrouter", max_tokens=100)
        period = PricePeriod.objects.get(pk=wanted.offers[0].listing.price_on(datetime.now(UTC).date()).pk)
        make_rate(period, "input", "2", over_prompt_tokens=1000)
        make_rate(period, "output", "6", over_prompt_tokens=5000)
        case = foresee(asked(LARGE, text="word " * 1000, upstream="openrouter", max_tokens=100), owner)
        # 1,003 tokens: 1,003 x 0.000002 + 100 x 0.0000015 = 0.002006 + 0.00015
        assert case.worst == Decimal("0.002156")
        # 5,000 bytes + 547: 5,547 x 0.000002 + 100 x 0.000006 = 0.011094 + 0.0006
        assert case.held == Decimal("0.011694")
        assert "at the price for more than 1,000 in" in page(case)

    def test_without_a_tokenizer_both_are_the_bound(self, owner: Any) -> None:
        budget(owner, "1")
        wanted = asked(LARGE, upstream="openrouter", max_tokens=100)
        wanted.offers[0].listing.model.tokenizer = ""
        case = foresee(wanted, owner)
        assert case.worst == case.held
        assert not case.is_counted
        assert "own tokenizer" not in page(case)
        # 5 bytes + 512 + 16 and {"max_tokens": 100} of 19
        assert "552 in, 100 out at the most" in page(case)

    def test_what_is_left_out_is_named_in_code(self, owner: Any) -> None:
        shape = {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}}
        wanted = asked(LARGE, DEVSTRAL, response_format=shape, structured_outputs=True, max_tokens=100)
        case = foresee(wanted, owner)
        assert [each.left_out for each in case.offers] == [["structured_outputs"], []]
        assert page(case).count("; leaves out <code>structured_outputs</code>") == 1

    def test_what_has_no_bound_says_why(self, owner: Any) -> None:
        budget(owner, "1")
        wanted = asked(DEVSTRAL, upstream="openrouter")
        wanted.offers[0].listing.context_length = wanted.offers[0].listing.model.context_length = None
        wanted.offers[0].listing.max_completion_tokens = None
        shown = page(foresee(wanted, owner))
        assert "cannot be run within a budget: nothing bounds the length of its answer" in shown
        assert "not known" in shown


class TestMatrix:
    def test_rows_and_repeats_add_up(self, owner: Any) -> None:
        budget(owner, "1")
        case = foresee(rows(["one", "one two three"], repeats=3), owner)
        assert case.runs == 12
        # "Say one" is 2 + 3 tokens and "Say one two three" 4 + 3; three times each, 100 out each
        # Large 3: 3 x (12 x 0.0000005 + 200 x 0.0000015) = 3 x 0.000306 = 0.000918
        # Devstral 2: 3 x (12 x 0.0000004 + 200 x 0.000002) = 3 x 0.0004048 = 0.0012144
        assert [each.worst for each in case.offers] == [Decimal("0.000918"), Decimal("0.0012144")]
        assert case.worst == Decimal("0.0021324")
        shown = page(case)
        assert "The most these 12 runs can cost" in shown
        assert "about 5 to 7 in by its own tokenizer" in shown
        assert shown.count("6 runs") == 2

    def test_a_thousand_runs_are_a_thousand_of_one(self, owner: Any) -> None:
        case = foresee(rows(["one", "one two three"], repeats=3), owner)
        # Large 3: 0.000918 / 6 = 0.000153, Devstral 2: 0.0012144 / 6 = 0.0002024, a thousand times each
        assert [each.per_run for each in case.offers] == [Decimal("0.000153"), Decimal("0.0002024")]
        shown = page(case)
        assert "$0.153 per 1,000 runs on average" in shown
        assert "$0.202 per 1,000 runs on average" in shown

    def test_runs_that_are_alike_have_no_average(self, owner: Any) -> None:
        shown = page(foresee(rows(["one"], repeats=4), owner))
        # Large 3: "Say one" is 5 tokens: 5 x 0.0000005 + 100 x 0.0000015 = 0.0001525
        assert "$0.152 per 1,000 runs</small>" in shown or "$0.153 per 1,000 runs</small>" in shown
        assert "average" not in shown

    def test_of_one_run_it_is_a_thousand_of_it(self, owner: Any) -> None:
        shown = page(foresee(asked(LARGE, text="one two three four", upstream="openrouter", max_tokens=100), owner))
        # 0.0001535 a thousand times
        assert "$0.153 per 1,000</small>" in shown or "$0.154 per 1,000</small>" in shown

    def test_a_matrix_that_does_not_fit_says_for_how_many_runs(self, owner: Any) -> None:
        budget(owner, "0.004")
        case = foresee(rows(["one", "two"], repeats=5), owner)
        assert "these 20 runs need up to $0.0" in case.refusal
        assert case.refusal in page(case)

    def test_the_same_words_are_counted_once_for_models_of_one_tokenizer(
        self, owner: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen: list[str] = []

        def counter(text: str, kinds: Any) -> Any:
            seen.append(text)
            return {kind: Count(1, 3) for kind in kinds}

        counts = Counts(counter)
        ask = counts.of
        monkeypatch.setattr(counts, "of", lambda wanted: ask(wanted, patience=10))
        monkeypatch.setattr(worst_case, "counts", counts)
        foresee(rows(["a", "b", "a"], repeats=2), owner)
        assert sorted(seen) == ["Say a", "Say b"]

    def test_queries_do_not_grow(self, owner: Any) -> None:
        budget(owner, "1")
        budget(owner, "10", "month")
        budget(None, "10")

        def queries(wanted: Asked) -> int:
            opening.plan(wanted)  # what is loaded with an offer is loaded
            with CaptureQueriesContext(connection) as captured:
                foresee(wanted, owner)
            return len(captured)

        assert queries(rows(["a"])) == queries(rows([f"word {number}" for number in range(50)], repeats=2)) == 3


class TestBudgets:
    def test_each_budget_after_the_hold(self, owner: Any) -> None:
        budget(owner, "0.01")
        budget(None, "5", "month")
        shown = page(foresee(asked(LARGE, upstream="openrouter", max_tokens=2000), owner))
        # held: 5 + 528 + 20 = 553 x 0.0000005 + 2,000 x 0.0000015 = 0.0032765; 0.01 - 0.0032765 = 0.0067235
        assert "Your budget per day then has $0.00672 left." in shown
        # 5 - 0.0032765 = 4.9967235: not all of the five dollars
        assert "The site’s budget per month then has $4.99 left." in shown

    def test_what_a_budget_refuses_is_said_before_it_is_tried(self, owner: Any) -> None:
        budget(owner, "0.001")
        wanted = asked(LARGE, upstream="openrouter", max_tokens=2000)
        case = foresee(wanted, owner)
        assert "Your budget per day has $0.001 left of $0.001; this needs up to $0.00328." in case.refusal
        with pytest.raises(opening.ledger.BudgetRefusal) as refused:
            opening.open_prompt(owner, wanted)
        assert str(refused.value) == case.refusal

    def test_it_says_how_long_an_answer_would_fit(self, owner: Any) -> None:
        budget(owner, "0.001")
        shown = page(foresee(asked(LARGE, upstream="openrouter", max_tokens=2000), owner))
        # held for the prompt: 5 + 528 + 19 = 552 x 0.0000005 = 0.000276; (0.001 - 0.000276) / 0.0000015 = 482.7
        assert "or shorten the prompt. With at most 482 output tokens it fits." in shown

    def test_it_says_so_of_several_models_and_not_of_a_matrix(self, owner: Any) -> None:
        budget(owner, "0.002")
        two = asked(LARGE, FOUR[2], upstream="openrouter", max_tokens=2000)
        shown = foresee(two, owner).advice
        assert shown.endswith(" output tokens each it fits.")
        assert foresee(replace(two, repeats=4), owner).advice == ""

    def test_where_not_even_the_prompt_fits_no_answer_would(self, owner: Any) -> None:
        budget(owner, "0.0002")
        assert foresee(asked(LARGE, upstream="openrouter", max_tokens=2000), owner).advice == ""

    def test_without_a_budget(self, stranger: Any) -> None:
        case = foresee(asked(LARGE, upstream="openrouter", max_tokens=10), stranger)
        assert case.refusal == "You have no budget yet. Ask an administrator to give you one."

    def test_the_rehearsal_holds_nothing(self, stranger: Any) -> None:
        shown = page(foresee(asked(LARGE, max_tokens=100), stranger))
        assert "The most this prompt can cost with a real upstream; the rehearsal is free" in shown
        assert "Would be held" in shown
        assert "What is held counts" not in shown
        assert "budget" not in shown

    def test_the_switch_is_said(self, owner: Any) -> None:
        House.objects.create(is_open=False, notice="Back on Monday.")
        assert "Back on Monday." in page(foresee(asked(LARGE, max_tokens=100), owner))


class TestCounting:
    @pytest.fixture
    def counting(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
        def use(counter: Any, patience: float = 5) -> None:
            counts = Counts(counter)
            ask = counts.of
            monkeypatch.setattr(counts, "of", lambda wanted: ask(wanted, patience=patience))
            monkeypatch.setattr(worst_case, "counts", counts)

        return use

    def test_while_it_is_counted_the_page_asks_again(self, owner: Any, counting: Any) -> None:
        import threading

        gate = threading.Event()

        def slow(text: str, kinds: Any) -> Any:
            gate.wait(10)
            return {kind: Count(1, 3) for kind in kinds}

        counting(slow, patience=0)
        try:
            case = foresee(asked(LARGE, upstream="openrouter", max_tokens=100), owner)
        finally:
            gate.set()
        assert case.is_pending
        assert case.worst == case.held
        shown = page(case)
        assert 'hx-post="/playground/estimate/" hx-trigger="load delay:1s"' in shown

    def test_what_cannot_be_counted_says_so_and_does_not_ask_again(self, owner: Any, counting: Any) -> None:
        def broken(text: str, kinds: Any) -> Any:
            raise CountingFailed("A tokenizer is missing.")

        counting(broken)
        shown = page(foresee(asked(LARGE, max_tokens=100), owner))
        assert "Counted by bytes only. A tokenizer is missing." in shown
        assert "hx-trigger" not in shown

    def test_a_prompt_with_an_image_is_not_counted(self, owner: Any) -> None:
        from playground.messages import Message

        wanted = asked(LARGE, max_tokens=100)
        wanted.messages[0] = Message("user", "What is it?", images=(1,))
        case = foresee(wanted, owner)
        assert not case.is_counted
        # 11 bytes + 512 + 16 + 8,192 + {"max_tokens": 100}
        assert case.offers[0].bound == 8750


def test_before_anything_is_written_it_says_what_will_stand_here() -> None:
    assert "Choose models and write a prompt" in page(None)
    assert "once this is put right: It is too hot." in page(None, problem="It is too hot.")


class TestLimitsOnProviders:
    """What only OpenRouter's router reads is said not to hold where it is not asked."""

    EVERY = Routing(max_price=True, require_parameters=True, deny_data_collection=True, no_fallbacks=True)

    @pytest.mark.parametrize("upstream", ["mistral", "compatible"])
    @pytest.mark.parametrize("name", list(ROUTES))
    def test_each_is_named_for_a_column_that_is_asked_directly(self, owner: Any, upstream: str, name: str) -> None:
        wanted = replace(asked(LARGE, upstream=upstream, max_tokens=100), routing=Routing(**{name: True}))
        shown = page(foresee(wanted, owner))
        assert f"“{ROUTES[name][0]}” does not apply here: this model is not asked through OpenRouter." in shown

    def test_several_are_named_together_and_only_there(self, owner: Any) -> None:
        through, past = asked(LARGE, upstream="openrouter"), asked(DEVSTRAL, upstream="mistral", max_tokens=100)
        both = replace(past, offers=[*through.offers, *past.offers], routing=self.EVERY)
        case = foresee(both, owner)
        assert [len(each.not_kept_to) for each in case.offers] == [0, 4]
        shown = page(case)
        assert "“Only providers that keep no prompts”, “No other provider than the first” do not apply here" in shown
        assert shown.count("apply here") == 1

    def test_a_price_that_nobody_knows_is_no_limit(self, owner: Any) -> None:
        PricePeriod.objects.all().delete()
        wanted = replace(asked(LARGE, upstream="openrouter", max_tokens=100), routing=self.EVERY)
        shown = page(foresee(wanted, owner))
        assert "“Not above the catalog’s price” does not apply here: the catalog knows no price to keep to." in shown

    def test_nothing_is_said_of_what_was_not_asked_for(self, owner: Any) -> None:
        assert "apply here" not in page(foresee(asked(LARGE, upstream="mistral", max_tokens=100), owner))
