"""The playground in the admin: nobody changes a run, only superusers read texts, and budgets are exact."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from playground import ledger
from playground.admin.reading import FIGURES, hidden_fields
from playground.models import Budget, Hold, House, Image, Label, Prompt, Reconciliation, Recording, Run, Share, State
from tests.conftest import BACKEND

pytestmark = pytest.mark.django_db

SECRETS = ("moonlit question", "be a pirate", "arr, the answer", "hidden thoughts", "upstream detail")


@pytest.fixture
def run(stranger: Any) -> Run:
    prompt = Prompt.objects.create(
        user=stranger,
        key="k",
        text="moonlit question",
        messages=[{"role": "system", "content": "be a pirate"}, {"role": "user", "content": "moonlit question"}],
    )
    run = Run.objects.create(
        prompt=prompt,
        model_public_id="mistralai/devstral-2512",
        model_name="Devstral 2 2512",
        upstream_id="mistralai/devstral-2512",
        upstream="openrouter",
        state=State.DONE,
        text="arr, the answer",
        reasoning="hidden thoughts",
        error_detail="upstream detail",
        request={"messages": [{"content": "moonlit question"}]},
        usage={"prompt_tokens": 1200, "completion_tokens": 34},
        computed_usd="0.00456",
        first_token_ms=340,
    )
    Hold.objects.create(
        run=run,
        user=stranger,
        amount=4_560_000_000,
        day=timezone.now().date(),
        expires_at=timezone.now() + timedelta(1),
    )
    return run


@pytest.fixture
def clerk(client: Client) -> Client:
    """Staff who may see the playground's tables and is no superuser."""
    user = get_user_model().objects.create_user("clerk", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="playground"))
    client.force_login(user, backend=BACKEND)
    return client


def pages(run: Run) -> list[str]:
    rows = [("run", run.pk), ("prompt", run.prompt_id), ("hold", run.hold.pk)]
    return [f"/admin/playground/{table}/{tail}" for table, pk in rows for tail in ("", f"{pk}/change/")]


def test_superusers_read_everything(signed_in: Client, run: Run) -> None:
    text = "".join(signed_in.get(page).content.decode() for page in pages(run))
    for secret in SECRETS:
        assert secret in text
    for figure in ("1,200 / 34", "340 ms", "0.00456", "$0.00456", "Devstral 2 2512", "stranger"):
        assert figure in text


def test_staff_sees_figures_and_no_texts(clerk: Client, run: Run) -> None:
    answers = [clerk.get(page) for page in pages(run)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 403, 200, 200]
    text = "".join(answer.content.decode() for answer in answers)
    assert "1,200 / 34" in text
    for secret in SECRETS:
        assert secret not in text


def of_words(model: type[models.Model]) -> list["models.Field[Any, Any]"]:
    kinds = (models.CharField, models.TextField, models.JSONField)
    return [field for field in model._meta.get_fields() if isinstance(field, kinds) and not field.choices]


def test_no_field_of_words_is_shown_unless_it_was_thought_of(clerk: Client, run: Run) -> None:
    """Every field of the table that can hold words gets some; a new one is among them without anybody's doing."""
    values: dict[str, Any] = {}
    for field in of_words(Run):
        word = f"word-{field.name}-word"
        values[field.name] = {"it": word} if isinstance(field, models.JSONField) else word[: field.max_length]
    values |= {"rates": [], "left_out": [], "usage": None, "estimate_usd": "1", "computed_usd": "1", "billed_usd": "1"}
    Run.objects.filter(pk=run.pk).update(**values)
    texts = "".join(clerk.get(f"/admin/playground/run/{tail}").content.decode() for tail in ("", f"{run.pk}/change/"))
    for name in values:
        assert (f"word-{name}-word" in texts) <= (name in FIGURES), name
    assert "word-served_provider-word" in texts


def test_what_holds_words_is_hidden_by_default() -> None:
    hidden = hidden_fields(Run) | hidden_fields(Prompt)
    assert {"text", "reasoning", "rest", "request", "tool_calls", "error_body", "messages", "note", "labels"} <= hidden
    assert hidden >= {field.name for model in (Run, Prompt) for field in of_words(model)} - FIGURES
    assert {field.name for field in of_words(Run)} >= FIGURES, "FIGURES names a field that is gone"


@pytest.mark.parametrize("private", [Label, Share, Image, Recording])
def test_what_is_private_has_no_page(private: type[models.Model]) -> None:
    assert not admin.site.is_registered(private)


@pytest.mark.parametrize(
    "guess",
    [
        "run/?text__startswith=arr",
        "run/?prompt__text__contains=moon",
        "prompt/?text__contains=moon",
        "run/?request__contains=m",
    ],
)
def test_texts_cannot_be_guessed_by_filters(clerk: Client, run: Run, guess: str) -> None:
    assert clerk.get(f"/admin/playground/{guess}").status_code == 400


