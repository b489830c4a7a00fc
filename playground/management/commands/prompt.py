"""`manage.py prompt "..." --model vendor/slug`: one prompt from the terminal, streamed, with its cost.

The same way as in the browser: form, ledger, runner. A run of another process is not touched.
"""

import asyncio
import json
import sys
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, CommandError, CommandParser
from django.http import QueryDict

from playground import ledger, offers, opening
from playground.accounts import OWNER, owner_link
from playground.board import final_cost
from playground.forms import PREFIX, PromptForm, new_key
from playground.models import Prompt, Run, State
from playground.runner import runner


class Command(BaseCommand):
    help = "Send a prompt to one to six models and stream the answers to the terminal, each with its cost."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("text", help="The prompt; - reads it from standard input.")
        parser.add_argument(
            "--model", action="append", required=True, help="vendor/slug; may be given up to six times."
        )
        parser.add_argument("--system", default="", help="A system prompt.")
        parser.add_argument("--param", action="append", default=[], metavar="NAME=VALUE", help="A request parameter.")
        parser.add_argument("--json", action="store_true", help="Print one JSON object instead of text.")

    def handle(self, *args: Any, **options: Any) -> None:
        form = self._form(options)
        if not form.is_valid():
            raise CommandError(next(iter(form.errors.values()))[0])
        owner_link()
        user = get_user_model().objects.get(username=OWNER)
        try:
            prompt, _ = opening.open_prompt(user, form.asked())
        except ledger.BudgetRefusal as refusal:
            raise CommandError(str(refusal)) from refusal
        asyncio.run(self._run(prompt, as_text=not options["json"]))
        runs = list(Run.objects.filter(prompt=prompt).select_related("hold"))
        if options["json"]:
            self.stdout.write(json.dumps({"runs": [run.answer() for run in runs]}, ensure_ascii=False))
        failed = [run for run in runs if run.state not in {State.DONE, State.TRUNCATED}]
        if failed:
            raise CommandError(" ".join(f"{run.model_name}: {run.error or run.get_state_display()}" for run in failed))

    def _form(self, options: dict[str, Any]) -> PromptForm:
        try:
            text = sys.stdin.read() if options["text"] == "-" else options["text"]
            (text + options["system"]).encode()
        except UnicodeError as error:
            raise CommandError("The prompt is not valid UTF-8 text.") from error
        data = QueryDict(mutable=True)
        data.setlist("model", options["model"])
        data.update({"text": text, "system": options["system"], "key": new_key()})
        for parameter in options["param"]:
            name, separator, value = parameter.partition("=")
            if not separator:
                raise CommandError(f"“{parameter}” is not of the form name=value.")
            data[PREFIX + name] = value
        form = PromptForm(offers.offers(), data)
        known = {choice.name for choice in form.choices}
        for parameter in options["param"]:
            if form.chosen and (name := parameter.partition("=")[0]) not in known:
                raise CommandError(f"None of these models takes a parameter “{name}”.")
        return form

    async def _run(self, prompt: Prompt, *, as_text: bool) -> None:
        await runner.open()
        try:
            run_ids = [run.pk async for run in prompt.runs.all()]
            runner.start(run_ids)
            for run_id in run_ids:
                await self._follow(run_id, as_text=as_text)
        finally:
            await runner.close()

    async def _follow(self, run_id: Any, *, as_text: bool) -> None:
        """Print one run's text as it comes; the others go on meanwhile and are printed in their turn."""
        printed = 0
        while True:
            live = runner.live.get(run_id)
            run = None if live else await Run.objects.select_related("hold").aget(pk=run_id)
            text = live.text if live else run.text if run else ""
            if as_text and len(text) > printed:
                if not printed:
                    model = run.model_name if run else live.request["model"] if live else ""
                    self.stdout.write(f"— {model}")
                self.stdout.write(text[printed:], ending="")
                self.stdout.flush()
                printed = len(text)
            if run is not None and run.is_over:
                if as_text:
                    would = "would have cost" if run.is_rehearsal else "cost"
                    self.stdout.write(f"\n— {run.get_state_display()}; {would}: {final_cost(run)}\n")
                return
            await asyncio.sleep(0.05)
