"""Markdown written from data: whatever the data hold, a reader of Markdown sees those characters and no markup."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from catalog.markdown_text import HIDDEN, code, link, paragraphs, table, text

RENDER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
WORDS = st.text(st.one_of(st.sampled_from("\\`*_{}[]()#+-.!|<>~&;=:1a \n\t"), st.characters(exclude_categories=["Cs"])))


def seen(markdown: str) -> str:
    """What a reader sees of a paragraph that holds `markdown` and nothing else; fails where it is anything else."""
    rendered = RENDER.render(markdown).strip()
    if not rendered:
        return ""
    found = re.fullmatch(r"<p>(.*)</p>", rendered, re.DOTALL)
    assert found, rendered
    assert "<" not in found[1], rendered
    return html.unescape(found[1])


def line(value: str) -> str:
    return " ".join(HIDDEN.sub("", value).split())


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("Mistral Large 3 2512", "Mistral Large 3 2512"),
        ("mistral-large-2512", "mistral-large-2512"),
        ("max_tokens", "max_tokens"),
        ("a | b", "a \\| b"),
        ("[click](https://x.example)", "\\[click\\](https://x.example)"),
        ("![](x)", "!\\[\\](x)"),
        ("<script>alert(1)</script>", "\\<script\\>alert(1)\\</script\\>"),
        ("`code`", "\\`code\\`"),
        ("# Heading", "\\# Heading"),
        ("- item", "\\- item"),
        ("1. item", "1\\. item"),
        ("-0.5", "-0.5"),
        ("&lt;", "\\&lt;"),
        ("AT&T", "AT\\&T"),
        ("two\n\nparagraphs\r\n# three", "two paragraphs # three"),
        ("a\u202eb\u200bc\x1b[31m", "abc\\[31m"),
        ("$0.50", "$0.50"),
    ],
)
def test_text(value, written):
    assert text(value) == written
    assert seen(written) == line(value)


@given(WORDS)
def test_any_text_is_seen_as_it_is(value):
    assert seen(text(value)) == line(value)


@given(WORDS)
def test_any_text_stays_in_its_list_item_and_its_heading(value):
    shown = line(value)
    assert "<li>" in RENDER.render(f"- {text(value)}")
    assert RENDER.render(f"- x {text(value)}").count("<") == 4, "a list, an item, and the ends of both"
    if shown:
        assert RENDER.render(f"# {text(value)}").startswith("<h1>")


@given(st.lists(WORDS, min_size=2, max_size=2))
def test_any_text_stays_in_its_cell(values):
    cells = [f"x{text(value)}" for value in values]
    rendered = RENDER.render("\n".join(table(("A", "B"), [cells])))
    found = re.findall(r"<td>(.*?)</td>", rendered, re.DOTALL)
    assert [html.unescape(cell) for cell in found] == [line(f"x{line(value)}") for value in values]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("mistral-large", "`mistral-large`"),
        ("a`b", "``a`b``"),
        ("`", "`` ` ``"),
        ("a|b", "`a\\|b`"),
        ("a\nb", "`a b`"),
        ("", ""),
    ],
)
def test_code(value, written):
    assert code(value) == written


@pytest.mark.parametrize(
    ("words", "url", "written"),
    [
        ("Docs", "https://docs.example/a_b?c=1", "[Docs](https://docs.example/a_b?c=1)"),
        ("a]b", "https://x.example/(1) 2|3", "[a\\]b](https://x.example/%281%29%202%7C3)"),
        ("Docs", "javascript:alert(1)", "Docs"),
        ("Docs", "//x.example", "Docs"),
        ("Docs", "", "Docs"),
    ],
)
def test_link(words, url, written):
    assert link(words, url) == written


@given(WORDS, WORDS)
def test_any_link_leads_where_it_says_and_nowhere_else(words, rest):
    rendered = RENDER.render(f"x {link(words, f'https://x.example/{rest}')}")
    assert re.findall(r"<(\w+)", rendered) == ["p", "a"]
    assert re.search(r'href="(https://x\.example/)', rendered)


def test_a_description_without_its_markup():
    told = paragraphs(
        "# Title\n\nFirst *line*\nof [a link](https://x.example) and ![a picture](https://x.example/p.png).\n\n"
        "- one\n- `two`\n\n```\ncode | x\n```\n\n<b>bold</b>"
    )
    assert told == [
        "Title",
        "First line of a link and \\[image: a picture\\].",
        "- one",
        "- two",
        "code \\| x",
        "\\<b\\>bold\\</b\\>",
    ]


@given(WORDS)
def test_any_description_holds_no_markup(value):
    for paragraph in paragraphs(value):
        seen(paragraph.removeprefix("- "))
