"""A board's packs reach its mailbox once for a release, as its settings say, whatever dies when."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from orchestration.alerts.delivery import drain, read_waiting
from orchestration.commands.pack import pack
from orchestration.defs.packs import build_pack_definitions
from orchestration.incidents.ledger import open_ledger
from orchestration.reporting.pack.boards import load_boards
from orchestration.reporting.pack.write import write_packs
from orchestration.resources import Home
from orchestration.watching import are_noted, watch_packs, watch_release, watch_time
from tests.support.packs import SmallRelease, value
from tests.support.receivers import Received, mailbox, webhook

BOARD = "scrutiny"
NAME = "HEARD_ALERT_BOARD"
ROUTE = "{name: committee, board: scrutiny, address: HEARD_ALERT_BOARD, alive_days: 92}"


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is pulled here is a process, never a plug; and nobody looks at the PDF."""
    monkeypatch.setattr("orchestration.incidents.ledger.SYNCHRONOUS", "off")
    monkeypatch.setattr("orchestration.reporting.pack.write.to_pdf", lambda _: b"%PDF-pack")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = _publish(tmp_path / "home", "R1")
    _settle(home, ROUTE)
    return home


@pytest.fixture(params=["mail", "web"])
def receiver(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Received]:
    with webhook() if request.param == "web" else mailbox() as received:
        monkeypatch.setenv(NAME, received.url)
        yield received


def _publish(home: Path, release_id: str, authorities: tuple[str, ...] = ("330",)) -> Path:
    figures = [value("A1", 52, authority=code) for code in authorities]
    return SmallRelease(figures, authorities=authorities, release_id=release_id).publish(home)


def _settle(home: Path, *routes: str) -> None:
    lines = "".join(f"  - {route}\n" for route in routes)
    (home / "alerts.yaml").write_text(f"routes:\n{lines}", encoding="utf-8")


def _run(home: Path) -> None:
    """What the board's schedule starts."""
    asset, _, _ = build_pack_definitions(load_boards(home).boards, home)
    dg.materialize([asset], resources={"home": Home(path=str(home))}, partition_key=BOARD)


def _titles(home: Path) -> list[str]:
    with open_ledger(home) as ledger:
        return [row["title"] for row in ledger.execute("select title from messages")]


def test_the_schedules_run_makes_the_pack_and_sends_it_and_a_second_one_does_not(
    home: Path, receiver: Received
) -> None:
    _run(home)
    _run(home)
    ((key, title, body),) = receiver.messages
    assert title == "Heard: a pack is ready: Children's scrutiny committee"
    assert f"Message key: {key}" in body
    assert "Authority 330: can it be relied on? No." in body
    assert f"reports/R1/330/{BOARD}" in body
    assert receiver.files == [("pack.pdf", b"%PDF-pack")]
    _publish(home, "R2")
    _run(home)
    assert len(set(receiver.keys)) == 2


def test_a_board_of_several_authorities_gets_one_message_with_all_its_packs(
    home: Path, receiver: Received
) -> None:
    _publish(home, "R3", ("330", "331"))
    _run(home)
    ((_, _, body),) = receiver.messages
    assert [f"Authority {code}" in body for code in ("330", "331")] == [True, True]
    assert len(receiver.files) == 2


def test_settings_say_who_gets_which_pack_and_whether_it_is_sent_or_told_of(home: Path) -> None:
    _publish(home, "R3", ("330", "331"))
    _settle(
        home,
        ROUTE,
        "{name: told, board: scrutiny, address: HEARD_ALERT_B, packs: notice}",
        "{name: neither, board: scrutiny, address: HEARD_ALERT_C, packs: nothing}",
        "{name: one, board: programme, address: HEARD_ALERT_D, authorities: ['331']}",
        "{name: team, board: operators, address: HEARD_ALERT_E}",
    )
    # A board's settings may name one route instead of a board of the alerts.
    (home / "boards.yml").write_text("boards: {corporate_parenting: {route: one}}")
    watch_packs(home, write_packs(home, [BOARD, "corporate_parenting"]))
    with open_ledger(home) as ledger:
        told = ledger.execute(
            "select route, title, body, group_concat(place) as places from messages"
            " left join message_files using (message_key) group by message_key order by route"
        ).fetchall()
    places = {row["route"]: row["places"] for row in told}
    assert places == {
        "committee": "reports/R3/330/scrutiny,reports/R3/331/scrutiny",
        "one": "reports/R3/331/corporate_parenting",
        "told": None,
    }
    (one,) = (row for row in told if row["route"] == "one")
    assert "Corporate parenting board" in one["title"]
    assert "330" not in one["body"]


