"""The playground's page of help through the client; the form and the board have tests of their own."""

import pytest
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]


class TestHelp:
    def test_every_trouble_is_listed(self, signed_in: Client) -> None:
        from playground.rehearsal.troubles import TROUBLES

        page = signed_in.get("/playground/help/").content.decode()
        assert len(TROUBLES) > 5
        for trouble in TROUBLES:
            assert f"<code>rehearse: {trouble.name}</code>" in page
