"""Composing a prompt through the client: what a person reads, without script and with it."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import LanguageModel, Listing, PricePeriod, Rate
from playground import opening
from playground.forms import examples
from playground.models import Prompt, Run
from playground.offers import Offer, of
from tests.playground.builders import FOUR, budget

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]
HTMX = {"HTTP_HX_REQUEST": "true"}
CODESTRAL = "mistralai/codestral-2501"  # reads no images and has no Responses API


def form(**changes: Any) -> dict[str, Any]:
    return {"model": FOUR, "text": "Which wind?", "key": "key", "parameter-max_tokens": "100"} | changes


def title(page: str) -> str:
    """A page's title as a browser shows it: white space counts as one."""
    (found,) = re.findall(r"<title>(.*?)</title>", page, flags=re.S)
    return " ".join(found.split())


def every_offer() -> list[Offer]:
    return of(Listing.objects.for_playground())


def typed(page: str) -> list[tuple[str, str]]:
    """The messages on a page, as role and text."""
    roles = re.findall(r'<input type="hidden" name="role-\d+" value="(\w+)">', page)
    roles += re.findall(r'<select name="role-\d+".*?<option value="(\w+)" selected>', page, flags=re.S)
    texts = re.findall(r'<textarea name="content-\d+"[^>]*>\n(.*?)</textarea>', page, flags=re.S)
    return list(zip(roles, texts, strict=True))


