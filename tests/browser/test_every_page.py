"""Every page in Chromium: nothing against the content security policy, nothing against the accessibility rules, nothing
wider than the screen; complete without JavaScript; the main job with the keyboard alone."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Witness
from tests.browser.test_main_job import NAMES, column, compose, run
from tests.live import LiveServer
from tests.playground.builders import FOUR
from tests.upstreams.server import FakeUpstream
from tests.upstreams.steps import Chunks, Hang, Usage, answer

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.timeout(300)]

ALL_FOUR = "&".join(f"model={model}" for model in FOUR)
WORKLOAD = "/costs/?prompt_tokens=10000&cached_tokens=4000&completion_tokens=1000"
PAGES = {
    "table": "/",
    "filtered": "/?q=large&sort=-input",
    "nothing found": "/?q=zzzz",
    "bad filter": "/?price=cheap",
    "model": f"/models/{FOUR[0]}/",
    "retired model": f"/models/{FOUR[1]}/",
    "delisted model": f"/models/{FOUR[2]}/",
    "devstral": f"/models/{FOUR[3]}/",
    "alias": "/models/mistralai/mistral-large/",
    "no model": "/models/mistralai/nothing/",
    "compare": f"/compare/?{ALL_FOUR}",
    "empty comparison": "/compare/",
    "costs": WORKLOAD,
    "bad costs": "/costs/?prompt_tokens=1&cached_tokens=2",
    "costs with a profile": "/costs/?prompt_tokens=60000&cached_tokens=85%25&completion_tokens=1500&requests=1000&per=day",
    "costs in the past": WORKLOAD + "&as_of=2026-01-10",
    "costs over time": "/costs/over-time/" + WORKLOAD.partition("/costs/")[2],
    "break-even": f"/costs/break-even/?model={FOUR[3]}&model={FOUR[0]}&prompt_tokens=10000&completion_tokens=1000",
    "price map": "/costs/map/" + WORKLOAD.partition("/costs/")[2],
    "own text": "/costs/text/",
    "table with many columns": "/?columns=name,vendor,context,max_output,input,output,cached,parameters,status,licence",
    "changes": "/changes/",
    "quality": "/quality/",
    "compose": f"/playground/?{ALL_FOUR}",
    "help": "/playground/help/",
    "history": "/history/",
    "not found": "/nowhere/",
}
ADMIN_PAGES = [
    "/admin/",
    "/admin/catalog/languagemodel/",
    "/admin/catalog/languagemodel/add/",
    "/admin/catalog/languagemodel/1/change/",
    "/admin/catalog/languagemodel/1/history/",
    "/admin/catalog/languagemodel/1/delete/",
    "/admin/catalog/listing/1/change/",
    "/admin/catalog/priceperiod/",
    "/admin/catalog/priceperiod/1/change/",
    "/admin/catalog/observation/",
    "/admin/catalog/source/",
    "/admin/catalog/revision/",
    "/admin/catalog/revision/import/",
    "/admin/catalog/pin/",
    "/admin/catalog/languagemodel/prices/",
    "/admin/playground/run/",
    "/admin/playground/budget/add/",
    "/admin/auth/user/",
    "/admin/password_change/",
]
WATCH = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) => {
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
});
"""


def violations(page: Page) -> list[str]:
    return page.evaluate("window.violations")


def assert_fits(page: Page, name: str) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name} is {wide} pixels wider than the screen"


@pytest.mark.parametrize(("scheme", "width", "height"), [("light", 1440, 900), ("dark", 390, 844)])
def test_policy_accessibility_and_width(
    page: Page, witness: Witness, fake_upstream: FakeUpstream, scheme: str, width: int, height: int
) -> None:
    page.context.add_init_script(WATCH)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": height})
    fake_upstream.script(FOUR[0], answer("A finished answer.", usage=Usage(10_000, 1_000, 4_000)))
    fake_upstream.script(FOUR[3], [Chunks(["An answer that is coming."]), Hang()])
    page.goto(PAGES["compose"])
    for name in NAMES[1:3]:
        page.get_by_role("checkbox", name=name).uncheck()
    page.get_by_label("Prompt", exact=True).fill("Which wind?")
    run(page)
    expect(column(page, NAMES[0])).to_contain_text("Done")
    pages = PAGES | {"board": page.url}
    for name, address in pages.items():
        page.goto(address)
        if name == "board":
            expect(column(page, NAMES[3])).to_contain_text("An answer that is coming.")
        results = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]})
        assert results.violations_count == 0, f"{name}:\n{results.generate_report()}"
        assert violations(page) == [], name
        assert_fits(page, name)
    witness.forgive("status of 40")  # pages that were asked for and are not there


