"""Finished answers as Markdown: what comes through, what stays text, how long it may take, and whose choice it is."""

import re
import time
from typing import Any

import pytest
from django.conf import settings as site
from django.test import Client

from playground import sharing
from playground.board import rendered
from playground.board.columns import column_of
from playground.models import Prompt, Run, State
from tests.conftest import BACKEND
from tests.playground.boards import board_html, ended, many, opened

HTMX = {"HTTP_HX_REQUEST": "true"}
PREPARED = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]


def html(text: str) -> str:
    return str(rendered.as_markdown(text, "k"))


class TestHtml:
    def test_code_can_be_copied_and_scrolled_to(self) -> None:
        page = html("Run:\n\n```python\nprint('<b>')\n```\n\n    indented\n")
        assert '<pre tabindex="0"><code id="code-k-1">print(\'&lt;b&gt;\')\n</code></pre>' in page
        assert '<button class="button small" type="button" data-copy="code-k-1" hidden>Copy</button>' in page
        assert '<code id="code-k-2">indented\n</code>' in page

    def test_a_table_scrolls_in_a_box_of_its_own(self) -> None:
        page = html("| a | b |\n|---|---|\n| 1 | 2 |")
        assert page.startswith('<div class="sheet" tabindex="0" role="group" aria-label="Table 1"><table>')

    @pytest.mark.parametrize(
        ("text", "ranks"),
        [
            ("# a\n\n## b\n\n# c", ["h4", "h5", "h4"]),
            ("## a\n\n#### b", ["h4", "h5"]),
            ("# a\n## b\n### c\n#### d\n##### e", ["h4", "h5", "h6", "h6", "h6"]),
        ],
    )
    def test_headings_stand_below_the_name_of_the_column(self, text: str, ranks: list[str]) -> None:
        assert re.findall(r"<(h\d)>", html(text)) == ranks
        assert re.findall(r"</(h\d)>", html(text)) == ranks

    def test_a_line_breaks_once(self) -> None:
        assert html("a  \nb\nc") == "<p>a<br>b\nc</p>"

    @pytest.mark.parametrize("text", ['{"a": [1, 2]}', "[1,\n 2]", " \n", "", '{"a": ' * 50_000])
    def test_data_stays_as_it_came(self, text: str) -> None:
        shown = html(text)
        assert shown == "" or len(text) > 1000

    def test_a_note_in_brackets_is_not_data(self) -> None:
        assert html("[1] says **so**") == "<p>[1] says <strong>so</strong></p>"


OURS = set("p br strong em code pre a h4 h5 h6 table thead tbody tr th td ul ol li div button".split())  # noqa: SIM905
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "![pixel](https://evil.example/x.png)",
    "![][r]\n\n[r]: https://evil.example/x.png",
    "[![a](https://evil.example/x.png)](https://evil.example/y)",
    "<div hx-get='/' hx-trigger='load'>x</div>",
    "[a](javascript:alert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD4=)",
    '[a](https://evil.example/ "x\' hx-get=/")',
    '```"><img src=https://evil.example/x.png>\n</code></pre><script>alert(1)</script>\n```',
    "# <h1 onclick=x>\n\n</code></pre><table hx-get=/>\n\n    </code></pre><img src=//evil.example>",
    "| <img src=https://evil.example/x.png> |\n|---|\n| </table><script>1</script> |",
    "<style>@import 'https://evil.example'</style>\n\n<svg onload=alert(1)>",
    "<pre><code>x</code></pre>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_is_loaded_and_nothing_acts(text: str) -> None:
    """Only our own tags with our own attributes; of what the text wrote, addresses of links alone."""
    page = html(text)
    assert page
    for tag, attributes in re.findall(r"<([a-z]\w*)([^>]*)>", page):
        assert tag in OURS
        kept = {"a": {"href", "rel"}, "code": {"id"}, "pre": {"tabindex"}, "ol": {"start"}}
        kept |= {"div": {"class", "tabindex", "role", "aria-label"}}
        kept |= {"button": {"class", "type", "data-copy", "hidden"}}
        names = set(re.findall(r'([\w-]+)(?:="[^"]*")?', re.sub(r'="[^"]*"', "", attributes)))
        assert names <= kept.get(tag, set()), (tag, attributes)
    assert not re.search(r'href="(?!https?://)', page)


class TestTime:
    @pytest.mark.parametrize(
        "text",
        [
            "![" * (rendered.MOST_BRACKETS - 1),
            "[a\n" * (rendered.MOST_BRACKETS - 1) + "x" * 80_000,
            "**a *b _c `d ~~e " * 5_800,
            "a\n" * 49_999,
            ("# Head\n\nSome **bold** words with `code`.\n\n- one\n- two\n\n```\nx\n```\n\n" * 1_300)[:99_000],
        ],
        ids=["images", "brackets", "emphasis", "lines", "usual"],
    )
    def test_the_longest_that_is_laid_out_takes_part_of_a_second(self, text: str) -> None:
        assert not rendered.is_too_long(text)
        seconds = []
        for _ in range(2):
            began = time.thread_time()
            assert html(text)
            seconds.append(time.thread_time() - began)
        assert min(seconds) < 2.5, seconds  # of this thread, on a busy machine; up to 0.5 on a quiet one

    @pytest.mark.parametrize("text", ["x " * 100_000, "[" * 3_000])
    def test_what_would_take_longer_stays_text(self, text: str) -> None:
        began = time.thread_time()
        assert html(text) == ""
        assert time.thread_time() - began < 0.2


