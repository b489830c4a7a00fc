"""Boards of several answers in Chromium: six in one window, heads in view, names to jump to, one calm line of controls, and the
choice between text and Markdown."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Witness
from tests.browser.test_main_job import NAMES, column, compose, run
from tests.browser.test_playground_day import BILL, SIX
from tests.live import LiveServer
from tests.playground.builders import FOUR
from tests.upstreams.server import FakeUpstream
from tests.upstreams.steps import Chunks, WaitFor, answer

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.timeout(300)]

LONG = "\n\n".join(f"Line {number}" for number in range(120))
WITH_CODE = "## How\n\nBe **brief**.\n\n```python\nprint(1)\n```\n"


def board_of_six(page: Page, fake: FakeUpstream) -> None:
    for model in (*FOUR, "mistralai/pixtral-large-2411", "mistralai/mistral-medium-3-5"):
        fake.script(model, answer(LONG, usage=BILL))
    compose(page, *SIX)
    run(page)
    expect(page.locator(".summary")).to_contain_text("All together")
    expect(page.locator(".column .rendered", has_text="Line 119")).to_have_count(6)


def box(locator: Locator) -> dict[str, float]:
    found = locator.bounding_box()
    assert found is not None
    return {name: round(value, 1) for name, value in found.items()}


def heads_in_view(page: Page) -> list[bool]:
    """Of each column whether its name, state and cost lie in the window."""
    return page.locator(".column > header").evaluate_all(
        """heads => heads.map(head => [...head.querySelectorAll("h3, p")].every(part => {
             const at = part.getBoundingClientRect();
             return at.top >= 0 && at.bottom <= innerHeight && at.left >= 0 && at.right <= innerWidth;
           }))"""
    )


def test_six_stand_side_by_side_with_their_heads_in_view(page: Page, fake_upstream: FakeUpstream) -> None:
    for width in (1440, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        if width == 1440:
            board_of_six(page, fake_upstream)
        page.evaluate("window.scrollTo(0, document.querySelector('.answers').offsetTop + 900)")
        assert heads_in_view(page) == [True] * 6
        widths = [box(each)["width"] for each in page.locator(".column").all()]
        assert max(widths) - min(widths) <= 1
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        expect(page.locator(".jumps")).to_be_hidden()


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_where_they_do_not_fit_names_lead_to_them(
    page: Page, fake_upstream: FakeUpstream, width: int, height: int
) -> None:
    board_of_six(page, fake_upstream)
    page.set_viewport_size({"width": width, "height": height})
    jumps = page.get_by_role("navigation", name="Answers by name")
    expect(jumps).to_contain_text("6 answers")
    assert [link.inner_text() for link in jumps.get_by_role("link").all()] == [
        head.inner_text() for head in page.locator(".column h3").all()
    ]
    answers = page.get_by_role("group", name="Answers side by side")
    assert answers.evaluate("box => box.scrollWidth > box.clientWidth")
    jumps.get_by_role("link").last.focus()
    page.keyboard.press("Enter")
    last = page.locator(".column").last
    expect(last).to_be_in_viewport(ratio=0.1)
    assert box(last)["x"] + box(last)["width"] <= width
    answers.focus()
    before = answers.evaluate("box => box.scrollLeft")
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(400)
    assert answers.evaluate("box => box.scrollLeft") < before
    answers.evaluate("box => box.scrollTo(0, 600)")
    answers.evaluate("box => box.scrollIntoView()")
    page.wait_for_timeout(200)
    assert heads_in_view(page)[0]
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


CONTROLS = ".toolbar :is(.button, fieldset, summary, .rare > a):visible"


def test_the_controls_stay_where_they_are(page: Page, fake_upstream: FakeUpstream) -> None:
    fake_upstream.script(FOUR[0], [Chunks(["so far"]), WaitFor("rest"), *answer(" and on", usage=BILL)])
    fake_upstream.script(FOUR[3], [Chunks(["so far"]), WaitFor("rest"), *answer(" and on", usage=BILL)])
    compose(page, NAMES[0], NAMES[3])
    run(page)
    expect(column(page, NAMES[3]).locator("pre.answer")).to_have_text("so far")

    def places() -> list[dict[str, float]]:
        parts = [*page.locator(CONTROLS).all(), page.locator(".keeping"), page.locator(".answers")]
        parts += [column(page, NAMES[0]).locator(part) for part in ("header", ".pace")]
        return [{name: value for name, value in box(part).items() if name in "xy"} for part in parts]

    expect(page.get_by_role("button", name="Stop all")).to_be_visible()
    before = places()
    assert len({box(control)["height"] for control in page.locator(".toolbar .button:visible").all()}) == 1
    middles = [box(control)["y"] + box(control)["height"] / 2 for control in page.locator(CONTROLS).all()]
    assert max(middles) - min(middles) <= 1, "one line"
    fake_upstream.release("rest")
    expect(page.get_by_role("link", name="Continue all")).to_be_visible()
    expect(page.get_by_role("button", name="Stop all")).to_have_count(0)
    assert places() == before
    page.set_viewport_size({"width": 390, "height": 844})
    head = box(page.locator(".keeping"))
    rows = {round(box(control)["y"] + box(control)["height"] / 2) // 12 for control in page.locator(CONTROLS).all()}
    assert len(rows) <= 3
    assert head["height"] < 48, "and a fourth row of what is kept"


def test_the_keyboard_goes_from_what_acts_to_what_is_shown_to_what_is_rare(
    page: Page, fake_upstream: FakeUpstream
) -> None:
    compose(page, NAMES[0], NAMES[3])
    run(page)
    expect(page.locator(".summary")).to_contain_text("All together")
    page.get_by_role("button", name="Run it all again").focus()
    said = []
    for _ in range(9):
        said.append(page.evaluate("document.activeElement.innerText || document.activeElement.value"))
        page.keyboard.press("Tab")
    assert [words.split("\n")[0].strip() for words in said] == [
        "Run it all again", "Duplicate and edit", "Continue all", "markdown", "Compare answers", "Export", "Share",
        "More", "Favourite",
    ]  # fmt: skip
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 844})
        page.locator(".toolbar summary", has_text="Compare answers").click()
        expect(page.get_by_role("button", name="Compare", exact=True)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        page.keyboard.press("Escape")
    page.locator(".toolbar summary", has_text="Export").click()
    expect(page.get_by_role("link", name="JSON")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="JSON")).to_be_hidden()
    page.locator(".toolbar summary", has_text="More").click()
    page.get_by_role("link", name="Remove the texts").click()
    expect(page.locator("main")).to_contain_text("Remove the texts of 1 prompt?")


def test_markdown_after_the_end_and_the_choice_is_kept(
    page: Page, server: LiveServer, fake_upstream: FakeUpstream, browser: Browser, witness: Witness
) -> None:
    fake_upstream.script(FOUR[0], [Chunks([WITH_CODE]), WaitFor("rest"), *answer("\n\nEnd.", usage=BILL)])
    compose(page, NAMES[0])
    run(page)
    answered = column(page, NAMES[0])
    expect(answered.locator("pre.answer")).to_be_visible()
    expect(answered.locator("pre.answer")).to_contain_text("## How")
    fake_upstream.release("rest")
    expect(answered.get_by_role("heading", name="How")).to_be_visible()
    expect(answered.locator("pre.answer")).to_be_hidden()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    answered.get_by_role("button", name="Copy").click()
    expect(answered.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "print(1)\n"

    with page.expect_response(lambda response: response.request.method == "POST" and response.url == page.url) as kept:
        page.get_by_text("Text", exact=True).click()
    assert kept.value.status == 204
    expect(answered.locator("pre.answer")).to_be_visible()
    page.reload()
    expect(answered.locator("pre.answer")).to_be_visible()
    expect(answered.get_by_role("heading", name="How")).to_be_hidden()
    answered.get_by_role("link", name="Everything about this run").click()
    expect(page.locator("pre.answer")).to_be_visible()
    page.go_back()

    plain: Any = browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    without_script = plain.new_page()
    without_script.goto(page.url)
    expect(without_script.locator("pre.answer")).to_be_visible()
    without_script.get_by_text("Markdown", exact=True).first.click()
    expect(without_script.locator("pre.answer")).to_be_hidden()
    without_script.get_by_role("button", name="Keep this choice").click()
    without_script.goto(page.url)
    expect(without_script.locator("pre.answer")).to_be_hidden()
    expect(without_script.get_by_role("button", name="Copy")).to_be_hidden()
    plain.close()
