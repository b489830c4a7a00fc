"""The playground's tables: what was asked, each model's answer, and the money set aside for it."""

from playground.models.money import Budget, Hold, House
from playground.models.prompts import Image, Label, Prompt, Share
from playground.models.runs import Reconciliation, Recording, Run, State, Verdict

__all__ = [
    "Budget",
    "Hold",
    "House",
    "Image",
    "Label",
    "Prompt",
    "Reconciliation",
    "Recording",
    "Run",
    "Share",
    "State",
    "Verdict",
]
