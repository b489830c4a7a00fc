"""The JSON that goes upstream: from messages and values to the body of one request, in each API's and server's form.

Pure; no Django. `build` is the one way in: `messages` in their final form, the parameter table that speaks for the
model, and the dialect of the server that is asked. What a model or an API does not take is left out and named.
"""

from playground.bodies.building import Body, Wanted, build, texts
from playground.bodies.routing import Routing

__all__ = ["Body", "Routing", "Wanted", "build", "texts"]
