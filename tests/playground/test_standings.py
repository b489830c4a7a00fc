"""Where budgets stand, what a refusal says, and the switch that turns everything off."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext

from playground import ledger, opening
from playground.models import Budget, Hold, House, Prompt, Run, State
from playground.variables import Rows
from tests.playground.builders import FOUR, asked, budget

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]
DEVSTRAL = FOUR[3]
CENT = 10**10


def hold(user: Any, amount: int, spent: int | None, day: date, key: str = "") -> Hold:
    """A hold as it would stand for a run of that day; `amount` and `spent` in cents."""
    prompt = Prompt.objects.create(user=user, key=key or f"{user.pk}-{Prompt.objects.count()}")
    run = Run.objects.create(prompt=prompt, model_public_id=DEVSTRAL, state=State.DONE)
    return Hold.objects.create(
        run=run,
        user=user,
        amount=amount * CENT,
        spent=None if spent is None else spent * CENT,
        day=day,
        settled_at=None if spent is None else datetime.now(UTC),
        expires_at=datetime.now(UTC),
    )


TODAY = date(2026, 11, 21)


class TestStandings:
    @pytest.fixture
    def booked(self, owner: Any, stranger: Any) -> None:
        hold(owner, 10, 3, TODAY)
        hold(owner, 20, None, TODAY)
        hold(owner, 50, 40, date(2026, 11, 1))
        hold(owner, 60, None, date(2026, 10, 31))
        hold(owner, 90, 90, date(2026, 10, 31))
        hold(stranger, 100, 70, TODAY)
        budget(None, "5", "month")
        budget(owner, "1", "month")
        budget(owner, "0.5")

    @pytest.mark.usefixtures("booked")
    def test_by_hand(self, owner: Any) -> None:
        standings = ledger.standings(owner, TODAY)
        assert [(each.name, each.spent // CENT, each.held // CENT, each.left // CENT) for each in standings] == [
            ("Your budget per day", 3, 20, 27),  # 50 - 3 - 20
            ("Your budget per month", 43, 20, 37),  # 100 - (3 + 40) - 20
            ("The site’s budget per month", 113, 20, 367),  # 500 - (3 + 40 + 70) - 20
        ]
        assert (standings.today, standings.month, standings.held) == (3 * CENT, 43 * CENT, 80 * CENT)
        assert standings.tightest is standings[0]

    @pytest.mark.usefixtures("booked")
    def test_nobody_sees_the_budget_of_another(self, owner: Any, stranger: Any) -> None:
        budget(stranger, "3")
        assert [each.name for each in ledger.standings(stranger, TODAY)] == [
            "Your budget per day",
            "The site’s budget per month",
        ]
        assert ledger.standings(stranger, TODAY)[0].used == 70 * CENT

    @pytest.mark.usefixtures("booked")
    def test_without_an_own_budget_nothing_is_left(self, stranger: Any) -> None:
        standings = ledger.standings(stranger, TODAY)
        assert (standings.is_own, standings.tightest) == (False, None)

    @pytest.mark.usefixtures("booked")
    def test_two_queries_however_much_there_is(self, owner: Any) -> None:
        with CaptureQueriesContext(connection) as few:
            ledger.standings(owner, TODAY)
        for number in range(20):
            hold(owner, 1, 1, TODAY, f"more-{number}")
        with CaptureQueriesContext(connection) as many:
            assert ledger.standings(owner, TODAY)[0].spent == 23 * CENT
        assert len(few) == len(many) == 2

    def test_an_overrun_leaves_nothing_and_not_less(self, owner: Any) -> None:
        budget(owner, "0.01")
        hold(owner, 1, 9, TODAY)
        (standing,) = ledger.standings(owner, TODAY)
        assert (standing.left, standing.used) == (0, 9 * CENT)
        # 9 spent of a limit of 1; of them 9 - 1 = 8 were billed beyond the hold
        assert (standing.over, standing.unforeseen) == (8 * CENT, 8 * CENT)
        assert standing.over_because == "an upstream billed more than was held"

    @pytest.mark.parametrize(
        ("limit", "over", "because"),
        [
            # spent: 4 as held, 6 where 5 were held; held: 2. In all 12, of them 6 - 5 = 1 unforeseen
            ("0.12", 0, ""),
            ("0.11", 1, "an upstream billed more than was held"),
            ("0.10", 2, "the limit was set lower afterwards"),
        ],
    )
    def test_why_it_is_over(self, owner: Any, limit: str, over: int, because: str) -> None:
        budget(owner, limit)
        for amount, spent in ((4, 4), (5, 6), (2, None), (9, 0)):
            hold(owner, amount, spent, TODAY)
        (standing,) = ledger.standings(owner, TODAY)
        assert (standing.used, standing.unforeseen) == (12 * CENT, CENT)
        assert (standing.over, standing.over_because) == (over * CENT, because)


class TestRefusals:
    def test_it_says_what_is_held(self, owner: Any) -> None:
        budget(owner, "0.003")
        opening.open_prompt(owner, asked(DEVSTRAL, key="1", max_tokens=1000, upstream="openrouter"))
        with pytest.raises(ledger.BudgetRefusal) as refused:
            opening.open_prompt(owner, asked(DEVSTRAL, key="2", max_tokens=1000, upstream="openrouter"))
        tomorrow = datetime.now(UTC).date() + timedelta(days=1)
        # 0.003 - 0.0022212 = 0.0007788
        assert str(refused.value) == (
            "Your budget per day has $0.000778 left of $0.003, and $0.00223 more is held for runs that have not settled; "
            f"this needs up to $0.00223. It renews on {tomorrow:%b} {tomorrow.day}, {tomorrow.year} (UTC). "
            "Nothing was sent: lower the maximum output tokens, or shorten the prompt."
        )

    def test_a_matrix_is_refused_whole_and_says_for_how_many_runs(self, owner: Any) -> None:
        budget(owner, "0.005")
        plain = asked(DEVSTRAL, max_tokens=1000, upstream="openrouter")
        matrix = opening.Asked(
            "m", plain.messages, plain.parameters, plain.offers, rows=Rows(("a",), (("1",), ("2",), ("3",)))
        )
        # 3 x 0.0022212 = 0.0066636: two would fit
        with pytest.raises(ledger.BudgetRefusal, match=r"these 3 runs need up to \$0.00667\.") as refused:
            opening.open_prompt(owner, matrix)
        assert str(refused.value).endswith("or ask for fewer runs: 2 of these 3 would fit.")
        assert not Prompt.objects.exists()
        assert not Run.objects.exists()
        assert not Hold.objects.exists()

    @pytest.mark.parametrize(
        ("amounts", "models", "advice"),
        [
            ([6], 1, "lower the maximum output tokens, or shorten the prompt."),
            ([6, 7], 2, "lower the maximum output tokens, or shorten the prompt."),
            ([6, 5], 2, "lower the maximum output tokens, or ask of fewer models: 1 of these 2 would fit."),
            ([4, 1, 4], 3, "lower the maximum output tokens, or ask of fewer models: 2 of these 3 would fit."),
            ([3, 3, 3], 1, "lower the maximum output tokens, or ask for fewer runs: 1 of these 3 would fit."),
            ([2, 2, 2, 2], 2, "lower the maximum output tokens, or ask for fewer runs: 2 of these 4 would fit."),
        ],
    )
    def test_it_advises_what_helps(self, owner: Any, amounts: list[int], models: int, advice: str) -> None:
        standing = ledger.Standing(budget(owner, "0.05"), 0, 0, TODAY)  # in cents: 5
        said = standing.refusal([amount * CENT for amount in amounts], models)
        assert said.endswith(f"Nothing was sent: {advice}")

    def test_with_nothing_left_no_shorter_answer_helps(self, owner: Any) -> None:
        standing = ledger.Standing(budget(owner, "0.05"), 5 * CENT, 0, TODAY)
        assert standing.refusal([CENT]).endswith("wait until then, or ask an administrator for a higher limit.")

    def test_nothing_is_left_that_is_not_there(self, owner: Any) -> None:
        # 5 - 0.0021 = 4.9979: to the nearest cent it would be all of the limit
        standing = ledger.Standing(budget(owner, "5"), 2_100_000_001, 0, TODAY)
        texts = (standing.spent_text, standing.left_text, standing.limit_text)
        assert texts == ("$0.00211", "$4.99", "$5.00")
        assert "has $4.99 left of $5.00; this needs up to $5.01." in standing.refusal([5 * 10**12 + 1])


class TestHandSettlement:
    def test_only_what_is_over_and_open(self, owner: Any) -> None:
        budget(owner, "1")
        run = opening.open_prompt(owner, asked(DEVSTRAL, max_tokens=10, upstream="openrouter"))[0].runs.get()
        assert ledger.settle_by_hand(run.hold.pk, 7) is False
        ledger.settle(run.pk, ledger.Outcome(State.INTERRUPTED, {}, None))
        assert ledger.settle_by_hand(run.hold.pk, 7) is True
        assert ledger.settle_by_hand(run.hold.pk, 8) is False
        run.refresh_from_db()
        assert (run.hold.spent, run.cost, run.state) == (7, 7, State.INTERRUPTED)

    def test_holds_that_expired_without_a_cost(self, owner: Any) -> None:
        kept, _ = hold(owner, 1, None, TODAY), hold(owner, 1, 1, TODAY)
        running = hold(owner, 1, None, TODAY)
        Run.objects.filter(pk=running.run_id).update(state=State.STREAMING)
        soon = hold(owner, 1, None, TODAY)
        Hold.objects.filter(pk=soon.pk).update(expires_at=datetime.now(UTC) + timedelta(hours=1))
        assert list(ledger.expired_holds(datetime.now(UTC))) == [kept]


class TestSwitch:
    def off(self, notice: str = "") -> None:
        House.objects.update_or_create(pk=1, defaults={"is_open": False, "notice": notice})

    @pytest.mark.parametrize("upstream", ["openrouter", "rehearsal"])
    def test_nothing_is_opened_while_it_is_off(self, owner: Any, upstream: str) -> None:
        budget(owner, "1")
        self.off()
        with pytest.raises(ledger.PlaygroundOff, match="switched off at the moment, so nothing was sent"):
            opening.open_prompt(owner, asked(DEVSTRAL, max_tokens=10, upstream=upstream))
        assert not Prompt.objects.exists()
        assert not Hold.objects.exists()

    def test_the_notice_is_the_administrator_s(self, owner: Any) -> None:
        self.off("Back on Monday.")
        with pytest.raises(ledger.BudgetRefusal, match=r"^Back on Monday\.$"):
            opening.open_prompt(owner, asked(DEVSTRAL, max_tokens=10))

    def test_it_works_at_once_both_ways(self, owner: Any) -> None:
        self.off()
        with pytest.raises(ledger.PlaygroundOff):
            opening.open_prompt(owner, asked(DEVSTRAL, max_tokens=10))
        House.objects.update(is_open=True)
        assert opening.open_prompt(owner, asked(DEVSTRAL, max_tokens=10))[1] is True

    def test_a_prompt_that_was_sent_before_is_still_found(self, owner: Any) -> None:
        first, _ = opening.open_prompt(owner, asked(DEVSTRAL, max_tokens=10))
        self.off()
        assert opening.open_prompt(owner, asked(DEVSTRAL, max_tokens=10)) == (first, False)

    def test_the_catalog_is_unaffected(self, client: Client) -> None:
        self.off("Back on Monday.")
        page = client.get("/")
        assert page.status_code == 200
        assert "Back on Monday." not in page.content.decode()

    def test_the_compose_page_says_it_and_has_no_run_button(self, signed_in: Client) -> None:
        assert 'name="run"' in signed_in.get("/playground/").content.decode()
        self.off("Back on Monday.")
        page = signed_in.get("/playground/").content.decode()
        assert "<strong>Switched off.</strong> Back on Monday." in page
        assert 'name="run"' not in page

    def test_a_form_that_was_open_before_is_refused_in_words(self, signed_in: Client) -> None:
        self.off()
        form = {"model": DEVSTRAL, "text": "Hello", "key": "key", "parameter-max_tokens": "100"}
        response = signed_in.post("/playground/", form)
        assert response.status_code == 422
        assert "switched off at the moment, so nothing was sent" in response.content.decode()


class TestHeader:
    def test_what_is_spent_held_and_left(self, owner: Any) -> None:
        budget(owner, "5")
        budget(None, "100", "month")
        today = datetime.now(UTC).date()
        hold(owner, 50, 40, today)
        hold(owner, 10, None, today)
        said = " ".join(render_to_string("playground/_standing.html", {"standings": ledger.standings(owner)}).split())
        assert "Spent today <strong>$0.40</strong>, this month <strong>$0.40</strong>" in said
        assert "Held now <strong>$0.10</strong>" in said
        assert "Your budget per day: <strong>$4.50</strong> left of $5.00" in said
        assert "The site’s budget per month: <strong>$99.50</strong> left of $100.00" in said

    def test_an_overrun_is_said_with_its_reason(self, owner: Any) -> None:
        budget(owner, "0.10")
        hold(owner, 10, 35, datetime.now(UTC).date())
        said = " ".join(render_to_string("playground/_standing.html", {"standings": ledger.standings(owner)}).split())
        assert "Your budget per day: over by <strong>$0.25</strong>: an upstream billed more than was held" in said
        assert "left of" not in said

    def test_without_a_budget_it_says_who_can_help(self, stranger: Any) -> None:
        budget(None, "100")
        said = render_to_string("playground/_standing.html", {"standings": ledger.standings(stranger)})
        assert "You have no budget yet. An administrator can give you one." in said
        assert "100" not in said

    def test_the_tightest_stands_beside_the_name(self, signed_in: Client, owner: Any, settings: Any) -> None:
        settings.OPENROUTER_API_KEY = "sk-or-not-a-key"
        budget(owner, "5")
        budget(None, "3", "month")
        hold(owner, 12, 7, datetime.now(UTC).date())
        hold(owner, 30, None, datetime.now(UTC).date())
        page = signed_in.get("/playground/").content.decode()
        # 3.00 - 0.07 - 0.30 = 2.63
        assert ">$0.07 spent, $0.30 held, $2.63 left this month</a>" in page
        assert "left this month" not in signed_in.get("/").content.decode()

    def test_what_others_spent_is_not_said_to_be_the_person_s(
        self, signed_in: Client, owner: Any, stranger: Any, settings: Any
    ) -> None:
        settings.OPENROUTER_API_KEY = "sk-or-not-a-key"
        budget(owner, "5")
        budget(None, "3", "month")
        hold(stranger, 50, 40, datetime.now(UTC).date())
        hold(stranger, 50, None, datetime.now(UTC).date())
        page = signed_in.get("/playground/").content.decode()
        # 3.00 - 0.40 - 0.50 = 2.10
        assert ">$0 spent, $0 held, $2.10 left this month</a>" in page

    def test_a_rehearsal_has_no_money_to_tell_of(self, signed_in: Client, owner: Any) -> None:
        budget(owner, "5")
        page = signed_in.get("/playground/").content.decode()
        assert "held, " not in page
        assert "left today" not in page


def test_a_limit_of_nothing_stops_everything(owner: Any) -> None:
    Budget.objects.create(user=owner, period="day", limit=0)
    with pytest.raises(ledger.BudgetRefusal, match=r"has \$0 left of \$0"):
        opening.open_prompt(owner, asked(DEVSTRAL, max_tokens=10, upstream="openrouter"))


def test_every_sum_is_exact(owner: Any) -> None:
    budget(owner, "1")
    for number in range(10):
        Hold.objects.filter(pk=hold(owner, 1, 1, TODAY, f"{number}").pk).update(spent=123_000)
    assert ledger.standings(owner, TODAY)[0].used == 1_230_000  # ten times 123,000, of 10^-12 USD
