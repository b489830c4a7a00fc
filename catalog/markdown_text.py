"""Writing Markdown from data: whatever a name or a description holds comes out as its own characters. Pure; no Django.

Rules of CommonMark and of GitHub's tables: a backslash before a punctuation mark makes it plain text, and a line break ends a
heading, a list item or a row. What only changes how text is shown (control characters, marks that turn the writing
direction) is left out.
"""

import re
from collections.abc import Iterable, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

HIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
ANYWHERE = re.compile(r"([\\`*\[\]<>|~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|&(?=[#A-Za-z]))")
AT_THE_START = re.compile(r"^(#|[-+=](?=[\s\-+=]|$)|\d{1,9}(?=[.)](\s|$)))")

_parser = MarkdownIt("commonmark", {"html": False})


def text(value: object) -> str:
    """`value` on one line, every character of it shown as it is."""
    line = " ".join(HIDDEN.sub("", str(value)).split())
    line = ANYWHERE.sub(r"\\\1", line)
    return AT_THE_START.sub(lambda found: f"{found[0]}\\" if found[0][0].isdigit() else f"\\{found[0]}", line)


def code(value: str) -> str:
    """An id as code, within as many backticks as it takes."""
    line = " ".join(HIDDEN.sub("", value).split()).replace("|", "\\|")
    longest = max((len(run) for run in re.findall(r"`+", line)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}" if line else ""


def link(words: str, url: str) -> str:
    """A link to an http or https address; for any other address the words alone."""
    if not re.match(r"https?://", url, re.IGNORECASE):
        return text(words)
    safe = re.sub(
        r"[\s<>()\\|`\x00-\x1f\x7f]", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), url
    )
    return f"[{text(words)}]({safe})"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a table whose cells are Markdown already."""
    return [_row(heads), _row(["---"] * len(heads)), *map(_row, rows), ""]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def paragraphs(markdown: str) -> list[str]:
    """The words of a Markdown text, paragraph by paragraph, without its markup: an image is its description, a link its
    words. Items of lists keep a dash."""
    found: list[str] = []
    is_item = False
    for token in _parser.parse(markdown):
        if token.type == "list_item_open":
            is_item = True
        elif token.type in ("inline", "fence", "code_block"):
            words = text(_words(token.children) if token.type == "inline" else token.content)
            if words:
                found.append(f"- {words}" if is_item else words)
            is_item = False
    return found


def _words(tokens: list[Token] | None) -> str:
    parts = []
    for token in tokens or []:
        if token.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif token.type == "image":
            parts.append(f"[image: {token.content}]")
        else:
            parts.append(token.content)
    return "".join(parts)
