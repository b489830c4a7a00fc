"""Text from outside made fit to be shown: without invisible signs that change how a line reads, and not too long. Pure.

Control characters, direction overrides and zero-width signs go; a name keeps no line break. What is left is still text
that somebody else wrote: pages escape it.
"""

import re

MOST_ID = 150
MOST_NAME = 100
MOST_DESCRIPTION = 20_000
MOST_SHORT = 60

# C0 and C1 controls but for tab and line feed; soft hyphen; direction marks, embeddings, overrides and isolates;
# zero-width space, word joiner and invisible operators; byte order mark; interlinear marks; tags; lone surrogates.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)
JOINERS = re.compile("[\u200c\u200d]")  # they shape letters and emoji in running text; in a name they only deceive


def line(text: str) -> str:
    """One line: a name, an id, a routing tag. Runs of white space, line breaks among them, become one space."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip(" ")
    shown = UNSEEN.sub("", re.sub(r"[\r\n\t\x0b\x0c\x1c-\x1f\x85\u2028\u2029]", " ", text))
    return " ".join(JOINERS.sub("", shown).split())


def paragraphs(text: str) -> str:
    """Running text, such as a description in Markdown: line feeds and tabs stay, other line ends become line feeds."""
    return UNSEEN.sub("", re.sub("\r\n|[\r\x85\u2028\u2029]", "\n", text)).strip()


def cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
