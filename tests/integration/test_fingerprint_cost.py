"""What it costs to find out that nothing is new."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.fingerprint import State, fingerprint, record_published
from orchestration.settings import Settings

HEAVY = ("dagster", "dbt", "duckdb", "pandas", "pydantic", "great_expectations", "rich", "yaml")
# The promise is one second of processor time; this machine needs a fifth of that.
CPU_SECONDS = 1.0

SCRIPT = f"""
import sys
from orchestration import cli
sys.argv = ["heard", "run", "--json"]
try:
    cli.main()
except SystemExit as stopped:
    code = stopped.code
loaded = sorted(set({HEAVY!r}) & set(sys.modules))
sys.exit(f"loaded {{loaded}}, code {{code}}" if loaded or code else 0)
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Folders whose inputs are published already, as far as the state file knows."""
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY", "7b" * 32)
    found = Settings(inbox=tmp_path / "inbox", home=tmp_path / "home")
    delivery = found.inbox / "330" / "ssd" / "2026-09-30"
    delivery.mkdir(parents=True)
    (delivery / "ssd_person.csv").write_text("pers_person_id\nC1\n")
    (found.home / "published").mkdir(parents=True)
    (found.home / "published" / "heard.duckdb").touch()
    record_published(found.home, fingerprint(found, State()), "20261001T093000Z-0123abcd")
    return found


def run_heard(settings: Settings) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {
        "HEARD_INBOX": str(settings.inbox),
        "HEARD_HOME": str(settings.home),
    }
    return subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, env=environment
    )


def test_a_second_run_says_nothing_new_and_loads_nothing_heavy(settings: Settings) -> None:
    ran = run_heard(settings)
    assert ran.returncode == 0, ran.stderr
    answer = json.loads(ran.stdout)
    assert answer["status"] == "nothing_new"
    assert answer["release_id"] == "20261001T093000Z-0123abcd"


def test_a_second_run_costs_less_than_a_second_of_processor_time(settings: Settings) -> None:
    # The first also hashes the code; the file that it leaves spares the second that.
    run_heard(settings)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ran = run_heard(settings)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert ran.returncode == 0, ran.stderr
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert spent < CPU_SECONDS
