"""What was kept long enough goes by rule, the newest of a source stays, and nothing comes back."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from orchestration import expiring
from orchestration.erasing import finish_pending
from orchestration.erasure.pending import ErasurePendingError
from orchestration.erasure.retention import (
    DELIVERIES,
    LOGS,
    RELEASES,
    WORDS,
    RetentionError,
    past_retention,
    read_rules,
    rule_for,
)
from orchestration.expiring import expire, find_expired
from orchestration.ingestion.delivery_manifest import DeliveryRecord
from orchestration.ingestion.results import LandedDelivery
from orchestration.ingestion.run import PAST_RETENTION
from orchestration.verification import verify
from tests.support import erasure_site as child
from tests.support.inbox import Bench

TODAY = date(2026, 11, 23)
OLD = "pers_person_id,pers_sex,pers_dob\nOLDSENTINEL,F,2001-01-01\n"


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A delivery of this year and one of ten years ago."""
    made = child.deliver_one_file(tmp_path, monkeypatch)
    made.deliver("330/ssd/2016-06-30", {"ssd_person.csv": OLD})
    made.ingest()
    return made


def record(source: str, as_of: date, authority: str = "330") -> DeliveryRecord:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    landed = LandedDelivery(f"{authority}{source}{as_of}", authority, source, as_of, moment, ())
    return DeliveryRecord(landed, "key")


def test_the_shipped_rules_say_how_long_from_when_on_what_basis_and_why(tmp_path: Path) -> None:
    rules = read_rules(tmp_path)
    assert {what for what, _ in rules} == {DELIVERIES, WORDS, RELEASES, LOGS}
    assert rule_for(rules, WORDS, "ssd").first_kept(TODAY) == date(2024, 11, 23)
    rule = rule_for(rules, DELIVERIES, "ssd")
    assert (rule.keep_months, rule.since) == (72, "as_of")
    assert "council's own choice" in rule.basis
    assert rule.first_kept(TODAY) == date(2020, 11, 23)
    assert rule.first_kept(date(2026, 1, 31)) == date(2020, 1, 28)


def test_a_home_folder_keeps_one_source_as_long_as_it_says(tmp_path: Path) -> None:
    own = "- {what: deliveries, source: annex_a, keep_months: 12, from: as_of, basis: b, why: x}"
    (tmp_path / "retention.yaml").write_text(own)
    rules = read_rules(tmp_path)
    assert rule_for(rules, DELIVERIES, "annex_a").keep_months == 12
    assert rule_for(rules, DELIVERIES, "ssd").keep_months == 72
    known = [
        record("annex_a", date(2025, 11, 22)),
        record("annex_a", date(2025, 11, 23)),
        record("annex_a", date(2026, 9, 30)),
        record("ssd", date(2019, 3, 31)),
        record("ssd", date(2025, 3, 31)),
        # The only one of its authority: there is nothing newer.
        record("ssd", date(2011, 3, 31), "331"),
    ]
    assert past_retention(known, rules, TODAY) == [known[0], known[3]]
    for wrong in (
        "a: b",
        own.replace("12", "0"),
        own.replace("as_of", "x"),
        own.replace("x}", "''}"),
    ):
        (tmp_path / "retention.yaml").write_text(wrong)
        with pytest.raises(RetentionError, match=r"retention\.yaml"):
            read_rules(tmp_path)


def test_an_old_delivery_goes_wholly_and_its_folder_does_not_bring_it_back(bench: Bench) -> None:
    settings = child.settings(bench)
    found = find_expired(bench.home, TODAY)
    assert [each.landed.label for each in found.deliveries] == ["330/ssd/2016-06-30"]
    assert bench.rows("select count(*) from raw.ssd_person") == [(4,)]
    done = expire(settings, TODAY, "Jo")
    assert done.deliveries == ("330/ssd/2016-06-30",)
    assert bench.rows("select count(*) from raw.ssd_person") == [(3,)]
    assert b"OLDSENTINEL" not in child.everything_in(bench.home)
    assert verify(bench.home).damages == ()
    assert json.loads(done.certificate.read_text())["deliveries"] == ["330/ssd/2016-06-30"]
    left = [(each.path, each.reason) for each in bench.ingest().ignored]
    assert left == [("330/ssd/2016-06-30", PAST_RETENTION)]
    assert not find_expired(bench.home, TODAY)


def test_an_expiry_that_was_killed_is_finished(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pull(*_: object) -> None:
        raise InterruptedError

    with monkeypatch.context() as patch:
        patch.setattr(expiring, "unlink_unnamed", pull)
        with pytest.raises(InterruptedError):
            expire(child.settings(bench), TODAY, "Jo")
    with pytest.raises(ErasurePendingError):
        bench.ingest()
    assert finish_pending(child.settings(bench)) is None
    assert b"OLDSENTINEL" not in child.everything_in(bench.home)
    assert verify(bench.home).damages == ()
    assert bench.rows("select count(*) from raw.ssd_person") == [(3,)]
