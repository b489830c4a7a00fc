"""kill -9 in mid-stream: what came stays, the cost is unknown, the hold is kept, and nothing runs again."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Witness
from tests.browser.test_main_job import NAMES, column, compose, run, text_of
from tests.live import LiveServer
from tests.playground.builders import FOUR
from tests.upstreams.server import FakeUpstream
from tests.upstreams.steps import Chunks, Hang

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.timeout(300)]
PIECES = ["The text ", "so far: 漢字 ", "🙂\n\nand a paragraph."]


def test_kill_nine_and_restart(page: Page, witness: Witness, server: LiveServer, fake_upstream: FakeUpstream) -> None:
    for model in FOUR:
        fake_upstream.script(model, [Chunks(PIECES), Hang()])
    compose(page, *NAMES)
    run(page)
    for name in NAMES:
        expect(column(page, name)).to_contain_text("and a paragraph.")
    server.wait_for("select min(length(text)) from playground_run", len("".join(PIECES)))
    board = page.url
    held = server.rows("select amount, spent from playground_hold order by amount")
    assert all(row["amount"] > 0 and row["spent"] is None for row in held)

    server.kill()
    server.start()

    # The open page comes back by itself: its event stream connects again and is told how things stand.
    for name in NAMES:
        # Twelve seconds without a sign of life, a sweep every five, a start and a reconnection, on a busy machine.
        expect(column(page, name)).to_contain_text("Interrupted", timeout=90_000)
    page.goto(board)
    for name in NAMES:
        assert text_of(page, name) == "".join(PIECES)
        expect(column(page, name)).to_contain_text("Interrupted")
        expect(column(page, name)).to_contain_text("its cost is not known")
        expect(column(page, name).locator("output")).to_have_text("not known")
        expect(column(page, name)).to_contain_text("stays held")
    assert server.rows("select amount, spent from playground_hold order by amount") == held
    assert fake_upstream.count == 4
    witness.forgive("ERR_", "[object Event]", "HTMLDivElement")  # the browser's words for a server that was killed


def test_ctrl_c_ends_runs_and_exits_cleanly(page: Page, server: LiveServer, fake_upstream: FakeUpstream) -> None:
    fake_upstream.script(FOUR[0], [Chunks(PIECES), Hang()])
    compose(page, NAMES[0])
    run(page)
    expect(column(page, NAMES[0])).to_contain_text("and a paragraph.")
    page.goto("about:blank")
    assert server.interrupt() == 0
    (row,) = server.rows(
        "select r.state, r.text, h.spent from playground_run r join playground_hold h on h.run_id = r.id"
    )
    assert row == {"state": "interrupted", "text": "".join(PIECES), "spent": None}
    assert "Traceback" not in server.log.read_text()
    assert fake_upstream.requests[0].disconnected.wait(5)
