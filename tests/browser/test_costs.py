"""Choosing a model by its cost, in Chromium: profiles, live figures, charts to hover and click, a text of one's own."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.playground.builders import FOUR

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.timeout(300)]


def part(page: Page):
    return page.locator("#part")


def room(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Costs").get_by_role("link", name=name).click()


def test_a_workload_is_typed_kept_and_shared(page: Page) -> None:
    page.goto("/costs/")
    page.get_by_role("link", name="Chat", exact=True).click()
    expect(page.get_by_label("Prompt tokens")).to_have_value("2000")
    page.get_by_label("Prompt tokens").fill("10000")
    page.get_by_label("of which cached").fill("40%")
    page.get_by_label("Completion tokens").fill("1000")
    expect(part(page)).to_contain_text("$0.00456")
    expect(page).to_have_url(re.compile("prompt_tokens=10000&cached_tokens=40%25&completion_tokens=1000"))
    page.get_by_label("Name").fill("Ours")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("main")).to_contain_text("Kept the profile Ours.")
    expect(page.get_by_role("link", name="Ours")).to_have_attribute("aria-current", "true")

    room(page, "Over time")
    expect(part(page)).to_contain_text("10,000 prompt tokens, 4,000 of them cached")
    page.go_back()
    page.get_by_label("of which cached").fill("99999")
    expect(page.get_by_role("alert").first).to_contain_text("Cached tokens (99,999) are part of the prompt tokens")
    page.get_by_label("of which cached").fill("4000")
    expect(part(page)).to_contain_text("$0.00456")
    page.get_by_role("button", name="Remove the profile Ours").click()
    expect(page.locator("main")).to_contain_text("Removed the profile Ours.")


def test_charts_are_hovered_and_clicked(page: Page) -> None:
    page.goto(f"/costs/break-even/?model={FOUR[3]}&model={FOUR[0]}&prompt_tokens=10000&completion_tokens=1000")
    expect(part(page)).to_contain_text("Devstral 2 2512 is cheaper while output is under 20% of input")
    page.goto("/costs/map/?prompt_tokens=10000&completion_tokens=1000")
    point = part(page).locator("svg:visible a[href*='mistral-medium-3-5']").first
    point.locator(".chart-hit").hover()
    expect(point.locator("tspan")).to_be_visible()
    expect(point.locator("tspan")).to_have_text(re.compile(r"\$22\.50"))
    point.locator(".chart-hit").click()
    expect(page).to_have_url(re.compile("/models/mistralai/mistral-medium-3-5/$"))


def test_a_day_in_the_past_is_carried_from_room_to_room(page: Page) -> None:
    page.goto("/costs/?prompt_tokens=10000&cached_tokens=0&completion_tokens=1000")
    page.get_by_label("As of").fill("2026-01-10")
    expect(part(page)).to_contain_text("Prices and states as of Jan 10, 2026")
    expect(part(page)).to_contain_text("$0.00072")
    room(page, "Break-even")
    expect(part(page)).to_contain_text("Prices and states as of Jan 10, 2026")
    page.get_by_role("link", name="Back to today").click()
    expect(part(page)).not_to_contain_text("as of Jan 10, 2026")


def test_ones_own_text_becomes_a_workload(page: Page) -> None:
    page.goto("/costs/")
    room(page, "Your own text")
    page.get_by_label("Your text: the prompt as you would send it").fill("Hello")
    page.get_by_role("button", name="Count and price").click()
    row = part(page).get_by_role("row", name=re.compile("Mistral Large 2407"))
    expect(row).to_contain_text("Mistral v3")
    row.get_by_role("link", name="Price it").click()
    expect(page.get_by_label("Prompt tokens")).to_have_value("4")
