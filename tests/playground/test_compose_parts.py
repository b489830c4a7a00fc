"""The parts of the form that are asked for by themselves: messages moved, fields of other models, the exact JSON, uploads."""

import html
import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from playground import opening
from playground.forms import examples
from playground.models import Image, Prompt
from tests.playground.builders import FOUR
from tests.playground.pictures import gif, kept, png
from tests.playground.test_compose import CODESTRAL, HTMX, form, typed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]
FIELDS = "/playground/fields/"
THREE = {
    "role-0": "system",
    "content-0": "Be dry.",
    "role-1": "user",
    "content-1": "One",
    "role-2": "assistant",
    "content-2": "Two",
}


def part(client: Client, target: str, data: dict[str, Any]) -> str:
    response = client.post(FIELDS, data, HTTP_HX_TARGET=target, **HTMX)
    assert response.status_code == 200
    return response.content.decode()


class TestFields:
    def test_fields_follow_the_models_and_keep_what_was_typed(self, signed_in: Client) -> None:
        data = {"model": [FOUR[0]], "parameter-temperature": "0.7", "parameter-structured_outputs": "true"}
        page = part(signed_in, "fields", data)
        assert 'value="0.7"' in page
        assert "structured_outputs" not in page
        assert page.lstrip().startswith('<div id="fields">')

    def test_single_models_have_fields_of_their_own_when_there_are_two(self, signed_in: Client) -> None:
        assert "Only for" not in part(signed_in, "fields", {"model": FOUR[:1]})
        data = {"model": FOUR[:2], f"only:{FOUR[1]}:temperature": "0.2", f"drop:{FOUR[0]}:seed": "on"}
        page = part(signed_in, "fields", data)
        assert "Only for Mistral Large 3 2512" in page
        assert "Mistral Large 3 2512: without seed; Mistral Large 2407: temperature 0.2" in page

    def test_the_routers_switches_are_there_where_a_router_is(self, signed_in: Client, settings: Any) -> None:
        assert "Not above the catalog’s price" in part(signed_in, "fields", {"model": FOUR[:1]})
        settings.COMPATIBLE_BASE_URL = "http://127.0.0.1:9/v1"
        assert "Not above the catalog’s price" not in part(signed_in, "fields", {"model": []})

    @pytest.mark.parametrize("name", sorted(examples.WHOLE))
    def test_an_example_is_put_in_and_writes_over_nothing(self, signed_in: Client, name: str) -> None:
        def value(typed: str) -> str:
            data = {"model": [], f"parameter-{name}": typed, "do": f"example-{name}"}
            page = part(signed_in, "fields", data)
            (found,) = re.findall(rf'<textarea name="parameter-{name}"[^>]*>\s*(.*?)</textarea>', page, flags=re.S)
            return html.unescape(found)

        assert json.loads(value("")) == json.loads(examples.WHOLE[name])
        assert value("mine") == "mine"


