"""A prompt's board for the template that shows it, whoever renders it: the page, the answer to Run, a shared page."""

from collections.abc import Iterable

from django import template
from django.utils.safestring import SafeString, mark_safe

from playground import board
from playground.board.matrix import Cell
from playground.models import Prompt

register = template.Library()


@register.simple_tag
def board_of(prompt: Prompt) -> board.Board:
    """The board of a prompt that was loaded with `for_board`."""
    return board.board_of(prompt)


@register.simple_tag(takes_context=True)
def cells(context: template.Context, stacked: Iterable[Cell]) -> SafeString:
    """The cells of one place of a matrix, one below the other."""
    is_shared = bool(context.get("is_shared"))
    return mark_safe("".join(cell.html(is_shared=is_shared) for cell in stacked))  # noqa: S308  each is safe
