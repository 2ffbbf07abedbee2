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
from pathlib import Path

from tests.faults.conftest import Scene, trials, tried
from tests.faults.harness import end_group, unreadable, violations
from tests.faults.signs import BUILDING, PUBLISHING, start_until
from tests.support.command import Site, heard

SEED = 20261122
# A share of the long run; the driver's five hundred take minutes, these would take hours.
SHARE = 0.04


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


def under_way(home: Path) -> int:
    """Count the runs that Dagster believes to be under way."""
    with closing(sqlite3.connect(home / "dagster" / "history" / "runs.db")) as connection:
        found = connection.execute(
            "select count(*) from runs where status not in ('SUCCESS', 'FAILURE', 'CANCELED')"
        ).fetchone()
    return int(found[0])
