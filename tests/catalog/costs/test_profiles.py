"""Workload profiles: mixes to start from, and one’s own."""

import re

import pytest

from catalog.models import WorkloadProfile
from tests.catalog.costs.reading import text_of, words_of
from tests.factories import make_priced

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "cached"), [("Chat", 1_000), ("Retrieval", 800), ("Agentic coding", 51_000), ("Long document", 0)]
)
def test_every_mix_is_an_address(client, name, cached):
    make_priced("a")
    page = text_of(client.get("/costs/"))
    address = re.search(rf'<a class="chip" href="([^"]*)"[^>]*>{name}</a>', page)[1].replace("&amp;", "&")
    response = client.get(f"/costs/{address}")
    assert response.context["workload"].usage.cached_tokens == cached
    assert re.search(rf'aria-current="true">{name}</a>', text_of(response))


def test_a_profile_is_kept_changed_and_forgotten(signed_in, stranger, client):
    make_priced("a")
    fields = {
        "prompt_tokens": "9000",
        "cached_tokens": "40%",
        "completion_tokens": "300",
        "requests": "70",
        "per": "day",
    }
    response = signed_in.post("/costs/profiles/", fields | {"name": "Support mail"}, follow=True)
    assert "Kept the profile Support mail." in words_of(response)
    assert response.context["workload"].usage.cached_tokens == 3_600
    page = text_of(signed_in.get("/costs/"))
    address = re.search(r'<a href="(\?[^"]*)"[^>]*>Support mail</a>', page)[1].replace("&amp;", "&")
    assert signed_in.get(f"/costs/{address}").context["workload"].requests == 70
    response = signed_in.post("/costs/profiles/", fields | {"name": "Support mail", "requests": "71"}, follow=True)
    assert "Changed the profile Support mail." in words_of(response)
    kept = WorkloadProfile.objects.get()
    assert (kept.requests, kept.cached) == (71, "40%")
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
    assert "Support mail" not in text_of(client.get("/costs/"))
    assert client.post(f"/costs/profiles/{kept.pk}/forget/").status_code == 404
    assert WorkloadProfile.objects.count() == 1


def test_a_kept_profile_can_be_forgotten(signed_in, owner):
    kept, _ = WorkloadProfile.objects.keep(owner, "Old", {"prompt_tokens": 1, "completion_tokens": 1, "requests": 1})
    response = signed_in.post(f"/costs/profiles/{kept.pk}/forget/", follow=True)
    assert "Removed the profile Old." in words_of(response)
    assert not WorkloadProfile.objects.exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": ""}, "Give the profile a name."),
        ({"name": "x", "prompt_tokens": "many"}, "Write a whole number"),
        ({"name": "x", "prompt_tokens": "1", "cached_tokens": "2"}, "cannot exceed them (1)"),
    ],
)
def test_a_profile_that_cannot_be_kept_says_why(signed_in, fields, sentence):
    response = signed_in.post("/costs/profiles/", fields, follow=True)
    assert sentence in words_of(response)
    assert not WorkloadProfile.objects.exists()


def test_nobody_keeps_more_than_fifty_profiles(signed_in, owner):
    fields = {"prompt_tokens": 1, "completion_tokens": 1, "requests": 1}
    for number in range(50):
        WorkloadProfile.objects.keep(owner, f"p{number}", fields)
    response = signed_in.post("/costs/profiles/", {"prompt_tokens": "1", "name": "one more"}, follow=True)
    assert "You keep 50 profiles already. Remove one to keep another." in words_of(response)
    response = signed_in.post("/costs/profiles/", {"prompt_tokens": "2", "name": "p7"}, follow=True)
    assert "Changed the profile p7." in words_of(response)


def test_blanks_around_a_share_are_not_kept(signed_in):
    make_priced("a")
    fields = {"prompt_tokens": "9000", "cached_tokens": " " * 30 + "40%", "name": "Blank"}
    assert "Kept the profile Blank." in words_of(signed_in.post("/costs/profiles/", fields, follow=True))
    assert WorkloadProfile.objects.get().cached == "40%"
