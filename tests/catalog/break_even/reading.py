"""Reading the break-even page as a person does."""

import csv
import io
import re

from tests.catalog.test_pages_compare import text_of, words_of

PATH = "/costs/break-even/"


DEVSTRAL, LARGE = "mistralai/devstral-2512", "mistralai/mistral-large-2512"


SEEDS = {"model": [DEVSTRAL, LARGE]}


UNCACHED = {"prompt_tokens": 10_000, "cached_tokens": 0, "completion_tokens": 1_000}


VERDICT_20 = "Devstral 2 2512 is cheaper while output is under 20% of input; above that Mistral Large 3 2512 is."


def part_of(response) -> str:
    """The words of the changing part, without the form above it."""
    return words_of(response).partition("Your own text")[2]


def rows_of(response) -> list[list[str]]:
    """The table's rows as a person reads them, the titles of its groups left out."""
    table = re.search(r"<table.*?</table>", text_of(response), re.DOTALL)[0]
    cells = [
        re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.DOTALL) for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL)
    ]
    return [[" ".join(cell.split()) for cell in row] for row in cells if len(row) > 1]


def drawn(response) -> list[str]:
    return re.findall(r'<figure class="chart">.*?</figure>', text_of(response), re.DOTALL)


def rows_in(response) -> list[list[str]]:
    rows = list(csv.reader(io.StringIO(text_of(response))))
    assert rows[0][-1] == "About"
    return [row[:-1] for row in rows]
