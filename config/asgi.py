"""The ASGI application: request limits, then Django; the runner and the imports' timer are open while the server is."""

import asyncio
import os
import warnings

from asgiref.typing import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, Scope
from django.core.asgi import get_asgi_application

from config.limits import limited

# WhiteNoise answers static files with plain iterators; Django says so once for each, under ASGI. Our streams are asynchronous.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django_application = get_asgi_application()


def with_runner(app: ASGI3Application) -> ASGI3Application:
    """Answer the server's lifespan events, which Django does not know, by opening and closing the runner.

    Without it a run whose task dies with the server would leave nothing behind: the server ends tasks before their
    `finally` runs, and only this hook is waited for.
    """
    from catalog.imports.timer import Timer
    from catalog.tokenizers import counting
    from playground.runner import runner

    timer = Timer()

    async def lifespan(receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        await receive()
        try:
            await runner.open()
        except Exception as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            raise
        timer.open()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        try:
            await runner.close()  # first: it settles what runs have cost
        finally:
            try:
                await asyncio.to_thread(counting.close)
            finally:
                await timer.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def application(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] == "lifespan":
            await lifespan(receive, send)
        else:
            await app(scope, receive, send)

    return application


application = with_runner(limited(django_application))
