"""The published table of quotes: words that somebody allowed, without names, read by a person.

Belongs here: its columns and rows. Does not belong here: which words those are
(``orchestration.quotes``) or who read them: a reviewer is never published.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from orchestration.ingestion.sql import literal
from orchestration.quotes.standing import Quote
from orchestration.reporting.table_comments import RELEASE_ID_COMMENT

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

QUOTE = "quote"
_COMMENT = (
    "One row per quotation that its owner allows today, with tokens in place of names, read by a"
    " named person, of a cohort of ten children or more."
)
# Column, type, meaning; after release_id.
_COLUMNS = (
    ("quote_id", "varchar", "Id of the quote, drawn by chance; `heard quotes list` knows it."),
    ("authority_code", "varchar", "Three-digit code of the local authority."),
    ("period_start", "date", "First day of the financial year in which it was said."),
    ("period_end", "date", "Last day of that year."),
    ("audience", "varchar", "Who may read it: board, or public (anyone)."),
    ("voice_owner", "varchar", "Whose voice it is."),
    ("voice_kind", "varchar", "as_information or about_information."),
    # Not `text`: so the restricted tier names words as they were said.
    ("quotation", "varchar", "The words, with tokens such as [SIBLING 1] for names and places."),
)
_OF = {"quotation": "text"}


def write_quotes(
    connection: "DuckDBPyConnection", target: str, release_id: str, quotes: Sequence[Quote]
) -> int:
    """Make the table in a schema and fill it; return how many rows it has."""
    table = f"{target}.{QUOTE}"
    listed = ", ".join(f"{name} {kind}" for name, kind, _ in _COLUMNS)
    connection.execute(f"create table {table} (release_id varchar, {listed})")
    rows = [
        [release_id, *(getattr(quote, _OF.get(name, name)) for name, _, _ in _COLUMNS)]
        for quote in sorted(quotes, key=lambda quote: quote.quote_id)
    ]
    if rows:
        marks = ", ".join("?" for _ in rows[0])
        connection.executemany(f"insert into {table} values ({marks})", rows)
    connection.execute(f"comment on table {table} is {literal(_COMMENT)}")
    for name, _, meaning in _COLUMNS:
        connection.execute(f"comment on column {table}.{name} is {literal(meaning)}")
    connection.execute(RELEASE_ID_COMMENT.format(table=table))
    return len(rows)
