"""K5 and K6: a step is killed, then the machine goes down; the service goes on by itself."""

import sys
import time
from pathlib import Path

import dagster as dg
import pytest

from orchestration.defs.automation import new_delivery_sensor
from orchestration.verification import verify
from tests.faults.conftest import Scene, tried
from tests.faults.harness import observe, strays, torn, unbalanced
from tests.faults.service import Service
from tests.faults.signs import BUILDING

# K6 of the fault matrix: from the restart to the new attempt at work.
PROMISED_SECONDS = 60
PATIENCE = 180


def building_since(service: Service, moment: float) -> bool:
    """Whether a run has come to the warehouse's models since a moment."""
    return any(path.stat().st_mtime > moment for path in service.home.glob(BUILDING.pattern))


@pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")
def test_a_killed_step_and_a_machine_without_power_are_mended_and_nobody_is_needed(
    fresh: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = fresh.new(tmp_path)
    service = Service(target.inbox, target.home, tmp_path / "log")
    try:
        began = time.time()
        service.boot()
        # Nobody asks for it: the sensor is on from the first start.
        service.wait_until(lambda: building_since(service, began), PATIENCE, "first attempt")

        killed = time.time()
        assert service.kill_run_worker() == 1
        tried("kill a step of the service")
        service.wait_until(lambda: building_since(service, killed), PATIENCE, "second attempt")

        service.kill_everything()
        tried("kill the service and boot")
        assert [run.status for run in service.runs()] == ["FAILURE", "STARTED"]
        restarted = time.time()
        service.boot()
        service.wait_until(lambda: len(service.runs()) == 3, PROMISED_SECONDS, "third attempt")
        service.wait_until(
            lambda: service.runs()[2].status not in ("NOT_STARTED", "QUEUED"),
            max(0, restarted + PROMISED_SECONDS - time.time()),
            "start of the third attempt",
        )
        service.wait_until(
            lambda: service.runs()[2].status in ("SUCCESS", "FAILURE"), PATIENCE, "end of it"
        )
    finally:
        service.kill_everything()
    runs = service.runs()
    assert [run.status for run in runs] == ["FAILURE", "FAILURE", "SUCCESS"]
    # One piece of work in three attempts, and not three pieces.
    assert {run.root for run in runs} == {runs[0].run_id}

    found = observe(target)
    for table in (name for name in fresh.truth.tables if name.startswith("raw.")):
        assert found.tables[table] == fresh.truth.tables[table], table
    assert found.quarantine == fresh.truth.quarantine
    assert unbalanced(target.home) + torn(target.home / "published") == []
    assert strays(target.home) == []
    assert verify(target.home).damages == ()
    for name, value in service.environment.items():
        if name.startswith(("HEARD_", "DAGSTER_")):
            monkeypatch.setenv(name, value)
    with dg.DagsterInstance.get() as instance:
        asked = new_delivery_sensor(dg.build_sensor_context(instance))
        assert isinstance(asked, dg.SkipReason)
        assert "Nothing new" in (asked.skip_message or "")
