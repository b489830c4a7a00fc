"""A request as a shell script around curl. Pure.

The body goes in as a here-document with a quoted end mark: the shell changes nothing in it, and no limit on the length of
an argument applies. No line of it can be the end mark, because JSON breaks lines only between its own signs.
"""

import shlex

from playground.exports.call import Call
from playground.exports.literals import JSON, write

END = "BODY"


def script(call: Call) -> str:
    """The script. It prints what the server sends: the events as they come, or the whole JSON."""
    options = ["--silent", "--show-error", "--fail-with-body"]
    options += ["--no-buffer"] if call.streams else []
    options += ["--globoff"] if set("[]{}") & set(call.url) else []
    headers = ['  --header "Content-Type: application/json"']
    if call.key_variable:
        bearer = f"${{{call.key_variable}:?Set it to your key}}"
        headers.insert(0, f'  --header "Authorization: Bearer {bearer}"')
    parts = [f"curl {' '.join(options)} {shlex.quote(call.url)}", *headers, f"  --data-binary @- <<'{END}'"]
    shown = (
        "the text as events, the usage in one of the last" if call.streams else "the answer as JSON, its usage in it"
    )
    notes = f"{call.comments('#')}# Prints what the server sends: {shown}. Run it with: sh prompt.sh\n"
    command = " \\\n".join(parts)
    return f"#!/bin/sh\n{notes}{command}\n{write(dict(call.body), JSON)}\n{END}\n"
