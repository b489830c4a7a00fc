"""Retention: after a purge nothing that was typed or answered is left, and everything that was paid is."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.utils import timezone

from playground import forgetting, keeping, opening, retention, sharing
from playground.messages import Message
from playground.models import Hold, House, Image, Label, Prompt, Recording, Run, Share, State, Verdict
from playground.retention import Removed
from playground.variables import Rows
from tests.playground.builders import FOUR, asked, budget
from tests.playground.looking_back import answered, make_four

pytestmark = pytest.mark.django_db

NEEDLE = "NEEDLE"
TEXTUAL = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.FileField)
# What may hold words and stays: who was asked and what was billed, and what the person keeps beside it. Every other field
# that can hold a text has to be empty after a purge, so that a new one cannot be forgotten: name it here, or remove it.
KEPT = {
    Prompt: {"key", "api", "routing", "note"},
    Run: {
        "offer", "model_public_id", "model_name", "upstream_id", "upstream", "api", "rates", "left_out", "state", "error",
        "error_kind", "generation_id", "served_model", "served_provider", "finish_reason", "native_finish_reason", "usage",
        "estimate_usd", "computed_usd", "billed_usd", "reconciliation", "generation", "verdict", "verdict_note", "process",
    },
}  # fmt: skip


@pytest.fixture(autouse=True)
def _models(db: None) -> None:
    make_four()


def removed_fields(model: Any) -> set[str]:
    """The fields of a model that can hold a text and are not kept."""
    fields = {field.name for field in model._meta.concrete_fields if isinstance(field, TEXTUAL)}
    assert fields >= KEPT[model], "a name here is no field any more"
    return fields - KEPT[model]


def planted(field: Any) -> Any:
    """A value of a field that has the needle in it, also deep inside."""
    if isinstance(field, models.JSONField):
        return {"is_valid": False, "path": f"$.{NEEDLE}", "message": NEEDLE, "deep": [{NEEDLE: [NEEDLE]}], "number": 7}
    return NEEDLE


@pytest.fixture
def prompt(owner: Any) -> Prompt:
    """A prompt with the needle in every field that can hold a text."""
    budget(owner, "5")
    image = Image.objects.create(
        user=owner, sha256="a" * 64, media_type="image/png", width=1, height=1, size=6, content=NEEDLE.encode()
    )
    prompt = answered(
        owner, *FOUR[:2], key="old", upstream="openrouter", states=[State.DONE, State.INTERRUPTED], costs=["0.01", None],
        messages=[Message("user", f"{NEEDLE} {{{{x}}}}", images=(image.pk,))],
        rows=Rows(("x",), ((NEEDLE,), (NEEDLE,))), days_ago=40,
    )  # fmt: skip
    for run in prompt.runs.all():
        Recording.objects.create(run=run, content=NEEDLE.encode())
        for name in removed_fields(Run):
            setattr(run, name, planted(Run._meta.get_field(name)))
        run.verdict, run.verdict_note, run.usage = Verdict.BETTER, "mine", {"prompt_tokens": 3, "completion_tokens": 4}
        run.save()
    for name in removed_fields(Prompt) - {"messages", "variables"}:
        setattr(prompt, name, planted(Prompt._meta.get_field(name)))
    prompt.parameters = {"max_tokens": 50, "temperature": 0.5, "stop": [NEEDLE], "tool_choice": NEEDLE, "seed": True}
    prompt.save()
    keeping.add_label(prompt, "Kept")
    keeping.write_note(prompt, "Kept too")
    sharing.share(prompt, None)
    return prompt


def everything_stored() -> str:
    """Every row of the playground's tables as text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith("playground_"):
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608  a table of our own
                found += [
                    str([bytes(cell) if isinstance(cell, memoryview) else cell for cell in row]) for row in cursor
                ]
    return "\n".join(found)


