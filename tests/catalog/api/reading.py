"""What the API's tests read with: an answer's data, or its refusal."""

from typing import Any


def data(client: Any, address: str = "/api/v1/models", **query: Any) -> Any:
    response = client.get(address, query)
    assert response.status_code == 200, response.content
    assert response["Content-Type"].startswith("application/json")
    return response.json()["data"]


def ids(client: Any, **query: Any) -> list[str]:
    """The names of the models listed, without their vendor."""
    return [model["id"].partition("/")[2] for model in data(client, **query)]


def error(client: Any, address: str, code: int, **query: Any) -> dict[str, Any]:
    response = client.get(address, query)
    assert response.status_code == code, response.content
    said = response.json()["error"]
    assert said["code"] == code
    return said
