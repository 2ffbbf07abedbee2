"""Whoever is to know of a release is told at least once, whenever its process dies."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from orchestration.fingerprint import read_state
from orchestration.incidents.ledger import open_ledger
from tests.support.command import REPOSITORY
from tests.support.release_driver import make_warehouse, publish_now

ROUTE = "routes: [{name: board, board: programme, address: HEARD_ALERT_BOARD, releases: true}]\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("orchestration.incidents.ledger.SYNCHRONOUS", "off")
    # It goes back to what it was, whatever the driver put in its place.
    monkeypatch.setattr("orchestration.defs.publish.project_page", None)
    (tmp_path / "alerts.yaml").write_text(ROUTE, encoding="utf-8")
    return make_warehouse(tmp_path)


def told(home: Path) -> list[str]:
    """Return the releases that messages tell of."""
    with open_ledger(home) as ledger:
        bodies = [row["body"] for row in ledger.execute("select body from messages order by rowid")]
    return [body.split("release ")[1].split(".")[0] for body in bodies]


def public(home: Path) -> str:
    """Return the release that readers find."""
    with duckdb.connect(str(home / "published" / "heard.duckdb"), read_only=True) as connection:
        found = connection.execute("select release_id from published.release").fetchone()
    assert found
    return str(found[0])


@pytest.mark.parametrize(("moment", "told_by_then"), [("before", 0), ("after", 1)])
def test_killed_between_the_rename_and_the_end_the_next_run_publishes_anew_and_tells(
    home: Path, moment: str, told_by_then: int
) -> None:
    command = [sys.executable, "-m", "tests.support.release_driver", str(home), moment]
    killed = subprocess.run(command, cwd=REPOSITORY, check=False, timeout=120)
    assert killed.returncode == -signal.SIGKILL
    first = public(home)
    assert told(home) == [first][:told_by_then]
    # Nothing says that these inputs are published, so the next run does not pass them over.
    assert read_state(home).published is None
    time.sleep(1.1)  # a release is named by its second
    publish_now(home)
    second = public(home)
    assert second != first
    assert told(home)[-1] == second
    assert len(told(home)) == told_by_then + 1
    state = read_state(home).published
    assert state is not None
    assert state.release_id == second
