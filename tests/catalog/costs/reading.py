"""Reading the costs page as a person does."""

import re

WORKLOAD = {"prompt_tokens": 10_000, "cached_tokens": 4_000, "completion_tokens": 1_000}
HTMX = {"HX-Request": "true"}


def text_of(response) -> str:
    return response.content.decode()


def words_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text_of(response)).split())


def slugs_of(response) -> list[str]:
    return [row.cost.priced.slug for row in response.context["page"]]
