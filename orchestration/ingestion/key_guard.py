"""Refuse to go on with another key than the one that a warehouse was made with.

Belongs here: `ledger.keys`. Does not belong here: where a key comes from (``privacy.keys``), or
changing one (``orchestration.rotating``).
"""

from datetime import UTC, datetime

import duckdb

from orchestration.ingestion.ledger import as_warehouse_time
from orchestration.privacy.keys import disclosure_key, key_id

_OTHER_DISCLOSURE = (
    "this home folder publishes with another key of disclosure control, and every small number"
    " would move; set the one that it was made with (docs/keys.md)"
)


class OtherKeyError(RuntimeError):
    """The warehouse was made with another key."""


def require_same_key(con: duckdb.DuckDBPyConnection, master: bytes) -> None:
    """Remember the first keys of a warehouse and refuse every other one.

    With a second key the same child would be two, and every published cell would move, which
    tells more than either release alone.

    Raises:
        OtherKeyError: A key is not the one that the warehouse was made with.
    """
    known = con.execute("select key_id, disclosure_key_id from ledger.keys").fetchone()
    wanted = key_id(disclosure_key())
    if known is None:
        now = as_warehouse_time(datetime.now(UTC))
        con.execute("insert into ledger.keys values (?, ?, ?)", [key_id(master), now, wanted])
        return
    if known[0] != key_id(master):
        raise OtherKeyError(
            "this home folder was made with another HEARD_PSEUDONYM_KEY, and no pseudonym would"
            " match; set the key that it was made with, or give this run an empty home folder"
        )
    if known[1] is None:
        con.execute("update ledger.keys set disclosure_key_id = ?", [wanted])
    elif known[1] != wanted:
        raise OtherKeyError(_OTHER_DISCLOSURE)


def require_same_disclosure_key(con: duckdb.DuckDBPyConnection) -> None:
    """Refuse to make a warehouse again that would publish with another key.

    Raises:
        OtherKeyError: The key of disclosure control is not the one that it was made with.
    """
    if used_disclosure_key(con) not in ("", key_id(disclosure_key())):
        raise OtherKeyError(_OTHER_DISCLOSURE)


def used_disclosure_key(con: duckdb.DuckDBPyConnection) -> str:
    """The id of the key that the numbers of this warehouse are rounded with; empty if unknown."""
    is_there = con.execute(
        "select count(*) from duckdb_columns() where schema_name = 'ledger'"
        " and table_name = 'keys' and column_name = 'disclosure_key_id'"
    ).fetchone()
    if not is_there or not is_there[0]:
        return ""
    found = con.execute("select disclosure_key_id from ledger.keys").fetchone()
    return str(found[0] or "") if found else ""
