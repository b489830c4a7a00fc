"""Children of the tests' own, each a few lines of Python, and questions about processes."""

import sys
import time
from pathlib import Path

from catalog.tokenizers.kinds import Kind

SENTENCEPIECE = (Kind.V1, Kind.V2, Kind.V3, Kind.V7)
HEAVY = {"mistral_common", "numpy", "tiktoken", "sentencepiece", "pydantic", "django"}

# Children of the test's own, each a few lines of Python.
HONEST = """
import json, sys
for line in sys.stdin:
    request = json.loads(line)
    counts = {kind: [len(request["text"]), 3] for kind in request["kinds"]}
    print(json.dumps({"id": request["id"], "counts": counts}), flush=True)
"""
HANGING = "import time; time.sleep(60)"
DYING = "import sys; sys.exit(1)"


def child(code: str, *arguments: str | Path) -> tuple[str, ...]:
    return (sys.executable, "-S", "-c", code, *map(str, arguments))


def at_first(trouble: str, marker: Path) -> tuple[str, ...]:
    """A child that is trouble the first time it is started, and honest from then on."""
    first = (
        f"import pathlib, sys\nmarker = pathlib.Path({str(marker)!r})\nif not marker.exists():\n    marker.touch()\n"
    )
    return child(f"{first}    {trouble}\n{HONEST}")


def is_running(pid: int) -> bool:
    """Whether there is such a process, and not only its entry waiting to be read by a parent."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def is_reaped(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


def soon(question: object, seconds: float = 10) -> bool:
    """Whether `question()` becomes true within the time."""
    assert callable(question)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if question():
            return True
        time.sleep(0.02)
    return False
