"""`manage.py serve`: prepare the database and the static files, then run the server until Ctrl-C."""

import gc
from types import FrameType
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser, call_command
from django.db import DatabaseError

from playground.accounts import owner_link
from playground.runner import runner


class Server(uvicorn.Server):
    """uvicorn, which tells the runner of a signal at once: open event streams would otherwise hold it up."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        runner.announce_close()
        super().handle_exit(sig, frame)

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        # Whatever is loaded by now stays to the end. Looking through all of it for garbage again and again stops every
        # answer on its way for a tenth of a second and more.
        gc.collect()
        gc.freeze()
        if self.started and self.servers:
            port = self.servers[0].sockets[0].getsockname()[1]
            self.announce(port)

    def announce(self, port: int) -> None:
        """Set by the command, which knows what to print."""


class Command(BaseCommand):
    help = "Migrate, seed, and serve Windrose on HOST:PORT. Starting again changes nothing and loses nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--no-prepare",
            action="store_true",
            help="Only serve: for further processes on a database that is prepared.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["no_prepare"]:
            self.prepare(options["verbosity"])
        link = owner_link()
        config = uvicorn.Config(
            "config.asgi:application",
            host=settings.HOST,
            port=settings.PORT,
            loop="auto",
            http="auto",
            lifespan="on",
            log_level="warning",
            access_log=False,
            server_header=False,
            date_header=True,
            timeout_graceful_shutdown=5,
            timeout_keep_alive=30,
        )
        server = Server(config)
        server.announce = lambda port: self.say_where(port, link)  # type: ignore[method-assign]
        try:
            server.run()
        except KeyboardInterrupt:
            pass
        except SystemExit as error:
            raise CommandError(
                f"The server could not start on {settings.HOST}:{settings.PORT}. Is another program using this port? "
                "Choose another one: PORT=8001 make run."
            ) from error
        if server.started:
            self.stdout.write("Stopped.")

    def prepare(self, verbosity: int) -> None:
        quiet = max(0, verbosity - 1)
        try:
            call_command("migrate", interactive=False, verbosity=quiet)
        except DatabaseError as error:
            raise CommandError(f"The database cannot be used: {str(error).strip().splitlines()[0]}") from error
        call_command("seed", verbosity=quiet)
        if not settings.DEBUG:
            call_command("collectstatic", interactive=False, verbosity=0)

    def say_where(self, port: int, link: str) -> None:
        host = "127.0.0.1" if settings.HOST in {"0.0.0.0", "::"} else settings.HOST  # noqa: S104  compared, not bound
        address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        upstream = (
            "OpenRouter" if settings.OPENROUTER_API_KEY else "the rehearsal (no key is set; answers are simulated)"
        )
        self.stdout.write(f"Windrose is at {address}/ and asks {upstream}. Ctrl-C stops it.")
        self.stdout.write(f"Sign in as the owner, once: {address}{link}")
        self.stdout.flush()
