"""How far a real run has come, seen from outside, so that a fault can strike there.

Belongs here: the files that show it, and waiting for them. Does not belong here: a fault.
"""

import time
from dataclasses import dataclass

from tests.faults.harness import Process, Target


@dataclass(frozen=True)
class Sign:
    """What shows, from outside, that a run has come to a step."""

    name: str
    pattern: str


BUILDING = Sign("building", "dbt/target/run/**/*.sql")
PUBLISHING = Sign("publishing", "published/.heard-*.duckdb")


def start_until(target: Target, sign: Sign) -> Process:
    """Start a run and wait until it comes to a step."""
    began = time.time()
    process = target.start()
    while process.poll() is None:
        if any(path.stat().st_mtime > began for path in target.home.glob(sign.pattern)):
            break
        time.sleep(0.02)
    return process
