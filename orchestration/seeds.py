"""Remember which reference tables the warehouse holds, so that a run need not load them again.

dbt reads each seed file cell by cell in Python, which costs more than building most models; the
code lists change a few times a year.

Belongs here: the one row that says which seeds are loaded.
Does not belong here: loading them (dbt does).
"""

from duckdb import DuckDBPyConnection

from orchestration.transform import SEEDS, seeds_digest

_TABLE = """
create schema if not exists ledger;
create table if not exists ledger.seed_loads (
    seeds_hash varchar not null,
    loaded_at timestamptz not null
)
"""


def seeds_are_loaded(connection: DuckDBPyConnection) -> bool:
    """Say whether the warehouse holds exactly the shipped reference tables."""
    connection.execute(_TABLE)
    stored = connection.execute("select seeds_hash from ledger.seed_loads").fetchall()
    if stored != [(seeds_digest(),)]:
        return False
    found = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'reference'"
    ).fetchall()
    return {path.stem for path in SEEDS.glob("*.csv")} <= {name for (name,) in found}


def record_seeds_loaded(connection: DuckDBPyConnection) -> None:
    """Note that the shipped reference tables were just loaded."""
    connection.execute(_TABLE)
    connection.begin()
    connection.execute("delete from ledger.seed_loads")
    connection.execute("insert into ledger.seed_loads values (?, now())", [seeds_digest()])
    connection.commit()
