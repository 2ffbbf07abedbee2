"""Each role may do on the server what the matrix says, and nothing else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors

from orchestration.server.declared import SCHEMAS, Grants, as_markdown, read_grants
from orchestration.server.errors import ServerError
from orchestration.server.load import serve
from orchestration.server.matrix import Right, read_matrix
from tests.support.postgres import postgres_server
from tests.support.served import Served, declared, make_home, make_release, set_up

RELEASE = "20260401T101112Z-first"
_DEFAULTS = "alter default privileges for role heard_owner"
REPOSITORY = Path(__file__).parents[2]
ROLES = [role.name for role in read_matrix()]
OBJECTS = {
    "published": "published.indicator_value",
    "marts": "marts.dim_children",
    "own_authority": "access.own_authority",
}
# Rows of each object, and those that belong to somebody of authority 330.
ROWS, OWN_ROWS = {"published": 4, "marts": 3, "own_authority": 2}, {"marts": 2, "own_authority": 1}
CHANGES = [
    "insert into {table} default values",
    "update {table} set authority_code = '999'",
    "delete from {table}",
    "truncate {table}",
    "drop table {table}",
    "alter table {table} disable row level security",
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = make_home(tmp_path_factory.mktemp("served") / "home")
    make_release(home, RELEASE)
    return home


@pytest.fixture(scope="module")
def served(home: Path) -> Iterator[Served]:
    with postgres_server() as running:
        served = set_up(running)
        serve(home, served.address, declared(), with_marts=True)
        yield served


def _right(served: Served, role: str, kind: str) -> Right:
    """Find out by trying."""
    try:
        con = served.sign_in(role)
    except psycopg.OperationalError:
        return Right.NONE
    with con:
        if kind == "database":
            return Right.CONNECT
        table = OBJECTS[kind]
        try:
            ((rows,),) = con.execute(f"select count(*) from {table}").fetchall()
        except errors.InsufficientPrivilege:
            return Right.NONE
        if rows == ROWS[kind]:
            return Right.READ
        return Right.OWN if rows == OWN_ROWS[kind] else Right.NONE


def _changes(con: "psycopg.Connection[Any]", table: str) -> int:
    """Count the statements that change a table and are not refused; nothing stays changed."""
    allowed = 0
    for change in CHANGES:
        try:
            con.execute(change.format(table=table))
            allowed += 1
        except errors.InsufficientPrivilege:
            pass
        except errors.Error:
            # Refused for another reason than a right, such as a column that may not be empty.
            allowed += 1
        con.rollback()
    return allowed


@pytest.mark.parametrize("kind", ["database", *OBJECTS])
@pytest.mark.parametrize("role", [role for role in ROLES if role != "heard_owner"])
def test_every_cell_of_the_matrix_is_so(served: Served, role: str, kind: str) -> None:
    row = next(each for each in read_matrix() if each.name == role)
    wanted = declared().right(row, kind) if kind in SCHEMAS else getattr(row, kind)
    if wanted is not Right.WRITE:
        assert _right(served, role, kind) == wanted
        return
    # The pipeline has nothing of its own; it says first that it acts as the owner.
    assert _right(served, role, kind) is Right.NONE
    with served.sign_in(role) as con:
        con.execute("set role heard_owner")
        con.commit()
        con.execute(f"create table {OBJECTS[kind].partition('.')[0]}.another (a text)")
        con.rollback()
        con.execute(f"alter table {OBJECTS[kind]} add column another text")
        con.rollback()


def test_the_server_notes_no_count_of_rows_that_somebody_must_not_read(served: Served) -> None:
    """Everybody may read its estimates; its counters are among what no reader may ask."""
    with served.sign_in("heard_board") as con:
        noted = con.execute(
            "select reltuples, reloptions from pg_class join pg_namespace as n on"
            " n.oid = relnamespace where relkind = 'r' and nspname = 'marts'"
        ).fetchall()
    assert len(noted) > 1
    assert {(rows, *options) for rows, options in noted} == {(-1, "autovacuum_enabled=false")}


@pytest.mark.parametrize("role", [r.name for r in read_matrix() if r.signs_in == "group"])
def test_no_reader_changes_anything(served: Served, role: str) -> None:
    with served.sign_in(role) as con:
        for table in OBJECTS.values():
            assert _changes(con, table) == 0, table
        for statement in (
            "create table published.mine (a text)",
            "create schema mine",
            "create table public.mine (a text)",
            "create temporary table mine (a text)",
            "select lo_create(0)",
            "select lo_from_bytea(0, 'a note for somebody')",
            "select n_live_tup from pg_stat_user_tables",
            "select pg_stat_get_tuples_inserted('published.release'::regclass)",
            "set role heard_owner",
            "set role heard_pipeline",
            "select pg_read_file('/etc/passwd')",
            "copy (select 1) to '/tmp/out.csv'",
            "create role more login",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                con.execute(statement)
            con.rollback()


def test_nobody_signs_in_as_the_owner_and_no_role_is_above_the_rules(served: Served) -> None:
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        served.sign_in("heard_owner")
    with served.admin() as con:
        rows = con.execute(
            "select rolname from pg_roles where rolname ~ '^(heard|jane)_'"
            " and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)"
        ).fetchall()
    assert rows == []


def test_an_authoritys_analyst_reads_its_own_rows_of_every_mart(served: Served) -> None:
    with served.sign_in("heard_authority_analyst") as con:

        def of(table: str) -> list[tuple[Any, ...]]:
            return con.execute(f"select distinct authority_code from marts.{table}").fetchall()

        tables = ("dim_children", "fct_indicator_counts", "fct_indicator_values")
        assert [of(table) for table in tables] == [[("330",)]] * 3
        # Codes are about nobody; a table that does not say whose its rows are is not theirs.
        assert con.execute("select count(*) from marts.dim_dates").fetchone() == (1,)
        assert con.execute("select count(*) from marts.fct_tool_fairness").fetchone() == (0,)
        # A wider list cannot be had by asking for it.
        con.execute("select set_config('role', 'heard_authority_analyst', false)")
        assert of("dim_children") == []


def test_the_policies_hold_for_the_owner_too(served: Served) -> None:
    with served.sign_in("heard_pipeline") as con:
        con.execute("set role heard_owner")
        assert con.execute("select count(*) from marts.dim_children").fetchone() == (0,)
    with served.admin() as con:
        open_ = con.execute(
            "select c.relname from pg_class as c where c.relnamespace = 'marts'::regnamespace"
            " and c.relkind in ('r', 'v', 'm') and not (c.relrowsecurity and c.relforcerowsecurity)"
        ).fetchall()
        views = con.execute(
            "select relname from pg_class where relkind in ('v', 'm') and relnamespace in"
            " ('marts'::regnamespace, 'published'::regnamespace)"
        ).fetchall()
    assert (open_, views) == ([], [])


@pytest.mark.parametrize("role", ["heard_board", "heard_bi"])
def test_exact_columns_cannot_be_reached_by_boards_and_dashboards(
    served: Served, role: str
) -> None:
    with served.admin() as con:
        reached = con.execute(
            "select distinct n.nspname from pg_class as c"
            " inner join pg_namespace as n on c.relnamespace = n.oid"
            " where n.nspname !~ '^pg_|^information_schema'"
            " and has_any_column_privilege(%s, c.oid, 'select')"
            " and c.relkind in ('r', 'v', 'm', 'f', 'p')",
            [f"jane_{role}"],
        ).fetchall()
    assert reached == [("published",)]


@pytest.mark.parametrize(
    ("added", "taken_back", "told"),
    [
        (
            f"{_DEFAULTS} grant select on tables to heard_bi",
            f"{_DEFAULTS} revoke select on tables from heard_bi",
            "marts: heard_bi has select on a table",
        ),
        (
            f"{_DEFAULTS} grant usage on schemas to jane_public",
            f"{_DEFAULTS} revoke usage on schemas from jane_public",
            "published: jane_public has usage on a schema",
        ),
        (
            "grant heard_analyst to heard_board",
            "revoke heard_analyst from heard_board",
            "heard_board is a member of heard_analyst",
        ),
        (
            "grant heard_owner to jane_heard_bi",
            "revoke heard_owner from jane_heard_bi",
            "jane_heard_bi is a member of heard_owner",
        ),
        (
            "alter role heard_bi bypassrls",
            "alter role heard_bi nobypassrls",
            "heard_bi is above row-level security",
        ),
    ],
)
def test_a_right_that_somebody_added_by_hand_undoes_the_load(
    home: Path, served: Served, added: str, taken_back: str, told: str
) -> None:
    with served.admin() as con:
        con.execute(added)
        try:
            with pytest.raises(ServerError, match=told):
                serve(home, served.address, declared(), with_marts=True)
        finally:
            con.execute(taken_back)
    assert served.released() == [(RELEASE, 5)]


def test_the_page_about_roles_shows_the_matrix_as_it_is() -> None:
    assert as_markdown(declared()) in (REPOSITORY / "docs" / "roles.md").read_text(encoding="utf-8")


def test_a_model_that_grants_less_is_read_by_fewer(home: Path, served: Served) -> None:
    fewer = {
        ("published", "code_label"): ("heard_analyst",),
        ("published", "indicator_value"): ("heard_analyst", "heard_board"),
    }
    kinds = [("heard_analyst", "code_label"), ("heard_board", "indicator_value")]
    refused = [("heard_board", "code_label"), ("heard_bi", "indicator_value")]
    # No model makes the table of the release: only who reads every model reads it.
    kinds.append(("heard_analyst", "release"))
    refused.append(("heard_board", "release"))
    try:
        serve(home, served.address, Grants(fewer), with_marts=False, force=True)
        for role, table in kinds:
            with served.sign_in(role) as con:
                assert con.execute(f"select count(*) > 0 from published.{table}").fetchone()
        for role, table in refused:
            with served.sign_in(role) as con, pytest.raises(errors.InsufficientPrivilege):
                con.execute(f"select count(*) from published.{table}")
    finally:
        serve(home, served.address, declared(), with_marts=True)


def _manifest(schema: str, **grants: object) -> dict[str, Any]:
    node = {"resource_type": "model", "schema": schema, "alias": "table"}
    return {"nodes": {"model.heard.table": {**node, "config": {"grants": grants}}}}


@pytest.mark.parametrize(
    ("manifest", "told"),
    [
        (_manifest("published", select=["heard_board"], insert=["heard_bi"]), "more than select"),
        (_manifest("published", select=["heard_bored"]), "granted to heard_bored"),
        (_manifest("published", select=["public"]), "granted to public"),
        (_manifest("marts", select=["heard_owner"]), "granted to heard_owner"),
        # Boards see no row of a restricted table, whatever its model says.
        (_manifest("marts", select="heard_bi"), "granted to heard_bi"),
    ],
)
def test_a_grant_that_nobody_may_have_is_refused(manifest: dict[str, Any], told: str) -> None:
    with pytest.raises(ServerError, match=told):
        read_grants(manifest)


def test_a_model_that_grants_nothing_is_read_by_nobody() -> None:
    assert read_grants(_manifest("marts")).of("marts", "table") == ()
    assert read_grants(_manifest("staging", select=["heard_bi"])).readers == {}
