"""The main job in Chromium: one prompt on four models, against a real upstream on a loopback socket."""

import re
import time
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Witness
from tests.live import CANARY, LiveServer
from tests.playground.builders import FOUR
from tests.upstreams.server import FakeUpstream
from tests.upstreams.steps import Chunks, Close, DoneMark, Ending, Reset, Status, Usage, WaitFor, answer

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.timeout(300)]

AWKWARD = [
    "\nbegins with a newline\n\n\n",
    "   three spaces  and\ttab \n",
    "emoji 🙂🧭 family 👨‍👩‍👧 ",
    "漢字かな 한국어 עברית ",
    "line\u2028separator\u2029paragraph\u0085next ",
    "<script>document.title='owned'</script><img src=x onerror=alert(1)>",
    '<div hx-post="/playground/" hx-trigger="load" hx-swap-oob="innerHTML:#board">x</div>',
    "\n\nevent: end\ndata: 1\n\nid: 7\n\n: comment\n",
    "# heading\n\n* item **bold** `code` ![pixel](https://example.com/x.png) [link](javascript:alert(1))\n\n```\ncode\n```\n",
    "&amp; &lt; &#60; \\ \" ' ",
    "ends with newlines\n\n",
]
NAMES = ["Mistral Large 3 2512", "Mistral Large 2407", "Mistral Large 2411", "Devstral 2 2512"]


def compose(page: Page, *names: str, text: str = "Which wind?") -> None:
    for name in names:
        page.get_by_role("checkbox", name=name).check()
    page.wait_for_load_state("networkidle")  # the parameter fields follow the models
    page.get_by_label("Prompt", exact=True).fill(text)


def run(page: Page) -> None:
    page.get_by_role("button", name="Run", exact=True).click()


def column(page: Page, name: str):
    return page.get_by_role("article", name=name)


