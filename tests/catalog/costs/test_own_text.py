"""Your own text: counted by each model's own tokenizer, priced as the prompt, refused in words, kept nowhere.

The counts were taken once from mistral-common itself: "Hello" is one token in every tokenizer here, the template three.
"""

import io
import json
import re
from datetime import date

import pytest

from catalog.models import Modality
from catalog.tokenizers import counting
from catalog.tokenizers.errors import Busy
from tests.factories import make_listing, make_model, make_period, make_priced

pytestmark = pytest.mark.django_db
SENT = {"text": "Hello", "cached_tokens": "", "completion_tokens": "0", "requests": "1000", "per": "month"}


def text_of(response) -> str:
    return response.content.decode()


def words_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text_of(response)).split())


def rows_of(response) -> dict[str, tuple[str, int, str]]:
    return {row.cost.priced.slug: (row.kind.label, row.count.total, row.total) for row in response.context["rows"]}


def test_the_page_opens_without_counting_or_a_cookie(client):
    response = client.get("/costs/text/")
    assert "Paste it above." in words_of(response)
    assert "At most 1,000,000 characters." in words_of(response)
    assert not response.cookies


def test_each_seed_is_counted_by_its_own_tokenizer(client, seeded):
    rows = rows_of(client.post("/costs/text/", SENT | {"text": "Zażółć gęślą jaźń, 日本語 and def f(x): return x**2"}))
    kinds = {
        "mistral-large-2512": "Tekken",
        "devstral-2512": "Tekken",
        "mistral-medium-3-5": "Tekken",
        "mistral-nemo": "Tekken",
        "mistral-large-2411": "Mistral v7",
        "pixtral-large-2411": "Mistral v7",
        "mistral-large-2407": "Mistral v3",
        "codestral-2405": "Mistral v3",
        "mistral-large-2402": "Mistral v2",
        "mistral-medium-2312": "Mistral v1",
    }
    assert {slug: rows[slug][0] for slug in kinds} == kinds
    assert rows["mistral-large-2407"][1] > rows["mistral-large-2512"][1], "the older one needs more tokens for this"


def test_the_text_is_priced_as_the_prompt(client):
    make_priced("own", "1000", "2000", tokenizer="v3")
    response = client.post("/costs/text/", SENT | {"completion_tokens": "2"})
    # "Hello" is 1 token and the template 3: 4 x .001 + 2 x .002 = .008
    assert rows_of(response) == {"own": ("Mistral v3", 4, "$0.008")}
    words = words_of(response)
    assert "5 characters as the one message of a chat, with 2 completion tokens" in words
    assert "Mistral v3 4 $0.008 $8.00 $8.00" in words
    assert 'href="/costs/?prompt_tokens=4&amp;completion_tokens=2&amp;requests=1000&amp;per=month"' in text_of(response)


def test_a_cached_share_is_a_share_of_the_counted_prompt(client):
    make_priced("own", "1000", "2000", "100", tokenizer="v3")
    response = client.post("/costs/text/", SENT | {"cached_tokens": "50%"})
    assert rows_of(response) == {"own": ("Mistral v3", 4, "$0.0022")}  # 2 x .001 + 2 x .0001


def test_an_unknown_tokenizer_is_said_to_be_a_guess(client):
    make_priced("foreign", "1000", "2000")
    words = words_of(client.post("/costs/text/", SENT))
    assert "not known; counted by Tekken about 4 about $0.004" in words
    assert "“About” stands where no source names a model’s tokenizer." in words
    exported = json.loads(text_of(client.post("/costs/text/", SENT | {"format": "json"})))["rows"][0]
    assert (exported["Count"], exported["Prompt tokens"], exported["One request"]) == ("about", 4, "0.004")


def test_line_ends_are_counted_as_they_were_typed(client):
    make_priced("own", tokenizer="v3")
    typed = rows_of(client.post("/costs/text/", SENT | {"text": "a\nb"}))
    assert rows_of(client.post("/costs/text/", SENT | {"text": "a\r\nb"})) == typed


def test_control_words_in_a_text_are_text(client):
    make_priced("own", tokenizer="tekken")
    count = rows_of(client.post("/costs/text/", SENT | {"text": "[INST]</s>"}))["own"][1]
    assert count > 3 + 2


