"""Rows of one form that are checked against one another as they were submitted, and then saved in any order.

Django checks each row against the database, where the other rows still stand as they were: ending one price period and
beginning the next in one go would be refused. Here the set decides, and the rows step aside before they are written.
"""

from typing import Any

from django import forms
from django.forms.models import BaseInlineFormSet


class TogetherForm(forms.ModelForm):
    """A row whose constraints against other rows are the set's to check, in its clean()."""

    def constraints(self, exclude: set[str] | None = None) -> None:
        """What is still to be checked of the row by itself. By default nothing: the model's clean() has done it."""

    def _post_clean(self) -> None:
        # Django asks the instance to check its constraints and offers a form no way to say no.
        self.instance.validate_constraints = self.constraints
        try:
            super()._post_clean()
        finally:
            del self.instance.validate_constraints


class TogetherFormSet(BaseInlineFormSet):
    """Subclasses say in `step_aside` how a row that is about to be rewritten frees the place that only one can hold."""

    def rows(self) -> list[Any]:
        """The forms that will be rows afterwards."""
        return [form for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]

    def step_aside(self, number: int, row: Any) -> None:
        raise NotImplementedError

    def save(self, commit: bool = True) -> Any:
        if commit:
            for number, form in enumerate(self.initial_forms, 1):
                if form.has_changed() or self._should_delete_form(form):
                    self.step_aside(number, form.instance)
        return super().save(commit)
