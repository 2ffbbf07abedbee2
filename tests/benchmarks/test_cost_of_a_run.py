"""What a run costs, beside what importing its libraries costs (CPU seconds, all processes)."""

import subprocess
import sys
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tests.support.command import Site, children_cpu_seconds, heard

IMPORTS = (
    "import dagster, dagster_dbt; from dbt.cli.main import dbtRunner; import dbt.adapters.duckdb"
)


@pytest.mark.benchmark(group="run", timer=children_cpu_seconds)
def test_importing_dagster_dbt_and_the_adapter(benchmark: BenchmarkFixture) -> None:
    benchmark.pedantic(
        lambda: subprocess.run([sys.executable, "-c", IMPORTS], check=True), rounds=3, iterations=1
    )


@pytest.mark.benchmark(group="run", timer=children_cpu_seconds)
def test_a_run_with_nothing_new(benchmark: BenchmarkFixture, demo_site: Site) -> None:
    done = benchmark.pedantic(lambda: heard("run", site=demo_site), rounds=3, iterations=1)
    assert "Nothing new" in done.stdout


@pytest.mark.benchmark(group="run", timer=children_cpu_seconds)
def test_a_full_run_of_the_demo_authority(benchmark: BenchmarkFixture, demo_site: Site) -> None:
    command = ("run", "--force", "--json")
    done = benchmark.pedantic(lambda: heard(*command, site=demo_site), rounds=3, iterations=1)
    assert done.returncode == 0, done.stderr


@pytest.mark.benchmark(group="write", timer=children_cpu_seconds)
def test_generating_the_demo_authority(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    command = ("generate", "--out", str(tmp_path / "inbox"), "--seed", "1")
    done = benchmark.pedantic(lambda: heard(*command), rounds=3, iterations=1)
    assert done.returncode == 0, done.stderr
