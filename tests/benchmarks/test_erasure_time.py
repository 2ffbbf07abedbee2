"""How long it takes to erase somebody from a home folder of a million rows: ten minutes at most.

HEARD_BENCH_CHILDREN makes it another size (31000 children over five years are a million rows).
"""

import csv
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.command import KEY, REPOSITORY, Site, heard, heard_run

LONGEST_SECONDS = 600
CHILDREN = os.environ.get("HEARD_BENCH_CHILDREN", "31000")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("erasure")
    site = Site(inbox=folder / "inbox", home=folder / "home")
    heard("generate", "--out", str(site.inbox), "--seed", "1", "--children", CHILDREN)
    heard_run(site)
    return site


def test_one_child_of_a_million_rows_is_erased_within_ten_minutes(site: Site) -> None:
    person, authority = somebody(site.inbox)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    done = subprocess.run(
        [
            *(sys.executable, "-m", "orchestration", "erase", "--authority", authority),
            *("--by", "bench", "--reason", "bench", "--json"),
        ],
        env=os.environ
        | {
            "HEARD_PSEUDONYM_KEY": KEY,
            "HEARD_INBOX": str(site.inbox),
            "HEARD_HOME": str(site.home),
            "PYTHONPATH": str(REPOSITORY),
        },
        input=person,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    told = {
        "seconds": round(seconds),
        "processor seconds": round(
            after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        ),
        "rows erased": sum(answer["rows"].values()),
        "files": answer["files"],
        "searched": answer["proof"],
    }
    sys.stdout.write(f"{json.dumps(told)}\n")
    assert answer["published"] == "published"
    assert seconds < LONGEST_SECONDS


def somebody(inbox: Path) -> tuple[str, str]:
    """A child with a protection plan, who is in most tables, and their authority."""
    path = sorted(inbox.glob("*/ssd/*/ssd_cp_plans.csv"))[-1]
    with path.open(encoding="utf-8-sig", newline="") as stream:
        row = next(iter(csv.DictReader(stream)))
    return row["cppl_person_id"], path.parts[len(inbox.parts)]
