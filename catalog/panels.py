"""Sections that other rooms add to a model's page. The catalog knows none of them: they register themselves."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from catalog.models import LanguageModel


@dataclass(frozen=True)
class Panel:
    """One section: its anchor and heading, and the template and context that render its body."""

    anchor: str
    title: str
    template: str
    context: dict[str, Any]


_registered: list[Callable[[LanguageModel], list[Panel]]] = []


def register(panels_of: Callable[[LanguageModel], list[Panel]]) -> None:
    if panels_of not in _registered:
        _registered.append(panels_of)


def panels_for(model: LanguageModel) -> list[Panel]:
    return [panel for panels_of in _registered for panel in panels_of(model)]
