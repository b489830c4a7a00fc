"""The playground's form, in parts: messages, values of variables, parameters, how it is sent, and what came before it."""

from playground.forms.parameters import PREFIX, initial_parameters
from playground.forms.prompt import PromptForm, new_key

__all__ = ["PREFIX", "PromptForm", "initial_parameters", "new_key"]
