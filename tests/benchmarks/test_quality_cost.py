"""All checks of five million opportunities, against one statement written by hand."""

import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from expectations.codes import codes_from
from expectations.measure import measure
from expectations.registry import load_registry
from tests.support.command import REPOSITORY
from tests.support.quality import MEASURED_AT, clean_warehouse

COPIES = 1713
CHECKED = "marts/fct_voice_opportunities"
BUDGET_MB = 700

# What the same counts cost in one pass: every condition once, every group in one statement.
BY_HAND = """
with as_of_dates as (
    select '330' as authority_code, date '2026-09-30' as as_of, date '2025-09-30' as year_ago,
        date '2026-07-01' as quarter_start, date '2026-10-01' as quarter_end,
        date '2025-07-01' as quarter_start_before, date '2025-10-01' as quarter_end_before
),
marked as (
    select o.authority_code, ethnic_group, disability, communication_need, interpreter_needed, uasc,
        placement_group, area, stage, person_key, outcome, missed_reason, is_seen_alone,
        age_band is not null as has_age, held_date > as_of as is_future,
        is_own_voice, participation_code, opportunity_type_code, held_date is not null as is_held,
        opportunity_date > year_ago as is_recent, is_own_voice and is_seen as is_seen,
        opportunity_date >= quarter_start and opportunity_date < quarter_end as is_now,
        opportunity_date >= quarter_start_before and opportunity_date < quarter_start as is_before,
        opportunity_date >= quarter_start_before and opportunity_date < quarter_end_before as is_q,
        outcome in ('voiced', 'missed') as is_counted, outcome = 'voiced' as is_voiced,
        participation_code = 'PN1' as is_pn1,
        is_own_voice and participation_code not in ('PN0', 'not_mapped') as is_coded
    from marts.fct_voice_opportunities as o
    inner join as_of_dates on o.authority_code = as_of_dates.authority_code
)
select
    ethnic_group, disability, communication_need, interpreter_needed, uasc, placement_group, area,
    stage, opportunity_type_code,
    count(*) filter (where is_recent and is_counted),
    count(*) filter (where is_recent and is_counted and is_voiced),
    count(distinct person_key) filter (where is_recent),
    count(distinct person_key) filter (where is_recent and ethnic_group = 'unknown'),
    count(distinct person_key) filter (where is_recent and disability = 'unknown'),
    count(*) filter (where is_recent and is_own_voice),
    count(*) filter (where is_recent and is_own_voice and outcome = 'not_appropriate'),
    count(*) filter (where is_recent and outcome in ('declined', 'not_appropriate')),
    count(*) filter (where is_recent and is_held and outcome = 'missed'),
    count(*) filter (where is_recent and is_held and missed_reason = 'not_recorded'),
    count(*) filter (where is_recent and is_seen and is_seen_alone),
    count(*) filter (where is_recent and is_seen and is_seen_alone is null),
    count(*) filter (where is_recent and is_seen), count(*) filter (where is_q),
    count(*) filter (where is_now), count(*) filter (where has_age), count(*),
    count(*) filter (where is_future), count(*) filter (where is_recent and is_coded),
    count(*) filter (where is_recent and is_coded and is_pn1),
    count(*) filter (where is_now and is_counted), count(*) filter (where is_before and is_counted),
    count(*) filter (where is_now and is_counted and is_voiced),
    count(*) filter (where is_before and is_counted and is_voiced),
    count(*) filter (where is_now and is_coded), count(*) filter (where is_before and is_coded),
    count(*) filter (where is_now and is_coded and is_pn1),
    count(*) filter (where is_before and is_coded and is_pn1),
    count(*) filter (where is_now and is_seen and is_seen_alone),
    count(*) filter (where is_before and is_seen and is_seen_alone)
from marked
group by grouping sets (
    (), (ethnic_group), (disability), (communication_need), (interpreter_needed), (uasc),
    (placement_group), (area), (stage), (opportunity_type_code)
)
"""


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean warehouse with five million opportunities of 685,200 children."""
    path = tmp_path_factory.mktemp("quality") / "warehouse.duckdb"
    with duckdb.connect(str(path)) as con:
        clean_warehouse(con)
        con.execute(
            "create table marts.many as select o.* replace"
            " (o.opportunity_key || '-' || n as opportunity_key, o.person_key || '-' || n as"
            f" person_key) from marts.fct_voice_opportunities as o, range({COPIES}) as t (n)"
        )
        con.execute("drop table marts.fct_voice_opportunities")
        con.execute("alter table marts.many rename to fct_voice_opportunities")
    return path


def _by_checks(con: duckdb.DuckDBPyConnection) -> None:
    checks = [check for check in load_registry() if check.asset == CHECKED]
    rows = measure(con, checks, codes_from(), MEASURED_AT.date())
    assert all(row.could_measure for row in rows)
    assert max(row.n for row in rows) > 5_000_000


@pytest.mark.benchmark(group="quality", timer=time.process_time)
def test_all_checks_of_five_million_opportunities(
    benchmark: BenchmarkFixture, warehouse: Path
) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        benchmark.pedantic(lambda: _by_checks(con), rounds=3, iterations=1, warmup_rounds=1)
        started = time.process_time()
        con.execute(BY_HAND).fetchall()
        by_hand = time.process_time() - started
    benchmark.extra_info["by_hand_cpu_s"] = by_hand
    assert benchmark.stats.stats.min < 2 * by_hand


def test_the_memory_of_all_checks_stays_small(warehouse: Path) -> None:
    """Asked in a process of its own, with Great Expectations loaded."""
    program = (
        "import re, sys, duckdb; from datetime import datetime, UTC; from pathlib import Path\n"
        "from expectations import runner; runner.replace_results = lambda *_: None\n"
        "con = duckdb.connect(sys.argv[1], read_only=True)\n"
        f"runner.run_checks(con, ['{CHECKED}'], 'run', datetime(2026, 10, 5, tzinfo=UTC))\n"
        # Not getrusage: its maximum is the parent's too, which made the five million rows.
        "told = Path('/proc/self/status').read_text()\n"
        "print(int(re.search(r'VmHWM:\\s+(\\d+)', told)[1]) // 1024)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(warehouse)],
        capture_output=True,
        text=True,
        check=True,
        cwd=REPOSITORY,
    )
    assert int(done.stdout.splitlines()[-1]) < BUDGET_MB
