"""A day in the playground, in Chromium against a real upstream: six at once, tools, schemas, Stop, turns, a matrix, a blind
verdict, a shared board, and a reload in the middle."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Witness
from tests.browser.test_main_job import NAMES, column, compose, run, text_of
from tests.live import LiveServer
from tests.playground.builders import FOUR
from tests.upstreams.server import FakeUpstream
from tests.upstreams.steps import Chunks, Data, DoneMark, Ending, Usage, WaitFor, answer, chunk, delta

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.timeout(300)]

SIX = [*NAMES, "Pixtral Large 2411", "Mistral Medium 3.5"]
LARGE_3, DEVSTRAL = FOUR[0], FOUR[3]
BILL = Usage(10, 3, cost="0.00001")
WEATHER = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        },
    }
]
ORDER = {
    "type": "json_schema",
    "json_schema": {
        "name": "order",
        "schema": {"type": "object", "properties": {"items": {"type": "array", "items": {"type": "number"}}}},
    },
}


def open_fold(page: Page, words: str) -> None:
    fold = page.locator("#compose details", has=page.locator("summary", has_text=re.compile(rf"^\s*{words}"))).first
    if fold.get_attribute("open") is None:
        fold.locator("summary").first.click()


def bodies(fake: FakeUpstream) -> list[dict[str, Any]]:
    return [request.body for request in fake.requests]


def message(page: Page, role: str, text: str) -> None:
    """Write the last message of a role."""
    page.locator("#messages textarea[name^=content-]").last.fill(text)
    assert role


def call_of(arguments: str, **first: Any) -> Data:
    entry = {"index": 0, "function": {"arguments": arguments}} | first
    return Data(chunk(LARGE_3, delta(tool_calls=[entry])))


def test_six_columns_at_once(page: Page, server: LiveServer, fake_upstream: FakeUpstream) -> None:
    with fake_upstream.barrier():
        compose(page, *SIX, text="Which wind?")
        run(page)
        fake_upstream.wait_for_requests(6)  # all of them are held open at the same moment
    for name in SIX:
        expect(column(page, name)).to_contain_text("Done")
        expect(column(page, name).locator("output")).to_have_text("$0.000123")
    expect(page.locator(".summary")).to_contain_text("All together this cost $0.000738.")  # 6 x 0.000123
    assert len({body["model"] for body in bodies(fake_upstream)}) == 6
    assert server.rows("select count(*) as n from playground_hold where spent = 123000000")[0]["n"] == 6


def test_a_tool_call_and_its_result(page: Page, fake_upstream: FakeUpstream) -> None:
    fake_upstream.script_in_turn(
        LARGE_3,
        [
            call_of("", id="call00001", function={"name": "weather", "arguments": ""}),
            *[call_of(piece) for piece in ('{"ci', 'ty": "Pa', 'ris"}')],
            Ending("tool_calls"),
            BILL,
            DoneMark(),
        ],
        answer("It is sunny in Paris.", usage=BILL),
    )
    compose(page, NAMES[0], text="Weather in Paris?")
    open_fold(page, "Parameters")
    page.locator("#id_parameter-tools").fill(json.dumps(WEATHER))
    run(page)
    call = column(page, NAMES[0]).locator("figure.call")
    expect(call).to_contain_text("weather")
    expect(call.locator("pre")).to_have_text(re.compile(r'\{\s*"city": "Paris"\s*\}'))
    expect(column(page, NAMES[0]).locator("output")).to_have_text("$0.00001")
    assert bodies(fake_upstream)[0]["tools"] == WEATHER

    column(page, NAMES[0]).get_by_role("link", name="Continue").click()
    page.get_by_placeholder("What the tool answered").fill("sunny, 20 degrees")
    page.locator("#messages").get_by_role("button", name="Remove").last.click()  # no further question
    expect(page.locator("#messages textarea[name^=content-]")).to_have_count(3)
    run(page)
    expect(column(page, NAMES[0]).locator("pre.answer")).to_have_text("It is sunny in Paris.")
    sent = bodies(fake_upstream)[1]["messages"]
    assert [each["role"] for each in sent] == ["user", "assistant", "tool"]
    assert sent[1]["tool_calls"][0]["function"] == {"name": "weather", "arguments": '{"city": "Paris"}'}
    assert (sent[2]["tool_call_id"], sent[2]["content"]) == ("call00001", "sunny, 20 degrees")


def test_a_schema_that_is_kept_and_one_that_fails(page: Page, fake_upstream: FakeUpstream) -> None:
    fake_upstream.script(LARGE_3, answer(pieces=['{"items": [1, 2, ', '"three"]}'], usage=BILL))
    fake_upstream.script(DEVSTRAL, answer(pieces=['{"items": [1, 2, 3]}'], usage=BILL))
    compose(page, NAMES[0], NAMES[3], text="Order")
    open_fold(page, "Parameters")
    page.locator("#id_parameter-response_format").fill("{")
    run(page)
    expect(page.locator("#compose")).to_contain_text("not JSON")
    assert fake_upstream.count == 0
    page.locator("#id_parameter-response_format").fill(json.dumps(ORDER))
    run(page)
    expect(column(page, NAMES[0])).to_contain_text("$.items[2]")
    expect(column(page, NAMES[0])).to_contain_text("Done")
    expect(column(page, NAMES[3])).to_contain_text("fits the schema")


def test_stop_before_the_first_token_in_the_middle_and_at_the_end(
    page: Page, server: LiveServer, fake_upstream: FakeUpstream
) -> None:
    fake_upstream.script(LARGE_3, [WaitFor("begin"), *answer("late", usage=BILL)])
    fake_upstream.script(
        FOUR[1], [Chunks(["so far"]), WaitFor("rest"), Chunks([" and on"]), Ending(), BILL, DoneMark()]
    )
    fake_upstream.script(DEVSTRAL, [Chunks(["all of it"]), Ending(), WaitFor("usage"), BILL, DoneMark()])
    compose(page, NAMES[0], NAMES[1], NAMES[3])
    run(page)
    expect(column(page, NAMES[1]).locator("pre.answer")).to_have_text("so far")
    expect(column(page, NAMES[3]).locator("pre.answer")).to_have_text("all of it")
    expect(column(page, NAMES[1])).to_contain_text("whole answer")  # what Stop would do is said before it is pressed
    for name in (NAMES[0], NAMES[1], NAMES[3]):
        column(page, name).get_by_role("button", name="Stop").click()
    for name in (NAMES[0], NAMES[1], NAMES[3]):
        expect(column(page, name)).to_contain_text("reading on for the exact cost")
    for held in ("begin", "rest", "usage"):
        fake_upstream.release(held)
    for name in (NAMES[0], NAMES[1], NAMES[3]):
        expect(column(page, name).locator("output")).to_have_text("$0.00001")
    assert [text_of(page, name) for name in (NAMES[0], NAMES[1], NAMES[3])] == ["", "so far", "all of it"]
    rest = column(page, NAMES[1]).locator("details.rest")
    rest.locator("summary").click()
    expect(rest.locator("pre")).to_have_text(" and on", use_inner_text=False)
    server.wait_for("select count(*) from playground_run where state = 'stopped'", 3)
    assert fake_upstream.count == 3


def test_a_conversation_of_three_turns(page: Page, fake_upstream: FakeUpstream) -> None:
    def saying(*answers: str) -> list[list[Any]]:
        return [answer(text, usage=BILL) for text in answers]

    fake_upstream.script_in_turn(LARGE_3, *saying("One.", "Two.", "Three."))
    fake_upstream.script_in_turn(DEVSTRAL, *saying("Un.", "Deux.", "Trois."))
    compose(page, NAMES[0], NAMES[3], text="Count.")
    run(page)
    expect(page.locator(".summary")).to_contain_text("All together")
    for words, first, last in (("And on?", "Two.", "Deux."), ("Once more?", "Three.", "Trois.")):
        page.get_by_role("link", name="Continue all").click()
        message(page, "user", words)
        run(page)
        expect(column(page, NAMES[0]).locator("pre.answer")).to_have_text(first)
        expect(column(page, NAMES[3]).locator("pre.answer")).to_have_text(last)
        expect(page.locator(".summary")).to_contain_text("All together")
    talks = {body["model"]: [each["content"] for each in body["messages"]] for body in bodies(fake_upstream)[-2:]}
    assert talks == {
        LARGE_3: ["Count.", "One.", "And on?", "Two.", "Once more?"],
        DEVSTRAL: ["Count.", "Un.", "And on?", "Deux.", "Once more?"],
    }


def test_twenty_rows_by_three_models(page: Page, server: LiveServer, fake_upstream: FakeUpstream) -> None:
    compose(page, NAMES[0], NAMES[1], NAMES[3], text="Where is {{city}}, a town of {{people}} people?")
    page.wait_for_load_state("networkidle")
    page.get_by_role("radio", name=re.compile("CSV")).check()
    rows = "\n".join(f'"City {number}, by the sea",{number * 1000}' for number in range(20))
    page.get_by_label("Rows as CSV").fill(f"city,people\n{rows}\n")
    expect(page.locator(".send")).to_contain_text("60")
    run(page)
    server.wait_for("select count(*) from playground_run where state = 'done'", 60, seconds=60)
    matrix = page.get_by_role("region", name="Answers by row and model")
    expect(matrix.locator("tbody tr")).to_have_count(20)
    expect(matrix.locator("tfoot")).to_contain_text("20")
    expect(matrix.locator("tfoot")).to_contain_text("$0.00246")  # 20 x 0.000123
    expect(matrix.locator("tbody tr").nth(19)).to_contain_text("City 19, by the sea")
    assert fake_upstream.count == 60
    asked = {(body["model"], body["messages"][0]["content"]) for body in bodies(fake_upstream)}
    assert len(asked) == 60
    assert (LARGE_3, "Where is City 7, by the sea, a town of 7000 people?") in asked
    matrix.locator("tbody tr").nth(7).get_by_role("link").first.click()
    expect(page.locator("main")).to_contain_text("City 7, by the sea")


def test_a_blind_verdict(page: Page, witness: Witness, fake_upstream: FakeUpstream) -> None:
    fake_upstream.script(LARGE_3, answer("A fine answer.", usage=BILL))
    fake_upstream.script(DEVSTRAL, answer("A poor answer.", usage=BILL))
    compose(page, NAMES[0], NAMES[3])
    open_fold(page, "How it is sent")
    page.get_by_role("checkbox", name="Blind").check()
    run(page)
    board = page.locator("#board")
    expect(board.get_by_role("article")).to_have_count(2)
    expect(board).to_contain_text("A fine answer.")
    expect(board).to_contain_text("A poor answer.")
    expect(board.get_by_role("button", name="Better")).to_have_count(2)
    page.reload()
    for betraying in (*NAMES, LARGE_3, DEVSTRAL, "0.00001"):
        assert betraying not in board.inner_html(), "nothing on a blind board says who answered"

    def judged(words: str) -> Locator:
        return board.get_by_role("article").filter(has=page.locator("pre.answer", has_text=words))

    judged("A poor answer.").get_by_role("button", name="Worse").click()
    expect(judged("A poor answer.").get_by_role("button", name="Worse")).to_have_attribute("aria-pressed", "true")
    expect(board).not_to_contain_text(NAMES[3])
    judged("A fine answer.").get_by_role("button", name="Better").click()
    expect(column(page, NAMES[0])).to_contain_text("A fine answer.")
    expect(column(page, NAMES[3])).to_contain_text("A poor answer.")
    expect(column(page, NAMES[0]).locator("output")).to_have_text("$0.00001")
    expect(page.locator(".judged")).to_contain_text(NAMES[0])


def test_share_open_signed_out_revoke(
    page: Page, server: LiveServer, fake_upstream: FakeUpstream, browser: Any
) -> None:
    fake_upstream.script(LARGE_3, answer("Westerly.", usage=BILL))
    compose(page, NAMES[0], text="Which wind?")
    run(page)
    expect(column(page, NAMES[0])).to_contain_text("Done")
    page.get_by_role("link", name="Share").click()
    page.get_by_role("button", name="Make an address").click()
    address = page.locator("#share a[href*='/shared/']")
    url = str(address.get_attribute("href"))
    stranger = browser.new_context().new_page()
    stranger.goto(url if url.startswith("http") else server.url + url)
    expect(stranger.locator("main")).to_contain_text("Which wind?")
    expect(stranger.locator("main")).to_contain_text("Westerly.")
    expect(stranger.locator("main")).to_contain_text("$0.00001")
    assert stranger.locator("main form, main button").count() == 0
    assert "owner" not in stranger.locator("main").inner_text()
    page.get_by_role("button", name="Revoke").click()
    expect(address).to_have_count(0)
    assert stranger.reload().status == 404
    stranger.context.close()


def test_reload_in_mid_stream(page: Page, server: LiveServer, fake_upstream: FakeUpstream) -> None:
    fake_upstream.script(LARGE_3, [Chunks(["first "]), WaitFor("second"), *answer("second", usage=BILL)])
    compose(page, NAMES[0])
    run(page)
    expect(column(page, NAMES[0]).locator("pre.answer")).to_have_text("first ")
    for _ in range(3):
        page.reload()
        expect(column(page, NAMES[0]).locator("pre.answer")).to_have_text("first ")
    fake_upstream.release("second")
    expect(column(page, NAMES[0])).to_contain_text("Done")
    assert text_of(page, NAMES[0]) == "first second"
    assert fake_upstream.count == 1
    server.wait_for("select spent from playground_hold", 10_000_000)