class TestPurge:
    def test_nothing_textual_remains(self, prompt: Prompt) -> None:
        assert everything_stored().count(NEEDLE) > 20
        assert retention.purge([prompt.pk]) == Removed(prompts=1, runs=4, recordings=4, images=1, shares=1)
        assert NEEDLE not in everything_stored()
        for model in (Prompt, Run):
            for row in model.objects.all():
                for name in removed_fields(model):
                    assert NEEDLE not in json.dumps(getattr(row, name), default=str), name

    def test_what_was_paid_and_what_is_ones_own_stays(self, prompt: Prompt) -> None:
        kept = sorted({*KEPT[Run], "cost", "first_token_ms", "created_at", "started_at", "ended_at", "row", "repeat"})
        runs, holds = list(Run.objects.values(*kept)), list(Hold.objects.values())
        retention.purge([prompt.pk])
        assert list(Run.objects.values(*kept)) == runs
        assert list(Hold.objects.values()) == holds
        prompt = Prompt.objects.get()
        assert (prompt.note, [label.name for label in prompt.labels.all()]) == ("Kept too", ["Kept"])
        assert prompt.parameters == {"max_tokens": 50, "temperature": 0.5, "seed": True}
        assert prompt.is_matrix, "the board keeps its shape"
        assert not prompt.has_text
        assert {run.validation["is_valid"] for run in Run.objects.all()} == {False}
        assert str(Run.objects.get(position=0).bill().total) != "0"

    def test_no_text_is_forgotten_where_none_is_stored(self) -> None:
        """The same list holds for prompts that are not to be stored (forgetting.py)."""
        assert set(forgetting.RUN) | {"validation"} == removed_fields(Run)
        assert removed_fields(Prompt) == {"messages", "text", "parameters", "overrides", "variables", "searched"}

    def test_twice_is_once(self, prompt: Prompt) -> None:
        retention.purge([prompt.pk])
        before = everything_stored()
        assert retention.purge([prompt.pk]) == Removed()
        assert everything_stored() == before

    def test_a_prompt_with_answers_on_the_way_is_left_alone(self, owner: Any) -> None:
        live, _ = opening.open_prompt(owner, asked(*FOUR[:2], key="live"))
        Run.objects.filter(prompt=live, position=0).update(state=State.DONE)
        assert retention.purge([live.pk]) == Removed()
        assert Prompt.objects.get().has_text

    def test_others_are_not_touched(self, owner: Any, prompt: Prompt) -> None:
        other = answered(owner, key="other", text="Still here", answers=["Also here"], continues=prompt)
        share = sharing.share(other, None)
        retention.purge([prompt.pk])
        other.refresh_from_db()
        assert (other.text, other.runs.get().text) == ("Still here", "Also here")
        assert Share.objects.open_at(timezone.now()).get() == share
        assert "also here" in other.searched


class TestImages:
    def image(self, user: Any, name: str, days_ago: int = 0) -> Image:
        image = Image.objects.create(
            user=user, sha256=name * 64, media_type="image/png", width=1, height=1, size=1, content=b"x"
        )
        Image.objects.filter(pk=image.pk).update(created_at=timezone.now() - timedelta(days=days_ago))
        return image

    def test_one_that_another_prompt_uses_stays(self, owner: Any) -> None:
        shared, own = self.image(owner, "a"), self.image(owner, "b")
        first = answered(owner, key="first", messages=[Message("user", "x", images=(shared.pk, own.pk))])
        second = answered(owner, key="second", messages=[Message("user", "y", images=(shared.pk,))])
        assert retention.purge([first.pk]).images == 1
        assert set(Image.objects.all()) == {shared}
        assert retention.purge([second.pk]).images == 1
        assert not Image.objects.exists()

    def test_a_word_is_not_an_image(self, owner: Any) -> None:
        image = self.image(owner, "a")
        prompt = answered(owner, key="first", messages=[Message("user", "x", images=(image.pk,))])
        answered(owner, key="second", text=f'{{"images": [{image.pk}]}}')
        assert retention.purge([prompt.pk]).images == 1

    def test_what_was_never_sent_goes_with_the_old_ones_and_not_from_under_a_form(self, owner: Any) -> None:
        old, draft = self.image(owner, "a", days_ago=40), self.image(owner, "b")
        assert retention.purge_older(30) == Removed(images=1)
        assert list(Image.objects.all()) == [draft]
        assert retention.purge_older(0) == Removed()
        assert not Image.objects.filter(pk=old.pk).exists()


