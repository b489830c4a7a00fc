"""What a person keeps beside a prompt: labels, a note, a star, and many at once."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from playground import keeping, opening
from playground.models import Label, Prompt, Recording, Run
from playground.models.prompts import LONGEST_NOTE
from tests.conftest import BACKEND
from tests.playground.builders import FOUR, asked
from tests.playground.looking_back import answered, make_four
from tests.playground.test_history_pages import words

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def _models(db: None) -> None:
    make_four()


@pytest.fixture
def prompt(owner: Any) -> Prompt:
    return answered(owner, key="kept", text="Which wind?")


def names(prompt: Prompt) -> list[str]:
    return [label.name for label in prompt.labels.all()]


class TestLabels:
    def test_added_once_however_it_is_written(self, signed_in: Client, prompt: Prompt) -> None:
        for name in ("Wind  and sea", " wind and SEA ", "Wind and séa"):
            response = signed_in.post(f"/playground/{prompt.pk}/labels/", {"name": name})
            assert response["Location"] == prompt.get_absolute_url()
        assert names(prompt) == ["Wind and sea"]
        assert Label.objects.count() == 1

    def test_htmx_gets_what_is_kept_now(self, signed_in: Client, prompt: Prompt) -> None:
        response = signed_in.post(f"/playground/{prompt.pk}/labels/", {"name": "Demo"}, **HTMX)
        page = response.content.decode()
        assert 'id="keeping"' in page
        assert 'href="/history/?label=Demo">Demo' in page
        assert "<h1" not in page
        label = Label.objects.get()
        page = signed_in.post(f"/playground/{prompt.pk}/labels/{label.pk}/remove", **HTMX).content.decode()
        assert ">Demo<" not in page.replace('<option value="Demo">', "")
        assert names(prompt) == []

    @pytest.mark.parametrize(
        ("name", "sentence"),
        [
            ("", "Type a word for the label first."),
            ("   ", "Type a word for the label first."),
            ("x" * 41, "A label has up to 40 characters; this one has 41."),
            ("a\u202eb", "A label is made of letters, digits and signs that can be seen."),
        ],
    )
    def test_a_bad_name_is_refused_in_words(self, signed_in: Client, prompt: Prompt, name: str, sentence: str) -> None:
        response = signed_in.post(f"/playground/{prompt.pk}/labels/", {"name": name}, **HTMX)
        assert response.status_code == 422
        assert sentence in response.content.decode()
        response = signed_in.post(f"/playground/{prompt.pk}/labels/", {"name": name})
        assert response.status_code == 422
        assert sentence in response.content.decode()
        assert f'name="name" maxlength="40" value="{name}"' in response.content.decode()
        assert names(prompt) == []

    def test_twenty_are_enough(self, signed_in: Client, prompt: Prompt) -> None:
        for number in range(20):
            keeping.add_label(prompt, f"label {number}")
        response = signed_in.post(f"/playground/{prompt.pk}/labels/", {"name": "one more"}, **HTMX)
        assert "A prompt has up to 20 labels. Take one away first." in response.content.decode()
        keeping.add_label(prompt, "one more")
        assert prompt.labels.count() == 20

    def test_two_people_have_their_own(self, signed_in: Client, prompt: Prompt, stranger: Any) -> None:
        theirs = answered(stranger, key="theirs")
        label = keeping.add_label(theirs, "Demo")
        signed_in.post(f"/playground/{prompt.pk}/labels/", {"name": "Demo"})
        assert Label.objects.filter(name="Demo").count() == 2
        assert signed_in.post(f"/playground/{prompt.pk}/labels/{label.pk}/remove").status_code == 404


class TestNotes:
    def test_is_kept_as_text(self, signed_in: Client, prompt: Prompt) -> None:
        note = "First line\r\n<b>second</b> **line** {{ 1|add:1 }}\r\n"
        page = signed_in.post(f"/playground/{prompt.pk}/note", {"note": note}, **HTMX).content.decode()
        assert "&lt;b&gt;second&lt;/b&gt; **line** {{ 1|add:1 }}" in page
        prompt.refresh_from_db()
        assert prompt.note == "First line\n<b>second</b> **line** {{ 1|add:1 }}"
        signed_in.post(f"/playground/{prompt.pk}/note", {"note": ""})
        prompt.refresh_from_db()
        assert prompt.note == ""

    def test_five_thousand_characters_with_line_ends_counted_once(self, signed_in: Client, prompt: Prompt) -> None:
        most = "\r\n".join(["x" * 499] * 10)  # 4,999 characters
        assert signed_in.post(f"/playground/{prompt.pk}/note", {"note": most}, **HTMX).status_code == 200
        response = signed_in.post(f"/playground/{prompt.pk}/note", {"note": most + "xx"}, **HTMX)
        assert response.status_code == 422
        assert "A note has up to 5,000 characters; this one has 5,001." in response.content.decode()
        assert "xx</textarea>" in response.content.decode(), "what was typed stays"
        prompt.refresh_from_db()
        assert len(prompt.note) == 4_999
        assert signed_in.post(f"/playground/{prompt.pk}/note", {"note": "x" * 10_000}, **HTMX).status_code == 422

    def test_without_script_the_board_comes_back_with_what_was_typed(self, signed_in: Client, prompt: Prompt) -> None:
        response = signed_in.post(f"/playground/{prompt.pk}/note", {"note": "y" * 5_001})
        page = response.content.decode()
        assert response.status_code == 422
        assert "A note has up to 5,000 characters; this one has 5,001." in page
        assert f"{'y' * 5_001}</textarea>" in page
        assert "From the west." in page, "the board is there"
        assert f'maxlength="{LONGEST_NOTE}"' in page
        prompt.refresh_from_db()
        assert prompt.note == ""


class TestFavourites:
    def test_a_button_says_what_it_does_and_twice_is_once(self, signed_in: Client, prompt: Prompt) -> None:
        address = f"/playground/{prompt.pk}/favourite"
        for _ in range(2):
            page = signed_in.post(address, {"favourite": "on"}, **HTMX).content.decode()
            assert 'value="off" aria-pressed="true"' in page
        prompt.refresh_from_db()
        assert prompt.is_favourite
        assert signed_in.post(address, {"favourite": "off"})["Location"] == prompt.get_absolute_url()
        prompt.refresh_from_db()
        assert not prompt.is_favourite
        assert signed_in.post(address, {"favourite": "maybe"}, **HTMX).status_code == 422

    def test_from_the_list_only_the_star_comes_back(self, signed_in: Client, prompt: Prompt) -> None:
        star = f"star-{prompt.pk.hex}"
        assert star in signed_in.get("/history/").content.decode()
        headers = HTMX | {"HTTP_HX_TARGET": star}
        page = signed_in.post(f"/playground/{prompt.pk}/favourite", {"favourite": "on"}, **headers).content.decode()
        assert page.startswith(f'<button id="{star}"')
        assert 'value="off" aria-pressed="true"' in page

    def test_without_script_the_list_comes_back(self, signed_in: Client, prompt: Prompt) -> None:
        data = {"favourite": "on", "next": "/history/?q=wind&page=1", "prompt": str(prompt.pk), "name": ""}
        assert signed_in.post(f"/playground/{prompt.pk}/favourite", data)["Location"] == "/history/?q=wind&page=1"


class TestSelection:
    def test_a_label_for_many_is_asked_first(self, signed_in: Client, owner: Any, prompt: Prompt) -> None:
        other = answered(owner, key="other", text="Which sea?")
        data = {"prompt": [str(prompt.pk), str(other.pk)], "act": "label", "name": "Both ", "next": "/history/?q=which"}
        page = words(signed_in.post("/history/selected/", data))
        assert "File 2 prompts under “Both”?" in page
        assert "Which wind?" in page
        assert not Label.objects.exists()
        response = signed_in.post("/history/selected/", data | {"confirmed": "on"}, follow=True)
        assert response.redirect_chain == [("/history/?q=which", 302)]
        assert "2 prompts filed under “Both”." in words(response)
        assert names(prompt) == names(other) == ["Both"]

    def test_texts_of_many_are_asked_first(self, signed_in: Client, owner: Any, prompt: Prompt) -> None:
        live, _ = opening.open_prompt(owner, asked(FOUR[0], key="live", text="On its way"))
        Recording.objects.create(run=prompt.runs.get(), content=b"raw")
        data = {"prompt": [str(prompt.pk), str(live.pk)], "act": "purge", "name": ""}
        page = words(signed_in.post("/history/selected/", data))
        assert "Remove the texts of 2 prompts?" in page
        assert "This cannot be undone." in page
        assert Run.objects.get(prompt=prompt).text == "From the west."
        response = signed_in.post("/history/selected/", data | {"confirmed": "on"}, follow=True)
        assert "The texts of 1 prompt were removed. The bills stay." in words(response)
        assert "1 prompt left as before: with answers on the way, or without texts already." in words(response)
        assert Run.objects.get(prompt=prompt).text == ""
        assert Prompt.objects.get(pk=live.pk).text == "On its way"

    @pytest.mark.parametrize(
        ("data", "sentence"),
        [
            ({"act": "label", "name": "x"}, "Tick the prompts that you mean first."),
            ({"act": "label", "name": " ", "prompt": ["own"]}, "Type a word for the label first."),
            ({"prompt": ["own"]}, "Choose what to do."),
        ],
    )
    def test_half_an_order_is_refused_in_words(
        self, signed_in: Client, prompt: Prompt, data: dict[str, Any], sentence: str
    ) -> None:
        data = data | {"prompt": [str(prompt.pk) for _ in data.get("prompt", [])]}
        assert sentence in words(signed_in.post("/history/selected/", data, follow=True))
        assert names(prompt) == []

    @pytest.mark.parametrize("other", ["00000000-0000-4000-8000-000000000000", "not-a-number", "theirs"])
    def test_somebody_elses_is_not_there(self, signed_in: Client, prompt: Prompt, stranger: Any, other: str) -> None:
        theirs = answered(stranger, key="theirs")
        ids = [str(prompt.pk), str(theirs.pk) if other == "theirs" else other]
        for act in ("label", "purge"):
            data = {"prompt": ids, "act": act, "name": "x", "confirmed": "on"}
            assert signed_in.post("/history/selected/", data).status_code == 404
        assert names(prompt) == []
        assert Prompt.objects.filter(purged_at=None).count() == 2


class TestRemovingTexts:
    def test_is_asked_first_and_keeps_the_bill(self, signed_in: Client, prompt: Prompt) -> None:
        address = f"/playground/{prompt.pk}/texts/remove"
        assert address in signed_in.get(prompt.get_absolute_url()).content.decode()
        page = words(signed_in.get(address))
        assert "Remove the texts of 1 prompt?" in page
        assert "The bills, states, timings, labels, notes and verdicts stay." in page
        assert "Which wind?" in page
        response = signed_in.post(address, follow=True)
        assert response.redirect_chain == [(prompt.get_absolute_url(), 302)]
        page = words(response)
        assert "The texts of 1 prompt were removed. The bills stay." in page
        assert "Which wind?" not in page
        assert "From the west." not in page
        assert "$0.001" in page
        assert address not in response.content.decode()
        assert "left as before" in words(signed_in.post(address, follow=True))

    def test_not_while_answers_are_on_the_way(self, signed_in: Client, owner: Any) -> None:
        live, _ = opening.open_prompt(owner, asked(FOUR[0], key="live"))
        assert "texts/remove" not in signed_in.get(live.get_absolute_url()).content.decode()
        assert "left as before" in words(signed_in.post(f"/playground/{live.pk}/texts/remove", follow=True))
        live.refresh_from_db()
        assert live.has_text


OWN = [
    ("get", "texts/remove"),
    ("post", "texts/remove"),
    ("post", "again"),
    ("post", "favourite"),
    ("post", "note"),
    ("post", "labels/"),
    ("post", "labels/1/remove"),
    ("get", "share"),
    ("post", "share"),
    ("post", "share/1/revoke"),
]


class TestAccess:
    @pytest.mark.parametrize(("method", "path"), OWN)
    def test_to_a_stranger_it_does_not_exist(
        self, client: Client, prompt: Prompt, stranger: Any, method: str, path: str
    ) -> None:
        client.force_login(stranger, backend=BACKEND)
        data = {"favourite": "on", "note": "x", "name": "x", "key": "x", "expires": "7"}
        response = getattr(client, method)(f"/playground/{prompt.pk}/{path}", data)
        assert response.status_code == 404
        assert getattr(client, method)(f"/playground/{uuid4()}/{path}", data).status_code == 404
        prompt.refresh_from_db()
        assert (prompt.is_favourite, prompt.note, prompt.purged_at, names(prompt)) == (False, "", None, [])
        assert not prompt.shares.exists()
        assert Prompt.objects.count() == 1

    @pytest.mark.parametrize(("method", "path"), [*OWN, ("post", "")])
    def test_anonymous_visitors_are_sent_to_sign_in(
        self, client: Client, prompt: Prompt, method: str, path: str
    ) -> None:
        address = f"/playground/{prompt.pk}/{path}" if path else "/history/selected/"
        response = getattr(client, method)(address)
        assert (response.status_code, response["Location"].partition("?")[0]) == (302, "/accounts/login/")

    @pytest.mark.parametrize("path", [path for method, path in OWN if method == "post"])
    def test_a_post_without_the_csrf_token_is_refused(self, owner: Any, prompt: Prompt, path: str) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(owner, backend=BACKEND)
        assert client.post(f"/playground/{prompt.pk}/{path}").status_code == 403
        assert client.post("/history/selected/").status_code == 403


def test_no_answer_is_read_to_set_a_star(signed_in: Client, owner: Any) -> None:
    prompt = answered(owner, *FOUR[:2], key="matrix", repeats=3)
    with CaptureQueriesContext(connection) as captured:
        page = signed_in.post(f"/playground/{prompt.pk}/favourite", {"favourite": "on"}, **HTMX)
    assert page.status_code == 200
    assert not any('"playground_run"."text"' in query["sql"] for query in captured)