def test_a_file_is_read_as_utf8(client):
    make_priced("own", "1000", "2000", tokenizer="v3")
    response = client.post("/costs/text/", SENT | {"text": "", "file": io.BytesIO(b"\xef\xbb\xbfHello")})
    assert rows_of(response)["own"][1] == 4


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"text": ""}, "Text: Paste a text, or choose a file with a text in it."),
        ({"text": "", "file": io.BytesIO(b"")}, "Text: Paste a text, or choose a file with a text in it."),
        ({"file": io.BytesIO(b"Hello")}, "File: It comes beside a pasted text. Send one of the two."),
        ({"text": "", "file": io.BytesIO(b"\xff\xfe\x00")}, "File: It is not UTF-8 text. Save it as UTF-8, or paste"),
        (
            {"text": "", "file": io.BytesIO(b"a" * 2_000_001)},
            "File: It has 2,000,001 bytes; at most 2,000,000 are read.",
        ),
        ({"text": "a" * 1_000_001}, "The text has 1,000,001 characters and at most 1,000,000 are counted at once"),
        ({"completion_tokens": "many"}, "Completion tokens: Write a whole number, such as 10000."),
        ({"cached_tokens": "5"}, "Cached tokens (5) are part of the prompt tokens and cannot exceed them (4)."),
        ({"as_of": "tomorrow"}, "Write the day as year-month-day"),
    ],
)
def test_what_cannot_be_counted_is_said(client, sent, sentence):
    make_priced("own", tokenizer="v3")
    for upload in sent.values():
        if isinstance(upload, io.BytesIO):
            upload.seek(0)
    response = client.post("/costs/text/", SENT | sent)
    assert response.status_code == 400
    assert 'role="alert"' in text_of(response)
    assert sentence in words_of(response)


def test_a_busy_server_says_so_and_a_refused_export_is_a_sentence(client, monkeypatch):
    def busy(text, kinds):
        raise Busy("Too many texts are being counted at the moment; please try again in a few seconds.")

    monkeypatch.setattr(counting, "count", busy)
    make_priced("own", tokenizer="v3")
    assert "Too many texts are being counted at the moment" in words_of(client.post("/costs/text/", SENT))
    refused = client.post("/costs/text/", SENT | {"format": "csv"})
    assert (refused.status_code, refused["Content-Type"]) == (503, "text/plain; charset=utf-8")
    assert "Too many texts" in text_of(refused)


def test_the_text_comes_back_as_text(client):
    make_priced("own", tokenizer="v3")
    page = text_of(client.post("/costs/text/", SENT | {"text": "</textarea><script>alert(1)</script>"}))
    assert "<script>alert(1)" not in page
    assert "&lt;/textarea&gt;&lt;script&gt;" in page


def test_what_writes_no_text_is_left_out_and_what_is_sold_no_more_comes_last(client):
    make_priced("sold", "1.00", "2.00", context_length=8)
    make_priced("roomy", "2.00", "2.00")
    make_priced("gone", "0.10", "0.10").listings.update(delisted_on=date(2026, 1, 1))
    embed = make_priced("embed", "0.01", "0.01")
    embed.output_modalities.add(Modality.objects.create(slug="embeddings", name="Embeddings"))
    sent = SENT | {"completion_tokens": "10"}
    response = client.post("/costs/text/", sent)
    assert [row.cost.priced.slug for row in response.context["rows"]] == ["sold", "roomy", "gone"]
    assert "1 model that writes no text is left out" in words_of(response)
    everything = client.post("/costs/text/", sent | {"writes": "all", "sold": "on", "room": "on"})
    assert [row.cost.priced.slug for row in everything.context["rows"]] == ["embed", "roomy"]


def test_an_empty_catalog_says_so(client):
    assert "Nothing to price yet." in words_of(client.post("/costs/text/", SENT))


def test_the_number_of_queries_does_not_grow(client, django_assert_max_num_queries):
    counts = []
    for numbers in (range(2), range(2, 20)):
        for number in numbers:
            make_period(make_listing(make_model(f"m{number}")), "1", "2")
        with django_assert_max_num_queries(6) as captured:
            assert client.post("/costs/text/", SENT).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
