"""The server holds exactly what is published here, whole, and gives nothing away on the way."""

import io
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from click.testing import CliRunner

from orchestration.cli import app
from orchestration.reporting.published import NotPublishedError
from orchestration.server import load
from orchestration.server.address import open_server, parse_address
from orchestration.server.errors import ServerError
from orchestration.server.load import serve
from orchestration.settings import SettingsError
from tests.support.inbox import KEY_HEX
from tests.support.postgres import postgres_server
from tests.support.served import CANARY, PASSWORD, Served, declared, make_home, make_release, set_up

FIRST, SECOND = "20260401T101112Z-first", "20260701T101112Z-second"
REPOSITORY = Path(__file__).parents[2]
# Dies when all is loaded and the old tables are gone, before the server is told to keep it.
_KILLED = """
import os, signal, sys
from pathlib import Path
from orchestration.server import load
from orchestration.server.address import address_from_environment
put_in_place = load._put_in_place
def die(server, schema, is_wanted):
    put_in_place(server, schema, is_wanted)
    if schema == "marts":
        os.kill(os.getpid(), signal.SIGKILL)
load._put_in_place = die
from tests.support.served import declared
load.serve(Path(sys.argv[1]), address_from_environment(), declared(), with_marts=True)
"""


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with postgres_server() as running:
        yield set_up(running)


@pytest.fixture
def home(tmp_path: Path, served: Served) -> Path:
    """A home folder whose first release is on the server, with the marts."""
    home = make_home(tmp_path / "home")
    make_release(home, FIRST)
    assert serve(home, served.address, declared(), with_marts=True).is_new
    return home


def _rows(con: Any, tables: list[str]) -> dict[str, list[Any]]:
    return {
        table: sorted(con.execute(f"select * from {table}").fetchall(), key=repr)
        for table in tables
    }


def test_every_table_is_the_same_in_both_to_the_last_digit(home: Path, served: Served) -> None:
    tables = {
        home / "published" / "heard.duckdb": [
            *("published.release", "published.code_label", "published.indicator_value"),
        ],
        home / "warehouse.duckdb": [
            *("marts.dim_children", "marts.fct_indicator_counts", "marts.fct_indicator_values"),
            *("marts.dim_dates", "marts.fct_tool_fairness"),
        ],
    }
    with served.admin() as server:
        for path, names in tables.items():
            with duckdb.connect(str(path), read_only=True) as here:
                assert _rows(server, names) == _rows(here, names)
        there = server.execute(
            "select schemaname || '.' || tablename from pg_tables where schemaname in"
            " ('published', 'marts')"
        ).fetchall()
        told = server.execute(
            "select obj_description('published.indicator_value'::regclass),"
            " col_description('published.indicator_value'::regclass, 5)"
        ).fetchone()
    assert {name for (name,) in there} == {name for names in tables.values() for name in names}
    assert told == ("One value; it's protected \\ always.", "A rate: 0 to 100.")
    assert not (home / "tmp" / "server").exists()


def test_what_is_there_already_is_not_loaded_again(home: Path, served: Served) -> None:
    assert serve(home, served.address, declared(), with_marts=False).is_new
    again = serve(home, served.address, declared(), with_marts=False)
    assert (again.release_id, again.is_new, again.rows) == (FIRST, False, {})
    assert serve(home, served.address, declared(), with_marts=False, force=True).rows == {
        "published.code_label": 5,
        "published.indicator_value": 4,
        "published.release": 1,
    }


def test_where_marts_are_not_wanted_there_are_none(home: Path, served: Served) -> None:
    serve(home, served.address, declared(), with_marts=False)
    with served.admin() as con:
        rows = con.execute(
            "select nspname from pg_namespace where nspname in"
            " ('marts', 'marts_next', 'published_next')"
        ).fetchall()
    assert rows == []


def test_a_withdrawn_release_is_taken_from_the_servers_readers(
    home: Path, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "published" / "heard.duckdb").unlink()
    with pytest.raises(NotPublishedError, match="heard server withdraw"):
        serve(home, served.address, declared(), with_marts=True)
    monkeypatch.setenv("HEARD_PUBLISH_URL", served.url)
    for held in (True, False):
        done = CliRunner().invoke(app, ["server", "withdraw", "--json"])
        assert (done.exit_code, json.loads(done.stdout)) == (0, {"withdrawn": held})
    with served.admin() as con:
        left = con.execute(
            "select nspname from pg_namespace where nspname in ('published', 'marts')"
        ).fetchall()
    assert left == []


def test_killed_half_way_readers_see_the_whole_old_release(home: Path, served: Served) -> None:
    make_release(home, SECOND)
    wanted = {"HEARD_PUBLISH_URL": served.url, "HEARD_PSEUDONYM_KEY": KEY_HEX}
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, str(home)],
        env={**os.environ, **wanted, "PYTHONPATH": str(REPOSITORY)},
        check=False,
    )
    assert done.returncode == -9
    assert served.released() == [(FIRST, 5)]
    assert serve(home, served.address, declared(), with_marts=True).is_new
    assert served.released() == [(SECOND, 5)]
    assert not (home / "tmp" / "server").exists()


