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


def kept_in_the_browser(page: Page) -> str:
    return str(page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])"))


@pytest.mark.parametrize("width", [1440, 390])
def test_run_folds_the_form_and_shows_the_answers(page: Page, fake_upstream: FakeUpstream, width: int) -> None:
    script(fake_upstream, "First", *FOUR[:2])
    page.set_viewport_size({"width": width, "height": 900})
    composer, prompt = page.locator("#composer"), page.get_by_label("Prompt", exact=True)
    compose(page, *NAMES[:2], text=" ")
    run(page)
    expect(page.locator("#compose")).to_contain_text("Write a prompt first.")
    expect(composer).to_have_attribute("open", "")
    expect(page.get_by_role("link", name="New prompt")).to_have_count(0)
    prompt.fill("Which wind?")
    run(page)
    expect(column(page, NAMES[0])).to_contain_text("Done")
    expect(composer).not_to_have_attribute("open", "")
    expect(prompt).to_be_hidden()
    expect(page.locator("#board > header")).to_be_in_viewport()
    expect(page.locator("#board [data-focus]")).to_be_focused()
    expect(page).to_have_title("Which wind? · Windrose")
    page.get_by_text("Change this prompt and send it again").click()
    expect(prompt).to_have_value("Which wind?")
    expect(page.get_by_role("checkbox", name=NAMES[1])).to_be_checked()
    page.reload()
    expect(composer).not_to_have_attribute("open", "")
    page.get_by_role("link", name="New prompt").click()
    expect(prompt).to_have_value("")


def test_back_finds_the_form_as_it_was_sent(page: Page, fake_upstream: FakeUpstream) -> None:
    script(fake_upstream, "First", *FOUR[:2])
    compose(page, *NAMES[:2], text="Which wind blows in {{city}}?")
    page.get_by_label("System prompt").fill("Be dry.")
    page.locator("[name=value-city]").fill("Brest")
    page.get_by_text("Parameters max_tokens").click()
    page.locator("#id_parameter-temperature").fill("0.3")
    for _ in range(2):
        run(page)
        expect(column(page, NAMES[0])).to_contain_text("Done")
        board = page.url
        page.go_back()
        expect(page).to_have_url(re.compile(r"/playground/\?from="))
        expect(page.get_by_label("Prompt", exact=True)).to_have_value("Which wind blows in {{city}}?")
        expect(page.get_by_label("System prompt")).to_have_value("Be dry.")
        expect(page.locator("[name=value-city]")).to_have_value("Brest")
        expect(page.locator("#id_parameter-temperature")).to_have_value("0.3")
        expect(page.locator(".models-picker :checked")).to_have_count(2)
        expect(page.locator("#board")).to_contain_text("No answers yet")
        page.go_forward()
        expect(page).to_have_url(board)
        expect(column(page, NAMES[0])).to_contain_text(f"First of {FOUR[0]}.")
        page.go_back()
        page.reload()
        expect(page.get_by_label("System prompt")).to_have_value("Be dry.")
    assert fake_upstream.count == 4, "two prompts were sent, and looking back sends none"
    assert "Brest" not in kept_in_the_browser(page)


def test_a_prompt_that_is_not_stored_is_kept_nowhere_in_the_browser(page: Page, fake_upstream: FakeUpstream) -> None:
    script(fake_upstream, "Secret", FOUR[0])
    compose(page, NAMES[0], text="A secret question?")
    page.locator("summary", has_text="How it is sent").click()
    page.get_by_role("checkbox", name="Do not store the texts").check()
    run(page)
    expect(column(page, NAMES[0])).to_contain_text("Done")
    assert "secret" not in kept_in_the_browser(page).lower()
    assert "secret" not in page.title().lower()
    page.go_back()
    expect(page.get_by_text("The texts of that prompt are not kept any more; its settings are here.")).to_be_visible()
    expect(page.get_by_label("Prompt", exact=True)).to_have_value("")
    expect(page.get_by_role("checkbox", name=NAMES[0])).to_be_checked()
    assert "secret" not in kept_in_the_browser(page).lower()
    assert "secret" not in page.content().lower()


def test_who_leaves_what_was_typed_is_asked(page: Page, witness: Witness, fake_upstream: FakeUpstream) -> None:
    script(fake_upstream, "First", FOUR[0])
    compose(page, NAMES[0], text="")
    page.reload()
    assert witness.leavings == 0, "nothing was typed"
    compose(page, NAMES[0])
    page.get_by_role("link", name="History").click()
    page.wait_for_url("**/history/")
    assert witness.leavings == 1
    page.goto("/playground/")
    compose(page, NAMES[0])
    run(page)
    expect(column(page, NAMES[0])).to_contain_text("Done")
    page.reload()
    page.goto("/history/")
    assert witness.leavings == 1, "what was sent is not lost"


