"""Two admins who press Save in the same moment on the real server: one is told of the other, and nothing is written over."""

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.live import LiveServer

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]
HIDDEN = re.compile(r'name="(csrfmiddlewaretoken|_seen)" value="([^"]+)"')


def test_of_two_saves_at_once_one_is_a_conflict(serve: Callable[..., LiveServer]) -> None:
    server = serve()
    key = server.rows("select id from catalog_vendor where slug = 'mistralai'")[0]["id"]
    page = f"{server.url}/admin/catalog/vendor/{key}/change/"
    with httpx.Client(follow_redirects=True, timeout=30, trust_env=False) as client:
        client.get(server.link)
        typed: dict[str, Any] = dict(HIDDEN.findall(client.get(page).text)) | {"slug": "mistralai", "url": ""}
        cookies = dict(client.cookies)
    barrier = threading.Barrier(6)

    def press(name: str) -> int:
        with httpx.Client(cookies=cookies, timeout=60, trust_env=False, headers={"Referer": page}) as client:
            barrier.wait(30)
            return client.post(page, data=typed | {"name": name}).status_code

    names = [f"Name {number}" for number in range(6)]
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(press, names))
    assert sorted(found) == [302, 409, 409, 409, 409, 409]
    winner = names[found.index(302)]
    assert server.rows("select name from catalog_vendor where id = ?", key)[0]["name"] == winner
    assert len(server.rows("select id from catalog_revision where kind = 'edit'")) == 1