class TestMessages:
    @pytest.mark.parametrize(
        ("wish", "after"),
        [
            ("add", [("system", "Be dry."), ("user", "One"), ("assistant", "Two"), ("user", "")]),
            ("up-2", [("system", "Be dry."), ("assistant", "Two"), ("user", "One")]),
            ("down-0", [("user", "One"), ("system", "Be dry."), ("assistant", "Two")]),
            ("remove-0", [("user", "One"), ("assistant", "Two")]),
            ("remove-2", [("system", "Be dry."), ("user", "One")]),
            ("show", [("system", "Be dry."), ("user", "One"), ("assistant", "Two")]),
        ],
    )
    def test_with_script_or_without_they_are_the_same(
        self, signed_in: Client, wish: str, after: list[tuple[str, str]]
    ) -> None:
        data = form(**THREE, do=wish)
        assert typed(part(signed_in, "messages", data)) == after
        page = signed_in.post(FIELDS, data).content.decode()
        assert typed(page) == after
        assert 'value="key"' in page, "the form that comes back is the same form"
        assert not Prompt.objects.exists()

    def test_roles_bring_their_fields(self, signed_in: Client) -> None:
        calls = '[{"id": "c1", "name": "get_wind", "arguments": "{\\"place\\": \\"Brest\\"}"}]'
        data = form(**THREE | {"calls-2": calls, "role-3": "tool", "call-3": "c1", "content-3": "4 Bft"})
        page = part(signed_in, "messages", data)
        assert 'name="calls-2"' in page
        assert 'name="call-3" id="id_call-3" value="c1"' in page
        assert 'get_wind({"place": "Brest"})' in html.unescape(page)

    def test_the_keyboard_goes_to_the_new_message(self, signed_in: Client) -> None:
        page = part(signed_in, "messages", form(**THREE, do="add"))
        assert re.findall(r'<textarea name="(content-\d)"[^>]*autofocus', page) == ["content-3"]

    def test_they_are_sent_in_their_order(self, signed_in: Client) -> None:
        signed_in.post("/playground/", form(**THREE | {"role-9": "user", "content-9": "Three"}, model=FOUR[:1]))
        run = Prompt.objects.get().runs.get()
        assert run.request["messages"] == [
            {"role": "system", "content": "Be dry."},
            {"role": "user", "content": "One"},
            {"role": "assistant", "content": "Two"},
            {"role": "user", "content": "Three"},
        ]

    def test_markup_in_a_message_is_text(self, signed_in: Client) -> None:
        nasty = "</textarea><script>alert(1)</script>"
        page = part(signed_in, "messages", form(**THREE | {"content-2": nasty}))
        assert "<script>" not in page
        assert typed(page)[2][1] == html.escape(nasty)


def previews(page: str) -> list[dict[str, Any]]:
    return [json.loads(html.unescape(each)) for each in re.findall(r"<pre[^>]*><code>(.*?)</code>", page, flags=re.S)]


class TestPreview:
    REQUEST = {
        "role-0": "system",
        "content-0": "Be dry.",
        "role-1": "user",
        "content-1": "The wind in {{city}} & “elsewhere” <b>?",
        "fill": "csv",
        "rows": "city\nSaint-Malo é\nBrest\n",
        "parameter-tools": examples.TOOLS,
        "parameter-tool_choice": "auto",
        "parameter-response_format": examples.RESPONSE_FORMAT,
        "parameter-structured_outputs": "on",
        "parameter-temperature": "0.5",
        "parameter-stop": "END\n###",
        f"only:{FOUR[1]}:temperature": "0.1",
        f"drop:{FOUR[2]}:temperature": "on",
        "route-max_price": "on",
        "route-no_fallbacks": "on",
        "repeats": "2",
    }

    @pytest.mark.parametrize("api", ["chat", "responses"])
    @pytest.mark.parametrize("delivery", ["stream", "whole"])
    def test_it_is_what_is_sent(self, signed_in: Client, api: str, delivery: str) -> None:
        data = form(**self.REQUEST, api=api, delivery=delivery)
        shown = previews(signed_in.post("/playground/preview/", data, **HTMX).content.decode())
        assert not Prompt.objects.exists()
        signed_in.post("/playground/", data)
        runs = Prompt.objects.get().runs.filter(row=0, repeat=0)
        assert shown == [run.request for run in runs]
        assert len(shown) == 4
        assert [body.get("temperature") for body in shown] == [0.5, 0.1, None, 0.5]
        assert shown[0]["stream"] is (delivery == "stream")
        assert shown[0]["provider"]["allow_fallbacks"] is False

    def test_it_says_what_each_leaves_out_and_of_which_row_it_is(self, signed_in: Client) -> None:
        page = signed_in.post("/playground/preview/", form(**self.REQUEST), **HTMX).content.decode()
        assert "For the first of 2 rows of values." in page
        assert "Leaves out <code>structured_outputs</code>." in page
        assert "Nothing that is set is left out." in page

    def test_without_script_the_page_comes_back_with_it(self, signed_in: Client) -> None:
        page = signed_in.post("/playground/preview/", form()).content.decode()
        assert "What Run sends" in page
        assert len(previews(page)) == 4
        assert typed(page)[1] == ("user", "Which wind?")

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"text": ""}, "Choose models and write a prompt first."),
            ({"parameter-temperature": "9"}, "temperature: Mistral Large 3 2512 takes 2 or less; this is 9."),
        ],
    )
    def test_what_is_missing_is_said(self, signed_in: Client, changes: dict[str, Any], sentence: str) -> None:
        page = signed_in.post("/playground/preview/", form(**changes), **HTMX).content.decode()
        assert f"The JSON stands here once this is put right: {sentence}" in page

    def test_it_can_be_hidden_again(self, signed_in: Client) -> None:
        page = signed_in.post("/playground/preview/", form(hide="1"), **HTMX).content.decode()
        assert page.split() == ["<div", 'id="preview"', 'class="preview">', "</div>"]


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/octet-stream")


