"""Publish: copy the published schema into files of its own and put them in place in one step.

Belongs here: making the published database and its Parquet twin, and recording the release.
Does not belong here: giving them their names (``release_files``), which numbers may be published
(dbt's published models protect them) or whether to publish now (the checks and Dagster decide).
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.files import PRIVATE_FOLDER, PUBLISHED_FOLDER, share, sync_file, sync_folder
from orchestration.incidents.standing import PublishedIncident
from orchestration.ingestion.sql import identifier, literal
from orchestration.quotes.standing import Quote
from orchestration.reporting.incident_table import INCIDENT, write_incidents
from orchestration.reporting.quote_table import QUOTE, write_quotes
from orchestration.reporting.release_draft import LastHand, attached, made_ready
from orchestration.reporting.release_files import (
    DATABASE,
    MANIFEST,
    PARQUET,
    SCHEMA,
    DamagedManifestError,
    Manifest,
    clear_drafts,
    draft_database,
    draft_docs,
    draft_parquet,
    list_drafts,
    put_in_place,
    read_manifest,
)
from orchestration.reporting.restated import TABLE as RESTATED
from orchestration.reporting.restated import write_restated
from orchestration.reporting.table_comments import release_comments, table_comments

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["DATABASE", "PARQUET", "SCHEMA", "NothingToPublishError", "Release", "publish_release"]

_LEDGER = """
create schema if not exists ledger;
create table if not exists ledger.releases (
    release_id varchar not null,
    released_at timestamptz not null,
    inputs_hash varchar not null,
    database_sha256 varchar not null,
    table_count bigint not null,
    row_count bigint not null
)
"""
_RELEASE_TABLE = """
create table {target}.release as
select
    $release_id as release_id,
    $released_at::timestamp as released_at,
    $heard_version as heard_version,
    $inputs_hash as inputs_hash,
    (select count(distinct authority_code) from ledger.deliveries)::bigint as authorities,
    (select count(*) from ledger.deliveries)::bigint as deliveries,
    (select max(as_of) from ledger.deliveries) as latest_as_of,
    $table_count::bigint as table_count,
    $row_count::bigint as row_count,
    $record_entries::bigint as record_entries,
    $record_head as record_head
