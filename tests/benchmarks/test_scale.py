"""Many authorities: whether cost grows with them, and what a delivery of one of them costs.

HEARD_BENCH_AUTHORITIES names the sizes (``1,10`` unless set; ``1,30,150`` takes hours of processor
time). One authority of the demo has 70,000 opportunities; HEARD_BENCH_CHILDREN makes it another.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from pytest_benchmark.fixture import BenchmarkFixture

from orchestration.builds import delivered_tables
from orchestration.ingestion.warehouse import WAREHOUSE_NAME, open_warehouse
from orchestration.slices import attach_whole, cut_slice, put_in_place, slice_folder
from orchestration.transform import PROJECT, prepare_manifest, read_manifest, target_folder
from tests.support.command import KEY, REPOSITORY, Site, heard, heard_run
from tests.support.many_authorities import CONFIG, codes, table_statements, time_tables

SIZES = [int(size) for size in os.environ.get("HEARD_BENCH_AUTHORITIES", "1,10").split(",")]
LARGEST_MIB = 8 * 1024
# A process of its own, so that its peak of memory is its own too.
BUILD = """
import json, resource, sys
from pathlib import Path
from tests.support.many_authorities import build_tables, multiply, table_statements
home, count = Path(sys.argv[1]), int(sys.argv[2])
multiply(home, count)
spent = build_tables(home, table_statements(home))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps({"spent": spent, "peak_mib": peak}))
"""
COUNTS = "models/intermediate/indicators/int_indicator_counts__{}.sql"
# Nine tenths of the counts; each other measure would add to the plain side only.
PLAIN = ("opportunities", "expressions")


@pytest.fixture(scope="module")
def one_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """One authority, published once, so that the SQL of every model is compiled."""
    folder = tmp_path_factory.mktemp("one")
    site = Site(inbox=folder / "inbox", home=folder / "home")
    children = os.environ.get("HEARD_BENCH_CHILDREN", "5000")
    heard("generate", "--out", str(site.inbox), "--seed", "1", "--children", children)
    heard_run(site)
    return site


@pytest.fixture(scope="module")
def built(
    one_site: Site, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[int, tuple[Path, dict[str, Any]]]]:
    """For each size a home folder, built from its raw tables, and what that took."""
    found = {}
    for size in SIZES:
        home = tmp_path_factory.mktemp("many") / "home"
        shutil.copytree(one_site.home, home)
        done = subprocess.run(
            [sys.executable, "-c", BUILD, str(home), str(size)],
            env=os.environ | {"HEARD_PSEUDONYM_KEY": KEY, "PYTHONPATH": str(REPOSITORY)},
            check=True,
            capture_output=True,
            text=True,
        )
        # What takes longer than two seconds draws a bar first.
        found[size] = (home, json.loads(done.stdout.splitlines()[-1]))
    yield found
    for home, _ in found.values():
        shutil.rmtree(home)


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key of the site."""
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY", KEY)


@pytest.mark.benchmark(group="scale")
def test_cost_grows_no_faster_than_the_authorities(
    benchmark: BenchmarkFixture, built: dict[int, tuple[Path, dict[str, Any]]]
) -> None:
    seconds = {size: sum(found["spent"].values()) for size, (_, found) in built.items()}
    benchmark.extra_info["cpu_seconds"] = seconds
    peaks = {size: found["peak_mib"] for size, (_, found) in built.items()}
    benchmark.extra_info["peak_mib"] = peaks
    for table in built[SIZES[0]][1]["spent"]:
        benchmark.extra_info[table] = [round(built[s][1]["spent"][table], 2) for s in SIZES]
    benchmark.pedantic(lambda: None, rounds=1)
    first = SIZES[0]
    for size in SIZES[1:]:
        assert seconds[size] / size <= 1.25 * seconds[first] / first
    assert max(peaks.values()) < LARGEST_MIB


@pytest.mark.benchmark(group="scale")
def test_a_delivery_of_one_authority_costs_its_share(
    benchmark: BenchmarkFixture, built: dict[int, tuple[Path, dict[str, Any]]]
) -> None:
    home, found = built[SIZES[-1]]
    full = sum(found["spent"].values())
    manifest = read_manifest(prepare_manifest(home))
    who = (codes(SIZES[-1])[SIZES[-1] // 2],)
    rows = _rows(home)
    statements = table_statements(home)
    fixed = statements.keys() - {".".join(table) for table in delivered_tables(manifest)}

    def deliver() -> dict[str, float]:
        marks = [time.process_time()]
        with slice_folder(home) as folder:
            cut_slice(home, folder, manifest, who)
            marks.append(time.process_time())
            with duckdb.connect(str(folder / WAREHOUSE_NAME)) as con:
                attach_whole(con, str(home / WAREHOUSE_NAME))
                time_tables(con, statements, leave=fixed)
            marks.append(time.process_time())
            with open_warehouse(home) as whole:
                put_in_place(whole, folder, manifest, who, lambda _: None)
        marks.append(time.process_time())
        pairs = zip(("cut", "models", "put in place"), pairwise(marks), strict=True)
        return {name: end - start for name, (start, end) in pairs}

    spent = benchmark.pedantic(deliver, rounds=1)
    assert _rows(home) == rows
    benchmark.extra_info["cpu_seconds"] = spent
    benchmark.extra_info["share_of_full"] = sum(spent.values()) / full


@pytest.mark.benchmark(group="scale")
def test_the_cube_beside_one_pass_of_plain_sql(
    benchmark: BenchmarkFixture, built: dict[int, tuple[Path, dict[str, Any]]]
) -> None:
    """The plain SQL has nearly all rows of the cube, but not who dominates a cell."""
    home, found = built[SIZES[0]]
    seconds: dict[str, float] = {"plain": 0}
    with duckdb.connect(str(home / WAREHOUSE_NAME), config=dict(CONFIG)) as con:
        for measure in PLAIN:
            model = (
                target_folder(home) / "compiled" / "heard" / COUNTS.format(measure)
            ).read_text()
            answers = {}
            for name, sql in {"plain": plain_cube(model, measure), "model": model}.items():
                start = time.process_time()
                con.execute(f"create or replace temp table {name} as {sql}")
                seconds[f"{name} {measure}"] = time.process_time() - start
                answers[name] = _counts(con, name)
            assert answers["plain"] == answers["model"]
            seconds["plain"] += seconds[f"plain {measure}"]
    seconds["cube"] = found["spent"]["intermediate.int_indicator_values__complete"]
    seconds["all models"] = sum(found["spent"].values())
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
    columns = "numerator, denominator, recorded, recorded_of, contributors"
    return con.execute(
        f"select indicator_id, breakdown, period_type, count(*), sum(hash(breakdown_value)),"
        f" sum(hash(authority_code, period_start, breakdown_value, {columns}))"
        f" from {table} where period_type <> 'month' and denominator > 0 and not"
        f" starts_with(indicator_id, 'D5') group by all order by all"
    ).fetchall()


def _rows(home: Path) -> list[tuple[Any, ...]]:
    with open_warehouse(home, read_only=True) as con:
        return con.execute(
            "select authority_code, outcome, count(*) from marts.fct_voice_opportunities"
            " group by all order by all"
        ).fetchall()
