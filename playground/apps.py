"""The playground: sending a prompt and paying for it."""

from django.apps import AppConfig


class PlaygroundConfig(AppConfig):
    name = "playground"
    verbose_name = "Playground"

    def ready(self) -> None:
        from catalog import panels
        from playground.performance import model_panel

        panels.register(model_panel)
