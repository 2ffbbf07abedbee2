"""D1 and D2 on a file system that is really full: refused or told, nothing lost, and it goes on."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.preflight import BALLAST, MEBIBYTE
from tests.faults.conftest import Scene, trials, tried
from tests.faults.harness import Target, unreadable, violations
from tests.faults.signs import BUILDING, start_until
from tests.faults.small_disk import SmallDisk, small_disk
from tests.support.command import Site, heard

# What a run asks for before it begins, and what the deliveries of the scene take.
NEEDED = 64
LACK = re.compile(r"a run needs [0-9]+ MB free where .* lies .*, and [0-9]+ MB is free; make room")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A disk with room for a release, a run and the ballast, and not much more."""
    with small_disk(tmp_path / "disk", 220) as found:
        if found is None:
            pytest.skip("no file system may be mounted here: run as root (CAP_SYS_ADMIN)")
        yield found


def put(scene: Scene, disk: SmallDisk, *options: str) -> Target:
    """Put the beginning of a scene on a disk."""
    for name in ("inbox", "home"):
        shutil.rmtree(disk.root / name, ignore_errors=True)
        if (scene.template / name).exists():
            shutil.copytree(scene.template / name, disk.root / name)
    return Target(disk.root / "inbox", disk.root / "home", scene.is_real, options)


def test_a_run_that_has_no_room_is_refused_with_what_is_needed_and_what_is_free(
    later: Scene, disk: SmallDisk
) -> None:
    target = put(later, disk)
    disk.fill(leaving=20 * MEBIBYTE)
    refused = target.run()
    tried("full disk, refused")
    assert refused.code == 1
    assert LACK.search(refused.output), refused.output
    assert "20 MB is free" in refused.output
    # The release of before is still there to read.
    assert unreadable(target) == []
    disk.make_room()
    assert violations(target, later.truth) == []


def test_a_disk_that_runs_full_anywhere_in_a_run_loses_nothing(
    later: Scene, disk: SmallDisk
) -> None:
    failed = 0
    most = 6 * MEBIBYTE
    count = trials(4, 0.2)
    for number in range(count):
        target = put(later, disk, "--unprepared")
        disk.fill(leaving=most * number // count)
        ended = target.run()
        failed += ended.code != 0
        tried("full disk, in a run", ended.code != 0)
        if ended.code != 0:
            assert ended.code == 1, ended.output
            assert LACK.search(ended.output), ended.output
        assert unreadable(target) == []
        disk.make_room()
        assert violations(target, later.truth) == [], f"{number} of {count}"
    # Nothing fits on a full disk, so at least that trial must have hurt.
    assert failed > 0


def test_the_ballast_makes_room_where_nothing_can_be_deleted(later: Scene, disk: SmallDisk) -> None:
    target = put(later, disk)
    with (target.home / BALLAST).open("wb") as stream:
        stream.write(bytes(NEEDED * MEBIBYTE))
    # With the ballast's room, and only with it, a run has all it asks for.
    disk.fill(leaving=8 * MEBIBYTE)
    refused = target.run()
    assert (refused.code, "--free-ballast" in refused.output) == (1, True), refused.output
    site = Site(target.inbox, target.home)
    freed = heard("doctor", "--free-ballast", "--json", site=site)
    assert freed.returncode == 0, freed.stderr
    tried("full disk, ballast")
    assert violations(target, later.truth) == []


def test_the_real_command_tells_a_disk_that_ran_full_and_goes_on_when_there_is_room(
    published: Scene, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", 400) as disk:
        if disk is None:
            pytest.skip("no file system may be mounted here: run as root (CAP_SYS_ADMIN)")
        target = put(published, disk)
        process = start_until(target, BUILDING)
        disk.fill()
        output, _ = process.communicate(timeout=120)
        tried("full disk, heard run", process.returncode != 0)
        assert process.returncode == 1, output
        # Told in one line, or among the errors of the run that could still be recorded.
        told = " ".join(json.loads(output)["errors"]) if output.startswith("{") else output
        assert LACK.search(told), output
        assert "Traceback" not in output
        assert unreadable(target) == []
        disk.make_room()
        assert violations(target, published.truth) == []
