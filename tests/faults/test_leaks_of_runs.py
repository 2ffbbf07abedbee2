"""A whole ``heard run`` fails over rows: Dagster, dbt and the checks keep nothing of them.

They belong to the long run (``make faults``): each takes seconds. Every change has whole runs that
end well and that are held back over such rows (test_canary.py, test_dagster_run.py).
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.faults.conftest import TRIALS
from tests.faults.sentinels import Row, holders
from tests.faults.test_leaks import PATHS
from tests.support.command import KEY, REPOSITORY

EXPRESSIONS = (
    "expression_id,person_id,voice_owner,expressed_on,text\n"
    "E1,<ID>,child,2026-01-05,<WORDS>\nE2,<ID>,child,<DATE>,<WORDS>\n"
)


@pytest.mark.skipif(not TRIALS, reason="takes a minute: make faults, or HEARD_FAULT_TRIALS=1")
@pytest.mark.parametrize("path", PATHS["runs"], ids=lambda path: path["id"])
def test_a_run_that_fails_keeps_and_tells_nothing_of_the_rows(
    tmp_path: Path, path: dict[str, Any]
) -> None:
    row = Row.of(path["id"])
    delivery = tmp_path / "inbox" / "330" / "voice_extension" / "2026-06-30"
    delivery.mkdir(parents=True)
    (delivery / "vx_expression.csv").write_text(row.fill(EXPRESSIONS))
    home, scratch = tmp_path / "home", tmp_path / "scratch"
    scratch.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEARD_")}
    own = {"HEARD_HOME": home, "HEARD_INBOX": tmp_path / "inbox", "TMPDIR": scratch}
    ran = subprocess.run(
        [sys.executable, "-m", "tests.faults.failing_run", path["id"], "run", "--json"],
        env=kept
        | {name: str(value) for name, value in own.items()}
        | {"HEARD_PSEUDONYM_KEY": KEY, "PYTHONPATH": str(REPOSITORY)},
        cwd=scratch,
        capture_output=True,
        text=True,
    )
    (scratch / "output").write_text(ran.stdout + ran.stderr)
    code, words = path["ends"]
    assert (ran.returncode, words in ran.stdout) == (code, True), ran.stdout + ran.stderr
    assert json.loads(ran.stdout)["status"] in ("failed", "stopped")
    assert row.tag in "".join(
        file.read_text() for file in (home / "landing").iterdir() if file.is_file()
    )
    assert holders([row], (home, scratch), home) == {}