class TestImages:
    ONE = {"model": [FOUR[0]], "role-0": "user", "content-0": "What is this?", "key": "key"}

    def test_an_image_is_kept_shown_and_sent_by_its_number(self, signed_in: Client, owner: Any) -> None:
        data = self.ONE | {"upload-0": upload("wind.png", png(32, 20))}
        page = part(signed_in, "messages", data)
        image = Image.objects.get(user=owner)
        assert (image.media_type, image.width, image.height, bytes(image.content)) == ("image/png", 32, 20, png(32, 20))
        assert f'<input type="hidden" name="images-0" value="{image.pk}">' in page
        assert f'src="/playground/images/{image.pk}/"' in page
        signed_in.post("/playground/", self.ONE | {"images-0": str(image.pk)})
        run = Prompt.objects.get().runs.get()
        assert run.request["messages"][0]["content"] == [
            {"type": "text", "text": "What is this?"},
            {"type": "image_url", "image_url": {"url": f"windrose-image:{image.pk}"}},
        ]

    def test_without_script_run_takes_the_files_itself(self, signed_in: Client) -> None:
        files = [upload("a.png", png(2, 2)), upload("b.gif", gif(3, 3))]
        assert signed_in.post("/playground/", self.ONE | {"upload-0": files}).status_code == 302
        assert Prompt.objects.get().messages[0]["images"] == [image.pk for image in Image.objects.order_by("pk")]

    def test_the_same_bytes_are_kept_once_for_one_person(self, signed_in: Client, stranger: Any, owner: Any) -> None:
        for _ in range(2):
            part(signed_in, "messages", self.ONE | {"upload-0": upload("a.png", png(2, 2))})
        assert Image.objects.count() == 1
        other = Client()
        other.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
        part(other, "messages", self.ONE | {"upload-0": upload("a.png", png(2, 2))})
        assert Image.objects.count() == 2

    def test_a_refused_form_keeps_its_images(self, signed_in: Client) -> None:
        data = self.ONE | {"content-0": "x" * 200_001, "upload-0": upload("a.png", png(2, 2))}
        response = signed_in.post("/playground/", data)
        assert response.status_code == 422
        assert f'name="images-0" value="{Image.objects.get().pk}"' in response.content.decode()

    def test_an_image_can_be_taken_away(self, signed_in: Client, owner: Any) -> None:
        both = [kept(owner, sha256=str(n)) for n in range(2)]
        data = self.ONE | {"images-0": [image.pk for image in both], "do": f"image-0-{both[0].pk}"}
        page = part(signed_in, "messages", data)
        assert re.findall(r'name="images-0" value="(\d+)"', page) == [str(both[1].pk)]

    @pytest.mark.parametrize(
        ("files", "sentence"),
        [
            ([("a.svg", b"<svg/>")], "“a.svg” is not a PNG, JPEG, GIF or WebP image."),
            ([("a.png", png(1, 9000))], "“a.png” is 1 × 9,000 pixels; up to 8,000 on each side are possible."),
            ([("a.png", png(1, 1) + bytes(4 * 1024 * 1024))], "“a.png” has 4,194,3"),
            ([(f"{n}.png", png(n, 1)) for n in range(1, 6)], "Up to 4 images are possible, so “5.png” was not added."),
        ],
    )
    def test_what_is_not_taken_is_said(self, signed_in: Client, files: list[Any], sentence: str) -> None:
        data = self.ONE | {"upload-0": [upload(*file) for file in files]}
        assert sentence in part(signed_in, "messages", data)
        data = self.ONE | {"upload-0": [upload(*file) for file in files]}
        response = signed_in.post("/playground/", data)
        assert response.status_code == 422
        assert sentence in response.content.decode()

    def test_a_person_has_room_for_so_many(self, signed_in: Client, owner: Any) -> None:
        kept(owner, size=200_000_000)
        page = part(signed_in, "messages", self.ONE | {"upload-0": upload("a.png", png(2, 2))})
        assert "“a.png” was not added: your images fill the 200,000,000 bytes" in page

    def test_a_model_that_reads_none_is_named(self, signed_in: Client) -> None:
        data = self.ONE | {"model": [FOUR[0], CODESTRAL], "upload-0": upload("a.png", png(2, 2))}
        response = signed_in.post("/playground/", data)
        assert response.status_code == 422
        assert (
            "Codestral 2501 cannot read images. Leave them out, or take the images away." in response.content.decode()
        )

    def test_somebody_elses_image_is_not_there(self, signed_in: Client, stranger: Any) -> None:
        image = kept(stranger)
        response = signed_in.post("/playground/", self.ONE | {"images-0": str(image.pk)})
        assert response.status_code == 422
        assert "An image that stood here is no longer kept." in response.content.decode()
        assert signed_in.get(f"/playground/images/{image.pk}/").status_code == 404

    def test_its_own_address(self, signed_in: Client, owner: Any) -> None:
        part(signed_in, "messages", self.ONE | {"upload-0": upload("a<b>.gif", gif(3, 3) + b"<script>")})
        image = Image.objects.get()
        response = signed_in.get(f"/playground/images/{image.pk}/")
        assert response.content == gif(3, 3) + b"<script>"
        assert response["Content-Type"] == "image/gif"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Disposition"] == f'inline; filename="image-{image.pk}.gif"'
        assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert "no-store" in response["Cache-Control"]
        assert signed_in.post(f"/playground/images/{image.pk}/").status_code == 405


