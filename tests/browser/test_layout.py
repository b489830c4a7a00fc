"""What must not collide, overflow or trap a thumb: the costs with tiny and with huge figures, and tables and filters on a
narrow screen."""

import pytest
from playwright.sync_api import Page

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.timeout(300)]

GAPS = """() => [...document.querySelectorAll('.price > div')].map((cell) => {
  const [beside, figure] = [cell.querySelector('small'), cell.querySelector('span')].map((e) => e.getBoundingClientRect());
  return figure.left - beside.right;
})"""
OUT = """(selector) => [...document.querySelectorAll(selector)].map(
  (box) => Math.max(0, box.scrollHeight - box.clientHeight - 20) && box.scrollHeight)"""  # 20 for a bar that scrolls sideways
WIDER = """(selector) => [...document.querySelectorAll(selector)].map((box) => box.scrollWidth - box.clientWidth)"""


@pytest.mark.parametrize(
    "workload",
    [
        "prompt_tokens=37&completion_tokens=8",
        "prompt_tokens=300000&completion_tokens=300000&requests=1000000&per=day",
        "prompt_tokens=10000&cached_tokens=4000&completion_tokens=1000",
    ],
)
def test_costs_stay_in_their_column_and_apart_from_their_factor(page: Page, workload: str) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"/costs/?{workload}")
    gaps = page.evaluate(GAPS)
    assert len(gaps) > 10
    assert min(gaps) >= 6
    assert page.evaluate(WIDER, ".scroll:has(.costs)") == [0]


@pytest.mark.parametrize(
    "address", ["/", "/costs/", "/?columns=name,vendor,context,max_output,input,output,cached,status"]
)
def test_on_a_narrow_screen_the_page_scrolls_and_no_box_inside_it(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(address)
    assert page.locator(".scroll").first.locator("tbody tr").count() == 50
    assert page.evaluate(OUT, ".scroll") == [0] * page.locator(".scroll").count()
    assert page.evaluate("document.documentElement.scrollHeight") > 50 * 36


@pytest.mark.parametrize("address", ["/changes/", "/quality/"])
def test_all_filters_are_in_view_on_a_narrow_screen(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(address)
    assert page.evaluate(WIDER, "#filters") == [0]
    for control in page.locator("#filters :is(input:not([type=hidden]), select, button)").all():
        box = control.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
