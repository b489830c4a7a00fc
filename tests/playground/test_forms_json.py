"""JSON that people type: where it is not JSON, where its form is wrong, and what of it is taken."""

from typing import Any

import pytest

from playground.forms import examples, shapes
from playground.forms.json_reading import MOST_DEPTH, BadJSON, read
from playground.forms.shapes import BadShape


class TestReading:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ('{"a": [1, -2.5, 1e3, true, null, "é\\n"]}', {"a": [1, -2.5, 1000.0, True, None, "é\n"]}),
            (" \n[ ]\t", []),
            ('"{[[["', "{[[["),
            ("[" * MOST_DEPTH + "]" * MOST_DEPTH, None),
        ],
    )
    def test_json_is_json(self, text: str, value: Any) -> None:
        parsed = read(text)
        assert parsed == value or value is None

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ('{"a": 1\n "b": 2}', "Line 2, column 2: a comma or a closing bracket is expected."),
            ("{\n  a: 1}", "Line 2, column 3: a name in double quotes is expected."),
            ('{"a" 1}', "Line 1, column 6: a colon is expected after the name."),
            ('{"a": }', "Line 1, column 7: a value is expected."),
            ("", "Line 1, column 1: a value is expected."),
            ("{'a': 1}", "Line 1, column 2: a name in double quotes is expected."),
            ('["a]', "Line 1, column 2: the text that begins here has no closing quote."),
            ('["a\nb"]', "Line 1, column 4: a line break or tab inside a text is written \\n or \\t."),
            ('["\\x"]', "this backslash begins nothing that JSON knows."),
            ("[1] 2", "Line 1, column 5: something follows after the end."),
            ("[NaN]", "NaN is not a number."),
            ("[-Infinity]", "-Infinity is not a number."),
            ("[1e999]", "The number 1e999 is out of all bounds."),
            (f"[{'9' * 5000}]", "is out of all bounds."),
            ('{"a": 1, "a": 2}', "The name “a” stands twice in one object."),
            ('["\\u0000"]', "holds the character NUL."),
            ('["\\ud800"]', "one half of a surrogate pair."),
            ("[" * 49 + "]" * 49, "Line 1, column 49: lists and objects lie inside each other 48 deep at most."),
            ('{"a":\n' * 60 + "1" + "}" * 60, "Line 49, column 1:"),
            ("[" * 60_000, "Line 1, column 49:"),
        ],
    )
    def test_a_mistake_has_its_line_and_column(self, text: str, sentence: str) -> None:
        with pytest.raises(BadJSON) as refused:
            read(text)
        assert sentence in str(refused.value)