@pytest.mark.parametrize(
    "offered", ["run/?state__exact=done", "run/?is_rehearsal__exact=0", "prompt/?q=stranger", "run/?q=devstral"]
)
def test_the_filters_on_offer_work(clerk: Client, run: Run, offered: str) -> None:
    response = clerk.get(f"/admin/playground/{offered}")
    assert response.status_code == 200
    assert response.context["cl"].result_count == 1


@pytest.mark.parametrize("table", ["run", "prompt", "hold"])
def test_nobody_adds_changes_or_deletes(signed_in: Client, run: Run, table: str) -> None:
    pk = {"run": run.pk, "prompt": run.prompt_id, "hold": run.hold.pk}[table]
    base = f"/admin/playground/{table}/"
    assert signed_in.get(f"{base}add/").status_code == 403
    assert signed_in.post(f"{base}{pk}/change/", {"text": "x"}).status_code == 403
    assert signed_in.post(f"{base}{pk}/delete/", {"post": "yes"}).status_code == 403
    assert 'name="_save"' not in signed_in.get(f"{base}{pk}/change/").content.decode()


def test_a_budget_is_written_in_dollars_and_kept_exactly(signed_in: Client) -> None:
    url = "/admin/playground/budget/add/"
    assert signed_in.post(url, {"period": "day", "limit_usd": "5.000000000001"}).status_code == 302
    budget = Budget.objects.get()
    assert budget.limit == 5_000_000_000_001
    page = signed_in.get(f"/admin/playground/budget/{budget.pk}/change/")
    assert Decimal(page.context["adminform"].form["limit_usd"].value()) == Decimal("5.000000000001")
    assert "$5.000000000001" in signed_in.get("/admin/playground/budget/").content.decode()


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ("-1", "A limit cannot be negative."),
        ("9000000.01", "less than or equal to 9000000"),
        ("0.0000000000001", "no more than 12 decimal places"),
        ("NaN", "Enter a number."),
        ("", "This field is required."),
    ],
)
def test_slips_of_a_budget_are_refused(signed_in: Client, limit: str, words: str) -> None:
    response = signed_in.post("/admin/playground/budget/add/", {"period": "day", "limit_usd": limit})
    assert words in response.content.decode()
    assert not Budget.objects.exists()


def test_one_budget_for_each_user_and_period(signed_in: Client) -> None:
    Budget.objects.create(period="day", limit=10**12)
    response = signed_in.post("/admin/playground/budget/add/", {"period": "day", "limit_usd": "2"})
    assert "Site, per day has a limit already. Change that one." in response.content.decode()
    assert signed_in.post("/admin/playground/budget/add/", {"period": "month", "limit_usd": "2"}).status_code == 302


class TestSettlingByHand:
    URL = "/admin/playground/hold/"

    @pytest.fixture
    def hold(self, run: Run) -> Hold:
        Run.objects.filter(pk=run.pk).update(state=State.INTERRUPTED, reconciliation=Reconciliation.WAITING)
        return run.hold

    def post(self, client: Client, *holds: Hold, **changes: str) -> Any:
        form = {"action": "settle", "_selected_action": [hold.pk for hold in holds]} | changes
        return client.post(self.URL, form, follow=True)

    def test_it_asks_for_an_amount_and_a_reason_first(self, signed_in: Client, hold: Hold) -> None:
        page = self.post(signed_in, hold).content.decode()
        assert "Amount in USD" in page
        assert "$0.00456" in page
        hold.refresh_from_db()
        assert hold.settled_at is None

    def test_it_books_once_and_logs_who_and_why(self, signed_in: Client, owner: Any, hold: Hold) -> None:
        sent = {"apply": "yes", "amount": "0.004000000001", "reason": "Read on the invoice"}
        assert "1 hold settled at $0.004000000001." in self.post(signed_in, hold, **sent).content.decode()
        hold.refresh_from_db()
        assert (hold.spent, hold.run.cost) == (4_000_000_001, 4_000_000_001)
        assert hold.run.reconciliation == Reconciliation.UNRECONCILED
        entry = LogEntry.objects.get()
        assert (entry.user, entry.object_id) == (owner, str(hold.pk))
        assert "Settled at $0.004000000001: Read on the invoice" in entry.get_change_message()
        page = self.post(signed_in, hold, **(sent | {"amount": "9"})).content.decode()
        assert "1 left as it was: settled already, or the run is not over." in page
        hold.refresh_from_db()
        assert hold.spent == 4_000_000_001
        assert LogEntry.objects.count() == 1

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"amount": "-1"}, "A cost cannot be negative."),
            ({"amount": "0.0000000000001"}, "no more than 12 decimal places"),
            ({"amount": ""}, "This field is required."),
            ({"reason": " "}, "This field is required."),
        ],
    )
    def test_slips_change_nothing(self, signed_in: Client, hold: Hold, changes: dict[str, str], words: str) -> None:
        sent = {"apply": "yes", "amount": "1", "reason": "because"} | changes
        assert words in self.post(signed_in, hold, **sent).content.decode()
        hold.refresh_from_db()
        assert hold.settled_at is None

    def test_a_run_that_is_not_over_is_left_alone(self, signed_in: Client, hold: Hold) -> None:
        Run.objects.update(state=State.STREAMING)
        assert "its run is not over" in self.post(signed_in, hold).content.decode()
        self.post(signed_in, hold, apply="yes", amount="1", reason="because")
        hold.refresh_from_db()
        assert hold.settled_at is None

    def test_only_who_may_change_holds(self, client: Client, hold: Hold) -> None:
        user = get_user_model().objects.create_user("reader", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename="view_hold"))
        client.force_login(user, backend=BACKEND)
        assert 'value="settle"' not in client.get(self.URL).content.decode()
        self.post(client, hold, apply="yes", amount="0", reason="because")
        hold.refresh_from_db()
        assert hold.settled_at is None

    def test_a_clerk_with_the_right_sees_no_text(self, clerk: Client, hold: Hold) -> None:
        page = self.post(clerk, hold).content.decode()
        assert "Devstral 2 2512" in page
        for secret in SECRETS:
            assert secret not in page


