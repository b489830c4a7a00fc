"""The parameter form follows each chosen model's own table, and so does the body that is sent."""

from typing import Any

import pytest
from django.http import QueryDict

from catalog.models import Listing
from playground.bodies import Wanted, build
from playground.forms import PREFIX, PromptForm
from playground.forms.fields import field_for
from playground.messages import Message
from playground.offers import of
from playground.parameters import choices_for, told_values
from tests.playground.builders import FOUR, offers

pytestmark = pytest.mark.django_db
LARGE_3, LARGE_2407, LARGE_2411, DEVSTRAL = FOUR
MEDIUM = "mistralai/mistral-medium-3-5"


def form(*model_ids: str, text: str = "Hello", **parameters: Any) -> PromptForm:
    data = QueryDict(mutable=True)
    data.setlist("model", list(model_ids))
    data.update({"text": text, "key": "key", **{PREFIX + name: value for name, value in parameters.items()}})
    return PromptForm(offers(), data)


def names(*model_ids: str) -> list[str]:
    return [choice.name for choice in choices_for(offers(*model_ids))]


@pytest.mark.usefixtures("seeded")
class TestFields:
    def test_the_seeds_table_becomes_the_form(self) -> None:
        expected = ["max_tokens", "temperature", "top_p", "seed", "stop", "frequency_penalty", "presence_penalty"]
        assert names(LARGE_3) == [*expected, "response_format", "tools", "tool_choice"]

    def test_structured_outputs_is_offered_where_the_table_has_it(self) -> None:
        assert "structured_outputs" in names(DEVSTRAL)
        assert "structured_outputs" not in names(LARGE_3)

    def test_a_model_that_does_not_take_a_parameter_is_named(self) -> None:
        choices = {choice.name: choice for choice in choices_for(offers(LARGE_3, DEVSTRAL))}
        assert choices["structured_outputs"].missing == ["Mistral Large 3 2512"]
        assert choices["temperature"].missing == []

    def test_ranges_are_told(self) -> None:
        choices = {choice.name: choice for choice in choices_for(offers(LARGE_3, DEVSTRAL))}
        assert choices["temperature"].ranges() == "0 to 2"
        assert choices["max_tokens"].ranges() == "1 or more"
        assert choices["stop"].ranges() == ""

    @pytest.mark.parametrize(
        ("description", "values"),
        [
            ("The effort of reasoning: high or none.", ["high", "none"]),
            ("One of these: low, medium or high.", ["low", "medium", "high"]),
            ("One of these: low, medium, or high.", ["low", "medium", "high"]),
            ("The effort of reasoning.", []),
            ('Which tool is called: "none", "auto", "required", or a specific tool.', []),
        ],
    )
    def test_values_that_a_table_lists_are_read_from_its_words(self, description: str, values: list[str]) -> None:
        assert told_values(description) == values

    def test_a_parameter_of_listed_values_is_a_choice(self) -> None:
        (medium,) = [each for each in of(Listing.objects.for_playground()) if each.key == MEDIUM]
        effort = next(choice for choice in choices_for([medium]) if choice.name == "reasoning_effort")
        field = field_for(effort)
        assert [value for value, _ in field.choices] == ["", "high", "none"]
        assert effort.problem("low") == "Mistral Medium 3.5 takes high, none; this is low."
        assert effort.problem("none") == ""

    def test_a_switch_is_sent_when_it_is_on(self) -> None:
        choice = next(each for each in choices_for(offers(DEVSTRAL)) if each.name == "structured_outputs")
        field = field_for(choice)
        assert (field.label, field.clean(True), field.clean(False)) == ("Keep to the schema strictly", True, None)

    def test_defaults_name_the_model_where_they_differ(self) -> None:
        choices = {choice.name: choice for choice in choices_for(offers(LARGE_3, DEVSTRAL))}
        assert choices["temperature"].defaults() == "0.0645 (Mistral Large 3 2512), 1 (Devstral 2 2512)"
        assert choices["top_p"].defaults() == "1"


