"""Put what people decided, and how well they agreed, where the next build reads it.

Belongs here: two tables of the warehouse's ledger, the same after every run from the same file.
Does not belong here: which words a decision is of today (``fct_voice_themes``), or suggestions:
what a machine pointed at never gets into the warehouse.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.ingestion.warehouse import transaction
from orchestration.themes.ledger import ledger_path, open_ledger

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Of two readings the first counts; the second says how far one may rely on it.
_READ = {
    "theme_decisions": """
        select authority_code, subject_kind, subject_id, text_hash, theme_codes, frame_version,
            substr(decided_at, 1, 10)
        from decisions inner join items using (item_id)
        where theme_codes != '' and decision_id in
            (select max(decision_id) from decisions where round = 1 group by item_id)
        order by authority_code, subject_kind, subject_id, text_hash
    """,
    "theme_agreement": """
        select authority_code, comparison, breakdown, breakdown_value, items, children, agreed,
            kappa, gap_points, verdict, frame_version, measured_on
        from agreement order by authority_code, comparison, breakdown, breakdown_value
    """,
}


def load_themes(con: "DuckDBPyConnection", home: Path) -> None:
    """Make the two tables hold what the file of themes holds, and no more."""
    if not ledger_path(home).is_file():
        wanted: dict[str, list[tuple[object, ...]]] = {name: [] for name in _READ}
    else:
        with open_ledger(home) as ledger:
            wanted = {name: ledger.execute(query).fetchall() for name, query in _READ.items()}
    for name, rows in wanted.items():
        with transaction(con):
            con.execute(f"delete from ledger.{name}")
            if rows:
                marks = ", ".join("?" for _ in rows[0])
                con.executemany(f"insert into ledger.{name} values ({marks})", rows)
