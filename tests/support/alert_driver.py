"""Empty an outbox in a process of its own, which a test may kill.

Usage: python -m tests.support.alert_driver HOME [die]

Belongs here: one drain, and with `die` a SIGKILL after the message is sent and before it is marked.
Does not belong here: what a test expects.
"""

import os
import signal
import sys
from pathlib import Path

from orchestration.alerts import delivery


def main(home: str, *options: str) -> None:
    """Drain once."""
    if "die" in options:
        delivery.mark = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    drained = delivery.drain(Path(home))
    sys.stdout.write(f"{drained.sent} sent, {drained.failed} failed\n")
    heavy = {"apprise", "requests", "duckdb", "dagster", "great_expectations"} & set(sys.modules)
    sys.stdout.write(f"{sorted(heavy)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
