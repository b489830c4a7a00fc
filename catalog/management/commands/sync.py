"""`manage.py sync <source>`: reads what another catalog says, shows the difference, and applies it."""

import getpass
import signal
import sys
import threading
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from catalog import statistics
from catalog.imports import applying
from catalog.imports.entries import Unreadable
from catalog.imports.fetching import fetch
from catalog.imports.kinds import KINDS
from catalog.imports.preview import preview, tried_within
from catalog.imports.reading import open_file
from catalog.models import Change, Revision
from catalog.spans import ensure_fresh

MOST_SHOWN = 200
ORDER = ["added", "back", "price", "changed", "gone", "conflict", "said", "bad"]
WORDS = {
    "added": "added",
    "back": "back",
    "price": "new price",
    "changed": "changed",
    "gone": "gone",
    "conflict": "conflict",
    "said": "said the same",
    "bad": "not usable",
}


class Command(BaseCommand):
    help = "Import what OpenRouter or another catalog says: shows the difference, then applies it as one act that can be undone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", choices=sorted(KINDS), help="What to import.")
        parser.add_argument("--file", help="Read this file instead of the network; - is the standard input.")
        parser.add_argument("--dry-run", action="store_true", help="Show the difference and change nothing.")
        parser.add_argument("--force", action="store_true", help="Apply also what would be refused as a likely slip.")
        parser.add_argument(
            "--extract", action="store_true", help="The file is a part of the list: what it lacks says nothing."
        )
        parser.add_argument(
            "--day", type=_past_day, help="The day of which the file speaks, such as 2026-08-22; today where not given."
        )
        parser.add_argument(
            "--every", type=float, metavar="HOURS", help="Do nothing when it was tried within these hours: for timers."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["every"] and tried_within(KINDS[options["source"]], timedelta(hours=options["every"])):
            return
        with ended_in_order():
            self._import(options)

    def _import(self, options: dict[str, Any]) -> None:
        revision = self._preview(options)
        if revision.state == Revision.State.REFUSED:
            raise CommandError(revision.refusals[0])
        if options["verbosity"]:
            self._show(revision)
        if options["dry_run"]:
            self._discard(revision)
            for sentence in revision.refusals:
                self.stdout.write(f"Refused without --force: {sentence}")
            self.stdout.write("Nothing was changed.")
            return
        if revision.refusals and not options["force"]:
            advice = "Nothing was changed: it waits in the admin. Use --force to apply it all the same."
            raise CommandError(" ".join([*revision.refusals[:5], advice]))
        with self._bar("Applying", revision.changes.filter(outcome=Change.Outcome.WAITING).count(), options) as bar:
            try:
                revision = applying.apply(revision, is_forced=options["force"], progress=bar.update)
            except (applying.CannotApply, applying.Refused, Revision.DoesNotExist) as error:
                raise CommandError(self._why_not(revision, error)) from error
        ensure_fresh(patience=None)
        statistics.renew()
        if options["verbosity"]:
            kept = revision.changes.filter(outcome=Change.Outcome.KEPT).count()
            applied = revision.changes.filter(outcome=Change.Outcome.APPLIED).count()
            more = f", {kept} kept as they are" if kept else ""
            self.stdout.write(f"Applied {applied} change{'' if applied == 1 else 's'}{more}.")

    def _preview(self, options: dict[str, Any]) -> Revision:
        kind, day, name = KINDS[options["source"]], options["day"] or timezone.now().date(), options["file"]
        by = f"manage.py sync, run by {getpass.getuser()}"
        with self._bar("Reading", None, options) as bar:
            told = {"is_extract": options["extract"], "progress": bar.update, "reason": by}
            try:
                if name is None:
                    fetched = fetch(kind, day)
                    return preview(kind, fetched, day, origin=fetched.origin, **told)
                if name == "-":
                    entries = open_file(kind, sys.stdin.buffer, day)
                    return preview(kind, entries, day, origin="standard input", **told)
                with Path(name).open("rb") as file:
                    return preview(kind, open_file(kind, file, day), day, origin=Path(name).name, **told)
            except Unreadable as error:
                raise CommandError(str(error)) from error
            except OSError as error:
                raise CommandError(f"{name or 'The list'} cannot be read: {error.strerror or error}.") from error

    def _bar(self, label: str, total: int | None, options: dict[str, Any]) -> Any:
        """A progress bar where somebody watches; silent in files and timers."""
        is_watched = options["verbosity"] and sys.stderr.isatty()
        return tqdm(desc=label, total=total, unit=" entries", disable=not is_watched, leave=False, file=sys.stderr)

    def _show(self, revision: Revision) -> None:
        lines = revision.changes.order_by("position")
        for kind in ORDER:
            found = lines.filter(kind=kind)
            for line in found[:MOST_SHOWN]:
                self.stdout.write(f"{WORDS[kind]:>13}  {line.subject}: {line.sentence}")
            if (more := revision.counts.get(kind, 0) - MOST_SHOWN) > 0:
                self.stdout.write(f"{WORDS[kind]:>13}  and {more:,} more")
        told = ", ".join(f"{revision.counts[kind]:,} {WORDS[kind]}" for kind in ORDER if revision.counts.get(kind))
        noun = "entry" if revision.entries == 1 else "entries"
        self.stdout.write(f"{revision.entries:,} {noun} read: {told or 'no difference'}.")

    def _discard(self, revision: Revision) -> None:
        """Unless somebody has applied it in the meantime."""
        Revision.objects.filter(pk=revision.pk, state=Revision.State.PREVIEW).update(state=Revision.State.DISCARDED)

    def _why_not(self, revision: Revision, error: Exception) -> str:
        """Why the preview that was just made is not applied: mostly since two imports were made at the same time."""
        state = Revision.objects.filter(pk=revision.pk).values_list("state", flat=True).first()
        if state in (None, Revision.State.DISCARDED):
            return "Nothing was changed: this import was discarded meanwhile, or another one took its place."
        return str(error)


@contextmanager
def ended_in_order() -> Iterator[None]:
    """SIGTERM, by which the server's timer and service managers end a command, becomes SystemExit within: the transaction
    is rolled back and a half-read preview taken away. Signals belong to the main thread; in another one nothing changes."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(number: int, frame: Any) -> None:
    signal.signal(number, signal.SIG_IGN)  # a second one would break off the tidying up
    sys.exit(128 + number)


def _past_day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError("write the day as year-month-day, such as 2026-08-22") from error
    if day > timezone.now().date():
        raise ArgumentTypeError("a file cannot speak of a day to come")
    return day
