"""`manage.py sync <source>`: reads what another catalog says, shows the difference, and applies it."""

import sys
from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from catalog.imports import applying
from catalog.imports.entries import Unreadable
from catalog.imports.fetching import fetch
from catalog.imports.kinds import KINDS
from catalog.imports.preview import preview, tried_within
from catalog.imports.reading import open_file
from catalog.models import Change, Revision

MOST_SHOWN = 200
ORDER = ["added", "back", "price", "changed", "gone", "conflict", "bad"]
WORDS = {
    "added": "added",
    "back": "back",
    "price": "new prices",
    "changed": "changed",
    "gone": "gone",
    "conflict": "conflicts",
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
            "--every", type=float, metavar="HOURS", help="Do nothing when it was tried within these hours: for timers."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["every"] and tried_within(KINDS[options["source"]], timedelta(hours=options["every"])):
            return
        revision = self._preview(options)
        if revision.state == Revision.State.REFUSED:
            raise CommandError(revision.refusals[0])
        if options["verbosity"]:
            self._show(revision)
        if options["dry_run"]:
            self._discard(revision)
            self.stdout.write("Nothing was changed.")
            return
        if revision.refusals and not options["force"]:
            advice = "Nothing was changed: it waits in the admin. Use --force to apply it all the same."
            raise CommandError(" ".join([*revision.refusals[:5], advice]))
        with self._bar("Applying", revision.changes.filter(outcome=Change.Outcome.WAITING).count(), options) as bar:
            revision = applying.apply(revision, is_forced=options["force"], progress=bar.update)
        if options["verbosity"]:
            kept = revision.changes.filter(outcome=Change.Outcome.KEPT).count()
            applied = revision.changes.filter(outcome=Change.Outcome.APPLIED).count()
            more = f", {kept} kept as they are" if kept else ""
            self.stdout.write(f"Applied {applied} change{'' if applied == 1 else 's'}{more}.")

    def _preview(self, options: dict[str, Any]) -> Revision:
        kind, day, name = KINDS[options["source"]], timezone.now().date(), options["file"]
        with self._bar("Reading", None, options) as bar:
            try:
                if name is None:
                    fetched = fetch(kind, day)
                    return preview(
                        kind, fetched, day, origin=fetched.origin, is_extract=options["extract"], progress=bar.update
                    )
                if name == "-":
                    entries = open_file(kind, sys.stdin.buffer, day)
                    return preview(
                        kind, entries, day, origin="standard input", is_extract=options["extract"], progress=bar.update
                    )
                with Path(name).open("rb") as file:
                    entries = open_file(kind, file, day)
                    origin = Path(name).name
                    return preview(
                        kind, entries, day, origin=origin, is_extract=options["extract"], progress=bar.update
                    )
            except Unreadable as error:
                raise CommandError(str(error)) from error
            except OSError as error:
                raise CommandError(f"{name} cannot be read: {error.strerror}.") from error

    def _bar(self, label: str, total: int | None, options: dict[str, Any]) -> Any:
        """A progress bar where somebody watches; silent in files and timers."""
        is_watched = options["verbosity"] and sys.stderr.isatty()
        return tqdm(desc=label, total=total, unit=" entries", disable=not is_watched, leave=False, file=sys.stderr)

    def _show(self, revision: Revision) -> None:
        lines = revision.changes.order_by("position")
        for kind in ORDER:
            found = lines.filter(kind=kind)
            for line in found[:MOST_SHOWN]:
                self.stdout.write(f"{WORDS[kind]:>10}  {line.subject}: {line.sentence}")
            if (more := revision.counts.get(kind, 0) - MOST_SHOWN) > 0:
                self.stdout.write(f"{WORDS[kind]:>10}  and {more:,} more")
        told = ", ".join(f"{revision.counts[kind]:,} {WORDS[kind]}" for kind in ORDER if revision.counts.get(kind))
        self.stdout.write(f"{revision.entries:,} entries read: {told or 'no difference'}.")

    def _discard(self, revision: Revision) -> None:
        revision.state = Revision.State.DISCARDED
        revision.save(update_fields=["state"])
