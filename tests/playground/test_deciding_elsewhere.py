"""What a run would have cost on other models: amounts and multiples by hand, today's price beside the day's, what is left out."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from catalog.models import Modality
from playground import elsewhere, sharing
from playground.models import Prompt, Run, State
from tests.factories import make_listing, make_model, make_period
from tests.playground.boards import ended, failed
from tests.playground.builders import budget
from tests.playground.running import opened, priced

pytestmark = [pytest.mark.django_db]
NOW = datetime.now(UTC)
TODAY = NOW.date()
USAGE = {"prompt_tokens": 100_000, "completion_tokens": 10_000}  # on `priced`: $0.05 + $0.015


def sold(slug: str, input: str | None, output: str | None, **fields: Any) -> None:
    make_period(make_listing(make_model(slug, **fields)), input, output)


def asked(owner: Any, *models: Any, days_ago: int = 0, **changes: Any) -> Run:
    """A finished run of the first model, of a prompt sent to all of them."""
    if not owner.budgets.exists():
        budget(owner, "500")
    prompt = opened(owner, *models, **changes)
    for run in prompt.runs.all():
        ended(run, spent="0.065", usage=USAGE, computed_usd="0.065")
    at = NOW - timedelta(days=days_ago)
    Run.objects.filter(prompt=prompt).update(created_at=at, started_at=at)
    return Run.objects.select_related("prompt", "hold").get(prompt=prompt, position=0)


def address(run: Run) -> str:
    return reverse("playground:elsewhere", args=[run.prompt_id, run.pk])


def rows(page: str) -> list[list[str]]:
    """The table of a page as a person reads it."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        [
            " ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split())
            for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.S)
        ]
        for row in body.split("</tr>")[:-1]
    ]


