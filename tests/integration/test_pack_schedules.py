"""Dagster makes a board's packs at the board's own rhythm, and only of a release new to it."""

from collections.abc import Callable, Mapping
from pathlib import Path

import dagster as dg
import pytest

from orchestration.defs.packs import build_pack_definitions
from orchestration.reporting.pack.boards import load_boards
from orchestration.resources import Home
from tests.support.packs import SmallRelease, value

BOARD = "scrutiny"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def _publish(home: Path, release_id: str) -> None:
    SmallRelease(values=[value("A1", 52)], release_id=release_id).publish(home)


def _asked(home: Path) -> Callable[[], list[str]]:
    """Return a way to ask the board's schedule which boards are due."""
    asset, job, schedules = build_pack_definitions(load_boards(home).boards, home)
    definitions = dg.Definitions(
        assets=[asset], jobs=[job], schedules=schedules, resources={"home": Home(path=str(home))}
    )
    repository = definitions.get_repository_def()

    def ask() -> list[str]:
        schedule = repository.get_schedule_def(f"{BOARD}_pack_schedule")
        with dg.build_schedule_context(repository_def=repository) as context:
            requests = schedule.evaluate_tick(context).run_requests or []
        return [str(request.partition_key) for request in requests]

    return ask


def _make(home: Path) -> Mapping[str, object]:
    asset, _, _ = build_pack_definitions(load_boards(home).boards, home)
    done = dg.materialize([asset], resources={"home": Home(path=str(home))}, partition_key=BOARD)
    (made,) = done.get_asset_materialization_events()
    return {name: found.value for name, found in made.materialization.metadata.items()}


def test_a_board_is_due_when_a_release_is_new_to_it(home: Path) -> None:
    home.mkdir()
    ask = _asked(home)
    assert ask() == []
    _publish(home, "R1")
    assert ask() == [BOARD]
    assert _make(home) == {"packs": 1, "new": 1, "release_id": "R1"}
    assert ask() == []
    assert _make(home) == {"packs": 1, "new": 0, "release_id": "R1"}
    _publish(home, "R2")
    assert ask() == [BOARD]


def test_every_board_has_a_schedule_of_its_own_rhythm(home: Path) -> None:
    home.mkdir()
    (home / "boards.yml").write_text("boards: {scrutiny: {cron: '0 5 1 * *'}, programme: null}")
    boards = load_boards(home).boards
    _, _, schedules = build_pack_definitions(boards, home)
    assert {schedule.name: schedule.cron_schedule for schedule in schedules} == {
        f"{board.id}_pack_schedule": board.cron for board in boards
    }
    assert "0 5 1 * *" in {schedule.cron_schedule for schedule in schedules}
    assert len(schedules) == 4