def tool(**function: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": "get_wind"} | function}


class TestTools:
    @pytest.mark.parametrize(
        "tools",
        [
            [tool()],
            [tool(description="The wind.", parameters={"type": "object", "properties": {}}, strict=True)],
            [tool(parameters={}), tool(name="b-2_C")],
            read(examples.TOOLS),
        ],
    )
    def test_good_ones(self, tools: Any) -> None:
        shapes.check_tools(tools)

    @pytest.mark.parametrize(
        ("tools", "sentence"),
        [
            ({}, "tools: a list of at least one tool is expected."),
            ([], "tools: a list of at least one tool is expected."),
            ([tool()] * 129, "tools: up to 128 tools are possible; these are 129."),
            ([tool(), "x"], "tools[1]: an object is expected."),
            ([{"function": {"name": "a"}}], "tools[0].type: “function” is expected"),
            ([{"type": "web_search"}], "tools[0].type: “function” is expected"),
            ([{"type": "function"}], "tools[0].function: an object with a name is expected."),
            ([tool(name="")], "tools[0].function.name: the name is missing."),
            ([tool(name=None)], "tools[0].function.name: the name is missing."),
            ([tool(name="get wind")], "tools[0].function.name: up to 64 letters, digits, _ and - are expected."),
            ([tool(name="x" * 65)], "tools[0].function.name: up to 64 letters"),
            (
                [tool(), tool(name="b"), tool()],
                "tools[2].function.name: “get_wind” is the name of another tool already.",
            ),
            ([tool(description=5)], "tools[0].function.description: text is expected."),
            ([tool(parameters=None)], "tools[0].function.parameters: a JSON Schema, which is an object, is expected."),
            ([tool(parameters={"type": "array"})], "tools[0].function.parameters.type: the parameters of a tool"),
            (
                [tool(parameters={"type": "object", "properties": {"city": {"type": "strin"}}})],
                "tools[0].function.parameters.properties.city.type: 'strin' is not valid",
            ),
            ([tool(parameters={"required": "city"})], "tools[0].function.parameters.required: 'city' is not of type"),
            (
                [tool(parameters={"properties": {"a": {"anyOf": [{}, {"minimum": "0"}]}}})],
                "tools[0].function.parameters.properties.a.anyOf[1].minimum: '0' is not of type 'number'.",
            ),
        ],
    )
    def test_bad_ones_are_refused_with_their_path(self, tools: Any, sentence: str) -> None:
        with pytest.raises(BadShape) as refused:
            shapes.check_tools(tools)
        assert sentence in str(refused.value)
        assert len(str(refused.value)) < 400

    def test_a_reference_to_elsewhere_is_looked_up_nowhere(self) -> None:
        """Sockets to other machines are closed in tests; the schema is only read."""
        shapes.check_schema({"$ref": "https://example.com/schema.json"}, "schema")


class TestResponseFormat:
    @pytest.mark.parametrize("wanted", [{"type": "text"}, {"type": "json_object"}, read(examples.RESPONSE_FORMAT)])
    def test_good_ones(self, wanted: Any) -> None:
        shapes.check_response_format(wanted)

    @pytest.mark.parametrize(
        ("wanted", "sentence"),
        [
            ({}, "response_format.type: one of text, json_object, json_schema"),
            ({"type": "json"}, "response_format.type: one of text"),
            ({"type": ["text"]}, "response_format.type: one of text"),
            ({"type": "json"}, '; this is "json".'),
            ({"type": "grammar"}, "response_format.grammar: the grammar, as text, is missing."),
            ({"type": "json_schema"}, "response_format.json_schema: an object with name and schema is expected."),
            (
                {"type": "json_schema", "json_schema": {"name": "a", "schema": {}, "strict": "yes"}},
                "response_format.json_schema.strict: true or false is expected.",
            ),
            (
                {"type": "json_schema", "json_schema": {"name": "a", "schema": {}, "description": 5}},
                "response_format.json_schema.description: text is expected.",
            ),
            ({"type": "json_schema", "json_schema": {"schema": {}}}, "json_schema.name: the name is missing."),
            ({"type": "json_schema", "json_schema": {"name": "a"}}, "json_schema.schema: the schema is missing."),
            (
                {"type": "json_schema", "json_schema": {"name": "a", "schema": True}},
                "a JSON Schema, which is an object",
            ),
            (
                {"type": "json_schema", "json_schema": {"name": "a", "schema": {"properties": []}}},
                "response_format.json_schema.schema.properties: [] is not of type 'object'.",
            ),
        ],
    )
    def test_bad_ones(self, wanted: Any, sentence: str) -> None:
        with pytest.raises(BadShape) as refused:
            shapes.check_response_format(wanted)
        assert sentence in str(refused.value)


class TestReasoning:
    @pytest.mark.parametrize(
        "wanted",
        [
            {},
            {"effort": "none"},
            {"effort": "xhigh", "summary": "auto"},
            {"max_tokens": 1, "exclude": True},
            {"enabled": False},
        ],
    )
    def test_good_ones(self, wanted: Any) -> None:
        shapes.check_reasoning(wanted)

    @pytest.mark.parametrize(
        ("wanted", "sentence"),
        [
            (
                {"effort": "huge"},
                'reasoning.effort: one of none, minimal, low, medium, high, xhigh, max is expected; this is "huge".',
            ),
            ({"effort": ["low"]}, 'is expected; this is ["low"].'),
            ({"effort": None}, "is expected; this is null."),
            ({"summary": "long"}, 'reasoning.summary: one of auto, concise, detailed is expected; this is "long".'),
            ({"max_tokens": 0}, "reasoning.max_tokens: a whole number of 1 or more is expected; this is 0."),
            ({"max_tokens": True}, "is expected; this is true."),
            ({"max_tokens": 1.5}, "is expected; this is 1.5."),
            ({"exclude": "no"}, 'reasoning.exclude: true or false is expected; this is "no".'),
            ({"depth": 3}, "reasoning.depth: only effort, max_tokens, exclude, enabled and summary are possible."),
            ({"effort": "low", "max_tokens": 9}, "reasoning: either effort or max_tokens is possible, and not both."),
        ],
    )
    def test_bad_ones(self, wanted: Any, sentence: str) -> None:
        with pytest.raises(BadShape) as refused:
            shapes.check_reasoning(wanted)
        assert str(refused.value).endswith(sentence)


class TestLogitBias:
    @pytest.mark.parametrize("wanted", [{}, {"1234": -100, "0": 100, "7": 0.5}])
    def test_good_ones(self, wanted: Any) -> None:
        shapes.check_logit_bias(wanted)

    @pytest.mark.parametrize(
        ("wanted", "sentence"),
        [
            ({"the": 1}, "logit_bias: each name is the number of a token, such as “1234”; this is “the”."),
            ({"²": 1}, "this is “²”."),
            ({"1": 100.5}, "logit_bias.1: a number from -100 to 100 is expected; this is 100.5."),
            ({"1": -101}, "is expected; this is -101."),
            ({"1": True}, "is expected; this is true."),
            ({"1": "5"}, 'is expected; this is "5".'),
            ({"1": None}, "is expected; this is null."),
        ],
    )
    def test_bad_ones(self, wanted: Any, sentence: str) -> None:
        with pytest.raises(BadShape) as refused:
            shapes.check_logit_bias(wanted)
        assert str(refused.value).endswith(sentence)


class TestPrediction:
    @pytest.mark.parametrize("content", ["", "word for word", [{"type": "text", "text": "a"}]])
    def test_good_ones(self, content: Any) -> None:
        shapes.check_prediction({"type": "content", "content": content})

    @pytest.mark.parametrize(
        ("wanted", "sentence"),
        [
            ({}, "prediction.type: “content” is expected."),
            ({"type": "text"}, 'prediction.type: “content” is expected; this is "text".'),
            ({"type": "content"}, "prediction.content: the text that is expected, or a list of its parts, is missing."),
            ({"type": "content", "content": []}, "or a list of its parts, is missing."),
            (
                {"type": "content", "content": [{"type": "text", "text": "a"}, "b"]},
                'prediction.content[1]: {"type": "text", "text": "…"} is expected.',
            ),
        ],
    )
    def test_bad_ones(self, wanted: Any, sentence: str) -> None:
        with pytest.raises(BadShape) as refused:
            shapes.check_prediction(wanted)
        assert str(refused.value).endswith(sentence)


class TestToolChoice:
    NAMED = {"type": "function", "function": {"name": "get_wind"}}

    @pytest.mark.parametrize("choice", ["none", "auto", "required", NAMED])
    def test_good_ones(self, choice: Any) -> None:
        shapes.check_tool_choice(choice)
        shapes.check_choice_among(choice, [tool()])

    @pytest.mark.parametrize("choice", ["any", {}, {"type": "function"}, {"function": {"name": "a"}}, [], None])
    def test_bad_ones(self, choice: Any) -> None:
        with pytest.raises(BadShape, match=r"^tool_choice: none, auto, required"):
            shapes.check_tool_choice(choice)

    @pytest.mark.parametrize(
        ("choice", "tools", "sentence"),
        [
            ("required", None, "a tool is to be called, and no tools are given."),
            (NAMED, None, "a tool is to be called, and no tools are given."),
            (NAMED, [tool(name="a"), tool(name="b")], "no tool is called “get_wind”; there is a, b."),
        ],
    )
    def test_what_is_chosen_has_to_be_there(self, choice: Any, tools: Any, sentence: str) -> None:
        with pytest.raises(BadShape) as refused:
            shapes.check_choice_among(choice, tools)
        assert sentence in str(refused.value)

    def test_nothing_has_to_be_there_for_none(self) -> None:
        shapes.check_choice_among("none", None)
        shapes.check_choice_among(None, None)


class TestCalls:
    def test_good_ones(self) -> None:
        shapes.check_calls([])
        shapes.check_calls([{"id": "1", "name": "a", "arguments": "{not even JSON"}])

    @pytest.mark.parametrize(
        ("calls", "sentence"),
        [
            ({}, "calls: a list is expected."),
            ([{"id": "1", "name": "a"}], "calls[0]: an object with the texts id, name and arguments is expected."),
            ([{"id": "1", "name": "a", "arguments": {}}], "calls[0]: an object with the texts"),
            ([{"id": "", "name": "a", "arguments": ""}], "calls[0].id: each call has an id of its own."),
            ([{"id": "1", "name": "a", "arguments": ""}] * 2, "calls[1].id: each call has an id of its own."),
            ([{"id": "1", "name": "a b", "arguments": ""}], "calls[0].name: up to 64 letters"),
        ],
    )
    def test_bad_ones(self, calls: Any, sentence: str) -> None:
        with pytest.raises(BadShape) as refused:
            shapes.check_calls(calls)
        assert sentence in str(refused.value)


class TestExamples:
    def test_each_example_is_taken_by_its_field(self) -> None:
        checks = {
            "tools": shapes.check_tools,
            "tool_choice": shapes.check_tool_choice,
            "response_format": shapes.check_response_format,
            "reasoning": shapes.check_reasoning,
            "logit_bias": shapes.check_logit_bias,
            "prediction": shapes.check_prediction,
        }
        assert set(checks) == set(examples.WHOLE)
        for name, text in examples.WHOLE.items():
            checks[name](read(text))
        shapes.check_choice_among(read(examples.WHOLE["tool_choice"]), read(examples.WHOLE["tools"]))