class TestPage:
    def test_it_offers_models_and_says_that_it_rehearses(self, signed_in: Client) -> None:
        page = signed_in.get("/playground/", {"model": FOUR[0]}).content.decode()
        assert "Rehearsal." in page
        assert "Mistral Large 3 2512" in page
        assert f'value="{FOUR[0]}" checked' in page
        assert "Range: 0 to 2." in page
        assert "Default: 0.0645." in page

    def test_at_first_it_is_a_system_prompt_and_a_prompt(self, signed_in: Client) -> None:
        page = signed_in.get("/playground/").content.decode()
        assert typed(page) == [("system", ""), ("user", "")]
        assert "Add a message" in page
        assert 'name="role-0" id' not in page
        assert ">Up<" not in page

    def test_each_model_says_what_it_takes(self, signed_in: Client) -> None:
        page = signed_in.get("/playground/").content.decode()
        (large,) = re.findall(rf'<li data-words="([^"]*{FOUR[0]}[^"]*)">', page)
        (coder,) = re.findall(rf'<li data-words="([^"]*{CODESTRAL}[^"]*)">', page)
        assert large.endswith(" images tools")
        assert coder.endswith("codestral-2501 tools")

    def test_each_model_says_what_it_costs(self, signed_in: Client) -> None:
        (large,) = [offer.listing for offer in every_offer() if offer.key == FOUR[0]]
        (devstral,) = [offer.listing for offer in every_offer() if offer.key == FOUR[3]]
        (older,) = [offer.listing for offer in every_offer() if offer.key == FOUR[1]]
        Rate.objects.filter(period__listing=devstral).update(amount="0")
        older.periods.all().delete()
        page = signed_in.get("/playground/").content.decode()
        said = {
            key: " ".join(re.sub(r"<[^>]+>", " ", price).split())
            for key, price in re.findall(
                r'name="model" value="([^"]+)".*?<small class="price[^"]*">(.*?)</small>', page, re.S
            )
        }
        assert said[FOUR[0]] == "0.50 in, 1.50 out"  # $0.50 and $1.50 per million tokens, as the seed has them
        assert (said[FOUR[3]], said[FOUR[1]]) == ("free", "no price")
        assert len(said) == len(every_offer())
        words = dict(re.findall(r'<li data-words="([^"]*?(mistralai/\S+)[^"]*)">', page))
        words = {key: text for text, key in words.items()}
        assert words[FOUR[3]].endswith(" tools free")
        assert words[FOUR[1]].endswith(" no price")
        assert "free" not in words[FOUR[0]]
        assert large.price_on(timezone.now().date()) is not None

    def test_the_price_is_that_of_today(self, signed_in: Client) -> None:
        (listing,) = [offer.listing for offer in every_offer() if offer.key == FOUR[0]]
        today = timezone.now().date()
        old = listing.periods.get(ends_on=None, currency="USD")
        PricePeriod.objects.filter(pk=old.pk).update(ends_on=today)
        new = PricePeriod.objects.create(listing=listing, currency="USD", starts_on=today, source=old.source)
        for position, (component, amount) in enumerate((("input", "0.000003"), ("output", "0.0000125"))):
            Rate.objects.create(period=new, position=position, component=component, amount=amount)
        page = signed_in.get("/playground/", {"model": FOUR[0]}).content.decode()
        assert re.findall(r'<span>([\d.]+)<span class="hidden-text">', page)[:2] == ["3.00", "12.50"]

    def test_what_is_on_sale_stands_before_what_is_not(self, signed_in: Client) -> None:
        today = timezone.now().date()
        Listing.objects.update(delisted_on=None)
        LanguageModel.objects.update(retires_on=None, called_retired_on=None)
        offered = re.findall(r'name="model" value="([^"]+)"', signed_in.get("/playground/").content.decode())
        for model_id, delisted_on in (
            (offered[0], today),
            (offered[1], today + timedelta(days=1)),
            (offered[2], today),
        ):
            slug = model_id.partition("/")[2]
            Listing.objects.filter(is_main=True, model__slug=slug).update(delisted_on=delisted_on)
        retired, last_seen = today - timedelta(days=2), today - timedelta(days=3)
        LanguageModel.objects.filter(slug=offered[3].partition("/")[2]).update(retires_on=retired)
        Listing.objects.filter(model__slug=offered[3].partition("/")[2]).update(last_seen_on=last_seen)
        page = signed_in.get("/playground/", {"model": offered[2]}).content.decode()
        boxes = re.findall(r'name="model" value="([^"]+)"', page)
        assert boxes[0] == offered[2], "ticked, though it is gone"
        assert boxes[1] == offered[1], "on sale until tomorrow"
        assert boxes[-2:] == [offered[0], offered[3]], "off sale, or retired and not seen since"
        assert len(boxes) == len(offered)

    @pytest.mark.parametrize("is_sent", [False, True])
    def test_every_description_is_there(self, signed_in: Client, is_sent: bool) -> None:
        if is_sent:
            wrong = {"parameter-max_tokens": "x", "repeats": "99", "text": "{{wind}}?", "fill": "csv", "rows": '"'}
            response = signed_in.post("/playground/", form(**wrong))
            assert response.status_code == 422
            page = response.content.decode()
        else:
            page = signed_in.get("/playground/", {"model": FOUR[:2]}).content.decode()
        ids = re.findall(r'\bid="([^"]+)"', page)
        described = [name for names in re.findall(r'aria-describedby="([^"]*)"', page) for name in names.split()]
        assert f"about-only:{FOUR[0]}:temperature" in described
        assert {"error-parameter-max_tokens", "about-repeats", "about-blind"} <= set(described)
        assert set(described) <= set(ids)
        assert len(ids) == len(set(ids))

    def test_the_models_of_the_address_stand_first(self, signed_in: Client) -> None:
        page = signed_in.get("/playground/", {"model": FOUR[:2]}).content.decode()
        boxes = re.findall(r'name="model" value="([^"]+)"( checked)?', page)
        assert {model_id for model_id, _ in boxes[:2]} == set(FOUR[:2])
        assert [bool(checked) for _, checked in boxes] == [True, True] + [False] * (len(boxes) - 2)
        assert len({model_id for model_id, _ in boxes}) == len(boxes) > 2

    def test_a_model_that_is_not_offered_is_named(self, signed_in: Client) -> None:
        page = signed_in.get("/playground/", {"model": ["zzz", FOUR[0], "<b>"]}).content.decode()
        assert "zzz is not offered here: no prompt can be sent to it." in page
        assert "&lt;b&gt; is not offered here" in page
        assert f"{FOUR[0]} is not offered" not in page
        assert "is not offered" not in signed_in.get("/playground/", {"model": ""}).content.decode()

    def test_the_key_is_nowhere(self, signed_in: Client, owner: Any, settings: Any) -> None:
        settings.OPENROUTER_API_KEY = "sk-or-not-a-key"
        budget(owner, "5")
        page = signed_in.get("/playground/").content.decode()
        assert "Rehearsal." not in page
        assert "sk-or" not in page

    def test_enter_presses_run_and_nothing_else(self, signed_in: Client) -> None:
        """A browser presses the first button of a form; those beside the messages would only change the page."""
        page = signed_in.get("/playground/").content.decode().partition('<form id="compose"')[2]
        (first, *_) = re.findall(r"<button[^>]*>", page)
        assert 'type="submit"' in first
        assert "formaction" not in first

    def test_switched_off_it_has_no_run(self, signed_in: Client) -> None:
        from playground.models import House

        assert 'name="run"' in signed_in.get("/playground/").content.decode()
        House.objects.create(is_open=False)
        assert 'name="run"' not in signed_in.get("/playground/").content.decode()

    def test_queries_do_not_grow_with_the_models(self, signed_in: Client) -> None:
        def queries(*model_ids: str) -> int:
            with CaptureQueriesContext(connection) as captured:
                assert signed_in.get("/playground/", {"model": model_ids}).status_code == 200
            return len(captured)

        queries(FOUR[0])
        assert queries(FOUR[0]) == queries(*FOUR)
        of_all = queries(FOUR[0])
        Listing.objects.exclude(model__slug__in=[key.partition("/")[2] for key in FOUR]).update(
            has_chat_completions=False
        )
        assert len(every_offer()) == 4
        assert queries(FOUR[0]) == of_all, "prices and abilities of the whole list cost no query of their own"


