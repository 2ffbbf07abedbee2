"""Write Dagster's SQLite event log with connections that stay open and statements made once.

Dagster's own storage makes a new engine and connection for every event, asks which tables exist
each time, and writes each event by itself with statements built for it. At one event a model,
test and check that was more than half of a whole run's processor time (measured on 1.13.27, 550
assets and checks: 10.6 s with it, 2.6 s with open connections; made statements and batches take
a sixth off a run's bookkeeping again, 0.90 to 0.75 s for 100 assets with a check each).

Belongs here: how connections are kept and how many statements write the events of a batch. The
tables, and every value in them, stay Dagster's: a test compares them with what its own class
writes for the same events.
Does not belong here: what an event says. The base class is the one that ``dagster.yaml`` names
by this same path, so it is a setting that Dagster documents, although its module is private;
the version of Dagster is pinned exactly.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import sqlalchemy
from dagster import AssetKey, DagsterEventType, EventLogEntry, EventLogRecord
from dagster._core.events import (
    ASSET_CHECK_EVENTS,
    ASSET_EVENTS,
    EVENT_TYPE_TO_PIPELINE_RUN_STATUS,
)
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.schema import (
    AssetCheckExecutionsTable,
    AssetKeyTable,
    SqlEventLogStorageTable,
)
from dagster._serdes import ConfigurableClassData, deserialize_value, serialize_value
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.pool import StaticPool

BUSY_SECONDS = 5
# Each run has a file of its own; a daemon that lives for months must not hold them all.
OPEN_FILES = 8
# What is also kept in the index of all runs.
MIRRORED = ASSET_EVENTS | ASSET_CHECK_EVENTS | set(EVENT_TYPE_TO_PIPELINE_RUN_STATUS)

# Made once: SQLAlchemy takes longer to make and read a statement than SQLite to run it.
_INSERT = SqlEventLogStorageTable.insert()
_INSERT_CHECK = AssetCheckExecutionsTable.insert()
_INSERT_AND_TELL_ID = _INSERT.returning(SqlEventLogStorageTable.c.id, sort_by_parameter_order=True)


class NoAssetError(ValueError):
    """Dagster sent an event of a kind that this log cannot keep."""


class WarmSqliteEventLog(SqliteEventLogStorage):
    """Dagster's SQLite event log with warm connections, one for each recent file."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        """Open the log under ``base_dir``."""
        self._open: OrderedDict[str, Connection] = OrderedDict()
        # Tables, columns and migrations that were seen; once there, they stay.
        self._seen: set[tuple[str, str]] = set()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "WarmSqliteEventLog":
        """Make the log from its block in ``dagster.yaml``, in a folder of its own."""
        return cls(str(Path(config_value["base_dir"]) / "events"), inst_data)

    def has_table(self, table_name: str) -> bool:
        """Say whether the index has a table."""
        seen = ("table", table_name)
        if seen not in self._seen and super().has_table(table_name):
            self._seen.add(seen)
        return seen in self._seen

    def has_asset_key_col(self, column_name: str) -> bool:
        """Say whether the table of assets has a column."""
        seen = ("column", column_name)
        if seen not in self._seen and super().has_asset_key_col(column_name):
            self._seen.add(seen)
        return seen in self._seen

    def has_secondary_index(self, name: str) -> bool:
        """Say whether a migration of the data was done."""
        seen = ("migration", name)
        if seen not in self._seen and super().has_secondary_index(name):
            self._seen.add(seen)
        return seen in self._seen

    def _get_latest_materialization_records(
        self, raw_asset_rows: Iterable[Any]
    ) -> Mapping[AssetKey, EventLogRecord | None]:
        rows = list(raw_asset_rows)
        found: dict[AssetKey, EventLogRecord | None] = {}
        for row in rows:
            key = AssetKey.from_db_string(row["asset_key"])
            kept = row["last_materialization"]
            record = deserialize_value(kept) if kept else None
            # Wiped, never made or of an old form: Dagster looks through all events for those, and
            # would also ask for them when there are none.
            if key is None or row["asset_details"] or not isinstance(record, EventLogRecord):
                return super()._get_latest_materialization_records(rows)
            found[key] = record
        return found

    def store_event(self, event: EventLogEntry) -> None:
        """Store one event."""
        self.store_event_batch([event])

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store events in their order, each table with as few statements as the order allows."""
        for run_id, group in groupby(events, key=lambda event: event.run_id):
            stored = [(event, self._event_to_row(event)) for event in group]
            with self.run_connection(run_id) as connection:
                connection.execute(_INSERT, [row for _, row in stored])
            mirrored = [pair for pair in stored if pair[0].dagster_event_type in MIRRORED]
            if mirrored:
                self._store_in_index(mirrored)

    def dispose(self) -> None:
        """Close every connection."""
        with self._db_lock:
            while self._open:
                _close(self._open.popitem()[1])
        super().dispose()

    def _store_in_index(self, stored: Sequence[tuple[EventLogEntry, dict[str, Any]]]) -> None:
        has_columns = self.has_asset_key_index_cols()
        with self.index_connection() as connection:
            ids = connection.execute(_INSERT_AND_TELL_ID, [row for _, row in stored]).scalars()
            known = [(event, event_id) for (event, _), event_id in zip(stored, ids, strict=True)]
            assets = [pair for pair in known if pair[0].dagster_event_type in ASSET_EVENTS]
            if assets:
                self._store_asset_event_tags(connection, *map(list, zip(*assets, strict=True)))
            values = [
                {"asset_key": _asset_key(event)} | told
                for event, event_id in assets
                if (told := self._get_asset_entry_values(event, event_id, has_columns))
            ]
            for columns, rows in groupby(values, key=tuple):
                connection.execute(_upsert_assets(columns), list(rows))
            planned = [self._planned_check(*pair) for pair in known if _is_planned_check(pair[0])]
            if planned:
                connection.execute(_INSERT_CHECK, planned)
        for event, event_id in known:
            if event.dagster_event_type in ASSET_CHECK_EVENTS and not _is_planned_check(event):
                self.store_asset_check_event(event, event_id)

    def _planned_check(self, event: EventLogEntry, event_id: int) -> dict[str, Any]:
        """Return the row that Dagster's ``_store_asset_check_evaluation_planned`` writes."""
        planned = event.get_dagster_event().asset_check_planned_data
        return {
            "asset_key": planned.asset_key.to_string(),
            "check_name": planned.check_name,
            "partition": None,
            "run_id": event.run_id,
            "execution_status": AssetCheckExecutionRecordStatus.PLANNED.value,
            "evaluation_event": serialize_value(event),
            "evaluation_event_timestamp": self._event_insert_timestamp(  # type: ignore[no-untyped-call]
                event
            ),
            "evaluation_event_storage_id": event_id,
        }

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            connection = self._open.get(shard) or self._connection_to(shard)
            self._open.move_to_end(shard)
            with connection.begin():
                yield connection

    def _connection_to(self, shard: str) -> Connection:
        while len(self._open) >= OPEN_FILES:
            _close(self._open.popitem(last=False)[1])
        engine = sqlalchemy.create_engine(
            self.conn_string_for_shard(shard),
            poolclass=StaticPool,
            connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        )
        if shard not in self._initialized_dbs:
            self._initdb(engine)
            self._initialized_dbs.add(shard)
        connection = engine.connect()
        # With write-ahead logging this loses at most the last events in a power cut, and never
        # harms the file; the record of what was published is in the warehouse, not here.
        connection.execute(sqlalchemy.text("pragma synchronous = normal"))
        connection.commit()
        self._open[shard] = connection
        return connection


def _close(connection: Connection) -> None:
    connection.close()
    connection.engine.dispose()


def _is_planned_check(event: EventLogEntry) -> bool:
    if event.dagster_event_type != DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED:
        return False
    # A partition has a row of its own; nothing here has any, so that stays with Dagster.
    return not event.get_dagster_event().asset_check_planned_data.partitions_subset


def _asset_key(event: EventLogEntry) -> str:
    key = event.get_dagster_event().asset_key
    if key is None:
        raise NoAssetError(f"an event of run {event.run_id} is about an asset and names none")
    return key.to_string()


def _upsert_assets(columns: Iterable[str]) -> sqlite.Insert:
    insert = sqlite.insert(AssetKeyTable)
    changes = {name: insert.excluded[name] for name in columns if name != "asset_key"}
    return insert.on_conflict_do_update(index_elements=["asset_key"], set_=changes)
