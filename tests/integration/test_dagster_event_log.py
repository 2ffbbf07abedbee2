"""The event log with warm connections holds what Dagster's own holds."""

from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqliteEventLogStorage

from orchestration import event_log

SETTINGS = Path(event_log.__file__).with_name("deploy") / "dagster.yaml"


@dg.asset(check_specs=[dg.AssetCheckSpec("there_is_one", asset="thing")])
def thing():  # type: ignore[no-untyped-def]  # dagster reads a result type as outputs
    """One row."""
    return dg.MaterializeResult(
        metadata={"rows": 1}, check_results=[dg.AssetCheckResult(passed=True)]
    )


@pytest.fixture
def dagster_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    (tmp_path / "dagster.yaml").write_text(SETTINGS.read_text())
    return tmp_path


def run_once(instance: dg.DagsterInstance) -> str:
    return dg.materialize([thing], instance=instance).run_id


def test_the_shipped_settings_use_it_and_keep_no_compute_logs_and_no_telemetry(
    dagster_home: Path,
) -> None:
    with dg.DagsterInstance.get() as instance:
        assert isinstance(instance.event_log_storage, event_log.WarmSqliteEventLog)
        assert type(instance.compute_log_manager).__name__ == "NoOpComputeLogManager"
        assert not instance.telemetry_enabled
        run_once(instance)
    assert (dagster_home / "events" / "index.db").is_file()
    assert not (dagster_home / "logs" / "event.log").exists()


def test_dagsters_own_log_reads_the_same_events_from_the_same_files(dagster_home: Path) -> None:
    with dg.DagsterInstance.get() as instance:
        run_id = run_once(instance)
        kinds = [
            entry.dagster_event.event_type_value
            for entry in instance.all_logs(run_id)
            if entry.dagster_event
        ]
    stock = SqliteEventLogStorage(str(dagster_home / "events"))
    assert [
        entry.dagster_event.event_type_value
        for entry in stock.get_logs_for_run(run_id)
        if entry.dagster_event
    ] == kinds
    assert {"ASSET_MATERIALIZATION", "ASSET_CHECK_EVALUATION", "STEP_SUCCESS"} <= set(kinds)


@pytest.mark.usefixtures("dagster_home")
def test_more_runs_than_open_files_are_all_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_log, "OPEN_FILES", 2)
    with dg.DagsterInstance.get() as instance:
        runs = [run_once(instance) for _ in range(4)]
        log = instance.event_log_storage
        assert isinstance(log, event_log.WarmSqliteEventLog)
        assert len(log._open) == 2
        assert all(instance.all_logs(run_id) for run_id in runs)
