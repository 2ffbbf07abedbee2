"""Hand disclosure control its keys without letting them touch a disk.

Belongs here: deriving one key an authority and laying it, ready for HMAC in SQL, in a database
that lives in memory only.
Does not belong here: the protection itself (dbt's published models) or reading the master key
from the environment (``orchestration.privacy.keys``).
"""

from typing import TYPE_CHECKING

from orchestration.privacy.keys import derive_key, disclosure_key

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# HMAC-SHA256 (RFC 2104) works on blocks of 64 bytes with these two pads. SQL has sha256 but no
# hmac, so the padded keys are made here and SQL hashes twice.
BLOCK_BYTES = 64
INNER_PAD = 0x36
OUTER_PAD = 0x5C
PURPOSE = "disclosure"

_AUTHORITIES = """
    select table_schema || '.' || table_name
    from information_schema.tables
    where table_schema = 'ledger' and table_name = 'deliveries' and table_catalog != 'secrets'
"""


def hmac_pads(key: bytes) -> tuple[bytes, bytes]:
    """Return the inner and the outer padded key of HMAC-SHA256.

    ``hmac(key, message)`` is then ``sha256(outer || sha256(inner || message))``.
    """
    block = key.ljust(BLOCK_BYTES, b"\0")
    return (
        bytes(byte ^ INNER_PAD for byte in block),
        bytes(byte ^ OUTER_PAD for byte in block),
    )


def attach_disclosure_keys(connection: "DuckDBPyConnection") -> int:
    """Make ``secrets.main.disclosure_keys`` for every delivered authority; return how many.

    The table has authority_code, inner_pad and outer_pad. It lies in an attached in-memory
    database, which every cursor of the connection sees and no file ever holds. With nothing
    delivered yet it is empty, and no key is asked for.
    """
    connection.execute("attach if not exists ':memory:' as secrets")
    connection.execute(
        "create or replace table secrets.main.disclosure_keys"
        " (authority_code varchar primary key, inner_pad blob, outer_pad blob)"
    )
    authorities = _delivered_authorities(connection)
    if authorities:
        master = disclosure_key()
        rows = [(code, *hmac_pads(derive_key(master, PURPOSE, code))) for code in authorities]
        connection.executemany("insert into secrets.main.disclosure_keys values (?, ?, ?)", rows)
    return len(authorities)


def _delivered_authorities(connection: "DuckDBPyConnection") -> list[str]:
    if not connection.execute(_AUTHORITIES).fetchall():
        return []
    found = connection.execute(
        "select distinct authority_code from ledger.deliveries order by authority_code"
    ).fetchall()
    return [str(code) for (code,) in found]
