"""Compare what lies in a home folder with what was written there: bit rot, losses, half work.

Belongs here: reading everything once and listing what is not as it was written.
Does not belong here: mending (a run, a rebuild or a new delivery does), or whether the data make
sense (the checks).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.ingestion.delivery_manifest import (
    DamagedRecordError,
    list_records,
    read_record,
)
from orchestration.ingestion.landing import landed_path
from orchestration.ingestion.results import LandedDelivery
from orchestration.ingestion.run import ERASURES
from orchestration.ingestion.sql import identifier
from orchestration.ingestion.warehouse import WAREHOUSE_NAME, open_warehouse
from orchestration.progress import report
from orchestration.releases.heads import require_uncut
from orchestration.releases.ledger import (
    LEDGER_NAME,
    ReleaseLedgerError,
    open_ledger,
    read_events,
)
from orchestration.releases.snapshot import PAPERS, RELEASES
from orchestration.reporting.release_files import (
    DATABASE,
    MANIFEST,
    PARQUET,
    DamagedManifestError,
    is_unfinished,
    read_manifest,
    sha256_of,
)
from orchestration.sealed import BrokenSealError, unseal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_LANDED_NAME = re.compile(r"[0-9a-f]{64}", re.ASCII)
_REBUILD = "run `heard rebuild`: it makes the warehouse again from the landed files"
_PUBLISH = "run `heard run --force`: it publishes anew from the warehouse"


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is not as it was written, and what to do about it."""

    place: str
    rule: str
    path: str
    what_to_do: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What was read, and what was found."""

    landed_files: int
    deliveries: int
    warehouse_tables: int
    published_files: int
    damages: tuple[Damage, ...]
    # The hash of the last entry about releases: whoever kept an earlier one can ask for it again.
    record_head: str = ""
    frozen_files: int = 0


def verify(home: Path) -> Verified:
    """Read everything that must last and list what is damaged; nothing is changed.

    The caller holds the home folder, so that nothing is half written for a good reason.
    """
    damages: list[Damage] = []
    report("Reading the landed files")
    deliveries = _deliveries(home, damages)
    files = _landed(home, deliveries, damages)
    _erasures(home, damages)
    report("Reading the warehouse")
    tables = _warehouse(home, deliveries, damages)
    report("Reading the published files")
    published = _published(home / "published", damages)
    head, frozen = _releases(home, damages)
    return Verified(files, len(deliveries), tables, published, tuple(damages), head, frozen)


def damaged_landing(home: Path) -> tuple[Damage, ...]:
    """List what is wrong with the record alone: landed files and what is said of them."""
    damages: list[Damage] = []
    _landed(home, _deliveries(home, damages), damages)
    return tuple(damages)


def _deliveries(home: Path, damages: list[Damage]) -> dict[str, LandedDelivery]:
    found: dict[str, LandedDelivery] = {}
    for path in list_records(home):
        try:
            landed = read_record(path).landed
        except DamagedRecordError:
            advice = f"remove {path}; `heard rebuild` or the next delivery writes it again"
            damages.append(Damage("landing", "RECORD_DAMAGED", str(path), advice))
        else:
            found[landed.delivery_id] = landed
    return found


def _landed(home: Path, deliveries: dict[str, LandedDelivery], damages: list[Damage]) -> int:
    labels = {
        file.sha256: delivery.label for delivery in deliveries.values() for file in delivery.files
    }
    present = set()
    for path in sorted((home / "landing").glob("*")):
        if not _LANDED_NAME.fullmatch(path.name):
            continue
        present.add(path.name)
        if sha256_of(path) != path.name:
            told = labels.get(path.name, "the delivery")
            # Landing keeps a file it has, so the damaged one must go before it lands again.
            advice = f"remove {path}, then deliver {told} again and run `heard run`"
            damages.append(Damage("landing", "FILE_CHANGED", str(path), advice))
    for sha256 in sorted(labels.keys() - present):
        advice = f"deliver {labels[sha256]} again and run `heard run`"
        path = landed_path(home, sha256)
        damages.append(Damage("landing", "FILE_MISSING", str(path), advice))
    return len(present)


def _erasures(home: Path, damages: list[Damage]) -> None:
    """Tombstones and certificates: without the first, who was erased would come back."""
    for path in sorted((home / ERASURES).glob("[!.]*.json")):
        try:
            unseal(path.read_bytes())
        except BrokenSealError:
            advice = f"put back a copy of {path}; nobody can make it again"
            damages.append(Damage("erasures", "CHANGED", str(path), advice))


def _warehouse(home: Path, deliveries: dict[str, LandedDelivery], damages: list[Damage]) -> int:
    import duckdb

    path = home / WAREHOUSE_NAME
    if not path.exists():
        if deliveries:
            damages.append(Damage("warehouse", "MISSING", str(path), _REBUILD))
        return 0
    tables = 0
    try:
        with open_warehouse(home, read_only=True) as connection:
            for schema, table in _tables(connection):
                # Every block of every column is read, and DuckDB compares its checksum.
                connection.execute(
                    f"select bit_xor(hash(whole)) from {identifier(schema)}.{identifier(table)}"
                    " as whole"
                ).fetchone()
                tables += 1
            damages.extend(_unrecorded(connection, home, deliveries))
    except duckdb.Error:
        # Its text could quote a value; which block it was helps nobody.
        damages.append(Damage("warehouse", "CANNOT_BE_READ", str(path), _REBUILD))
    return tables


def _tables(connection: "DuckDBPyConnection") -> list[tuple[str, str]]:
    return connection.execute(
        "select schema_name, table_name from duckdb_tables()"
        " where database_name = current_database() order by all"
    ).fetchall()


def _unrecorded(
    connection: "DuckDBPyConnection",
    home: Path,
    deliveries: dict[str, LandedDelivery],
) -> Iterator[Damage]:
    if ("ledger", "files") not in _tables(connection):
        return
    known = connection.execute(
        "select distinct delivery_id, sha256 from ledger.files where sha256 is not null"
        " order by all"
    ).fetchall()
    for delivery_id, sha256 in known:
        if delivery_id in deliveries:
            continue
        if not landed_path(home, sha256).is_file():
            advice = "deliver it again: the warehouse holds its rows, but cannot be made again"
            yield Damage("landing", "FILE_MISSING", str(landed_path(home, sha256)), advice)
    for delivery_id in sorted({row[0] for row in known} - deliveries.keys()):
        advice = "run `heard rebuild`: it writes the record from the ledger"
        yield Damage("landing", "RECORD_MISSING", f"delivery {delivery_id}", advice)


def _releases(home: Path, damages: list[Damage]) -> tuple[str, int]:
    """Follow the chain of what people decided about releases, and read what they decided about."""
    path = home / LEDGER_NAME
    try:
        if path.is_file():
            with open_ledger(home) as ledger:
                events = read_events(ledger)
        else:
            events = []
        require_uncut(home, events)
    except ReleaseLedgerError as error:
        damages.append(Damage("releases", "RECORD_CHANGED", str(path), str(error)))
        return "", 0
    read = 0
    for event in events:
        # The record has their hashes, so that nobody can change a file and what is said of it.
        frozen, files = home / RELEASES / event.release_id, event.detail.get("files")
        if not isinstance(files, dict) or not frozen.is_dir():
            # Old ones that only the setting approved are not kept.
            continue
        damages.extend(_frozen(frozen, files))
        read += len(files)
    return (events[-1].hash if events else ""), read


def _frozen(folder: Path, files: Mapping[str, Any]) -> Iterator[Damage]:
    advice = "publish nothing of it; put back a copy, or run `heard run --force`: a new release"
    try:
        unseal((folder / PAPERS).read_bytes())
    except (FileNotFoundError, BrokenSealError):
        yield Damage("releases", "FILE_CHANGED", str(folder / PAPERS), advice)
    for name, sha256 in files.items():
        path = folder / name
        if not path.is_file():
            yield Damage("releases", "FILE_MISSING", str(path), advice)
        elif sha256_of(path) != sha256:
            yield Damage("releases", "FILE_CHANGED", str(path), advice)


def _published(folder: Path, damages: list[Damage]) -> int:
    if is_unfinished(folder):
        advice = "run `heard run`: it finishes the release"
        damages.append(Damage("published", "UNFINISHED", str(folder), advice))
        return 0
    if not (folder / MANIFEST).is_file():
        if (folder / DATABASE).is_file():
            damages.append(Damage("published", "NO_MANIFEST", str(folder / MANIFEST), _PUBLISH))
        return 0
    try:
        manifest = read_manifest(folder / MANIFEST)
    except DamagedManifestError:
        damages.append(Damage("published", "MANIFEST_DAMAGED", str(folder / MANIFEST), _PUBLISH))
        return 0
    for file in manifest.files:
        path = folder / file.path
        if not path.is_file():
            damages.append(Damage("published", "FILE_MISSING", str(path), _PUBLISH))
        elif path.stat().st_size != file.bytes or sha256_of(path) != file.sha256:
            damages.append(Damage("published", "FILE_CHANGED", str(path), _PUBLISH))
    wanted = {folder / file.path for file in manifest.files}
    for path in sorted((folder / PARQUET).glob("*")):
        if path not in wanted:
            advice = f"remove {path}: it is no part of the release"
            damages.append(Damage("published", "UNKNOWN_FILE", str(path), advice))
    return len(manifest.files)
