"""Load one landed delivery: stage its files, then write rows and ledger in one transaction.

Belongs here: the order of a load and its reconciliation. Does not belong here: judging rows
(judging), the SQL that writes (writing), or any value of a row in a message.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb

from orchestration.contracts import Contract
from orchestration.ingestion import recording, writing
from orchestration.ingestion.gate import FileRefusedError
from orchestration.ingestion.judging import judge_file
from orchestration.ingestion.landing import landed_path
from orchestration.ingestion.ledger import known_counts, note_redelivery
from orchestration.ingestion.outcomes import FileOutcome
from orchestration.ingestion.quarantine import export_quarantine
from orchestration.ingestion.results import (
    LandedDelivery,
    LandedFile,
    LoadReport,
    LoadState,
    TableCounts,
)
from orchestration.ingestion.warehouse import transaction

# Begins the name of every temporary table of a load.
_STAGE = "stage_"

# Errors of DuckDB that may quote a value; the others speak of memory, disks and locks.
_TELLING_ERRORS = (duckdb.DataError, duckdb.ProgrammingError, duckdb.IntegrityError)


class LoadError(RuntimeError):
    """The warehouse refused a load; nothing of the delivery was written."""


class UnknownSourceError(LookupError):
    """A landed delivery belongs to a source that has no contract."""


def load_delivery(
    con: duckdb.DuckDBPyConnection,
    home: Path,
    landed: LandedDelivery,
    contracts: Mapping[str, Contract],
    master_key: bytes,
) -> LoadReport:
    """Load a landed delivery once; the same bytes again change nothing.

    Rows that cannot be used go to quarantine with a reason, rows that repeat another row of their
    file are counted, all others load with pseudonymous ids. Either everything is written, with a
    ledger that adds up, or nothing.

    Args:
        con: A writable connection from `open_warehouse`, after `ensure_schema`.
        home: The home folder that holds the landed files.
        landed: The delivery.
        contracts: Every contract by source.
        master_key: The key from which the authority's pseudonym keys derive.
    """
    contract = contracts.get(landed.source)
    if contract is None:
        raise UnknownSourceError(f"{landed.source} has no contract; add one or move the delivery")
    with _without_values(landed):
        counts = known_counts(con, landed.delivery_id)
        if counts is not None:
            return _load_again(con, home, landed, counts)
        return _load_new(con, home, landed, contract, master_key)


def _load_new(
    con: duckdb.DuckDBPyConnection,
    home: Path,
    landed: LandedDelivery,
    contract: Contract,
    master_key: bytes,
) -> LoadReport:
    try:
        # Outside the transaction: DuckDB ends one at the first file that it cannot read.
        outcomes = _mark_copies(
            [
                _judge(con, home, contract, file, stage=f"{_STAGE}{place}")
                for place, file in enumerate(landed.files)
            ]
        )
        with transaction(con):
            report = _write(con, landed, contract, outcomes, master_key)
            # Before the commit: whoever dies in between does the load and this again.
            export_quarantine(con, home, landed.authority_code, landed.source, landed.as_of)
        return report
    finally:
        _drop_stages(con)


def _load_again(
    con: duckdb.DuckDBPyConnection,
    home: Path,
    landed: LandedDelivery,
    counts: tuple[TableCounts, ...],
) -> LoadReport:
    with transaction(con):
        if note_redelivery(con, landed):
            export_quarantine(con, home, landed.authority_code, landed.source, landed.as_of)
    return LoadReport(
        delivery_id=landed.delivery_id,
        authority_code=landed.authority_code,
        source=landed.source,
        as_of=landed.as_of,
        state="duplicate",
        tables=tuple(
            TableCounts(count.raw_table, count.rows_in, 0, 0, count.rows_in) for count in counts
        ),
    )


def _judge(
    con: duckdb.DuckDBPyConnection, home: Path, contract: Contract, file: LandedFile, stage: str
) -> FileOutcome:
    try:
        path = landed_path(home, file.sha256)
        judged = judge_file(con, contract, file.name, path, stage)
    except FileRefusedError as refusal:
        table = contract.table(Path(file.name).stem.lower())
        raw_table = contract.raw_table(table) if table and contract.match == "by_name" else None
        return FileOutcome(file, raw_table, refusal=refusal)
    return FileOutcome(file, contract.raw_table(judged.header.table), judged=judged)


def _mark_copies(outcomes: list[FileOutcome]) -> list[FileOutcome]:
    """Mark a file whose bytes came before in the same delivery, for the same table."""
    seen: set[tuple[str, str]] = set()
    marked: list[FileOutcome] = []
    for outcome in outcomes:
        identity = (outcome.file.sha256, outcome.raw_table or "")
        is_copy = outcome.judged is not None and identity in seen
        marked.append(outcome.as_copy() if is_copy else outcome)
        seen.add(identity)
    return marked


def _write(
    con: duckdb.DuckDBPyConnection,
    landed: LandedDelivery,
    contract: Contract,
    outcomes: list[FileOutcome],
    master_key: bytes,
) -> LoadReport:
    readable = [(each, each.judged) for each in outcomes if each.judged is not None]
    originals = [(each, judged) for each, judged in readable if not each.is_copy]
    state: LoadState = "loaded" if readable else "quarantined"
    files = [judged for _, judged in originals]
    writing.map_pseudonyms(con, files, master_key, landed.authority_code)
    for outcome, judged in originals:
        writing.insert_rows(con, landed, outcome, judged)
        writing.quarantine_rows(con, landed, outcome, judged)
        recording.record_drift(con, landed, outcome, judged)
    recording.record_absent_tables(con, landed, contract, outcomes)
    recording.record_delivery(con, landed, state)
    for outcome in outcomes:
        recording.record_file(con, landed, outcome)
    recording.record_ignored(con, landed)
    return LoadReport(
        delivery_id=landed.delivery_id,
        authority_code=landed.authority_code,
        source=landed.source,
        as_of=landed.as_of,
        state=state,
        tables=recording.record_tables(con, landed, contract),
        files_quarantined=sum(outcome.refusal is not None for outcome in outcomes),
        drift_count=recording.count_drift(con, landed),
    )


def _drop_stages(con: duckdb.DuckDBPyConnection) -> None:
    # The stages hold ids as delivered, so they go as soon as the load is over.
    stages = con.execute(
        "select table_name from duckdb_tables() where temporary "
        f"and (starts_with(table_name, '{_STAGE}') or table_name = '{writing.PSEUDONYMS}')"
    ).fetchall()
    for (stage,) in stages:
        con.execute(f"drop table {stage}")


@contextmanager
def _without_values(landed: LandedDelivery) -> Iterator[None]:
    try:
        yield
    except _TELLING_ERRORS as error:
        raise LoadError(
            f"{landed.label}: nothing was loaded, the warehouse reported "
            f"{type(error).__name__}; please report this with the version of Heard"
        ) from None
