"""Composing in Chromium: a conversation of three turns, a matrix from a file, images, and what becomes of the keyboard."""

import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Witness
from tests.browser.test_main_job import NAMES, column, compose, run
from tests.playground.builders import FOUR
from tests.playground.pictures import png
from tests.upstreams.server import FakeUpstream
from tests.upstreams.steps import Usage, answer

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.timeout(300)]
SMALL = "Ministral 3 8B"


def script(fake: FakeUpstream, turn: str, *models: str) -> None:
    for model in models:
        fake.script(model, answer(f"{turn} of {model}.", usage=Usage(1_000, 100)))


def sent(fake: FakeUpstream, model: str) -> list[dict[str, Any]]:
    """The messages of the latest request that asked for `model`."""
    bodies = [request.body for request in fake.requests]
    return [body for body in bodies if body["model"] == model][-1]["messages"]


def prompt_id(page: Page) -> str:
    page.wait_for_url(re.compile(r"/playground/[0-9a-f-]{36}/$"))
    return page.url.rstrip("/").rpartition("/")[2]


def test_three_turns_in_two_columns(page: Page, fake_upstream: FakeUpstream) -> None:
    asked = ["Which wind?", "How strong?", "And tomorrow?"]
    script(fake_upstream, "First", *FOUR[:2])
    compose(page, *NAMES[:2], text=asked[0])
    run(page)
    for turn, text in (("Second", asked[1]), ("Third", asked[2])):
        for name in NAMES[:2]:
            expect(column(page, name)).to_contain_text("Done")
        page.goto(f"/playground/?continue={prompt_id(page)}")
        script(fake_upstream, turn, *FOUR[:2])
        expect(page.locator("textarea:focus")).to_have_attribute("name", re.compile("^content-"))
        page.keyboard.type(text)
        run(page)
    for name, model in zip(NAMES[:2], FOUR[:2], strict=True):
        expect(column(page, name)).to_contain_text(f"Third of {model}.")
        assert [message["content"] for message in sent(fake_upstream, model)] == [
            asked[0],
            f"First of {model}.",
            asked[1],
            f"Second of {model}.",
            asked[2],
        ]
    assert fake_upstream.count == 6


def test_messages_are_added_moved_and_taken_away(page: Page, fake_upstream: FakeUpstream) -> None:
    script(fake_upstream, "Only", FOUR[0])
    compose(page, NAMES[0], text="One")
    page.get_by_role("button", name="Add a message").click()
    expect(page.get_by_label("Message 3, assistant")).to_be_focused()
    page.keyboard.type("Two")
    page.get_by_role("button", name="Add a message").click()
    expect(page.get_by_label("Message 4, user")).to_be_focused()
    page.keyboard.type("Three")
    page.get_by_role("button", name="Up message 4").click()
    expect(page.get_by_label("Message 3, user")).to_have_value("Three")
    page.get_by_role("button", name="Remove message 4").click()
    expect(page.get_by_label("Message 4")).to_have_count(0)
    page.get_by_label("Role of message 2").select_option("assistant")
    expect(page.get_by_label("Message 2, assistant")).to_have_value("One")
    run(page)
    expect(column(page, NAMES[0])).to_contain_text("Done")
    assert sent(fake_upstream, FOUR[0]) == [
        {"role": "assistant", "content": "One"},
        {"role": "user", "content": "Three"},
    ]


