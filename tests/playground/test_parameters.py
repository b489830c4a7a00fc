"""The parameter form follows each chosen model's own table, and so does the body that is sent."""

import re
from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict

from catalog.models import Listing, Parameter
from playground.bodies import Wanted, build
from playground.forms import PREFIX, PromptForm
from playground.forms.fields import field_for
from playground.messages import Message
from playground.offers import Offer, of
from playground.opening import plan
from playground.parameters import Choice, choices_for, told_values
from tests.playground.builders import FOUR, offers

pytestmark = pytest.mark.django_db
LARGE_3, LARGE_2407, LARGE_2411, DEVSTRAL = FOUR
MEDIUM = "mistralai/mistral-medium-3-5"


def form(
    *model_ids: str,
    text: str = "Hello",
    offered: list[Offer] | None = None,
    only: tuple[Offer, str, str] | None = None,
    **parameters: Any,
) -> PromptForm:
    data = QueryDict(mutable=True)
    data.setlist("model", list(model_ids))
    data.update({"text": text, "key": "key", **{PREFIX + name: value for name, value in parameters.items()}})
    if only is not None:
        offer, name, value = only
        data[f"only:{offer.key}:{name}"] = value
    return PromptForm(offered or offers(), data)


def every_offer() -> list[Offer]:
    return of(Listing.objects.for_playground())