class TestBudgetList:
    URL = "/admin/playground/budget/"
    CENT = 10**10

    def hold(self, user: Any, amount: int, spent: int | None, days_ago: int = 0) -> None:
        """A hold in cents."""
        prompt = Prompt.objects.create(user=user, key=str(Prompt.objects.count()))
        Hold.objects.create(
            run=Run.objects.create(prompt=prompt, model_public_id="a/b", state=State.DONE),
            user=user,
            amount=amount * self.CENT,
            spent=None if spent is None else spent * self.CENT,
            day=date(2026, 11, 21) - timedelta(days=days_ago),
            expires_at=timezone.now(),
        )

    def budgets(self, *users: Any) -> list[Budget]:
        return [
            Budget.objects.create(user=user, period=period, limit=limit * self.CENT)
            for user in users
            for period, limit in (("day", 50), ("month", 100))
        ]

    def test_by_hand(self, owner: Any, stranger: Any) -> None:
        self.hold(owner, 10, 3)
        self.hold(owner, 20, None)
        self.hold(owner, 50, 40, days_ago=20)  # the first of November
        self.hold(owner, 60, None, days_ago=21)  # of October: it counts against no budget of now
        self.hold(stranger, 10, 70)
        found = ledger.standings_of(self.budgets(owner, stranger, None), date(2026, 11, 21))
        told = [(each.spent // self.CENT, each.held // self.CENT, each.left // self.CENT) for each in found.values()]
        assert told == [
            (3, 20, 27),  # 50 - 3 - 20
            (43, 20, 37),  # 100 - (3 + 40) - 20
            (70, 0, 0),
            (70, 0, 30),  # 100 - 70
            (73, 20, 0),  # of the site: 3 + 70
            (113, 20, 0),  # 3 + 40 + 70
        ]
        assert [each.unforeseen // self.CENT for each in found.values()] == [0, 0, 60, 60, 60, 60]
        # the same as the person is told
        own = ledger.standings(owner, date(2026, 11, 21))
        assert len(own) == 4
        assert [found[each.budget.pk] for each in own] == own

    def test_what_is_spent_held_and_left_stands_beside_each_limit(
        self, signed_in: Client, owner: Any, stranger: Any
    ) -> None:
        Hold.objects.all().delete()
        for user, amount, spent in ((owner, 10, 3), (owner, 20, None), (stranger, 10, 70)):
            self.hold(user, amount, spent)
        Hold.objects.update(day=timezone.now().date())
        self.budgets(owner, stranger)
        page = signed_in.get(self.URL).content.decode()
        cells = re.findall(r'<td class="field-(?:limit_in_usd|spent|held|left)[^"]*">([^<]*)</td>', page)
        assert [cells[place : place + 4] for place in range(0, 16, 4)] == [
            ["$0.50", "$0.03", "$0.20", "$0.27"],
            ["$1.00", "$0.03", "$0.20", "$0.77"],
            ["$0.50", "$0.70", "$0", "over by $0.20"],
            ["$1.00", "$0.70", "$0", "$0.30"],
        ]

    def test_queries_do_not_grow_with_budgets(self, signed_in: Client, owner: Any) -> None:
        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                assert signed_in.get(self.URL).status_code == 200
            return len(captured)

        self.budgets(owner, None)
        self.hold(owner, 10, 3)
        queries()
        few = queries()
        for number in range(5):
            user = get_user_model().objects.create_user(f"user-{number}")
            self.budgets(user)
            self.hold(user, 10, 3)
        assert queries() == few


class TestSeveralBudgets:
    URL = "/admin/playground/budget/several/"

    def test_the_same_for_all_of_them(self, signed_in: Client, owner: Any, stranger: Any) -> None:
        Budget.objects.create(user=owner, period="day", limit=1)
        Budget.objects.create(user=owner, period="month", limit=1)
        assert "The same for several people" in signed_in.get("/admin/playground/budget/").content.decode()
        assert "stranger" in signed_in.get(self.URL).content.decode()
        sent = {"users": [owner.pk, stranger.pk], "period": "day", "limit_usd": "2.5"}
        page = signed_in.post(self.URL, sent, follow=True).content.decode()
        assert "2 people now have $2.50 per day." in page
        limits = set(Budget.objects.values_list("user__username", "period", "limit"))
        assert limits == {
            ("owner", "day", 2_500_000_000_000),
            ("stranger", "day", 2_500_000_000_000),
            ("owner", "month", 1),
        }
        assert LogEntry.objects.count() == 2

    def test_for_one_of_them(self, signed_in: Client, stranger: Any) -> None:
        sent = {"users": [stranger.pk], "period": "day", "limit_usd": "3"}
        page = signed_in.post(self.URL, sent, follow=True).content.decode()
        assert "1 person now has $3.00 per day." in page

    def test_slips(self, signed_in: Client, stranger: Any) -> None:
        sent = {"users": [stranger.pk], "period": "day", "limit_usd": "-1"}
        response = signed_in.post(self.URL, sent)
        assert response.status_code == 422
        assert "A limit cannot be negative." in response.content.decode()
        assert not Budget.objects.exists()

    def test_only_who_may_give_budgets(self, client: Client, stranger: Any) -> None:
        user = get_user_model().objects.create_user("reader", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename="view_budget"))
        client.force_login(user, backend=BACKEND)
        assert client.post(self.URL, {"users": [stranger.pk], "period": "day", "limit_usd": "1"}).status_code == 403
        assert "The same for several people" not in client.get("/admin/playground/budget/").content.decode()
        assert not Budget.objects.exists()


class TestHouse:
    URL = "/admin/playground/house/"

    def test_the_list_leads_to_the_form_of_the_one_row(self, signed_in: Client) -> None:
        for _ in range(2):
            page = signed_in.get(self.URL, follow=True)
            house = House.objects.get()
            assert page.redirect_chain == [(f"{self.URL}{house.pk}/change/", 302)]
        assert (house.is_open, house.notice, house.retention_days) == (True, "", None)  # as without a row
        text = page.content.decode()
        assert "The playground is on" in text
        assert "Answers that are coming at that moment come to their end and are billed" in text
        assert f'href="{self.URL}"' in signed_in.get("/admin/").content.decode()

    def test_a_row_of_another_number_is_the_one(self, signed_in: Client) -> None:
        House.objects.create(pk=7, is_open=False)
        assert signed_in.get(self.URL).url == f"{self.URL}7/change/"
        assert House.objects.count() == 1

    def test_one_row_that_turns_it_off(self, signed_in: Client) -> None:
        form = signed_in.get(self.URL).url
        page = signed_in.post(form, {"notice": "Back on Monday."}, follow=True).content.decode()
        assert "was changed successfully" in page
        house = House.objects.get()
        assert (house.is_open, house.notice) == (False, "Back on Monday.")
        assert signed_in.get(f"{self.URL}add/").status_code == 403
        assert signed_in.post(f"{self.URL}{house.pk}/delete/", {"post": "yes"}).status_code == 403
        signed_in.post(f"{self.URL}{house.pk}/change/", {"is_open": "on", "retention_days": "30"})
        house.refresh_from_db()
        assert (house.is_open, house.retention_days) == (True, 30)

    def test_only_who_may(self, client: Client) -> None:
        user = get_user_model().objects.create_user("reader", is_staff=True)
        client.force_login(user, backend=BACKEND)
        assert client.get(self.URL).status_code == 403
        assert not House.objects.exists()
        user.user_permissions.set(Permission.objects.filter(codename="view_house"))
        form = client.get(self.URL).url
        assert client.post(form, {}).status_code == 403
        assert House.objects.get().is_open is True
        user.user_permissions.set(Permission.objects.filter(codename="change_house"))
        assert client.post(form, {}).status_code == 302
        assert House.objects.get().is_open is False
