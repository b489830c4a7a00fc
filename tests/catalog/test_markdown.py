"""Text from a model or an import stays text, whatever it holds."""

import re

import pytest

from catalog.markdown import TAGS, render


def test_plain_markdown():
    html = render("It *reads* **well**.\n\n- one\n- two\n\n`code`\n\n| a | b |\n|---|---|\n| 1 | 2 |")
    for part in ("<em>reads</em>", "<strong>well</strong>", "<li>one</li>", "<code>code</code>", "<td>1</td>"):
        assert part in html


def test_links_of_another_catalog_lead_to_this_one():
    html = render("Update of [Mistral Large 2](/mistralai/mistral-large) and [2407](/mistralai/mistral-large-2407/).")
    assert 'href="/models/mistralai/mistral-large/"' in html
    assert 'href="/models/mistralai/mistral-large-2407/"' in html


def test_links_out_are_marked():
    assert render("[news](https://mistral.ai/news)") == (
        '<p><a href="https://mistral.ai/news" rel="nofollow noopener">news</a></p>\n'
    )


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "![pixel](https://evil.example/pixel.png)",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](//evil.example/)",
        '<a href="https://a.example" hx-get="/admin/" hx-trigger="load">x</a>',
        '<div hx-get="/x" style="position:fixed">x</div>',
        "<iframe src=https://evil.example></iframe>",
        '[x](https://a.example "onclick=alert(1)")',
        "<svg onload=alert(1)>",
        "[x](vbscript:x)",
        '```html"onmouseover="alert(1)\n<b>\n```',
    ],
)
def test_no_markup_no_remote_image_no_script_survives(text):
    tags = re.findall(r"<[a-zA-Z][^>]*>", render(text))
    assert {re.match(r"<(\w+)", tag)[1] for tag in tags} <= TAGS
    for tag in tags:
        assert not re.search(r"\b(on\w+|hx-\w+|style|class|id|src)\s*=", tag), tag
        assert 'href="' not in tag or 'href="https://' in tag


def test_an_image_leaves_its_description():
    assert "[image: a chart]" in render("![a chart](https://evil.example/x.png)")
