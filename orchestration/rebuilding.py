"""Make the warehouse again from the landed files alone, and put it in the old one's place.

Belongs here: the replay and the swap. Does not belong here: loading (``ingestion``), building
the marts (a run does that afterwards), or mending landed files (only a new delivery can).
"""

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from expectations.store import read_history, restore_history
from orchestration.files import PRIVATE_FOLDER, sync_file, sync_folder
from orchestration.fingerprint import forget_published
from orchestration.folders import swap_folder
from orchestration.ingestion.delivery_manifest import DeliveryRecord, read_records, write_record
from orchestration.ingestion.key_guard import OtherKeyError, require_same_disclosure_key
from orchestration.ingestion.landing import landed_path
from orchestration.ingestion.results import Ignored, LandedDelivery, LandedFile
from orchestration.ingestion.run import load_landed
from orchestration.ingestion.warehouse import (
    WAREHOUSE_NAME,
    WarehouseMissingError,
    open_warehouse,
)
from orchestration.privacy.keys import key_id, master_key
from orchestration.progress import report
from orchestration.reporting.checksum import warehouse_checksum
from orchestration.settings import Settings
from orchestration.verification import damaged_landing

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

RAW = ("raw",)
# An installation's own mappings: without them its mapped deliveries have no contract.
MAPPINGS = "mappings"
# Intervals that an authority set for itself: without them its plans have other due dates.
CLOCKS = "local_clocks.csv"
# Themes that people gave: a file of its own, read like a delivery.
THEMES = "themes.sqlite3"
# Which words were quoted in which release: the same.
QUOTES = "quotes.sqlite3"


class RebuildRefusedError(RuntimeError):
    """The landed files are not all there, so a rebuild would lose something."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did; a checksum is empty where the old warehouse could not be read."""

    deliveries: int
    raw_before: str
    raw_after: str
    all_before: str


def rebuild(settings: Settings) -> Rebuilt:
    """Replay every landed delivery into a new warehouse and swap it in by one rename.

    Until the rename the old warehouse stays as it is. The caller holds the home folder.

    Raises:
        MissingKeyError: There is no pseudonym key.
        OtherKeyError: The key is not the one that the deliveries were loaded with.
        RebuildRefusedError: Landed files are damaged, missing, or there are none.
    """
    name = key_id(master_key())
    home = settings.home
    before, all_before = read_old(home)
    records = require_whole(home, name)
    require_same_rounding(home)
    scratch, after = replay(settings, records)
    swap_in(scratch, home)
    return Rebuilt(len(records), before, after, all_before)


def replay(settings: Settings, records: list[DeliveryRecord]) -> tuple[Path, str]:
    """Load every landed delivery into a new warehouse in a folder of its own.

    Returns:
        The folder, and the checksum of the raw tables.
    """
    home = settings.home
    scratch = home / "tmp" / "rebuild"
    shutil.rmtree(scratch, ignore_errors=True)
    prepare_copy(scratch, home, records)
    report("Loading every landed delivery", 0, len(records))
    load_landed(
        Settings(inbox=settings.inbox, home=scratch, target=settings.target),
        [record.landed for record in records],
        lambda step, done, total: report(f"Replaying ({step})", done, total),
    )
    with open_warehouse(scratch) as connection:
        after = warehouse_checksum(connection, RAW)
        _carry_over(connection, home)
        connection.execute("checkpoint")
    return scratch, after


def checksum(home: Path) -> str:
    """Return the checksum of raw tables and marts as they stand."""
    with open_warehouse(home, read_only=True) as connection:
        return warehouse_checksum(connection)


def read_old(home: Path) -> tuple[str, str]:
    """Return the old warehouse's checksums, having written what the ledger alone knows."""
    import duckdb

    try:
        with open_warehouse(home, read_only=True) as connection:
            for record in _known_to_ledger(connection):
                write_record(home, record.landed, record.key_id, record.first_seen_at)
            return warehouse_checksum(connection, RAW), warehouse_checksum(connection)
    except (WarehouseMissingError, duckdb.Error):
        # What is damaged or gone is just what a rebuild is for.
        return "", ""


def _known_to_ledger(connection: "DuckDBPyConnection") -> list[DeliveryRecord]:
    """Return the deliveries of a warehouse as landing should describe them."""
    key = connection.execute("select key_id from ledger.keys").fetchone()
    files: dict[str, list[LandedFile]] = {}
    ignored: dict[str, list[Ignored]] = {}
    for delivery_id, file_name, sha256, size, reason, rows in connection.execute(
        "select delivery_id, file_name, sha256, bytes, reason, rows_promised from ledger.files"
        " order by delivery_id, file_name"
    ).fetchall():
        if sha256 is None:
            ignored.setdefault(delivery_id, []).append(Ignored(file_name, reason))
        else:
            files.setdefault(delivery_id, []).append(LandedFile(file_name, sha256, size, rows))
    deliveries: list[tuple[str, str, str, date, datetime, datetime]] = connection.execute(
        "select delivery_id, authority_code, source, as_of, delivered_at, first_seen_at"
        " from ledger.deliveries"
    ).fetchall()
    return [
        DeliveryRecord(
            LandedDelivery(
                delivery_id=delivery_id,
                authority_code=authority,
                source=source,
                as_of=as_of,
                delivered_at=delivered_at.replace(tzinfo=UTC),
                files=tuple(dict.fromkeys(files.get(delivery_id, ()))),
                ignored=tuple(ignored.get(delivery_id, ())),
            ),
            key[0] if key else "",
            first_seen_at.replace(tzinfo=UTC),
        )
        for delivery_id, authority, source, as_of, delivered_at, first_seen_at in deliveries
    ]


