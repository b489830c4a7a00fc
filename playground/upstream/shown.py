"""What an upstream said, made fit to be shown: without our key, without characters that hide or rearrange. Pure."""

import json
import re
import unicodedata

from playground.sse import whole

MOST_DETAIL = 300
MOST_BODY_BYTES = 65_536
SHORTEST_SECRET = 16  # characters; the keys of markets have 32 and more
SHORTEST_BEGINNING = 6  # characters of the key that give it away where a text was cut in the middle of it


def secret(key: str) -> str:
    """The key if it is one. A server of one's own is often given a plain word for it, which must not vanish from answers."""
    return key if len(key) >= SHORTEST_SECRET else ""


def tidy(text: str, key: str) -> str:
    """One line of at most 300 characters."""
    text = " ".join(_without_key(_visible(text[:20_000], "\t\r\n"), key).split())
    return text if len(text) <= MOST_DETAIL else text[: MOST_DETAIL - 1] + "…"


def readable(body: bytes | str, key: str) -> str:
    """A whole body as text with its lines and tabs, at most 65,536 bytes of UTF-8."""
    text = body[:MOST_BODY_BYTES].decode("utf-8", "replace") if isinstance(body, bytes) else body[:MOST_BODY_BYTES]
    text = _without_key(_visible(text.replace("\r\n", "\n").replace("\r", "\n"), "\t\n"), key)
    return text.encode()[:MOST_BODY_BYTES].decode("utf-8", "ignore")


def page_text(page: str) -> str:
    """A page of a proxy without its markup, roughly: it is shown as text in any case, this only makes it readable."""
    page = re.sub(r"(?is)<(script|style)\b.{0,20000}?</\1>", " ", page[:20_000])
    return re.sub(r"<[^<>]{0,2000}>", " ", page)


def spellings(key: str) -> list[str]:
    """The key as it is, and as it may stand inside JSON; the longest first."""
    escaped = json.dumps(key)[1:-1]
    return sorted({key, escaped, escaped.replace("/", "\\/")}, key=len, reverse=True) if key else []


def _without_key(text: str, key: str) -> str:
    # The order matters: a character dropped after the search could bring the two halves of a key together.
    for spelling in spellings(key):
        text = re.sub(re.escape(spelling), "[key]", text, flags=re.IGNORECASE)
        for length in range(len(spelling) - 1, SHORTEST_BEGINNING - 1, -1):
            if text[-length:].lower() == spelling[:length].lower():
                text = text[:-length]
                break
    return text


def _visible(text: str, kept: str) -> str:
    return "".join(c for c in whole(text) if c in kept or not _is_hidden(c))


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"}