def test_killed_between_making_and_telling_the_schedule_asks_again_and_it_is_told(
    home: Path,
) -> None:
    asset, job, schedules = build_pack_definitions(load_boards(home).boards, home)
    definitions = dg.Definitions(
        assets=[asset], jobs=[job], schedules=schedules, resources={"home": Home(path=str(home))}
    )
    repository = definitions.get_repository_def()

    def asked() -> int:
        schedule = repository.get_schedule_def(f"{BOARD}_pack_schedule")
        with dg.build_schedule_context(repository_def=repository) as context:
            return len(schedule.evaluate_tick(context).run_requests or [])

    # The packs are there; the process that made them went no further.
    made = write_packs(home, [BOARD])
    assert not are_noted(home, "R1", BOARD)
    assert asked() == 1
    watch_packs(home, made)
    assert asked() == 0
    assert len(_titles(home)) == 1


def test_packs_that_were_ready_while_the_settings_were_broken_are_told_when_they_are_mended(
    home: Path,
) -> None:
    watch_time(home, datetime.now(UTC))
    (home / "alerts.yaml").write_text("routes: [{name: committee}]", encoding="utf-8")
    watch_release(home, "R1", datetime.now(UTC))
    # The route was known before it broke: what happens meanwhile is its own.
    with open_ledger(home) as ledger:
        since = (datetime.now(UTC) - timedelta(days=1)).isoformat(timespec="seconds")
        ledger.execute("insert into routes values ('committee', 0, ?)", (since,))
    watch_packs(home, write_packs(home, [BOARD]))
    assert _titles(home) == []
    _settle(home, ROUTE)
    watch_time(home, datetime.now(UTC))
    assert _titles(home) == ["Heard: a pack is ready: Children's scrutiny committee"]


def test_a_route_is_not_sent_what_was_ready_before_it_nor_what_a_newer_release_replaced(
    home: Path,
) -> None:
    (home / "alerts.yaml").unlink()
    watch_packs(home, write_packs(home, [BOARD]))
    with open_ledger(home) as ledger:
        ledger.execute("update packs_ready set ready_at = '2026-01-01T00:00:00+00:00'")
    _settle(home, ROUTE)
    watch_time(home, datetime.now(UTC))
    assert _titles(home) == []
    for release_id in ("R2", "R3"):
        _publish(home, release_id)
        watch_packs(home, write_packs(home, [BOARD]))
    watch_time(home, datetime.now(UTC))
    assert len(_titles(home)) == 2


def test_a_pack_that_was_deleted_is_told_of_all_the_same(home: Path, receiver: Received) -> None:
    (made,) = write_packs(home, [BOARD])
    watch_packs(home, [made])
    for path in Path(made.folder).iterdir():
        path.unlink()
    assert drain(home).sent == 1
    assert (len(receiver.messages), receiver.files) == (1, [])


def test_the_command_sends_on_demand_and_only_once(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with webhook() as received:
        monkeypatch.setenv(NAME, received.url)
        told = []
        for _ in range(2):
            assert pack([BOARD], None, home, as_json=True, send=True) == 0
            told.append(json.loads(capsys.readouterr().out)["messages_sent"])
    assert told == [1, 0]
    assert len(received.keys) == 1
    assert read_waiting(home) == ()


def test_a_home_as_known_on_a_past_day_tells_nobody(home: Path) -> None:
    (home / "known_on").write_text("2026-03-31T23:59:59+00:00")
    watch_packs(home, write_packs(home, [BOARD]))
    assert not (home / "incidents.sqlite3").exists()
    assert are_noted(home, "R1", BOARD)
