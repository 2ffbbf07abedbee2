"""A home folder with a release and marts, a PostgreSQL server, and one login for each role.

Belongs here: making them, and signing in. Does not belong here: what a role may do.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import psycopg

from orchestration.ingestion.warehouse import open_warehouse
from orchestration.server.address import Address, parse_address
from orchestration.server.declared import Grants, read_grants
from orchestration.server.grants import setup_script
from orchestration.server.matrix import SignsIn, read_matrix
from orchestration.transform import prepare_manifest, read_manifest
from tests.support.postgres import Server

CANARY = "Zyxwanda Quillfeather"
PASSWORD = "pipe:line/word@1"
DATABASE = "heard"
# Two authorities; 330 has two children, 331 one.
_MARTS = f"""
create schema marts;
create table marts.dim_children (authority_code varchar, child_key varchar, born date);
insert into marts.dim_children
    values ('330', 'a1', '2011-02-03'), ('330', '{CANARY}', null), ('331', 'c3', '2012-03-04');
create table marts.fct_indicator_counts (authority_code varchar, indicator_id varchar, n bigint);
insert into marts.fct_indicator_counts values ('330', 'A1', 7), ('331', 'A1', 3);
create view marts.fct_indicator_values as from marts.fct_indicator_counts;
create table marts.dim_dates as select date '2026-01-01' as date_day;
create table marts.fct_tool_fairness as select 'tool' as tool, 3::bigint as n;
"""
_PUBLISHED = r"""
create schema published;
create table published.release as
select {id} as release_id, timestamp '2026-04-01 10:11:12' as released_at;
create table published.code_label (release_id varchar, code varchar, label varchar);
insert into published.code_label values
    ({id}, '', 'nothing'), ({id}, null, 'null'), ({id}, '\N', 'two letters'),
    ({id}, 'a,"b";c', E'two\nlines'), ({id}, ' é ', {label});
create table published.indicator_value as select
    {id} as release_id, '330' as authority_code, i::integer as number, (i * 1e9)::bigint as big,
    i / 3 as value, i % 2 = 0 as is_even, date '2026-01-01' + i::integer as day,
    case when i > 2 then 'shown' end as status
from range(1, 5) as r (i);
comment on table published.indicator_value is 'One value; it''s protected \ always.';
comment on column published.indicator_value.value is 'A rate: 0 to 100.';
"""


@cache
def declared() -> Grants:
    """Who may read which table, as the project's models say."""
    with TemporaryDirectory() as home:
        return read_grants(read_manifest(prepare_manifest(Path(home))))


def make_home(home: Path) -> Path:
    """Make a home folder with marts and no release."""
    with open_warehouse(home) as connection:
        connection.execute(_MARTS)
    return home


def make_release(home: Path, release_id: str, label: str = "label") -> None:
    """Publish a release by hand."""
    path = home / "published" / "heard.duckdb"
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        made = _PUBLISHED.replace("{id}", f"'{release_id}'").replace("{label}", f"'{label}'")
        connection.execute(made)


@dataclass(frozen=True)
class Served:
    """A server that was set up for Heard."""

    server: Server

    @property
    def url(self) -> str:
        """The address for HEARD_PUBLISH_URL."""
        password = PASSWORD.replace(":", "%3A").replace("/", "%2F").replace("@", "%40")
        return f"postgresql://heard_pipeline:{password}@127.0.0.1:{self.server.port}/{DATABASE}"

    @property
    def address(self) -> Address:
        """The same, understood."""
        return parse_address(self.url)

    def admin(self) -> "psycopg.Connection[Any]":
        """Sign in as the server's administrator."""
        return psycopg.connect(
            self.server.admin.replace("dbname=postgres", f"dbname={DATABASE}"), autocommit=True
        )

    def sign_in(self, role: str) -> "psycopg.Connection[Any]":
        """Sign in as somebody who has a role and no other."""
        user, password = (
            ("heard_pipeline", PASSWORD) if role == "heard_pipeline" else (f"jane_{role}", "jane")
        )
        if role == "heard_owner":
            user = role
        return psycopg.connect(
            f"host=127.0.0.1 port={self.server.port} dbname={DATABASE} user={user}"
            f" password='{password}'"
        )

    def give_out(self, table: str, path: Path) -> Path:
        """Write what the server holds of a table as CSV."""
        statement = f"copy {table} to stdout with (format csv, null '\\N', force_quote *)"
        with self.admin() as con, path.open("wb") as out, con.cursor().copy(statement) as copy:
            for block in copy:
                out.write(block)
        return path

    def released(self) -> list[tuple[Any, ...]]:
        """What readers see of the release."""
        with self.admin() as con:
            return con.execute(
                "select r.release_id, count(*) from published.release as r, published.code_label"
                " as c where c.release_id = r.release_id group by 1"
            ).fetchall()


def set_up(server: Server) -> Served:
    """Make Heard's database and roles as an administrator does, twice, and a login for each."""
    served = Served(server)
    with psycopg.connect(server.admin, autocommit=True) as con:
        con.execute(f"create database {DATABASE}")
    with served.admin() as con:
        for _ in range(2):
            con.execute(setup_script())
        # No log is to get the passwords themselves; psql has a command of its own for that.
        con.execute("set log_statement = 'none'")
        con.execute(f"alter role heard_pipeline password '{PASSWORD}'")
        con.execute("alter role heard_owner password 'jane'")
        for role in read_matrix():
            if role.signs_in is SignsIn.GROUP:
                member = f"in role {role.name}"
            elif role.name == "public":
                member = ""
            else:
                continue
            con.execute(f"create role jane_{role.name} login password 'jane' {member}")
        con.execute(
            "insert into access.own_authority values"
            " ('jane_heard_authority_analyst', '330'), ('somebody_else', '331')"
        )
    return served