def test_a_reader_in_the_middle_of_its_work_is_not_disturbed(
    home: Path, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_release(home, SECOND)
    monkeypatch.setattr(load, "_LOCK_WAIT", "200ms")
    with served.sign_in("heard_board") as reader:
        assert reader.execute("select release_id from published.release").fetchone() == (FIRST,)
        with pytest.raises(ServerError, match="reader kept a table in use"):
            serve(home, served.address, declared(), with_marts=True)
        assert reader.execute(
            "select distinct release_id from published.code_label"
        ).fetchall() == [(FIRST,)]
    assert serve(home, served.address, declared(), with_marts=True).is_new


def test_what_others_built_on_our_tables_is_not_taken_down(home: Path, served: Served) -> None:
    with served.admin() as con:
        con.execute("create schema theirs")
        con.execute("create view theirs.codes as select code from published.code_label")
        with pytest.raises(ServerError, match="somebody's view stands on our tables"):
            serve(home, served.address, declared(), with_marts=True)
        assert con.execute("select count(*) from theirs.codes").fetchone() == (5,)
        con.execute("drop schema theirs cascade")


def test_a_type_that_no_server_takes_is_named(home: Path, served: Served) -> None:
    with duckdb.connect(str(home / "published" / "heard.duckdb")) as con:
        con.execute("create table published.odd as select [1, 2] as many")
    with pytest.raises(ServerError, match=r"published\.odd\.many is INTEGER\[\]"):
        serve(home, served.address, declared(), with_marts=False, force=True)
    assert served.released() == [(FIRST, 5)]


def test_no_log_of_the_server_quotes_a_row_or_a_password(home: Path, served: Served) -> None:
    serve(home, served.address, declared(), with_marts=True)
    with pytest.raises(Exception, match="22P02") as refused:
        _break_a_load(served)
    log = served.server.log.read_text(encoding="utf-8")
    assert CANARY not in log
    assert PASSWORD not in log
    assert "pg_advisory_xact_lock" not in log
    # Others' statements are logged in this server, so its silence says something.
    assert "create database heard" in log
    assert refused.value.args[0]["C"] == "22P02"


def _break_a_load(served: Served) -> None:
    """Send a value that the server cannot take, as the pipeline does."""
    server = open_server(served.address)
    try:
        server.execute_simple("begin; set local role heard_owner; create schema broken;")
        server.execute_simple("create table broken.t (n integer)")
        server.execute_unnamed(
            "copy broken.t from stdin with (format csv)", stream=io.BytesIO(CANARY.encode())
        )
    finally:
        server.close()


def test_the_server_is_set_to_keep_what_it_says_it_keeps(served: Served) -> None:
    server = open_server(served.address)
    found = {
        name: server.execute_unnamed(f"show {name}").rows[0][0]
        for name in ("synchronous_commit", "log_statement", "log_parameter_max_length_on_error")
    }
    server.close()
    assert found == {
        "synchronous_commit": "on",
        "log_statement": "none",
        "log_parameter_max_length_on_error": "0",
    }
    with served.admin() as con:
        ways = con.execute(
            "select distinct split_part(rolpassword, '$', 1) from pg_authid"
            " where rolpassword is not null"
        ).fetchall()
    assert ways == [("SCRAM-SHA-256",)]


def test_a_certificate_is_checked_before_the_password_goes(served: Served, tmp_path: Path) -> None:
    certificate = _turn_tls_on(served, tmp_path)
    local = served.url.replace("127.0.0.1", "localhost") + "?sslmode=verify-full"
    with pytest.raises(ServerError, match="certificate is not one that we trust"):
        open_server(parse_address(local))
    other_name = served.url + f"?sslmode=verify-full&sslrootcert={certificate}"
    with pytest.raises(ServerError, match="certificate is not one that we trust"):
        open_server(parse_address(other_name))
    server = open_server(parse_address(f"{local}&sslrootcert={certificate}"))
    try:
        rows = server.execute_unnamed(
            "select ssl from pg_stat_ssl where pid = pg_backend_pid()"
        ).rows
    finally:
        server.close()
    assert rows == [[True]]


def _turn_tls_on(served: Served, folder: Path) -> Path:
    """Give the server a certificate for `localhost`; return it."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    data = served.server.log.parent / "data"
    made = {name: folder / name for name in ("server.key", "server.crt")}
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", made["server.key"], "-out", made["server.crt"]),
        ],
        check=True,
        capture_output=True,
    )
    for name, path in made.items():
        target = data / name
        shutil.copyfile(path, target)
        target.chmod(0o600)
        if os.geteuid() == 0:
            owner = data.stat()
            os.chown(target, owner.st_uid, owner.st_gid)
    with served.admin() as con:
        con.execute("alter system set ssl = on")
        con.execute("select pg_reload_conf()")
    for _ in range(50):
        try:
            psycopg.connect(f"{served.server.admin} sslmode=require").close()
            break
        except psycopg.OperationalError:
            threading.Event().wait(0.1)
    return made["server.crt"]


def test_a_wrong_password_and_nobody_there_are_told_without_the_password(served: Served) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    for url, told in (
        (f"postgresql://heard_pipeline:hidden@127.0.0.1:{served.server.port}/heard", "28P01"),
        (f"postgresql://heard_pipeline:hidden@127.0.0.1:{free}/heard", "InterfaceError"),
    ):
        with pytest.raises(ServerError, match=told) as refused:
            open_server(parse_address(url))
        assert "hidden" not in str(refused.value)
    with pytest.raises(SettingsError, match="HEARD_PUBLISH_URL must read"):
        parse_address("mysql://u:hidden@127.0.0.1/heard")