class TestSending:
    def test_without_script_a_post_leads_to_the_board(self, signed_in: Client) -> None:
        response = signed_in.post("/playground/", form())
        prompt = Prompt.objects.get()
        assert (response.status_code, response["Location"]) == (302, f"/playground/{prompt.pk}/")
        assert prompt.runs.count() == 4

    def test_with_htmx_it_answers_the_board_and_its_address(self, signed_in: Client) -> None:
        response = signed_in.post("/playground/", form(), **HTMX)
        page = response.content.decode()
        assert response["HX-Push-Url"] == f"/playground/{Prompt.objects.get().pk}/"
        assert '<section id="board"' in page
        assert "<html" not in page
        assert 'id="key"' in page
        assert 'value="key"' not in page

    def test_with_htmx_the_page_becomes_that_of_the_board(self, signed_in: Client) -> None:
        """Its title, the way to a new prompt, and what Back returns to; a page of its own has the same."""
        response = signed_in.post("/playground/", form(), **HTMX)
        prompt = Prompt.objects.get()
        answered, own = response.content.decode(), signed_in.get(prompt.get_absolute_url()).content.decode()
        for page in (answered, own):
            assert title(page) == "Which wind? · Windrose"
            assert "New prompt" in page
        assert json.loads(response["HX-Trigger"]) == {"asked": {"form": f"/playground/?from={prompt.pk}"}}
        assert response["HX-Trigger-After-Swap"] == "answered"
        assert "Which wind?" in signed_in.get(f"/playground/?from={prompt.pk}").content.decode()

    def test_a_title_tells_nothing_of_what_is_not_stored(self, signed_in: Client) -> None:
        """Browsers keep the titles of the pages that they have shown."""
        page = signed_in.post("/playground/", form(unstored="on"), **HTMX).content.decode()
        assert title(page) == "A prompt that is not stored · Windrose"
        own = signed_in.get(Prompt.objects.get().get_absolute_url()).content.decode()
        assert title(own) == "A prompt that is not stored · Windrose"

    def test_a_prompt_of_several_rows_has_a_title_that_says_so(self, signed_in: Client) -> None:
        data = form(text="Wind in {{city}}?", model=FOUR[:1], fill="csv", rows="city\nBrest\nRome")
        board = signed_in.post("/playground/", data, follow=True).content.decode()
        assert title(board) == "2 rows × Wind in ‹city›? · Windrose"
        assert "2 rows × Wind in ‹city›?" in board.partition('id="board"')[2]
        assert ">2 rows × Wind in ‹city›?</a>" in signed_in.get("/history/").content.decode()
        signed_in.post(
            "/playground/", form(text="Wind in {{city}}?", key="one", fill="values", **{"value-city": "Brest"})
        )
        assert ">Wind in Brest?</a>" in signed_in.get("/history/").content.decode()

    def test_the_form_is_folded_beside_answers_and_open_without(self, signed_in: Client) -> None:
        fold = re.compile(r'<details id="composer" class="composer"( open)?>\s*<summary( hidden)?>Change this prompt')
        assert fold.search(signed_in.get("/playground/").content.decode()).groups() == (" open", " hidden")
        refused = signed_in.post("/playground/", form(text=" ")).content.decode()
        assert fold.search(refused).groups() == (" open", " hidden")
        board = signed_in.post("/playground/", form(), follow=True).content.decode()
        assert fold.search(board).groups() == (None, None)

    def test_the_next_form_has_a_key_of_its_own_beside_the_board(self, signed_in: Client) -> None:
        """Not inside it: htmx is told to leave nested parts alone."""
        page = signed_in.post("/playground/", form(), **HTMX).content.decode()
        before, _, board = page.partition('<section id="board"')
        assert 'id="key"' in before
        assert 'id="key"' not in board

    def test_errors_go_when_the_mended_form_is_sent(self, signed_in: Client) -> None:
        refused = signed_in.post("/playground/", form(text=" "), **HTMX).content.decode()
        assert 'name="mended"' in refused
        page = signed_in.post("/playground/", form(mended="on"), **HTMX).content.decode()
        assert '<form id="compose"' in page
        assert 'hx-swap-oob="true"' in page
        assert "Write a prompt first." not in page
        assert 'value="key"' not in page

    def test_a_locked_database_is_told_in_words(self, signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        def locked(*_: Any, **__: Any) -> None:
            raise OperationalError("database is locked")

        monkeypatch.setattr(opening, "open_prompt", locked)
        response = signed_in.post("/playground/", form(), **HTMX)
        assert "The database is busy, so nothing was sent." in response.content.decode()

    @pytest.mark.parametrize("times", [10])
    def test_the_same_form_again_is_the_same_prompt(self, signed_in: Client, times: int) -> None:
        addresses = {signed_in.post("/playground/", form())["Location"] for _ in range(times)}
        assert len(addresses) == 1
        assert Run.objects.count() == 4

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"model": []}, "Choose at least one model."),
            ({"text": " "}, "Write a prompt first."),
            ({"text": "x" * 200_001}, "It has 200,001 characters; up to 200,000 are possible."),
            ({"text": "a\x00b"}, "It holds the character NUL, which no text has."),
            ({"role-1": "user", "content-1": "a\x00b"}, "It holds the character NUL"),
            ({"parameter-temperature": "3"}, "takes 2 or less; this is 3."),
            (
                {"parameter-max_tokens": "9" * 400},
                "max_tokens: a whole number from 1 to 1,000,000,000 is expected; this",
            ),
            ({"parameter-max_tokens": "-" + "9" * 400}, f"; this is “-{'9' * 39}…”."),
            ({"parameter-seed": "9" * 9_000}, f"; this is “{'9' * 40}…”."),
            ({"parameter-response_format": '{"type": NaN}'}, "This is not JSON. NaN is not a number."),
            ({"parameter-response_format": '{"a": 1e999}'}, "This is not JSON."),
            ({"parameter-response_format": '{"a": "\\u0000"}'}, "This is not JSON."),
            ({"parameter-tool_choice": '{"a": "\\ud800"}'}, "This is not JSON."),
            ({"parameter-tools": '[\n{"type" "function"}]'}, "Line 2, column 9: a colon is expected after the name."),
            ({"api": "responses", "model": [CODESTRAL]}, "Codestral 2501 does not answer the Responses API"),
            ({"api": "soap"}, "api: chat or responses is expected; this is “soap”."),
            ({"delivery": "<b>"}, "delivery: stream or whole is expected; this is “&lt;b&gt;”."),
            ({"repeats": "x"}, "Times each: a whole number from 1 to 10 is expected."),
            ({"key": ""}, "This page is out of date, so nothing was sent."),
            ({"key": "k" * 65}, "This page is out of date, so nothing was sent."),
            ({"text": "{{city}}?", "fill": "maybe"}, "fill: values, csv or none is expected; this is “maybe”."),
            (
                {"text": "{{city}}?", "fill": "values", "value-city": "a\x00"},
                "The value of {{city}} holds the character NUL",
            ),
            ({"text": "{{city}}?", "fill": "csv", "rows": "city\na\x00"}, "One of these rows holds the character NUL"),
            ({"system": "a\x00b"}, "It holds the character NUL, which no text has."),
            ({"repeats": "11"}, "Each model is asked up to 10 times."),
            ({"repeats": "0"}, "Each model is asked at least once."),
            ({"text": "Wind in {{city}}?", "fill": "values"}, "{{city}} has no value yet."),
            ({"text": "Wind in {{city}}?", "rows": "town\nRome"}, "The first line names no column “city”"),
            ({"continues": "67e55044-10b1-426f-9247-bb680e5fe0c8"}, "The conversation that this goes on from"),
            ({"continues": "nonsense"}, "The conversation that this goes on from cannot be found."),
        ],
    )
    def test_bad_input_comes_back_with_a_sentence(
        self, signed_in: Client, changes: dict[str, Any], sentence: str
    ) -> None:
        for headers in ({}, HTMX):
            response = signed_in.post("/playground/", form(**changes), **headers)
            assert response.status_code == 422
            assert sentence in response.content.decode()
        assert response["HX-Retarget"] == "#compose"
        assert not Prompt.objects.exists()

    def test_what_was_typed_comes_back_with_it(self, signed_in: Client) -> None:
        data = form(
            model=FOUR[:2],
            **{
                "role-0": "system", "content-0": "Be dry.",
                "role-1": "user", "content-1": "Wind in {{city}}?\r\n\r\nSay.",
                "role-2": "assistant", "content-2": "",
                "role-3": "user", "content-3": "And now?",
                "fill": "csv", "rows": "city\nParis\nRome",
                "parameter-tools": "[{", "parameter-temperature": "0.7",
                f"only:{FOUR[0]}:temperature": "0.1", f"drop:{FOUR[1]}:temperature": "on",
                "repeats": "3", "delivery": "whole", "blind": "on", "unstored": "on", "route-max_price": "on",
            },
        )  # fmt: skip
        page = signed_in.post("/playground/", data).content.decode()
        assert typed(page) == [
            ("system", "Be dry."),
            ("user", "Wind in {{city}}?\n\nSay."),
            ("assistant", ""),
            ("user", "And now?"),
        ]
        assert "Message 3: It is empty." not in page  # it stands at the message itself
        assert page.count("It is empty. Write something, or take it away.") == 1
        assert re.search(r'name="rows"[^>]*>\s*city\nParis\nRome</textarea>', page)
        assert re.search(r'name="parameter-tools"[^>]*>\s*\[\{</textarea>', page)
        assert re.search(rf'name="only:{FOUR[0]}:temperature" value="0.1"', page)
        for name in (f"drop:{FOUR[1]}:temperature", "blind", "unstored", "route-max_price"):
            assert re.search(rf'<input type="checkbox" name="{re.escape(name)}"[^>]* checked', page), name
        assert '<option value="whole" selected>' in page
        assert re.search(r'name="repeats" value="3"', page)
        assert 'value="csv" checked' in page

    def test_a_server_that_runs_nothing_says_so(self, signed_in: Client) -> None:
        """The test client has no event loop, as a server that is stopping has none: nothing is sent, nothing is spent."""
        page = signed_in.get(signed_in.post("/playground/", form(model=FOUR[0]))["Location"]).content.decode()
        assert "nothing was sent" in page
        assert Run.objects.get().hold.spent == 0