def hide_and_show(page: Page) -> None:
    """What a browser does to a tab in the background: freeze it, and wake it when it is looked at again."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Page.setWebLifecycleState", {"state": "frozen"})
    time.sleep(0.5)
    devtools.send("Page.setWebLifecycleState", {"state": "active"})
    devtools.detach()


def text_of(page: Page, name: str) -> str:
    return column(page, name).locator("pre.answer").evaluate("element => element.textContent")


def test_four_models_to_the_last_digit(page: Page, server: LiveServer, fake_upstream: FakeUpstream) -> None:
    for model in FOUR:
        fake_upstream.script(
            model,
            [
                *[Chunks([piece]) for piece in AWKWARD],
                WaitFor("rest"),
                Ending(),
                Usage(10_000, 1_000, 4_000),
                DoneMark(),
            ],
        )
    compose(page, *NAMES)
    page.get_by_role("button", name="Run", exact=True).dblclick()
    fake_upstream.wait_for_requests(4)
    for name in NAMES:
        expect(column(page, name).locator("pre.answer")).to_contain_text("ends with newlines")
        assert text_of(page, name) == "".join(AWKWARD)
        expect(column(page, name)).to_contain_text("about $")

    for _ in range(3):
        page.reload()
        for name in NAMES:
            expect(column(page, name)).to_contain_text("Streaming")
            assert text_of(page, name) == "".join(AWKWARD)
    hide_and_show(page)
    for name in NAMES:
        assert text_of(page, name) == "".join(AWKWARD)

    fake_upstream.release("rest")
    for name, exact in zip(NAMES, ["$0.0047", "$0.0188", "$0.0188", "$0.00456"], strict=True):
        expect(column(page, name)).to_contain_text("Done")
        expect(column(page, name).locator("output")).to_have_text(exact)
        assert text_of(page, name) == "".join(AWKWARD)
    page.reload()
    for name in NAMES:
        assert text_of(page, name) == "".join(AWKWARD)
    assert page.title() != "owned"

    assert fake_upstream.count == 4
    assert {request.body["model"] for request in fake_upstream.requests} == set(FOUR)
    assert all(request.headers["authorization"] == f"Bearer {CANARY}" for request in fake_upstream.requests)
    spent = server.rows("select spent from playground_hold order by spent")
    assert [row["spent"] for row in spent] == [4_560_000_000, 4_700_000_000, 18_800_000_000, 18_800_000_000]


def test_billed_beside_computed(page: Page, fake_upstream: FakeUpstream) -> None:
    fake_upstream.script(FOUR[3], answer("Hello", usage=Usage(37, 8, cost="0.0000126")))
    compose(page, NAMES[3])
    run(page)
    devstral = column(page, NAMES[3])
    expect(devstral).to_contain_text("Done")
    # 37 x 0.0000004 + 8 x 0.000002 = 0.0000148 + 0.000016
    assert Decimal("0.0000004") * 37 + Decimal("0.000002") * 8 == Decimal("0.0000308")
    expect(devstral).to_contain_text("$0.0000308")
    expect(devstral.locator("output")).to_have_text("$0.0000126")
    expect(devstral).to_contain_text("Billed $0.0000182 less than computed")


def test_stop_before_the_first_token_and_in_the_middle(
    page: Page, server: LiveServer, fake_upstream: FakeUpstream
) -> None:
    fake_upstream.script(FOUR[0], [WaitFor("begin"), *answer("Late", usage=Usage(10, 1, cost="0.00002"))])
    last = [Chunks([" and on"]), Ending(), Usage(10, 3, cost="0.00001"), DoneMark()]
    fake_upstream.script(FOUR[3], [Chunks(["so far"]), WaitFor("rest"), *last])
    compose(page, NAMES[0], NAMES[3])
    run(page)
    expect(column(page, NAMES[3])).to_contain_text("so far")
    column(page, NAMES[0]).get_by_role("button", name="Stop").click()
    # This provider goes on and bills it all, so that reading on is the only way to learn the cost.
    expect(column(page, NAMES[0])).to_contain_text("reading on for the exact cost")
    fake_upstream.release("begin")
    expect(column(page, NAMES[0]).locator("output")).to_have_text("$0.00002")
    assert text_of(page, NAMES[0]) == ""

    column(page, NAMES[3]).get_by_role("button", name="Stop").click()
    expect(column(page, NAMES[3])).to_contain_text("reading on for the exact cost")
    fake_upstream.release("rest")
    expect(column(page, NAMES[3]).locator("output")).to_have_text("$0.00001")
    assert text_of(page, NAMES[3]) == "so far"
    server.wait_for("select count(*) from playground_run where state = 'stopped'", 2)
    assert fake_upstream.count == 2


@pytest.mark.parametrize(
    ("script", "state", "words", "cost"),
    [
        (
            [Status(429, {"Retry-After": "7"}, '{"error": {"code": 429, "message": "Slow down"}}')],
            "Failed",
            "7 seconds",
            "$0",
        ),
        ([Status(402, {}, '{"error": {"code": 402, "message": "No credit"}}')], "Failed", "credit", "$0"),
        ([Status(500, {}, "<h1>Oops</h1><script>alert(1)</script>")], "Failed", "", "not known"),
        ([Chunks(["half"]), Reset()], "Incomplete", "", "not known"),
        ([Chunks(["half"]), Close()], "Incomplete", "", "not known"),
        (
            [Chunks(["all"]), Ending("length"), Usage(10, 3, cost="0.5"), DoneMark()],
            "Cut at the output limit",
            "",
            "$0.50",
        ),
        ([Chunks(["all"]), Ending(), DoneMark()], "Done", "no usage", "not known"),
    ],
)
def test_troubles_are_told_in_words(
    page: Page, fake_upstream: FakeUpstream, script: list, state: str, words: str, cost: str
) -> None:
    fake_upstream.script(FOUR[0], script)
    compose(page, NAMES[0], NAMES[3])
    run(page)
    expect(column(page, NAMES[0])).to_contain_text(state)
    expect(column(page, NAMES[0])).to_contain_text(words)
    expect(column(page, NAMES[0]).locator("output")).to_have_text(cost)
    # The other column runs on undisturbed.
    expect(column(page, NAMES[3])).to_contain_text("Done")
    assert fake_upstream.count == 2


def test_a_second_prompt_from_the_same_page_is_a_second_prompt(page: Page, fake_upstream: FakeUpstream) -> None:
    compose(page, NAMES[0], text="First")
    run(page)
    expect(column(page, NAMES[0])).to_contain_text("Done")
    first = page.url
    page.get_by_text("Change this prompt and send it again").click()
    page.get_by_label("Prompt", exact=True).fill("Second")
    run(page)
    expect(page).not_to_have_url(first)
    expect(page.locator("#board .asked")).to_contain_text("Second")
    expect(column(page, NAMES[0])).to_contain_text("Done")
    assert [request.body["messages"][-1]["content"] for request in fake_upstream.requests] == ["First", "Second"]


def test_the_focus_stays_where_the_work_is(page: Page, fake_upstream: FakeUpstream) -> None:
    fake_upstream.script(FOUR[0], [Chunks(["Coming"]), WaitFor("rest"), Ending(), Usage(10, 3), DoneMark()])
    focused = "document.activeElement.textContent.trim()"
    compose(page, NAMES[0], text=" ")
    page.get_by_role("button", name="Run", exact=True).press("Enter")
    expect(page.locator("#compose")).to_contain_text("Write a prompt first.")
    expect(page.get_by_label("Prompt", exact=True)).to_be_focused()
    page.get_by_label("Prompt", exact=True).fill("Which wind?")
    page.get_by_role("button", name="Run", exact=True).press("Enter")
    expect(column(page, NAMES[0])).to_contain_text("Coming")
    expect(page.locator("#compose")).not_to_contain_text("Write a prompt first.")
    assert page.evaluate(focused) == "Answers"
    column(page, NAMES[0]).get_by_role("button", name="Stop").press("Enter")
    expect(column(page, NAMES[0])).to_contain_text("reading on for the exact cost")
    fake_upstream.release("rest")
    expect(column(page, NAMES[0])).to_contain_text("so Windrose read on")
    assert page.evaluate("document.activeElement.tagName") == "ARTICLE"


def test_a_request_that_fails_is_told_in_words(page: Page, witness: Witness, fake_upstream: FakeUpstream) -> None:
    compose(page, NAMES[0])
    page.context.clear_cookies(name="csrftoken")
    run(page)
    expect(page.locator("#failure")).to_contain_text("This page is out of date")
    assert fake_upstream.count == 0
    witness.forgive(
        "status of 403",
        "Response Status Error Code 403",
        "htmx:responseError",
        "HTMLElement",
        "HTMLFormElement",
        "HTMLDivElement",
    )


def test_who_is_signed_out_is_led_to_the_sign_in(page: Page, fake_upstream: FakeUpstream) -> None:
    compose(page, NAMES[0])
    page.context.clear_cookies(name="sessionid")
    run(page)
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next=/playground/$"))
    assert fake_upstream.count == 0
