"""What a workbook costs to read and judge, beside the usual reader (CPU seconds, one process)."""

import time
from datetime import date, timedelta
from pathlib import Path

import duckdb
import fastexcel
import openpyxl
import pandas as pd
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from orchestration.contracts import load_contracts
from orchestration.ingestion.extracts import Opening
from orchestration.ingestion.judging import judge_parts
from orchestration.ingestion.workbook_reader import open_workbook
from tests.support.workbooks import judge_workbook

ANNEX_A = load_contracts()["annex_a"]
ROWS = 20_000
HEADER = [
    "Child Unique ID",
    "Gender",
    "Ethnicity",
    "Date of Birth",
    "Age of Child (Years)",
    "Date of Referral",
    "Referral Source",
    "Referral NFA?",
    "Number of Referrals in Last 12 Months",
    "Allocated Team",
]


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A list of 20,000 referrals with 10 columns."""
    path = tmp_path_factory.mktemp("workbook") / "delivered.xlsx"
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("List 3")
    sheet.append(HEADER)
    born, referred = date(2008, 1, 1), date(2026, 1, 1)
    for number in range(ROWS):
        sheet.append(
            [
                f"C{number}",
                ("a) Male", "b) Female")[number % 2],
                ("WBRI", "APKN", "MWBC")[number % 3],
                born + timedelta(days=number % 6000),
                (number % 1800) / 100,
                referred + timedelta(days=number % 90),
                ("Police", "Schools", "a) Individual")[number % 3],
                ("Yes", "No")[number % 2],
                number % 7,
                f"Team {number % 40}",
            ]
        )
    book.save(path)
    return path


@pytest.fixture
def opening(workbook: Path, tmp_path: Path) -> Opening:
    """The workbook as the parser opens it."""
    con = duckdb.connect(config={"threads": 1})
    return Opening(con, ANNEX_A, workbook.name, workbook, tmp_path, 2026)


@pytest.mark.benchmark(group="workbook", timer=time.process_time)
def test_the_usual_reader(benchmark: BenchmarkFixture, workbook: Path) -> None:
    frame = benchmark.pedantic(lambda: pd.read_excel(workbook), rounds=3, iterations=1)
    assert frame.shape == (ROWS, len(HEADER))


@pytest.mark.benchmark(group="workbook", timer=time.process_time)
def test_the_bare_reader(benchmark: BenchmarkFixture, workbook: Path) -> None:
    def read() -> int:
        return fastexcel.read_excel(workbook).load_sheet(0, dtypes="string").to_arrow().num_rows

    assert benchmark.pedantic(read, rounds=5, iterations=1, warmup_rounds=1) == ROWS


@pytest.mark.benchmark(group="workbook", timer=time.process_time)
def test_gate_and_reader(benchmark: BenchmarkFixture, opening: Opening) -> None:
    usual = min(_cpu_seconds_of_pandas(opening.path) for _ in range(3))
    parts = benchmark.pedantic(
        lambda: open_workbook(opening), rounds=5, iterations=1, warmup_rounds=1
    )
    assert len(parts) == 1
    best = benchmark.stats.stats.min
    benchmark.extra_info["pandas_over_ours"] = round(usual / best, 1)
    print(f"\npandas takes {usual / best:.1f} times the CPU of gate and reader")  # noqa: T201


def _cpu_seconds_of_pandas(path: Path) -> float:
    before = time.process_time()
    pd.read_excel(path)
    return time.process_time() - before


@pytest.mark.benchmark(group="workbook", timer=time.process_time)
def test_gate_reader_and_judge(benchmark: BenchmarkFixture, opening: Opening) -> None:
    def judge() -> bool:
        (judged,) = judge_parts(opening, open_workbook(opening))
        return judged.refusal is None

    usual = min(_cpu_seconds_of_pandas(opening.path) for _ in range(3))
    assert benchmark.pedantic(judge, rounds=5, iterations=1, warmup_rounds=1)
    best = benchmark.stats.stats.min
    benchmark.extra_info["pandas_over_ours"] = round(usual / best, 1)
    print(f"\npandas takes {usual / best:.1f} times the CPU of reading and judging")  # noqa: T201
    rate = ROWS / best
    benchmark.extra_info["rows_per_cpu_second"] = round(rate)
    print(f"\n{rate:,.0f} rows of a workbook a CPU second, judged")  # noqa: T201


def test_the_judged_rows_are_all_there(workbook: Path) -> None:
    (judged,) = judge_workbook(workbook, ANNEX_A).values()
    assert len(judged.rows) == ROWS
    assert not judged.broken
