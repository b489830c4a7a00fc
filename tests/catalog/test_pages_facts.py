"""A model's page, as far as it tells where each fact comes from: sources side by side, pins, prices, parameters, providers."""

import html
import re
from datetime import date
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from catalog import facts
from catalog.facts import rows
from catalog.models import Endpoint, LanguageModel, Observation, Pin, Source
from tests.conftest import BACKEND
from tests.factories import make_listing, make_model, make_parameter, make_period, make_priced, make_source

pytestmark = pytest.mark.django_db
READ = date(2026, 8, 21)


def text_of(response: Any) -> str:
    return response.content.decode()


def words_of(response: Any) -> str:
    """The page's text without its tags, blanks collapsed."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text_of(response))).split())


def say(model: Any, field: str, value: str, source: Source, differs: bool = False, **fields: Any) -> Observation:
    fields = {"observed_on": READ} | fields
    return Observation.objects.create(model=model, field=field, value=value, source=source, differs=differs, **fields)


def fact_of(model: Any, field: str) -> rows.Fact:
    loaded = LanguageModel.objects.for_page().get(pk=model.pk)
    return next(row for row in facts.facts(loaded, loaded.main_listing()) if row.field == field)


@pytest.fixture
def docs() -> Source:
    return make_source("docs", "The vendor’s documentation", 30)


@pytest.fixture
def table() -> Source:
    source = make_source("table", "Another table", 10)
    source.url = "https://table.example/models"
    source.save()
    return source


def test_a_source_that_leaves_a_field_open_is_no_witness(client: Client, docs: Source, table: Source) -> None:
    model = make_priced("open", context_length=16_384)
    say(model, "context_length", "--", docs)
    say(model, "context_length", "16384", table)
    fact = fact_of(model, "context_length")
    assert ([row.source for row in fact.read_in], [row.source for row in fact.left_open_by]) == ([table], [docs])
    words = words_of(client.get(model.get_absolute_url()))
    assert re.search(
        "Context 16,384 tokens Another table .{0,40}left open in The vendor’s documentation, Aug 21, 2026", words
    )
    say(model, "languages", "--", docs)
    assert "Languages" not in words_of(client.get(model.get_absolute_url()))


@pytest.mark.usefixtures("seeded")
def test_a_context_that_only_one_source_tells_is_shown_as_its_word(client: Client) -> None:
    words = words_of(client.get("/models/mistralai/voxtral-mini-2602/"))
    assert "Context 16,384 tokens genai-prices" in words
    assert "left open in Mistral's documentation , Aug 21, 2026" in words


def test_sources_that_differ_stand_side_by_side(client: Client, docs: Source, table: Source) -> None:
    model = make_priced("disputed", licence="MRL")
    say(model, "licence", "MRL", docs)
    say(model, "licence", "Apache 2.0", table, differs=True, note="A slip of theirs.")
    page = client.get(model.get_absolute_url())
    assert '<details class="apart">' in text_of(page)
    assert (
        'in <a href="https://table.example/models" rel="nofollow noopener">Another table</a>, Aug 21, 2026.'
        in text_of(page)
    )
    words = words_of(page)
    assert "“MRL” in The vendor’s documentation, Aug 21, 2026. as shown" in words
    assert "“Apache 2.0” in Another table , Aug 21, 2026. A slip of theirs." in words
    assert "Shown is what The vendor’s documentation says: it ranks above the others here." in words


@pytest.mark.parametrize(
    ("authority", "read_on", "sentence"),
    [
        (10, date(2026, 8, 22), "Shown is what Shown says: it ranks above the others here."),
        (30, date(2026, 8, 20), "Shown is what Shown says: of the same rank as the others, and read later."),
        (30, date(2026, 8, 22), "Shown is what Shown says, chosen by an editor; the notes say why."),
        (40, date(2026, 8, 20), "Shown is what Shown says, chosen by an editor; the notes say why."),
    ],
)
def test_why_a_value_is_shown(authority: int, read_on: date, sentence: str) -> None:
    model = make_model("disputed", licence="MRL")
    say(model, "licence", "MRL", make_source("shown", "Shown", 30))
    say(model, "licence", "MIT", make_source("other", "Other", authority), differs=True, observed_on=read_on)
    assert fact_of(model, "licence").why == sentence


def test_a_value_that_no_source_says_is_told_as_one(docs: Source) -> None:
    model = make_model("entered", licence="MRL", family="Large")
    assert fact_of(model, "licence").is_unsourced
    assert not fact_of(model, "family").is_unsourced  # the catalog's own order
    say(model, "licence", "MIT", docs, differs=True)
    assert fact_of(model, "licence").why == "What is shown was entered here; no source on record says it."


def test_no_value_is_told_as_none(table: Source) -> None:
    model = make_model("unlimited")
    make_listing(model)
    say(model, "max_completion_tokens", "8192", table, differs=True)
    fact = fact_of(model, "max_completion_tokens")
    assert (fact.text, fact.why) == ("", "No value is shown: none of these was taken for the model’s own.")


def test_the_vendor_s_word_on_its_model_comes_before_a_market_s(docs: Source) -> None:
    model = make_model("stands")
    say(model, "status", "listed", make_source("market", "The market", 40))
    say(model, "status", "GA", docs)
    assert fact_of(model, "status").text == "GA"


def test_what_readers_look_for_is_told_as_unknown(client: Client) -> None:
    model = make_model("bare", released_on=None, context_length=None)
    words = words_of(client.get(model.get_absolute_url()))
    for label in ("Released by vendor", "Context", "Licence"):
        assert f"{label} No source says" in words
    assert "Tokenizer" not in words.partition("Facts with their sources")[2].partition("Providers")[0]


@pytest.mark.parametrize(
    ("field", "value", "remark"),
    [
        ("released_on", "2025-01-12", "Looks like a slip: day and month are swapped."),
        ("context_length", "262144k", "Looks like a slip: a thousand times the value shown."),
        ("input_modalities", "text, image", "It names image besides."),
        ("licence", "MIT", ""),
    ],
)
def test_slips_are_named(docs: Source, field: str, value: str, remark: str) -> None:
    model = make_model("slipped", licence="MRL")  # released on 2025-12-01, reads text, 262,144 tokens
    say(model, field, value, docs, differs=True)
    assert [row.remark for row in fact_of(model, field).disputed_by] == [remark]


def test_prices_that_others_have_stand_with_the_prices(client: Client, table: Source) -> None:
    model = make_priced("priced", "0.019", "0.03")
    say(model, "input_price", "20 USD per million tokens", table, differs=True)
    section = words_of(client.get(model.get_absolute_url())).partition("Component Price Unit")[2]
    assert "Input, as others have it" in section
    assert "“20 USD per million tokens”" in section
    assert "Looks like a slip: a thousand times the value shown." in section
    assert "What is shown was entered here; no source on record says it." in section


def test_parameters_and_description_have_their_disputes(client: Client, docs: Source, table: Source) -> None:
    model = make_model("told", description="A long description.")
    listing = make_listing(model)
    make_parameter(listing, "seed", source=docs)
    make_parameter(listing, "stop", source=docs)
    say(model, "supported_parameters", "seed, top_k", table, differs=True)
    say(model, "description", "Another text.", table, differs=True)
    words = words_of(client.get(model.get_absolute_url()))
    assert "It leaves out stop and names top_k besides." in words
    assert "“Another text.” in Another table" in words
    assert "The vendor’s documentation, Dec 1, 2025" in words  # beside each parameter


def test_prices_carry_the_source_and_its_day(client: Client) -> None:
    words = words_of(client.get(make_priced("priced").get_absolute_url()))
    assert "The page, read Dec 1, 2025; since Dec 1, 2025" in words


class TestPins:
    @pytest.fixture
    def pinned(self, docs: Source) -> Pin:
        model = make_priced("pinned", licence="MIT")
        say(model, "licence", "MRL", docs)
        editor = get_user_model().objects.create_user("somebody")
        return Pin.objects.create(
            model=model, field="licence", value="MIT", replaced="MRL", reason="They wrote to us.", user=editor
        )

    def test_a_pin_says_why_and_to_the_signed_in_also_who(self, client: Client, pinned: Pin, owner: Any) -> None:
        words = words_of(client.get(pinned.model.get_absolute_url()))
        assert "They wrote to us. It was “MRL”." in words
        assert "set by an editor" in words
        assert "somebody" not in words
        client.force_login(owner, backend=BACKEND)
        assert "set by an editor somebody," in words_of(client.get(pinned.model.get_absolute_url()))

    @pytest.mark.parametrize(
        ("standing", "sentence"),
        [
            ("agreed", "The source agrees now : The vendor’s documentation says “MIT” since Oct 8, 2026."),
            ("moved", "The source has moved on : The vendor’s documentation says “MIT” since Oct 8, 2026."),
        ],
    )
    def test_what_the_source_says_now(
        self, client: Client, pinned: Pin, docs: Source, standing: str, sentence: str
    ) -> None:
        Pin.objects.update(standing=standing, upstream_value="MIT", upstream_on=date(2026, 10, 8), upstream_source=docs)
        assert sentence in words_of(client.get(pinned.model.get_absolute_url()))

    def test_one_that_holds_says_no_more(self, client: Client, pinned: Pin) -> None:
        words = words_of(client.get(pinned.model.get_absolute_url()))
        assert "The source agrees now" not in words
        assert "The source has moved on" not in words

    def test_a_pin_of_a_field_without_a_row_has_one(self, client: Client, pinned: Pin) -> None:
        Pin.objects.create(model=pinned.model, field="summary", value="A sentence of ours.", reason="Shorter.")
        words = words_of(client.get(pinned.model.get_absolute_url()))
        assert "Summary A sentence of ours. an editor," in words
        assert "Shorter." in words

    def test_a_pin_of_a_listing_names_its_market(self, client: Client, pinned: Pin) -> None:
        listing = pinned.model.main_listing()
        for field, value in (("price", "$0.40 in, $2 out"), ("context_length", "1000"), ("listed_on", "2025-12-01")):
            Pin.objects.create(model=pinned.model, listing=listing, field=field, value=value, reason=f"For {field}.")
        page = words_of(client.get(pinned.model.get_absolute_url()))
        assert "Context length at OpenRouter 1000 an editor," in page
        assert "For context_length." in page.partition("Listed at OpenRouter")[2]
        assert "For listed_on." in page.partition("Listed at OpenRouter")[2]
        assert "For price." in page.partition("Price at OpenRouter")[2]

    def test_a_pinned_value_is_shown_for_the_pin_s_sake(self, pinned: Pin, table: Source) -> None:
        say(pinned.model, "licence", "Apache 2.0", table, differs=True)
        fact = fact_of(pinned.model, "licence")
        assert fact.why == "The value that an editor set is shown until the editor takes it back."


class TestProviders:
    def provider(self, listing: Any, tag: str, **fields: Any) -> Endpoint:
        fields = {
            "provider": tag.title(),
            "seen_on": date(2026, 11, 20),
            "rates": [
                {"component": "input", "amount": "0.0000005"},
                {"component": "output", "amount": "0.0000015"},
            ],
        } | fields
        return Endpoint.objects.create(listing=listing, tag=tag, **fields)

    def test_prices_are_after_the_discount(self, client: Client) -> None:
        listing = make_listing(make_model("served"))
        self.provider(
            listing, "plain", quantization="fp8", context_length=131072, max_completion_tokens=4096, uptime="99.87"
        )
        self.provider(listing, "cheap", discount="0.1")
        words = words_of(client.get("/models/mistralai/served/"))
        assert "Plain plain fp8 131,072 4,096 0.50 — 1.50 always 99.87 Nov 20, 2026" in words
        # A tenth off 0.50 and 1.50.
        assert "Cheap cheap — — — 0.45 — 1.35 after 10% off — Nov 20, 2026" in words

    def test_rates_under_a_condition_are_counted(self, client: Client) -> None:
        listing = make_listing(make_model("tiered"))
        rates = [
            {"component": "input", "amount": "0.0000005"},
            {"component": "input", "amount": "0.000001", "over_prompt_tokens": 128000},
            {"component": "web_search", "amount": "0.004"},
        ]
        self.provider(listing, "tiered", rates=rates)
        assert "0.50 — — always, and 2 more rates" in words_of(client.get("/models/mistralai/tiered/"))

    def test_one_that_is_gone_is_folded_away(self, client: Client) -> None:
        listing = make_listing(make_model("left"))
        self.provider(listing, "there")
        self.provider(listing, "left", gone_on=date(2026, 10, 1), seen_on=date(2026, 9, 30))
        page = text_of(client.get("/models/mistralai/left/"))
        folded = page.partition("No longer named")[2]
        assert "1 provider<" in folded
        assert "gone since Oct 1, 2026" in folded
        assert page.index(">There") < page.index("No longer named") < page.index(">Left")

    def test_trouble_is_told_and_silence_too(self, client: Client) -> None:
        listing = make_listing(make_model("ill"))
        self.provider(listing, "ill", status=-2, rates=[])
        words = words_of(client.get("/models/mistralai/ill/"))
        assert "Ill ill in trouble (-2)" in words
        only_gone = make_listing(make_model("gone"))
        self.provider(only_gone, "left", gone_on=date(2026, 10, 1))
        assert "OpenRouter names no provider for it today." in words_of(client.get("/models/mistralai/gone/"))

    def test_a_listing_without_providers_has_no_table_of_them(self, client: Client) -> None:
        assert "Behind OpenRouter" not in words_of(client.get(make_priced("plain").get_absolute_url()))


def test_the_page_takes_the_same_queries_however_much_is_told(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    model = make_priced("busy", licence="MRL")
    counts = []
    for round_number in range(2):
        for number in range(4):
            tag = f"{round_number}-{number}"
            source = make_source(f"source-{tag}", f"Source {tag}", number)
            say(model, "licence", f"L {tag}", source, differs=True)
            say(model, "input_price", f"{number + 5} USD per million tokens {tag}", source, differs=True)
            listing = make_listing(model, upstream_id=f"id-{tag}", is_main=False)
            make_period(listing, "1", "2")
            TestProviders().provider(listing, tag)
            user = get_user_model().objects.create_user(tag)
            Pin.objects.create(
                model=model,
                field=f"field {tag}",
                value="x",
                reason="y",
                user=user,
                standing="moved",
                upstream_source=source,
            )
        with django_assert_max_num_queries(29) as queries:
            client.get(model.get_absolute_url())
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_hurtful_words_of_sources_stay_words(client: Client) -> None:
    model = make_model("risky", licence="MRL")
    source = Source.objects.create(slug="risky", title="<i>T</i>", url="javascript:alert(1)", read_on=READ)
    say(model, "licence", "<script>alert(1)</script>", source, differs=True, note="<img src=x>")
    Pin.objects.create(
        model=model,
        field="licence",
        value="<b>",
        replaced="<b>x",
        reason="<b>r",
        upstream_value="<b>u",
        standing="moved",
    )
    page = text_of(client.get(model.get_absolute_url()))
    for bad in ("<script>alert", "<i>T", "<img src=x", "<b>", "javascript:alert"):
        assert bad not in page


def test_every_disagreement_of_the_seeds_can_be_read_on_its_page(client: Client, seeded: None) -> None:
    """Each differing word is on its model's page, beside the row of its field or in the record of everything."""
    for model in LanguageModel.objects.filter(observations__differs=True).distinct()[:12]:
        words = words_of(client.get(model.get_absolute_url()))
        for said in model.observations.filter(differs=True).select_related("source"):
            start = " ".join(said.value.split())[:60].strip()
            assert start in words, said
