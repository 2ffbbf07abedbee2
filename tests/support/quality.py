"""A small warehouse in which no quality check fails, for tests to break on purpose.

Belongs here: one authority's raw tables, ledger and marts, made by SQL with invented content.
Does not belong here: the faults (each test plants its own).
"""

import hashlib
from datetime import UTC, date, datetime

import duckdb

from orchestration.contracts import load_contracts
from orchestration.ingestion.ledger import delivery_number, ensure_schema
from tests.support.quality_marts import MARTS, PUBLISHED, STAGING
from tests.support.quality_sources import CENSUS, RETURN, VOICE, WORKBOOK
from tests.support.quality_tables import SSD, Part

AUTHORITY = "330"
MEASURED_AT = datetime(2026, 10, 5, 6, 0, tzinfo=UTC)
AS_OF = date(2026, 9, 30)
PREVIOUS_AS_OF = date(2026, 8, 31)

# The name of these raw tables starts with their source; the first two are yearly returns.
_PREFIXES = {"ssda903": "ssda903_", "cin_census": "cin_", "annex_a": "annex_a_"}
_YEARLY = ("ssda903", "cin_census")
_DRAW = "create macro draw(i, salt) as cast(hash(i * 1009 + salt, {seed}) % 1000 as integer)"


def clean_warehouse(con: duckdb.DuckDBPyConnection, seed: int = 0) -> None:
    """Fill an empty database with one authority in which no registered check fails.

    Args:
        con: Connection to the empty database.
        seed: Another seed is another authority of the same kind.
    """
    con.execute(_DRAW.format(seed=seed))
    ensure_schema(con, load_contracts())
    for as_of in (PREVIOUS_AS_OF, AS_OF):
        deliver(con, "ssd", as_of, SSD)
        deliver(con, "voice_extension", as_of, VOICE)
        deliver(con, "annex_a", as_of, WORKBOOK)
    for year_end in (date(2025, 3, 31), date(2026, 3, 31)):
        deliver(con, "ssda903", year_end, RETURN)
        deliver(con, "cin_census", year_end, CENSUS)
    for script in (STAGING, MARTS, PUBLISHED):
        con.execute(script.format(authority=AUTHORITY, as_of=AS_OF))


def deliver(
    con: duckdb.DuckDBPyConnection, source: str, as_of: date, parts: dict[str, Part]
) -> None:
    """Load one delivery of a source, as ingestion would."""
    delivery_id = hashlib.sha256(f"{source}-{as_of}".encode()).hexdigest()[:12]
    con.execute(
        "insert into ledger.deliveries values (?, ?, ?, ?, ?, ?, 1, 'loaded', ?, null)",
        [delivery_id, delivery_number(delivery_id), AUTHORITY, source, as_of, as_of, as_of],
    )
    for name, part in parts.items():
        raw_table = _PREFIXES.get(source, "") + name
        names = ", ".join(part.columns)
        values = ", ".join(part.columns.values()).replace("{as_of}", str(as_of))
        con.execute(
            f"insert into raw.{raw_table} ({names}, _delivery_number, _as_of, "
            f"_row_number, _row_key) select {values}, {delivery_number(delivery_id)}, "
            f"date '{as_of}', i + 1, i from range(1, {part.rows + 1}) as numbers (i)"
        )
        con.execute(
            "insert into ledger.delivery_tables values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0)",
            [
                delivery_id,
                delivery_number(delivery_id),
                AUTHORITY,
                source,
                as_of,
                as_of,
                "collection_year" if source in _YEARLY else "full",
                raw_table,
                part.rows,
                part.rows,
            ],
        )
