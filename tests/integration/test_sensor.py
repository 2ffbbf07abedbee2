"""The sensor asks for a run of what is new, once it is whole, and not for ever."""

from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from orchestration.alerts.delivery import read_waiting
from orchestration.defs import automation
from orchestration.defs.automation import FINGERPRINT_TAG, incident_sensor, new_delivery_sensor
from orchestration.files import replace_text
from orchestration.fingerprint import State, fingerprint, record_held_back, record_published
from orchestration.resources import Inputs
from orchestration.settings import Settings
from tests.support.inbox import KEY_HEX, REVIEWS_HEADER, Bench
from tests.support.incident_ledger import Nights, claim, route
from tests.support.receivers import webhook

RETURN = "330/ssda903/2020-03-31"
REVIEWS = REVIEWS_HEADER + "1,01/05/2008,01/05/2019,PN1\n"


@pytest.fixture
def ticking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Folders that the sensor looks at, with one delivery that was never run."""
    bench = Bench(tmp_path / "inbox", tmp_path / "home")
    bench.inbox.mkdir()
    bench.deliver(RETURN, {"reviews.csv": REVIEWS})
    monkeypatch.setenv("HEARD_INBOX", str(bench.inbox))
    monkeypatch.setenv("HEARD_HOME", str(bench.home))
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY", KEY_HEX)
    return Settings(inbox=bench.inbox, home=bench.home)


def tick(instance: dg.DagsterInstance) -> dg.RunRequest | dg.SkipReason:
    context = dg.build_sensor_context(instance)
    answer = new_delivery_sensor(context)
    assert isinstance(answer, dg.RunRequest | dg.SkipReason)
    return answer


def test_the_sensor_asks_for_a_run_of_what_is_new(ticking: Settings) -> None:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        answer = tick(ephemeral)
    current = fingerprint(ticking, State())
    assert isinstance(answer, dg.RunRequest)
    assert answer.run_key == f"{current}:1"
    assert answer.tags[FINGERPRINT_TAG] == current


def test_the_sensor_of_incidents_sends_what_waits_and_asks_for_no_run(
    ticking: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = ticking.home
    with dg.DagsterInstance.ephemeral() as ephemeral, webhook() as received:
        assert "0 messages" in (see_to_incidents(ephemeral).skip_message or "")
        replace_text(
            home / "alerts.yaml",
            "routes: [{name: board, board: operators, address: HEARD_ALERT_BOARD}]",
        )
        Nights(home, routes=(route(at_once=True),)).run(0, claim(severity="stop"))
        assert "0 messages sent" in (see_to_incidents(ephemeral).skip_message or "")
        waiting = {message.message_key for message in read_waiting(home)}
        assert (len(waiting) > 0, received.keys) == (True, [])
        monkeypatch.setenv("HEARD_ALERT_BOARD", received.url)
        # A minute later, as the first repetition waits so long.
        monkeypatch.setattr("orchestration.alerts.delivery._FIRST_WAIT", timedelta())
        see_to_incidents(ephemeral)
        assert sorted(received.keys) == sorted(waiting)
        assert read_waiting(home) == ()


def see_to_incidents(instance: dg.DagsterInstance) -> dg.SkipReason:
    answer = incident_sensor(dg.build_sensor_context(instance))
    assert isinstance(answer, dg.SkipReason)
    return answer


def test_the_sensor_leaves_published_and_refused_inputs_alone(ticking: Settings) -> None:
    current = fingerprint(ticking, State())
    with dg.DagsterInstance.ephemeral() as ephemeral:
        record_held_back(ticking.home, current)
        held = tick(ephemeral)
        (ticking.home / "published").mkdir()
        (ticking.home / "published" / "heard.duckdb").touch()
        record_published(ticking.home, current, "release")
        done = tick(ephemeral)
    assert isinstance(held, dg.SkipReason)
    assert "held" in (held.skip_message or "")
    assert isinstance(done, dg.SkipReason)
    assert "Nothing new" in (done.skip_message or "")


def test_the_sensor_tries_a_failed_delivery_again_but_not_for_ever(ticking: Settings) -> None:
    tags = {FINGERPRINT_TAG: fingerprint(ticking, State())}

    @dg.job
    def stands_in() -> None:
        """Do nothing; only its runs count."""

    keys = []
    with dg.DagsterInstance.ephemeral() as ephemeral:
        for _ in range(4):
            answer = tick(ephemeral)
            keys.append(str(answer.run_key) if isinstance(answer, dg.RunRequest) else "skip")
            if isinstance(answer, dg.RunRequest):
                run = ephemeral.create_run_for_job(stands_in, tags=tags)
                assert isinstance(tick(ephemeral), dg.SkipReason), "while it is under way"
                ephemeral.report_run_failed(run)
    assert [key.rsplit(":", 1)[-1] for key in keys] == ["1", "2", "3", "skip"]


def test_a_run_that_crashed_is_left_to_dagsters_own_retry_for_a_while(
    ticking: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    @dg.job
    def stands_in() -> None:
        """Do nothing; only its runs count."""

    with dg.DagsterInstance.ephemeral() as ephemeral:
        tags = {FINGERPRINT_TAG: fingerprint(ticking, State())}
        run = ephemeral.create_run_for_job(stands_in, tags=tags)
        ephemeral.report_run_failed(run)
        ephemeral.add_run_tags(run.run_id, {"dagster/will_retry": "true"})
        early = tick(ephemeral)
        assert isinstance(early, dg.SkipReason)
        assert "about to be tried again" in (early.skip_message or "")
        # Dagster lost its place; nobody should have to notice.
        monkeypatch.setattr(automation, "RETRY_SECONDS", 0.0)
        assert isinstance(tick(ephemeral), dg.RunRequest)


def test_the_sensor_says_when_there_is_no_key(
    ticking: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HEARD_PSEUDONYM_KEY")
    monkeypatch.chdir(ticking.inbox)
    with dg.DagsterInstance.ephemeral() as ephemeral:
        answer = tick(ephemeral)
    assert isinstance(answer, dg.SkipReason)
    assert "HEARD_PSEUDONYM_KEY" in (answer.skip_message or "")


def test_the_sensor_waits_while_something_is_still_being_copied(ticking: Settings) -> None:
    (ticking.inbox / RETURN / "reviews.csv").touch()
    with dg.DagsterInstance.ephemeral() as ephemeral:
        answer = tick(ephemeral)
    assert isinstance(answer, dg.SkipReason)
    assert "still being copied" in (answer.skip_message or "")


def test_what_arrives_after_landing_and_what_had_not_settled_is_asked_for_again(
    ticking: Settings,
) -> None:
    bench = Bench(ticking.inbox, ticking.home)
    (ticking.home / "published").mkdir(parents=True)
    (ticking.home / "published" / "heard.duckdb").touch()
    with dg.DagsterInstance.ephemeral() as ephemeral:
        for change in ("arrives", "not settled", "nothing landed", "none"):
            inputs = Inputs(inbox=str(ticking.inbox), home=str(ticking.home))
            if change != "nothing landed":
                inputs.take()
            if change == "arrives":
                bench.deliver("331/ssda903/2020-03-31", {"reviews.csv": REVIEWS})
            elif change == "not settled":
                inputs.mark_unsettled()
            elif change == "nothing landed":
                bench.deliver("332/ssda903/2020-03-31", {"reviews.csv": REVIEWS})
            record_published(ticking.home, inputs.fingerprint(), "release")
            asked = isinstance(tick(ephemeral), dg.RunRequest)
            assert asked == (change != "none"), change
