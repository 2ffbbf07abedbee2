"""An incident opens, is seen to, ends and comes back as people would tell it."""

import sqlite3
import stat
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from orchestration.incidents import actions
from orchestration.incidents.ledger import (
    IncidentLedgerError,
    ledger_path,
    open_ledger,
    transaction,
)
from orchestration.incidents.lineage import read_upstream
from orchestration.incidents.results import Arrival
from orchestration.incidents.standing import published_incidents
from tests.support.incident_ledger import CLAIM, Nights, claim, route

BAD, GOOD = CLAIM, replace(CLAIM, is_bad=False)
STOP = claim("SSD-101", severity="stop")


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test here pulls a plug."""
    monkeypatch.setattr("orchestration.incidents.ledger.SYNCHRONOUS", "off")


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    return Nights(tmp_path)


def test_a_failure_is_believed_when_a_second_run_finds_it_too(nights: Nights) -> None:
    nights.run(0, BAD)
    assert nights.states(0) == ["pending"]
    nights.run(1, BAD)
    assert nights.states(1) == ["open"]


def test_a_stop_level_failure_is_believed_at_once(nights: Nights) -> None:
    nights.run(0, STOP)
    assert nights.states(0) == ["open"]


def test_one_bad_night_comes_to_nothing(nights: Nights) -> None:
    for night, verdict in enumerate((GOOD, BAD, GOOD, GOOD, BAD, GOOD, GOOD)):
        nights.run(night, verdict)
    assert nights.states(6) == ["dismissed", "dismissed"]
    assert published_incidents(nights.home) == ()


def test_a_failure_every_other_night_is_one_incident_and_stays_one(nights: Nights) -> None:
    for night in range(12):
        nights.run(night, BAD if night % 2 == 0 else GOOD)
    assert nights.states(12) == ["open"]


def test_two_good_runs_end_it_and_a_relapse_soon_after_goes_on_with_it(nights: Nights) -> None:
    for night, verdict in enumerate((BAD, BAD, GOOD)):
        nights.run(night, verdict)
    assert nights.states(2) == ["open"]
    nights.run(3, GOOD)
    assert nights.states(3) == ["resolved"]
    nights.run(5, BAD)
    (incident,) = nights.incidents(5)
    assert (incident.state.value, incident.closed_at) == ("open", None)
    assert incident.opened_at == nights.at(1)


def test_a_failure_long_after_is_another_incident(nights: Nights) -> None:
    for night, verdict in enumerate((BAD, BAD, GOOD, GOOD)):
        nights.run(night, verdict)
    nights.run(40, BAD)
    nights.run(41, BAD)
    assert nights.states(41) == ["resolved", "open"]


def test_a_check_that_could_not_look_says_neither_good_nor_bad(nights: Nights) -> None:
    nights.run(0, BAD)
    nights.run(1, BAD)
    for night in range(2, 9):
        nights.run(night)
    assert nights.states(9) == ["open"]


def test_seeing_the_results_of_one_run_twice_says_nothing_new(nights: Nights) -> None:
    for _ in range(3):
        nights.run(0, BAD, run_id="the only run")
    assert nights.states(0) == ["pending"]
    nights.run(1, BAD)
    for _ in range(3):
        nights.run(2, GOOD, run_id="one good run")
    assert nights.states(2) == ["open"]


def test_how_much_is_wrong_and_in_which_words_makes_no_other_incident(nights: Nights) -> None:
    nights.run(0, BAD)
    nights.run(1, replace(BAD, sentence="Said better now.", severity="stop"))
    (incident,) = nights.incidents(1)
    assert (incident.sentence, incident.severity) == ("Said better now.", "stop")
    other = replace(BAD, authority_code="331")
    by_group = replace(BAD, slice_kind="ethnic_group")
    assert len({e.fingerprint for e in (BAD, other, by_group, claim("SSD-002"))}) == 4


def test_what_people_do_is_kept_and_by_whom(nights: Nights) -> None:
    nights.run(0, STOP)
    now = nights.at(0.5)
    with open_ledger(nights.home) as ledger, transaction(ledger):
        actions.acknowledge(ledger, "1", "Jo Bloggs", now)
        actions.assign(ledger, "inc-0001", "reviewing service", "Jo Bloggs", now)
    (incident,) = nights.incidents(0.5)
    assert (incident.state.value, incident.owner) == ("acknowledged", "reviewing service")
    with open_ledger(nights.home) as ledger, transaction(ledger):
        actions.mute(ledger, "1", date(2026, 3, 5), "the vendor mends it", "Jo Bloggs", now)
    assert nights.states(0.6) == ["muted"]
    assert nights.states(1.9) == ["muted"]
    assert nights.states(3) == ["acknowledged"]
    with open_ledger(nights.home) as ledger, transaction(ledger):
        actions.resolve(ledger, "1", "mended", "Jo Bloggs", nights.at(3))
    assert nights.states(3) == ["resolved"]
    nights.run(4, STOP)
    # Who saw to it the last time has not seen this.
    assert nights.states(4) == ["open"]


@pytest.mark.parametrize(
    ("wanted", "until", "by", "told"),
    [
        ("7", date(2026, 4, 1), "Jo", "no incident INC-0007"),
        ("x' or 1=1", date(2026, 4, 1), "Jo", "no incident"),
        ("", date(2026, 4, 1), "Jo", "no incident"),
        ("1", date(2026, 3, 2), "Jo", "a day to come"),
        ("1", date(2028, 1, 1), "Jo", "within a year"),
        ("1", date(2026, 4, 1), "Jo\x1b[31m", "--by is a name"),
        ("1", date(2026, 4, 1), "  ", "--by is a name"),
        ("2", date(2026, 4, 1), "Jo", "not confirmed yet"),
    ],
)
def test_an_action_that_makes_no_sense_is_refused_and_changes_nothing(
    nights: Nights, wanted: str, until: date, by: str, told: str
) -> None:
    nights.run(0, STOP, BAD)
    before = nights.incidents(0)
    with (
        open_ledger(nights.home) as ledger,
        pytest.raises(actions.IncidentActionError, match=told),
        transaction(ledger),
    ):
        actions.mute(ledger, wanted, until, "because", by, nights.at(0))
    assert nights.incidents(0) == before


def test_what_follows_from_a_stale_extract_is_put_under_it_and_back_when_that_is_over(
    tmp_path: Path,
) -> None:
    nights = Nights(
        tmp_path,
        upstream={
            "marts/fct_voice_opportunities": frozenset({"raw/ssd/ssd_person", "raw/ssd"}),
            "raw/ssd/ssd_person": frozenset({"raw/ssd"}),
        },
    )
    stale = claim("SSD-015", dimension="timeliness")
    unheard = claim("MRT-001", asset="marts/fct_voice_opportunities", slice_kind="ethnic_group")
    elsewhere = replace(unheard, authority_code="331")
    blank = claim("SSD-001")
    for night in range(2):
        nights.run(night, stale, blank, unheard, elsewhere)
    parents = {i.check_id + i.authority_code: i.parent_id for i in nights.incidents(2)}
    # Missing codes explain nothing downstream, and nothing explains another authority's gap.
    assert parents == {
        "SSD-015330": "",
        "SSD-001330": "",
        "MRT-001330": "INC-0001",
        "MRT-001331": "",
    }
    for night in range(2, 4):
        nights.run(night, replace(stale, is_bad=False), unheard)
    (child,) = [i for i in nights.incidents(4) if i.fingerprint == unheard.fingerprint]
    assert (child.state.value, child.parent_id) == ("open", "")


def test_lineage_is_read_from_edges_and_ends_at_the_delivery() -> None:
    def node(kind: str, schema: str, name: str, key: list[str] | None = None) -> dict[str, object]:
        meta = {"meta": {"dagster": {"asset_key": key}}} if key else {}
        return {"resource_type": kind, "schema": schema, "name": name, "config": meta}

    manifest = {
        "nodes": {
            "m.stg": node("model", "staging", "stg_a"),
            "m.fct": node("model", "marts", "fct_a"),
            "t.fct": {"resource_type": "test", "name": "unique"},
        },
        "sources": {
            "s.a": node("source", "raw", "ssda903_header", ["raw", "ssda903", "header"]),
        },
        "parent_map": {"m.fct": ["m.stg"], "m.stg": ["s.a"], "t.fct": ["m.fct"], "s.a": []},
    }
    assert read_upstream(manifest) == {
        "staging/stg_a": {"raw/ssda903/header", "raw/ssda903"},
        "marts/fct_a": {"staging/stg_a", "raw/ssda903/header", "raw/ssda903"},
        "raw/ssda903/header": {"raw/ssda903"},
    }


def test_what_nobody_answers_is_escalated_once_by_its_severity(nights: Nights) -> None:
    nights.run(0, STOP, claim("SSD-002"))
    nights.run(1, STOP, claim("SSD-002"))
    raised: dict[str, object] = {}
    for night in range(1, 20):
        nights.wait(night, nothing_new=True)
        for incident in nights.incidents(night):
            if incident.escalated_at:
                raised.setdefault(incident.check_id, (night, incident.escalated_at))
    assert raised == {"SSD-101": (2, nights.at(2)), "SSD-002": (8, nights.at(8))}


def test_no_run_when_one_was_due_is_an_incident_until_there_is_one(nights: Nights) -> None:
    nights.run(0, GOOD)
    nights.wait(1)
    nights.wait(1.4, nothing_new=True)
    nights.wait(2.8)
    assert nights.states(2.8) == []
    nights.wait(3)
    assert [(i.check_id, i.state.value) for i in nights.incidents(3)] == [("HRD-001", "open")]
    nights.run(3.9, GOOD)
    nights.wait(4)
    nights.wait(5)
    assert nights.states(5) == ["resolved"]


def test_a_delivery_that_does_not_come_is_an_incident_of_its_authority(nights: Nights) -> None:
    from orchestration.incidents.events import note_arrivals

    nights.run(0, GOOD)
    with open_ledger(nights.home) as ledger:
        arrivals = [("330", "ssd"), ("330", "advocacy"), ("331", "ssd")]
        note_arrivals(ledger, [Arrival(*each, nights.at(-30)) for each in arrivals])
        note_arrivals(ledger, [Arrival("331", "ssd", nights.at(15))])
    for night in (14, 16, 17):
        nights.wait(night, nothing_new=True)
    assert [(i.check_id, i.authority_code, i.asset) for i in nights.incidents(17)] == [
        ("HRD-002", "330", "raw/ssd")
    ]


def test_events_are_never_changed_and_only_this_account_reads_them(nights: Nights) -> None:
    nights.run(0, STOP)
    with open_ledger(nights.home) as ledger:
        for statement in ("delete from incident_events", "update incident_events set kind = 'bad'"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                ledger.execute(statement)
    assert stat.S_IMODE(ledger_path(nights.home).stat().st_mode) == 0o600


def test_a_note_can_be_erased_and_its_event_stays(nights: Nights) -> None:
    nights.run(0, STOP)
    with open_ledger(nights.home) as ledger, transaction(ledger):
        actions.resolve(ledger, "1", "about Penhaligon", "Jo", nights.at(0))
        ledger.execute("delete from notes")
    assert nights.states(0) == ["resolved"]


def test_a_damaged_ledger_is_named_and_nothing_is_overwritten(nights: Nights) -> None:
    path = ledger_path(nights.home)
    path.write_bytes(b"this is no ledger at all, but somebody's file" * 100)
    before = path.read_bytes()
    with pytest.raises(IncidentLedgerError, match="move it aside"):
        nights.run(0, STOP)
    assert path.read_bytes() == before


def test_what_is_published_holds_no_name_reason_or_slice(tmp_path: Path) -> None:
    nights = Nights(tmp_path, routes=(route(),))
    nights.run(0, claim("MRT-001", slice_kind="ethnic_group", severity="stop"))
    with open_ledger(tmp_path) as ledger, transaction(ledger):
        actions.mute(ledger, "1", date(2026, 4, 1), "about Penhaligon", "Penhaligon", nights.at(0))
    (found,) = published_incidents(tmp_path)
    assert (found.incident_id, found.check_id, found.closed_at) == ("INC-0001", "MRT-001", None)
    assert "Penhaligon" not in str(found)
    assert "ethnic_group" not in str(found)
