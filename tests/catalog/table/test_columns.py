"""The columns: which are shown, in which order, how they sort, and how somebody chooses them without JavaScript."""

import re

import pytest

from catalog.table.columns import COLUMNS
from tests.catalog.table.reading import heads, link, names, text_of, words_of

pytestmark = pytest.mark.django_db
USUAL = ["Model", "Context", "Input $/M", "Output $/M", "Cached $/M", "Released", "Listed", "Reads", "Status"]


def test_the_usual_columns(client, four):
    assert heads(client.get("/")) == USUAL


@pytest.mark.parametrize(
    "query", ["columns=size,input,name", "columns=size&columns=input", "columns=size,%20input,size"]
)
def test_columns_stand_in_the_order_of_the_address_after_the_name(client, four, query):
    response = client.get(f"/?{query}&sort=name")
    assert heads(response) == ["Model", "Size", "Input $/M"]
    row = next(row for row in response.context["rows"] if row.name == "small-3")
    assert re.sub(r"<[^>]+>", " ", row.html).split()[-3:] == ["24B", "1×", "0.10"]


def test_a_column_nobody_knows_is_refused_in_a_sentence(client, four):
    response = client.get("/?columns=name,colour")
    assert response.status_code == 400
    assert "There is no column “colour”. The columns are name, context, max_output, input" in words_of(response)
    assert heads(response) == USUAL


def test_the_chooser_is_a_form_that_keeps_everything_else(client, four):
    page = text_of(client.get("/?status=active&sort=name&columns=size,input&unit=thousand"))
    form = page.split('aria-label="Columns"')[1].split("</form>")[0]
    assert re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form) == [
        ("status", "active"),
        ("sort", "name"),
        ("unit", "thousand"),
    ]
    boxes = re.findall(r'name="columns" value="(\w+)"( checked)?', form)
    assert [key for key, checked in boxes if checked] == ["name", "size", "input"]
    assert len(boxes) == len(COLUMNS)
    assert link(client.get("/?sort=name&columns=size"), "As by default") == "?sort=name"
    assert "As by default" not in text_of(client.get("/?sort=name"))


def test_every_column_can_be_shown_and_sorted_both_ways(client, four):
    everything = ",".join(column.key for column in COLUMNS)
    assert len(heads(client.get(f"/?columns={everything}"))) == len(COLUMNS)
    for column in COLUMNS:
        up = names(client.get(f"/?sort={column.key}&columns={everything}"))
        down = names(client.get(f"/?sort=-{column.key}"))
        assert sorted(up) == sorted(down) == ["large-2", "open-1", "silent", "small-3"], column.key


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("size", ["small-3", "large-2", "open-1", "silent"]),
        ("-size", ["small-3", "large-2", "open-1", "silent"]),
        ("max_output", ["open-1", "large-2", "silent", "small-3"]),
        ("family", ["large-2", "open-1", "small-3", "silent"]),
        ("-licence", ["large-2", "open-1", "small-3", "silent"]),
        ("-parameters", ["large-2", "small-3", "open-1", "silent"]),
        ("parameters", ["small-3", "large-2", "open-1", "silent"]),
        ("-status", ["silent", "large-2", "open-1", "small-3"]),
        ("-vendor", ["open-1", "large-2", "silent", "small-3"]),
        ("cost", ["open-1", "small-3", "large-2", "silent"]),
        ("-cost", ["large-2", "small-3", "open-1", "silent"]),
    ],
)
def test_what_is_unknown_comes_last_in_either_direction(client, four, sort, order):
    assert names(client.get(f"/?sort={sort}")) == order


def test_cells_say_what_is_known_and_a_dash_where_nothing_is(client, four):
    response = client.get("/?sort=name&columns=writes,parameters,family,vendor,licence,size,max_output,announced")
    rows = {row.name: re.sub(r"<[^>]+>", "|", row.html) for row in response.context["rows"]}
    assert "|2|" in rows["large-2"]
    assert 'title="seed, tools"' in response.context["rows"][0].html
    assert "|Other Labs|" in rows["open-1"]
    assert "|32K|" in rows["open-1"]
    assert rows["silent"].count("|—|") == 7


def test_a_table_that_does_not_fit_beside_the_facets_scrolls_in_a_box(client, four):
    assert 'class="scroll fits"' in text_of(client.get("/"))
    everything = ",".join(column.key for column in COLUMNS)
    assert 'class="scroll boxed"' in text_of(client.get(f"/?columns={everything}"))