class TestColumn:
    pytestmark = PREPARED

    def test_only_once_it_has_ended(self, owner: Any) -> None:
        run = opened(owner).runs.get()
        Run.objects.update(state=State.STREAMING, text="**so far**")
        assert column_of(Run.objects.get()).rendered == ""
        ended(run, text="**all**")
        assert column_of(Run.objects.get()).rendered == "<p><strong>all</strong></p>"

    def test_json_that_was_asked_for_is_never_laid_out(self, owner: Any) -> None:
        run = opened(owner, parameters={"response_format": {"type": "json_object"}}).runs.get()
        ended(run, text="**no JSON at all**")
        assert column_of(Run.objects.get()).rendered == ""

    def test_a_long_answer_says_that_it_stays_text(self, signed_in: Client, owner: Any) -> None:
        prompt = opened(owner)
        ended(prompt.runs.get(), text="word " * 40_000)
        page = signed_in.get(prompt.get_absolute_url()).content.decode()
        assert "too long to be laid out as Markdown" in page
        assert 'class="rendered' not in page


def chosen(page: str) -> list[str]:
    return re.findall(r'name="shown" value="(\w+)" checked', page)


class TestChoice:
    pytestmark = PREPARED

    @pytest.fixture
    def prompt(self, owner: Any) -> Prompt:
        prompt = opened(owner)
        ended(prompt.runs.get(), text="**bold**")
        return prompt

    def page(self, client: Client, address: str) -> str:
        return str(client.get(address).content.decode())

    def test_markdown_unless_somebody_chose_text(self, signed_in: Client, prompt: Prompt) -> None:
        page = board_html(self.page(signed_in, prompt.get_absolute_url()))
        assert chosen(page) == ["markdown"]
        assert "<strong>bold</strong>" in page
        assert "<span>**bold**</span>" in page, "the text as it came is there as well"

    def test_it_is_kept_from_board_to_board(self, signed_in: Client, owner: Any, prompt: Prompt) -> None:
        response = signed_in.post(prompt.get_absolute_url(), {"shown": "text"})
        assert (response.status_code, response["Location"]) == (302, prompt.get_absolute_url())
        cookie = response.cookies["answers"]
        assert (cookie.value, cookie["path"], cookie["samesite"]) == ("text", "/playground/", "Lax")
        assert cookie["httponly"]
        assert bool(cookie["secure"]) is site.SESSION_COOKIE_SECURE
        other = opened(owner, key="other")
        run = prompt.runs.get()
        for address in (prompt.get_absolute_url(), other.get_absolute_url(), f"/playground/{prompt.pk}/runs/{run.pk}/"):
            assert chosen(self.page(signed_in, address)) == ["text"]
        assert (
            signed_in.post(f"/playground/{prompt.pk}/runs/{run.pk}/", {"shown": "markdown"}, **HTMX).status_code == 204
        )
        assert chosen(self.page(signed_in, other.get_absolute_url())) == ["markdown"]

    def test_the_form_works_without_script(self, signed_in: Client, prompt: Prompt) -> None:
        page = board_html(self.page(signed_in, prompt.get_absolute_url()))
        form = page.partition('class="choices shown"')[2].partition("</form>")[0]
        assert f'method="post" action="{prompt.get_absolute_url()}"' in form
        assert "csrfmiddlewaretoken" in form
        assert '<noscript><button class="button small" type="submit">Keep this choice</button></noscript>' in form

    def test_no_third_way(self, signed_in: Client, prompt: Prompt) -> None:
        response = signed_in.post(prompt.get_absolute_url(), {"shown": "html"})
        assert (response.status_code, response.content) == (400, b"Choose Text or Markdown.")
        assert "answers" not in response.cookies
        signed_in.cookies["answers"] = "<b>"
        assert chosen(self.page(signed_in, prompt.get_absolute_url())) == ["markdown"]

    def test_only_of_ones_own_board_and_with_its_token(self, client: Client, stranger: Any, prompt: Prompt) -> None:
        client.force_login(stranger, backend=BACKEND)
        assert client.post(prompt.get_absolute_url(), {"shown": "text"}).status_code == 404
        careful = Client(enforce_csrf_checks=True)
        careful.force_login(prompt.user, backend=BACKEND)
        assert careful.post(prompt.get_absolute_url(), {"shown": "text"}).status_code == 403

    def test_a_shared_board_is_the_same_for_everybody(self, client: Client, prompt: Prompt) -> None:
        client.cookies["answers"] = "text"
        page = self.page(client, f"/shared/{sharing.share(prompt, None).token}/")
        assert chosen(page) == ["markdown"]
        assert "<strong>bold</strong>" in page
        assert "<form" not in board_html(page)

    def test_a_table_has_nothing_to_choose(self, signed_in: Client, owner: Any) -> None:
        assert 'name="shown"' not in self.page(signed_in, many(owner, 2).get_absolute_url())
