"""The harness notices: each variant of the driver that is broken on purpose is caught.

A harness that has never found anything proves nothing.
"""

from pathlib import Path

import pytest

from tests.faults.conftest import Scene
from tests.faults.harness import unreadable, violations
from tests.faults.inputs import arrivals
from tests.faults.tracing import counts_of

pytestmark = pytest.mark.usefixtures("tracer")


def caught(scene: Scene, folder: Path, broken: str, call: str, places: list[int]) -> list[str]:
    """Kill a broken driver at one place after another until something is wrong afterwards."""
    for when in places:
        target = scene.new(folder, "--broken", broken)
        target.injected(call, f"signal=KILL:when={when}", folder / "log")
        found = unreadable(target) + violations(target, scene.truth)
        if found:
            return found
    return []


def most(scene: Scene, folder: Path, broken: str, call: str) -> int:
    """Return how often an undisturbed run of the broken driver makes a system call."""
    target = scene.new(folder, "--broken", broken)
    return counts_of((call,), target, folder / "counts")[call]


def test_rows_that_commit_before_their_ledger_are_caught(later: Scene, tmp_path: Path) -> None:
    # Each statement is a commit of its own, so most places lie between two that belong together.
    last = most(later, tmp_path, "transactions", "fsync")
    places = [last * part // 10 for part in (5, 4, 6, 7, 3)]
    # What was left half done is told by the next run's own reconciliation, or by the comparison.
    assert caught(later, tmp_path, "transactions", "fsync", places)


def test_a_warehouse_made_under_its_final_name_is_caught(fresh: Scene, tmp_path: Path) -> None:
    assert caught(fresh, tmp_path, "birth", "pwrite64", [1])


def test_a_database_overwritten_in_place_is_caught(later: Scene, tmp_path: Path) -> None:
    last = most(later, tmp_path, "publication", "sendfile")
    assert last > 0
    # Cut off before the copying ends: what was there is gone, what comes is not whole.
    found = caught(later, tmp_path, "publication", "sendfile", [1])
    assert any("published" in what for what in found), found


def test_a_landed_file_written_under_its_final_name_is_caught(fresh: Scene, tmp_path: Path) -> None:
    # Six of these writes are the first file's; its hash is then wrong for good.
    found = caught(fresh, tmp_path, "landing", "write", [6, 8, 10])
    assert any("FILE_CHANGED" in what or "holds" in what for what in found), found


def test_a_manifest_that_nobody_holds_to_is_caught(fresh: Scene, tmp_path: Path) -> None:
    target = fresh.new(tmp_path, "--broken", "manifests")
    whole = arrivals()[-1]
    folder = target.inbox / whole.label
    name, content = whole.files[0]
    (folder / "manifest.csv").write_text(f"file_name,bytes\n{name},{len(content)}\n")
    (folder / name).write_text("".join(content.splitlines(keepends=True)[:9]))
    assert target.run().code == 0
    whole.put(target.inbox)
    found = violations(target, fresh.truth)
    assert any("raw.ssda903_reviews" in what for what in found), found
