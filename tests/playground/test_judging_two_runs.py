"""Two answers beside each other: how they are chosen, what the page says, and that nothing in them is markup."""

import re
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from playground.models import Prompt, Run
from playground.two_runs import TwoRuns, lines
from playground.variables import Rows
from playground.words import Kind, Piece
from tests.playground.builders import FOUR, asked
from tests.playground.finished import finished

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]


@pytest.fixture
def prompt(owner: Any) -> Prompt:
    return finished(
        owner, asked(*FOUR[:2]), "The wind blows.\n<b>Cold</b> & wet.", "The wind blew.\n<b>Cold</b> & dry."
    )


def compared(client: Client, left: Any, right: Any, **more: str) -> Any:
    return client.get("/playground/difference", {"left": str(left), "right": str(right), **more})


def side(html: str, name: str) -> str:
    """What a person reads on one side, with marks for what the other side lacks."""
    found = "".join(re.findall(rf'<div class="{name}" hx-disable>(.*?)</div>', html, re.DOTALL))
    return re.sub(r"</?span>", "", found)


class TestPage:
    def test_both_sides_and_what_differs(self, signed_in: Client, prompt: Prompt) -> None:
        left, right = prompt.runs.all()
        html = compared(signed_in, left.pk, right.pk).content.decode()
        assert side(html, "left") == "The wind <del>blows</del>.\n&lt;b&gt;Cold&lt;/b&gt; &amp; <del>wet</del>."
        assert side(html, "right") == "The wind <ins>blew</ins>.\n&lt;b&gt;Cold&lt;/b&gt; &amp; <ins>dry</ins>."
        assert "<strong>5 words the same, 2 only left, 2 only right</strong>" in html
        assert "Mistral Large 3 2512" in html
        assert right.model_name in html
        assert "<b>Cold" not in html

    def test_on_a_narrow_page_they_are_one_text(self, signed_in: Client, prompt: Prompt) -> None:
        html = compared(signed_in, *(run.pk for run in prompt.runs.all())).content.decode()
        assert "The wind <del>blows</del><ins>blew</ins>.\n" in side(html, "both")

    def test_the_same_text_is_said_to_be_the_same(self, signed_in: Client, owner: Any) -> None:
        prompt = finished(owner, asked(*FOUR[:2]), "The same.")
        html = compared(signed_in, *(run.pk for run in prompt.runs.all())).content.decode()
        assert "Both texts are the same to the letter." in html

    @pytest.mark.parametrize(
        ("left", "right", "sentence"),
        [
            ("a b", "a  b.", "Only white space and signs differ."),
            ("", "said", "There is no text of Mistral Large 3 2512 to compare."),
            ("a " * 20_001, "a", "Only the first 20,000 words and signs of each text are compared."),
            ("a b " * 5_000, "c d " * 5_000, "they stand as changed in whole"),
        ],
    )
    def test_what_the_figures_do_not_say(self, owner: Any, left: str, right: str, sentence: str) -> None:
        prompt = finished(owner, asked(*FOUR[:2]), left, right)
        assert any(sentence in remark for remark in TwoRuns(*prompt.runs.all()).remarks)

    def test_tool_calls_are_compared_where_there_is_no_text(self, signed_in: Client, owner: Any) -> None:
        calls = [{"id": "c", "name": "look_up", "arguments": '{"q": 1}'}]
        prompt = finished(owner, asked(*FOUR[:2]), "", tool_calls=calls)
        html = compared(signed_in, *(run.pk for run in prompt.runs.all())).content.decode()
        assert "look_up" in side(html, "left")

    def test_a_row_is_named_where_there_are_several(self, owner: Any) -> None:
        one = replace(asked(*FOUR[:2], text="{{wind}}?", key="one"), rows=Rows(("wind",), (("west",),)))
        two = replace(one, key="two", rows=Rows(("wind",), (("west",), ("east",))))
        for request, is_named in ((one, False), (two, True)):
            runs = list(finished(owner, request, "one", "two").runs.all())
            assert ("row 1" in TwoRuns(*runs[:2]).left.place) is is_named

    def test_hidden_names_stay_hidden(self, signed_in: Client, owner: Any) -> None:
        prompt = finished(owner, replace(asked(*FOUR[:2]), is_blind=True), "one", "two")
        html = compared(signed_in, *(run.pk for run in prompt.runs.all())).content.decode()
        assert "Answer A" in html
        assert "istral" not in html

    def test_lines_that_both_have_stand_side_by_side(self) -> None:
        pieces = (Piece(Kind.SAME, "a\n\nb"), Piece(Kind.LEFT, "\nc"), Piece(Kind.RIGHT, "d"), Piece(Kind.SAME, "\ne"))
        found = [
            ("".join(each.text for each in line.left), "".join(each.text for each in line.right))
            for line in lines(pieces)
        ]
        assert found == [("a\n", "a\n"), ("\n", "\n"), ("b\nc\n", "bd\n"), ("e", "e")]