"""


# What goes into a release beside the views: incidents, quotes, the last hand, the record's end.
_Ready = tuple[
    Sequence[PublishedIncident], "Sequence[Quote] | None", "LastHand | None", tuple[int, str]
]


class NothingToPublishError(RuntimeError):
    """The warehouse has no published schema, or it is empty."""


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """One table of a release."""

    name: str
    row_count: int


@dataclass(frozen=True, slots=True)
class Release:
    """One release, as it stands on the disk."""

    release_id: str
    released_at: datetime
    inputs_hash: str
    database_sha256: str
    tables: tuple[PublishedTable, ...]


def publish_release(
    connection: "DuckDBPyConnection",
    home: Path,
    inputs_hash: str,
    released_at: datetime | None = None,
    docs: Path | None = None,
    incidents: Sequence[PublishedIncident] = (),
    quotes: Sequence[Quote] | None = None,
    last_hand: "LastHand | None" = None,
    record: tuple[int, str] = (0, ""),
) -> Release:
    """Publish what the warehouse holds now.

    A reader that has the old database open keeps it, whole; one that opens it afterwards gets
    the new one. Nothing is visible under its final name before it is complete on the disk.

    Args:
        connection: Connection to the warehouse, able to write.
        home: The home folder.
        inputs_hash: Hash of everything that decided this release.
        released_at: The moment of the release; now when left out.
        docs: A page that says what the tables mean, to lie beside them.
        incidents: What is said of incidents.
        quotes: Words that may be quoted; None leaves the table out.
        last_hand: Changes the draft before anything is made of it, or refuses it by raising.
        record: How many entries the record of releases has, and the hash of the last.

    Raises:
        NothingToPublishError: There are no published views.
    """
    moment = (released_at or datetime.now(UTC)).astimezone(UTC)
    release_id = f"{moment:%Y%m%dT%H%M%SZ}-{inputs_hash[:8]}"
    names = _published_views(connection)
    folder = home / SCHEMA
    folder.mkdir(exist_ok=True, parents=True, mode=PRIVATE_FOLDER)
    folder.chmod(PUBLISHED_FOLDER)
    clear_drafts(folder)
    _record_unrecorded(connection, folder)
    ready = (incidents, quotes, last_hand, record)
    tables = _fill(connection, folder, names, ready, release_id, moment, inputs_hash)
    if docs is not None:
        _copy_docs(docs, draft_docs(folder, release_id))
    manifest = Manifest(
        release_id=release_id,
        released_at=moment,
        inputs_hash=inputs_hash,
        table_count=len(tables),
        row_count=sum(table.row_count for table in tables),
        files=list_drafts(folder, release_id),
        record_entries=record[0],
        record_head=record[1],
    )
    put_in_place(folder, manifest)
    _record(connection, manifest)
    return Release(release_id, moment, inputs_hash, manifest.sha256_of(DATABASE), tables)


def _published_views(connection: "DuckDBPyConnection") -> list[str]:
    found = connection.execute(
        "select table_name from information_schema.tables"
        " where table_schema = ? and table_catalog = current_database() order by table_name",
        [SCHEMA],
    ).fetchall()
    if not found:
        raise NothingToPublishError(
            f"schema {SCHEMA} of the warehouse is empty; run `heard run` to build it first"
        )
    return [str(name) for (name,) in found]


def _fill(
    connection: "DuckDBPyConnection",
    folder: Path,
    names: list[str],
    ready: "_Ready",
    release_id: str,
    moment: datetime,
    inputs_hash: str,
) -> tuple[PublishedTable, ...]:
    """Write both forms of the release under draft names."""
    incidents, quotes, last_hand, record = ready
    database = draft_database(folder, release_id)
    target = f"release_file.{SCHEMA}"
    with (
        made_ready(connection, names, last_hand, release_id) as made,
        attached(connection, "release_file", str(database)),
    ):
        tables = [_copy_table(connection, made, target, name) for name in names]
        restated = write_restated(connection, folder / DATABASE, target, release_id, moment.date())
        if restated is not None:
            tables.append(PublishedTable(RESTATED, restated))
        count = write_incidents(connection, target, release_id, incidents)
        tables.append(PublishedTable(INCIDENT, count))
        if quotes is not None:
            tables.append(
                PublishedTable(QUOTE, write_quotes(connection, target, release_id, quotes))
            )
        connection.execute(
            _RELEASE_TABLE.format(target=target),
            {
                "release_id": release_id,
                "released_at": moment.replace(tzinfo=None),
                "heard_version": version("heard"),
                "inputs_hash": inputs_hash,
                "table_count": len(tables) + 1,
                "row_count": sum(table.row_count for table in tables) + 1,
                "record_entries": record[0],
                "record_head": record[1],
            },
        )
        for statement in release_comments(target):
            connection.execute(statement)
        tables.append(PublishedTable("release", 1))
        _write_parquet(connection, target, draft_parquet(folder, release_id), tables)
    share(database)
    sync_file(database)
    return tuple(sorted(tables, key=lambda table: table.name))


def _copy_table(
    connection: "DuckDBPyConnection", made: str, target: str, name: str
) -> PublishedTable:
    table = identifier(name)
    connection.execute(f"create table {target}.{table} as from {made}.{table}")
    for statement in table_comments(connection, target, name):
        connection.execute(statement)
    counted = connection.execute(f"select count(*) from {target}.{table}").fetchone()
    return PublishedTable(name, int(counted[0]) if counted else 0)


def _write_parquet(
    connection: "DuckDBPyConnection", target: str, parquet: Path, tables: list[PublishedTable]
) -> None:
    parquet.mkdir(mode=PUBLISHED_FOLDER)
    share(parquet)
    for table in tables:
        path = parquet / f"{table.name}.parquet"
        source = f"{target}.{identifier(table.name)}"
        connection.execute(f"copy {source} to {literal(str(path))} (format parquet)")
        share(path)
        sync_file(path)
    sync_folder(parquet)


def _copy_docs(docs: Path, draft: Path) -> None:
    shutil.copyfile(docs, draft)
    share(draft)
    sync_file(draft)


def _record_unrecorded(connection: "DuckDBPyConnection", folder: Path) -> None:
    """Record the release that is public, if the run that made it ended before it could."""
    try:
        manifest = read_manifest(folder / MANIFEST)
    except (FileNotFoundError, DamagedManifestError):
        # None was published yet, or `heard verify` has something to say; this run writes it anew.
        return
    _record(connection, manifest)


def _record(connection: "DuckDBPyConnection", manifest: Manifest) -> None:
    connection.execute(_LEDGER)
    connection.execute(
        "insert into ledger.releases select $id, $at, $inputs, $sha256, $tables, $rows"
        " where not exists (from ledger.releases where release_id = $id)",
        {
            "id": manifest.release_id,
            "at": manifest.released_at,
            "inputs": manifest.inputs_hash,
            "sha256": manifest.sha256_of(DATABASE),
            "tables": manifest.table_count,
            "rows": manifest.row_count,
        },
    )
