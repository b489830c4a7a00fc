"""What the options of `manage.py prompt` mean, what it prints where, and its exit codes: in this process, nothing is sent."""

import io
import re
from collections.abc import Collection
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from catalog.models import Parameter
from playground.forms import PromptForm
from playground.forms.parameters import initial_parameters
from playground.models import House, Image, Prompt, Run, State
from playground.opening import Asked, plan
from playground.terminal.asking import BadInput, form_of, text_of
from playground.terminal.options import EXIT_CODES, exit_code
from playground.terminal.screen import Screen, closing
from tests.live import ROOT
from tests.playground import pictures
from tests.playground.boards import ended, many, opened
from tests.playground.builders import FOUR, budget, offers

pytestmark = [pytest.mark.django_db]
OPTIONS: dict[str, Any] = {
    "model": FOUR[:1],
    "system": "",
    "param": [],
    "var": [],
    "rows": None,
    "image": [],
    "repeat": 1,
    "api": "chat",
    "no_stream": False,
    "no_store": False,
    "guard": [],
}


def form(user: Any, text: str = "Which wind?", **changes: Any) -> PromptForm:
    return form_of(OPTIONS | changes, text, offers(upstream="openrouter"), user)


def asked(user: Any, text: str = "Which wind?", **changes: Any) -> Asked:
    return form(user, text, **changes).asked()


