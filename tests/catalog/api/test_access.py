"""Who may read the API: everybody, from any site's script, with GET and HEAD; other methods and addresses get a sentence."""

import json

import pytest
from django.conf import settings

from tests.factories import make_priced

pytestmark = pytest.mark.django_db
ADDRESSES = (
    "/api/v1/models",
    "/api/v1/models/count",
    "/api/v1/model/mistralai/a",
    "/api/v1/models/mistralai/a/endpoints",
    "/api/v1/costs?prompt_tokens=1",
)


@pytest.fixture(autouse=True)
def one(db: None) -> None:
    make_priced("a")


@pytest.mark.parametrize("address", [*ADDRESSES, "/api/v1/openapi.json", "/api/v1/model/no/body", "/api/v1/nothing"])
def test_any_site_s_script_may_read_it(client, address):
    response = client.get(address, headers={"origin": "https://elsewhere.example"})
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response.headers
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"


@pytest.mark.parametrize(
    "address", ["/", "/models/mistralai/a/", "/models/mistralai/a.md", "/llms.txt", "/api/v1/docs"]
)
def test_no_other_address_may(client, address):
    response = client.get(address, headers={"origin": "https://elsewhere.example"})
    assert response.status_code == 200
    assert not [name for name in response.headers if name.startswith("Access-Control")]
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_browser_s_question_before_a_request_with_a_key(client, address):
    asked = {"access-control-request-method": "GET", "access-control-request-headers": "authorization,if-none-match"}
    response = client.options(address, headers=asked | {"origin": "https://elsewhere.example"})
    assert (response.status_code, response.content) == (204, b"")
    allowed = response["Access-Control-Allow-Headers"].lower().split(", ")
    assert {"authorization", "if-none-match"} <= set(allowed)
    assert "GET" in response["Access-Control-Allow-Methods"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_head_is_get_without_the_body(client, address):
    head, get = client.head(address), client.get(address)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("ETag", "Content-Type", "Content-Length", "Cache-Control"):
        assert head[name] == get[name], name


@pytest.mark.parametrize("address", [*ADDRESSES, "/api/v1/openapi.json", "/api/v1/chat/completions"])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
def test_other_methods_are_refused_in_a_sentence(client, address, method):
    response = getattr(client, method)(address)
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD, OPTIONS"
    assert response.json() == {"error": {"code": 405, "message": "This API is read-only: it answers GET and HEAD."}}


@pytest.mark.parametrize(
    ("rest", "sentence"),
    [
        ("nothing", "There is nothing at this address. /api/v1/docs lists what there is."),
        ("models/", "There is nothing at this address."),
        ("models/a/b", "There is nothing at this address."),
        ("chat/completions", "It runs none; send prompts to a market."),
    ],
)
def test_an_address_that_is_none_is_a_sentence(client, rest, sentence):
    response = client.get(f"/api/v1/{rest}")
    assert response.status_code == 404
    assert sentence in response.json()["error"]["message"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_nobody_gets_a_cookie_or_needs_one(client, address):
    response = client.get(address)
    assert response.status_code == 200
    assert not response.cookies


def test_a_key_that_a_client_sends_is_neither_read_nor_repeated(client):
    client.cookies[settings.SESSION_COOKIE_NAME] = "nonsense"
    response = client.get("/api/v1/models", headers={"authorization": "Bearer whatever"})
    assert response.status_code == 200
    assert "whatever" not in json.dumps(dict(response.headers)) + response.content.decode()


def test_every_operation_documents_its_answers(client):
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert set(paths) == {
        "/api/v1/models",
        "/api/v1/models/count",
        "/api/v1/model/{vendor}/{slug}",
        "/api/v1/models/{vendor}/{slug}/endpoints",
        "/api/v1/costs",
    }
    for path, methods in paths.items():
        assert list(methods) == ["get"]
        assert {"200", "304"} <= set(methods["get"]["responses"]), path
        assert methods["get"]["summary"], path
