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
from tests.support.many_authorities import codes, table_statements, time_tables

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
COUNTS = "models/intermediate/indicators/int_indicator_counts__opportunities.sql"


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
def test_the_cube_of_opportunities_beside_one_pass_of_plain_sql(
    benchmark: BenchmarkFixture, built: dict[int, tuple[Path, dict[str, Any]]]
) -> None:
    home, _ = built[SIZES[-1]]
    model = (target_folder(home) / "compiled" / "heard" / COUNTS).read_text()
    seconds, answers = {}, {}
    with duckdb.connect(str(home / WAREHOUSE_NAME), read_only=True) as con:
        for name, sql in {"plain": plain_cube(model), "model": model}.items():
            start = time.process_time()
            con.execute(f"create temp table {name} as {sql}")
            seconds[name] = time.process_time() - start
            answers[name] = con.execute(
                f"select count(*), sum(hash(columns(*))) from {name}"
                " where period_type <> 'month' and denominator > 0"
            ).fetchall()
    benchmark.pedantic(lambda: None, rounds=1)
    benchmark.extra_info["cpu_seconds"] = seconds
    assert answers["plain"] == answers["model"]
    assert seconds["model"] <= 2 * seconds["plain"]


def plain_cube(model: str) -> str:
    """Return the query that a person would write: join facts and periods, group by sets."""
    facts = model[: model.index("by_month_and_contributor as (")]
    definitions = yaml.safe_load((PROJECT / "vars.yml").read_text())["vars"]["indicators"]
    ours = [found for found in definitions if found["measure"] == "opportunities"]
    breakdowns = sorted({name for found in ours for name in found["breakdowns"]})
    place = "authority_code, period_type, period_start, period_end"
    of = "facts.authority_code, period_type, period_start, period_end"
    sets = ", ".join([f"({of})", *(f"({of}, {name})" for name in breakdowns)])
    breakdown = " ".join(f"when grouping({name}) = 0 then '{name}'" for name in breakdowns)
    value = " ".join(f"when grouping({name}) = 0 then {name}" for name in breakdowns)
    counts, answers = [], []
    for found in ours:
        name = found["id"].lower()
        recorded = found.get("recorded", found["denominator"])
        recorded_of = found.get("recorded_of", found["denominator"])
        counts += [
            f"count(*) filter ({found['numerator']}) as {name}_n",
            f"count(*) filter ({found['denominator']}) as {name}_d",
            f"count(*) filter ({recorded}) as {name}_r",
            f"count(*) filter ({recorded_of}) as {name}_of",
            f"count(distinct contributor_key) filter ({found['denominator']}) as {name}_c",
        ]
        wanted = ", ".join(f"'{each}'" for each in ["all", *found["breakdowns"]])
        answers.append(
            f"select {place}, '{found['id']}' as indicator_id, breakdown, breakdown_value,"
            f" {name}_n as numerator, {name}_d as denominator, {name}_r as recorded,"
            f" {name}_of as recorded_of, {name}_c as contributors"
            f" from cube where {name}_of > 0 and breakdown in ({wanted})"
        )
    return (
        f"{facts} cube as materialized (select {of}, case {breakdown} else 'all' end as breakdown,"
        f" case {value} else 'all' end as breakdown_value, {', '.join(counts)}"
        " from facts inner join periods on facts.authority_code = periods.authority_code"
        f" and measure_month = month_start group by grouping sets ({sets}))"
        f" {' union all '.join(answers)}"
    )


def _rows(home: Path) -> list[tuple[Any, ...]]:
    with open_warehouse(home, read_only=True) as con:
        return con.execute(
            "select authority_code, outcome, count(*) from marts.fct_voice_opportunities"
            " group by all order by all"
        ).fetchall()
