"""A planted name and text stay where they belong: in the landed file and the restricted tier."""

import subprocess
import sys
from pathlib import Path

import duckdb

from tests.support.outbound import outbound, watched
from tests.support.planted import NAME, PERSON, SECRETS, TEXT, Planted

RESTRICTED = ("landing", "warehouse.duckdb", "tmp")


def holding(con: duckdb.DuckDBPyConnection, schema: str, secrets: tuple[str, ...]) -> set[str]:
    """Those tables of a schema that hold one of the secrets in any cell."""
    # A number of 128 bits holds no words, and takes longer to write out than all else.
    texts = con.execute(
        "select table_name, list(column_name) from duckdb_columns()"
        " where schema_name = ? and data_type not in ('HUGEINT', 'UHUGEINT') group by all",
        [schema],
    ).fetchall()
    assert len(texts) > 10
    tests = " or ".join("contains(texts, ?)" for _ in secrets)
    found = set()
    for table, columns in texts:
        joined = ", ".join(f'cast("{column}" as varchar)' for column in columns)
        rows = f"select concat_ws(chr(31), {joined}) as texts from {schema}.{table}"
        if con.execute(f"select 1 from ({rows}) where {tests} limit 1", [*secrets]).fetchall():
            found.add(table)
    return found


def test_the_canary_was_there_to_be_found(planted: Planted) -> None:
    with duckdb.connect(str(planted.site.warehouse), read_only=True) as con:
        assert holding(con, "raw", (TEXT,)) == {"vx_expression"}
        bad = con.execute(
            "select rule from ledger.quarantined_rows where column_name = 'pers_dob'"
        ).fetchall()
    assert bad == [("NOT_A_DATE",)]


def test_no_output_log_event_or_artefact_holds_the_canary(planted: Planted) -> None:
    output = planted.said.read_text()
    assert not [secret for secret in SECRETS if secret in output]
    searched, home = 0, planted.site.home
    for path in sorted(home.rglob("*")):
        if not path.is_file() or path.relative_to(home).parts[0] in RESTRICTED:
            continue
        content = path.read_bytes()
        searched += 1
        assert not [secret for secret in SECRETS if secret.encode() in content], path
    assert searched > 20


def test_a_whole_run_talks_to_nobody_outside_this_machine(planted: Planted) -> None:
    assert outbound(planted.calls) == []


def test_a_word_to_somebody_outside_would_have_been_seen(tmp_path: Path) -> None:
    log = tmp_path / "calls"
    # An address that documents may use and nobody has; the call fails, and was made.
    code = (
        "import socket as s\n"
        "s.socket(s.AF_INET, s.SOCK_DGRAM).connect(('127.0.0.1', 9))\n"
        "s.socket(s.AF_INET, s.SOCK_DGRAM).connect(('192.0.2.1', 9))\n"
    )
    subprocess.run([*watched(log), sys.executable, "-S", "-c", code], capture_output=True)
    (line,) = outbound(log)
    assert "192.0.2.1" in line


def test_no_published_table_holds_the_canary(planted: Planted) -> None:
    """Published files are compressed, so their rows are read and not only their bytes."""
    with duckdb.connect(str(planted.site.published), read_only=True) as con:
        assert holding(con, "published", SECRETS) == set()


def test_names_and_ids_do_not_even_reach_the_warehouse(planted: Planted) -> None:
    content = planted.site.warehouse.read_bytes()
    with duckdb.connect(str(planted.site.warehouse), read_only=True) as con:
        assert holding(con, "raw", (NAME, PERSON)) == set()
    assert NAME.encode() not in content
