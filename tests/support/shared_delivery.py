"""Load many small authorities as one, and give each its own rows again.

To load a thousand files of a few rows each costs far more than to load their rows. So the files of
all authorities become one delivery of one authority, and once it is loaded by the real loader its
raw rows are handed out. Belongs here: joining the files and handing out. Does not belong here:
any assertion, or anything about what rows mean.
"""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from orchestration.privacy.keys import pseudonym_key
from orchestration.privacy.pseudonyms import pseudonyms
from tests.support.many_authorities import add_deliveries, columns_of_people, raw_tables

ALL = "300"


def join_deliveries(inbox: Path, joined: Path) -> None:
    """Write an inbox of one authority that holds the rows of all in another inbox."""
    found: dict[Path, list[Path]] = {}
    for path in sorted(inbox.glob("*/*/*/*.*")):
        found.setdefault(path.relative_to(inbox / path.relative_to(inbox).parts[0]), []).append(
            path
        )
    for name, paths in found.items():
        texts = [path.read_text(encoding="utf-8").splitlines(keepends=True) for path in paths]
        # The first and last line of a census hold everything else, as the first of a CSV names it.
        opening, closing = (2, 1) if name.suffix == ".xml" else (1, 0)
        bodies = [line for lines in texts for line in lines[opening : len(lines) - closing]]
        whole = [*texts[0][:opening], *bodies, *texts[0][len(texts[0]) - closing :]]
        target = joined / ALL / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("".join(whole), encoding="utf-8")


def hand_out(home: Path, master: bytes, people: Mapping[str, str]) -> None:
    """Give every raw row to the authority that its identifiers name.

    Args:
        home: The home folder into which the joined delivery was loaded.
        master: The key it was loaded with.
        people: The authority of each person, by the identifier of its case system.
    """
    key = pseudonym_key(master, "person", ALL)
    with duckdb.connect(str(home / "warehouse.duckdb")) as con:
        for name in ("deliveries", "delivery_tables"):
            con.execute(f"create temp table source_{name} as from ledger.{name}")
            con.execute(f"delete from ledger.{name}")
        for code in sorted(set(people.values())):
            add_deliveries(con, code, "source_deliveries", "source_delivery_tables")
        con.execute("create temp table people (person varchar primary key, code varchar)")
        pairs = zip(pseudonyms(people, key), people.values(), strict=True)
        marks = ",".join(f"('{person}', '{code}')" for person, code in pairs)
        con.execute(f"insert into people values {marks}")
        for table, contract in raw_tables(con).items():
            named = columns_of_people(contract)
            _hand_out(con, table, named)


def _hand_out(con: duckdb.DuckDBPyConnection, table: str, people: list[str]) -> None:
    """Change whose delivery each row of one raw table came with."""
    texts = con.execute(
        "select column_name from duckdb_columns() where schema_name = 'raw' and table_name = ?"
        " and data_type = 'VARCHAR' and column_name not like '\\_%' escape '\\'",
        [table],
    ).fetchall()
    # An identifier such as CIV301-000149 names its authority; a pseudonym has to be looked up.
    told = [
        f"nullif(regexp_extract({name}, '^[A-Z0-9]+(3\\d\\d)-\\d{{6}}$', 1), '')"
        for (name,) in texts
        if name not in people
    ]
    told += [f"(select code from people where person = {name})" for name in people]
    con.execute(
        f"create temp table mine as select rowid as row_id, coalesce({', '.join(told)}) as code"
        f" from raw.{table}"
    )
    con.execute(
        f"update raw.{table} as rows set _delivery_number ="
        f" (hash(mine.code, _delivery_number) >> 2) from mine where rows.rowid = mine.row_id"
    )
    con.execute("drop table mine")
