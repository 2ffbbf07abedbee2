"""Find out, before anything changes, what an erasure would take out and where.

Belongs here: reading every landed delivery of an authority against tombstones in memory.
Does not belong here: writing anything.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.contracts import Contract
from orchestration.erasure.screening import Screen
from orchestration.erasure.search import Sentinel
from orchestration.erasure.sentinels import sentinels_of
from orchestration.erasure.tombstones import Tombstones
from orchestration.ingestion.delivery_manifest import DeliveryRecord
from orchestration.ingestion.parsing import Parser
from orchestration.ingestion.warehouse import WarehouseMissingError, open_warehouse
from orchestration.privacy.keys import pseudonym_key
from orchestration.privacy.pseudonyms import pseudonyms

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_IDENTITIES = "stg_ssd__identities"


@dataclass(slots=True)
class Plan:
    """What would go: rows by source and raw table, files by source; and what to look for after."""

    rows: Counter[tuple[str, str]] = field(default_factory=Counter)
    files: Counter[str] = field(default_factory=Counter)
    deliveries: set[str] = field(default_factory=set)
    files_not_readable: int = 0
    sentinels: set[Sentinel] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.files)


def scan(
    records: list[DeliveryRecord],
    parser: Parser,
    contracts: dict[str, Contract],
    tombstones: Tombstones,
    tell: Callable[[int, int], None],
) -> Plan:
    """Read every delivery; tombstones of rows that hang on the person's are added to them."""
    screen = Screen(parser, contracts, tombstones)
    while True:
        plan, before = Plan(), tombstones.size()
        for done, record in enumerate(records, start=1):
            _scan_one(record, parser, contracts, screen, plan)
            tell(done, len(records))
        # A row may hang on one of a delivery that was read later.
        if tombstones.size() == before:
            return plan


def _scan_one(
    record: DeliveryRecord,
    parser: Parser,
    contracts: dict[str, Contract],
    screen: Screen,
    plan: Plan,
) -> None:
    landed = record.landed
    contract = contracts.get(landed.source)
    if contract is None:
        return
    try:
        for opened, hits in screen.find(landed):
            plan.deliveries.add(landed.delivery_id)
            plan.files[landed.source] += 1
            plan.files_not_readable += hits.is_whole
            for part in opened.parts:
                table = contract.table(part.table or "")
                if part.refusal is None and table is not None:
                    raw_table = contract.raw_table(table)
                    plan.rows[landed.source, raw_table] += len(hits.rows.get(part.label, ()))
            plan.sentinels |= sentinels_of(parser, contract, landed, opened, hits)
    finally:
        parser.clear()


def pseudonyms_of(home: Path, master: bytes, authority: str, ids: tuple[str, ...]) -> set[str]:
    """Every pseudonym of a person: of the given ids, and of those that the case system merged."""
    known = set(pseudonyms(ids, pseudonym_key(master, "person", authority)))
    try:
        with open_warehouse(home, read_only=True) as connection:
            pairs = _identities(connection, authority)
    except WarehouseMissingError:
        return known
    while True:
        more = {key for pair in pairs if known & set(pair) for key in pair} - known
        if not more:
            return known
        known |= more


def _identities(connection: "DuckDBPyConnection", authority: str) -> list[tuple[str, str]]:
    there = connection.execute(
        "select count(*) from duckdb_tables() where schema_name = 'staging' and table_name = ?",
        [_IDENTITIES],
    ).fetchone()
    if not there or not there[0]:
        return []
    return connection.execute(
        f"select former_person_key, person_key from staging.{_IDENTITIES}"
        " where authority_code = ? and is_applied",
        [authority],
    ).fetchall()
