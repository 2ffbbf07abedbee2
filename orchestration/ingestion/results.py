"""What ingestion found and did, as values that are safe to show.

Belongs here: counts, hashes, file names, reasons. Does not belong here: any value out of a row.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal

# Told after each piece of work: what kind of work, how much is done, how much there is.
Progress = Callable[[str, int, int], None]


# A collection year ends on 31 March.
_LAST_MONTH = 3

LoadState = Literal["loaded", "quarantined", "duplicate"]


@dataclass(frozen=True, slots=True)
class Ignored:
    """Something in the inbox that was left alone, why, and what it waits for where that helps."""

    path: str
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class InboxFile:
    """One regular file of a delivery, as the inbox listing saw it.

    Attributes:
        name: Its name as text.
        path: Where it lies.
        size: Its bytes.
        modified_ns: When it was last written.
        rows: How many rows the delivery's manifest promises, if it does.
        sha256: The hash that the manifest promises, blank if it does not.
    """

    name: str
    path: Path
    size: int
    modified_ns: int
    rows: int | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One folder of the inbox: an authority, a source and the date on which it is true."""

    authority_code: str
    source: str
    as_of: date
    folder: Path
    files: tuple[InboxFile, ...]
    ignored: tuple[Ignored, ...] = ()
    manifest: InboxFile | None = None

    @property
    def label(self) -> str:
        """How people name the delivery."""
        return f"{self.authority_code}/{self.source}/{self.as_of.isoformat()}"


@dataclass(frozen=True, slots=True)
class InboxListing:
    """Everything the inbox holds, in an order that does not depend on the file system."""

    deliveries: tuple[Delivery, ...]
    ignored: tuple[Ignored, ...]


@dataclass(frozen=True, slots=True)
class ErasedRows:
    """How many rows of one part of a file were erased, and of which raw table."""

    part: str
    raw_table: str
    rows: int


@dataclass(frozen=True, slots=True)
class LandedFile:
    """One file of a delivery in the landing folder, and the rows that were promised of it.

    Where somebody was erased from it, it is not what was delivered any more:

    Attributes:
        name: Its name in the delivery.
        sha256: The hash of its bytes, by which it lies in landing.
        size: Its bytes.
        rows: How many rows the delivery's manifest promised, if it did.
        delivered_sha256: The hash of what was delivered; empty while that is what lies there.
        rows_removed: How many of the delivered rows were taken out.
        erased: What that was in rows of raw tables.
    """

    name: str
    sha256: str
    size: int
    rows: int | None = None
    delivered_sha256: str = ""
    rows_removed: int = 0
    erased: tuple[ErasedRows, ...] = ()

    @property
    def identity(self) -> str:
        """The hash of what was delivered, whatever was erased from it since."""
        return self.delivered_sha256 or self.sha256

    @property
    def rows_left(self) -> int | None:
        """How many of the promised rows there are to find."""
        return None if self.rows is None else self.rows - self.rows_removed


@dataclass(frozen=True, slots=True)
class LandedDelivery:
    """A delivery whose bytes are safe in the landing folder."""

    delivery_id: str
    authority_code: str
    source: str
    as_of: date
    delivered_at: datetime
    files: tuple[LandedFile, ...]
    ignored: tuple[Ignored, ...] = ()

    @property
    def label(self) -> str:
        """How people name the delivery."""
        return f"{self.authority_code}/{self.source}/{self.as_of.isoformat()}"

    @property
    def collection_year(self) -> int:
        """The year in which the collection ends that the delivery belongs to: April to March."""
        return self.as_of.year + (self.as_of.month > _LAST_MONTH)


@dataclass(frozen=True, slots=True)
class TableCounts:
    """What became of the rows of one raw table; rows_in is always the sum of the others."""

    raw_table: str
    rows_in: int
    rows_loaded: int
    rows_quarantined: int
    rows_duplicate: int
    rows_erased: int = 0


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What one load did."""

    delivery_id: str
    authority_code: str
    source: str
    as_of: date
    state: LoadState
    tables: tuple[TableCounts, ...] = ()
    files_quarantined: int = 0
    drift_count: int = 0


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one pass over the inbox did."""

    loads: tuple[LoadReport, ...]
    ignored: tuple[Ignored, ...] = ()
    totals: TableCounts = field(default_factory=lambda: TableCounts("all", 0, 0, 0, 0))

    @property
    def new_loads(self) -> tuple[LoadReport, ...]:
        """The loads of deliveries that the ledger did not know."""
        return tuple(load for load in self.loads if load.state != "duplicate")


def add_counts(raw_table: str, counts: list[TableCounts]) -> TableCounts:
    """The sum of several counts under one name."""
    return TableCounts(
        raw_table,
        rows_in=sum(count.rows_in for count in counts),
        rows_loaded=sum(count.rows_loaded for count in counts),
        rows_quarantined=sum(count.rows_quarantined for count in counts),
        rows_duplicate=sum(count.rows_duplicate for count in counts),
        rows_erased=sum(count.rows_erased for count in counts),
    )
