"""The page of a run's code, its files, and the raw downloads: what they hold, whom they ask, and who has them."""

import json
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from playground.exports.code import code_of
from playground.messages import Message
from playground.models import Image, Prompt, Run
from tests.conftest import BACKEND
from tests.playground.builders import FOUR, asked
from tests.playground.finished import finished, record

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]
PICTURE = b"\x89PNG not really"


@pytest.fixture
def run(owner: Any) -> Run:
    return finished(owner, asked(FOUR[0], text="Which </code><script> wind?")).runs.get()


def address(run: Run, name: str = "code") -> str:
    return f"/playground/{run.prompt_id}/runs/{run.pk}/{name}"


def file(client: Client, run: Run, language: str) -> str:
    response = client.get(address(run), {"language": language})
    assert response.status_code == 200
    return response.content.decode()


def with_image(owner: Any, content: bytes = PICTURE) -> Run:
    image = Image.objects.create(
        user=owner, sha256="a" * 64, media_type="image/png", width=1, height=1, size=len(content), content=content
    )
    return finished(owner, replace(asked(FOUR[0]), messages=[Message("user", "See", images=(image.pk,))])).runs.get()


class TestPage:
    def test_all_three_languages_stand_on_it_as_text(self, signed_in: Client, run: Run) -> None:
        page = signed_in.get(address(run)).content.decode()
        assert "Mistral Large 3 2512 as code" in page
        for name in ("prompt.sh", "prompt.py", "prompt.ts"):
            assert f"Download <code>{name}</code>" in page
        assert "Which &lt;/code&gt;&lt;script&gt; wind?" in page
        assert "<script> wind" not in page
        assert "<code>OPENROUTER_API_KEY</code>" in page
        assert page.count("data-copy=") == 3

    def test_a_rehearsal_leads_to_the_market_and_says_so(self, signed_in: Client, run: Run, settings: Any) -> None:
        settings.OPENROUTER_BASE_URL = "http://127.0.0.1:1/v1"
        page = signed_in.get(address(run)).content.decode()
        assert "This run was a rehearsal and asked nobody. The code asks OpenRouter, which bills it." in page
        assert "https://openrouter.ai/api/v1" in page
        assert "127.0.0.1:1" not in page
        assert "# This run was a rehearsal" in file(signed_in, run, "curl")

    @pytest.mark.parametrize(
        ("upstream", "base_url", "variable"),
        [
            ("openrouter", "http://127.0.0.1:1/v1", "OPENROUTER_API_KEY"),
            ("mistral", "http://127.0.0.1:2/v1", "MISTRAL_API_KEY"),
            ("compatible", "http://127.0.0.1:3/v1", ""),
        ],
    )
    def test_each_upstream_has_its_address_and_its_key(
        self, run: Run, settings: Any, upstream: str, base_url: str, variable: str
    ) -> None:
        settings.OPENROUTER_BASE_URL = "http://127.0.0.1:1/v1/"
        settings.MISTRAL_BASE_URL = "http://127.0.0.1:2/v1"
        settings.COMPATIBLE_BASE_URL = "http://127.0.0.1:3/v1"
        run.upstream, run.is_rehearsal = upstream, False
        call = code_of(run).call
        assert (call.base_url, call.key_variable, call.has_parts) == (base_url, variable, upstream == "mistral")
        settings.COMPATIBLE_API_KEY = "a word that is no key"
        run.upstream = "compatible"
        call = code_of(run).call
        assert call.key_variable == "COMPATIBLE_API_KEY"
        assert "a word that is no key" not in code_of(run).sample("python").code

    def test_a_server_that_is_gone_is_said(self, signed_in: Client, run: Run) -> None:
        Run.objects.update(upstream="compatible", is_rehearsal=False)
        page = signed_in.get(address(run)).content.decode()
        assert "is not set up here any more" in page
        assert "prompt.py" not in page
        assert signed_in.get(address(run), {"language": "python"}).status_code == 409

    def test_the_key_is_nowhere(self, signed_in: Client, run: Run, settings: Any) -> None:
        settings.OPENROUTER_API_KEY = "sk-or-CANARY-not-a-key"
        Run.objects.update(upstream="openrouter", is_rehearsal=False)
        answers = [signed_in.get(address(run)).content.decode()]
        answers += [file(signed_in, run, language) for language in ("curl", "python", "typescript")]
        assert all("CANARY" not in answer for answer in answers)

    def test_without_its_texts_there_is_no_code(self, signed_in: Client, run: Run) -> None:
        Run.objects.update(request={})
        page = signed_in.get(address(run)).content.decode()
        assert "The texts of this prompt were not kept" in page
        assert "request.json" not in page

    def test_while_the_names_are_hidden_there_is_none(self, signed_in: Client, run: Run) -> None:
        record(run)
        Prompt.objects.update(is_blind=True)
        page = signed_in.get(address(run)).content.decode()
        assert "Answer A as code" in page
        assert "it is shown with the names" in page
        assert "istral" not in page
        for name in ("code?language=python", "request.json", "events.txt"):
            response = signed_in.get(address(run, name))
            assert response.status_code == 409
            assert "istral" not in response.content.decode()


