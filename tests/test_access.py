"""Who may do what: every address of the site against every kind of visitor. An address missing from the table fails."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from playground import opening
from playground.models import Hold, Prompt, Run, State
from tests.conftest import BACKEND
from tests.playground.builders import FOUR, asked, budget

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]

PUBLIC = {
    "api:api-root",
    "api:costs",
    "api:endpoints",
    "api:model",
    "api:models",
    "api:models_count",
    "api:openapi-json",
    "api:openapi-view",
    "catalog:table",
    "catalog:model",
    "catalog:model_markdown",
    "catalog:llms",
    "catalog:bare_name",
    "catalog:changes",
    "catalog:changes_feed",
    "catalog:compare",
    "catalog:costs",
    "catalog:own_text",
    "catalog:costs_over_time",
    "catalog:break_even",
    "catalog:costs_map",
    "catalog:quality",
    "catalog:healthz",
    "catalog:readyz",
    "favicon",
    "login",
    "link",
}
SIGNED_IN = {
    "catalog:keep_view",
    "catalog:forget_view",
    "catalog:keep_profile",
    "catalog:forget_profile",
    "playground:compose",
    "playground:fields",
    "playground:estimate",
    "playground:preview",
    "playground:help",
    "playground:history",
    "playground:selected",
    "playground:difference",
    "playground:verdicts",
    "logout",
}
UNLISTED = {
    "playground:shared",
    "playground:shared_image",
}  # public for who has the address; test_sharing has their rules
READ = {  # one's own, with GET
    f"playground:{name}"
    for name in (
        *("board", "events", "run", "now", "text", "code", "request_json", "events_text", "elsewhere", "export"),
        *("share", "remove_texts", "image"),
    )
}
ACT = {  # on one's own, with POST
    f"playground:{name}"
    for name in (
        *(
            "stop",
            "stop_all",
            "rerun",
            "again",
            "favourite",
            "note",
            "add_label",
            "remove_label",
            "revoke",
            "verdict",
            "reveal",
        ),
    )
}
OWN = READ | ACT


def names(resolver: Any, prefix: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            if pattern.name:
                yield prefix + pattern.name
        elif isinstance(pattern, URLResolver) and pattern.namespace != "admin":
            yield from names(pattern, f"{pattern.namespace}:" if pattern.namespace else prefix)


def test_every_address_is_in_the_table() -> None:
    assert set(names(get_resolver())) == PUBLIC | SIGNED_IN | OWN | UNLISTED


@pytest.fixture
def run(owner: Any) -> Run:
    prompt, _ = opening.open_prompt(owner, asked(FOUR[0]))
    return prompt.runs.get()


def addresses(run: Run) -> dict[str, str]:
    of_prompt = f"/playground/{run.prompt_id}"
    of_run = f"{of_prompt}/runs/{run.pk}"
    return {
        "catalog:table": "/",
        "catalog:keep_view": "/views/",
        "catalog:forget_view": "/views/1/forget/",
        "catalog:model": "/models/mistralai/mistral-large-2512/",
        "catalog:model_markdown": "/models/mistralai/mistral-large-2512.md",
        "catalog:llms": "/llms.txt",
        "catalog:bare_name": "/models/mistral-large-2512/",
        "catalog:changes": "/changes/",
        "catalog:changes_feed": "/changes.atom",
        "catalog:compare": "/compare/",
        "api:api-root": "/api/v1/",
        "api:costs": "/api/v1/costs",
        "api:endpoints": "/api/v1/models/mistralai/mistral-large-2512/endpoints",
        "api:model": "/api/v1/model/mistralai/mistral-large-2512",
        "api:models": "/api/v1/models",
        "api:models_count": "/api/v1/models/count",
        "api:openapi-json": "/api/v1/openapi.json",
        "api:openapi-view": "/api/v1/docs",
        "catalog:costs": "/costs/",
        "catalog:own_text": "/costs/text/",
        "catalog:costs_over_time": "/costs/over-time/",
        "catalog:break_even": "/costs/break-even/",
        "catalog:costs_map": "/costs/map/",
        "catalog:quality": "/quality/",
        "catalog:keep_profile": "/costs/profiles/",
        "catalog:forget_profile": "/costs/profiles/1/forget/",
        "catalog:healthz": "/healthz",
        "catalog:readyz": "/readyz",
        "login": "/accounts/login/",
        "link": "/accounts/link/",
        "logout": "/accounts/logout/",
        "playground:compose": "/playground/",
        "playground:fields": "/playground/fields/",
        "playground:estimate": "/playground/estimate/",
        "playground:help": "/playground/help/",
        "playground:history": "/history/",
        "playground:board": f"/playground/{run.prompt_id}/",
        "playground:stop_all": f"{of_prompt}/stop",
        "favicon": "/favicon.ico",
        "playground:preview": "/playground/preview/",
        "playground:selected": "/history/selected/",
        "playground:difference": f"/playground/difference?left={run.pk}&right={run.pk}",
        "playground:verdicts": "/history/verdicts/",
        "playground:image": "/playground/images/1/",
        "playground:run": f"{of_run}/",
        "playground:request_json": f"{of_run}/request.json",
        "playground:events_text": f"{of_run}/events.txt",
        "playground:rerun": f"{of_run}/again",
        "playground:add_label": f"{of_prompt}/labels/",
        "playground:remove_label": f"{of_prompt}/labels/1/remove",
        "playground:remove_texts": f"{of_prompt}/texts/remove",
        "playground:revoke": f"{of_prompt}/share/1/revoke",
        **{
            f"playground:{name}": f"{of_run}/{name}" for name in ("now", "text", "stop", "code", "elsewhere", "verdict")
        },
        **{
            f"playground:{name}": f"{of_prompt}/{name}"
            for name in ("again", "favourite", "note", "share", "export", "reveal")
        },
    }


@pytest.mark.parametrize("name", sorted(PUBLIC - {"link"}))
def test_anonymous_visitors_read_the_catalog_and_get_no_cookie(client: Client, run: Run, name: str) -> None:
    response = client.get(addresses(run)[name])
    assert response.status_code in {200, 302}
    if name != "login":
        assert not response.cookies
    assert "no-store" not in response.headers.get("Cache-Control", "") or name == "login"


@pytest.mark.parametrize("name", sorted((SIGNED_IN | OWN) - {"playground:events", "logout"}))
@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_anonymous_visitors_are_sent_to_sign_in(client: Client, run: Run, name: str, method: str) -> None:
    before = (Prompt.objects.count(), Run.objects.count(), Hold.objects.count())
    response = getattr(client, method)(addresses(run)[name])
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("login"))
    by_htmx = getattr(client, method)(
        addresses(run)[name], HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL="https://evil.example/playground/?a=b"
    )
    assert by_htmx["HX-Redirect"] == f"{reverse('login')}?next=/playground/"
    assert by_htmx.content == b""
    assert (Prompt.objects.count(), Run.objects.count(), Hold.objects.count()) == before
    run.refresh_from_db()
    assert run.stop_requested is False


@pytest.mark.parametrize(
    ("method", "name"),
    [
        *(("get", name) for name in sorted(READ - {"playground:events", "playground:image"})),
        *(("post", name) for name in sorted(ACT | {"playground:share", "playground:remove_texts"})),
    ],
)
def test_somebody_elses_run_does_not_exist(client: Client, run: Run, stranger: Any, method: str, name: str) -> None:
    client.force_login(stranger, backend=BACKEND)
    theirs = getattr(client, method)(addresses(run)[name])
    nobodys = getattr(client, method)(addresses(run)[name].replace(str(run.prompt_id), str(uuid4())))
    assert theirs.status_code == nobodys.status_code == 404
    token = re.compile(rb"[A-Za-z0-9]{64}")  # masked anew in every answer
    assert token.sub(b"", theirs.content) == token.sub(b"", nobodys.content)
    run.refresh_from_db()
    assert run.stop_requested is False


def test_a_run_of_another_prompt_is_not_stopped_through_ones_own(client: Client, run: Run, stranger: Any) -> None:
    own, _ = opening.open_prompt(stranger, asked(FOUR[1]))
    client.force_login(stranger, backend=BACKEND)
    assert client.post(reverse("playground:stop", args=[own.pk, run.pk])).status_code == 404


def test_history_holds_only_ones_own(client: Client, run: Run, stranger: Any) -> None:
    client.force_login(stranger, backend=BACKEND)
    assert "Your prompts will stand here" in client.get("/history/").content.decode()
    client.force_login(run.prompt.user, backend=BACKEND)
    assert "Hello" in client.get("/history/").content.decode()


@pytest.mark.parametrize("name", sorted(SIGNED_IN | {"playground:board"} | ACT))
def test_a_post_without_the_csrf_token_is_refused(run: Run, name: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(run.prompt.user, backend=BACKEND)
    assert client.post(addresses(run)[name]).status_code in {403, 405}
    run.refresh_from_db()
    assert run.stop_requested is False


@pytest.mark.parametrize("name", sorted(SIGNED_IN | PUBLIC | OWN - {"playground:events", "playground:image"}))
def test_a_get_never_starts_changes_or_costs_anything(client: Client, run: Run, name: str) -> None:
    client.force_login(run.prompt.user, backend=BACKEND)
    before = (Prompt.objects.count(), Run.objects.count(), Hold.objects.count())
    client.get(addresses(run)[name], {"model": FOUR[0], "text": "Hello", "key": "another"})
    client.head(addresses(run)[name])
    assert (Prompt.objects.count(), Run.objects.count(), Hold.objects.count()) == before
    run.refresh_from_db()
    assert (run.state, run.stop_requested) == (State.QUEUED, False)


def test_private_pages_are_kept_by_no_cache(signed_in: Client, run: Run) -> None:
    for name in ("playground:compose", "playground:board", "playground:history", "catalog:table"):
        response = signed_in.get(addresses(run)[name])
        assert response["Cache-Control"] == "private, no-store", name
        assert "Cookie" in response["Vary"], name


def test_headers_of_every_page(client: Client, run: Run) -> None:
    for name in ("catalog:table", "login", "catalog:healthz"):
        headers = client.get(addresses(run)[name]).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]


def test_extra_fields_of_a_post_are_ignored(signed_in: Client, owner: Any, settings: Any) -> None:
    settings.OPENROUTER_API_KEY = "sk-or-not-a-key"
    budget(owner, "1")
    signed_in.post(
        "/playground/",
        {
            "model": FOUR[0],
            "text": "Hello",
            "key": "key",
            "parameter-max_tokens": "10",
            "models": "openrouter/auto",
            "plugins": "web",
            "n": "9",
            "stream": "false",
            "base_url": "http://127.0.0.1:1/",
            "cost": "0",
            "state": "done",
            "user": "1",
        },
    )
    run = Run.objects.get()
    assert run.request == {
        "model": FOUR[0],
        "messages": [{"role": "user", "content": "Hello"}],
        "stream": True,
        "max_tokens": 10,
    }


@pytest.mark.parametrize(
    "model", ["openrouter/auto", "mistralai/mistral-large-2512:online", "mistralai/mistral-large-2512:batch", "1"]
)
def test_only_models_of_the_catalog_are_run(signed_in: Client, model: str) -> None:
    response = signed_in.post("/playground/", {"model": model, "text": "Hello", "key": "key"})
    assert response.status_code == 422
    assert "There is no model" in response.content.decode()
    assert not Run.objects.exists()
