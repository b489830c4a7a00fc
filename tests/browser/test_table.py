"""The table in Chromium: filters, facets and columns without a reload, by keyboard alone, on a phone, and without script."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.live import LiveServer

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.timeout(300)]
FIRST_ROW = "#models tbody tr:first-child th a"


def test_filters_facets_columns_and_the_way_back(page: Page) -> None:
    page.goto("/?sort=name")
    page.evaluate("window.isSamePage = true")
    everything = page.locator("#models [role=status]").first.inner_text()
    page.locator("#context").fill("128k..")
    expect(page).to_have_url(re.compile(r"\?context=128k\.\.&sort=name"))
    expect(page.locator("#models .chips")).to_contain_text("128k..")
    page.get_by_label("Filter by value").get_by_role("link", name=re.compile("^Mistral Large")).click()
    expect(page).to_have_url(re.compile("family=%22Mistral"))
    expect(page.locator(":focus")).to_have_id("family-Mistral-Large")
    expect(page.locator("#models tbody tr").first).to_contain_text("Mistral Large")
    page.get_by_label("Input $/M", exact=True).fill("cheap")
    expect(page.locator("#input-error")).to_contain_text("“cheap” at character 1 cannot be read.")
    expect(page.locator("#models tbody tr").first).to_contain_text("Mistral Large")
    page.get_by_label("Input $/M", exact=True).fill("")
    expect(page.locator("#input-error")).to_be_empty()
    page.locator("#choose-columns summary").click()
    page.get_by_role("checkbox", name="Licence").check()
    page.get_by_role("button", name="Show these").click()
    expect(page.get_by_role("columnheader", name="Licence")).to_be_visible()
    page.get_by_role("link", name="Licence", exact=True).click()
    expect(page.locator("th[aria-sort]")).to_contain_text("Licence")
    assert page.evaluate("window.isSamePage")
    page.go_back()
    expect(page.get_by_role("columnheader", name="Licence")).to_be_visible()
    expect(page.locator("th[aria-sort]")).to_contain_text("Model")
    page.get_by_role("link", name="Clear all filters").click()
    expect(page.locator("#models [role=status]").first).to_have_text(everything)


def test_the_table_by_keyboard(page: Page) -> None:
    page.goto("/?sort=name")
    first = page.locator(FIRST_ROW).inner_text()
    status = page.locator("#models [role=status]").first
    everything = status.inner_text()
    page.keyboard.press("j")
    expect(page.locator(FIRST_ROW)).to_be_focused()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(page.locator(FIRST_ROW)).to_be_focused()
    page.keyboard.press("c")
    expect(page.get_by_role("button", name="Compare (1)")).to_be_visible()
    expect(page.locator("[data-keys-said]")).to_have_text(f"{first} is ticked for Compare.")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search")).to_be_focused()
    page.keyboard.type("jc?/k")
    expect(page.get_by_role("searchbox", name="Search")).to_have_value("jc?/k")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(status).not_to_have_text(everything)  # or the answer to these letters would come after the next act
    page.get_by_role("searchbox", name="Search").fill("")
    expect(status).to_have_text(everything)
    expect(page.locator(FIRST_ROW)).to_have_text(first)
    page.locator(FIRST_ROW).focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(FIRST_ROW)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(first)


def test_from_the_search_box_the_arrow_leads_to_the_rows(page: Page) -> None:
    page.goto("/")
    search = page.get_by_role("searchbox", name="Search")
    search.fill("large")
    page.keyboard.press("ArrowDown")  # before the rows of the search are there
    expect(page).to_have_url(re.compile(r"\?q=large"))
    expect(page.locator(FIRST_ROW)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#models tbody tr:nth-child(2) th a")).to_be_focused()
    search.focus()
    page.keyboard.press("Enter")
    expect(search).to_be_focused()
    expect(page).to_have_url(re.compile(r"\?q=large"))


def test_a_seventh_tick_is_refused_in_a_sentence(page: Page) -> None:
    page.goto("/?sort=name")
    boxes = page.locator("#models tbody input[type=checkbox]")
    for row in range(6):
        boxes.nth(row).check()
    boxes.nth(6).click()
    expect(boxes.nth(6)).not_to_be_checked()
    expect(page.locator("[data-picks-said]")).to_have_text("6 models fit side by side. Take a tick away first.")
    expect(page.get_by_role("button", name="Compare (6)")).to_be_visible()
    boxes.nth(0).uncheck()
    expect(page.locator("[data-picks-said]")).to_be_empty()
    boxes.nth(6).check()
    page.get_by_role("button", name="Compare (6)").click()
    expect(page.get_by_role("columnheader")).to_have_count(6)


def test_keys_that_were_switched_off_do_nothing(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("?")
    page.get_by_role("checkbox", name="These keys are on").uncheck()
    page.get_by_role("button", name="Close").click()
    page.reload()
    page.keyboard.press("j")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert page.evaluate("document.activeElement === document.body")
    page.get_by_role("button", name="Keys").click()
    page.get_by_role("checkbox", name="These keys are on").check()
    page.get_by_role("button", name="Close").click()
    page.locator("body").focus()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    expect(page.locator(FIRST_ROW)).to_be_focused()


def test_a_view_is_saved_and_found_again(page: Page) -> None:
    page.goto("/?sort=-input&unit=thousand")
    page.locator("#keep-view summary").click()
    page.get_by_label("Name", exact=True).fill("Dearest")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("main")).to_contain_text("Saved the view Dearest.")
    page.goto("/")
    page.get_by_role("link", name="Dearest").click()
    expect(page).to_have_url(re.compile("sort=-input&unit=thousand"))
    expect(page.get_by_role("columnheader", name="Input $/K")).to_be_visible()


def test_on_a_phone_the_filters_fold_behind_one_button(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/?context=128k&status=active")
    button = page.locator("#filters-fold > summary")
    expect(button).to_contain_text("Filters (2")
    expect(page.locator("#context")).to_be_hidden()
    expect(page.get_by_label("Filter by value")).to_be_hidden()
    button.click()
    expect(page.locator("#context")).to_be_visible()
    page.get_by_label("Filter by value").get_by_role("link", name=re.compile("^Retired")).click()
    expect(button).to_contain_text("Filters (2")
    expect(page.locator("#models .chips")).to_contain_text("Retired")
    expect(page.get_by_label("Filter by value")).to_be_visible()
    page.get_by_label("Input $/M", exact=True).fill("<5")
    expect(button).to_contain_text("Filters (3")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_the_table_without_javascript(browser: Browser, server: LiveServer) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=server.url)
    page = context.new_page()
    page.goto("/?sort=name")
    expect(page.locator("[data-keys]")).to_be_hidden()
    page.locator("#context").fill(">=128k")
    page.get_by_label("Prices for").select_option("request")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#models")).to_contain_text("One request has 10,000 prompt tokens")
    page.locator("#filters-further > summary").click()
    page.get_by_label("Filter by value").get_by_role("link", name=re.compile("^Mistral Large")).click()
    expect(page.locator("#models .chips")).to_contain_text(">=128k")
    page.locator("#choose-columns summary").click()
    page.get_by_role("checkbox", name="Licence").check()
    page.get_by_role("button", name="Show these").click()
    expect(page.get_by_role("columnheader", name="Licence")).to_be_visible()
    page.get_by_role("link", name="Take away Family Mistral Large").click()
    expect(page.locator("#models .chips")).not_to_contain_text("Mistral Large")
    for row in (0, 1):
        page.locator("#models tbody input[type=checkbox]").nth(row).check()
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page).to_have_url(re.compile("/compare/"))
    context.close()
