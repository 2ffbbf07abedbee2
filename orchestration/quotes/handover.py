"""Put which words releases have quoted where the next build reads it.

Belongs here: one table of the warehouse's ledger, the same after every run from the same file.
Does not belong here: whether that was allowed (``int_indicator_counts__information_rights``).
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.ingestion.warehouse import transaction
from orchestration.quotes.erasing import ERASED
from orchestration.quotes.ledger import ledger_path, open_ledger

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Whose words were erased is no longer known, so nothing can be said of permission.
_READ = f"""
    select distinct authority_code, expression_id, substr(released_at, 1, 10)
    from releases inner join quotes using (quote_id)
    where expression_id not like '{ERASED}%' order by 1, 2, 3
"""


def load_quotes(con: "DuckDBPyConnection", home: Path) -> None:
    """Make the table hold one row per words and day of release that quoted them, and no more."""
    rows: list[tuple[str, str, str]] = []
    if ledger_path(home).is_file():
        with open_ledger(home) as ledger:
            rows = ledger.execute(_READ).fetchall()
    with transaction(con):
        con.execute("delete from ledger.quotes_used")
        if rows:
            con.executemany("insert into ledger.quotes_used values (?, ?, ?)", rows)


def leave_what_was_quoted(home: Path, moment: datetime) -> None:
    """Let the file of a copied home tell of releases until a moment, and hold no words.

    A figure as known on a past day quotes nobody.
    """
    if not ledger_path(home).is_file():
        return
    then = moment.astimezone(UTC).isoformat(timespec="seconds")
    with open_ledger(home) as ledger:
        ledger.execute("delete from texts")
        ledger.execute("delete from final_texts")
        ledger.execute("delete from releases where released_at > ?", (then,))