def test_a_matrix_of_twenty_rows_by_three_models(page: Page, fake_upstream: FakeUpstream, tmp_path: Path) -> None:
    script(fake_upstream, "Cell", *FOUR[:3])
    file = tmp_path / "cities.csv"
    file.write_text("city;note\n" + "".join(f"City {number};x\n" for number in range(20)))
    compose(page, *NAMES[:3], text="Which wind blows in {{city}}?")
    expect(page.get_by_text("{{city}} has no value yet.")).to_be_visible()
    page.get_by_text("A row for each run, as CSV").click()
    page.locator("input[name=rows_file]").set_input_files(file)
    expect(page.get_by_label("Rows as CSV")).to_have_value(re.compile("City 19"))
    expect(page.get_by_text("This makes 60 runs: 20 rows by 3 models.")).to_be_visible()
    expect(page.get_by_text("no message names “note”")).to_be_visible()
    page.get_by_role("button", name="Exact JSON").click()
    expect(page.get_by_text("For the first of 20 rows of values.")).to_be_visible()
    expect(page.locator("#preview pre").first).to_contain_text("Which wind blows in City 0?")
    run(page)
    prompt_id(page)
    fake_upstream.wait_for_requests(60)
    asked = {request.body["messages"][0]["content"] for request in fake_upstream.requests}
    assert asked == {f"Which wind blows in City {number}?" for number in range(20)}


def test_an_image_is_sent_and_taken_away(page: Page, fake_upstream: FakeUpstream, tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"{number}.png").write_bytes(png(40 * number, 30))
    script(fake_upstream, "Seen", "mistralai/ministral-8b-2512")
    compose(page, SMALL, text="What is this?")
    page.locator("summary", has_text="Images").click()
    page.locator("input[name^=upload]").set_input_files([tmp_path / "1.png", tmp_path / "2.png"])
    expect(page.get_by_alt_text("Image 2, 80 × 30 pixels")).to_be_visible()
    page.get_by_role("button", name="Remove image 2").click()
    expect(page.get_by_alt_text("Image 2")).to_have_count(0)
    page.get_by_role("checkbox", name="Codestral 2508").check()
    expect(page.get_by_text("Codestral 2508 cannot read images.")).to_be_visible()
    page.get_by_role("checkbox", name="Codestral 2508").uncheck()
    run(page)
    expect(column(page, SMALL)).to_contain_text("Done")
    (text, image) = sent(fake_upstream, "mistralai/ministral-8b-2512")[-1]["content"]
    assert text == {"type": "text", "text": "What is this?"}
    assert image["image_url"]["url"].startswith("data:image/png;base64,iVBOR")


def test_the_models_are_narrowed_by_words_also_after_a_mistake(page: Page) -> None:
    listed = page.locator(".models-picker li:visible")
    page.get_by_label("Show only models with these words").fill("ministral images")
    expect(listed).to_have_count(3)
    page.get_by_label("Show only models with these words").press("Enter")
    expect(listed).to_have_count(3)
    run(page)
    expect(page.get_by_text("Choose at least one model.")).to_be_visible()
    page.get_by_label("Show only models with these words").fill("saba")
    expect(listed).to_have_count(1)


def test_a_mistake_in_json_is_shown_where_it_is(page: Page) -> None:
    compose(page, *NAMES[:2])
    page.locator("summary", has_text=re.compile("^Parameters max")).click()
    page.get_by_role("button", name="Insert an example of tools").click()
    tools = page.locator("textarea[name=parameter-tools]")
    expect(tools).to_have_value(re.compile("get_wind"))
    tools.fill('[{"type": "function",\n "function": {"name": "a b"}}]')
    run(page)
    expect(
        page.get_by_text("tools[0].function.name: up to 64 letters, digits, _ and - are expected.").first
    ).to_be_visible()
    expect(tools).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_everything_unfolded_is_accessible(page: Page, witness: Witness, scheme: str, width: int) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 900})
    compose(page, *NAMES[:2], text="Which wind blows in {{city}}?")
    page.get_by_role("button", name="Add a message").click()
    page.locator("input[name=value-city]").or_(page.locator("textarea[name=value-city]")).fill("Brest")
    page.get_by_role("button", name="Exact JSON").click()
    expect(page.get_by_role("heading", name="What Run sends")).to_be_visible()
    page.evaluate("for (const fold of document.querySelectorAll('#compose details')) fold.open = true")
    results = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]})
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
