"""Many authorities: whether cost grows with them, and what a delivery of one of them costs.

HEARD_BENCH_AUTHORITIES names the sizes (``1,10`` unless set; ``1,30,150`` takes hours of processor
time). One authority of the demo has 70,000 opportunities; HEARD_BENCH_CHILDREN makes it another.
With HEARD_BENCH_FOLDER all is built in that folder and stays there: ``<size>.jsonl`` says how far a
build is, and the same command goes on with one that was killed.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from pytest_benchmark.fixture import BenchmarkFixture

from orchestration.ingestion.warehouse import WAREHOUSE_NAME, open_warehouse
from orchestration.transform import PROJECT, target_folder
from tests.support.command import KEY, REPOSITORY, Site, heard, heard_run
from tests.support.many_authorities import CONFIG, MULTIPLIED, codes

SIZES = [int(size) for size in os.environ.get("HEARD_BENCH_AUTHORITIES", "1,10").split(",")]
LARGEST_MIB = 8 * 1024
COUNTS = "models/intermediate/indicators/int_indicator_counts__{}.sql"
# Nine tenths of the counts; each other measure would add to the plain side only.
PLAIN = ("opportunities", "expressions")
# The whole of a build is a step too.
ALL, MULTIPLY = "all", "multiply"
OF_IT = "of it, "


@dataclass(frozen=True)
class Measured:
    """A warehouse of several authorities, and what each step of its build took."""

    home: Path
    log: Path

    def steps(self) -> list[dict[str, Any]]:
        """Return the steps as they ended, those of a build that was killed among them."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def seconds(self) -> Counter[str]:
        """Return the processor seconds of each step but the making of the copies."""
        spent: Counter[str] = Counter()
        for step in self.steps():
            if step["step"] not in (ALL, MULTIPLY):
                spent[step["step"]] += step["cpu_seconds"]
        spent[f"{OF_IT}SQL of tests"] = sum(step["of_tests"] for step in self.steps())
        spent[f"{OF_IT}SQL of models"] = self.models()
        return spent

    def nodes(self) -> Counter[str]:
        """Return the processor seconds of every model's SQL, over all slices."""
        spent: Counter[str] = Counter()
        for step in self.steps():
            spent.update(step["nodes"])
        return spent

    def models(self) -> float:
        """Return the processor seconds of all models' SQL together."""
        return sum(self.nodes().values())

    def peak(self, what: str) -> int:
        """Return the largest figure of any step but the making of the copies."""
        return max(int(step[what]) for step in self.steps() if step["step"] != MULTIPLY)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all of it is built."""
    kept = os.environ.get("HEARD_BENCH_FOLDER")
    return Path(kept) if kept else tmp_path_factory.mktemp("many")


@pytest.fixture(scope="module")
def one_site(folder: Path) -> Site:
    """One authority, published once, so that the SQL of every model is compiled."""
    site = Site(inbox=folder / "one" / "inbox", home=folder / "one" / "home")
    if not site.published.exists():
        children = os.environ.get("HEARD_BENCH_CHILDREN", "5000")
        heard("generate", "--out", str(site.inbox), "--seed", "1", "--children", children)
        heard_run(site)
    return site


@pytest.fixture(scope="module")
def built(one_site: Site, folder: Path) -> Iterator[dict[int, Measured]]:
    """For each size a home folder, built from its raw tables, and what that took."""
    found = {}
    for size in SIZES:
        measured = Measured(folder / str(size), folder / f"{size}.jsonl")
        if not (measured.home / MULTIPLIED).exists():
            # A warehouse whose copies are half made would be copied again.
            shutil.rmtree(measured.home, ignore_errors=True)
            measured.log.unlink(missing_ok=True)
            measured.home.mkdir()
            shutil.copy(one_site.warehouse, measured.home)
        if not measured.log.exists() or measured.steps()[-1]["step"] != ALL:
            build(measured, size)
        found[size] = measured
    yield found
    if "HEARD_BENCH_FOLDER" not in os.environ:
        shutil.rmtree(folder)


def build(measured: Measured, size: int, *deliverer: str) -> None:
    """Build in a process of its own, whose peak of memory is its own too."""
    arguments = [str(measured.home), str(size), str(measured.log), *deliverer]
    subprocess.run(
        [sys.executable, "-m", "tests.support.measured_build", *arguments],
        env=os.environ | {"HEARD_PSEUDONYM_KEY": KEY, "PYTHONPATH": str(REPOSITORY)},
        cwd=REPOSITORY,
        check=True,
    )


@pytest.mark.benchmark(group="scale")
def test_cost_grows_no_faster_than_the_authorities(
    benchmark: BenchmarkFixture, built: dict[int, Measured]
) -> None:
    for size, measured in built.items():
        benchmark.extra_info[f"{size}: cpu_seconds"] = dict(measured.seconds())
        benchmark.extra_info[f"{size}: peak_mib"] = measured.peak("peak_mib")
        benchmark.extra_info[f"{size}: disk_mib"] = measured.peak("disk_mib")
        benchmark.extra_info[f"{size}: dearest"] = dict(measured.nodes().most_common(12))
    benchmark.pedantic(lambda: None, rounds=1)
    first = SIZES[0]
    for size in SIZES[1:]:
        assert built[size].models() / size <= 1.25 * built[first].models() / first
    assert max(measured.peak("peak_mib") for measured in built.values()) < LARGEST_MIB


@pytest.mark.benchmark(group="scale")
def test_a_delivery_of_one_authority_costs_its_share(
    benchmark: BenchmarkFixture, built: dict[int, Measured], folder: Path
) -> None:
    size = SIZES[-1]
    late = Measured(built[size].home, folder / "late.jsonl")
    late.log.unlink(missing_ok=True)
    rows = _rows(late.home)
    benchmark.pedantic(lambda: build(late, size, codes(size)[size // 2]), rounds=1)
    assert _rows(late.home) == rows
    full, spent = built[size].seconds(), late.seconds()
    benchmark.extra_info["cpu_seconds"] = dict(spent)
    benchmark.extra_info["share_of_full"] = _sum(spent) / _sum(full)


@pytest.mark.benchmark(group="scale")
def test_the_cube_beside_one_pass_of_plain_sql(
    benchmark: BenchmarkFixture, built: dict[int, Measured], one_site: Site
) -> None:
    """The plain SQL has nearly all rows of the cube, but not who dominates a cell."""
    measured = built[SIZES[0]]
    seconds: dict[str, float] = {"plain": 0}
    with duckdb.connect(str(measured.home / WAREHOUSE_NAME), config=dict(CONFIG)) as con:
        for measure in PLAIN:
            model = (
                target_folder(one_site.home) / "compiled" / "heard" / COUNTS.format(measure)
            ).read_text()
            answers = {}
            for name, sql in {"plain": plain_cube(model, measure), "model": model}.items():
                start = time.process_time()
                con.execute(f"create or replace temp table {name} as {sql}")
                seconds[f"{name} {measure}"] = time.process_time() - start
                answers[name] = _counts(con, name)
            assert answers["plain"] == answers["model"]
            assert _people_that_differ(con) == 0
            seconds["plain"] += seconds[f"plain {measure}"]
    seconds["cube"] = measured.nodes()["int_indicator_values__complete"]
    seconds["all models"] = measured.models()
    benchmark.pedantic(lambda: None, rounds=1)
    benchmark.extra_info["cpu_seconds"] = seconds
    assert seconds["cube"] <= 2 * seconds["plain"]
    assert seconds["all models"] <= 2 * seconds["plain"]


def plain_cube(model: str, measure: str) -> str:
    """Return the query that a person would write: join facts and periods, group by sets."""
    facts = model[: model.index("by_month as (")]
    definitions = yaml.safe_load((PROJECT / "vars.yml").read_text())["vars"]["indicators"]
    ours = [
        found for found in definitions if found["measure"] == measure and "measured" not in found
    ]
    breakdowns = sorted({name for found in ours for name in found["breakdowns"]})
    of = "facts.authority_code, period_type, period_start, period_end"
    sets = ", ".join([f"({of})", *(f"({of}, {name})" for name in breakdowns)])
    breakdown = " ".join(f"when grouping({name}) = 0 then '{name}'" for name in breakdowns)
    value = " ".join(f"when grouping({name}) = 0 then {name}" for name in breakdowns)
    counts = [count for found in ours for count in _plain_counts(found)]
    answers = [_plain_answer(found) for found in ours]
    return (
        f"{facts} cube as materialized (select {of}, case {breakdown} else 'all' end as breakdown,"
        f" case {value} else 'all' end as breakdown_value, {', '.join(counts)}"
        " from facts inner join periods on facts.authority_code = periods.authority_code"
        f" and measure_month = month_start group by grouping sets ({sets}))"
        f" {' union all '.join(answers)}"
    )


def _plain_counts(found: dict[str, Any]) -> list[str]:
    name = found["id"].lower()
    denominator = found["denominator"]
    return [
        f"count(*) filter ({found['numerator']}) as {name}_n",
        f"count(*) filter ({denominator}) as {name}_d",
        f"count(*) filter ({found.get('recorded', denominator)}) as {name}_r",
        f"count(*) filter ({found.get('recorded_of', denominator)}) as {name}_of",
        f"count(*) filter ({found.get('exempt', 'false')}) as {name}_e",
        f"count(distinct contributor_key) filter ({denominator}) as {name}_c",
    ]


def _plain_answer(found: dict[str, Any]) -> str:
    name = found["id"].lower()
    wanted = ", ".join(f"'{each}'" for each in ["all", *found["breakdowns"]])
    return (
        "select authority_code, period_type, period_start, period_end,"
        f" '{found['id']}' as indicator_id, breakdown, breakdown_value,"
        f" {name}_n as numerator, {name}_d as denominator, {name}_r as recorded,"
        f" {name}_of as recorded_of, {name}_c as contributors"
        f" from cube where {name}_of + {name}_e > 0 and breakdown in ({wanted})"
    )


def _counts(con: duckdb.DuckDBPyConnection, table: str) -> list[tuple[Any, ...]]:
    """Return one sum for each column that both ways give, of what is published."""
    columns = "numerator, denominator, recorded, recorded_of"
    return con.execute(
        f"select indicator_id, breakdown, period_type, count(*), sum(hash(breakdown_value)),"
        f" sum(hash(authority_code, period_start, breakdown_value, {columns}))"
        f" from {table} where period_type <> 'month' and denominator > 0 and not"
        f" starts_with(indicator_id, 'D5') group by all order by all"
    ).fetchall()


def _people_that_differ(con: duckdb.DuckDBPyConnection) -> int:
    """Count cells of which the plain way has other people; it knows no family of a parent."""
    row = con.execute(
        "select count(*) from plain inner join model using (authority_code, indicator_id,"
        " breakdown, breakdown_value, period_type, period_start)"
        " where period_type <> 'month' and not starts_with(indicator_id, 'D5')"
        " and (model.contributors > plain.contributors or (model.contributors < plain.contributors"
        " and breakdown_value in ('child', 'young_person')))"
    ).fetchone()
    assert row is not None
    return int(row[0])


def _rows(home: Path) -> list[tuple[Any, ...]]:
    with open_warehouse(home, read_only=True) as con:
        return con.execute(
            "select authority_code, outcome, count(*) from marts.fct_voice_opportunities"
            " group by all order by all"
        ).fetchall()


def _sum(seconds: Counter[str]) -> float:
    """Return what all steps took."""
    return sum(spent for step, spent in seconds.items() if not step.startswith(OF_IT))