class TestLengths:
    """Short texts can hold a variable thousands of times: what they come to is counted before any is filled in."""

    def test_a_message_with_its_values(self, signed_in: Client) -> None:
        data = form(model=FOUR[:1], text="{{a}}" * 1_000, fill="csv", rows="a\nshort\n" + "x" * 300)
        page = signed_in.post("/playground/", data)
        assert page.status_code == 422
        assert (
            "With the values of row 2 a message has 300,000 characters; 200,000 are possible." in page.content.decode()
        )
        assert not Prompt.objects.exists()

    def test_all_runs_together(self, signed_in: Client) -> None:
        rows = "a\n" + "x\n" * 100
        data = form(model=FOUR[:3], text="{{a}}" + "y" * 150_000, fill="csv", rows=rows)
        page = signed_in.post("/playground/", data)
        assert page.status_code == 422
        # (150,000 + 1) x 100 rows x 3 models
        assert (
            "All runs together would be sent 45,000,300 characters; up to 40,000,000 are possible."
            in page.content.decode()
        )


class TestWorstCase:
    def test_what_is_left_out_is_named(self, signed_in: Client) -> None:
        data = form(model=[FOUR[0], FOUR[3]]) | {
            "parameter-structured_outputs": "on",
            "parameter-response_format": examples.RESPONSE_FORMAT,
        }
        page = signed_in.post("/playground/estimate/", data, **HTMX).content.decode()
        assert page.count("<code>structured_outputs</code>") == 1

    def test_without_script_the_whole_page_comes_back(self, signed_in: Client) -> None:
        page = signed_in.post("/playground/estimate/", form()).content.decode()
        assert "All together" in page
        assert "Would be held" in page
        assert "Which wind?" in page
        assert not Prompt.objects.exists()

    def test_the_summaries_of_what_is_folded_follow(self, signed_in: Client) -> None:
        data = form(model=FOUR[:2], repeats="5", delivery="whole") | {
            "parameter-temperature": "0.3",
            "parameter-tools": examples.TOOLS,
            "parameter-tool_choice": "auto",
            f"drop:{FOUR[1]}:temperature": "on",
        }
        page = signed_in.post("/playground/estimate/", data, **HTMX).content.decode()
        said = dict(re.findall(r'id="said-(\w+)" class="quiet" hx-swap-oob="true">(.*?)</', page))
        assert said == {
            "runs": "This makes 10 runs: 2 models by 5 times.",
            "parameters": "max_tokens 100, temperature 0.3, tools, tool_choice auto",
            "columns": "Mistral Large 2407: without temperature",
            "sending": "in one piece, 5 times each",
            "values": "none: write {{name}} in a message to have one",
        }

    def test_fields_for_values_come_when_a_message_names_them(self, signed_in: Client) -> None:
        data = form(text="Wind in {{city}}?", named="", fill="values")
        page = signed_in.post("/playground/estimate/", data, **HTMX).content.decode()
        assert '<details id="rows" class="folded" open hx-swap-oob="true">' in page
        assert 'name="value-city"' in page
        assert "has no value yet" in page.partition('id="rows"')[0], "the hint beside Run says it"
        assert "has no value yet" not in page.partition('id="rows"')[2], "nobody has pressed Run yet"
        again = signed_in.post("/playground/estimate/", data | {"named": "city"}, **HTMX).content.decode()
        assert 'id="rows"' not in again, "what is being typed is not replaced"
