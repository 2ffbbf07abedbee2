"""Deliveries that come twice, in any order, or while they are still being copied; and readers."""

import itertools
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.conftest import Scene, trials, tried
from tests.faults.harness import Target, observe, violations
from tests.faults.inputs import arrivals
from tests.support.command import REPOSITORY

SEED = 20261122


def test_the_same_deliveries_again_change_nothing(fresh: Scene, tmp_path: Path) -> None:
    target = fresh.new(tmp_path)
    assert target.run().code == 0
    # Copied again, so each file is another file with the same bytes.
    for arrival in arrivals():
        arrival.put(target.inbox)
    tried("dup")
    assert violations(target, fresh.truth) == []


def test_deliveries_in_any_order_end_in_one_result(tmp_path: Path) -> None:
    """The year that is restated lies among them, so the last to arrive is not the newest."""
    orders = list(itertools.permutations(arrivals()))
    random.Random(SEED).shuffle(orders)  # noqa: S311
    results = []
    for number, order in enumerate([arrivals(), *orders[: trials(1, 0.1)]]):
        target = Target(tmp_path / f"inbox{number}", tmp_path / f"home{number}")
        for arrival in order:
            arrival.put(target.inbox)
            assert target.run().code == 0
        results.append(observe(target))
        tried("order")
    assert results[0].tables["raw.ssda903_reviews"].startswith("130:")
    assert all(result == results[0] for result in results)


def test_a_file_that_is_still_being_copied_waits_for_its_end(fresh: Scene, tmp_path: Path) -> None:
    target = fresh.new(tmp_path, "--settle", "30")
    whole = arrivals()[-1]
    path = target.inbox / whole.label / whole.files[0][0]
    lines = whole.files[0][1].splitlines(keepends=True)
    for length in range(1, len(lines), _step(len(lines))):
        # A cut at the end of a line is a valid file: only time tells.
        path.write_text("".join(lines[:length]), encoding="utf-8")
        assert target.run().code == 0
    whole.put(target.inbox)
    tried("grow")
    # Had a part of it been loaded, the ledger would know one delivery more.
    assert violations(target, fresh.truth) == []


def test_with_a_manifest_no_part_of_a_growing_file_is_loaded_and_no_time_need_pass(
    fresh: Scene, tmp_path: Path
) -> None:
    target = fresh.new(tmp_path)
    whole = arrivals()[-1]
    folder = target.inbox / whole.label
    name, content = whole.files[0]
    manifest = f"file_name,bytes\n{name},{len(content)}\n"
    lines = content.splitlines(keepends=True)
    (folder / "manifest.csv").write_text(manifest, encoding="utf-8")
    for length in range(0, len(lines), _step(len(lines))):
        (folder / name).write_text("".join(lines[:length]), encoding="utf-8")
        assert target.run().code == 0
        tried("grow beside a manifest")
    whole.put(target.inbox)
    moment = (folder / name).stat().st_mtime
    os.utime(folder / "manifest.csv", (moment, moment))
    assert violations(target, fresh.truth) == []


def test_a_clock_that_jumps_changes_no_number(fresh: Scene, tmp_path: Path) -> None:
    target = fresh.new(tmp_path)
    try:
        ended = target.run(["faketime", "-f", "-3d"])
    except FileNotFoundError:
        pytest.skip("faketime is not here: apt install faketime")
    assert ended.code == 0, ended.output
    tried("clock")
    assert violations(target, fresh.truth) == []


def test_a_reader_sees_one_whole_release_each_time(later: Scene, tmp_path: Path) -> None:
    target = later.new(tmp_path)
    stop = tmp_path / "stop"
    reader = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.reader", str(target.home), str(stop)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
    )
    try:
        for _ in range(trials(3, 0.2)):
            assert target.run().code == 0
            tried("reader")
    finally:
        stop.touch()
        output, _ = reader.communicate(timeout=60)
    releases, torn, looks = (int(number) for number in output.split())
    assert torn == 0
    assert releases > 1
    assert looks > releases


def _step(lines: int) -> int:
    """How many lines a growing file gains between two looks; one by one in the long run."""
    return max(1, lines // trials(2))
