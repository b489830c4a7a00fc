"""kill -9 at every point of a run: nothing is sent twice, what may be billed stays held, and the next start is quick to tell."""

import time
from collections.abc import Callable

import pytest

from tests.live import CANARY, LiveServer
from tests.playground.builders import FOUR
from tests.test_concurrency import post, sign_in
from tests.upstreams.server import FakeUpstream
from tests.upstreams.steps import Chunks, Ending, Hang, Usage, WaitFor

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]


def test_whatever_point_a_run_has_come_to(serve: Callable[..., LiveServer], fake_upstream: FakeUpstream) -> None:
    """One run is sent and unanswered, one in mid-text, one has its usage and not its end; and one was asked to stop and is
    read on for its cost."""
    server = serve(OPENROUTER_API_KEY=CANARY, OPENROUTER_BASE_URL=fake_upstream.base_url)
    client = sign_in(server)
    unanswered, middle, counted, stopping = FOUR
    fake_upstream.script(unanswered, [Hang()])
    fake_upstream.script(middle, [Chunks(["so far"]), Hang()])
    fake_upstream.script(counted, [Chunks(["all of it"]), Ending(), Usage(10, 3, cost="0.00001"), Hang()])
    fake_upstream.script(stopping, [Chunks(["before Stop"]), WaitFor("stop"), Chunks([" and after"]), Hang()])
    limited = {"parameter-max_tokens": "10"}
    for number, model in enumerate(FOUR):
        assert post(server, client, key=f"key-{number}", model=model, **limited).status_code == 302
    server.wait_for("select count(*) from playground_run where length(text) > 5", 3)
    fake_upstream.wait_for_requests(4)
    held = server.rows("select run_id, amount, spent, settled_at from playground_hold order by run_id")
    assert all(row["amount"] > 0 and row["spent"] is None for row in held)

    server.kill()
    begun = time.monotonic()
    server.start()
    server.wait_for("select count(*) from playground_run where state = 'interrupted'", 4)
    assert time.monotonic() - begun < 20

    runs = {
        row["model_public_id"]: row
        for row in server.rows("select model_public_id, text, cost, billed_usd, reconciliation from playground_run")
    }
    assert [runs[model]["text"] for model in FOUR] == ["", "so far", "all of it", "before Stop"]
    assert {row["cost"] for row in runs.values()} == {None}, "nobody knows, and unknown is not 0"
    # What answered by its name is asked for; what did not cannot be.
    assert [runs[model]["reconciliation"] != "" for model in FOUR] == [False, True, True, True]
    assert server.rows("select run_id, amount, spent, settled_at from playground_hold order by run_id") == held
    server.kill()
    server.start()
    time.sleep(1)
    assert fake_upstream.count == 4, "however often it starts"
