"""No connection of any kind reaches further than what it is for, whatever SQL it is given."""

import ast
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import duckdb
import pytest

from orchestration.hardening import connect
from orchestration.ingestion.warehouse import open_warehouse
from orchestration.reporting.published import open_published
from orchestration.resources import Home, WarehouseError

REPOSITORY = Path(__file__).parents[2]
SECRET = "outside-and-secret"

# {out} is a folder outside the home, {home} the home itself, {way_out} a link between them.
STATEMENTS = [
    "from read_text('/etc/passwd')",
    "from read_csv('/etc/passwd')",
    "from read_text('{out}/secret.csv')",
    "from read_blob('{out}/secret.csv')",
    "from '{out}/secret.csv'",
    "from read_text('{home}/notes.txt')",
    "from read_text('{home}/published/../notes.txt')",
    "from read_text('{way_out}/secret.csv')",
    "from glob('{out}/*')",
    "from glob('{home}/*')",
    "copy (select 1) to '{out}/written.csv'",
    "copy (select 1) to '{home}/written.parquet' (format parquet)",
    "copy (select 1) to '{way_out}/written.csv'",
    "attach '{out}/other.duckdb'",
    "attach '{home}/private.duckdb'",
    "export database '{out}/exported'",
    "install httpfs",
    "load httpfs",
    "load '{out}/evil.duckdb_extension'",
    "from read_csv('http://127.0.0.1:9/x.csv')",
    "set enable_external_access = true",
    "set allowed_directories = ['/']",
    "set lock_configuration = false",
    "set autoinstall_known_extensions = true",
    "set temp_directory = '{out}'",
    "create persistent secret (type s3, key_id 'x', secret 'y')",
]

Opened = Callable[[Path], AbstractContextManager[duckdb.DuckDBPyConnection]]
KINDS: dict[str, Opened] = {
    "looking at the warehouse": lambda home: open_warehouse(home, read_only=True),
    "checks and bookkeeping": lambda home: Home(path=str(home)).warehouse(),
    "publishing": lambda home: Home(path=str(home)).warehouse(reach=("published", "candidate")),
    "looking at what is published": open_published,
    "comparing two releases": lambda home: connect(
        attached={"older": home / "published" / "heard.duckdb"}
    ),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with a warehouse, a published database, and something secret outside it."""
    root = tmp_path_factory.mktemp("hardened")
    home, out = root / "home", root / "outside"
    out.mkdir()
    (out / "secret.csv").write_text(f"a\n{SECRET}\n")
    duckdb.connect(str(out / "other.duckdb")).close()
    with open_warehouse(home) as connection:
        connection.execute("create schema published")
    (home / "published").mkdir()
    for path in (home / "published" / "heard.duckdb", home / "private.duckdb"):
        duckdb.connect(str(path)).close()
    (home / "published" / "way_out").symlink_to(out)
    (home / "notes.txt").write_text(SECRET)
    return home


@pytest.mark.parametrize("kind", KINDS)
def test_no_statement_gets_out_of_a_connection(home: Path, kind: str) -> None:
    out = home.parent / "outside"
    before = {path.name for path in (*out.iterdir(), *home.iterdir())}
    places = {"out": out, "home": home, "way_out": home / "published" / "way_out"}
    got_out = []
    for statement in STATEMENTS:
        try:
            with KINDS[kind](home) as connection:
                connection.execute(statement.format(**places)).fetchall()
        except (duckdb.Error, WarehouseError):
            continue
        got_out.append(statement)
    assert got_out == []
    assert {path.name for path in (*out.iterdir(), *home.iterdir())} == before


def test_without_the_hardening_the_same_statements_get_out(home: Path) -> None:
    """Else the test above would pass on statements that are merely wrong."""
    out = home.parent / "outside"
    places = {"out": out, "home": home, "way_out": home / "published" / "way_out"}
    refused = []
    for statement in STATEMENTS[:10]:
        try:
            duckdb.connect().execute(statement.format(**places)).fetchall()
        except duckdb.Error:
            refused.append(statement)
    # A line of passwords is no CSV of one shape; that it is opened is told by the error's kind.
    assert refused in ([], ["from read_csv('/etc/passwd')"])


def test_a_connection_keeps_what_it_is_for(home: Path) -> None:
    with Home(path=str(home)).warehouse(reach=("published",)) as connection:
        target = home / "published" / "one.parquet"
        connection.execute(f"copy (select 1 as a) to '{target}' (format parquet)")
        assert connection.execute(f"from read_parquet('{target}')").fetchall() == [(1,)]
    target.unlink()


def test_two_connections_to_one_file_do_not_disturb_each_other(home: Path) -> None:
    with open_published(home) as one, open_published(home) as other:
        assert one.execute("select 1").fetchall() == other.execute("select 1").fetchall()


def test_rows_that_spill_do_so_in_the_closed_folder_alone(home: Path) -> None:
    with open_warehouse(home, read_only=True) as connection:
        found = connection.execute(
            "select current_setting('temp_directory'), current_setting('temp_file_encryption')"
        ).fetchone()
    assert found == (str(home / "tmp" / "warehouse"), False)


def test_duckdb_is_opened_in_one_place_only() -> None:
    found = {
        str(path.relative_to(REPOSITORY))
        for package in ("orchestration", "expectations")
        for path in (REPOSITORY / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in ("connect", "default_connection", "execute", "sql", "query")
        and isinstance(node.value, ast.Name)
        and node.value.id == "duckdb"
    }
    assert found == {"orchestration/hardening.py"}
