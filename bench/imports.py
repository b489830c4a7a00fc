"""How long an import takes and how much memory it needs: `make bench-imports`, with ARGS="--models 100000" for more.

Writes a list of made-up models to a temporary file and imports it twice, in processes of their own, into an empty database.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def write_list(path: Path, count: int) -> None:
    """A list in OpenRouter's form, some 800 bytes a model."""
    with path.open("w", encoding="utf-8") as file:
        file.write('{"data": [')
        for number in range(count):
            file.write(("," if number else "") + json.dumps(entry(number)))
        file.write("]}")


def entry(number: int) -> dict[str, object]:
    slug = f"vendor-{number % 200}/model-{number}"
    return {
        "id": slug,
        "canonical_slug": f"{slug}-20260101",
        "name": f"Vendor {number % 200}: Model {number}",
        "created": 1_764_681_654 + number,
        "description": f"A made-up model, number {number}, for measuring how long an import takes.",
        "context_length": 131_072,
        "architecture": {"input_modalities": ["text"], "output_modalities": ["text"]},
        "pricing": {
            "prompt": f"0.00000{1 + number % 9}",
            "completion": f"0.0000{1 + number % 9}",
            "input_cache_read": "0.0000001",
        },
        "top_provider": {"context_length": 131_072, "max_completion_tokens": 8192},
        "supported_parameters": ["max_tokens", "temperature", "top_p", "stop", "seed", "tools"],
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--models", type=int, default=421)
    count = parser.parse_args().models
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.json"
        write_list(path, count)
        environment = os.environ | {"DATA_DIR": folder, "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3"}
        run(["migrate", "--verbosity", "0"], environment)
        for label in ("first import", "the same again"):
            begun = time.perf_counter()
            last = run(["sync", "openrouter", "--file", str(path)], environment)
            print(f"{label:>15}: {time.perf_counter() - begun:.1f} s. {last}")
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"{count:,} models, {path.stat().st_size / 1e6:.1f} MB of JSON; at most {most:.0f} MB of memory.")


def run(arguments: list[str], environment: dict[str, str]) -> str:
    """The last line that `manage.py` writes."""
    done = subprocess.run(  # noqa: S603  our own program with our own arguments
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stderr)
    return (done.stdout.strip().splitlines() or [""])[-1]


if __name__ == "__main__":
    main()
