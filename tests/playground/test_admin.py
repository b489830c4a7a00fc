"""The playground in the admin: nobody changes a run, only superusers read texts, and budgets are exact."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from playground.models import Budget, Hold, Prompt, Run, State
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