class TestOlder:
    @pytest.fixture(autouse=True)
    def _prompts(self, owner: Any) -> None:
        answered(owner, key="young", days_ago=29)
        answered(owner, key="old", days_ago=31)
        keeping.set_favourite(answered(owner, key="favourite", days_ago=31), True)

    def left(self) -> set[str]:
        return set(Prompt.objects.filter(purged_at=None).values_list("key", flat=True))

    def test_nothing_is_removed_unless_it_is_set(self) -> None:
        assert retention.purge_due() == Removed()
        House.objects.create()
        assert retention.purge_due() == Removed()
        assert len(self.left()) == 3

    def test_old_ones_go_and_favourites_stay(self, owner: Any) -> None:
        House.objects.create(retention_days=30)
        assert retention.due(30) == Removed(prompts=1, runs=1)
        assert retention.purge_due() == Removed(prompts=1, runs=1)
        assert self.left() == {"young", "favourite"}
        assert retention.purge_due() == Removed()
        favourite = Prompt.objects.get(key="favourite")
        keeping.set_favourite(favourite, False)
        retention.purge_due()
        assert self.left() == {"young"}

    def test_to_the_second(self) -> None:
        asked_at = Prompt.objects.get(key="old").created_at
        day = timedelta(days=30)
        assert retention.purge_older(30, asked_at + day) == Removed()
        assert retention.purge_older(30, asked_at + day + timedelta(microseconds=1)).prompts == 1

    def test_a_star_that_is_set_while_it_works_protects(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Set between the list and the lock. Who removes one prompt's texts by hand removes them, star or not."""
        purge = retention.purge

        def starred(*arguments: Any, **options: Any) -> Removed:
            keeping.set_favourite(Prompt.objects.get(key="old"), True)
            return purge(*arguments, **options)

        monkeypatch.setattr(retention, "purge", starred)
        assert retention.purge_older(30) == Removed()
        assert self.left() == {"young", "old", "favourite"}
        assert purge([Prompt.objects.get(key="old").pk]).prompts == 1

    def test_in_batches(self, owner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(retention, "BATCH", 2)
        for number in range(4):
            answered(owner, key=str(number), days_ago=40)
        assert retention.purge_older(30, batches=1).prompts == 2
        assert retention.purge_older(30).prompts == 3
        assert self.left() == {"young", "favourite"}


class TestCommand:
    def said(self, *arguments: str) -> str:
        out = StringIO()
        call_command("purge", *arguments, stdout=out)
        return out.getvalue().strip()

    def test_without_a_setting_it_says_so(self) -> None:
        assert self.said() == "Texts are kept: no retention is set. Set one in the admin, or say --days."

    def test_a_dry_run_counts_and_removes_nothing(self, prompt: Prompt) -> None:
        House.objects.create(retention_days=30)
        expected = "Would remove the texts of 1 prompt and 4 runs older than 30 days, with 4 recordings, 1 shared link."
        assert self.said("--dry-run") == expected
        assert NEEDLE in everything_stored()

    def test_it_removes_by_the_setting_or_by_days(self, prompt: Prompt) -> None:
        House.objects.create(retention_days=50)
        assert self.said() == "No texts are older than 50 days, so nothing was removed."
        assert self.said("--days", "39") == (
            "Removed the texts of 1 prompt and 4 runs older than 39 days, with 4 recordings, 1 image, 1 shared link."
        )
        assert NEEDLE not in everything_stored()
        assert self.said("--days", "39") == "No texts are older than 39 days, so nothing was removed."

    @pytest.mark.parametrize("days", ["-1", "36501"])
    def test_a_bad_number_is_refused_in_words(self, days: str) -> None:
        with pytest.raises(CommandError, match="a whole number from 0 to 36,500"):
            self.said(f"--days={days}")


def test_labels_are_kept_for_the_person(owner: Any, prompt: Prompt) -> None:
    retention.purge([prompt.pk])
    assert Label.objects.get().name == "Kept"