def test_back_from_a_board_asks_before_an_edit_is_lost(
    page: Page, witness: Witness, fake_upstream: FakeUpstream
) -> None:
    script(fake_upstream, "First", FOUR[0])
    compose(page, NAMES[0])
    run(page)
    expect(column(page, NAMES[0])).to_contain_text("Done")
    board = page.url
    page.locator("#composer > summary").click()
    prompt = page.get_by_label("Prompt", exact=True)
    prompt.fill("Which wind tomorrow?")
    page.evaluate("history.back()")
    page.wait_for_timeout(500)
    assert witness.errors == ["dialog What you changed in the prompt was not sent, and is lost if you go. Go?"]
    witness.forgive("dialog What you changed")  # no, the witness said
    expect(prompt).to_have_value("Which wind tomorrow?")
    assert page.url == board
    page.evaluate("window.confirm = () => true")
    page.evaluate("history.back()")
    expect(prompt).to_have_value("Which wind?")
    assert page.url.endswith(f"/playground/?from={board.rstrip('/').rpartition('/')[2]}")
    assert fake_upstream.count == 1


def test_back_from_a_board_that_nobody_edited_asks_nothing(page: Page, fake_upstream: FakeUpstream) -> None:
    script(fake_upstream, "First", FOUR[0])
    compose(page, NAMES[0])
    run(page)
    expect(column(page, NAMES[0])).to_contain_text("Done")
    page.evaluate("history.back()")
    expect(page.get_by_text("No answers yet")).to_be_visible()


def test_at_the_sixth_model_the_others_rest(page: Page) -> None:
    boxes = page.locator("input[name=model]")
    for place in range(6):
        boxes.nth(place).check()
    said = page.get_by_text("6 are chosen, which is the most. Take one away to choose another.")
    expect(said).to_be_visible()
    expect(boxes.nth(6)).to_be_disabled()
    boxes.nth(0).uncheck()
    expect(said).to_be_hidden()
    expect(boxes.nth(6)).to_be_enabled()


def test_an_address_with_seven_models_says_so_at_once(page: Page) -> None:
    keys = [box.get_attribute("value") for box in page.locator("input[name=model]").all()[:7]]
    page.goto("/playground/?" + "&".join(f"model={key}" for key in keys))
    expect(page.get_by_text("7 are chosen, and up to 6 can be asked at once: take 1 away.")).to_be_visible()
    page.locator("input[name=model]:checked").first.uncheck()
    expect(page.get_by_text("6 are chosen, which is the most.")).to_be_visible()


def test_a_refused_image_holds_run_until_it_is_let_go(page: Page, fake_upstream: FakeUpstream, tmp_path: Path) -> None:
    (tmp_path / "fake.png").write_text("fake")
    script(fake_upstream, "Only", "mistralai/ministral-8b-2512")
    compose(page, SMALL)
    page.locator("summary", has_text="Images").click()
    page.locator("input[name^=upload]").set_input_files(tmp_path / "fake.png")
    expect(page.get_by_text("“fake.png” is not a PNG, JPEG, GIF or WebP image.").first).to_be_visible()
    with page.expect_response(lambda response: response.status == 422):
        run(page)
    expect(page.locator("#compose input[name=mended]")).to_have_count(1)  # the refused form is there
    expect(page.get_by_text("Nothing is sent until then.")).to_be_visible()
    assert fake_upstream.count == 0
    page.get_by_role("button", name="go on without it").click()
    expect(page.get_by_text("“fake.png”")).to_have_count(0)
    run(page)
    expect(column(page, SMALL)).to_contain_text("Done")
    assert fake_upstream.count == 1


def test_the_filter_says_when_nothing_is_left(page: Page) -> None:
    listed = page.locator(".models-picker li:visible")
    words = page.get_by_label("Show only models with these words")
    words.fill("free")
    expect(listed).to_have_count(0)
    expect(page.get_by_text("No model here has all of these words.")).to_be_visible()
    large = page.locator(".models-picker li", has_text=NAMES[0])
    words.fill("2512")
    expect(large.locator(".price")).to_have_text(re.compile(r"0\.50.*1\.50"))
    expect(page.get_by_text("No model here has all of these words.")).to_be_hidden()


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
