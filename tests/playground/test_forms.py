"""The whole form as an object: values of variables, single columns, how it is sent, and what of it a request has."""

from typing import Any

import pytest
from django.http import QueryDict

from playground.bodies import Routing
from playground.forms import PREFIX, PromptForm, filling, initial_parameters
from playground.offers import Offer
from playground.variables import BadRows, Rows
from tests.playground.builders import FOUR, offers

pytestmark = pytest.mark.django_db
LARGE, OLDER, OLDEST, DEVSTRAL = FOUR
NAMED = '{"type": "function", "function": {"name": "get_tide"}}'
WIND = '[{"type": "function", "function": {"name": "get_wind"}}]'
TIDE = '[{"type": "function", "function": {"name": "get_tide"}}]'


def form(*model_ids: str, offered: list[Offer] | None = None, **data: Any) -> PromptForm:
    posted = QueryDict(mutable=True)
    posted.setlist("model", list(model_ids or FOUR[:2]))
    posted.update({"text": "Hello", "key": "key"} | data)
    return PromptForm(offered or offers(), posted)


def only(offer: str, **values: str) -> dict[str, str]:
    return {f"only:{offer}:{name}": value for name, value in values.items()}


@pytest.mark.usefixtures("seeded")
class TestColumns:
    def test_what_replaces_what_in_which_column(self) -> None:
        filled = form(
            **{PREFIX + "temperature": "0.5", PREFIX + "max_tokens": "100", f"drop:{LARGE}:max_tokens": "on"},
            **only(OLDER, temperature="0", seed="7"),
        )
        assert filled.is_valid(), filled.errors
        asked = filled.asked()
        assert asked.overrides == {LARGE: {"max_tokens": None}, OLDER: {"temperature": 0.0, "seed": 7}}
        assert [asked.values_for(offer) for offer in asked.offers] == [
            {"temperature": 0.5},
            {"temperature": 0.0, "max_tokens": 100, "seed": 7},
        ]

    def test_one_model_has_no_column_of_its_own(self) -> None:
        filled = form(LARGE, **only(LARGE, temperature="0.1"))
        assert filled.is_valid(), filled.errors
        assert filled.asked().overrides == {}

    def test_what_another_column_says_is_nobodys(self) -> None:
        filled = form(**only(DEVSTRAL, temperature="0.1"))
        assert filled.is_valid(), filled.errors
        assert filled.asked().overrides == {}

    def test_a_range_is_that_of_the_column(self) -> None:
        filled = form(**only(OLDER, temperature="2.5"))
        assert not filled.is_valid()
        assert filled.errors == {
            f"only:{OLDER}:temperature": ["temperature: Mistral Large 2407 takes 2 or less; this is 2.5."]
        }
        assert filled.first_problem().startswith("Only for Mistral Large 2407: temperature: Mistral Large 2407 takes")

    def test_a_value_that_no_column_keeps_is_not_held_against_its_model(self) -> None:
        filled = form(**{PREFIX + "temperature": "2.5"}, **only(LARGE, temperature="1"), **only(OLDER, temperature="1"))
        assert filled.is_valid(), filled.errors
        left = form(**{PREFIX + "temperature": "2.5"}, **only(LARGE, temperature="1"))
        assert left.errors == {
            PREFIX + "temperature": ["temperature: Mistral Large 2407 takes 2 or less; this is 2.5."]
        }

    @pytest.mark.parametrize(
        ("name", "value", "sentence"),
        [
            ("seed", "x", "seed: a whole number from -9,223,372,036,854,775,807 to 9,223,372,036,854,775,807"),
            ("stop", "1\n2\n3\n4\n5", "stop: up to 4 sequences are possible; these are 5."),
            ("response_format", '{"type": "xml"}', "response_format.type: one of text, json_object, json_schema"),
            (
                "tool_choice",
                "any",
                "tool_choice: none, auto, required or an object in JSON is expected; this is “any”.",
            ),
        ],
    )
    def test_a_column_is_checked_as_all_are(self, name: str, value: str, sentence: str) -> None:
        for data in ({PREFIX + name: value}, only(OLDER, **{name: value})):
            filled = form(**data)
            assert not filled.is_valid()
            assert list(filled.errors) == list(data)
            assert str(next(iter(filled.errors.values()))[0]).startswith(sentence)

    def test_a_value_and_none_at_once_is_refused(self) -> None:
        filled = form(**only(OLDER, temperature="1"), **{f"drop:{OLDER}:temperature": "on"})
        assert "temperature: give it a value here, or do not send it here, but not both." in str(filled.errors)

    def test_a_chosen_tool_has_to_be_among_the_tools_of_its_column(self) -> None:
        good = form(**{PREFIX + "tools": WIND}, **only(OLDER, tools=TIDE, tool_choice=NAMED))
        assert good.is_valid(), good.errors
        bad = form(**{PREFIX + "tools": WIND}, **only(OLDER, tool_choice=NAMED))
        assert not bad.is_valid()
        assert list(bad.errors) == [f"only:{OLDER}:tool_choice"]
        assert "no tool is called “get_tide”; there is get_wind." in str(bad.errors)
        shared = form(**{PREFIX + "tool_choice": NAMED})
        assert list(shared.errors) == [PREFIX + "tool_choice"]


