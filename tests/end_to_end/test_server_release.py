"""What a server gives its readers is the release, and the marts, to the last digit."""

from pathlib import Path

import duckdb

from orchestration.server.load import serve
from tests.support.command import Site
from tests.support.postgres import postgres_server
from tests.support.served import declared, set_up

_AS_GIVEN_OUT = (
    "format csv, header false, delim ',', quote '\"', escape '\"', auto_detect false,"
    " nullstr '\\N', allow_quoted_nulls false"
)


def test_a_server_holds_the_same_rows_and_the_same_release(site: Site, tmp_path: Path) -> None:
    """Every published table and every mart, row by row, to the last digit."""
    with postgres_server() as running:
        served = set_up(running)
        told = serve(site.home, served.address, declared(), with_marts=True)
        assert told.release_id == _release(site)
        for schema, path in {"published": site.published, "marts": site.warehouse}.items():
            with duckdb.connect(str(path), read_only=True) as con:
                tables = con.execute(
                    "select table_name from information_schema.tables where table_schema = ?",
                    [schema],
                ).fetchall()
                assert len(tables) > 10
                for (name,) in tables:
                    table = f"{schema}.{name}"
                    given = served.give_out(table, tmp_path / f"{name}.csv")
                    con.execute(f"create temp table given as from {table} limit 0")
                    con.execute(f"copy given from '{given}' ({_AS_GIVEN_OUT})")
                    assert _checksum(con, "given") == _checksum(con, table), table
                    assert _checksum(con, "given")[0] == told.rows[table]
                    con.execute("drop table given")


def _checksum(con: duckdb.DuckDBPyConnection, table: str) -> tuple[int, ...]:
    """The rows, each as often as it is there, whatever their order."""
    found = con.execute(f"select count(*), sum(hash(t)::hugeint) from {table} as t").fetchone()
    return tuple(found or ())


def _release(site: Site) -> str:
    with duckdb.connect(str(site.published), read_only=True) as con:
        ((release,),) = con.execute("select release_id from published.release").fetchall()
    return str(release)
