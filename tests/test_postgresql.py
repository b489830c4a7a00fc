"""The same rules on PostgreSQL: the tests that use a database run again there, in two halves side by side."""

import os
import subprocess
import sys

import pytest

from tests.live import ROOT
from tests.postgresql import create

pytestmark = [pytest.mark.postgresql, pytest.mark.timeout(900)]
CATALOG = "tests/catalog"
SECOND = [*(f"{CATALOG}/{package.parent.name}" for package in sorted((ROOT / CATALOG).glob("*/__init__.py")))]
SECOND += ["tests/test_access.py", "tests/test_signing_in.py"]

# Of the playground what a database decides: transactions, locks, sums, searches, what is written and removed. Its forms,
# words and drawings, and what an upstream says, are the same anywhere.
PLAYED = [
    f"tests/playground/test_{name}.py"
    for name in (
        *("ledger", "opening", "settlement", "runner", "streams", "runs_stop", "runs_queue", "runs_structured"),
        *("standings", "reconciling", "drift", "admin", "performance", "deciding", "judging", "keeping"),
    )
] + [
    str(path.relative_to(ROOT))
    for subject in ("history", "retention", "sharing")
    for path in sorted((ROOT / "tests/playground").glob(f"test_{subject}*.py"))
]
FIRST = [CATALOG, *PLAYED]

# Left out is only what cannot come out differently there. What the fixtures say is the same in any database, and reading
# them is tested with everything else.
FACTS = [
    f"{CATALOG}/test_{name}.py"
    for name in (
        "fixtures",
        "fixtures_mistral",
        "fixtures_names",
        "fixtures_prices",
        "fixtures_sources",
        "observations",
    )
]

# It calls the application as a server would, which closes the connection that the test's transaction is on.
FUZZER = [f"{CATALOG}/api/test_schema.py"]


@pytest.mark.parametrize(
    ("database", "again", "ignored"),
    [("windrose_one", FIRST, SECOND + FACTS), ("windrose_two", SECOND, FUZZER)],
)
def test_models_and_pages_on_postgresql(postgresql: str, database: str, again: list[str], ignored: list[str]) -> None:
    create(postgresql, database)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "django_db", *again),
            *(f"--ignore={path}" for path in ignored),
        ],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": f"{postgresql}/{database}"},
        capture_output=True,
        text=True,
        timeout=880,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
