"""What the board's header and columns need to offer files, comparisons and verdicts."""

from collections.abc import Iterable

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from playground import judging
from playground.exports.runs import Named, named
from playground.models import Prompt, Recording, Run
from playground.words import Kind, Piece

register = template.Library()
MOST_CHOICES = 60  # runs in a select; of a larger board two are chosen by their addresses


@register.simple_tag
def run_choices(prompt: Prompt) -> list[Named]:
    """The runs of a loaded board that can be chosen from; none where there are too many for a select."""
    runs = list(prompt.runs.all())
    return named(prompt, runs) if len(runs) <= MOST_CHOICES else []


@register.simple_tag
def judged(prompt: Prompt) -> str:
    """The verdicts of a loaded board in words."""
    return judging.summary(prompt.runs.all())


ELEMENTS = {Kind.SAME: "span", Kind.LEFT: "del", Kind.RIGHT: "ins"}


@register.filter
def marked(pieces: Iterable[Piece]) -> SafeString:
    """The pieces of a difference, each in its element and nothing between them: white space is shown as it is."""
    return format_html_join("", "<{0}>{1}</{0}>", ((ELEMENTS[piece.kind], piece.text) for piece in pieces))


@register.filter
def is_recorded(run: Run) -> bool:
    """Whether the bytes of its answer were kept. One query for all runs of a board, which share their prompt."""
    prompt = run.prompt
    if not hasattr(prompt, "recorded_runs"):
        prompt.recorded_runs = set(Recording.objects.filter(run__prompt=prompt).values_list("run", flat=True))
    return run.pk in prompt.recorded_runs
