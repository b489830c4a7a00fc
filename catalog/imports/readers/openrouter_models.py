"""OpenRouter's list of models, `GET /api/v1/models`, as it comes from the wire or from a file. Pure.

`{"data": [...], "total_count": int, "links": {"next": path or null}}`, the last two only since July 2026. What stands in it,
and what of it is not what it seems, is in OpenRouter's API description of 2026-08-22 and in two years of its own lists:
a description may be cut with "...", `created` is the day of listing and not of release, `-1` is an unknown price, an id
with `~` is an alias that moves, a day of expiry far ahead is a placeholder, keys come and go.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

from catalog.exact import plain
from catalog.imports.entries import Entry, Fact, Unreadable
from catalog.imports.readers import texts
from catalog.imports.readers.fields import SLUG, Fields, Unusable, shown
from catalog.imports.readers.openrouter_prices import read_pricing
from catalog.imports.readers.reading import Read, Reading

SHAPE = "This is not OpenRouter’s list of models, which is an object with a list called “data”."
PART = r"[A-Za-z0-9][A-Za-z0-9._:@+-]{0,%d}"
ID = re.compile(rf"~?{PART % 59}/{PART % 99}")
WEIGHTS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}/[A-Za-z0-9][A-Za-z0-9._-]{0,89}")
FIRST_LISTING = 1_420_070_400  # 2015; nothing was listed anywhere before
LAST_LISTING = 4_102_444_800  # 2100; a number in milliseconds is beyond it
PLACEHOLDER_YEARS = 10
KEYS = (
    "id canonical_slug alias_target hugging_face_id name created description context_length architecture "
    "pricing top_provider per_request_limits supported_parameters default_parameters supported_voices "
    "knowledge_cutoff expiration_date links reasoning benchmarks"
)
KNOWN = frozenset(KEYS.split())
ARCHITECTURE = frozenset(["modality", "input_modalities", "output_modalities", "tokenizer", "instruct_type"])
TOP_PROVIDER = frozenset(["context_length", "max_completion_tokens", "is_moderated"])


class OpenRouterModels(Reading):
    """The entries of one page of the list, in its order."""

    def entries(self) -> Iterator[Read]:
        found = False
        error = ""
        for key in self.json.members(SHAPE):
            self.json.place = f"“{texts.cut(texts.line(key), 40)}”"
            if key == "data":
                if found:
                    raise Unreadable("The list “data” stands in the file twice.")
                found = True
                for _ in self.json.items("The “data” in the file is not a list. " + SHAPE):
                    place = f"entry {self.count + 1}"
                    self.json.place = place
                    raw, problem = self.json.read()
                    yield self.entry(_id(raw) or place, raw, problem, self._entry)
            elif key in ("total_count", "links", "error"):
                error = error or self._envelope(key)
            else:
                self.json.skip()
        if not found:
            raise Unreadable(error or SHAPE)

    def _envelope(self, key: str) -> str:
        """Take in what stands beside the list; a sentence when it is an error instead of one."""
        value, _ = self.json.read()
        if key == "total_count" and type(value) is int:
            self.total_count = value
        elif key == "links" and isinstance(value, dict) and isinstance(value.get("next"), str):
            self.next_link = texts.line(value["next"])
        return error_sentence(value) if key == "error" else ""

    def _entry(self, id: str, fields: Fields) -> Entry:
        if fields.raw.get("id") != id:
            raise Unusable("It has no id.")
        if not ID.fullmatch(id):
            raise Unusable(f"“{texts.cut(id, 60)}” is not an id such as mistralai/mistral-large-2512.")
        if fields.raw.get("pricing") is None:
            raise Unusable("It has no “pricing”, which every model has there.")
        facts, pricing = self._facts(fields), read_pricing(fields.part("pricing"))
        parameters = fields.slugs("supported_parameters")
        unknown = fields.unknown(KNOWN)
        unknown += fields.part("architecture").unknown(ARCHITECTURE)
        unknown += fields.part("top_provider").unknown(TOP_PROVIDER)
        return Entry(
            id=id,
            raw=fields.raw,
            names=(id,),
            facts=facts,
            parameters=None if parameters is None else frozenset(parameters),
            defaults=_defaults(fields.part("default_parameters")),
            rates=pricing.rates,
            discount=pricing.discount,
            alias_of=fields.part("alias_target").text("slug", texts.MOST_ID),
            unknown_keys=unknown + pricing.unknown_keys,
            notes=tuple(fields.notes),
        )

    def _facts(self, fields: Fields) -> dict[str, Fact]:
        architecture, top = fields.part("architecture"), fields.part("top_provider")
        context = fields.tokens("context_length")
        found: dict[str, Fact | None] = {
            "name": fields.text("name", texts.MOST_NAME),
            "description": _description(fields),
            "context_length": context,
            "max_completion_tokens": top.tokens("max_completion_tokens"),
            "input_modalities": architecture.slugs("input_modalities"),
            "output_modalities": architecture.slugs("output_modalities"),
            "weights_url": _weights(fields),
            "knowledge_cutoff": fields.day("knowledge_cutoff"),
            "listed_on": _listed_on(fields),
            "expires_on": self._expires_on(fields),
            "canonical_slug": fields.text("canonical_slug", texts.MOST_ID),
        }
        served = top.tokens("context_length")
        if context and served and served < context:
            fields.notes.append(f"The provider that comes first reads {served:,} tokens; the list says {context:,}.")
        return {name: value for name, value in found.items() if value not in (None, "", ())}

    def _expires_on(self, fields: Fields) -> date | None:
        day = fields.day("expiration_date")
        if day is not None and day.year > self.day.year + PLACEHOLDER_YEARS:
            fields.notes.append(f"“expiration_date” is {day}, a placeholder for no day at all: it is left out.")
            return None
        return day


def error_sentence(error: object) -> str:
    """What OpenRouter answered instead of data, as far as it can be told."""
    message = error.get("message") if isinstance(error, dict) else None
    said = f": “{texts.cut(texts.line(message), 200)}”" if isinstance(message, str) and message else ""
    return f"The file is not data but an error of OpenRouter’s{said}."


def _id(raw: object) -> str:
    found = raw.get("id") if isinstance(raw, dict) else None
    return found if isinstance(found, str) else ""


def _description(fields: Fields) -> str:
    text = fields.description("description")
    if text.endswith(("...", "…")):
        fields.notes.append("The description is cut short: it ends in “...”.")
    return text


def _weights(fields: Fields) -> str:
    """The address of the weights; no id there says nothing about whether a model is open."""
    name = fields.text("hugging_face_id", texts.MOST_ID)
    if not name:
        return ""
    if not WEIGHTS.fullmatch(name):
        fields.notes.append(f"“hugging_face_id” is “{texts.cut(name, 60)}”, which is no id there: it is left out.")
        return ""
    return f"https://huggingface.co/{name}"


def _listed_on(fields: Fields) -> date | None:
    seconds = fields.whole("created", most=2**53)
    if seconds is None:
        return None
    if not FIRST_LISTING <= seconds < LAST_LISTING:
        raise Unusable(f"“created” is {seconds}, which is no time since 2015 in seconds.")
    return datetime.fromtimestamp(seconds, UTC).date()


def _defaults(fields: Fields) -> dict[str, str]:
    """What the source says that each parameter is when nobody sets it, as text; null says nothing."""
    found: dict[str, str] = {}
    for name, value in fields.raw.items():
        if value is None:
            continue
        if not SLUG.fullmatch(name) or isinstance(value, dict | list):
            fields.notes.append(f"{fields.named(name)} is {shown(value)}: it is left out.")
        elif isinstance(value, bool):
            found[name] = "true" if value else "false"
        elif isinstance(value, int | Decimal):
            found[name] = texts.cut(plain(Decimal(value)), texts.MOST_SHORT)
        else:
            found[name] = texts.cut(texts.line(str(value)), texts.MOST_SHORT)
    return found
