"""A finished answer laid out as Markdown: what `catalog.markdown` lets through, fitted to its column.

Code can be copied, wide code and tables scroll inside their own box, and headings stand below the column's own. JSON is left
as it came, and so is what would take long: the time grows with the square of the opening brackets.
"""

import json
import re
from itertools import count

from django.utils.safestring import SafeString, mark_safe

from catalog import markdown

LONGEST = 100_000  # characters; about a quarter of a second
MOST_BRACKETS = 2_500  # of those that may begin a link; in the worst case about as long

# Everything that the answer itself wrote is escaped by now, so a tag found here is one that Markdown made.
CODE = re.compile(r"<pre><code>(.*?)</code></pre>", re.DOTALL)
TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)
HEADING = re.compile(r"<(/?)h([1-6])>")
HIGHEST = 4  # the column's name is a heading of the third rank


def is_too_long(text: str) -> bool:
    """Whether laying it out would hold up whoever waits for the page."""
    return len(text) > LONGEST or text.count("[") > MOST_BRACKETS


def as_markdown(text: str, key: str) -> SafeString:
    """The answer as HTML, blank where it stays text. `key` makes the ids of its code unlike those of other columns.

    Blocking: a long answer takes part of a second.
    """
    if not text.strip() or is_too_long(text) or _is_json(text):
        return SafeString("")
    html = markdown.render(text)
    numbers = count(1)
    html = CODE.sub(lambda found: _code(found[1], f"code-{key}-{next(numbers)}"), html)
    numbers = count(1)
    html = TABLE.sub(lambda found: _table(found[0], next(numbers)), html)
    # A line that was broken is shown as one (`white-space: pre-line`), so a break must not stand there twice.
    html = html.replace("<br>\n", "<br>")
    return mark_safe(_ranked(html).strip())  # noqa: S308  cleaned by `markdown.render`, and only our own tags are added


def _is_json(text: str) -> bool:
    """Whether the whole answer is JSON, of which Markdown would join the lines."""
    if text.lstrip()[:1] not in ("{", "["):
        return False
    try:
        json.loads(text, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return False
    return True


def _code(code: str, name: str) -> str:
    return (
        f'<div class="sample"><pre tabindex="0"><code id="{name}">{code}</code></pre>'
        f'<button class="button small" type="button" data-copy="{name}" hidden>Copy</button></div>'
    )


def _table(table: str, number: int) -> str:
    return f'<div class="sheet" tabindex="0" role="group" aria-label="Table {number}">{table}</div>'


def _ranked(html: str) -> str:
    """The headings by their order among themselves: of a second and a fourth rank, a fourth and a fifth."""
    used = sorted({found[2] for found in HEADING.finditer(html)})
    ranks = {rank: min(HIGHEST + place, 6) for place, rank in enumerate(used)}
    return HEADING.sub(lambda found: f"<{found[1]}h{ranks[found[2]]}>", html)