def taking(name: str) -> Offer:
    """The first model that takes a parameter, one that bounds it by words before one that does not."""
    found = [offer for offer in every_offer() if name in offer.parameters()]
    return max(found, key=lambda offer: bool(told_values(offer.parameters()[name].description)))


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
        assert effort.problem("low") == "reasoning_effort: Mistral Medium 3.5 takes high, none; this is low."
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
            ("temperature", "warm", "temperature: a number is expected; this is “warm”."),
            ("temperature", "1,5", "temperature: a number is expected; this is “1,5”."),
            ("temperature", "nan", "temperature: a number is expected; this is “nan”."),
            ("max_tokens", "0", "max_tokens: a whole number from 1 to 1,000,000,000 is expected; this is “0”."),
            ("max_tokens", "many", "max_tokens: a whole number from 1 to 1,000,000,000 is expected; this is “many”."),
            ("seed", "1.5", "seed: a whole number from -9,223,372,036,854,775,807 to"),
            ("stop", "a\nb\nc\nd\ne", "stop: up to 4 sequences are possible; these are 5."),
            ("stop", "x" * 2_001, "stop: up to 2,000 characters are possible; these are 2001."),
            ("stop", "a\0", "stop: the text holds the character NUL, which no text has."),
            ("tools", "[\n{]", "This is not JSON. Line 2, column 2: a name in double quotes is expected."),
            ("tools", "{}", "tools: a list in JSON is expected; this is an object. An example: [{"),
            ("tools", '[{"type": "function"}]', "tools[0].function: an object with a name is expected."),
            ("tool_choice", "sometimes", "tool_choice: none, auto, required or an object in JSON is expected; this is"),
            ("tool_choice", "{", "tool_choice: This is not JSON."),
            ("tool_choice", "[]", "tool_choice: an object in JSON is expected; this is a list."),
            ("tool_choice", "required", "a tool is to be called, and no tools are given."),
            ("response_format", "[]", "response_format: an object in JSON is expected; this is a list."),
            ("response_format", "null", "response_format: an object in JSON is expected; this is null."),
            (
                "response_format",
                '{"type": "json_schema"}',
                "response_format.json_schema: an object with name and schema",
            ),
            ("tools", "[" + " " * 64_000 + "]", "tools: up to 64,000 characters are possible; these are 64002."),
        ],
    )
    def test_bad_values_are_refused_in_words(self, name: str, value: str, sentence: str) -> None:
        filled = form(LARGE_3, **{name: value})
        assert not filled.is_valid()
        assert sentence in filled.errors[PREFIX + name][0]

    @pytest.mark.parametrize(
        ("name", "value", "sentence"),
        [
            ("top_k", "-1", "top_k: {model} takes 0 or more; this is -1."),
            ("top_k", "2.5", "top_k: a whole number"),
            ("min_p", "1.5", "min_p: {model} takes 1 or less; this is 1.5."),
            ("repetition_penalty", "-0.5", "repetition_penalty: {model} takes 0 or more; this is -0.5."),
            ("repetition_penalty", "2.5", "repetition_penalty: {model} takes 2 or less; this is 2.5."),
            ("top_logprobs", "21", "top_logprobs: {model} takes 20 or less; this is 21."),
            ("logprobs", "maybe", "logprobs: true or false is expected; this is “maybe”."),
            ("include_reasoning", "1", "include_reasoning: true or false is expected; this is “1”."),
            ("reasoning_effort", "lots", "reasoning_effort: high or none is expected; this is “lots”."),
            (
                "reasoning",
                '{"effort": "huge"}',
                "reasoning.effort: one of none, minimal, low, medium, high, xhigh, max",
            ),
            ("reasoning", "high", "reasoning: This is not JSON. Line 1, column 1: a value is expected."),
            (
                "logit_bias",
                '{"the": 5}',
                "logit_bias: each name is the number of a token, such as “1234”; this is “the”.",
            ),
            ("logit_bias", "[1]", "logit_bias: an object in JSON is expected; this is a list."),
            ("prediction", '{"type": "text"}', "prediction.type: “content” is expected; this is"),
        ],
    )
    def test_what_the_apis_description_bounds(self, name: str, value: str, sentence: str) -> None:
        offer = taking(name)
        filled = form(offer.key, offered=every_offer(), **{name: value})
        assert not filled.is_valid()
        assert filled.errors[PREFIX + name][0].startswith(sentence.format(model=offer.name))

    def test_a_limit_beyond_what_a_model_can_write_is_refused(self) -> None:
        (large,) = offered = offers(LARGE_3)
        large.listing.max_completion_tokens = 32_000
        filled = form(LARGE_3, offered=offered, max_tokens="32001")
        assert (
            filled.first_problem() == "max_tokens: Mistral Large 3 2512 can write up to 32,000 tokens; this is 32,001."
        )
        assert form(LARGE_3, offered=offered, max_tokens="32000").is_valid()

    def test_where_no_longest_answer_is_known_the_context_is_the_limit(self) -> None:
        (large,) = offered = offers(LARGE_3)
        large.listing.max_completion_tokens, large.listing.context_length = None, 262_144
        filled = form(LARGE_3, offered=offered, max_tokens="99999999")
        assert filled.first_problem() == (
            "max_tokens: Mistral Large 3 2512 has room for 262,144 tokens, prompt and answer together; this is 99,999,999."
        )
        assert form(LARGE_3, offered=offered, max_tokens="262144").is_valid()

    def test_a_single_column_has_the_same_limit(self) -> None:
        large, devstral = offered = offers(LARGE_3, DEVSTRAL)
        large.listing.max_completion_tokens, devstral.listing.max_completion_tokens = 64_000, 32_000
        both = [LARGE_3, DEVSTRAL]
        filled = form(*both, offered=offered, max_tokens="100", only=(devstral, "max_tokens", "50000"))
        sentence = "max_tokens: Devstral 2 2512 can write up to 32,000 tokens; this is 50,000."
        assert filled.first_problem() == f"Only for Devstral 2 2512: {sentence}"
        # What is for all is not held against a column that has its own.
        assert form(*both, offered=offered, max_tokens="50000", only=(devstral, "max_tokens", "100")).is_valid()
        assert form(*both, offered=offered, max_tokens="50000").first_problem() == sentence

    def test_a_server_of_ones_own_is_held_to_its_own_limit_only(self) -> None:
        (large,) = offers(LARGE_3)
        own = replace(large, upstream="compatible")
        own.listing.max_completion_tokens = own.listing.context_length = None
        own.listing.model.context_length = 262_144
        assert form(LARGE_3, offered=[own], max_tokens="99999999").is_valid()
        own.listing.context_length = 8_192
        assert "has room for 8,192 tokens" in form(LARGE_3, offered=[own], max_tokens="8193").first_problem()

    def test_a_column_with_only_the_newer_limit_is_held_to_its_own_value(self) -> None:
        _, devstral = offers(LARGE_3, DEVSTRAL)
        table = devstral.listing.parameters.filter(name="max_tokens")
        table.update(name="max_completion_tokens")
        offered = offers(LARGE_3, DEVSTRAL)
        filled = form(LARGE_3, DEVSTRAL, offered=offered, max_tokens="100", only=(offered[1], "max_tokens", "5000"))
        assert filled.is_valid(), filled.errors
        assert "max_tokens" not in [choice.name for choice in filled.choices if "Devstral 2 2512" in choice.missing]
        planned = plan(filled.asked())
        assert [each.output_tokens for each in planned] == [100, 5000]
        assert planned[1].body["max_completion_tokens"] == 5000

    def test_no_control_swallows_what_it_cannot_read(self) -> None:
        """A number control sends an empty field for “1,5”, as if nothing had been written."""
        page = str(form(LARGE_3, LARGE_2407))
        assert 'name="parameter-temperature"' in page
        assert 'name="repeats"' in page
        assert 'type="number"' not in page

    def test_a_server_of_ones_own_is_bounded_by_its_table_only(self) -> None:
        (offer,) = [each for each in every_offer() if each.key == taking("top_k").key]
        own = Choice("top_k", {replace(offer, upstream="compatible"): offer.parameters()["top_k"]})
        assert (own.problem(-1), own.ranges()) == ("", "")
        market = Choice("top_k", {offer: offer.parameters()["top_k"]})
        assert (market.problem(0), market.ranges()) == ("", "0 or more")
        assert market.problem(-1).endswith("takes 0 or more; this is -1.")

    def test_an_effort_that_no_table_lists_is_one_of_the_apis_words(self) -> None:
        row = Parameter(name="reasoning_effort", kind="string", description="The effort of reasoning.")
        choice = Choice("reasoning_effort", {offers(LARGE_3)[0]: row})
        assert choice.values() == ["none", "minimal", "low", "medium", "high", "xhigh", "max"]
        field = field_for(choice)
        assert (field.clean("low"), field.clean("")) == ("low", None)
        with pytest.raises(
            ValidationError, match=r"reasoning_effort: none, minimal, .* or max is expected; this is “lo”"
        ):
            field.clean("lo")

    @pytest.mark.parametrize("kind", ["one of", "string or object"])
    def test_what_is_a_word_or_an_object_takes_both(self, kind: str) -> None:
        field = field_for(Choice("mode", {offers(LARGE_3)[0]: Parameter(name="mode", kind=kind)}))
        assert [field.clean(text) for text in ("fast", '"fast"', '{"a": 1}', "")] == ["fast", "fast", {"a": 1}, None]
        for text in ("[1]", '{"a"'):
            with pytest.raises(ValidationError, match=r"^\['mode: "):
                field.clean(text)

    @pytest.mark.parametrize("nonsense", ["\0", "x" * 64_001, "many", "[]", '{"a": {}}', "-1e999", "9" * 5_000])
    def test_every_sentence_is_our_own_and_names_its_parameter(self, nonsense: str) -> None:
        """Of every parameter that a table of the seeds names, for all columns and for one."""
        every = every_offer()
        names = [choice.name for choice in choices_for(every)]
        assert {"reasoning", "logit_bias", "prediction", "top_k", "top_logprobs", "include_reasoning"} <= set(names)
        refused = set()
        for name in names:
            offer = taking(name)
            other = next(each for each in every if each != offer)
            filled = form(offer.key, other.key, offered=every, only=(offer, name, nonsense), **{name: nonsense})
            for field, sentences in filled.errors.items():
                assert field in {PREFIX + name, f"only:{offer.key}:{name}"}
                refused.add(name)
                for sentence in sentences:
                    assert sentence.startswith(name), sentence
                    assert not re.search("Ensure this|Enter a|Select a|This field|Null characters", sentence), sentence
                    assert len(sentence) < 300
        assert len(refused) >= len(names) - 3, (
            "a switch takes everything, and some nonsense is a stop sequence or a tool"
        )

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
