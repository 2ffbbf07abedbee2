"""Messages reach real receivers on loopback at least once, each with its own key, and no secret."""

import logging
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.alerts import delivery
from orchestration.alerts.delivery import drain, read_waiting
from orchestration.alerts.sending import AlertAddressUnusableError, send
from orchestration.incidents import actions
from orchestration.incidents.fold import read_incidents
from orchestration.incidents.ledger import open_ledger, transaction
from orchestration.watching import watch_checks, watch_time
from tests.support.command import REPOSITORY
from tests.support.incident_ledger import Nights, claim, route
from tests.support.receivers import Received, mailbox, webhook

NAME = "HEARD_ALERT_BOARD"
SETTINGS = """
routes:
  - {name: board, board: operators, address: HEARD_ALERT_BOARD}
"""


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is pulled here is a process, never a plug."""
    monkeypatch.setattr("orchestration.incidents.ledger.SYNCHRONOUS", "off")


@pytest.fixture(params=["web", "mail"])
def receiver(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Received]:
    with webhook() if request.param == "web" else mailbox() as received:
        monkeypatch.setenv(NAME, received.url)
        yield received


@pytest.fixture
def alarmed(tmp_path: Path) -> Path:
    """A home folder with one message in its outbox."""
    return alarm(tmp_path, 1)


def alarm(home: Path, count: int) -> Path:
    home.mkdir(exist_ok=True)
    (home / "alerts.yaml").write_text(SETTINGS, encoding="utf-8")
    nights = Nights(home, routes=(route(at_once=True),))
    for night in range(count):
        nights.run(night, claim(f"SSD-{night:03d}", severity="stop"))
    return home


def in_process(home: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.support.alert_driver", str(home), *options]
    return subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)


def marks(home: Path) -> list[tuple[str, str]]:
    with open_ledger(home) as ledger:
        found = ledger.execute("select message_key, outcome from attempts").fetchall()
    return [(row["message_key"], row["outcome"]) for row in found]


def test_a_message_is_sent_once_with_its_key_in_header_and_body(
    receiver: Received, alarmed: Path
) -> None:
    assert drain(alarmed).sent == 1
    assert drain(alarmed).sent == 0
    ((key, title, body),) = receiver.messages
    assert title == "Heard: new: INC-0001"
    assert f"Message key: {key}" in body
    assert marks(alarmed) == [(key, "sent")]
    assert read_waiting(alarmed) == ()


def test_killed_between_send_and_mark_it_is_sent_again_with_the_same_key_and_marked_once(
    receiver: Received, alarmed: Path
) -> None:
    killed = in_process(alarmed, "die")
    assert killed.wait(60) == -signal.SIGKILL
    assert (len(receiver.messages), marks(alarmed)) == (1, [])
    assert drain(alarmed).sent == 1
    first, second = receiver.messages
    assert first == second
    assert marks(alarmed) == [(first[0], "sent")]


def test_killed_before_the_receiver_answered_it_is_sent_again_with_the_same_key(
    receiver: Received, alarmed: Path
) -> None:
    process: list[subprocess.Popen[str]] = []

    def kill(number: int) -> bool:
        if number == 1:
            process[0].kill()
            process[0].wait()
        return True

    receiver.answer = kill
    process.append(in_process(alarmed))
    process[0].wait(60)
    assert drain(alarmed).sent == 1
    assert len(receiver.keys) == 2
    assert len(set(receiver.keys)) == 1
    assert marks(alarmed) == [(receiver.keys[0], "sent")]


def test_a_receiver_that_fails_at_random_gets_everything_and_can_drop_what_it_has(
    receiver: Received, tmp_path: Path
) -> None:
    home = alarm(tmp_path, 12)
    chance = random.Random(7)  # noqa: S311 (a trial, no secret)
    receiver.answer = lambda _: chance.random() > 0.4
    now = datetime.now(UTC)
    for hour in range(0, 48, 6):
        drain(home, now + timedelta(hours=hour))
    assert read_waiting(home) == ()
    assert len(receiver.keys) > 12
    assert len(set(receiver.keys)) == 12


def test_a_dead_route_is_tried_ever_more_seldom_then_given_up_and_is_an_incident_itself(
    alarmed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAME, "json://127.0.0.1:9/TOKENCANARY")
    start = datetime.now(UTC)
    minutes = range(0, 60 * 60, 5)
    tried = [m for m in minutes if drain(alarmed, start + timedelta(minutes=m)).failed]
    assert tried == [0, 5, 10, 15, 25, 45, 80, 145, 275, 535]
    (waiting,) = read_waiting(alarmed)
    assert waiting.is_dead
    watch_time(alarmed, start + timedelta(days=3))
    with open_ledger(alarmed) as ledger:
        found = read_incidents(ledger, start + timedelta(days=3))
    assert ("HRD-003", "alerts/board", "open") in {
        (i.check_id, i.asset, i.state.value) for i in found
    }
    with webhook() as received:
        monkeypatch.setenv(NAME, received.url)
        assert drain(alarmed, anew=True).failed == 0
        assert waiting.message_key in received.keys


def test_a_message_for_a_route_that_was_taken_away_is_dropped_and_said_so(alarmed: Path) -> None:
    (alarmed / "alerts.yaml").unlink()
    drained = drain(alarmed)
    assert (drained.sent, drained.failed, len(drained.troubles)) == (0, 0, 1)
    assert "no route board" in drained.troubles[0]
    assert read_waiting(alarmed) == ()


def test_two_who_drain_at_once_send_once(alarmed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with webhook() as received:
        monkeypatch.setenv(NAME, received.url)
        received.answer = lambda _: drain(alarmed).sent == 0
        assert drain(alarmed).sent == 1
        assert len(received.keys) == 1


def test_without_a_route_nothing_is_sent_and_no_library_for_it_is_loaded(tmp_path: Path) -> None:
    Nights(tmp_path).run(0, claim(severity="stop"))
    done = in_process(tmp_path)
    assert done.communicate()[0].splitlines() == ["0 sent, 0 failed", "[]"]


def test_an_address_is_nowhere_but_where_it_was_put(
    alarmed: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = []
    for url in (
        "json://TOKENCANARY:TOKENCANARY@127.0.0.1:9/TOKENCANARY",
        "mailto://TOKENCANARY:TOKENCANARY@127.0.0.1:9/?to=a@council.invalid&mode=insecure",
        "slack://TOKENCANARY",
        "tgram://TOKENCANARY/chat",
    ):
        monkeypatch.setenv(NAME, url)
        drained = drain(alarmed, anew=True)
        assert drained.sent == 0
        told += drained.troubles
    assert len(told) == 4
    files = b"".join(path.read_bytes() for path in alarmed.rglob("*") if path.is_file())
    assert "TOKENCANARY" not in caplog.text + " ".join(told)
    assert b"TOKENCANARY" not in files


def test_several_recipients_in_one_address_are_refused() -> None:
    url = "mailto://127.0.0.1/?from=a@council.invalid&to=b@council.invalid,c@council.invalid"
    with pytest.raises(AlertAddressUnusableError, match="a route of its own"):
        send(NAME, url, "title", "body", "key")


def test_a_redirect_is_not_followed(alarmed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with webhook() as elsewhere, webhook() as received:
        received.location = elsewhere.url.replace("json://", "http://")
        monkeypatch.setenv(NAME, received.url)
        assert drain(alarmed).failed == 1
        assert (len(received.keys), len(elsewhere.keys)) == (1, 0)


CANARIES = ("Penhaligon", "7919", "6997", "88.359", "GROUPCANARY", "NAMECANARY")


def test_nothing_but_vetted_fields_gets_into_a_message(receiver: Received, tmp_path: Path) -> None:
    """Canaries stand wherever a count, a group, a name or free text can stand."""
    (tmp_path / "alerts.yaml").write_text(SETTINGS, encoding="utf-8")
    now = datetime.now(UTC)
    with duckdb.connect() as con:
        con.execute(
            """
            create schema ledger;
            create table ledger.deliveries as
                select '330' as authority_code, 'ssd' as source, now()::timestamp as first_seen_at;
            create schema quality;
            create table quality.check_results as select 'MRT-001' as check_id,
                'NAMECANARY' as name, 'marts/fct_a' as asset, '330' as authority_code,
                'GROUPCANARY' as slice, 7919 as n, 6997 as k, 88.359 as value,
                88.359 as threshold, 'percent' as unit, 'fail' as outcome, 'stop' as severity,
                false as is_shadow,
                'accuracy' as dimension, 'All groups are heard alike.' as sentence,
                'Ask them.' as what_to_do, 'Penhaligon' as owner, 'A1' as indicators,
                'ethnic_group' as breakdown, 'run' as run_id, now() as measured_at
            """
        )
        watch_checks(con, tmp_path, "run", now, dict)
    with open_ledger(tmp_path) as ledger, transaction(ledger):
        actions.acknowledge(ledger, "1", "Penhaligon", now)
        actions.assign(ledger, "1", "Penhaligon", "Penhaligon", now)
        actions.resolve(ledger, "1", "Penhaligon said GROUPCANARY", "Penhaligon", now)
    watch_time(tmp_path, now + timedelta(days=8))
    while read_waiting(tmp_path):
        assert drain(tmp_path, anew=True).failed == 0
    assert len(receiver.messages) >= 2
    assert "All groups are heard alike." in receiver.text
    for canary in (*CANARIES, "ethnic_group"):
        assert canary not in receiver.text


def test_the_lock_is_free_when_its_holder_is_gone(alarmed: Path) -> None:
    with delivery._alone(alarmed) as first, delivery._alone(alarmed) as second:
        assert (first, second) == (True, False)
    with delivery._alone(alarmed) as third:
        assert third
    assert (alarmed / delivery.LOCK_NAME).stat().st_mode & 0o077 == 0
