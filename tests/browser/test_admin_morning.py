"""An admin's whole morning in the browser: a part of an import, a pinned price, the next import, the stale pin, the undo."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.catalog.imports.lists import model

pytestmark = [pytest.mark.browser, pytest.mark.live]
LARGE = "mistralai/mistral-large-2512"


def write(path: Path, price: str) -> Path:
    """An extract of the market's list: Mistral Large 3 at this input price, and two models that are new."""
    entries = [
        model(LARGE, price, "1.50", context_length=262_144),
        model("acme/anvil-1", name="Acme: Anvil 1"),
        model("acme/hammer-1", name="Acme: Hammer 1"),
    ]
    path.write_text(json.dumps({"data": entries}))
    return path


def preview(page: Page, path: Path) -> None:
    page.goto("/admin/catalog/revision/import/")
    page.get_by_label("File:").set_input_files(path)
    page.get_by_label("This file is an extract").check()
    page.get_by_role("button", name="Preview the file").click()


def line(page: Page, words: str) -> Any:
    return page.get_by_role("row").filter(has_text=words)


def test_the_morning(page: Page, tmp_path: Path) -> None:
    preview(page, write(tmp_path / "monday.json", "0.45"))
    expect(page.locator("#content")).to_contain_text("3 entries read.")
    expect(line(page, "Hammer 1")).to_contain_text("A new model")
    expect(line(page, "becomes")).to_contain_text("input −10%")
    line(page, "Hammer 1").get_by_role("checkbox").uncheck()
    page.get_by_role("button", name="Apply what is ticked").click()
    expect(page.locator(".messagelist")).to_contain_text("1 left out")
    page.goto("/models/acme/anvil-1/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Anvil 1")
    page.goto("/?q=hammer")
    expect(page.locator("#models")).to_contain_text("No model")
    page.goto(f"/models/{LARGE}/")
    expect(page.locator("dl.figures")).to_contain_text("0.45")

    page.goto("/admin/catalog/languagemodel/?q=mistral-large-2512")
    line(page, "Mistral Large 3 2512").get_by_role("checkbox").check()
    page.get_by_label("Action:").select_option(label="Set prices of the selected models…")
    page.get_by_role("button", name="Go").click()
    line(page, "Mistral Large 3 2512").get_by_role("textbox").first.fill("0.30")
    page.get_by_label("Reason").fill("Our contract of this month")
    page.get_by_role("button", name="Show what would change").click()
    expect(line(page, "Mistral Large 3 2512")).to_contain_text("−33.3%")
    page.get_by_role("button", name="Apply these prices").click()
    priced = page.url
    page.goto(f"/models/{LARGE}/")
    expect(page.locator("dl.figures")).to_contain_text("0.30")
    expect(page.locator("#pricing")).to_contain_text("Our contract of this month")

    preview(page, write(tmp_path / "tuesday.json", "0.40"))
    expect(line(page, "The pinned price stays")).to_contain_text("the source has moved on to input $0.40")
    page.get_by_role("button", name="Apply what is ticked").click()
    page.goto(f"/models/{LARGE}/")
    expect(page.locator("dl.figures")).to_contain_text("0.30")

    page.goto("/quality/?kind=pins")
    expect(page.get_by_role("main")).to_contain_text("Mistral Large 3 2512")
    page.goto("/admin/")
    expect(page.locator("#content")).to_contain_text("pin")

    page.goto(priced)
    page.get_by_role("link", name="Undo").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".messagelist")).to_contain_text("undone")
    page.goto(f"/models/{LARGE}/")
    expect(page.locator("dl.figures")).to_contain_text("0.45")
    page.goto("/quality/?kind=pins")
    expect(page.get_by_role("main")).not_to_contain_text("Mistral Large 3 2512")
