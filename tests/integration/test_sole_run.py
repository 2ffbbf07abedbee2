"""One run at a time in a home folder; what a killed run leaves behind is waited for."""

import subprocess
import sys
from pathlib import Path

import pytest

from orchestration import instance
from orchestration.instance import RunInProgressError, sole_run

# A run that was starting a child: until the child is gone, too, it holds the lock.
RUN = """
import os, sys, time
from pathlib import Path
from orchestration.instance import sole_run
with sole_run(Path(sys.argv[1])):
    if os.fork() == 0:
        time.sleep(float(sys.argv[2]))
        os._exit(0)
    print("held", flush=True)
    time.sleep(60)
"""


def _killed_run(home: Path, childs_seconds: float) -> None:
    command = [sys.executable, "-c", RUN, str(home), str(childs_seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "held\n"
        with pytest.raises(RunInProgressError, match=rf"process {run.pid}\)"), sole_run(home):
            pytest.fail("two runs hold one home folder")
        run.kill()
        run.wait()


def test_the_next_run_waits_for_what_a_killed_run_had_just_started(tmp_path: Path) -> None:
    _killed_run(tmp_path, 0.5)
    with sole_run(tmp_path):
        pass


def test_it_does_not_wait_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instance, "_LAST_BREATH_SECONDS", 0.1)
    _killed_run(tmp_path, 2)
    with pytest.raises(RunInProgressError, match="another run"), sole_run(tmp_path):
        pytest.fail("two runs hold one home folder")
