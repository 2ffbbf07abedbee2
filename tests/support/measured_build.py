"""Build a warehouse of many authorities as `heard run` builds it, and say what that took.

    python -m tests.support.measured_build HOME AUTHORITIES LOG [AUTHORITY THAT DELIVERS AGAIN]

A process of its own, so that its peak of memory is its own too. It writes a line of JSON after
each step, so a long build can be watched; one that was killed goes on when it is started again.
Belongs here: running and measuring. Does not belong here: any assertion, or making copies
(``many_authorities``).
"""

import json
import resource
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.environments.local import DuckDBCursorWrapper

from orchestration import building, transform
from orchestration.authority_builds import forget_builds
from orchestration.builds import forget_standing
from orchestration.ingestion.warehouse import WAREHOUSE_NAME, open_warehouse
from orchestration.resources import Home
from orchestration.transform import prepare_manifest, read_manifest
from orchestration.transform_events import NODE_FINISHED
from tests.support.many_authorities import MULTIPLIED, multiply

STEPS = ("cut_frame", "lay_frame", "cut_slice", "build_warehouse", "put_in_place")


class Meter:
    """What the steps of a build took, one line of JSON each."""

    def __init__(self, home: Path, log: Path) -> None:
        """Watch a home folder, and write to the end of a log."""
        self._home = home
        self._log = log
        self._disk = 0
        # Processor seconds of the SQL alone: dbt's own work is in the step.
        self.nodes: Counter[str] = Counter()
        self.tests = 0.0
        self._since_last_node = 0.0
        threading.Thread(target=self._watch, daemon=True).start()

    def measure(self, step: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """Return the same work, which writes a line when it ends."""

        def measured(*called: Any, **more: Any) -> Any:
            self.nodes.clear()
            self.tests, self._disk = 0.0, 0
            start = time.process_time()
            result = work(*called, **more)
            said = {
                "at": time.strftime("%H:%M:%S"),
                "step": step,
                "cpu_seconds": time.process_time() - start,
                "of_tests": self.tests,
                "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                "disk_mib": max(self._disk, self._used()) // 2**20,
                "nodes": dict(self.nodes) if step == "build_warehouse" else {},
            }
            with self._log.open("a") as handle:
                handle.write(f"{json.dumps(said)}\n")
            return result

        return measured

    def on_node(self, _on_built: Callable[[int], None]) -> Callable[[Any], None]:
        """Return what dbt calls with each event: one thread builds one node after the other."""

        def callback(event: Any) -> None:
            if event.info.name == NODE_FINISHED:
                node = event.data.node_info
                if node.materialized == "test":
                    self.tests += self._since_last_node
                else:
                    self.nodes[node.node_name] += self._since_last_node
                self._since_last_node = 0.0

        return callback

    def on_sql(self, execute: Callable[..., Any]) -> Callable[..., Any]:
        """Return what runs a statement for dbt."""

        def measured(*called: Any, **more: Any) -> Any:
            start = time.process_time()
            try:
                return execute(*called, **more)
            finally:
                self._since_last_node += time.process_time() - start

        return measured

    def _watch(self) -> None:
        while True:
            self._disk = max(self._disk, self._used())
            time.sleep(1)

    def _used(self) -> int:
        total = 0
        for path in (self._home / WAREHOUSE_NAME, *(self._home / "tmp").rglob("*")):
            # What spills comes and goes.
            with suppress(FileNotFoundError):
                total += path.stat().st_blocks * 512
        return total


def main(home: Path, count: int, log: Path, deliverer: str = "") -> None:
    """Multiply the one authority of a home folder, unless that is done, and build."""
    meter = Meter(home, log)
    if not (home / MULTIPLIED).exists():
        meter.measure("multiply", multiply)(home, count)
        with open_warehouse(home) as connection:
            forget_builds(connection)
            forget_standing(connection)
        (home / MULTIPLIED).touch()
    if deliverer:
        with open_warehouse(home) as connection:
            connection.execute(
                "update ledger.deliveries set first_seen_at = first_seen_at + interval 1 hour"
                " where authority_code = ?",
                [deliverer],
            )
    for step in STEPS:
        setattr(building, step, meter.measure(step, getattr(building, step)))
    transform._node_callback = meter.on_node
    DuckDBCursorWrapper.execute = meter.on_sql(DuckDBCursorWrapper.execute)
    manifest = read_manifest(prepare_manifest(home))
    built = meter.measure("all", building.build)(Home(path=str(home)), manifest)
    wrong = [result.name for result in built.results if not result.is_ok]
    if wrong:
        raise SystemExit(f"not built: {', '.join(wrong)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), *sys.argv[4:])
