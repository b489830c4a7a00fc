"""Words that are compared by what they name: licences, names, lists, addresses, yes and no, descriptions. Pure."""

import re
from collections.abc import Iterable

from catalog.agreement.verdicts import CANNOT_TELL, SAME, Agreement, is_or_differs

UNKNOWN = {"", "-", "--", "—", "?", "n/a", "na", "none", "null", "unknown", "not known", "empty", "nothing"}
YES_AND_NO = {"yes": True, "true": True, "1": True, "on": True, "no": False, "false": False, "0": False, "off": False}
MODALITIES = {
    "images": "image", "vision": "image", "files": "file", "pdf": "file", "pdfs": "file", "documents": "file",
    "document": "file", "texts": "text", "reasoning": "text", "thinking": "text", "speech": "audio", "videos": "video",
}  # fmt: skip
LICENCES = {
    "mistral research": "mrl", "mistral ai research": "mrl", "mistral ai non production": "mnpl",
    "mistral non production": "mnpl", "apache": "apache 2", "apache2": "apache 2", "mit modified": "modified mit",
}  # fmt: skip
NO_LICENCE = re.compile(r"\b(?:proprietary|closed|commercial|custom|other|open[ -]weights?|weights[ -]available)\b")
LICENCE_NOISE = re.compile(r"\b(?:the|licen[cs]ed?|version|public|v)\b|[-_/,]+")
STATES = {"ga": "generally available", "active": "generally available", "available": "generally available"}
LINK = re.compile(r"\[([^\[\]]*)\]\([^()\s]*\)?")
PARENTHESES = re.compile(r"\([^()]*\)")
CUT = re.compile(r"(?:\.\.\.|…)$")


def is_unknown(value: object) -> bool:
    """Whether a source says nothing of the field: an empty value, or one of the words that stand for it."""
    return value is None or value == () or str(value).strip(" ()").lower() in UNKNOWN


def plain(value: object) -> str:
    """The text in small letters, with one space where there is any white space."""
    return " ".join(str(value).lower().split())


def texts(shown: object, said: object) -> Agreement:
    return is_or_differs(plain(shown) == plain(said))


def names(shown: object, said: object) -> Agreement:
    """Names with or without the vendor before them: `Mistral: Devstral 2 2512` is Devstral 2 2512.

    A shorter form of a name may be the model or its whole family: `Mistral Large 3` neither is nor is not Mistral Large 3
    2512.
    """
    ours, theirs = _name(shown), _name(said)
    if ours != theirs and (set(ours.split()) <= set(theirs.split()) or set(theirs.split()) <= set(ours.split())):
        return CANNOT_TELL
    return is_or_differs(ours == theirs)


def vendors(shown: object, said: object) -> Agreement:
    """Companies, by how they are called for short as well: Mistral is Mistral AI."""
    ours, theirs = plain(shown).split(), plain(said).split()
    return is_or_differs(ours[: len(theirs)] == theirs or theirs[: len(ours)] == ours)


def tokenizers(shown: object, said: object) -> Agreement:
    """Mistral's tokenizers by their generation; any text that speaks of Tekken means it."""
    ours, theirs = _tokenizer(shown), _tokenizer(said)
    return is_or_differs(ours == theirs) if ours and theirs else CANNOT_TELL


def licences(shown: object, said: object) -> Agreement:
    """Licences by name; words that name none (proprietary, open weights) cannot be compared with one that is named."""
    if NO_LICENCE.search(plain(shown)) or NO_LICENCE.search(plain(said)):
        return SAME if plain(shown) == plain(said) else CANNOT_TELL
    return is_or_differs(_licence(shown) == _licence(said))


def lists(shown: object, said: object) -> Agreement:
    """Lists of names in any order: modalities, parameters."""
    return is_or_differs(_set(shown) == _set(said))


def answers(shown: object, said: object) -> Agreement:
    """Yes or no; a sentence is neither."""
    ours, theirs = YES_AND_NO.get(plain(shown)), YES_AND_NO.get(plain(said))
    return CANNOT_TELL if ours is None or theirs is None else is_or_differs(ours == theirs)


def states(shown: object, said: object) -> Agreement:
    """A vendor's word for where a model stands: GA is generally available."""
    ours, theirs = plain(shown), plain(said)
    return is_or_differs(STATES.get(ours, ours) == STATES.get(theirs, theirs))


def architectures(shown: object, said: object) -> Agreement:
    ours, theirs = _architecture(shown), _architecture(said)
    return is_or_differs(ours == theirs) if ours and theirs else CANNOT_TELL


def addresses(shown: object, said: object) -> Agreement:
    """Addresses without their scheme; `owner/name` at the end of one is the same place."""
    ours, theirs = sorted((_address(shown), _address(said)), key=len)
    is_short_form = ours.count("/") == 1 and "." not in ours.partition("/")[0] and theirs.endswith(f"/{ours}")
    return is_or_differs(ours == theirs or is_short_form)


def descriptions(shown: object, said: object) -> Agreement:
    """Prose without the targets of its links. One that ends in `...` agrees with the longer text that it begins."""
    ours, theirs = _prose(shown), _prose(said)
    for one, other in ((ours, theirs), (theirs, ours)):
        if CUT.search(one) and other.startswith(CUT.sub("", one).rstrip()):
            return SAME
    return is_or_differs(ours == theirs)


def _name(value: object) -> str:
    text = re.sub(r"\b([0-9]+)\.0\b", r"\1", plain(value))  # Small 3.0 is Small 3
    before, colon, after = text.partition(": ")
    return after if colon and before.isascii() and len(before) <= 40 else text


def _tokenizer(value: object) -> str:
    found = re.search(r"\btekken\b", plain(value)) or re.search(r"\bv[0-9]{1,2}\b", plain(value))
    return found[0] if found else ""


def _licence(value: object) -> str:
    text = " ".join(LICENCE_NOISE.sub(" ", PARENTHESES.sub(" ", plain(value)) or plain(value)).split())
    text = re.sub(r"\bv?([0-9]+)\.0\b", r"\1", text)
    return LICENCES.get(text, text)


def _set(value: object) -> frozenset[str]:
    parts: Iterable[object] = (
        value if isinstance(value, tuple | list | set | frozenset) else re.split(r"[,;+&]|\band\b", str(value))
    )
    found = (plain(part).strip(" .") for part in parts)
    return frozenset(MODALITIES.get(part, part) for part in found if part)


def _architecture(value: object) -> str:
    text = plain(value)
    if re.search(r"\bmoe\b|mixture[ -]of[ -]experts", text):
        return "moe"
    return "dense" if re.search(r"\bdense\b", text) else ""


def _address(value: object) -> str:
    return plain(value).partition("://")[2].removeprefix("www.").rstrip("/") or plain(value).rstrip("/")


def _prose(value: object) -> str:
    return plain(LINK.sub(r"\1", str(value)))


def difference(shown: object, said: object) -> str:
    """How a list of names differs from the one shown: what it leaves out and what it names besides, in a sentence."""
    ours, theirs = _set(shown), _set(said)
    left_out, besides = sorted(ours - theirs), sorted(theirs - ours)
    parts = [
        f"leaves out {', '.join(left_out)}" if left_out else "",
        f"names {', '.join(besides)} besides" if besides else "",
    ]
    sentence = " and ".join(part for part in parts if part)
    return f"It {sentence}." if sentence else ""
