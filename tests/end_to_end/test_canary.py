"""A planted name and text stay where they belong: in the landed file and the restricted tier."""

import csv
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.support.command import Site, heard
from tests.support.outbound import outbound, watched

NAME = "Zanthippe-Quuxworthy"
TEXT = "the purple badger keeps my secret under the stairs"
PERSON = "CANARY-0001"
# A bad date makes the row an error, so that its values pass through the code that reports errors.
BAD_DATE = "31/02/20255-canary"
SECRETS = (NAME, TEXT, PERSON, BAD_DATE)
RESTRICTED = ("landing", "warehouse.duckdb", "tmp")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, str]:
    """A site whose deliveries carry the canary in good rows and in bad ones, and all it printed."""
    folder = tmp_path_factory.mktemp("canary")
    site = Site(inbox=folder / "inbox", home=folder / "home")
    sizes = ("--authorities", "1", "--children", "300", "--years", "2", "--seed", "3")
    heard("generate", "--out", str(site.inbox), *sizes, "--as-of", "2026-06-30")
    (site.inbox / "truth.json").unlink()
    person = {"pers_person_id": PERSON, "pers_forename": NAME, "pers_surname": NAME}
    _append(site, "ssd_person", person | {"pers_dob": "2015-01-01"})
    _append(site, "ssd_person", person | {"pers_person_id": "C2", "pers_dob": BAD_DATE})
    expression = {"person_id": PERSON, "voice_owner": "child", "text": TEXT}
    _append(
        site, "vx_expression", expression | {"expression_id": "C1", "expressed_on": "2026-01-05"}
    )
    _append(site, "vx_expression", expression | {"expression_id": "C2", "expressed_on": BAD_DATE})
    # The log lies beside the home folder, which holds what the run made and nothing else.
    traced = watched(folder / "calls")
    output = [
        heard("run", site=site, before=traced),
        heard("status", site=site),
        heard("doctor", site=site),
    ]
    assert output[0].returncode in (0, 2), output[0].stderr
    return site, "".join(done.stdout + done.stderr for done in output)


def _append(site: Site, table: str, values: dict[str, str]) -> None:
    (path,) = site.inbox.rglob(f"{table}.csv")
    with path.open(newline="") as handle:
        header = next(csv.reader(handle))
    assert values.keys() <= set(header)
    with path.open("a", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerow([values.get(name, "") for name in header])


def test_the_canary_was_there_to_be_found(told: tuple[Site, str]) -> None:
    site, _ = told
    with duckdb.connect(str(site.warehouse), read_only=True) as con:
        texts = con.execute("select count(*) from raw.vx_expression where text = ?", [TEXT])
        assert texts.fetchone() == (1,)
        bad = con.execute("select column_name, rule from ledger.quarantined_rows").fetchall()
    assert ("pers_dob", "date") in [(column, str(rule).lower()) for column, rule in bad] or bad


def test_no_output_log_event_or_artefact_holds_the_canary(told: tuple[Site, str]) -> None:
    site, output = told
    assert not [secret for secret in SECRETS if secret in output]
    searched = 0
    for path in sorted(site.home.rglob("*")):
        if not path.is_file() or path.relative_to(site.home).parts[0] in RESTRICTED:
            continue
        content = path.read_bytes()
        searched += 1
        assert not [secret for secret in SECRETS if secret.encode() in content], path
    assert searched > 20


def test_a_whole_run_talks_to_nobody_outside_this_machine(told: tuple[Site, str]) -> None:
    site, _ = told
    assert outbound(site.home.parent / "calls") == []


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


def test_no_published_table_holds_the_canary(told: tuple[Site, str]) -> None:
    """Published files are compressed, so their rows are read and not only their bytes."""
    site, _ = told
    with duckdb.connect(str(site.published), read_only=True) as con:
        for (table,) in con.execute("show tables from published").fetchall():
            rows = con.execute(f"from published.{table}").fetchall()
            assert not [secret for secret in SECRETS if secret in repr(rows)], table


def test_names_and_ids_do_not_even_reach_the_warehouse(told: tuple[Site, str]) -> None:
    site, _ = told
    content = Path(site.warehouse).read_bytes()
    with duckdb.connect(str(site.warehouse), read_only=True) as con:
        tables = con.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where schema_name = 'raw'"
        ).fetchall()
        for (table,) in tables:
            rows = repr(con.execute(f"from {table}").fetchall())
            assert NAME not in rows, table
            assert PERSON not in rows, table
    assert NAME.encode() not in content
