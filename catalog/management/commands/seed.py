"""`manage.py seed`: brings the fixtures' facts into the catalog; safe to run at every start."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog import statistics
from catalog.records import BrokenFixture
from catalog.seeding import seed
from catalog.spans import ensure_fresh


class Command(BaseCommand):
    help = "Bring the fixtures' facts into the catalog. What was changed, pinned or deleted there stays as it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Say what would change, and change nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        dry_run = options["dry_run"]
        try:
            summary = seed(dry_run=dry_run)
        except BrokenFixture as error:
            raise CommandError(str(error)) from error
        if not dry_run:
            ensure_fresh(patience=None)
        if not dry_run and (summary.created or summary.updated):
            statistics.renew()
        if dry_run or options["verbosity"] >= 2:
            for sentence in [*(summary.changes if dry_run else []), *summary.kept_values]:
                self.stdout.write(sentence)
        if options["verbosity"] >= 1:
            self.stdout.write(f"{'Would seed' if dry_run else 'Seeded'} the catalog: {summary}.")
