"""How much boards are told: 90 nights, 160 checks, 26 true episodes, random flaps."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.replay import Replay, replay

SEEDS = range(1, 21)
MOST_MESSAGES = 1.5


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("orchestration.incidents.ledger.SYNCHRONOUS", "off")
    yield


@pytest.mark.parametrize("acknowledged_after", [None, 1], ids=["nobody answers", "answered"])
def test_boards_are_told_of_every_episode_in_few_messages(
    tmp_path: Path, acknowledged_after: int | None
) -> None:
    found = []
    for seed in SEEDS:
        folder = tmp_path / str(seed)
        found.append(replay(folder, seed, acknowledged_after=acknowledged_after))
    print(_figures(found))  # noqa: T201 (a benchmark tells its figures)
    assert [each.missed for each in found] == [0] * len(found)
    assert [each.late for each in found] == [0] * len(found)
    assert max(each.messages / each.episodes for each in found) <= MOST_MESSAGES


def _figures(found: list[Replay]) -> str:
    each = [one.messages / one.episodes for one in found]
    false_alarms = [one.false_alarms for one in found]
    return (
        f"{len(found)} seeds: {min(each):.2f} to {max(each):.2f} messages an episode, mean"
        f" {sum(each) / len(each):.2f}; false alarms {min(false_alarms)} to {max(false_alarms)};"
        f" single failures {sum(one.single_failures for one in found) // len(found)} a seed"
    )
