"""Plant every fault into a clean warehouse, one at a time, and see which checks find it.

A check that no fault can kill tests nothing; a fault that no check finds is a hole. A fault is
undone by rolling back, and only checks that read a table it touches are measured again.

Belongs here: the faults, the planting and the table of kills.
Does not belong here: what must be true of them (the tests), or the page (``expectations.docs``).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import duckdb
import yaml

from expectations.codes import codes_from
from expectations.compile import tables_of
from expectations.kills import Kill
from expectations.measure import measure
from expectations.registry import Check, load_registry
from expectations.rules import MeasureRow, Verdict, judge_measures
from tests.support.quality import MEASURED_AT, clean_warehouse

FAULTS = Path(__file__).resolve().parent.parent / "vectors" / "quality_faults.yml"
_TABLE = re.compile(r"\b(?:raw|ledger|staging|marts|published)\.\w+")
_CHANGED = re.compile(r"(?:update|delete from|insert into|alter table|drop table) (\w+\.\w+)")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong, and the checks that are there to find it."""

    name: str
    sql: str
    kills: tuple[str, ...]

    @property
    def changed(self) -> set[str]:
        """The tables that it touches."""
        return set(_CHANGED.findall(self.sql))


@dataclass(frozen=True, slots=True)
class World:
    """What one seed showed: alarms on clean data, and the checks that each fault killed."""

    alarms: tuple[str, ...]
    silent: tuple[str, ...]
    killed: Mapping[str, frozenset[str]]


@lru_cache(maxsize=1)
def load_faults() -> tuple[Fault, ...]:
    """Return every fault, in the order of the file."""
    rows = yaml.safe_load(FAULTS.read_text(encoding="utf-8"))
    return tuple(Fault(row["fault"], row["sql"], tuple(row["kills"])) for row in rows)


def run_world(seed: int) -> World:
    """Return what all faults do to all checks in the warehouse of one seed."""
    checks = load_registry()
    with duckdb.connect() as con:
        con.execute("set threads = 1")
        clean_warehouse(con, seed)
        clean = _verdicts(con, checks)
        readers = _readers(checks)
        killed = {fault.name: _kills(con, fault, readers) for fault in load_faults()}
    bad = {found: any(v.outcome.is_bad for v in verdicts) for found, verdicts in clean.items()}
    judged = {
        found: any(v.outcome.value in ("pass", "watch") for v in verdicts)
        for found, verdicts in clean.items()
    }
    return World(
        alarms=tuple(found for found, is_bad in bad.items() if is_bad),
        silent=tuple(found for found, has_judged in judged.items() if not has_judged),
        killed=killed,
    )


def counted(worlds: Sequence[World]) -> list[Kill]:
    """Return how often each fault killed each check."""
    times = Counter(
        (fault.name, check_id)
        for world in worlds
        for fault in load_faults()
        for check_id in world.killed[fault.name]
    )
    return [
        Kill(fault.name, check_id, times[fault.name, check_id], len(worlds))
        for fault in load_faults()
        for check_id in sorted(check.id for check in load_registry())
        if times[fault.name, check_id]
    ]


def _readers(checks: Sequence[Check]) -> Mapping[str, list[Check]]:
    readers: dict[str, list[Check]] = defaultdict(list)
    for check in checks:
        sql = tables_of(check, codes_from(), MEASURED_AT.date().isoformat())
        for table in set(_TABLE.findall(sql)):
            readers[table].append(check)
    return readers


def _kills(
    con: duckdb.DuckDBPyConnection, fault: Fault, readers: Mapping[str, list[Check]]
) -> frozenset[str]:
    everything = any(table.startswith("ledger.") for table in fault.changed)
    chosen = {check.id: check for table in fault.changed for check in readers.get(table, ())} | {
        check.id: check for check in load_registry() if everything
    }
    con.begin()
    try:
        con.execute(fault.sql)
        verdicts = _verdicts(con, list(chosen.values()))
    finally:
        con.rollback()
    return frozenset(
        check_id for check_id, found in verdicts.items() if any(v.outcome.is_bad for v in found)
    )


def _verdicts(
    con: duckdb.DuckDBPyConnection, checks: Sequence[Check]
) -> Mapping[str, list[Verdict]]:
    rows: dict[str, list[MeasureRow]] = defaultdict(list)
    for row in measure(con, checks, codes_from(), MEASURED_AT.date()):
        rows[row.check_id].append(row)
    return {check.id: judge_measures(check.rule, check.min_n, rows[check.id]) for check in checks}
