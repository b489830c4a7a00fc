"""Run the rehearsal: `python -m playground.rehearsal`. It prints `REHEARSAL <port>` and ends when its input ends.

Ending with its input is what keeps it from outliving the server that started it, however that one dies. To try it by
hand, run it in a terminal and end it with Ctrl-D or Ctrl-C. `--hurry 20` makes it twenty times faster.
"""

import argparse
import os
import socket
import threading
from contextlib import suppress

import uvicorn

from playground.rehearsal.server import Application


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m playground.rehearsal", description="A simulated upstream.")
    parser.add_argument("--hurry", type=float, default=1.0, help="how many times faster than real models")
    hurry = max(0.01, parser.parse_args().hurry)

    listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
    server = uvicorn.Server(
        uvicorn.Config(
            Application(hurry),
            log_level="critical",
            access_log=False,
            lifespan="off",
            ws="none",
            timeout_keep_alive=75,
            timeout_graceful_shutdown=1,
        )
    )
    threading.Thread(target=_end_with_input, args=(server,), daemon=True).start()
    print(f"REHEARSAL {listening.getsockname()[1]}", flush=True)
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listening])


def _end_with_input(server: uvicorn.Server) -> None:
    # os.read, because a thread waiting inside sys.stdin would hold its lock when the interpreter ends.
    with suppress(OSError):
        while os.read(0, 1024):
            pass
    server.should_exit = True


if __name__ == "__main__":
    main()