@pytest.mark.usefixtures("seeded")
class TestValues:
    def test_empty_fields_are_not_sent(self) -> None:
        filled = form(LARGE_3, temperature="", max_tokens="100", seed="")
        assert filled.is_valid(), filled.errors
        assert filled.parameters() == {"max_tokens": 100}

    def test_zero_is_a_value(self) -> None:
        filled = form(LARGE_3, temperature="0", seed="0")
        assert filled.is_valid(), filled.errors
        assert filled.parameters() == {"temperature": 0.0, "seed": 0}

    @pytest.mark.parametrize(
        ("name", "value", "sentence"),
        [
            ("temperature", "2.5", "takes 2 or less; this is 2.5."),
            ("top_p", "-0.1", "takes 0 or more; this is -0.1."),
            ("frequency_penalty", "3", "takes 2 or less; this is 3."),
            ("max_tokens", "0", "takes 1 or more; this is 0."),
            ("max_tokens", "many", "Enter a whole number."),
            ("stop", "a\nb\nc\nd\ne", "Up to 4 stop sequences are possible; these are 5."),
            ("tools", "[\n{]", "This is not JSON. Line 2, column 2: a name in double quotes is expected."),
            ("tools", "{}", "This is JSON, but not what is asked for here."),
            ("tools", '[{"type": "function"}]', "tools[0].function: an object with a name is expected."),
            ("tool_choice", "sometimes", "This is not JSON."),
            ("tool_choice", "required", "a tool is to be called, and no tools are given."),
            ("response_format", "[]", "This is JSON, but not what is asked for here."),
            (
                "response_format",
                '{"type": "json_schema"}',
                "response_format.json_schema: an object with name and schema",
            ),
            ("tools", "[" + " " * 64_000 + "]", "Ensure this value has at most 64000 characters"),
        ],
    )
    def test_bad_values_are_refused_in_words(self, name: str, value: str, sentence: str) -> None:
        filled = form(LARGE_3, **{name: value})
        assert not filled.is_valid()
        assert sentence in filled.errors[PREFIX + name][0]

    def test_structured_values(self) -> None:
        filled = form(
            DEVSTRAL,
            stop="END\n\n###",
            tool_choice="auto",
            tools='[{"type": "function", "function": {"name": "a"}}]',
            response_format='{"type": "json_object"}',
            structured_outputs="true",
        )
        assert filled.is_valid(), filled.errors
        assert filled.parameters() == {
            "stop": ["END", "###"],
            "tool_choice": "auto",
            "tools": [{"type": "function", "function": {"name": "a"}}],
            "response_format": {"type": "json_object"},
            "structured_outputs": True,
        }


@pytest.mark.usefixtures("seeded")
class TestForm:
    def test_models_are_bounded_and_known(self) -> None:
        assert "Choose at least one model." in str(form().errors["model"])
        assert "no model “openrouter/auto”" in str(form("openrouter/auto").errors["model"])

    def test_a_prompt_of_white_space_is_no_prompt(self) -> None:
        assert "Write a prompt first." in str(form(LARGE_3, text="  \n ").errors["text"])

    def test_the_prompt_keeps_its_spaces(self) -> None:
        filled = form(LARGE_3, text="  two\r\n\r\nlines ")
        assert filled.is_valid(), filled.errors
        assert filled.asked().text == "  two\n\nlines "

    def test_fields_that_nobody_offers_are_ignored(self) -> None:
        filled = form(LARGE_3, models="x", provider="y", n="5", stream="false")
        assert filled.is_valid(), filled.errors
        assert filled.parameters() == {}


@pytest.mark.usefixtures("seeded")
class TestBody:
    def body(self, model_id: str, **values: Any) -> tuple[dict[str, Any], list[str]]:
        offer = offers(model_id)[0]
        made = build(Wanted(offer.listing.upstream_id, [Message("user", "Hello")], values, offer.parameters()))
        return made.json, made.left_out

    def test_only_what_the_model_takes_is_sent(self) -> None:
        sent, left_out = self.body(LARGE_3, temperature=0.5, structured_outputs=True)
        assert sent == {
            "model": LARGE_3,
            "messages": [{"role": "user", "content": "Hello"}],
            "stream": True,
            "temperature": 0.5,
        }
        assert left_out == ["structured_outputs"]

    def test_a_deprecated_limit_travels_under_its_new_name(self) -> None:
        sent, left_out = self.body(LARGE_2411, max_tokens=64)
        assert sent["max_completion_tokens"] == 64
        assert "max_tokens" not in sent
        assert left_out == []

    def test_the_page_of_the_market_speaks_before_a_copy(self) -> None:
        """OpenRouter's own page of 2407 lists max_tokens as it is; only a third party's copy calls it deprecated."""
        sent, _ = self.body(LARGE_2407, max_tokens=64)
        assert sent["max_tokens"] == 64
