"""Say whether what the warehouse holds may be published at all.

Belongs here: the last look before a release, whoever asks for it.
Does not belong here: the checks themselves (``expectations``), or making the files.
"""

from typing import TYPE_CHECKING

from orchestration.ingestion.sql import identifier

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class HeldBackError(RuntimeError):
    """What the warehouse holds may not be published."""


def require_publishable(connection: "DuckDBPyConnection") -> None:
    """Refuse a warehouse that is half built, or that a stop-level check refused.

    Raises:
        HeldBackError: With the ids of the checks, or what to run.
    """
    if not _count(connection, "ledger", "transform_builds"):
        raise HeldBackError(
            "the warehouse was not built to its end, so it may be a mixture of two states;"
            " run `heard run`"
        )
    if not _count(connection, "quality", "check_results"):
        raise HeldBackError("nothing was checked yet, so nothing is published; run `heard run`")
    refused = connection.execute(
        "select distinct check_id from quality.check_results"
        " where is_blocking and outcome in ('fail', 'error') order by check_id"
    ).fetchall()
    if refused:
        names = ", ".join(str(check_id) for (check_id,) in refused)
        raise HeldBackError(f"{names} must hold and does not; mend the extract and deliver again")


def _count(connection: "DuckDBPyConnection", schema: str, table: str) -> int:
    """Return how many rows a table has; none when it is not there."""
    known = connection.execute(
        "select count(*) from duckdb_tables() where schema_name = ? and table_name = ?",
        [schema, table],
    ).fetchone()
    if not known or not known[0]:
        return 0
    found = connection.execute(
        f"select count(*) from {identifier(schema)}.{identifier(table)}"
    ).fetchone()
    return int(found[0]) if found else 0
