"""Ingest an inbox: the steps in their order, for the command line and the Dagster assets alike.

Belongs here: which step follows which. Does not belong here: what a step does.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.contracts import Contract, load_contracts
from orchestration.ingestion.delivery_manifest import write_record
from orchestration.ingestion.files import make_private_folder
from orchestration.ingestion.inbox import NOT_SETTLED, find_deliveries
from orchestration.ingestion.key_guard import require_same_key
from orchestration.ingestion.landing import (
    FileChangedError,
    OtherBytesError,
    UnsafeFileError,
    land_delivery,
)
from orchestration.ingestion.lean import without_pandas
from orchestration.ingestion.ledger import ensure_schema
from orchestration.ingestion.load import load_delivery
from orchestration.ingestion.local_clocks import load_local_clocks, read_local_clocks
from orchestration.ingestion.parsing import Parser
from orchestration.ingestion.results import (
    Ignored,
    IngestReport,
    LandedDelivery,
    LoadReport,
    Progress,
    add_counts,
)
from orchestration.ingestion.warehouse import open_warehouse
from orchestration.mappings.loader import load_mappings, source_contracts
from orchestration.privacy.keys import key_id, master_key
from orchestration.quotes.handover import load_quotes
from orchestration.settings import Settings
from orchestration.themes.handover import load_themes

if TYPE_CHECKING:
    from datetime import date

    from orchestration.erasure.arriving import ErasedFiles

# Where tombstones lie; a home folder where nobody was ever erased has no such folder.
ERASURES = "erasures"
# Why a delivery is left alone that was erased because it was kept long enough.
PAST_RETENTION = "PAST_RETENTION"


def ingest_inbox(
    settings: Settings, progress: Progress | None = None, settle_seconds: float = 0.0
) -> IngestReport:
    """Land and load every complete delivery of the inbox.

    Raises:
        MissingKeyError: There is no pseudonym key; nothing was touched.
    """
    # Before anything else: without a key not even a copy may be made.
    master_key()
    landed, ignored = _land(settings, progress, settle_seconds)
    loads = load_landed(settings, landed, progress)
    totals = add_counts("all", [table for load in loads for table in load.tables])
    return IngestReport(tuple(loads), tuple(ignored), totals)


def land_inbox(
    settings: Settings, progress: Progress | None = None, settle_seconds: float = 0.0
) -> list[LandedDelivery]:
    """Land every complete delivery of the inbox, known or new."""
    master_key()
    return _land(settings, progress, settle_seconds)[0]


def load_landed(
    settings: Settings,
    landed: Sequence[LandedDelivery],
    progress: Progress | None = None,
    anew: bool = False,
) -> list[LoadReport]:
    """Load landed deliveries; one that the ledger knows changes nothing, unless judged anew.

    Raises:
        OtherKeyError: The warehouse was made with another key; nothing was loaded.
        LocalClocksError: The file of local clocks cannot be used; nothing was loaded.
        ThemeLedgerError, QuoteLedgerError: The file of themes, or of quotes, cannot be used;
            nothing was loaded.
    """
    key = master_key()
    contracts, mappings = source_contracts(settings.home), load_mappings(settings.home)
    clocks = read_local_clocks(settings.home)
    reports: list[LoadReport] = []
    # Two threads insert hardly faster than one and take up to twice the processor time for it.
    with (
        without_pandas(),
        open_warehouse(settings.home, threads=1) as con,
        Parser(settings.home, mappings) as parser,
    ):
        ensure_schema(con, load_contracts())
        require_same_key(con, key)
        load_local_clocks(con, clocks)
        load_themes(con, settings.home)
        load_quotes(con, settings.home)
        clean = _cleaned(settings.home, contracts, parser)
        for done, delivery in enumerate(landed, start=1):
            with clean(delivery) as kept:
                write_record(settings.home, kept, key_id(key))
            reports.append(load_delivery(con, settings.home, kept, contracts, key, parser, anew))
            _tell(progress, "load", done, len(landed))
    return reports


def _land(
    settings: Settings, progress: Progress | None, settle_seconds: float
) -> tuple[list[LandedDelivery], list[Ignored]]:
    contracts = source_contracts(settings.home)
    listing = find_deliveries(settings.inbox, contracts, settle_seconds)
    erased, expired = _erased_files(settings.home), _expired_until(settings.home)
    make_private_folder(settings.home)
    landed: list[LandedDelivery] = []
    ignored = list(listing.ignored)
    for done, delivery in enumerate(listing.deliveries, start=1):
        last_gone = expired.get((delivery.authority_code, delivery.source))
        if last_gone is not None and delivery.as_of <= last_gone:
            ignored.append(Ignored(delivery.label, PAST_RETENTION))
            continue
        try:
            known = erased.get((delivery.authority_code, delivery.source))
            contract = contracts[delivery.source]
            landed.append(land_delivery(settings.home, delivery, contract, known))
        except FileChangedError:
            ignored.append(Ignored(delivery.label, NOT_SETTLED))
        except OtherBytesError as error:
            ignored.append(Ignored(delivery.label, "WAITS_FOR_FILES", str(error)))
        except UnsafeFileError:
            ignored.append(Ignored(delivery.label, "UNSAFE_FILE"))
        _tell(progress, "land", done, len(listing.deliveries))
    return landed, ignored


def _erased_files(home: Path) -> "ErasedFiles":
    """Files that were written anew because somebody was erased; hardly any home has one."""
    if not (home / ERASURES).is_dir():
        return {}
    from orchestration.erasure.arriving import erased_files
    from orchestration.erasure.pending import require_none_under_way

    require_none_under_way(home)
    return erased_files(home)


def _expired_until(home: Path) -> "Mapping[tuple[str, str], date]":
    """Up to which day deliveries were kept long enough; those in the inbox are left alone."""
    if not (home / ERASURES).is_dir():
        return {}
    from orchestration.erasure.retention import expired_until

    return expired_until(home)


def _cleaned(
    home: Path, contracts: Mapping[str, Contract], parser: Parser
) -> Callable[[LandedDelivery], AbstractContextManager[LandedDelivery]]:
    """How a delivery comes to be loaded: as it is, unless something was ever erased here."""
    if not (home / ERASURES).is_dir():
        return nullcontext
    from orchestration.erasure.arriving import cleaned
    from orchestration.erasure.retention import wordless_before
    from orchestration.erasure.tombstones import read_tombstones

    tombstones, wordless = read_tombstones(home), wordless_before(home)
    return lambda landed: cleaned(home, landed, contracts, parser, tombstones, wordless)


def _tell(progress: Progress | None, step: str, done: int, total: int) -> None:
    if progress is not None:
        progress(step, done, total)
