"""A prompt as a request again."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from playground import history, opening
from playground.bodies import Routing
from playground.messages import Answered, Message
from playground.models import Prompt
from playground.variables import Rows
from tests.playground.builders import FOUR, asked, offers
from tests.playground.looking_back import answered, make_four

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _models(db: None) -> None:
    make_four()


class TestAskedAgain:
    def again(self, prompt: Prompt, *left: str) -> opening.Asked:
        return history.asked_again(Prompt.objects.for_board().get(pk=prompt.pk), offers(*left) if left else offers())

    def test_it_is_the_same_request_under_a_fresh_key(self, owner: Any) -> None:
        before = answered(owner, key="before")
        request = replace(
            asked(*FOUR[:2], text="{{x}}?", system="Brief.", temperature=Decimal("0.5")),
            overrides={FOUR[1]: {"temperature": None}},
            rows=Rows(("x",), (("1",), ("2",))),
            repeats=2,
            streams=False,
            routing=Routing(max_price=True),
            is_stored=True,
            is_blind=True,
            continues=before,
        )
        request = replace(request, parameters={"max_tokens": 50, "stop": ["\n"]})
        prompt, _ = opening.open_prompt(owner, request)
        again = self.again(prompt)
        assert again == replace(request, key=again.key, offers=again.offers)
        assert [offer.key for offer in again.offers] == FOUR[:2]
        assert again.key != request.key
        new, is_new = opening.open_prompt(owner, again)
        assert is_new
        assert [run.request for run in new.runs.all()] == [run.request for run in prompt.runs.all()]

    def test_each_columns_own_earlier_answer_goes_along(self, owner: Any) -> None:
        request = asked(*FOUR[:2])
        told = Message("assistant", by={FOUR[0]: Answered("one"), FOUR[1]: Answered("two")})
        messages = [Message("user", "Hello"), told, Message("user", "More")]
        prompt, _ = opening.open_prompt(owner, replace(request, messages=messages))
        assert self.again(prompt).messages == messages

    def test_what_is_gone_is_left_out_and_named(self, owner: Any) -> None:
        prompt, _ = opening.open_prompt(
            owner, replace(asked(*FOUR[:2]), overrides={FOUR[0]: {"max_tokens": 5}, FOUR[1]: {"max_tokens": 6}})
        )
        again = self.again(prompt, FOUR[1], FOUR[2])
        assert [offer.key for offer in again.offers] == [FOUR[1]]
        assert again.overrides == {FOUR[1]: {"max_tokens": 6}}
        assert history.gone(prompt, offers(FOUR[1])) == [prompt.runs.all()[0].model_name]
        with pytest.raises(history.CannotAskAgain, match="None of the models"):
            self.again(prompt, FOUR[2])

    def test_an_api_that_a_model_does_not_answer_any_more(self, owner: Any) -> None:
        prompt = answered(owner, FOUR[0], key="key", api=Prompt.API.RESPONSES)
        (offer,) = offers(FOUR[0])
        offer.listing.has_responses = True
        assert history.gone(prompt, [offer]) == []
        offer.listing.has_responses = False
        assert len(history.gone(prompt, [offer])) == 1

    def test_without_texts_there_is_nothing_to_send(self, owner: Any) -> None:
        prompt = answered(owner, key="key", is_stored=False)
        with pytest.raises(history.CannotAskAgain, match="were not kept"):
            self.again(prompt)

    def test_one_form_sends_each_prompt_once(self, owner: Any) -> None:
        one, two = answered(owner, key="one"), answered(owner, key="two")
        assert history.key_for("form", one) == history.key_for("form", one)
        assert len({history.key_for("form", one), history.key_for("form", two), history.key_for("else", one)}) == 3
        assert len(history.key_for("form", one)) <= 64
