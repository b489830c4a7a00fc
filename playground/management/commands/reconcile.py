"""`manage.py reconcile`: learn the costs that are still unknown, and compare what was billed with the catalog."""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Callable
from typing import Any, TypeVar

from asgiref.sync import async_to_sync, sync_to_async
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone

from catalog import figures
from playground import drift, ledger, reconciling, upstreams

T = TypeVar("T")
MOST_SHOWN = 50
EPILOG = """\
Run it nightly, for example from cron. It prints, for each model of the last 30 days, what was billed beside what the
rates of that time and today's catalog come to; a difference of more than 1% is marked with "!". Drift is not an error.

Exit status: 0 when everything was asked, whatever came out; 1 with one sentence when an upstream could not be asked.
"""


class Command(BaseCommand):
    help = "Ask upstreams for costs that are not known yet, and report drift between bills and the catalog."

    def create_parser(self, *args: Any, **kwargs: Any) -> Any:
        return super().create_parser(*args, **kwargs, epilog=EPILOG, formatter_class=RawDescriptionHelpFormatter)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--again", action="store_true", help="Ask also for costs that were given up after the last try."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        asked = async_to_sync(self.ask)(options["again"])
        known = f"{asked.learnt} of {figures.counted(asked.asked, 'cost')} learnt"
        self.stdout.write(
            f"{known}, {asked.given_up} given up." if asked.asked else "No cost is waiting to be asked for."
        )
        self.show_drift()
        self.show_expired()
        if asked.trouble:
            raise CommandError(f"Not every cost could be asked for: {asked.trouble}")

    async def ask(self, again: bool) -> reconciling.Asked:
        connections = upstreams.Connections(None)

        async def in_database(work: Callable[[], T]) -> T:
            return await sync_to_async(work)()

        try:
            return await reconciling.ask_now(connections, in_database, again=again)
        finally:
            await connections.aclose()

    def show_drift(self) -> None:
        found = drift.drifts(timezone.now())
        if not found:
            self.stdout.write(f"No run of the last {drift.DAYS} days has a bill to compare.")
            return
        self.stdout.write(f"Billed in the last {drift.DAYS} days, beside what the catalog says:")
        for each in found:
            mark = "!" if each.is_marked else " "
            runs = max(each.frozen.runs, each.today.runs)
            billed = max(each.frozen.billed, each.today.billed)
            self.stdout.write(
                f"{mark} {each.model} at {each.upstream}, {figures.counted(runs, 'run')}: billed {figures.usd_exact(billed)}; "
                f"by the rates of that time {each.frozen.in_words}; by today’s catalog {each.today.in_words}"
            )

    def show_expired(self) -> None:
        holds = ledger.expired_holds(timezone.now())
        count = holds.count()
        if not count:
            return
        self.stdout.write(f"{figures.counted(count, 'hold')} expired without a known cost, and still counted as spent:")
        for hold in holds[:MOST_SHOWN]:
            amount = figures.usd_exact(ledger.in_usd(hold.amount))
            self.stdout.write(f"  {amount} since {hold.day} for {hold.run.model_public_id}, run {hold.run_id}")
        if count > MOST_SHOWN:
            self.stdout.write(f"  and {count - MOST_SHOWN:,} more")
        where = reverse("admin:playground_hold_changelist")
        self.stdout.write(
            f"Ask again with --again, or look the bill up at the upstream and settle the hold at it in the admin ({where})."
        )
