"""Signing in: the link of the owner works once, wrong passwords close the door, and an editor stays an editor."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client

from playground.accounts import owner_link
from tests.conftest import BACKEND

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]


class TestSigningIn:
    def test_the_link_works_once(self, client: Client, db: None) -> None:
        link = owner_link()
        assert client.get(link).status_code == 302
        assert client.get("/history/").status_code == 200
        client.logout()
        again = client.get(link)
        assert again.status_code == 403
        assert "This link no longer works" in again.content.decode()

    def test_the_owner_has_no_password(self, db: None) -> None:
        owner_link()
        assert not get_user_model().objects.get(username="owner").has_usable_password()

    def test_starting_again_keeps_the_owner(self, db: None) -> None:
        owner_link()
        owner_link()
        assert get_user_model().objects.filter(username="owner").count() == 1

    def test_five_wrong_passwords_close_the_door(self, client: Client, owner: Any) -> None:
        owner.set_password("a long enough word")
        owner.save()
        for _ in range(5):
            response = client.post("/accounts/login/", {"username": "owner", "password": "wrong"})
        assert response.status_code == 429
        assert "Too many tries" in response.content.decode()
        assert (
            client.post("/accounts/login/", {"username": "owner", "password": "a long enough word"}).status_code == 429
        )
        assert client.post("/admin/login/", {"username": "owner", "password": "a long enough word"}).status_code == 429

    @pytest.mark.parametrize(
        "target", ["https://example.com/", "//example.com", "javascript:alert(1)", "/\\example.com"]
    )
    def test_signing_in_leads_nowhere_else(self, client: Client, owner: Any, target: str) -> None:
        owner.set_password("a long enough word")
        owner.save()
        response = client.post(
            "/accounts/login/", {"username": "owner", "password": "a long enough word", "next": target}
        )
        assert response["Location"] == "/playground/"


class TestEditors:
    def test_an_editor_edits_the_catalog_and_nothing_else(self, client: Client, stranger: Any) -> None:
        stranger.is_staff = True
        stranger.save()
        stranger.groups.add(Group.objects.get(name="Catalog editors"))
        client.force_login(stranger, backend=BACKEND)
        assert client.get("/admin/catalog/languagemodel/").status_code == 200
        assert client.get("/admin/auth/user/").status_code == 403
        assert client.get("/admin/playground/run/").status_code == 403
        assert client.get("/admin/playground/budget/").status_code == 403
