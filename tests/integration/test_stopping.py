"""A request to stop ends a command in time, as a stop and not as a failure.

Belongs here: signals to processes of their own, on a real DuckDB.
Does not belong here: what a stopped run leaves behind (test_reaper and tests/faults).
"""

import signal
import subprocess
import sys
import time

import pytest

from orchestration.stopping import STOPPED, stoppable
from tests.support.command import REPOSITORY

LONG_QUERY = "select count(*) from range(9000000) a(i), range(9000000) b(i) where a.i % 7 < b.i % 5"


def test_a_step_that_does_not_notice_is_ended_within_the_time() -> None:
    code = (
        "import time, orchestration.stopping as s\n"
        "s.GRACE_SECONDS = 0.5\n"
        "with s.stoppable():\n"
        "    while True:\n"
        "        try:\n"
        "            print('on', flush=True)\n"
        "            time.sleep(60)\n"
        "        except KeyboardInterrupt:\n"
        "            pass\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=REPOSITORY)
    assert process.stdout is not None
    assert process.stdout.readline() == b"on\n"
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == STOPPED
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "work",
    [
        f"con.execute('{LONG_QUERY}')",
        "con.sql('select a from range(100000000000) t(a)').fetchall()",
    ],
    ids=["execute", "fetch"],
)
def test_a_query_that_is_cut_short_is_a_stop_and_no_failure(work: str) -> None:
    code = (
        "import sys, duckdb, orchestration.stopping as s\n"
        "con = duckdb.connect()\n"
        "with s.stoppable() as stop:\n"
        "    print('on', flush=True)\n"
        f"    {work}\n"
        "sys.exit(s.STOPPED if stop.is_made else 0)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=REPOSITORY,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"on\n"
    time.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=12)
    assert (process.returncode, said) == (STOPPED, b"")


def test_an_error_that_nobody_asked_for_stays_an_error() -> None:
    with pytest.raises(RuntimeError, match="of our own"), stoppable():
        raise RuntimeError("of our own")
