"""`manage.py purge`: removes the texts of old prompts and keeps their bills; for cron, and for once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.figures import counted
from playground import retention, wiping
from playground.models import House
from playground.retention import Removed

MOST_DAYS = 36_500
WIPING_PATIENCE = 10_000  # milliseconds


class Command(BaseCommand):
    help = (
        "Remove the texts of prompts that are older than the retention setting, or than --days. Bills, states and timings "
        "stay, and so do notes, labels and verdicts. Favourites keep their texts. Running it again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, metavar="N", help="Older than N days, whatever the setting says.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would be removed, and remove nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        days = options["days"]
        if days is not None and not 0 <= days <= MOST_DAYS:
            raise CommandError(f"--days is a whole number from 0 to {MOST_DAYS:,}.")
        if days is None:
            days = House.now().retention_days
        if days is None:
            self.stdout.write("Texts are kept: no retention is set. Set one in the admin, or say --days.")
            return
        removed = retention.due(days) if options["dry_run"] else retention.purge_older(days)
        self.stdout.write(_in_words(removed, days, is_dry=options["dry_run"]))
        is_removed = not options["dry_run"] and bool(removed.prompts or removed.images)
        if is_removed and wiping.is_left() and not wiping.wipe(WIPING_PATIENCE):
            self.stderr.write("The database was busy, so its log may hold these texts until it is written back.")


def _in_words(removed: Removed, days: int, *, is_dry: bool) -> str:
    older = f"older than {counted(days, 'day')}"
    if not (removed.prompts or removed.images):
        return f"No texts are {older}, so nothing {'would be' if is_dry else 'was'} removed."
    beside = [
        counted(count, noun)
        for count, noun in (
            (removed.recordings, "recording"),
            (removed.images, "image"),
            (removed.shares, "shared link"),
        )
        if count
    ]
    also = f", with {', '.join(beside)}" if beside else ""
    verb = "Would remove" if is_dry else "Removed"
    return f"{verb} the texts of {counted(removed.prompts, 'prompt')} and {counted(removed.runs, 'run')} {older}{also}."