class TestRows:
    def test_cheapest_first_with_multiples_by_hand(self, owner: Any) -> None:
        sold("cheap", "0.10", "0.30")  # 0.010 + 0.003 = 0.013: a fifth
        sold("dear", "5", "15")  # 0.5 + 0.15 = 0.65: ten times
        sold("free", "0", "0")
        found = elsewhere.elsewhere(asked(owner, priced()), NOW)
        assert found is not None
        assert found.cost == Decimal("0.065")
        assert [(row.name, row.today, row.multiple) for row in found.rows] == [
            ("free", "free", "free"),
            ("cheap", "$0.013", "0.2×"),
            ("model", "$0.065", "1×"),
            ("dear", "$0.65", "10×"),
        ]
        assert [row.name for row in found.rows if row.is_cheapest] == ["free"]
        assert [row.name for row in found.rows if row.is_this] == ["model"]
        assert found.then is None
        assert (found.more, found.left_out) == (0, [])

    def test_the_price_of_the_day_of_the_run_beside_todays(self, owner: Any) -> None:
        model = make_model("moved")
        listing = make_listing(model, listed_on=date(2020, 1, 1))
        make_period(listing, "2", "2", starts_on=date(2020, 1, 1), ends_on=TODAY - timedelta(days=3))
        make_period(listing, "1", "1", starts_on=TODAY - timedelta(days=3))
        young = make_model("young", released_on=TODAY)
        make_period(make_listing(young, listed_on=TODAY), "9", "9", starts_on=TODAY)
        found = elsewhere.elsewhere(asked(owner, priced(), days_ago=10), NOW)
        assert found is not None
        assert found.then == TODAY - timedelta(days=10)
        assert [(row.name, row.today, row.then) for row in found.rows] == [
            ("model", "$0.065", "$0.065"),
            ("moved", "$0.11", "$0.22"),  # 0.11 million tokens at $1 and at $2
            ("young", "$0.99", "—"),
        ]

    def test_what_has_no_exact_price_is_told_apart(self, owner: Any) -> None:
        sold("half-known", "0.10", "")
        sold("unknown", "", "")
        make_listing(make_model("without-a-period"))
        make_period(make_listing(make_model("gone"), delisted_on=TODAY - timedelta(days=1)), "1", "1")
        embeddings = make_model("embeddings")
        embeddings.output_modalities.add(Modality.objects.get_or_create(slug="vector", defaults={"name": "Vector"})[0])
        make_period(make_listing(embeddings), "0.01", "0")
        found = elsewhere.elsewhere(asked(owner, priced()), NOW)
        assert found is not None
        assert [row.name for row in found.rows] == ["model"]
        assert [(each.why, each.count, each.names, each.more) for each in found.left_out] == [
            ("that nobody sells today", 1, "gone", 0),
            ("whose price is not known", 2, "unknown, without-a-period", 0),
            ("whose price is known only in part", 1, "half-known", 0),
        ]

    def test_rows_are_bounded_and_the_board_is_always_among_them(
        self, owner: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(elsewhere, "MOST_ROWS", 2)
        for number in range(5):
            sold(f"cheap-{number}", "0.10", f"0.{number}0")
        this, other = priced("this"), priced("other")
        found = elsewhere.elsewhere(asked(owner, this, other), NOW)
        assert found is not None
        assert [row.name for row in found.rows] == ["cheap-0", "cheap-1", "other", "this"]
        assert [row.is_on_board for row in found.rows] == [False, False, True, True]
        assert found.more == 3

    def test_a_model_that_is_gone_keeps_the_row_of_its_own_run(self, owner: Any) -> None:
        model = priced()
        run = asked(owner, model, days_ago=3)
        model.listings.update(delisted_on=TODAY - timedelta(days=1))
        found = elsewhere.elsewhere(run, NOW)
        assert found is not None
        assert [(row.name, row.is_this, row.note, row.is_cheapest) for row in found.rows] == [
            ("model", True, "Last price.", False)
        ]

    def test_tokenizers_that_count_alike(self, owner: Any) -> None:
        sold("alike", "1", "1", tokenizer="tekken-v3")
        sold("other", "2", "2", tokenizer="tekken-v7")
        sold("unsaid", "3", "3")
        model = priced()
        model.tokenizer = "tekken-v3"
        model.save()
        found = elsewhere.elsewhere(asked(owner, model), NOW)
        assert found is not None
        assert {row.name: row.tokenizer for row in found.rows} == {
            "model": "this run’s own",
            "alike": "the same",
            "other": "another",
            "unsaid": "not known",
        }

    def test_cached_and_reasoned_tokens_are_priced_as_such(self, owner: Any) -> None:
        make_period(make_listing(make_model("caching")), "1", "2", "0.10")
        usage = {
            "prompt_tokens": 100_000,
            "completion_tokens": 10_000,
            "prompt_tokens_details": {"cached_tokens": 60_000},
        }
        run = asked(owner, priced())
        Run.objects.filter(pk=run.pk).update(usage=usage)
        run.refresh_from_db()
        found = elsewhere.elsewhere(run, NOW)
        assert found is not None
        # 0.04 x $1 + 0.06 x $0.10 + 0.01 x $2 = 0.040 + 0.006 + 0.020; the other lists no cache: 0.05 + 0.015
        assert {row.name: row.today for row in found.rows} == {"caching": "$0.066", "model": "$0.065"}

    def test_an_unknown_cost_has_no_multiples(self, owner: Any) -> None:
        run = asked(owner, priced())
        Run.objects.filter(pk=run.pk).update(computed_usd="", cost=None)
        run.hold.spent = None
        run.hold.settled_at = None
        run.hold.save()
        run = Run.objects.select_related("prompt", "hold").get(pk=run.pk)
        found = elsewhere.elsewhere(run, NOW)
        assert found is not None
        assert found.cost is None
        assert [row.multiple for row in found.rows] == [""]

    def test_queries_do_not_grow_with_models_or_runs(
        self, owner: Any, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        run = asked(owner, priced(), days_ago=5)
        for number in range(3):
            with django_assert_num_queries(7 if not number else 6):  # the models of a prompt are remembered
                elsewhere.elsewhere(run, NOW)
            with django_assert_num_queries(2):  # nothing has changed since: the versions alone
                elsewhere.elsewhere(run, NOW)
            for more in range(5):
                sold(f"model-{number}-{more}", "1", "2")


@pytest.mark.parametrize(
    ("amount", "paid", "words"),
    [
        ("10", "1", "10×"),
        ("1.03", "1", "1.03×"),
        ("1", "1", "1×"),
        ("0.999", "1", "0.99×"),
        ("0.314", "1", "0.31×"),
        ("0.2", "1", "0.2×"),
        ("0.00421", "1", "0.0042×"),
        ("0", "1", "free"),
        ("1", "0", ""),
    ],
)
def test_times(amount: str, paid: str, words: str) -> None:
    assert elsewhere.times(Decimal(amount), Decimal(paid)) == words


class TestPage:
    def test_what_a_person_reads(self, signed_in: Client, owner: Any) -> None:
        sold("dear", "5", "15")
        run = asked(owner, priced(), days_ago=4)
        page = signed_in.get(address(run)).content.decode()
        assert "What this would have cost on every other model" in page
        assert "read them as what the same tokens cost, not as a forecast" in page
        assert rows(page) == [
            ["model mistralai/model", "$0.065", "1×", "$0.065", "this run’s own", "This run."],
            ["dear mistralai/dear", "$0.65", "10×", "$0.65", "not known", ""],
        ]
        assert "/costs/?prompt_tokens=100000&amp;cached_tokens=0&amp;completion_tokens=10000" in page

    def test_a_bill_that_differs_from_the_catalog_says_both(self, signed_in: Client, owner: Any) -> None:
        run = asked(owner, priced())
        Run.objects.filter(pk=run.pk).update(billed_usd="0.13")
        page = signed_in.get(address(run)).content.decode()
        assert "$0.13" in page
        assert "$0.065 by the catalog" in page
        assert rows(page)[0][2] == "0.5×"

    def test_more_than_the_table_holds(self, signed_in: Client, owner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(elsewhere, "MOST_ROWS", 1)
        run = asked(owner, priced())
        sold("dear", "5", "15")
        page = " ".join(signed_in.get(address(run)).content.decode().split())
        assert "those of this board; 1 more stands on <a" in page

    @pytest.mark.parametrize(
        ("state", "sentence"),
        [(State.FAILED, "This run reported no token counts"), (State.STREAMING, "This answer is still coming.")],
    )
    def test_without_a_usage_a_sentence(self, signed_in: Client, owner: Any, state: State, sentence: str) -> None:
        budget(owner, "500")
        prompt = opened(owner, priced())
        if state is State.FAILED:
            failed(prompt.runs.get(), "No.")
        assert sentence in signed_in.get(address(prompt.runs.get())).content.decode()

    def test_a_blind_board_keeps_its_secret(self, signed_in: Client, owner: Any) -> None:
        run = asked(owner, priced("model-a"), priced("model-b"), is_blind=True)
        page = signed_in.get(address(run)).content.decode()
        assert "Shown with the names." in page
        assert "0.065" not in page
        assert "model-a" not in page

    def test_nobody_elses(self, client: Client, owner: Any, stranger: Any) -> None:
        run = asked(owner, priced())
        assert client.get(address(run)).status_code == 302
        client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get(address(run)).status_code == 404

    def test_a_name_of_a_model_is_text(self, signed_in: Client, owner: Any) -> None:
        sold("evil", "1", "1", name="<b hx-get=/x>Evil</b>")
        page = signed_in.get(address(asked(owner, priced()))).content.decode()
        assert "<b hx-get" not in page
        assert "&lt;b hx-get" in page


def test_the_shared_page_has_no_private_link(client: Client, owner: Any) -> None:
    run = asked(owner, priced())
    share = sharing.share(Prompt.objects.get(pk=run.prompt_id), None)
    page = client.get(reverse("playground:shared", args=[share.token])).content.decode()
    assert "As a workload, 1,000 a day" in page
    assert "/elsewhere" not in page