def test_the_admin_keeps_the_policy(page: Page, witness: Witness) -> None:
    page.context.add_init_script(WATCH)
    for address in ADMIN_PAGES:
        response = page.goto(address)
        assert response is not None
        assert response.status == 200, address
        page.wait_for_load_state("networkidle")
        assert violations(page) == [], address


def test_the_catalog_without_javascript(browser: Browser, server: LiveServer) -> None:
    """Done for people and for programs that read pages: every figure is in the HTML."""
    context = browser.new_context(java_script_enabled=False, base_url=server.url)
    page = context.new_page()

    page.goto("/")
    for words in (*NAMES, "262K", "131K", "0.50", "1.50", "2.00", "6.00", "0.40"):
        expect(page.locator("#models")).to_contain_text(words)
    page.get_by_label("Search").first.fill("devstral 2512")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#models")).to_contain_text("2 models")

    facts = {
        FOUR[0]: [
            "0.50",
            "1.50",
            "262K",
            "675B",
            "41B",
            "Apache 2.0",
            "0.0645",
            "Dec 1, 2025",
            "max_tokens",
            "tool_choice",
        ],
        FOUR[1]: ["2.00", "6.00", "131K", "272M", "Jul 24, 2024", "Nov 19, 2024", "Sources differ"],
        FOUR[2]: ["2.00", "6.00", "131K", "max_completion_tokens", "Delisted", "structured_outputs"],
        FOUR[3]: ["0.40", "2.00", "262K", "8.86B", "123B", "Modified MIT", "Dec 9, 2025", "structured_outputs"],
    }
    for model, words in facts.items():
        page.goto(f"/models/{model}/")
        for word in words:
            expect(page.locator("main")).to_contain_text(word)

    page.goto(f"/compare/?{ALL_FOUR}")
    for figure in ("$0.0047", "$0.0188", "$0.00456"):
        expect(page.locator("main")).to_contain_text(figure)
    page.goto(f"{WORKLOAD}&{ALL_FOUR}")
    rows = page.locator("#part tbody tr")
    expect(rows.nth(0)).to_contain_text("$0.00456")
    expect(rows.nth(1)).to_contain_text("$0.0047")
    expect(rows.nth(2)).to_contain_text("$0.0188")
    expect(rows.nth(3)).to_contain_text("$0.0188")
    context.close()


def test_the_costs_without_javascript(browser: Browser, server: LiveServer) -> None:
    """Every costs page by its forms and links alone."""
    context = browser.new_context(java_script_enabled=False, base_url=server.url)
    page = context.new_page()
    page.goto("/costs/")
    page.get_by_label("Prompt tokens").fill("10000")
    page.get_by_label("of which cached").fill("0")
    page.get_by_label("Completion tokens").fill("1000")
    page.get_by_role("button", name="Work it out").click()
    expect(page.locator("#part")).to_contain_text("$0.006")
    page.get_by_role("navigation", name="Costs").get_by_role("link", name="Break-even").click()
    page.get_by_label("Model", exact=True).select_option(FOUR[3])
    page.get_by_label("against").select_option(FOUR[0])
    page.get_by_role("button", name="Set side by side").click()
    expect(page.locator("#part")).to_contain_text("Devstral 2 2512 is cheaper while output is under 20% of input")
    page.get_by_role("navigation", name="Costs").get_by_role("link", name="Over time").click()
    expect(page.locator("#part")).to_contain_text("Input 0.15 to 0.05, output 0.60 to 0.22.")
    page.get_by_role("navigation", name="Costs").get_by_role("link", name="Price map").click()
    expect(page.locator("#part svg").first).to_be_visible()
    page.get_by_role("navigation", name="Costs").get_by_role("link", name="Your own text").click()
    page.get_by_label("Your text: the prompt as you would send it").fill("Hello")
    page.get_by_role("button", name="Count and price").click()
    expect(page.locator("#part")).to_contain_text("5 characters as the one message of a chat")
    context.close()


