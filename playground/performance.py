"""How models did in this installation's own runs: speed, activity and uptime for a model's page."""

from catalog.models import LanguageModel
from catalog.panels import Panel


def model_panel(model: LanguageModel) -> list[Panel]:
    return []