@pytest.mark.usefixtures("seeded")
class TestOptions:
    def test_a_prompt_alone(self, owner: Any) -> None:
        found = asked(owner)
        assert [(message.role, message.content) for message in found.messages] == [("user", "Which wind?")]
        # the limit of the page's form
        assert (found.parameters, found.api, found.streams, found.repeats) == ({"max_tokens": 1024}, "chat", True, 1)
        assert (found.is_stored, found.is_blind, found.routing.to_json()) == (True, False, {})

    def test_everything_at_once(self, owner: Any, tmp_path: Path) -> None:
        (tmp_path / "tools.json").write_text('[{"type": "function", "function": {"name": "wind", "parameters": {}}}]')
        (tmp_path / "system.txt").write_text("Be brief.\n")
        found = asked(
            owner,
            "Which wind blows in {{place}}?",
            model=[FOUR[0], FOUR[3]],
            system=f"@{tmp_path}/system.txt",
            param=["temperature=0.5", f"tools=@{tmp_path}/tools.json", "stop=.", "max_tokens=50"],
            var=["place=Marseille = Massalia"],
            repeat=2,
            api="responses",
            no_stream=True,
            no_store=True,
            guard=["max_price", "no_fallbacks"],
        )
        assert [message.content for message in found.messages] == ["Be brief.\n", "Which wind blows in {{place}}?"]
        assert found.parameters["temperature"] == 0.5
        assert found.parameters["tools"][0]["function"]["name"] == "wind"
        assert (found.parameters["stop"], found.parameters["max_tokens"]) == (["."], 50)
        assert found.rows.values(0) == {"place": "Marseille = Massalia"}
        assert (found.api, found.streams, found.repeats, found.is_stored) == ("responses", False, 2, False)
        assert (found.routing.max_price, found.routing.no_fallbacks, found.routing.require_parameters) == (
            True,
            True,
            False,
        )
        plans = plan(found)
        assert len(plans) == 4
        assert "Massalia" in str(plans[0].body["input"])
        assert "stream" not in plans[0].body or not plans[0].body["stream"]

    def test_rows_of_values(self, owner: Any, tmp_path: Path) -> None:
        (tmp_path / "rows.csv").write_text("\ufeffplace;unused\nBora Bora;1\nTrieste;2\n")
        found = asked(owner, "{{place}}", rows=str(tmp_path / "rows.csv"))
        assert [row[0] for row in found.rows.rows] == ["Bora Bora", "Trieste"]

    def test_braces_without_values_are_sent_as_they_are(self, owner: Any) -> None:
        assert plan(asked(owner, "What is {{this}}?"))[0].body["messages"][0]["content"] == "What is {{this}}?"

    def test_an_image(self, owner: Any, tmp_path: Path) -> None:
        offered = offers(*_reading_images(), upstream="openrouter")[:1]
        (tmp_path / "a.png").write_bytes(pictures.png(3, 2))
        found = form_of(
            OPTIONS | {"model": [offered[0].key], "image": [str(tmp_path / "a.png")]}, "What is this?", offered, owner
        )
        (image,) = Image.objects.all()
        assert (image.width, image.height, image.user) == (3, 2, owner)
        assert found.asked().messages[-1].images == (image.pk,)

    def test_both_names_of_the_output_limit(self, owner: Any) -> None:
        assert asked(owner, param=["max_completion_tokens=70"]).parameters == {"max_tokens": 70}

    def test_without_a_limit_it_holds_what_the_page_holds(self, owner: Any) -> None:
        assert initial_parameters() == {"parameter-max_tokens": 1024}
        (plain,), (limited,) = plan(asked(owner)), plan(asked(owner, param=["max_tokens=1024"]))
        assert (plain.output_tokens, plain.worst) == (1024, limited.worst)
        assert plain.body["max_tokens"] == 1024

    @pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
    def test_a_limit_of_nothing_is_sent_to_nobody(self, owner: Any, name: str) -> None:
        found = asked(owner, param=[f"{name}="])
        assert found.parameters == {}
        assert plan(found)[0].output_tokens == 262_144  # all that the model may give

    def test_a_model_that_gives_less_than_the_preset_keeps_its_own_limit(self, owner: Any) -> None:
        Parameter.objects.filter(listing__model__slug="mistral-large-2512", name="max_tokens").update(maximum="512")
        assert asked(owner).parameters == {}

    def test_stops_as_a_list(self, owner: Any) -> None:
        assert asked(owner, param=['stop=["END", "["]']).parameters["stop"] == ["END", "["]

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"param": ["tools=@/nowhere/tools.json"]}, "The file /nowhere/tools.json cannot be read: No such file"),
            ({"param": ["tools=[1,]"]}, "tools: This is not JSON. Line 1, column"),
            ({"param": ["=1"]}, "“=1” is not of the form name=value."),
            ({"param": ["stop=[1]"]}, "stop: write one sequence, or a JSON list of texts."),
            ({"param": ["temperature=\udcff"]}, "is not valid UTF-8 text."),
            ({"var": ["place=here"]}, "No message has {{place}} in it, so its value goes nowhere."),
            ({"rows": "/nowhere/rows.csv"}, "The file /nowhere/rows.csv cannot be read"),
            ({"param": ["temperature=7"]}, "temperature: Mistral Large 3 2512 takes 2 or less; this is 7."),
            ({"repeat": 0}, "Each model is asked at least once."),
            ({"repeat": 11}, "Each model is asked up to 10 times."),
            ({"model": [FOUR[0], "a/b@mistral"]}, "There is no model “a/b@mistral” to send a prompt to."),
            ({"image": ["/nowhere/a.png"]}, "The file /nowhere/a.png cannot be read"),
            ({"image": [str(ROOT / "manage.py")]}, "“manage.py” is not a PNG, JPEG, GIF or WebP image."),
            ({"system": "@" + str(ROOT)}, "cannot be read: Is a directory."),
        ],
    )
    def test_bad_input_in_a_sentence(self, owner: Any, changes: dict[str, Any], sentence: str) -> None:
        with pytest.raises(BadInput) as error:
            form(owner, **changes)
        assert sentence in str(error.value)

    @pytest.mark.parametrize("model", ["mistralai/mistral-small-2603", "mistralai/mistral-medium-3-5"])
    def test_a_word_that_no_model_knows(self, owner: Any, model: str) -> None:
        reasoning = offers(model, upstream="openrouter")
        with pytest.raises(BadInput, match=r"reasoning_effort: .*none.* is expected; this is “silly”"):
            form_of(OPTIONS | {"model": [model], "param": ["reasoning_effort=silly"]}, "Hi", reasoning, owner)

    def test_a_guard_without_a_router(self, owner: Any) -> None:
        with pytest.raises(BadInput, match="max_price is for the market’s router"):
            form_of(OPTIONS | {"guard": ["max_price"]}, "Hi", offers(upstream="mistral"), owner)


def _reading_images() -> list[str]:
    from catalog.models import Listing

    listings = Listing.objects.for_playground()
    found = [each for each in listings if any(m.slug == "image" for m in each.model.input_modalities.all())]
    return [each.model.public_id for each in found]


