"""The changes as an Atom feed: the newest hundred, with ids that stay the same however often they are computed.

What is still to come is not in it: a reader would show it as news of a day that has not been. It is told on its day,
and a retirement before that in the entry of the deprecation.
"""

import re
from datetime import UTC, datetime, time
from typing import Any

from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.http import urlencode
from django.utils.text import Truncator

from catalog.changes.events import Told
from catalog.changes.forms import ChangesForm
from catalog.changes.record import Wanted, record_of
from catalog.facts import day_text

NEWEST = 100
LONGEST_TITLE = 160
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """Text without the signs that no XML may hold."""
    return NO_XML.sub("", text)


class ChangesFeed(Feed):
    """A feed of the changes that a cleaned form asks for."""

    feed_type = Atom1Feed
    subtitle = "New models, prices, deprecations and retirements, parameters and names, by day."
    language = "en"
    author_name = "Windrose"

    def get_object(self, request: HttpRequest, form: ChangesForm) -> ChangesForm:
        return form

    def title(self, form: ChangesForm) -> str:
        wanted = form.wanted()
        about = [wanted.kind, wanted.model or wanted.vendor, wanted.family, " ".join(wanted.words)]
        named = ", ".join(part for part in about if part)
        return clean(f"Windrose: changes ({named})" if named else "Windrose: changes")

    def link(self, form: ChangesForm) -> str:
        return _address("catalog:changes", form.wanted())

    def feed_url(self, form: ChangesForm) -> str:
        return _address("catalog:changes_feed", form.wanted())

    def items(self, form: ChangesForm) -> list[Told]:
        record = record_of(form.wanted(), form.day())
        return record.told(record.past[:NEWEST])

    def item_title(self, event: Told) -> str:
        """The model and the first sentence: what a reader's list shows of it."""
        first = event.sentence.split(". ")[0].removesuffix(".")
        return Truncator(clean(f"{event.name}: {first}")).chars(LONGEST_TITLE)

    def item_description(self, event: Told) -> str:
        """Readers take it for HTML: what it says is text, so it is escaped once more than XML asks for."""
        sources = "; ".join(f"{said.title}, {day_text(said.day)}" for said in event.sources)
        return escape(clean(f"{event.sentence} Source: {sources}." if sources else event.sentence))

    def item_link(self, event: Told) -> str:
        return event.url

    def item_guid(self, event: Told) -> str:
        return event.urn

    def item_pubdate(self, event: Told) -> datetime:
        return datetime.combine(event.day, time(), tzinfo=UTC)

    def item_updateddate(self, event: Told) -> datetime:
        return self.item_pubdate(event)

    def item_categories(self, event: Told) -> list[str]:
        return [event.kind.value, clean(event.vendor), clean(event.public_id)]


def _address(name: str, wanted: Wanted) -> str:
    given: dict[str, Any] = {
        "kind": wanted.kind,
        "vendor": wanted.vendor,
        "family": wanted.family,
        "model": wanted.model,
        "q": " ".join(wanted.words),
    }
    query = urlencode({key: value for key, value in given.items() if value})
    return f"{reverse(name)}?{query}" if query else reverse(name)
