"""Count the system calls of a run, so that one can be struck at each of them.

Belongs here: strace's words and what it wrote. Does not belong here: which call is struck.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.faults.harness import Target


def counts_of(calls: Sequence[str], target: Target, log: Path) -> dict[str, int]:
    """Return how often one thread of an undisturbed run makes each system call, at the most."""
    trace = ["strace", "-f", "-qq", "-b", "execve", "-o", str(log)]
    trace += ["-e", f"trace={','.join(calls)}"]
    assert target.traced(trace).code == 0
    return calls_in(log, calls)


def calls_in(log: Path, calls: Sequence[str]) -> dict[str, int]:
    """Return how often one thread makes each system call, at the most, by what strace wrote."""
    seen: dict[tuple[str, str], int] = {}
    for line in log.read_text(errors="replace").splitlines():
        matched = re.match(r"(\d+) +(\w+)\(", line)
        if matched:
            key = (matched.group(1), matched.group(2))
            seen[key] = seen.get(key, 0) + 1
    return {
        call: max((count for (_, name), count in seen.items() if name == call), default=0)
        for call in calls
    }


def can_trace() -> bool:
    """Whether strace is here and may trace."""
    if shutil.which("strace") is None:
        return False
    tried = ["strace", "-qq", "-o", os.devnull, "-e", "inject=getppid:error=EPERM", "true"]
    return subprocess.run(tried, capture_output=True).returncode == 0
