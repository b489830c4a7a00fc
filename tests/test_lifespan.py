"""The server's opening and closing: whatever fails while one part closes, the others are closed as well."""

import asyncio
from typing import Any

import pytest

from catalog.imports.timer import Timer
from catalog.tokenizers import counting
from playground.runner import runner

PARTS = ["runner", "counting", "timer"]


async def never_asked(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError("A lifespan is none of the app's business.")


def live(monkeypatch: pytest.MonkeyPatch, failing: str) -> tuple[list[str], list[str]]:
    """Start and stop; what was closed, in this order, and what the server was told."""
    from config.asgi import with_runner  # it looks for the static files, which are the test's own only by now

    done: list[str] = []

    def close(name: str) -> None:
        done.append(name)
        if name == failing:
            raise RuntimeError(f"The {name} does not close.")

    async def close_later(name: str) -> None:
        close(name)

    async def opened() -> None:
        pass

    monkeypatch.setattr(runner, "open", opened)
    monkeypatch.setattr(runner, "close", lambda: close_later("runner"))
    monkeypatch.setattr(counting, "close", lambda: close("counting"))
    monkeypatch.setattr(Timer, "close", lambda timer: close_later("timer"))
    sent: list[str] = []
    events = iter(["lifespan.startup", "lifespan.shutdown"])

    async def receive() -> Any:
        return {"type": next(events)}

    async def send(message: Any) -> None:
        sent.append(message["type"])

    serving = with_runner(never_asked)({"type": "lifespan"}, receive, send)  # type: ignore[arg-type]
    if failing:
        with pytest.raises(RuntimeError, match=f"The {failing} does not close"):
            asyncio.run(serving)
    else:
        asyncio.run(serving)
    return done, sent


def test_opening_and_closing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert live(monkeypatch, "") == (PARTS, ["lifespan.startup.complete", "lifespan.shutdown.complete"])


@pytest.mark.parametrize("failing", PARTS)
def test_one_that_fails_to_close_keeps_no_other_open(monkeypatch: pytest.MonkeyPatch, failing: str) -> None:
    """The server is told of the failure, by the error itself, which it logs."""
    assert live(monkeypatch, failing) == (PARTS, ["lifespan.startup.complete"])
