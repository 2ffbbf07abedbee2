"""Whether a frozen release may still be put before readers: permission may have ended since.

Belongs here: comparing the quotes that a file holds with those of today. Does not belong here: what
becomes of the release (``orchestration.releases``).
"""

from pathlib import Path

from orchestration.hardening import connect
from orchestration.ingestion.warehouse import WarehouseMissingError, open_warehouse
from orchestration.quotes.candidates import today
from orchestration.quotes.standing import quotes_to_publish

_HAS_QUOTES = """
select count(*) from duckdb_tables() where schema_name = 'published' and table_name = 'quote'
"""
_HELD = "select quote_id, audience, quotation from published.quote order by quote_id"


def quotes_without_leave(home: Path, database: Path) -> tuple[str, ...]:
    """The quotes of a release that nobody allows today, in these words and for these readers."""
    with connect(database, read_only=True) as release:
        if release.execute(_HAS_QUOTES).fetchall() == [(0,)]:
            return ()
        held = release.execute(_HELD).fetchall()
    if not held:
        return ()
    try:
        with open_warehouse(home, read_only=True) as warehouse:
            allowed = quotes_to_publish(warehouse, home, today())
    except WarehouseMissingError:
        # Nobody can tell, as in the middle of an erasure.
        allowed = []
    live = {(quote.quote_id, quote.audience, quote.text) for quote in allowed}
    return tuple(str(quote) for quote, *words in held if (quote, *words) not in live)
