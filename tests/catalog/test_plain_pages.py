"""The catalog as plain text: a model's page as Markdown, and /llms.txt, which lists the pages."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from markdown_it import MarkdownIt

from catalog import llms
from catalog.models import Absence, LanguageModel, Modality, Observation
from tests.factories import (
    make_alias,
    make_listing,
    make_market,
    make_model,
    make_parameter,
    make_period,
    make_priced,
    make_rate,
    make_source,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.now().date()
NASTY = "A | [b](https://evil.example) `c` <script>x</script>\n\n# d"


def markdown(client, name: str = "a") -> str:
    response = client.get(f"/models/mistralai/{name}.md")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/markdown; charset=utf-8"
    return response.content.decode()


def section(page: str, title: str) -> str:
    """The lines under a heading, up to the next one of its level."""
    return page.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


class TestModelPage:
    def test_it_opens_with_what_it_is_and_where_it_stands(self, client):
        successor = make_model("next", "The next")
        make_priced("a", name="Large", summary="One sentence.", deprecated_on=date(2026, 1, 5), replacement=successor)
        page = markdown(client)
        assert page.startswith("# Large\n\n> One sentence.\n\n- Id: `mistralai/a`\n- Vendor: Mistral AI\n")
        assert f"- Status on {TODAY}: Deprecated\n- Released by its vendor: 2025-12-01\n" in page
        assert "- Deprecated by its vendor: 2026-01-05\n- Replacement: The next, `mistralai/next`\n" in page
        assert "- Page: [for people](http://testserver/models/mistralai/a/)\n" in page

    @pytest.mark.parametrize(
        ("days", "words"), [(12, "Retires in 12 days"), (1, "Retires tomorrow"), (-1, "Retired"), (4000, "Active")]
    )
    def test_a_retirement_is_told_in_days(self, client, days, words):
        make_priced("a", retires_on=TODAY + timedelta(days=days), replacement_name="Something [else]")
        page = markdown(client)
        assert f"- Status on {TODAY}: {words}\n" in page
        assert f"- {'Retires' if days > 0 else 'Retired'} by its vendor: {TODAY + timedelta(days=days)}\n" in page
        assert "- Replacement, as its vendor names it: Something \\[else\\]\n" in page

    def test_each_fact_with_its_source_and_day_and_who_says_otherwise(self, client):
        model = make_priced("a", licence="Apache 2.0", licence_url="https://licence.example/2.0")
        docs = make_source("docs", "The | docs")
        docs.url = "https://docs.example/"
        docs.save()
        for value, differs in (("Apache 2.0", False), ("MIT", True)):
            Observation.objects.create(
                model=model, field="licence", value=value, source=docs, observed_on=date(2026, 2, 3), differs=differs
            )
        source = "[The \\| docs](https://docs.example/), 2026-02-03"
        assert (
            f"| Licence | [Apache 2.0](https://licence.example/2.0) | {source}; {source} says otherwise: MIT |"
            in section(markdown(client), "Facts")
        )

    def test_prices_today_with_their_terms_and_their_history(self, client):
        listing = make_listing(make_model("a"))
        make_period(listing, "2.00", "6.00", ends_on=date(2026, 1, 1))
        period = make_period(listing, "0.50", "1.50", "0.05", starts_on=date(2026, 1, 1))
        make_rate(period, "input", "1.00", over_prompt_tokens=128_000)
        page = markdown(client)
        today = section(page, f"Prices on {TODAY}")
        assert "### OpenRouter, `mistralai/a`, in USD\n\nSince 2026-01-01, as The page, 2025-12-01.\n" in today
        assert "| Input | 0.50 | USD per million tokens | always |\n" in today
        assert "| Input | 1.00 | USD per million tokens | above 128,000 prompt tokens |\n" in today
        history = section(page, "Price history")
        assert "| 2026-01-01 | today | 0.50 | 0.05 | 1.50 | The page, 2025-12-01 |  |\n" in history
        assert "| 2025-12-01 | 2026-01-01 | 2.00 | — | 6.00 | The page, 2025-12-01 |  |\n" in history

    def test_a_delisted_model_keeps_its_last_price(self, client):
        listing = make_listing(make_model("a"), delisted_on=date(2026, 2, 1))
        make_period(listing, "2.00", "6.00", ends_on=date(2026, 2, 1))
        page = markdown(client)
        assert f"- Status on {TODAY}: Delisted\n" in page
        assert "Last price, until Feb 1, 2026." in page
        assert "| delisted 2026-02-01 |" in section(page, "Where it is sold")

    def test_a_gap_in_a_listing_is_told(self, client):
        listing, days = make_priced("a").main_listing(), (TODAY, TODAY + timedelta(days=1))
        Absence.objects.create(listing=listing, from_day=days[0], to_day=days[1])
        assert f"| not listed from {days[0]} to {days[1]} |" in section(markdown(client), "Where it is sold")

    def test_parameters_and_other_names(self, client):
        model = make_priced("a")
        make_parameter(model.main_listing(), "temperature", default="0.3", minimum="0", maximum="2", is_required=True)
        make_parameter(model.main_listing(), "max_tokens", is_deprecated=True, replaced_by="max_completion_tokens")
        make_alias(model, "large-latest", note="The vendor’s own.", from_day=date(2026, 1, 2), to_day=date(2026, 3, 4))
        page = markdown(client)
        told = section(page, "Parameters")
        assert "| `temperature` | float | 0.3 | 0 | 2 | required | The page |\n" in told
        assert "| `max_tokens` | float |  |  |  | deprecated for `max_completion_tokens` | The page |\n" in told
        assert "- `large-latest`: from 2026-01-02, until 2026-03-04. The vendor’s own.\n" in section(
            page, "Other names"
        )

    def test_where_nothing_is_known_it_says_so(self, client):
        make_model("a", released_on=None, context_length=None, reads="")
        page = markdown(client)
        assert "No market sells it, as far as is known." in section(page, "Where it is sold")
        assert "No price is known." in section(page, f"Prices on {TODAY}")
        assert "No source says which request parameters it takes." in section(page, "Parameters")
        assert "## Description" not in page

    def test_text_from_the_data_is_text(self, client):
        model = make_priced("a", name=NASTY, summary=NASTY, description=NASTY, family=NASTY, replacement_name=NASTY)
        make_alias(model, NASTY, note=NASTY)
        Observation.objects.create(
            model=model, field="family", value=NASTY, source=make_source("n", NASTY), observed_on=TODAY, differs=True
        )
        make_listing(model, market=make_market("n", NASTY), upstream_id="a|`b", is_main=False)
        rendered = MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown(client))
        assert "<script" not in rendered
        assert "evil.example" not in "".join(re.findall(r'href="[^"]*"', rendered))
        heads = re.findall(r"<h[12]>(.*?)</h[12]>", rendered)
        assert heads[1:] == [
            "Description", "Facts", "Where it is sold", f"Prices on {TODAY}", "Price history", "Parameters", "Other names",
        ]  # fmt: skip
        for row in re.findall(r"<tr>.*?</tr>", rendered, re.DOTALL):
            assert row.count("<t") in (4, 5, 6, 8), row  # the row itself, and its 3, 4, 5 or 7 cells

    def test_another_name_leads_to_the_page_and_an_unknown_one_is_a_sentence(self, client):
        make_alias(make_priced("a"), "large-latest")
        assert client.get("/models/mistralai/large-latest.md")["Location"] == "/models/mistralai/a.md"
        missing = client.get("/models/mistralai/nobody.md")
        assert (missing.status_code, missing["Content-Type"]) == (404, "text/markdown; charset=utf-8")
        assert missing.content.decode().startswith("# Not found\n\nNo model is called mistralai/nobody.")

    def test_an_id_with_a_dot_and_an_end_of_its_own(self, client):
        make_priced("medium-3.1")
        make_priced("notes.md")
        assert markdown(client, "medium-3.1").startswith("# medium-3.1\n")
        assert markdown(client, "notes.md").startswith("# notes.md\n")

    def test_the_number_of_queries_does_not_grow(self, client):
        listing = make_priced("a").main_listing()
        counts = []
        for numbers in (range(3), range(3, 12)):
            for number in numbers:
                day = date(2020, 1, 1 + number)
                make_period(listing, "1.00", "2.00", starts_on=day, ends_on=day + timedelta(days=1))
                make_parameter(listing, f"p{number}")
                make_alias(listing.model, f"alias-{number}")
            with CaptureQueriesContext(connection) as captured:
                markdown(client)
            counts.append(len(captured))
        assert counts[0] == counts[1]

    def test_every_seeded_model_has_one(self, client, seeded):
        for model in LanguageModel.objects.select_related("vendor"):
            page = client.get(f"/models/{model.public_id}.md")
            assert page.status_code == 200, model
            assert page.content.decode().startswith("# ")


class TestLlmsTxt:
    def text(self, client) -> str:
        response = client.get("/llms.txt")
        assert (response.status_code, response["Content-Type"]) == (200, "text/plain; charset=utf-8")
        return response.content.decode()

    def test_it_is_in_the_form_of_llmstxt_org(self, client):
        make_priced("a")
        lines = self.text(client).splitlines()
        assert lines[0] == "# Windrose"
        assert lines[2].startswith("> A catalog of language models:")
        assert (
            f"State of {TODAY}; prices are in US dollars per million tokens, where no other unit is named." in lines[2]
        )
        assert [line for line in lines if line.startswith("## ")] == ["## API", "## Models"]
        for line in lines[3:]:
            assert not line or line.startswith("## ") or re.match(r"- \[.+\]\(http://testserver/\S+\): \S", line), line

    def test_a_model_newest_first_with_where_it_stands_and_what_it_costs(self, client):
        make_listing(make_model("old", "Old", released_on=date(2024, 1, 1)), listed_on=date(2024, 1, 1))
        make_priced("new", "0.50", "1.50", name="New [x]", summary="A | b.", retires_on=TODAY + timedelta(days=3))
        models = section(self.text(client), "Models").strip().splitlines()
        assert models == [
            "- [New \\[x\\]](http://testserver/models/mistralai/new.md): mistralai/new, retires in 3 days, "
            "released 2025-12-01, $0.50 in, $1.50 out. A \\| b.",
            "- [Old](http://testserver/models/mistralai/old.md): mistralai/old, active, released 2024-01-01, "
            "price not known.",
        ]

    def test_what_is_gone_comes_last_and_may_be_left_out(self, client):
        make_priced("here")
        make_priced("retired", retires_on=TODAY)
        make_period(make_listing(make_model("gone"), delisted_on=TODAY), "1.00")
        text = self.text(client)
        assert "mistralai/here, active" in section(text, "Models")
        gone = section(text, "Optional")
        assert "mistralai/gone, delisted, released 2025-12-01, $1.00 in, unknown out." in gone
        assert "mistralai/retired, retired" in gone

    def test_what_writes_no_text_has_no_output_price_to_be_unknown(self, client):
        model = make_model("embed")
        model.output_modalities.add(Modality.objects.create(slug="embeddings", name="Embeddings"))
        make_period(make_listing(model), "0.10")
        assert "mistralai/embed, active, released 2025-12-01, $0.10 in.\n" in self.text(client)

    def test_an_empty_catalog_says_so(self, client):
        assert section(self.text(client), "Models").strip() == "No model is on record."

    def test_a_long_list_is_cut_and_says_so(self, client, monkeypatch):
        monkeypatch.setattr(llms, "MOST_LISTED", 2)
        for number in range(4):
            make_listing(make_model(f"m{number}"), listed_on=date(2025, 1, 1 + number))
        lines = section(self.text(client), "Models").strip().splitlines()
        assert [line[:5] for line in lines] == ["- [m3", "- [m2", "- and"]
        assert lines[2] == "- and 2 older models; the API lists all of them"

    def test_what_lists_every_model_lists_every_model(self, client, seeded):
        [(address, query)] = re.findall(r"\]\(http://testserver(\S+)\): .*; (\?\S+) for every model", self.text(client))
        answer = client.get(address + query).json()
        assert answer["total_count"] == len(answer["data"]) == LanguageModel.objects.count() > 60
        assert len(client.get(address).json()["data"]) < answer["total_count"]

    def test_every_link_answers(self, client, seeded):
        for address in re.findall(r"\]\(http://testserver(/\S+)\)", self.text(client)):
            assert client.get(address).status_code == 200, address

    def test_the_number_of_queries_does_not_grow(self, client):
        counts = []
        for numbers in (range(3), range(3, 20)):
            for number in numbers:
                make_priced(f"m{number}")
            with CaptureQueriesContext(connection) as captured:
                self.text(client)
            counts.append(len(captured))
        assert counts == [6, 6]
