"""The event log with warm connections holds what Dagster's own holds."""

import sqlite3
from contextlib import closing
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


@dg.asset(deps=[thing])
def other() -> None:
    """Follows the thing."""


def run_once(instance: dg.DagsterInstance) -> str:
    return dg.materialize([thing, other], instance=instance).run_id


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


def rows_of(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything that a log wrote, but the moments at which SQLite wrote it."""
    found: dict[str, list[tuple[object, ...]]] = {}
    for path in sorted(folder.glob("*.db")):
        with closing(sqlite3.connect(path)) as connection:
            tables = [
                name
                for (name,) in connection.execute(
                    "select name from sqlite_master where type = 'table'"
                    " and name not in ('alembic_version', 'secondary_indexes')"
                )
            ]
            for table in tables:
                columns = [
                    f'"{row[1]}"'
                    for row in connection.execute(f"pragma table_info({table})")
                    if row[1] != "create_timestamp"
                ]
                query = f"select {', '.join(columns)} from {table} order by 1"
                found[f"{path.name}/{table}"] = connection.execute(query).fetchall()
    return found


@pytest.mark.usefixtures("dagster_home")
@pytest.mark.parametrize("at_a_time", [1, 3, 1000])
def test_every_table_holds_what_dagsters_own_log_writes_for_the_same_events(
    tmp_path: Path, at_a_time: int
) -> None:
    with dg.DagsterInstance.get() as instance:
        # The second run finds every asset known already.
        runs = [run_once(instance) for _ in range(2)]
        events = [event for run_id in runs for event in instance.all_logs(run_id)]
    kinds = {event.dagster_event.event_type_value for event in events if event.dagster_event}
    assert {
        *("ASSET_MATERIALIZATION_PLANNED", "ASSET_MATERIALIZATION", "PIPELINE_SUCCESS"),
        *("ASSET_CHECK_EVALUATION_PLANNED", "ASSET_CHECK_EVALUATION"),
    } <= kinds
    stock = SqliteEventLogStorage(str(tmp_path / "stock"))
    ours = event_log.WarmSqliteEventLog(str(tmp_path / "ours"))
    for start in range(0, len(events), at_a_time):
        batch = events[start : start + at_a_time]
        stock.store_event_batch(batch)
        ours.store_event_batch(batch)
    ours.dispose()
    expected = rows_of(tmp_path / "stock")
    assert len(expected["index.db/asset_keys"]) == 2
    assert len(expected["index.db/asset_check_executions"]) == 2
    assert rows_of(tmp_path / "ours") == expected


@pytest.mark.usefixtures("dagster_home")
def test_it_tells_the_same_of_assets_as_dagsters_own_log(tmp_path: Path) -> None:
    keys = [dg.AssetKey("thing"), dg.AssetKey("planned_only"), dg.AssetKey("wiped")]
    with dg.DagsterInstance.get() as instance:
        run_once(instance)
        instance.wipe_assets([dg.AssetKey("other")])
        stock = SqliteEventLogStorage(str(tmp_path / "events"))
        log = instance.event_log_storage
        assert log.get_asset_records(keys) == stock.get_asset_records(keys)
        assert log.get_asset_records() == stock.get_asset_records()
        assert [record.asset_entry.asset_key for record in log.get_asset_records()] == keys[:1]
