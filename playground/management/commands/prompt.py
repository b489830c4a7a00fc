"""`manage.py prompt "..." --model vendor/slug`: prompts from the terminal, streamed, with their costs.

The same way as in the browser: form, ledger, runner. A run of another process is not touched.
"""

import argparse
import asyncio
import json
import sys
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, CommandError, CommandParser
from django.core.management.base import DjangoHelpFormatter
from django.db import DatabaseError

from playground import fitting, ledger, offers, opening
from playground.accounts import OWNER, owner_link
from playground.models import Prompt, Run, State
from playground.rehearsal.process import RehearsalFailed
from playground.terminal import options as the_options
from playground.terminal.asking import BadInput, form_of, text_of
from playground.terminal.options import NOT_SENT, exit_code
from playground.terminal.screen import Screen, label
from playground.terminal.session import Session, release


class Formatter(DjangoHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Django's, with the lines of the exit codes kept as they are."""


class Command(BaseCommand):
    help = the_options.ABOUT

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(
            prog_name, subcommand, epilog=the_options.EXIT_CODES, formatter_class=Formatter, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        the_options.add_to(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            prompt = self._open(options)
        except KeyboardInterrupt as error:
            raise CommandError("Stopped before anything was sent.", returncode=130) from error
        except (BadInput, ledger.BudgetRefusal) as refusal:
            raise CommandError(str(refusal), returncode=NOT_SENT) from refusal
        except DatabaseError as error:
            sentence = f"The database is not ready, so nothing was sent: {error}. Run manage.py migrate, or try again."
            raise CommandError(sentence, returncode=NOT_SENT) from error
        self._run(prompt, options)

    def _open(self, options: dict[str, Any]) -> Prompt:
        text = text_of(options["text"], sys.stdin)
        user = _user(options["user"])
        asked = form_of(options, text, offers.offers(), user).asked()
        try:
            prompt, _ = opening.open_prompt(user, asked)
        except ledger.PlaygroundOff:
            raise
        except ledger.BudgetRefusal as refusal:
            sentences = [str(refusal), fitting.advice(asked, ledger.standings(user))]
            raise ledger.BudgetRefusal(" ".join(filter(None, sentences))) from refusal
        return prompt

    def _run(self, prompt: Prompt, options: dict[str, Any]) -> None:
        several = prompt.runs.count() > 1
        screen = Screen(
            self.stdout,
            self.stderr,
            several=several,
            shows_reasoning=options["reasoning"],
            is_silent=options["json"],
        )
        session = Session(prompt, screen)
        try:
            asyncio.run(session.work())
        except KeyboardInterrupt as error:
            raise CommandError("Stopped.", returncode=130) from error
        except (OSError, RehearsalFailed) as error:
            raise CommandError(f"The playground could not be started: {error}", returncode=NOT_SENT) from error
        finally:
            release(session.run_ids)
        runs = list(Run.objects.filter(prompt=prompt).select_related("hold", "prompt"))
        if options["json"]:
            self._print_json(runs, session)
        code = exit_code([run.state for run in runs], session.stopped_by)
        if code:
            raise CommandError(
                " ".join(_said(run) for run in runs if run.state != State.DONE) or "Stopped.", returncode=code
            )

    def _print_json(self, runs: list[Run], session: Session) -> None:
        answers = []
        for run in runs:
            answer = run.answer()
            if run.pk in session.answers:  # kept nowhere else
                answer["text"] = session.answers[run.pk].text
            answers.append(answer)
        self.stdout.write(json.dumps({"runs": answers}, ensure_ascii=False))


def _user(name: str) -> Any:
    """Whose prompt it is. Raises BadInput."""
    if name == OWNER:
        owner_link()  # makes the account of a new installation
    user = get_user_model().objects.filter(username=name).first()
    if user is None or not user.is_active:
        raise BadInput(
            f"There is no user “{name[:60]}”." if user is None else f"The account “{name[:60]}” is not active."
        )
    return user


def _said(run: Run) -> str:
    return f"{label(run)}: {run.error or f'{run.get_state_display()}.'}"
