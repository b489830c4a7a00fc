"""The board through the client: its bills, where it leads on to, and what it came to."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from playground import ledger
from playground.board import columns, summary
from playground.models import Prompt, Reconciliation, Run, State
from tests.playground.boards import board_html, ended, failed, opened
from tests.playground.builders import FOUR

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]
AGAIN = '<form class="again"'


@pytest.fixture
def prompt(owner: Any) -> Prompt:
    return opened(owner, parameters={"max_tokens": 2000, "structured_outputs": True})


def page_of(client: Client, prompt: Prompt) -> str:
    response = client.get(prompt.get_absolute_url())
    assert response.status_code == 200
    return board_html(" ".join(response.content.decode().split()))


class TestBill:
    def test_line_by_line(self, signed_in: Client, prompt: Prompt) -> None:
        ended(prompt.runs.get(), billed_usd="0.005", served_provider="Somebody")
        page = page_of(signed_in, prompt)
        for words in ("6,000", "4,000", "1,000", "$0.003", "$0.0002", "$0.0015", "$0.0047", "$0.005", "An answer."):
            assert words in page
        assert "Billed $0.0003 more than computed" in page
        assert 'As billed</th><td class="num">$5.00 per 1,000</td>' in page
        assert "<dt>Served by</dt><dd>Somebody</dd>" in page
        assert "<dt>Left out</dt><dd>structured_outputs</dd>" in page

    def test_a_thousand_such_as_computed_where_nobody_billed(self, signed_in: Client, prompt: Prompt) -> None:
        ended(prompt.runs.get())
        assert 'As computed</th><td class="num">$4.70 per 1,000</td>' in page_of(signed_in, prompt)

    def test_an_unknown_cost_is_not_zero(self, signed_in: Client, prompt: Prompt) -> None:
        ended(prompt.runs.get(), State.INTERRUPTED, None, usage=None, computed_usd="", error=ledger.INTERRUPTED)
        page = page_of(signed_in, prompt)
        assert "not known" in page
        assert "stays held" in page
        assert "$0.00<" not in page
        assert "$0<" not in page

    def test_more_than_the_worst_case_is_marked(self, signed_in: Client, prompt: Prompt) -> None:
        ended(prompt.runs.get(), billed_usd="9")
        assert "billed more than the worst case" in page_of(signed_in, prompt)

    def unknown(self, prompt: Prompt, **fields: Any) -> None:
        ended(prompt.runs.get(), State.STOPPED, None, usage=None, computed_usd="", error="Stopped.")
        Run.objects.update(**fields)

    def test_while_the_cost_is_being_asked_for(self, signed_in: Client, prompt: Prompt) -> None:
        at = timezone.now() + timedelta(seconds=5)
        self.unknown(prompt, reconciliation=Reconciliation.WAITING, reconcile_at=at)
        page = page_of(signed_in, prompt)
        assert "The upstream reported no usage, so the cost is not known." in page
        assert f"Asking the upstream what it cost. Next try at {at:%H:%M:%S} UTC." in page
        assert "stays held until then" in page
        assert f'hx-get="/playground/{prompt.pk}/runs/{prompt.runs.get().pk}/now?ended=1"' in page

    def test_what_was_learnt_afterwards(self, signed_in: Client, prompt: Prompt) -> None:
        self.unknown(prompt, reconciliation=Reconciliation.RECONCILED, billed_usd="0.00012")
        page = page_of(signed_in, prompt)
        assert "The cost was learnt afterwards, from the upstream’s own record." in page
        assert "<strong>$0.00012</strong>" in page
        assert "not known" not in page

    def test_what_will_not_be_learnt(self, signed_in: Client, prompt: Prompt) -> None:
        self.unknown(prompt, reconciliation=Reconciliation.UNRECONCILED)
        page = page_of(signed_in, prompt)
        assert "The upstream did not tell what it cost. $" in page
        assert "stays held." in page
        assert 'hx-trigger="load delay' not in page


class TestBoard:
    def test_a_running_board_attaches_and_a_finished_one_does_not(self, signed_in: Client, prompt: Prompt) -> None:
        assert f'sse-connect="/playground/{prompt.pk}/events"' in page_of(signed_in, prompt)
        ended(prompt.runs.get())
        assert "sse-connect" not in page_of(signed_in, prompt)

    def test_where_to_go_on(self, signed_in: Client, owner: Any) -> None:
        prompt = opened(owner, *FOUR[:3])
        first, second, third = prompt.runs.all()
        ended(first)
        ended(second)
        page = page_of(signed_in, prompt)
        assert f'<a class="button small" href="/playground/?from={prompt.pk}">Duplicate and edit</a>' in page
        assert page.count("?continue=") == 2
        assert f"?continue={prompt.pk}" not in page  # not before all have ended
        failed(third, "No.")
        page = page_of(signed_in, prompt)
        assert f'<a class="button small" href="/playground/?continue={prompt.pk}">Continue all</a>' in page
        assert f'<a class="button small" href="/playground/?continue={first.pk}">Continue<' in page
        assert f"?continue={third.pk}" not in page

    def test_texts_that_were_not_to_be_kept(self, signed_in: Client, owner: Any) -> None:
        prompt = opened(owner, is_stored=False)
        assert "This prompt is not stored: once its runs are over" in page_of(signed_in, prompt)
        ended(prompt.runs.get(), text="")
        Prompt.objects.update(messages=[], text="", purged_at=timezone.now())
        page = page_of(signed_in, prompt)
        assert "were removed as was asked. What they cost stays here." in page
        assert "This text was not kept." in page
        assert "$0.0047" in page
        for link in ("?from=", "?continue=", AGAIN):
            assert link not in page

    def test_texts_that_the_retention_removed(self, signed_in: Client, prompt: Prompt) -> None:
        ended(prompt.runs.get(), text="")
        Prompt.objects.update(messages=[], text="", purged_at="2026-11-20T10:00:00Z")
        page = page_of(signed_in, prompt)
        assert "were removed on Nov 20, 2026." in page
        assert "This text was removed." in page

    def test_two_markets_of_one_model_have_two_names(self, signed_in: Client, prompt: Prompt) -> None:
        Run.objects.update(offer=f"{FOUR[0]}@mistral")
        assert ">Mistral Large 3 2512 at Mistral’s own API</a>" in page_of(signed_in, prompt)

    def test_queries_do_not_grow_with_the_models(self, signed_in: Client, owner: Any) -> None:
        def queries(*model_ids: str, **fields: Any) -> int:
            prompt = opened(owner, *model_ids, key=f"{len(model_ids)}{len(fields)}")
            for run in prompt.runs.all():
                failed(run, "No.", **fields)
            with CaptureQueriesContext(connection) as captured:
                page_of(signed_in, prompt)
            return len(captured)

        assert queries(FOUR[0]) == queries(*FOUR)
        gone = {"error_status": 404, "error_body": '{"error": {"availability": {"fallback_models": ["a/b"]}}}'}
        assert queries(FOUR[0], **gone) == queries(*FOUR, **gone)


class TestSummary:
    """The board summed up, by hand."""

    def board(self, owner: Any, *costs: str | None) -> list[Run]:
        prompt = opened(owner, *FOUR[: len(costs)])
        for run, cost in zip(prompt.runs.all(), costs, strict=True):
            spent = None if cost is None else Decimal(cost)
            ledger.settle(run.pk, ledger.Outcome(State.DONE, {"computed_usd": cost or ""}, spent))
        return list(Run.objects.filter(prompt=prompt).select_related("hold", "prompt"))

    def test_all_known(self, owner: Any) -> None:
        # 0.0047 + 0.0188 + 0.0188 + 0.00456 = 0.04686; 0.0188 / 0.00456 = 4.12...
        said = summary(self.board(owner, "0.0047", "0.0188", "0.0188", "0.00456"))
        assert said == (
            "All together this cost $0.04686. Cheapest: Devstral 2 2512. Mistral Large 2411 cost 4.1× as much."
        )

    def test_one_unknown_is_named_and_not_added_as_zero(self, owner: Any) -> None:
        said = summary(self.board(owner, "0.0047", None))
        assert said == "All together this cost $0.0047. 1 of 2 costs is not known."

    def test_none_while_something_runs(self, owner: Any) -> None:
        assert summary(opened(owner).runs.all()) == ""

    def test_markdown_is_rendered_without_images_or_markup(self, owner: Any) -> None:
        run = self.board(owner, "0.1")[0]
        run.text = (
            "**bold** <b>raw</b> ![pixel](https://example.com/x.png) [link](javascript:alert(1))\n\n<div hx-get='/'>"
        )
        (column,) = columns([run])
        assert "<strong>bold</strong>" in column.rendered
        assert "<img" not in column.rendered
        assert "<b>" not in column.rendered
        assert "javascript:" not in column.rendered.replace("[link](javascript:alert(1))", "")
        assert "<div" not in column.rendered
