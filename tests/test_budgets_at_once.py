"""Two processes with ten threads each at once, on both databases: a budget lets in what fits and no more, and a cost is
asked for by one of them only.

Nothing is sent here, so nothing settles and frees money in between: what was let in stays held, as behind a barrier.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live import ROOT, clean_environment, manage

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]
# Says "ready", waits for a line, then opens prompts from ten threads at once; prints what became of them.
SCRIPT = """
import sys, threading
from concurrent.futures import ThreadPoolExecutor

import django

django.setup()
from django.contrib.auth import get_user_model
from django.db import connections

from catalog.models import Listing
from playground import ledger, opening
from playground.messages import Message
from playground.offers import Offer
from playground.variables import Rows

process, rows = sys.argv[1], int(sys.argv[2])
owner = get_user_model().objects.get(username="owner")
listed = {each.model.public_id: each for each in Listing.objects.for_playground()}
offer = Offer(listed["mistralai/mistral-large-2512"], "openrouter")
values = Rows(("n",), tuple((str(number),) for number in range(rows))) if rows > 1 else Rows()
start = threading.Barrier(10)

def send(number):
    message = Message("user", "Hello")
    asked = opening.Asked(f"{process}-{number}", [message], {"max_tokens": 1_000_000}, [offer], rows=values)
    start.wait()
    try:
        opening.open_prompt(owner, asked)
        return "in"
    except ledger.BudgetRefusal:
        return "refused"
    finally:
        connections.close_all()

connections.close_all()
print("ready", flush=True)
sys.stdin.readline()
with ThreadPoolExecutor(10) as pool:
    print(*pool.map(send, range(10)))
"""
TAKE = """
import sys, threading
from concurrent.futures import ThreadPoolExecutor

import django

django.setup()
from django.db import connections
from django.utils import timezone

from playground import reconciling

start = threading.Barrier(10)

def take(number):
    start.wait()
    try:
        return [str(question.run_id) for question in reconciling.take(timezone.now())]
    finally:
        connections.close_all()

print("ready", flush=True)
sys.stdin.readline()
with ThreadPoolExecutor(10) as pool:
    print(*[run_id for taken in pool.map(take, range(10)) for run_id in taken])
"""
WAITING = """
from django.utils import timezone
from playground.models import Prompt, Run
from django.contrib.auth import get_user_model
prompt = Prompt.objects.create(user=get_user_model().objects.create_user("owner"), key="key")
for number in range(25):
    Run.objects.create(
        prompt=prompt, position=number, state="stopped", upstream="openrouter", generation_id=f"gen-{number}",
        reconciliation="waiting", reconcile_at=timezone.now(), ended_at=timezone.now(),
    )
"""
PREPARE = """
from django.contrib.auth import get_user_model
from playground.models import Budget
owner = get_user_model().objects.create_user("owner")
Budget.objects.create(user=owner, period="day", limit={limit})
Budget.objects.create(user=None, period="month", limit=100 * 10**12)
"""
COUNTS = """
from django.db.models import Sum
from playground.models import Hold, Prompt, Run
print(Prompt.objects.count(), Run.objects.count(), Hold.objects.count(), Hold.objects.aggregate(s=Sum("amount"))["s"] or 0)
"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def variables(request: pytest.FixtureRequest, tmp_path: Path, prepared: Path) -> dict[str, str]:
    """The environment of a database with the catalog in it."""
    if request.param == "sqlite":
        shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
        return {}
    return {"DATABASE_URL": request.getfixturevalue("filled_database")()}


def shell(tmp_path: Path, code: str, variables: dict[str, str]) -> str:
    done = manage(tmp_path, "shell", "--no-imports", "-c", code, **variables)
    assert done.returncode == 0, done.stderr
    return done.stdout


def race(tmp_path: Path, variables: dict[str, str], rows: int = 1, script: str = SCRIPT) -> list[str]:
    """What twenty threads of two processes printed, word by word."""
    environment = clean_environment(
        tmp_path, DJANGO_SETTINGS_MODULE="config.settings", PYTHONPATH=str(ROOT), **variables
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(number), str(rows)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(2)
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        return " ".join(process.communicate(timeout=90)[0] for process in processes).split()
    finally:
        for process in processes:
            process.kill()
            process.wait(10)


def test_twenty_prompts_against_a_budget_for_three(tmp_path: Path, variables: dict[str, str]) -> None:
    """Each holds 1,000,000 x 0.0000015 = $1.50 and a little for its prompt: of $5 three fit, and a fourth does not."""
    shell(tmp_path, PREPARE.format(limit=5 * 10**12), variables)
    assert sorted(race(tmp_path, variables)) == ["in"] * 3 + ["refused"] * 17
    prompts, runs, holds, held = map(int, shell(tmp_path, COUNTS, variables).split())
    assert (prompts, runs, holds) == (3, 3, 3)
    assert 45 * 10**11 < held <= 5 * 10**12


def test_matrices_are_let_in_whole_or_not_at_all(tmp_path: Path, variables: dict[str, str]) -> None:
    """Each of twenty has four runs of $1.50 and a little, $6: of $20 three fit with twelve runs, and no part of a fourth."""
    shell(tmp_path, PREPARE.format(limit=20 * 10**12), variables)
    assert sorted(race(tmp_path, variables, rows=4)) == ["in"] * 3 + ["refused"] * 17
    prompts, runs, holds, held = map(int, shell(tmp_path, COUNTS, variables).split())
    assert (prompts, runs, holds) == (3, 12, 12)
    assert held <= 20 * 10**12


def test_a_cost_is_asked_for_by_one_process_only(tmp_path: Path, variables: dict[str, str]) -> None:
    shell(tmp_path, WAITING, variables)
    taken = race(tmp_path, variables, script=TAKE)
    assert len(taken) == len(set(taken))
    assert 10 <= len(taken) <= 25  # each looks at the ten that wait longest, and nobody waits for another's
    assert not set(taken) & set(race(tmp_path, variables, script=TAKE)), "a lease did not hold"
