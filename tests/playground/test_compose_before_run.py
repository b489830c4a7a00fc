"""What is said before Run: refused pictures, too many models, limits that do not apply, and words for what is missing."""

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from playground.models import Image, Prompt
from tests.playground.builders import FOUR, budget
from tests.playground.pictures import kept, png
from tests.playground.test_compose import HTMX, every_offer, form, title
from tests.playground.test_compose_parts import part, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]
NOT_TAKEN = "“fake.png” is not a PNG, JPEG, GIF or WebP image."
BEGIN = "Choose models and write a prompt"


def hidden(page: str, name: str) -> list[str]:
    return [html.unescape(each) for each in re.findall(rf'<input type="hidden" name="{name}" value="([^"]*)">', page)]


class TestRefusedImages:
    ONE = {"model": FOUR[:1], "role-0": "user", "content-0": "What is this?", "key": "key"}

    def refused(self, client: Client) -> dict[str, Any]:
        """The form after a fake was chosen, as the browser would send it on."""
        page = part(client, "messages", self.ONE | {"upload-0": upload("fake.png", b"fake")})
        (sentence,) = hidden(page, "refused-0")
        assert sentence == NOT_TAKEN
        assert "go on without it</button>" in page
        return self.ONE | {"refused-0": sentence}

    @pytest.mark.parametrize("headers", [{}, HTMX])
    def test_run_is_held_however_often_it_is_pressed(self, signed_in: Client, headers: dict[str, str]) -> None:
        data = self.refused(signed_in)
        for _ in range(2):
            response = signed_in.post("/playground/", data, **headers)
            assert response.status_code == 422
            page = response.content.decode()
            assert NOT_TAKEN in page
            assert hidden(page, "refused-0") == [NOT_TAKEN]
        assert not Prompt.objects.exists()

    def test_the_worst_case_says_it_too(self, signed_in: Client) -> None:
        page = signed_in.post("/playground/estimate/", self.refused(signed_in), **HTMX).content.decode()
        assert f"The worst case stands here once this is put right: {NOT_TAKEN}" in page

    def test_without_script_the_same_run_is_held_again(self, signed_in: Client) -> None:
        response = signed_in.post("/playground/", self.ONE | {"upload-0": upload("fake.png", b"fake")})
        assert response.status_code == 422
        assert hidden(response.content.decode(), "refused-0") == [NOT_TAKEN]

    def test_going_on_without_it_is_a_choice(self, signed_in: Client) -> None:
        page = part(signed_in, "messages", self.refused(signed_in) | {"do": "without-0"})
        assert NOT_TAKEN not in page
        assert hidden(page, "refused-0") == []
        assert signed_in.post("/playground/", self.ONE).status_code == 302

    def test_another_image_takes_its_place(self, signed_in: Client) -> None:
        data = self.refused(signed_in) | {"upload-0": upload("true.png", png(2, 2))}
        assert signed_in.post("/playground/", data).status_code == 302
        assert Prompt.objects.get().messages[0]["images"] == [Image.objects.get().pk]

    def test_a_second_fake_does_not(self, signed_in: Client) -> None:
        data = self.refused(signed_in) | {"upload-0": upload("other.png", b"fake")}
        page = part(signed_in, "messages", data)
        assert hidden(page, "refused-0") == ["“other.png” is not a PNG, JPEG, GIF or WebP image."]

    def test_every_refused_file_is_named(self, signed_in: Client) -> None:
        files = [upload("a.png", b"fake"), upload("b.png", b"fake")]
        (sentence,) = hidden(part(signed_in, "messages", self.ONE | {"upload-0": files}), "refused-0")
        assert "“a.png” is not" in sentence
        assert "“b.png” is not" in sentence

    def test_it_stays_at_its_message_when_that_moves(self, signed_in: Client) -> None:
        page = part(
            signed_in, "messages", self.refused(signed_in) | {"role-1": "user", "content-1": "", "do": "down-0"}
        )
        assert hidden(page, "refused-1") == [NOT_TAKEN]


