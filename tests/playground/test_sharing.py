"""Shared boards: who may make one, what a reader is shown, and what never leaves the house."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from playground import opening, retention, sharing
from playground.messages import Message
from playground.models import Image, Prompt, Share
from playground.sharing import CannotShare
from tests.playground.builders import FOUR, asked
from tests.playground.looking_back import answered, make_four
from tests.playground.test_history_pages import words

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}
PIXEL = bytes.fromhex("89504e470d0a1a0a")


@pytest.fixture(autouse=True)
def _models(db: None) -> None:
    make_four()


@pytest.fixture
def prompt(owner: Any) -> Prompt:
    return answered(
        owner, *FOUR[:2], key="shared", text="Which wind?", system="Be brief.", answers=["Föhn.", "Mistral."]
    )


def address(share: Share) -> str:
    return f"/shared/{share.token}/"


class TestMaking:
    def test_an_address_for_seven_days(self, signed_in: Client, prompt: Prompt) -> None:
        page = signed_in.get(f"/playground/{prompt.pk}/share").content.decode()
        assert "No address yet" in page
        assert '<option value="7" selected>7 days' in page
        signed_in.post(f"/playground/{prompt.pk}/share", {"expires": "7"})
        share = Share.objects.get()
        assert re.fullmatch(r"[A-Za-z0-9_-]{43}", share.token), "256 bits"
        assert share.expires_at is not None
        assert timedelta(days=7) - (share.expires_at - timezone.now()) < timedelta(minutes=1)
        page = signed_in.get(f"/playground/{prompt.pk}/share").content.decode()
        assert f"http://testserver/shared/{share.token}/" in page
        assert f'data-copy="address-{share.pk}"' in page

    @pytest.mark.parametrize(("expires", "days"), [("1", 1), ("30", 30), ("never", None)])
    def test_other_times(self, signed_in: Client, prompt: Prompt, expires: str, days: int | None) -> None:
        page = signed_in.post(f"/playground/{prompt.pk}/share", {"expires": expires}, **HTMX).content.decode()
        assert page.lstrip().startswith('<div id="share"')
        share = Share.objects.get()
        assert (share.expires_at is None) == (days is None)
        assert ("until revoked</span>" in page) == (days is None)

    def test_a_bad_time_is_refused_in_words(self, signed_in: Client, prompt: Prompt) -> None:
        response = signed_in.post(f"/playground/{prompt.pk}/share", {"expires": "9"}, **HTMX)
        assert response.status_code == 422
        assert "Choose how long the address is to work." in response.content.decode()
        assert not Share.objects.exists()

    def test_twenty_at_a_time(self, prompt: Prompt) -> None:
        for _ in range(20):
            last = sharing.share(prompt, 1)
        with pytest.raises(CannotShare, match="up to 20 addresses at a time"):
            sharing.share(prompt, 1)
        sharing.revoke(last)
        sharing.share(prompt, 1)

    def test_what_has_no_texts_is_not_shared(self, signed_in: Client, owner: Any, prompt: Prompt) -> None:
        retention.purge([prompt.pk])
        never, _ = opening.open_prompt(owner, asked(FOUR[0], key="never"))
        Prompt.objects.filter(pk=never.pk).update(is_stored=False)
        for each, sentence in (
            (prompt, "were removed, so there is nothing"),
            (never, "This prompt is not stored, so it"),
        ):
            page = signed_in.get(f"/playground/{each.pk}/share").content.decode()
            assert sentence in page
            assert "Make an address" not in page
            response = signed_in.post(f"/playground/{each.pk}/share", {"expires": "1"}, follow=True)
            assert sentence in response.content.decode()
        assert not Share.objects.exists()

    def test_revoking_works_at_once_and_keeps_its_first_moment(
        self, signed_in: Client, client: Client, prompt: Prompt
    ) -> None:
        share = sharing.share(prompt, None)
        assert Client().get(address(share)).status_code == 200
        page = signed_in.post(f"/playground/{prompt.pk}/share/{share.pk}/revoke", **HTMX).content.decode()
        assert share.token not in page
        assert "revoked" in page
        assert Client().get(address(share)).status_code == 404
        share.refresh_from_db()
        moment = share.revoked_at
        signed_in.post(f"/playground/{prompt.pk}/share/{share.pk}/revoke")
        share.refresh_from_db()
        assert share.revoked_at == moment

    def test_a_share_of_another_prompt_is_not_revoked_through_ones_own(
        self, signed_in: Client, stranger: Any, prompt: Prompt
    ) -> None:
        theirs = sharing.share(answered(stranger, key="theirs"), None)
        assert signed_in.post(f"/playground/{prompt.pk}/share/{theirs.pk}/revoke").status_code == 404
        theirs.refresh_from_db()
        assert theirs.revoked_at is None


class TestReading:
    def test_messages_answers_and_costs(self, client: Client, prompt: Prompt) -> None:
        page = words(client.get(address(sharing.share(prompt, 7))))
        assert "System Be brief. User Which wind?" in page
        assert "Föhn." in page
        assert "Mistral." in page
        assert "All together this would have cost $0.002." in page

    def test_headers(self, client: Client, prompt: Prompt) -> None:
        for path in (address(sharing.share(prompt, 7)), f"/shared/{'x' * 43}/"):
            response = client.get(path)
            assert response["X-Robots-Tag"] == "noindex, nofollow, noarchive"
            assert response["Referrer-Policy"] == "no-referrer"
            assert response["Cache-Control"] == "private, no-store"
            assert "default-src 'none'" in response["Content-Security-Policy"]
            assert not response.cookies

    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
    def test_only_reading(self, prompt: Prompt, method: str) -> None:
        share = sharing.share(prompt, 7)
        assert getattr(Client(enforce_csrf_checks=True), method)(address(share)).status_code in {403, 405}
        assert getattr(Client(), method)(address(share)).status_code == 405
        assert Client().head(address(share)).status_code == 200

    def test_unknown_revoked_and_expired_are_one_page_and_one_look_up(self, client: Client, prompt: Prompt) -> None:
        revoked, expired = sharing.share(prompt, 7), sharing.share(prompt, 7)
        sharing.revoke(revoked)
        Share.objects.filter(pk=expired.pk).update(expires_at=timezone.now())
        paths = [address(revoked), address(expired), f"/shared/{'x' * 43}/", "/shared/short/", "/shared/%00/"]
        answers, queries = set(), set()
        for path in paths:
            with CaptureQueriesContext(connection) as captured:
                response = client.get(path)
            assert response.status_code == 404
            answers.add((response.content, tuple(sorted(response.headers.items()))))
            queries.add(len(captured))
        assert len(answers) == 1
        assert queries == {1}

    def test_an_address_works_until_its_very_end(self, prompt: Prompt) -> None:
        share = sharing.share(prompt, 7)
        assert share.expires_at is not None
        assert sharing.shown(share.token, share.expires_at - timedelta(microseconds=1)) is not None
        assert sharing.shown(share.token, share.expires_at) is None

    def test_a_purge_ends_it(self, client: Client, prompt: Prompt) -> None:
        share = sharing.share(prompt, None)
        retention.purge([prompt.pk])
        assert client.get(address(share)).status_code == 404
        share.refresh_from_db()
        assert share.revoked_at is not None

    def test_a_purged_prompt_has_nothing_to_show_even_if_its_address_is_open(
        self, client: Client, prompt: Prompt
    ) -> None:
        """The purge revokes it; were that missed, or were it made in the same moment, no empty board would be shown."""
        share = sharing.share(prompt, None)
        assert client.get(address(share)).status_code == 200
        retention.purge([prompt.pk])
        Share.objects.filter(pk=share.pk).update(revoked_at=None)
        assert Share.objects.open_at(timezone.now()).get() == share
        assert client.get(address(share)).status_code == 404

    def test_queries_do_not_grow_with_the_models(self, client: Client, owner: Any) -> None:
        def queries(*models: str) -> int:
            share = sharing.share(answered(owner, *models, key=str(len(models))), 7)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address(share)).status_code == 200
            return len(captured)

        assert queries(FOUR[0]) == queries(*FOUR)


class TestImages:
    @pytest.fixture
    def image(self, owner: Any) -> Image:
        return Image.objects.create(
            user=owner, sha256="a" * 64, media_type="image/png", width=1, height=1, size=8, content=PIXEL
        )

    def test_by_an_address_under_the_shares_own(self, client: Client, owner: Any, image: Image) -> None:
        messages = [Message("user", "What is this?", images=(image.pk,))]
        share = sharing.share(answered(owner, key="image", messages=messages), 7)
        path = f"{address(share)}images/{image.pk}/"
        page = client.get(address(share)).content.decode()
        assert f'src="{path}"' in page
        response = client.get(path)
        assert (response.content, response["Content-Type"]) == (PIXEL, "image/png")
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response["Content-Security-Policy"]
        assert response["Cache-Control"] == "private, no-store"
        assert response["X-Robots-Tag"] == "noindex, nofollow, noarchive"
        assert not response.cookies
        sharing.revoke(share)
        assert client.get(path).status_code == 404

    def test_no_other_image(self, client: Client, owner: Any, prompt: Prompt, image: Image) -> None:
        share = sharing.share(prompt, 7)
        for number in (image.pk, 999_999, 10**30):
            assert client.get(f"{address(share)}images/{number}/").status_code == 404

    def test_not_that_of_somebody_else_with_the_same_number(self, client: Client, stranger: Any, image: Image) -> None:
        messages = [Message("user", "What is this?", images=(image.pk,))]
        share = sharing.share(answered(stranger, key="image", messages=messages), 7)
        assert client.get(f"{address(share)}images/{image.pk}/").status_code == 404


def test_the_owners_pages_do_not_open_with_a_share(client: Client, prompt: Prompt) -> None:
    """What a shared page may be asked for stays what it is: everything else still asks who is there."""
    share = sharing.share(prompt, 7)
    for path in (prompt.get_absolute_url(), f"/playground/{prompt.pk}/share", "/history/", f"/playground/{uuid4()}/"):
        assert client.get(path, HTTP_REFERER=f"http://testserver{address(share)}").status_code == 302