def test_the_playground_without_javascript(browser: Browser, server: LiveServer, fake_upstream: FakeUpstream) -> None:
    fake_upstream.script(FOUR[0], answer("An answer.", usage=Usage(10_000, 1_000, 4_000)))
    context = browser.new_context(java_script_enabled=False, base_url=server.url)
    page = context.new_page()
    page.goto(server.link)
    page.get_by_role("checkbox", name=NAMES[0]).check()
    page.get_by_label("Prompt", exact=True).fill("Which wind?")
    page.get_by_role("button", name="Show the worst case").click()
    expect(page.locator("#worst-case")).to_contain_text("All together")
    run(page)
    expect(page.locator("article")).to_contain_text("An answer.", timeout=30_000)  # the page asks again by itself
    expect(page.locator("article output")).to_have_text("$0.0047")
    assert fake_upstream.count == 1
    context.close()


def tab_to(page: Page, is_there: Callable[[str], bool], most: int = 90) -> str:
    """Press Tab until the focused element's name is the one; every stop on the way has to be visible."""
    seen = []
    for _ in range(most):
        page.keyboard.press("Tab")
        name = page.evaluate(
            """() => { const e = document.activeElement; const label = e.labels && e.labels[0];
            return ((label ? label.textContent : e.getAttribute('aria-label') || e.textContent) || '').trim() }"""
        )
        seen.append(name)
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none" or page.evaluate("document.activeElement.matches(':has(:focus-visible)')"), name
        if is_there(name):
            return name
    raise AssertionError(f"Tab never came there, but to {seen}")


def test_the_main_job_with_the_keyboard_alone(page: Page, fake_upstream: FakeUpstream) -> None:
    fake_upstream.script(FOUR[0], answer("By keyboard.", usage=Usage(10_000, 1_000, 4_000)))
    fake_upstream.script(FOUR[3], [Chunks(["Coming"]), Hang()])
    page.goto("/")
    tab_to(page, lambda name: name == "Skip to the content")
    page.keyboard.press("Enter")
    for model in (NAMES[3], NAMES[0]):
        tab_to(page, lambda name, model=model: name == f"Compare {model}")
        page.keyboard.press("Space")
    while not page.evaluate(
        "document.activeElement.matches('button') && /^Compare/.test(document.activeElement.textContent.trim())"
    ):
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/compare/"))
    tab_to(page, lambda name: name == "Send a prompt to these")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/playground/"))
    tab_to(page, lambda name: name == "Prompt")
    page.keyboard.type("Which wind?")
    tab_to(page, lambda name: name == "Run")
    page.keyboard.press("Enter")
    expect(column(page, NAMES[0]).locator("output")).to_have_text("$0.0047")
    expect(column(page, NAMES[0])).to_contain_text("By keyboard.")
    expect(column(page, NAMES[3])).to_contain_text("Coming")
    tab_to(page, lambda name: name.startswith("Stop"))
    page.keyboard.press("Enter")
    expect(column(page, NAMES[3])).to_contain_text("Stopped")


def test_a_bad_form_comes_back_with_its_words(page: Page, fake_upstream: FakeUpstream) -> None:
    compose(page, NAMES[0], text="Which wind?")
    page.get_by_text("Parameters").first.click()
    page.get_by_label("Temperature").fill("9")
    run(page)
    expect(page.locator("#compose")).to_contain_text("Mistral Large 3 2512 takes 2 or less; this is 9.")
    expect(page.get_by_label("Prompt", exact=True)).to_have_value("Which wind?")
    page.get_by_label("Temperature").fill("1")
    run(page)
    expect(column(page, NAMES[0])).to_contain_text("Done")
    assert fake_upstream.count == 1
    assert fake_upstream.requests[0].body["temperature"] == 1
