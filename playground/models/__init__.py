"""The playground's tables: what was asked, each model's answer, and the money set aside for it."""

from playground.models.money import Budget, Hold
from playground.models.prompts import Prompt
from playground.models.runs import Run, State

__all__ = ["Budget", "Hold", "Prompt", "Run", "State"]