class TestRowsFromAFile:
    DATA = {"model": FOUR[:2], "text": "Wind in {{city}}?", "key": "key"}

    def test_the_file_becomes_the_text_of_its_field(self, signed_in: Client) -> None:
        file = upload("cities.csv", "\ufeffcity;note\r\nZürich;x\r\nBrest;y\r\n".encode())
        page = part(signed_in, "rows", self.DATA | {"rows_file": file})
        assert re.search(r'name="rows"[^>]*>\s*city;note\r\nZürich;x', page)
        assert 'value="csv" checked' in page

    def test_without_script_run_reads_it(self, signed_in: Client) -> None:
        file = upload("cities.csv", "city,note\nZürich,x\nBrest,y\n".encode())
        signed_in.post("/playground/", self.DATA | {"rows_file": file, "repeats": "2"})
        prompt = Prompt.objects.get()
        assert prompt.variables == {"names": ["city"], "rows": [["Zürich"], ["Brest"]]}
        assert prompt.runs.count() == 8
        assert prompt.runs.filter(row=1, repeat=1).first().request["messages"][0]["content"] == "Wind in Brest?"

    def test_columns_without_a_variable_are_told(self, signed_in: Client) -> None:
        data = self.DATA | {"rows": "city,note\nBrest,y\n", "fill": "csv"}
        page = signed_in.post("/playground/estimate/", data, **HTMX).content.decode()
        assert "1 row of values; no message names “note”, so nothing of it is sent" in page

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            ("Zürich".encode("latin-1"), "This file is not text in UTF-8."),
            (bytes(1_000_001), "This file has 1,000,001 bytes; up to 1,000,000 are read."),
        ],
    )
    def test_a_file_that_is_no_text_is_refused(self, signed_in: Client, content: bytes, sentence: str) -> None:
        assert sentence in part(signed_in, "rows", self.DATA | {"rows_file": upload("a.csv", content)})
        response = signed_in.post("/playground/", self.DATA | {"rows_file": upload("a.csv", content)})
        assert response.status_code == 422
        assert sentence in response.content.decode()

    def test_too_many_runs_are_refused_with_their_number(self, signed_in: Client) -> None:
        rows = "city\n" + "Brest\n" * 100
        assert opening.MOST_RUNS == 600
        response = signed_in.post("/playground/", self.DATA | {"model": FOUR, "rows": rows, "repeats": "2"})
        assert response.status_code == 422
        assert (
            "This makes 800 runs, 100 rows by 4 models by 2 times; up to 600 are possible." in response.content.decode()
        )
        assert not Prompt.objects.exists()