def require_whole(home: Path, name: str) -> list[DeliveryRecord]:
    """Return the record of every landed delivery, or refuse where one cannot be replayed.

    Raises:
        OtherKeyError: The key of this name is not the one that they were loaded with.
        RebuildRefusedError: Landed files are damaged, missing, or there are none.
    """
    damages = damaged_landing(home)
    if damages:
        told = "; ".join(f"{damage.path}: {damage.what_to_do}" for damage in damages)
        raise RebuildRefusedError(f"a rebuild would lose deliveries. {told}")
    records = read_records(home)
    if not records:
        raise RebuildRefusedError(
            f"{home / 'landing'} holds no delivery; `heard run` loads what lies in the inbox"
        )
    if {record.key_id for record in records} != {name}:
        raise OtherKeyError(
            "the landed deliveries were loaded with another HEARD_PSEUDONYM_KEY, and no pseudonym"
            " would match; set the key that they were loaded with"
        )
    return records


def require_same_rounding(home: Path) -> None:
    """Refuse to go on with another key of disclosure control than the old warehouse names.

    Raises:
        OtherKeyError: It is another.
    """
    import duckdb

    # What is damaged or gone names no key.
    with (
        suppress(WarehouseMissingError, duckdb.Error),
        open_warehouse(home, read_only=True) as connection,
    ):
        require_same_disclosure_key(connection)


def prepare_copy(copy: Path, home: Path, records: list[DeliveryRecord]) -> None:
    """Make a home folder of its own for a replay; its landed files are second names."""
    (copy / "landing").mkdir(parents=True, mode=PRIVATE_FOLDER)
    if (home / MAPPINGS).is_dir():
        shutil.copytree(home / MAPPINGS, copy / MAPPINGS)
    for own in (CLOCKS, THEMES, QUOTES):
        if (home / own).is_file():
            shutil.copy2(home / own, copy / own)
    for sha256 in sorted({file.sha256 for record in records for file in record.landed.files}):
        source, target = landed_path(home, sha256), landed_path(copy, sha256)
        try:
            os.link(source, target)
        except OSError:
            # Some file systems know no second names.
            shutil.copy2(source, target)


def _carry_over(connection: "DuckDBPyConnection", home: Path) -> None:
    """Copy what cannot be made again from landed files: what was published, and first seen when."""
    import duckdb

    try:
        with open_warehouse(home, read_only=True) as old:
            seen = old.execute(
                "select delivery_id, first_seen_at from ledger.deliveries"
            ).fetchall()
            releases = old.execute("from ledger.releases").fetchall()
            columns = old.execute(
                "select column_name, data_type from information_schema.columns where"
                " table_schema = 'ledger' and table_name = 'releases' order by ordinal_position"
            ).fetchall()
            history = read_history(old)
    except (WarehouseMissingError, duckdb.Error):
        return
    if seen:
        connection.executemany(
            "update ledger.deliveries set first_seen_at = $2 where delivery_id = $1", seen
        )
    if releases:
        listed = ", ".join(f"{column} {kind}" for column, kind in columns)
        connection.execute(f"create table if not exists ledger.releases ({listed})")
        marks = ", ".join("?" for _ in columns)
        connection.executemany(f"insert into ledger.releases values ({marks})", releases)
    if history:
        restore_history(connection, history)


def _without_log(home: Path) -> None:
    """Leave the old file without a log: it must never be played into the new one.

    Killed before the rename, the old file counts, and the log of a run that was killed holds rows
    that are nowhere else in it. So it is played into the old file first; only what is damaged, and
    cannot be opened, loses it.
    """
    # With those that DuckDB keeps for a moment while others write during a checkpoint.
    pattern = f"{WAREHOUSE_NAME}.wal*"
    if not any(home.glob(pattern)):
        return
    if _can_be_read(home):
        # Not inside of that: what fails here is a full disk, and no reason to lose the log.
        with open_warehouse(home) as connection:
            connection.execute("checkpoint")
    for log in home.glob(pattern):
        log.unlink(missing_ok=True)
    sync_folder(home)


def _can_be_read(home: Path) -> bool:
    import duckdb

    try:
        with open_warehouse(home, read_only=True):
            return True
    except (WarehouseMissingError, duckdb.Error):
        return False


def swap_in(scratch: Path, home: Path) -> None:
    """Put the warehouse of a replay in the place of the old one, by one rename."""
    new, current = scratch / WAREHOUSE_NAME, home / WAREHOUSE_NAME
    sync_file(new)
    if (scratch / "quarantine").is_dir():
        swap_folder(scratch / "quarantine", home / "quarantine")
    _without_log(home)
    # It has no marts yet: whoever comes next must not find nothing new.
    forget_published(home)
    new.replace(current)
    sync_folder(home)
    shutil.rmtree(scratch)
