"""Measure every check in DuckDB: counts go out, no value of a row ever does.

Belongs here: running the compiled SQL, and saying which checks could not be measured.
Does not belong here: SQL text (``compile``) or what a count means (``rules``).
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import date

import duckdb

from expectations.aggregates import CodesOf
from expectations.codes import UnknownListError
from expectations.compile import statement
from expectations.registry.models import Check
from expectations.rules import NO_AUTHORITY, MeasureRow

logger = logging.getLogger(__name__)


def measure(
    con: duckdb.DuckDBPyConnection,
    checks: Sequence[Check],
    codes_of: CodesOf,
    measured_on: date,
) -> list[MeasureRow]:
    """Return n and k for every check, authority and slice.

    One statement measures everything. When it cannot run (a table or column is gone), each
    check is measured on its own, so that one broken check does not blind the others.

    Args:
        con: Connection to the warehouse.
        checks: The checks to measure.
        codes_of: Gives the accepted codes of a reference list.
        measured_on: The day of the run, in UTC.
    """
    if not checks:
        return []
    authorities = _authorities(con)
    try:
        rows = _run(con, checks, codes_of, measured_on)
    except (duckdb.Error, UnknownListError):
        rows = [row for check in checks for row in _alone(con, check, codes_of, measured_on)]
    return _completed(rows, checks, authorities)


def _run(
    con: duckdb.DuckDBPyConnection, checks: Sequence[Check], codes_of: CodesOf, measured_on: date
) -> list[MeasureRow]:
    found = con.execute(statement(checks, codes_of, measured_on.isoformat())).fetchall()
    return [
        MeasureRow(check_id, authority_code, slice_, int(n), int(k))
        for check_id, authority_code, slice_, n, k in found
        if authority_code is not None
    ]


def _alone(
    con: duckdb.DuckDBPyConnection, check: Check, codes_of: CodesOf, measured_on: date
) -> list[MeasureRow]:
    try:
        return _run(con, [check], codes_of, measured_on)
    except (duckdb.Error, UnknownListError) as error:
        # The engine's message may quote a value of a row, so only its kind is written down.
        logger.warning("check %s could not be measured: %s", check.id, type(error).__name__)
        return [MeasureRow(check.id, "*", "all", 0, 0, could_measure=False)]


def _authorities(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    found = con.execute("select distinct authority_code from ledger.deliveries").fetchall()
    return tuple(sorted(code for (code,) in found)) or (NO_AUTHORITY,)


def _completed(
    rows: Iterable[MeasureRow], checks: Sequence[Check], authorities: Sequence[str]
) -> list[MeasureRow]:
    """Give every check a row for every authority: nothing counted, or not measurable."""
    rows = list(rows)
    broken = {row.check_id for row in rows if not row.could_measure}
    measured = [row for row in rows if row.could_measure]
    present = {(row.check_id, row.authority_code) for row in measured}
    gaps = [
        MeasureRow(check.id, authority, "all", 0, 0, could_measure=check.id not in broken)
        for check in checks
        for authority in authorities
        if (check.id, authority) not in present
    ]
    return measured + gaps