@pytest.mark.usefixtures("seeded")
class TestSending:
    def test_what_a_script_leaves_out_is_as_it_always_was(self) -> None:
        filled = form()
        assert filled.is_valid(), filled.errors
        asked = filled.asked()
        assert (asked.api, asked.streams, asked.repeats, asked.routing) == ("chat", True, 1, Routing())
        assert (asked.is_stored, asked.is_blind, asked.rows, asked.continues) == (True, False, Rows(), None)

    def test_each_switch(self) -> None:
        filled = form(
            api="responses",
            delivery="whole",
            repeats="10",
            blind="on",
            unstored="on",
            **{"route-require_parameters": "on", "route-deny_data_collection": "on"},
        )
        assert filled.is_valid(), filled.errors
        asked = filled.asked()
        assert (asked.api, asked.streams, asked.repeats) == ("responses", False, 10)
        assert (asked.is_stored, asked.is_blind) == (False, True)
        assert asked.routing == Routing(require_parameters=True, deny_data_collection=True)

    def test_without_a_router_its_switches_say_nothing(self) -> None:
        own = offers(LARGE, OLDER, upstream="mistral")
        filled = form(offered=own, **{"route-max_price": "on"})
        assert filled.is_valid(), filled.errors
        assert filled.asked().routing == Routing()
        assert filled.routes() == []


@pytest.mark.usefixtures("seeded")
class TestVariables:
    def test_one_value_each_is_one_row(self) -> None:
        filled = form(text="{{a}} and {{b}}", fill="values", **{"value-a": "1", "value-b": " {{a}} "})
        assert filled.is_valid(), filled.errors
        asked = filled.asked()
        assert asked.rows == Rows(("a", "b"), (("1", " {{a}} "),))
        assert asked.messages_for(asked.offers[0], 0)[0].content == "1 and  {{a}} "

    def test_names_stand_in_all_messages(self) -> None:
        filled = form(
            **{"role-0": "system", "content-0": "Be {{tone}}.", "role-1": "user", "content-1": "In {{city}}?"}
        )
        assert filled.variable_names == ["tone", "city"]

    @pytest.mark.parametrize(
        ("fill", "values", "text", "way"),
        [
            ("", {}, "", filling.NONE),
            ("", {"a": "1"}, "", filling.VALUES),
            ("", {"a": "1"}, "a\n1", filling.CSV),
            ("values", {}, "a\n1", filling.VALUES),
            ("none", {"a": "1"}, "", filling.NONE),
        ],
    )
    def test_the_way_is_what_was_said_or_what_was_given(
        self, fill: str, values: dict[str, str], text: str, way: str
    ) -> None:
        assert filling.way(fill, values, text) == way

    @pytest.mark.parametrize(
        ("names", "values", "sentence"),
        [
            (["a", "b"], {"a": "1"}, "{{b}} has no value yet."),
            (["a"], {"a": "x" * 20_001}, "The value of {{a}} is text of up to 20,000 characters."),
            (["a"], {"a": "x\0"}, "The value of {{a}} is text of up to"),
            ([f"v{n}" for n in range(21)], {}, "Up to 20 variables are possible; these messages name 21."),
        ],
    )
    def test_what_is_missing_is_named(self, names: list[str], values: dict[str, str], sentence: str) -> None:
        with pytest.raises(BadRows) as refused:
            filling.rows(names, filling.VALUES, values, "")
        assert sentence in str(refused.value)

    def test_rows_by_models_by_repeats_are_counted(self) -> None:
        filled = form(*FOUR[:3], text="{{a}}", rows="a\n" + "x\n" * 20, repeats="2")
        assert filled.is_valid(), filled.errors
        assert filled.run_count() == 120
        assert filled.runs_in_words() == "This makes 120 runs: 20 rows by 3 models by 2 times."
        assert form(*FOUR[:3]).is_valid()
        plain = form(*FOUR[:3])
        assert plain.is_valid()
        assert plain.runs_in_words() == ""


@pytest.mark.usefixtures("seeded")
class TestModels:
    def test_up_to_six(self) -> None:
        from catalog.models import Listing
        from playground.offers import of

        every = of(Listing.objects.for_playground())
        keys = [offer.key for offer in every[:7]]
        assert form(*keys[:6], offered=every).is_valid()
        assert "Choose up to 6 models; these are 7." in str(form(*keys, offered=every).errors["model"])

    def test_the_first_values_bound_the_answer(self) -> None:
        assert initial_parameters() == {PREFIX + "max_tokens": 1024}

    def test_what_was_sent_is_typed_again(self) -> None:
        sent = {"stop": ["END", "###"], "logprobs": False, "tools": [{"a": "é"}], "structured_outputs": True, "seed": 0}
        assert initial_parameters(sent, {LARGE: {"seed": None, "logprobs": True}}) == {
            PREFIX + "stop": "END\n###",
            PREFIX + "logprobs": "false",
            PREFIX + "tools": '[\n  {\n    "a": "é"\n  }\n]',
            PREFIX + "structured_outputs": True,
            PREFIX + "seed": 0,
            f"drop:{LARGE}:seed": True,
            f"only:{LARGE}:logprobs": "true",
        }
