"""The names that Mistral's models go by, on which days, and where they lead."""

import re
from datetime import date

import pytest
from django.test import Client

from catalog.models import Alias, LanguageModel
from tests.catalog.mistral_models import SLUGS, TODAY, model_of

pytestmark = [pytest.mark.django_db]


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize(
    ("name", "day", "slug"),
    [
        ("mistral-large-latest", "2025-12-01", "mistral-large-2411"),
        ("mistral-large-latest", "2025-12-02", "mistral-large-2512"),
        ("ministral-8b-latest", "2025-12-01", "ministral-8b"),
        ("ministral-8b-latest", "2025-12-02", "ministral-8b-2512"),
        ("mistral-small-latest", "2026-03-15", "mistral-small-3.2-24b-instruct"),
        ("mistral-small-latest", "2026-03-16", "mistral-small-2603"),
        ("mistral-medium-latest", "2026-06-15", "mistral-medium-3.1"),
        ("mistral-medium-latest", "2026-06-16", "mistral-medium-3-5"),
        ("devstral-small", "2025-07-10", "devstral-small-2505"),
        ("devstral-small", "2025-07-11", "devstral-small-2507"),
        ("mistralai/mistral-medium-3", "2026-11-21", "mistral-medium-2505"),
        ("magistral-medium-latest", "2026-11-21", "magistral-medium-2509"),
        ("codestral-latest", "2026-11-21", "codestral-2508"),
        ("mistral-ocr-latest", "2026-11-21", "mistral-ocr-4-1"),
    ],
)
def test_aliases_that_moved_and_others(name: str, day: str, slug: str) -> None:
    assert Alias.objects.named(name, date.fromisoformat(day)).get().model.slug == slug


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize(
    ("name", "slugs"),
    [
        ("mistral-medium-3", {"mistral-medium-3-5", "mistral-medium-2505"}),
        ("mistral-medium", {"mistral-medium-3-5", "mistral-medium-2312"}),
        ("open-mistral-7b", {"mistral-7b-instruct", "mistral-7b-instruct-v0.2"}),
        ("voxtral-mini-latest", {"voxtral-mini-2507", "voxtral-mini-2602"}),
        ("Codestral", {"codestral-2405", "codestral-2501", "codestral-2508"}),
    ],
)
def test_names_of_several_models(name: str, slugs: set[str]) -> None:
    assert {alias.model.slug for alias in Alias.objects.named(name, TODAY)} == slugs


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize("name", [name for name in SLUGS if name != "open-mistral-7b"])
def test_every_id_of_the_reference_leads_to_its_page(client: Client, name: str) -> None:
    answer = client.get(f"/models/{name}/")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/models/mistralai/{SLUGS[name]}/")
    page = client.get(answer.headers["Location"])
    assert page.status_code == 200
    assert model_of(SLUGS[name]).name in page.content.decode()


@pytest.mark.usefixtures("seeded")
def test_a_name_of_two_models_lists_both(client: Client) -> None:
    page = client.get("/models/mistral-medium-3/").content.decode()
    assert "Mistral Medium 3.5" in page
    assert "At Mistral’s own API" in page or "At Mistral&#x27;s own API" in page
    assert "/models/mistralai/mistral-medium-2505/" in page


@pytest.mark.usefixtures("seeded")
def test_links_of_the_descriptions_lead_to_models() -> None:
    known = {f"/mistralai/{slug}" for slug in LanguageModel.objects.values_list("slug", flat=True)}
    linked = {
        link
        for text in LanguageModel.objects.exclude(slug="mistral-large-2411").values_list("description", flat=True)
        for link in re.findall(r"\]\((/[^)]+)\)", text)
    }
    assert len(linked) > 5
    assert linked <= known