class TestChoosing:
    @pytest.mark.parametrize(
        "written", ["{id}", " {hex} ", "/playground/{prompt}/runs/{id}/", "http://h/{prompt}/{id}?a=b#c"]
    )
    def test_by_id_or_by_address(self, signed_in: Client, prompt: Prompt, written: str) -> None:
        left, right = prompt.runs.all()
        chosen = written.format(id=str(right.pk).upper(), hex=right.pk.hex, prompt=prompt.pk)
        assert "2 only right" in compared(signed_in, left.pk, chosen).content.decode()

    def test_a_pasted_address_takes_the_place_of_the_right_one(
        self, signed_in: Client, owner: Any, prompt: Prompt
    ) -> None:
        other = finished(owner, asked(FOUR[3], key="other"), "Something else.").runs.get()
        left, right = prompt.runs.all()
        html = compared(signed_in, left.pk, right.pk, other=f"/playground/x/runs/{other.pk}/").content.decode()
        assert "<ins>Something else" in html

    def test_nothing_chosen_yet(self, signed_in: Client) -> None:
        response = signed_in.get("/playground/difference")
        assert response.status_code == 200
        assert "Which two" in response.content.decode()

    def test_with_one_of_them_the_others_of_its_board_are_offered(self, signed_in: Client, owner: Any) -> None:
        wanted = replace(asked(*FOUR[:2], text="{{a}}"), rows=Rows(("a",), (("1",), ("2",))))
        prompt = finished(owner, wanted)
        runs = list(prompt.runs.all())
        html = compared(signed_in, runs[2].pk, "").content.decode()
        offered = re.findall(r"right=([0-9a-f-]+)", html)
        assert offered == [str(runs[number].pk) for number in (3, 0, 1)]  # those of its own row first
        assert f"{runs[3].model_name}, row 2" in html

    @pytest.mark.parametrize("chosen", ["nonsense", "/playground/", "<script>"])
    def test_what_is_no_address_is_told(self, signed_in: Client, prompt: Prompt, chosen: str) -> None:
        response = compared(signed_in, prompt.runs.first().pk, chosen)
        assert response.status_code == 404
        assert "Paste the address of a run, or its id." in response.content.decode()
        assert "<script>" not in response.content.decode()

    def test_only_ones_own_runs_exist(self, signed_in: Client, prompt: Prompt, stranger: Any) -> None:
        theirs = finished(stranger, asked(FOUR[0]), "A secret.").runs.get()
        for chosen in (theirs.pk, uuid4()):
            response = compared(signed_in, prompt.runs.first().pk, chosen)
            assert response.status_code == 404
            assert "No run of yours has this id." in response.content.decode()
            assert "A secret." not in response.content.decode()

    def test_a_very_long_address_is_told(self, signed_in: Client) -> None:
        response = compared(signed_in, "x" * 501, "y")
        assert response.status_code == 400
        assert "up to 500 characters" in response.content.decode()

    def test_the_board_offers_its_runs(self, signed_in: Client, prompt: Prompt) -> None:
        html = signed_in.get(f"/playground/{prompt.pk}/").content.decode()
        first, second = prompt.runs.all()
        options = re.findall(r'<option value="([0-9a-f-]{36})"( selected)?>([^<]+)</option>', html)
        both = [(str(first.pk), first.model_name), (str(second.pk), second.model_name)]
        assert [(value, name) for value, _, name in options] == both * 2
        assert [bool(selected) for _, selected, _ in options] == [False, False, False, True]

    def test_of_a_large_matrix_addresses_are_asked_for(self, signed_in: Client, owner: Any) -> None:
        prompt = finished(owner, replace(asked(*FOUR[:1]), repeats=61))
        html = signed_in.get(f"/playground/{prompt.pk}/").content.decode()
        assert "Address of one answer" in html
        assert str(Run.objects.first().pk) not in re.findall(r'<option value="([^"]+)"', html)
