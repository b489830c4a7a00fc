"""Markdown as safe HTML: what is not on the list below does not come out, whatever the text holds.

Two fences: the parser is told to treat markup as text, and the sanitizer keeps only its own list of tags. No images,
so that nothing remote is loaded: an image leaves its description. Links lead to http and https addresses or to this
catalog's own pages; every other link is left as its words.
"""

import re

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = {
    *("p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
ABSOLUTE = re.compile(r"https?://", re.IGNORECASE)
MODEL_PATH = re.compile(r"/([A-Za-z0-9][\w.:-]*)/([A-Za-z0-9][\w.:-]*)/?")

_parser = MarkdownIt("js-default", {"html": False, "linkify": False, "typographer": False})


def render(text: str) -> SafeString:
    """`text` as HTML that may stand on a page."""
    tokens = _parser.parse(text)
    _tame(tokens)
    html = _parser.renderer.render(tokens, _parser.options, {})
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https"},
        link_rel="nofollow noopener",
        strip_comments=True,
    )
    return mark_safe(clean)  # noqa: S308 - nh3 has just cleaned it


def _tame(tokens: list[Token]) -> None:
    """Images become their description; links written for another catalog's pages (/mistralai/mistral-large) lead to ours."""
    for token in tokens:
        if token.type == "link_open":
            token.attrs = _kept_link(str(token.attrGet("href") or ""))
        elif token.type == "image":
            token.type, token.tag, token.content = "text", "", f"[image: {token.content}]"
            token.children = None
        if token.children:
            _tame(token.children)


def _kept_link(href: str) -> dict[str, str | int | float]:
    if ABSOLUTE.match(href):
        return {"href": href}
    path = MODEL_PATH.fullmatch(href)
    return {"href": f"/models/{path[1]}/{path[2]}/"} if path else {}