class Terminal(io.StringIO):
    """Something a person sits at."""

    def isatty(self) -> bool:
        return True


class TestText:
    def test_the_argument_wins_over_standard_input(self) -> None:
        assert text_of("Hi", io.StringIO("piped")) == "Hi"

    @pytest.mark.parametrize("given", ["-", None])
    def test_standard_input(self, given: str | None) -> None:
        assert text_of(given, io.StringIO("One\nTwo\n\n")) == "One\nTwo\n"

    def test_nobody_waits_for_a_keyboard(self) -> None:
        with pytest.raises(BadInput, match="Write a prompt: as an argument, or through standard input"):
            text_of(None, Terminal())

    def test_bytes_that_are_no_text(self) -> None:
        with pytest.raises(BadInput, match="not valid UTF-8"):
            text_of("-", io.TextIOWrapper(io.BytesIO(b"\xff"), "utf-8"))
        with pytest.raises(BadInput, match="not valid UTF-8"):
            text_of("-", io.TextIOWrapper(io.BytesIO(b"\xff"), "utf-8", errors="surrogateescape"))


@pytest.mark.parametrize(
    ("states", "stopped_by", "code"),
    [
        ([State.DONE, State.DONE], None, 0),
        ([State.DONE, State.TRUNCATED], None, 5),
        ([State.TRUNCATED, State.REFUSED], None, 4),
        ([State.REFUSED, State.FAILED, State.TRUNCATED], None, 3),
        ([State.DONE, State.INCOMPLETE], None, 3),
        ([State.STOPPED], None, 3),
        ([State.INTERRUPTED], None, 3),
        ([State.DONE], 2, 130),
        ([State.STOPPED], 15, 143),
    ],
)
def test_exit_codes(states: Collection[State], stopped_by: int | None, code: int) -> None:
    assert exit_code(states, stopped_by) == code


def test_every_exit_code_is_in_the_help_and_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    for code in (0, 1, 2, 3, 4, 5, 130):
        assert f"\n  {code} " in EXIT_CODES
        assert f"`{code}`" in readme


@pytest.mark.usefixtures("seeded")
class TestScreen:
    @pytest.fixture
    def run(self, owner: Any) -> Run:
        prompt = opened(owner)
        ended(prompt.runs.get(), first_token_ms=620, last_token_ms=900)
        return prompt.runs.get()

    def screen(
        self, out: io.StringIO, err: io.StringIO, several: bool = False, shows_reasoning: bool = False
    ) -> Screen:
        return Screen(_Wrapper(out), _Wrapper(err), several=several, shows_reasoning=shows_reasoning, is_silent=False)

    def play(self, screen: Screen, run: Run, text: str = "It blows.") -> None:
        screen.begin(run)
        screen.reasoning("Hm. ")
        screen.text(text)
        screen.end(run, [{"id": "1", "name": "wind", "arguments": '{"place":\n "here"}'}])

    def test_one_answer_alone_on_standard_output(self, run: Run) -> None:
        out, err = io.StringIO(), io.StringIO()
        self.play(self.screen(out, err), run)
        assert out.getvalue() == 'It blows.\nwind({"place": "here"})\n'
        assert err.getvalue() == (
            "— Mistral Large 3 2512\n— Done; cost: $0.0047; 10,000 tokens in, 1,000 out; first token after 620 ms\n"
        )

    def test_several_answers_have_their_names_above_them(self, run: Run) -> None:
        out, err = io.StringIO(), io.StringIO()
        screen = self.screen(out, err, several=True)
        self.play(screen, run)
        self.play(screen, run, "Twice.\n")
        call = 'wind({"place": "here"})\n'
        name = "— Mistral Large 3 2512\n"
        assert out.getvalue() == f"{name}It blows.\n{call}{name}Twice.\n{call}"

    def test_reasoning_goes_to_standard_error_when_asked_for(self, run: Run) -> None:
        out, err = io.StringIO(), io.StringIO()
        self.play(self.screen(out, err, shows_reasoning=True), run)
        assert "Hm." not in out.getvalue()
        assert "— Reasoning\nHm. \n— Answer\n— Done" in err.getvalue()

    def test_a_terminal_is_not_commanded(self, run: Run) -> None:
        looked_at, piped = Terminal(), io.StringIO()
        for out in (looked_at, piped):
            self.play(self.screen(out, io.StringIO()), run, "a\x1b]0;owned\x07\x1b[2Jb\tc\u202e")
        assert looked_at.getvalue().startswith("a]0;owned[2Jb\tc\n")
        assert piped.getvalue().startswith("a\x1b]0;owned\x07\x1b[2Jb\tc\u202e\n")

    def test_an_unknown_cost_is_said(self, owner: Any) -> None:
        prompt = opened(owner)
        ended(prompt.runs.get(), State.STOPPED, None, usage=None, computed_usd="")
        assert closing(Run.objects.select_related("hold").get(prompt=prompt)) == "Stopped; cost: not known"

    def test_which_run_of_a_matrix(self, owner: Any) -> None:
        prompt = many(owner, 2, repeats=2)
        out = io.StringIO()
        screen = self.screen(out, io.StringIO(), several=True)
        for run in prompt.runs.all():
            screen.begin(run)
        assert out.getvalue().splitlines()[2:] == [
            "— Mistral Large 3 2512, row 2, repeat 1",
            "— Mistral Large 3 2512, row 2, repeat 2",
        ]


