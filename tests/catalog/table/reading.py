"""How the tests of the table read its answers."""

import html
import re
from typing import Any

from django.http import HttpResponse


def text_of(response: HttpResponse) -> str:
    return response.content.decode()


def words_of(response: HttpResponse) -> str:
    """The page's words as people read them: without markup, spaces joined."""
    return words_of_text(text_of(response))


def words_of_text(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def names(response: Any) -> list[str]:
    return [row.name for row in response.context["rows"]]


def heads(response: Any) -> list[str]:
    return [head.label for head in response.context["heads"]]


def facet(response: Any, name: str) -> dict[str, Any]:
    """The choices of one facet by their labels."""
    found = next(each for each in response.context["facets"] if each.name == name)
    return {choice.label: choice for choice in (*found.first, *found.more)}


def counts(response: Any, name: str) -> dict[str, int]:
    return {label: choice.count for label, choice in facet(response, name).items()}


def link(response: HttpResponse, label: str) -> str:
    """The address of the link with these words."""
    found = re.search(rf'<a [^>]*?href="([^"]*)"[^>]*>(?:<span>)?{re.escape(html.escape(label))}<', text_of(response))
    assert found, f"there is no link {label}"
    return html.unescape(found[1])
