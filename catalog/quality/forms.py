"""What the quality page accepts in its address: which findings, of whom, and in which format."""

from django import forms

from catalog.forms import DayForm
from catalog.models import LanguageModel, Vendor
from catalog.quality.kinds import BY_SLUG, KINDS


class QualityForm(DayForm):
    """Which kind of finding, of which vendor and family. The page speaks of today: findings have no past."""

    as_of = None
    currency = None
    kind = forms.ChoiceField(
        required=False,
        choices=[(kind.slug, kind.title) for kind in KINDS],
        label="Kind",
        error_messages={"invalid_choice": f"The kinds are {', '.join(BY_SLUG)}."},
    )
    vendor = forms.CharField(required=False, max_length=60, label="Vendor")
    family = forms.CharField(required=False, max_length=60, label="Family")
    page = forms.IntegerField(required=False, min_value=1, max_value=100_000, label="Page")

    def clean_vendor(self) -> str:
        slug = self.cleaned_data["vendor"]
        if slug and not Vendor.objects.filter(slug=slug).exists():
            raise forms.ValidationError(f"No vendor is called {slug}.")
        return slug

    def clean_family(self) -> str:
        family = self.cleaned_data["family"]
        if family and not LanguageModel.objects.filter(family=family).exists():
            raise forms.ValidationError(f"No family of models is called {family}.")
        return family

    def whose(self) -> str:
        """Whose findings were asked for, in words; blank for everybody's."""
        return " ".join(filter(None, (self.value("vendor"), self.value("family"))))

    def about(self) -> str:
        """What a file of the findings is about."""
        kind = BY_SLUG.get(self.value("kind", ""))
        return f"{kind.title if kind else 'All findings'} on {self.day()}{f', of {self.whose()} only' if self.whose() else ''}."
