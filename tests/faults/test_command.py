"""The real ``heard run``, killed, stopped, robbed of Dagster's memory, and rebuilt.

It takes seconds where the light driver takes less than one, so it is tried a few times only: what
the driver leaves out (Dagster, dbt, checks) is what these tests are for.
"""

import json
import random
import shutil
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from orchestration.preflight import BALLAST
from tests.faults.conftest import Scene, trials, tried
from tests.faults.harness import Target, end_group, observe, unreadable, violations
from tests.support.command import Site, heard

if TYPE_CHECKING:
    import subprocess

SEED = 20261122
# A share of the long run; the driver's five hundred take minutes, these would take hours.
SHARE = 0.04
CHILDREN = ("--authorities", "1", "--children", "80", "--years", "2", "--seed", "5")


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """A small synthetic authority, published, and what that looks like."""
    folder = tmp_path_factory.mktemp("published")
    made = heard("generate", "--out", str(folder / "inbox"), *CHILDREN, "--as-of", "2026-06-30")
    assert made.returncode == 0, made.stderr
    target = Target(folder / "inbox", folder / "home", is_real=True)
    ended = target.run()
    assert ended.code == 0, ended.output
    (target.home / BALLAST).unlink(missing_ok=True)
    return Scene("published", folder, observe(target, ended.seconds), is_real=True)


def test_a_killed_run_is_mended_by_the_next_and_no_run_waits_for_ever(
    published: Scene, tmp_path: Path
) -> None:
    chance = random.Random(SEED)  # noqa: S311
    for number in range(trials(1, SHARE)):
        target = published.new(tmp_path)
        sign = (BUILDING, PUBLISHING)[number % 2]
        if number % 4 < 2:
            # C5 as well: the ledger decides what is new, not the run history.
            shutil.rmtree(target.home / "dagster")
        else:
            shutil.rmtree(target.home)
        process = start_until(target, sign)
        time.sleep(chance.uniform(0, 0.5))
        end_group(process)
        process.communicate()
        tried(f"kill heard run, {sign.name}", process.returncode != 0)
        assert unreadable(target) + violations(target, published.truth) == [], sign
        assert under_way(target.home) == 0


def test_a_run_asked_to_stop_says_so_and_a_rebuild_from_landing_alone_mends_everything(
    published: Scene, tmp_path: Path
) -> None:
    target = published.new(tmp_path)
    site = Site(target.inbox, target.home)
    process = start_until(target, BUILDING)
    try:
        began = time.monotonic()
        process.terminate()
        output, _ = process.communicate(timeout=10)
    finally:
        end_group(process)
    tried("term heard run")
    assert (process.returncode, json.loads(output)) == (143, {"status": "stopped"}), output
    assert time.monotonic() - began < 10
    assert unreadable(target) == []
    assert under_way(target.home) == 0

    delivered = len(list(target.inbox.glob("330/*/*")))
    shutil.rmtree(target.inbox / "330")
    # Not even a warehouse to look at: bytes and records of the landing folder are all there is.
    (target.home / "warehouse.duckdb").write_bytes(b"damaged")
    assert heard("verify", site=site).returncode == 1
    done = heard("rebuild", "--json", site=site)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["deliveries"] == delivered
    assert target.differences(published.truth) == []
    clean = heard("verify", "--json", site=site)
    assert (clean.returncode, json.loads(clean.stdout)["damages"]) == (0, [])


@dataclass(frozen=True)
class Sign:
    """What shows, from outside, that a run has come to a step."""

    name: str
    pattern: str


BUILDING = Sign("building", "dbt/target/run/**/*.sql")
PUBLISHING = Sign("publishing", "published/.heard-*.duckdb")


def start_until(target: Target, sign: Sign) -> "subprocess.Popen[str]":
    """Start a run and wait until it comes to a step."""
    began = time.time()
    process = target.start()
    while process.poll() is None:
        if any(path.stat().st_mtime > began for path in target.home.glob(sign.pattern)):
            break
        time.sleep(0.02)
    return process


def under_way(home: Path) -> int:
    """Count the runs that Dagster believes to be under way."""
    with closing(sqlite3.connect(home / "dagster" / "history" / "runs.db")) as connection:
        found = connection.execute(
            "select count(*) from runs where status not in ('SUCCESS', 'FAILURE', 'CANCELED')"
        ).fetchone()
    return int(found[0])
