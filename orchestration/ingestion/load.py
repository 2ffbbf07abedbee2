"""Load one landed delivery: have its files judged, then write rows and ledger in one transaction.

Belongs here: the order of a load and its reconciliation. Does not belong here: judging rows (the
parser does), the SQL that writes (writing), or any value of a row in a message.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb

from orchestration.contracts import Contract
from orchestration.ingestion import recording, writing
from orchestration.ingestion.belonging import looked_at, second_files
from orchestration.ingestion.erased_parts import record_erased_parts
from orchestration.ingestion.gate import FileRefusedError
from orchestration.ingestion.ledger import forget, known_counts, known_reading, note_redelivery
from orchestration.ingestion.outcomes import PartOutcome
from orchestration.ingestion.parsing import Parser
from orchestration.ingestion.parts import JudgedPart
from orchestration.ingestion.quarantine import export_quarantine
from orchestration.ingestion.results import (
    LandedDelivery,
    LandedFile,
    LoadReport,
    LoadState,
    TableCounts,
)
from orchestration.ingestion.stages import (
    answered_relation,
    answers_relation,
    stage_relation,
)
from orchestration.ingestion.warehouse import transaction
from orchestration.mappings.loader import mapping_digest
from orchestration.mappings.models import Mapping as SourceMapping

# Goes up when readers or rules judge the same bytes differently; what was loaded before is then
# judged again.
_READING_VERSION = 9

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
    parser: Parser,
    anew: bool = False,
) -> LoadReport:
    """Load a landed delivery once; the same bytes again change nothing.

    Rows that cannot be used go to quarantine with a reason, rows that repeat another row of their
    file are counted, all others load with pseudonymous ids. Either everything is written, with a
    ledger that adds up, or nothing. A delivery that was judged under another version of its
    contract is judged anew, and what it brought then is replaced.

    Args:
        con: A writable connection from `open_warehouse`, after `ensure_schema`.
        home: The home folder that holds the landed files.
        landed: The delivery.
        contracts: Every contract by source.
        master_key: The key from which the authority's pseudonym keys derive.
        parser: Opens and judges the files.
        anew: Judge a known delivery again, whatever it was judged by.
    """
    contract = contracts.get(landed.source)
    if contract is None:
        raise UnknownSourceError(f"{landed.source} has no contract; add one or move the delivery")
    with _without_values(landed):
        reading = reading_of(contract, parser.mapping_of(contract))
        known = known_reading(con, landed.delivery_id)
        if known == reading and not anew:
            return _load_again(con, home, landed, known_counts(con, landed.delivery_id))
        return _load_new(con, home, landed, contract, master_key, parser, reading)


def reading_of(contract: Contract, mapping: SourceMapping | None) -> str:
    """What decides how bytes are judged, as a hash: contract, mapping, version of the readers."""
    mapped = mapping_digest(mapping) if mapping else ""
    text = f"{_READING_VERSION}\n{mapped}\n{contract.model_dump_json()}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _load_new(
    con: duckdb.DuckDBPyConnection,
    home: Path,
    landed: LandedDelivery,
    contract: Contract,
    master_key: bytes,
    parser: Parser,
    reading: str,
) -> LoadReport:
    try:
        # Outside the transaction: what takes long must not hold it open.
        outcomes = _numbered(
            [
                outcome
                for file in landed.files
                for outcome in _judge(con, parser, contract, file, landed)
            ]
        )
        with transaction(con):
            forget(con, landed.delivery_id, [contract.raw_table(t) for t in contract.tables])
            report = _write(con, landed, contract, outcomes, master_key, reading)
            # Before the commit: whoever dies in between does the load and this again.
            export_quarantine(con, home, landed.authority_code, landed.source, landed.as_of)
        return report
    finally:
        con.execute(f"drop table if exists {writing.PSEUDONYMS}")
        parser.clear()


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
            TableCounts(
                count.raw_table,
                count.rows_in,
                0,
                0,
                count.rows_in - count.rows_erased,
                count.rows_erased,
            )
            for count in counts
        ),
    )


def _judge(
    con: duckdb.DuckDBPyConnection,
    parser: Parser,
    contract: Contract,
    file: LandedFile,
    landed: LandedDelivery,
) -> list[PartOutcome]:
    try:
        scratch, parts = parser.parse(contract, file, landed.collection_year)
    except FileRefusedError as refusal:
        table = contract.table(Path(file.name).stem.lower())
        name = table.name if table and contract.match == "by_name" else None
        return [_outcome(contract, file, JudgedPart.refused("", name, refusal))]
    return looked_at(con, landed, [_outcome(contract, file, part, scratch) for part in parts])


def _outcome(
    contract: Contract, file: LandedFile, part: JudgedPart, scratch: Path | None = None
) -> PartOutcome:
    table = contract.table(part.table) if part.table else None
    raw_table = contract.raw_table(table) if table else None
    if scratch is None or part.refusal is not None:
        return PartOutcome(file, part, table, raw_table)
    return PartOutcome(
        file,
        part,
        table,
        raw_table,
        stage_relation(scratch, part),
        answered_relation(scratch, part),
        answers_relation(scratch, part),
    )


def _numbered(outcomes: list[PartOutcome]) -> list[PartOutcome]:
    """Number the parts, and mark those whose bytes came before, for the same table."""
    seen: set[tuple[str, str, str]] = set()
    marked: list[PartOutcome] = []
    ordered = sorted(outcomes, key=lambda each: (each.file.sha256, each.part.label, each.file.name))
    for number, outcome in enumerate(ordered):
        identity = (outcome.file.sha256, outcome.part.label, outcome.raw_table or "")
        is_copy = outcome.is_readable and identity in seen
        numbered = outcome.numbered(number)
        marked.append(numbered.as_copy() if is_copy else numbered)
        seen.add(identity)
    return second_files(marked)


def _write(
    con: duckdb.DuckDBPyConnection,
    landed: LandedDelivery,
    contract: Contract,
    outcomes: list[PartOutcome],
    master_key: bytes,
    reading: str,
) -> LoadReport:
    readable = [outcome for outcome in outcomes if outcome.is_readable]
    originals = [outcome for outcome in readable if not outcome.is_copy]
    state: LoadState = "loaded" if readable else "quarantined"
    writing.map_pseudonyms(con, originals, master_key, landed.authority_code)
    for outcome in originals:
        writing.insert_rows(con, landed, outcome)
        writing.quarantine_rows(con, landed, outcome)
        recording.record_drift(con, landed, outcome)
        recording.record_not_mapped(con, landed, outcome)
    if contract.extent == "full" and contract.match == "by_part":
        for outcome in originals:
            recording.record_nothing_shared(con, landed, outcome)
    writing.quarantine_conflicts(con, landed, originals)
    recording.record_absent_tables(con, landed, contract, outcomes)
    recording.record_delivery(con, landed, state, reading)
    recording.record_parts(con, landed, outcomes)
    record_erased_parts(con, landed, outcomes)
    recording.record_ignored(con, landed)
    return LoadReport(
        delivery_id=landed.delivery_id,
        authority_code=landed.authority_code,
        source=landed.source,
        as_of=landed.as_of,
        state=state,
        tables=recording.record_tables(con, landed, contract),
        files_quarantined=len({each.file.name for each in outcomes if not each.is_readable}),
        drift_count=recording.count_drift(con, landed),
    )


@contextmanager
def _without_values(landed: LandedDelivery) -> Iterator[None]:
    try:
        yield
    except _TELLING_ERRORS as error:
        raise LoadError(
            f"{landed.label}: nothing was loaded, the warehouse reported "
            f"{type(error).__name__}; please report this with the version of Heard"
        ) from None
