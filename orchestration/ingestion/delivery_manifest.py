"""Say of every landed delivery what it is, beside its bytes, so that landing alone is the record.

The warehouse can be lost; from `landing/` and these files it is made again.

Belongs here: writing and reading `landing/deliveries/<delivery_id>.json`. Does not belong here:
the bytes (landing), what became of them (the ledger), or a single value of a row.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from orchestration.files import replace_text
from orchestration.ingestion.results import ErasedRows, Ignored, LandedDelivery, LandedFile
from orchestration.sealed import BrokenSealError, seal, unseal

_VERSION = 1


class DamagedRecordError(ValueError):
    """The record of a landed delivery is not as it was written."""


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """One landed delivery, the name of the key that it was loaded with, and when it came.

    The time of its files may lie long before: a copy keeps it. What counts for what was known on
    a day is when Heard first saw the delivery. Records of older versions do not say.
    """

    landed: LandedDelivery
    key_id: str
    first_seen_at: datetime | None = field(default=None, compare=False)

    @property
    def known_since(self) -> datetime:
        """When it became known, as far as the record tells."""
        return self.first_seen_at or self.landed.delivered_at


def records_folder(home: Path) -> Path:
    """Where the records lie."""
    return home / "landing" / "deliveries"


def write_record(
    home: Path, landed: LandedDelivery, key_id: str, first_seen_at: datetime | None = None
) -> bool:
    """Write the record of a landed delivery, whole or not at all.

    The same bytes delivered again keep their first file names and the time they were first seen,
    and get the newest time of delivery, as in the ledger.

    Args:
        home: The home folder.
        landed: The delivery.
        key_id: The name of the key that it is loaded with.
        first_seen_at: When it was first seen; now when left out.

    Returns:
        Whether anything had to be written.
    """
    path = records_folder(home) / f"{landed.delivery_id}.json"
    try:
        known = read_record(path)
    except (FileNotFoundError, DamagedRecordError):
        # A damaged record of a delivery that is at hand is simply written again.
        wanted = DeliveryRecord(landed, key_id, first_seen_at or datetime.now(UTC))
    else:
        if known.landed.delivered_at >= landed.delivered_at and known.key_id == key_id:
            return False
        newest = max(known.landed.delivered_at, landed.delivered_at)
        # A record that does not say when it was first seen has the time of its files for that.
        wanted = DeliveryRecord(
            replace(known.landed, delivered_at=newest), key_id, known.known_since
        )
    replace_text(path, _as_text(wanted))
    return True


def replace_record(home: Path, record: DeliveryRecord) -> None:
    """Write a record in the place of the one that is there: its files or its key changed."""
    replace_text(records_folder(home) / f"{record.landed.delivery_id}.json", _as_text(record))


def list_records(home: Path) -> list[Path]:
    """The records of all landed deliveries, in the order of their names."""
    return sorted(records_folder(home).glob("[!.]*.json"))


def read_records(home: Path) -> list[DeliveryRecord]:
    """Every landed delivery, oldest first.

    Raises:
        DamagedRecordError: One record is not as it was written.
    """
    found = [read_record(path) for path in list_records(home)]
    return sorted(found, key=lambda each: (each.landed.delivered_at, each.landed.delivery_id))


def read_record(path: Path) -> DeliveryRecord:
    """Read one record.

    Raises:
        DamagedRecordError: It is not, to the byte, as it was written.
    """
    try:
        record = _from_stored(unseal(path.read_bytes()))
    except (BrokenSealError, KeyError, TypeError, ValueError):
        raise DamagedRecordError(f"{path} is damaged") from None
    if path.stem != record.landed.delivery_id:
        raise DamagedRecordError(f"{path} is another delivery's")
    return record


def _as_text(record: DeliveryRecord) -> str:
    landed = record.landed
    stored = {
        "version": _VERSION,
        "delivery_id": landed.delivery_id,
        "authority_code": landed.authority_code,
        "source": landed.source,
        "as_of": landed.as_of.isoformat(),
        "delivered_at": landed.delivered_at.isoformat(),
        "key_id": record.key_id,
        "first_seen_at": record.known_since.isoformat(),
        "files": [
            {"name": file.name, "sha256": file.sha256, "bytes": file.size}
            | ({} if file.rows is None else {"rows": file.rows})
            | ({"erased": _erasure_of(file)} if file.delivered_sha256 else {})
            for file in landed.files
        ],
        "ignored": [{"path": each.path, "reason": each.reason} for each in landed.ignored],
    }
    return seal(stored)


def _erasure_of(file: LandedFile) -> dict[str, Any]:
    return {
        "delivered_sha256": file.delivered_sha256,
        "rows_removed": file.rows_removed,
        "parts": [[each.part, each.raw_table, each.rows] for each in file.erased],
    }


def _erased(stored: dict[str, Any] | None) -> dict[str, Any]:
    if stored is None:
        return {}
    return {
        "delivered_sha256": stored["delivered_sha256"],
        "rows_removed": stored["rows_removed"],
        "erased": tuple(ErasedRows(*each) for each in stored["parts"]),
    }


def _from_stored(stored: dict[str, Any]) -> DeliveryRecord:
    if stored["version"] != _VERSION:
        raise DamagedRecordError(f"version {stored['version']} is not known")
    landed = LandedDelivery(
        delivery_id=stored["delivery_id"],
        authority_code=stored["authority_code"],
        source=stored["source"],
        as_of=date.fromisoformat(stored["as_of"]),
        delivered_at=datetime.fromisoformat(stored["delivered_at"]),
        files=tuple(
            LandedFile(
                *(file["name"], file["sha256"], file["bytes"], file.get("rows")),
                **_erased(file.get("erased")),
            )
            for file in stored["files"]
        ),
        ignored=tuple(Ignored(each["path"], each["reason"]) for each in stored["ignored"]),
    )
    seen = stored.get("first_seen_at")
    return DeliveryRecord(landed, stored["key_id"], datetime.fromisoformat(seen) if seen else None)