class TestFiles:
    @pytest.mark.parametrize(
        ("language", "name"), [("curl", "prompt.sh"), ("python", "prompt.py"), ("typescript", "prompt.ts")]
    )
    def test_a_file_is_a_download_of_plain_text(self, signed_in: Client, run: Run, language: str, name: str) -> None:
        response = signed_in.get(address(run), {"language": language})
        assert response["Content-Disposition"] == f'attachment; filename="{name}"'
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "Which </code><script> wind?" in response.content.decode()

    def test_another_language_does_not_exist(self, signed_in: Client, run: Run) -> None:
        assert signed_in.get(address(run), {"language": "cobol"}).status_code == 404

    def test_images_are_in_it(self, signed_in: Client, owner: Any) -> None:
        run = with_image(owner)
        for language in ("curl", "python", "typescript"):
            assert "data:image/png;base64,iVBORyBub3QgcmVhbGx5" in file(signed_in, run, language)
        page = signed_in.get(address(run)).content.decode()
        assert "data:image/png;base64,iVBORyBub3QgcmVhbGx5" in page
        assert page.count("data-copy=") == 3

    def test_large_images_are_whole_in_the_files_and_not_on_the_page(self, signed_in: Client, owner: Any) -> None:
        run = with_image(owner, PICTURE + bytes(100_000))
        page = signed_in.get(address(run)).content.decode()
        assert len(page) < 50_000
        assert "only their beginnings stand here" in page
        assert "data-copy=" not in page
        assert len(file(signed_in, run, "python")) > 130_000
        body = json.loads(signed_in.get(address(run, "request.json")).content)
        assert len(body["messages"][0]["content"][1]["image_url"]["url"]) > 130_000

    def test_an_image_that_is_gone_is_said(self, signed_in: Client, owner: Any) -> None:
        run = with_image(owner)
        Image.objects.all().delete()
        assert "An image of this request was removed" in signed_in.get(address(run)).content.decode()

    def test_a_model_that_is_gone_has_its_code_still(self, signed_in: Client, run: Run) -> None:
        Run.objects.update(listing=None, period=None)
        assert "Mistral Large 3 2512, as it was asked on" in file(signed_in, run, "python")

    def test_a_variable_that_would_be_shell_is_not_used(self, run: Run) -> None:
        from catalog.models import Market

        Market.objects.filter(slug="openrouter").update(key_variable="X}; id; ${Y")
        assert code_of(run).call.key_variable == "OPENROUTER_API_KEY"


class TestRaw:
    def test_the_request_is_the_exact_json(self, signed_in: Client, run: Run) -> None:
        response = signed_in.get(address(run, "request.json"))
        assert json.loads(response.content) == run.request
        assert response["Content-Disposition"] == 'attachment; filename="request.json"'

    def test_the_answer_is_the_exact_bytes(self, signed_in: Client, run: Run) -> None:
        content = b'data: {"a": "\xff\x00</script>"}\r\n\r\ndata: [DONE]\n\n'
        record(run, content)
        response = signed_in.get(address(run, "events.txt"))
        assert response.content == content
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        assert response["Content-Disposition"] == 'attachment; filename="events.txt"'
        assert response["X-Content-Type-Options"] == "nosniff"

    def test_it_says_where_they_were_cut(self, signed_in: Client, run: Run) -> None:
        record(run, b"data: {", is_cut=True)
        response = signed_in.get(address(run, "events.txt"))
        assert response.content == b"data: {\n\n: Windrose kept only this beginning of what came.\n"
        assert "events-cut.txt" in response["Content-Disposition"]
        assert "the rest was not kept" in signed_in.get(address(run)).content.decode()

    def test_without_a_recording_nothing_is_offered(self, signed_in: Client, run: Run) -> None:
        assert signed_in.get(address(run, "events.txt")).status_code == 404
        page = signed_in.get(address(run)).content.decode()
        assert "Of the answer no bytes were kept." in page
        assert "events.txt" not in page
        assert "events.txt" not in signed_in.get(f"/playground/{run.prompt_id}/").content.decode()

    @pytest.mark.parametrize("name", ["code", "code?language=python", "request.json", "events.txt"])
    def test_only_the_owner_has_them(self, client: Client, run: Run, stranger: Any, name: str) -> None:
        record(run)
        assert client.get(address(run, name)).status_code == 302
        client.force_login(stranger, backend=BACKEND)
        assert client.get(address(run, name)).status_code == 404

    def test_a_run_is_not_found_through_another_prompt(self, signed_in: Client, owner: Any, run: Run) -> None:
        other = finished(owner, asked(FOUR[1], key="other"))
        assert signed_in.get(f"/playground/{other.pk}/runs/{run.pk}/request.json").status_code == 404


def test_the_column_leads_to_all_of_it(signed_in: Client, run: Run) -> None:
    record(run)
    for page in (f"/playground/{run.prompt_id}/", address(run, "")):
        html = signed_in.get(page).content.decode()
        for name in ("code", "request.json", "events.txt"):
            assert f'href="{address(run, name)}"' in html, (page, name)
        assert f"/playground/difference?left={run.pk}" in html
