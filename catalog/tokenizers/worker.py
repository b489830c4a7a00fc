"""The counting process, `python -m catalog.tokenizers.worker`: requests on its input, answers on its output.

Why a process: a text made to hurt (a megabyte without a blank, odd Unicode) must be killable, which a thread is not.
And 0.3 s of imports and 0.6 to 0.9 s of loading Tekken must not hold the interpreter lock of the server's event loop,
nor should the server carry their 70 to 200 MB when nobody counts.

One JSON object per line each way. A request is `{"id", "seconds", "kinds", "text"}`, its answer
`{"id", "counts": {kind: [text tokens, template tokens]}}`; or `{"id", "error": name of the exception}` when a tokenizer
could not be loaded, with `"refused": kind` when it was loaded and could not read the text. No part of a text is ever in
an error.

It ends by itself when its input ends, so it dies with the server, also after `kill -9`. While it counts it cannot see
that, so an alarm ends it after `seconds`: the kernel delivers it even when a tokenizer never returns to Python.
"""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, BinaryIO

from catalog.tokenizers.kinds import Kind


class Tokenizer:
    """One kind, loaded from its file. Counts a text as the one user message of a chat, as the API bills it."""

    def __init__(self, kind: Kind) -> None:
        import mistral_common
        from mistral_common.protocol.instruct.messages import UserMessage
        from mistral_common.tokens.tokenizers.mistral import MistralTokenizer

        file = Path(mistral_common.__file__).parent / "data" / kind.file
        self._instruct = MistralTokenizer.from_file(file).instruct_tokenizer
        self._user_message = UserMessage
        self._spells_its_template = kind is Kind.V1
        self._template_tokens = len(self._encode(""))

    def count(self, text: str) -> tuple[int, int]:
        """The tokens of the text, and those that the chat's template puts around it.

        v1's template is text as well, and may share a token with the user's where they meet. The text's tokens are
        then those that it has alone, and the template's are the rest.
        """
        total = len(self._encode(text))
        if self._spells_its_template:
            alone = len(self._instruct.tokenizer.encode(text, bos=False, eos=False))
            return alone, total - alone
        return total - self._template_tokens, self._template_tokens

    def _encode(self, text: str) -> list[int]:
        """The whole prompt: what `encode_chat_completion` answers for one user message.

        That function also turns the tokens back into text, for an attribute that it has deprecated: 3 s and 700 MB
        for a million rare characters, where the step of it that is called here takes 0.3 s.
        """
        tokens, _, _ = self._instruct.encode_user_message(
            self._user_message(content=text), available_tools=None, is_last=True, is_first=True
        )
        return [self._instruct.tokenizer.bos_id, *tokens]


def main() -> int:
    """Answer requests until the input ends. Returns the exit status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole process group; the server decides
    answers = _take_output()
    loaded: dict[str, Tokenizer] = {}
    for line in sys.stdin.buffer:
        if not line.endswith(b"\n"):
            break  # the server died while it was writing
        try:
            request = json.loads(line)
            _set_alarm(request["seconds"])
            answer = {"id": request["id"], **_answer(request, loaded)}
        except (ValueError, KeyError, TypeError):
            print("The counting process was sent a line that is not a request.", file=sys.stderr)
            return 2
        _set_alarm(0)
        try:
            answers.write(json.dumps(answer).encode() + b"\n")
        except BrokenPipeError:
            break
    return 0


def _answer(request: dict[str, Any], loaded: dict[str, Tokenizer]) -> dict[str, Any]:
    """The counts, or what went wrong: the exception's name only, as its message may quote the text."""
    counts = {}
    for name in request["kinds"]:
        try:
            if name not in loaded:
                loaded[name] = Tokenizer(Kind(name))
        except Exception as error:
            return {"error": type(error).__name__}
        try:
            counts[name] = loaded[name].count(request["text"])
        except Exception as error:
            return {"error": type(error).__name__, "refused": name}
    return {"counts": counts}


def _set_alarm(seconds: float) -> None:
    """End this process after so many seconds; 0 takes it back. The default action of the signal, not a handler."""
    if hasattr(signal, "SIGALRM"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _take_output() -> BinaryIO:
    """The output for answers alone: what a library prints goes to the error output instead."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return answers


if __name__ == "__main__":
    sys.exit(main())
