"""A board is told of a change once, together with others, in words made of vetted fields."""

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from orchestration.alerts.delivery import read_waiting
from orchestration.alerts.outbox import write_release
from orchestration.incidents import actions
from orchestration.incidents.ledger import open_ledger, transaction
from tests.support.incident_ledger import Nights, claim, route
from tests.support.replay import replay

STOP = claim("SSD-101", severity="stop")
WARN = claim("SSD-001")


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test here pulls a plug."""
    monkeypatch.setattr("orchestration.incidents.ledger.SYNCHRONOUS", "off")


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    return Nights(tmp_path, routes=(route(),))


def titles(nights: Nights) -> list[str]:
    return [title for title, _ in nights.messages()]


def test_a_failure_that_lasts_is_told_once(nights: Nights) -> None:
    for night in range(6):
        nights.run(night, WARN)
    assert titles(nights) == ["Heard: new: INC-0001"]


def test_a_message_says_what_does_not_hold_and_what_to_do(nights: Nights) -> None:
    for night in range(3):
        nights.run(night, STOP)
    ((_, body),) = nights.messages()
    key = re.search(r"Message key: ([0-9a-f]{32})", body)
    assert key
    assert body.replace(key.group(1), "KEY") == (
        "For: Programme board\n"
        "These claims about the data do not hold, or hold again.\n"
        "\n"
        "NEW\n"
        "  INC-0001 [stop], authority 330, since 2 March 2026\n"
        "    SSD-101: The ethnicity of nearly every child is recorded.\n"
        "    Figures that it bears on: A1, A5\n"
        "    What to do: Ask the teams with the most blanks.\n"
        "\n"
        "Incidents open in all: 1.\n"
        "\n"
        "To answer: heard incidents ack ID --by NAME\n"
        "Message key: KEY (the same key twice is the same message)"
    )


def test_changes_that_come_together_are_one_message(nights: Nights) -> None:
    others = [claim(f"SSD-00{number}") for number in range(2, 8)]
    for night in range(4):
        nights.run(night, WARN, *others)
    assert titles(nights) == ["Heard: new: INC-0001 and 6 more"]


def test_a_flap_of_a_stop_level_check_is_told_when_it_is_confirmed_and_else_later(
    nights: Nights,
) -> None:
    nights.run(0, STOP)
    assert nights.states(0) == ["open"]
    assert titles(nights) == []
    for night in (1, 2):
        nights.run(night, replace(STOP, is_bad=False))
    assert nights.states(2) == ["resolved"]
    nights.wait(10)
    assert titles(nights) == ["Heard: came and went: INC-0001"]


def test_a_stop_level_failure_that_no_run_looked_at_again_is_told_after_thirty_hours(
    nights: Nights,
) -> None:
    nights.run(0, STOP)
    nights.wait(1.2)
    assert titles(nights) == []
    nights.wait(1.26)
    assert titles(nights) == ["Heard: new: INC-0001"]


def test_operators_are_told_at_once(tmp_path: Path) -> None:
    nights = Nights(tmp_path, routes=(route(at_once=True),))
    nights.run(0, STOP)
    assert titles(nights) == ["Heard: new: INC-0001"]


def test_each_board_is_told_its_own(tmp_path: Path) -> None:
    stops = route(name="scrutiny", severities=("stop",))
    other = route(name="elsewhere", authorities=("331",))
    nights = Nights(tmp_path, routes=(stops, other, route()))
    for night in range(4):
        nights.run(night, STOP, WARN)
    with open_ledger(tmp_path) as ledger:
        told = ledger.execute("select route, title from messages order by route").fetchall()
    assert [tuple(row) for row in told] == [
        ("board", "Heard: new: INC-0001 and 1 more"),
        ("scrutiny", "Heard: new: INC-0001"),
    ]


def test_what_is_muted_is_not_told_until_the_mute_ends(nights: Nights) -> None:
    nights.run(0, STOP)
    with open_ledger(nights.home) as ledger, transaction(ledger):
        actions.mute(ledger, "1", date(2026, 3, 6), "known", "Jo", nights.at(0))
    for night in (1, 2, 3):
        nights.run(night, STOP)
    assert titles(nights) == []
    nights.run(4, STOP)
    assert titles(nights) == ["Heard: new: INC-0001"]


def test_consequences_are_named_under_their_cause_and_not_by_themselves(tmp_path: Path) -> None:
    upstream = {"marts/fct_a": frozenset({"raw/ssd/ssd_person"})}
    nights = Nights(tmp_path, routes=(route(),), upstream=upstream)
    stale = claim("SSD-015", severity="stop", dimension="timeliness")
    others = [claim(f"MRT-00{n}", asset="marts/fct_a") for n in range(1, 4)]
    for night in range(4):
        nights.run(night, stale, *others)
    ((title, body),) = nights.messages()
    assert title == "Heard: new: INC-0001"
    assert "follow from it: INC-0002, INC-0003, INC-0004" in body
    assert "MRT-001" not in body


def test_a_silent_week_ends_with_a_sign_of_life(nights: Nights) -> None:
    for night in range(16):
        nights.run(night, replace(WARN, is_bad=False))
    assert titles(nights) == ["Heard: nothing new"] * 2
    assert "judged 1 claims" in nights.messages()[0][1]


def test_a_route_that_is_new_is_not_told_of_what_was_before(tmp_path: Path) -> None:
    before = Nights(tmp_path)
    for night in range(3):
        before.run(night, WARN)
    after = Nights(tmp_path, routes=(route(),))
    for night in range(3, 6):
        after.run(night, WARN, STOP)
    assert titles(after) == ["Heard: new: INC-0002"]


def test_what_a_mistake_in_the_settings_kept_back_is_told_afterwards(nights: Nights) -> None:
    nights.run(0, replace(WARN, is_bad=False))
    broken = Nights(nights.home)
    broken.run(1, WARN)
    broken.run(2, WARN)
    assert titles(nights) == []
    nights.run(3, WARN)
    assert titles(nights) == ["Heard: new: INC-0001"]


def test_a_release_is_told_once_to_who_wants_it(tmp_path: Path) -> None:
    nights = Nights(tmp_path, routes=(route(), route(name="governance", releases=True)))
    nights.run(0, WARN)
    for _ in range(2):
        with open_ledger(tmp_path) as ledger, transaction(ledger):
            at = nights.at(0)
            write_release(ledger, nights.settings, "20260302T044000Z-0123abcd", at, at)
    ((title, body),) = nights.messages()
    assert title == "Heard: new figures are published"
    assert "release 20260302T044000Z-0123abcd" in body


def test_words_of_a_check_cannot_add_a_line_to_a_message(nights: Nights) -> None:
    sly = replace(STOP, sentence="True.\nBcc: all@council.invalid\x1b[31m", what_to_do="a\r\nb")
    for night in range(3):
        nights.run(night, sly)
    ((_, body),) = nights.messages()
    assert not [line for line in body.splitlines() if line.startswith("Bcc")]
    assert "\x1b" not in body
    assert "\r" not in body


def test_ninety_nights_of_flaps_and_true_failures_are_told_in_few_messages(tmp_path: Path) -> None:
    """One seed of tests/benchmarks/test_incident_replay.py."""
    found = replay(tmp_path, seed=1)
    assert (found.missed, found.late) == (0, 0)
    assert found.messages <= 1.5 * 26
    assert found.single_failures > 100


FIRST_VERSION = """
create table messages (
    message_key text primary key, route text not null,
    kind text not null check (kind in ('changes', 'alive', 'release')),
    made_at text not null, title text not null, body text not null
);
create table attempts (
    message_key text not null references messages, tried_at text not null,
    outcome text not null check (outcome in ('sent', 'failed', 'dropped'))
);
insert into messages values
    ('k2', 'board', 'alive', '2026-03-02T04:40:00+00:00', 'second', 'b'),
    ('k1', 'board', 'release', '2026-03-03T04:40:00+00:00', 'first', 'b');
insert into attempts values ('k2', '2026-03-02T04:41:00+00:00', 'sent');
pragma user_version = 1;
"""


def test_a_ledger_of_the_first_version_keeps_its_messages_and_takes_those_of_packs(
    tmp_path: Path,
) -> None:
    with closing(sqlite3.connect(tmp_path / "incidents.sqlite3")) as old:
        old.executescript(FIRST_VERSION)
    with open_ledger(tmp_path) as ledger:
        ledger.execute(
            "insert into messages values"
            " ('k3', 'board', 'packs', '2026-03-04T04:40:00+00:00', 'third', 'b')"
        )
        titles = ledger.execute("select title from messages order by rowid").fetchall()
        assert [row["title"] for row in titles] == ["second", "first", "third"]
        assert ledger.execute("pragma foreign_key_check").fetchall() == []
        assert ledger.execute("pragma foreign_keys").fetchone()[0] == 1
        with pytest.raises(sqlite3.IntegrityError):
            ledger.execute("insert into attempts values ('nothing', 'x', 'sent')")
    assert [message.message_key for message in read_waiting(tmp_path)] == ["k1", "k3"]