class TestTooManyModels:
    def test_the_worst_case_says_it(self, signed_in: Client) -> None:
        seven = [offer.key for offer in every_offer()][:7]
        for headers in ({}, HTMX):
            page = signed_in.post("/playground/estimate/", form(model=seven), **headers).content.decode()
            assert "once this is put right: Choose up to 6 models; these are 7." in page

    def test_the_list_says_how_many_there_may_be(self, signed_in: Client) -> None:
        assert 'data-picker="6"' in signed_in.get("/playground/").content.decode()


class TestLimitsOnProviders:
    DENIED = "“Only providers that keep no prompts” does not apply here: this model is not asked through OpenRouter."

    def test_they_are_said_beside_run_and_in_the_exact_json(self, signed_in: Client, owner: Any, settings: Any) -> None:
        settings.OPENROUTER_API_KEY = settings.MISTRAL_API_KEY = "unused"
        budget(owner, "1")
        data = form(model=[FOUR[0], f"{FOUR[0]}@mistral"], **{"route-deny_data_collection": "on"})
        for address in ("/playground/estimate/", "/playground/preview/"):
            page = signed_in.post(address, data, **HTMX).content.decode()
            assert " ".join(page.split()).count(self.DENIED) == 1


class TestWords:
    def preview(self, client: Client, **changes: Any) -> str:
        return client.post("/playground/preview/", form(model=FOUR[:1], **changes), **HTMX).content.decode()

    def test_the_exact_json_speaks_of_images_where_there_are_some(self, signed_in: Client, owner: Any) -> None:
        assert "An image stands in it by its number" not in self.preview(signed_in)
        message = {"role-0": "user", "content-0": "What is this?", "images-0": str(kept(owner).pk)}
        assert "An image stands in it by its number" in self.preview(signed_in, **message)

    def test_after_an_error_it_says_what_is_wrong(self, signed_in: Client) -> None:
        response = signed_in.post("/playground/", form(**{"parameter-temperature": "9"}))
        page = response.content.decode()
        assert "The worst case stands here once this is put right: temperature:" in page
        assert BEGIN not in page

    def test_after_a_budget_refuses_the_worst_case_is_there(self, signed_in: Client, settings: Any) -> None:
        settings.OPENROUTER_API_KEY = "unused"
        response = signed_in.post("/playground/", form(model=FOUR[:1]))
        assert response.status_code == 422
        assert "The most this prompt can cost" in response.content.decode()

    def test_with_models_and_words_nobody_is_told_to_begin(self, signed_in: Client) -> None:
        page = signed_in.post("/playground/fields/", form(do="add")).content.decode()
        assert BEGIN not in page
        assert "Press “Show the worst case” to see it." in page
        assert BEGIN in signed_in.get("/playground/").content.decode()

    def test_what_a_parameter_does_is_said_once(self, signed_in: Client) -> None:
        """The fields of single models are short: name, value, range."""
        page = part(signed_in, "fields", {"model": FOUR})
        assert page.count('class="own-parameters"') == 4
        own = page.split('<div class="own-parameters">', 1)[1].split('<details id="fold-sending"')[0]
        assert "This setting" not in own
        assert "0 to 2" in own

    def test_a_runs_title_tells_nothing_of_what_is_not_stored(self, signed_in: Client) -> None:
        for unstored, told in (("", "Which wind?"), ("on", "A prompt that is not stored")):
            signed_in.post("/playground/", form(model=FOUR[:1], key=f"key{unstored}", unstored=unstored))
            run = Prompt.objects.get(key=f"key{unstored}").runs.get()
            page = signed_in.get(reverse("playground:run", args=[run.prompt_id, run.pk])).content.decode()
            assert title(page).startswith(f"Mistral Large 3 2512: {told}")