class _Wrapper:
    """Django's wrapper, as far as a screen uses it."""

    def __init__(self, to: io.StringIO) -> None:
        self._to = to
        self.isatty = to.isatty
        self.flush = to.flush

    def write(self, msg: str = "", style_func: Any = None, ending: str | None = None) -> None:
        self._to.write(style_func(msg) + (ending or ""))


@pytest.mark.usefixtures("seeded")
class TestRefusals:
    """What the command itself says, with nothing sent and nothing held."""

    def refused(self, *arguments: str) -> CommandError:
        with pytest.raises(CommandError) as error:
            call_command("prompt", "Hi", "--model", FOUR[0], *arguments)
        assert not Prompt.objects.exists()
        return error.value

    def test_nobody_of_that_name(self) -> None:
        error = self.refused("--user", "nobody")
        assert (str(error), error.returncode) == ("There is no user “nobody”.", 1)

    def test_an_account_that_is_not_active(self, stranger: Any) -> None:
        stranger.is_active = False
        stranger.save()
        error = self.refused("--user", "stranger")
        assert (str(error), error.returncode) == ("The account “stranger” is not active.", 1)

    def test_the_switch(self) -> None:
        House.objects.create(is_open=False, notice="Closed for the night.")
        error = self.refused()
        assert (str(error), error.returncode) == ("Closed for the night.", 1)

    def test_a_budget_that_is_short_says_what_fits(self, stranger: Any, settings: Any) -> None:
        settings.OPENROUTER_API_KEY = "x"
        budget(stranger, "0.0025")
        error = self.refused("--user", "stranger", "--param", "max_tokens=")
        said = str(error)
        assert error.returncode == 1
        assert "Your budget per day has $0.0025 left of $0.0025; this needs up to $0.39" in said
        assert "lower the maximum output tokens, or shorten the prompt." in said
        assert "fewer models" not in said
        fits = int(re.search(r"With at most ([\d,]+) output tokens it fits\.$", said)[1].replace(",", ""))
        for tokens, is_enough in ((fits, True), (fits + 1, False)):
            (planned,) = plan(asked(stranger, "Hi", param=[f"max_tokens={tokens}"]))
            assert (planned.worst <= Decimal("0.0025")) is is_enough

    def test_the_help_tells_of_the_preset(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit):
            call_command("prompt", "--help")
        said = " ".join(capsys.readouterr().out.split())
        assert "Without max_tokens an answer may have 1,024 tokens, as the page presets" in said
        assert "may have 1,024 tokens, as the page presets" in " ".join((ROOT / "README.md").read_text().split())

    def test_a_user_without_a_budget(self, stranger: Any, settings: Any) -> None:
        settings.OPENROUTER_API_KEY = "x"
        error = self.refused("--user", "stranger", "--param", "max_tokens=9")
        assert (error.returncode, "You have no budget yet." in str(error)) == (1, True)
