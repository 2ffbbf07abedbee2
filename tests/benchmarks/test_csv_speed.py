"""What CSV costs from the inbox to raw tables, beside DuckDB's bare reader into a table on disk.

`HEARD_BENCH_ROWS=10000000` measures the promise on memory.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tests.support.command import KEY, REPOSITORY, children_cpu_seconds

ROWS = int(os.environ.get("HEARD_BENCH_ROWS", "2000000"))
EXTRACTS = {
    "reviews": """
        'C' || (i % 50021) as CHILD,
        strftime(date '2010-01-01' + cast(i % 5000 as int), '%d/%m/%Y') as DOB,
        strftime(date '2030-04-01' + cast(i % 365 as int), '%d/%m/%Y') as REVIEW,
        'PN' || (i % 8) as REVIEW_CODE
    """,
    "episodes": """
        'C' || (i % 50000) as CHILD,
        strftime(date '2030-04-01' + cast(i % 365 as int), '%d/%m/%Y') as DECOM,
        'S' as RNE, 'C2' as LS, 'N1' as CIN, 'U1' as PLACE, 'PR1' as PLACE_PROVIDER,
        strftime(date '2030-05-01' + cast(i % 365 as int), '%d/%m/%Y') as DEC,
        'E4A' as REC, 'CARPL' as REASON_PLACE_CHANGE, 'BS3 4QQ' as HOME_POST,
        'BS3 4QQ' as PL_POST, 'SC' || i as URN
    """,
}
BARE = """
import duckdb, sys
con = duckdb.connect(sys.argv[2])
read = f"read_csv('{sys.argv[1]}', dateformat = '%d/%m/%Y')"
con.execute(f"create table bare as select * from {read}")
print(con.execute("select count(*) from bare").fetchone()[0])
con.close()
"""
INGEST = """
import resource, sys
from pathlib import Path
from orchestration.ingestion.run import ingest_inbox
from orchestration.settings import Settings
report = ingest_inbox(Settings(inbox=Path(sys.argv[1]), home=Path(sys.argv[2])))
print(report.totals.rows_loaded)
whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
print(max(resource.getrusage(who).ru_maxrss for who in whose) // 1024)
"""


@pytest.fixture(params=sorted(EXTRACTS))
def extract(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "inbox" / "330" / "ssda903" / "2031-03-31" / f"{request.param}.csv"
    path.parent.mkdir(parents=True)
    with duckdb.connect() as con:
        con.execute(
            f"copy (select {EXTRACTS[request.param]} from range({ROWS}) as t (i))"
            f" to '{path}' (header true)"
        )
    # Or the first round would pay for writing the extract itself to the disk.
    os.sync()
    return path


def run(program: str, source: Path, target: Path) -> str:
    # Without a file DuckDB takes it for a session and draws the progress of what takes seconds.
    script = target.parent / "program.py"
    script.write_text(program)
    done = subprocess.run(
        [sys.executable, str(script), str(source), str(target)],
        env=os.environ | {"HEARD_PSEUDONYM_KEY": KEY},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def measured(benchmark: BenchmarkFixture, clear: Path, work: Callable[[], str]) -> str:
    return str(
        benchmark.pedantic(
            work, setup=lambda: shutil.rmtree(clear, ignore_errors=True), rounds=3, iterations=1
        )
    )


@pytest.mark.benchmark(group="CSV", timer=children_cpu_seconds)
def test_bare_reader_into_a_table_on_disk(
    benchmark: BenchmarkFixture, extract: Path, tmp_path: Path
) -> None:
    home = tmp_path / "bare"

    def read() -> str:
        home.mkdir()
        return run(BARE, extract, home / "bare.duckdb")

    assert int(measured(benchmark, home, read)) == ROWS


@pytest.mark.benchmark(group="CSV", timer=children_cpu_seconds)
def test_inbox_to_raw_tables(benchmark: BenchmarkFixture, extract: Path, tmp_path: Path) -> None:
    """Landed, gated, typed, pseudonymised, reconciled; the parser's child included."""
    home = tmp_path / "home"
    loaded, peak = measured(benchmark, home, lambda: run(INGEST, tmp_path / "inbox", home)).split()
    assert int(loaded) == ROWS
    rate = ROWS / benchmark.stats.stats.min
    print(f"\n{extract.stem}: {rate:,.0f} rows a CPU second, peak {peak} MiB")  # noqa: T201
