"""Change the key of the pseudonyms: a new warehouse from the landed files, then the new key.

Belongs here: the order of it, the two tests, and what becomes of a rotation that was killed.
Does not belong here: the replay (``rebuilding``) or the file of keys (``privacy.key_files``).

The rename of the warehouse decides. Before it the old key counts and the next one is thrown away;
after it the next one takes the old one's place. So home and key file are of one key, or whoever
comes next makes them so before anything is loaded.
"""

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.contracts import load_contracts
from orchestration.files import replace_text, sync_folder
from orchestration.ingestion.delivery_manifest import read_records, replace_record
from orchestration.ingestion.sql import identifier
from orchestration.ingestion.warehouse import WarehouseMissingError, open_warehouse
from orchestration.privacy.key_files import new_key, next_file, read_key_file, write_key_file
from orchestration.privacy.keys import FILE_SETTING, Ring, key_file, key_id, using
from orchestration.rebuilding import (
    read_old,
    replay,
    require_same_rounding,
    require_whole,
    swap_in,
)
from orchestration.sealed import BrokenSealError, seal, unseal
from orchestration.settings import Settings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LOG = "key_rotations.json"
# Each new key of disclosure control is another draw of the noise for whoever compares releases.
DISCLOSURE_REST = timedelta(days=365)
# Who asked for it died with the process.
_CUT_OFF = "whoever asked was cut off; finished at the next start"


class RotationRefusedError(RuntimeError):
    """The keys cannot be changed now, or the new warehouse does not say what the old one said."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation did."""

    old_key_id: str
    new_key_id: str
    deliveries: int
    rows: int
    pseudonyms: int
    disclosure_too: bool
    # One key served for all: the old one goes on making the rounding, or the hashes of the erased.
    shares_old_key: bool = False


def rotate(settings: Settings, by: str, disclosure_too: bool = False) -> Rotated:
    """Make everything again with a new key and put it in place; the caller holds the home folder.

    The key of tombstones never changes: nobody could make the hash of a forgotten id again.

    Raises:
        RotationRefusedError: With why; the old key counts as before.
        RebuildRefusedError: Landed files are damaged, missing, or there are none.
    """
    home, path = settings.home, _own_file()
    old = read_key_file(path)
    if disclosure_too:
        _require_rest(home)
    new = Ring(new_key(), new_key() if disclosure_too else old.disclosure, old.tombstones)
    read_old(home)
    records = require_whole(home, key_id(old.pseudonyms))
    require_same_rounding(home)
    for draft in path.parent.glob(f".{next_file(path).name}.*"):
        # A key that was killed at its birth: nobody ever used it.
        draft.unlink()
    write_key_file(next_file(path), new)
    with using(new):
        scratch, _ = replay(settings, records)
    rows, names = _compare(home, scratch)
    swap_in(scratch, home)
    _promote(home, path, new, by)
    return Rotated(
        old_key_id=key_id(old.pseudonyms),
        new_key_id=key_id(new.pseudonyms),
        deliveries=len(records),
        rows=rows,
        pseudonyms=names,
        disclosure_too=disclosure_too,
        shares_old_key=old.pseudonyms in (new.disclosure, new.tombstones),
    )


def finish_rotation(home: Path) -> bool:
    """Let a rotation that was killed have happened, or not; say whether there was one."""
    path = key_file()
    if path is None or not next_file(path).exists():
        return False
    new = read_key_file(next_file(path))
    if _warehouse_key(home) == key_id(new.pseudonyms):
        _promote(home, path, new, _CUT_OFF)
    else:
        next_file(path).unlink()
        shutil.rmtree(home / "tmp" / "rebuild", ignore_errors=True)
    return True


def read_log(home: Path) -> list[dict[str, Any]]:
    """Every rotation, oldest first."""
    try:
        return list(unseal((home / LOG).read_bytes())["rotations"])
    except (FileNotFoundError, BrokenSealError):
        return []


def _own_file() -> Path:
    path = key_file()
    if path is None:
        raise RotationRefusedError(
            f"a key from the environment cannot be changed from here: run `heard keys write FILE`,"
            f" set {FILE_SETTING} to it, and rotate then"
        )
    return path


def _require_rest(home: Path) -> None:
    times = [datetime.fromisoformat(each["at"]) for each in read_log(home) if each["disclosure"]]
    if times and datetime.now(UTC) - max(times) < DISCLOSURE_REST:
        raise RotationRefusedError(
            f"the key of disclosure control changed on {max(times):%Y-%m-%d}; each change gives"
            " whoever compares releases another draw, so it may once a year"
        )


def _promote(home: Path, path: Path, new: Ring, by: str) -> None:
    """Let the new key count: first in the records, last in its file; any of it may be repeated."""
    for record in read_records(home):
        if record.key_id != key_id(new.pseudonyms):
            replace_record(home, replace(record, key_id=key_id(new.pseudonyms)))
    # Before the old key is gone, or a rotation that is killed here would be on no record.
    _log(home, read_key_file(path), new, by)
    next_file(path).replace(path)
    sync_folder(path.parent)


def _warehouse_key(home: Path) -> str:
    try:
        with open_warehouse(home, read_only=True) as connection:
            found = connection.execute("select key_id from ledger.keys").fetchone()
    except WarehouseMissingError:
        return ""
    return str(found[0]) if found else ""


def _compare(home: Path, scratch: Path) -> tuple[int, int]:
    """The two tests: as many rows in each table, and not one pseudonym in both."""
    with open_warehouse(home, read_only=True) as before, open_warehouse(scratch) as after:
        counts, names = _counts(before), _pseudonyms(before)
        if counts != _counts(after):
            raise RotationRefusedError(
                "the new warehouse has other row counts than the old one, which stays; run `heard"
                " rebuild` first, and rotate when both agree"
            )
        new_names = _pseudonyms(after)
    if names & new_names or len(names) != len(new_names):
        raise RotationRefusedError(
            "a pseudonym is in both warehouses, or people were merged; the old one stays, please"
            " report this"
        )
    return sum(counts.values()), len(names)


def _counts(connection: "DuckDBPyConnection") -> dict[str, int]:
    tables = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'raw' order by all"
    ).fetchall()
    found: dict[str, int] = {}
    for (table,) in tables:
        counted = connection.execute(f"select count(*) from raw.{identifier(table)}").fetchone()
        found[table] = int(counted[0]) if counted else 0
    return {table: count for table, count in found.items() if count}


def _pseudonyms(connection: "DuckDBPyConnection") -> set[str]:
    present = {
        (table, column)
        for table, column in connection.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'raw'"
        ).fetchall()
    }
    columns = [
        (contract.raw_table(table), column.name)
        for contract in load_contracts().values()
        for table in contract.tables
        for column in table.loaded_columns
        if column.pseudonym is not None
    ]
    selects = [
        f"select {identifier(column)} from raw.{identifier(table)}"
        for table, column in columns
        if (table, column) in present
    ]
    rows = connection.execute(" union ".join(selects)).fetchall()
    return {str(name) for (name,) in rows if name is not None}


def _log(home: Path, old: Ring, new: Ring, by: str) -> None:
    known = read_log(home)
    if known and known[-1]["new_key_id"] == key_id(new.pseudonyms):
        return
    entry = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "by": by,
        "old_key_id": key_id(old.pseudonyms),
        "new_key_id": key_id(new.pseudonyms),
        "disclosure": new.disclosure != old.disclosure,
    }
    replace_text(home / LOG, seal({"rotations": [*known, entry]}))
