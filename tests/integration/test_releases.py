"""A release goes from candidate to withdrawn only as people decide, and nobody can rewrite that."""

import json
from datetime import date
from pathlib import Path

import pytest

from orchestration.commands import release as command
from orchestration.privacy.keys import key_id
from orchestration.releases import actions
from orchestration.releases.ledger import open_ledger, read_events
from orchestration.releases.settings import ReleaseSettingsError, read_release_settings
from orchestration.releases.snapshot import SnapshotError, snapshot_folder
from orchestration.releases.states import AUTOMATIC, ReleaseActionError, State
from orchestration.reporting.release_files import DATABASE, MANIFEST, sha256_of
from orchestration.sealed import seal
from tests.support.release_site import FIRST, SECOND, THIRD, ReleaseSite


@pytest.fixture
def site(tmp_path: Path) -> ReleaseSite:
    return ReleaseSite(tmp_path)


@pytest.fixture
def careful(site: ReleaseSite) -> ReleaseSite:
    (site.home / "releases.yml").write_text("release: approval\n")
    return site


def test_out_of_the_box_a_run_publishes_and_the_setting_is_named_as_approver(
    site: ReleaseSite,
) -> None:
    site.make(FIRST)
    site.make(SECOND)
    assert site.readers_see() == SECOND
    assert {r.state for r in actions.standings(site.home).values()} == {State.PUBLISHED}
    assert actions.standings(site.home)[FIRST].approvers == (AUTOMATIC,)


def test_two_different_people_approve_what_was_checked_before_anybody_reads_it(
    careful: ReleaseSite,
) -> None:
    careful.make(FIRST)
    home = careful.home
    for too_early in (actions.publish, actions.approve):
        with pytest.raises(ReleaseActionError, match="check"):
            too_early(home, FIRST, "Ann")
    assert actions.check(home, FIRST, "Ann")[1].passed
    assert actions.approve(home, FIRST, "Ann").state is State.CHECKED
    for same in (" ANN ", "A\u200bnn"):
        with pytest.raises(ReleaseActionError, match="somebody else"):
            actions.approve(home, FIRST, same)
    with pytest.raises(ReleaseActionError, match="1 of 2"):
        actions.publish(home, FIRST, "Ann")
    assert careful.readers_see() is None
    assert actions.approve(home, FIRST, "Bo").state is State.APPROVED
    assert actions.publish(home, "latest", "Bo").state is State.PUBLISHED
    assert careful.readers_see() == FIRST
    with pytest.raises(ReleaseActionError, match="is published already"):
        actions.publish(home, FIRST, "Bo")


def test_a_small_site_may_ask_one_person(careful: ReleaseSite) -> None:
    (careful.home / "releases.yml").write_text("release: approval\napprovers: 1\n")
    careful.make(FIRST)
    actions.check(careful.home, FIRST, "Ann")
    assert actions.approve(careful.home, FIRST, "Ann").state is State.APPROVED


def test_the_gate_holds_numbers_that_no_protection_made(careful: ReleaseSite) -> None:
    # 40, 55 and 20: the parts are more than the whole by more than any offset allows.
    careful.make(FIRST, girls=55)
    release, verdict = actions.check(careful.home, FIRST, "Ann")
    assert (release.state, verdict.contradictions) == (State.HELD, 1)
    with pytest.raises(ReleaseActionError, match="held"):
        actions.approve(careful.home, FIRST, "Ann")


def test_what_the_gate_found_is_left_out_by_the_next_run_until_readers_have_one_without_it(
    careful: ReleaseSite,
) -> None:
    # At most 4 were heard in all, and somebody among the girls and the boys: 1 to 3 of each.
    too_close = (0, 5, 5)
    for name in (FIRST, SECOND):
        careful.make(name, heard=too_close)
        for _ in range(2):
            actions.check(careful.home, name, "Ann")
    place = ("330", "A1", "numerator", "quarter", "2026-01-01")
    found = [(*place, *part) for part in (("all", "all"), ("sex", "F"), ("sex", "M"))]
    way = read_release_settings(careful.home)
    # Once for each release, however often it was checked.
    assert sorted(actions.last_hand(careful.home, way).places) == sorted([*found, *found])
    careful.make(THIRD)
    actions.check(careful.home, THIRD, "Ann")
    actions.approve(careful.home, THIRD, "Ann")
    actions.approve(careful.home, THIRD, "Bo")
    actions.publish(careful.home, THIRD, "Bo")
    assert actions.last_hand(careful.home, way).places == ()


def test_a_check_after_an_approval_asks_for_all_approvals_again(careful: ReleaseSite) -> None:
    careful.make(FIRST)
    actions.check(careful.home, FIRST, "Ann")
    actions.approve(careful.home, FIRST, "Ann")
    actions.check(careful.home, FIRST, "Ann")
    assert actions.approve(careful.home, FIRST, "Ann").approvers == ("Ann",)


def test_what_was_changed_after_it_was_frozen_is_never_published(careful: ReleaseSite) -> None:
    careful.make(FIRST)
    actions.check(careful.home, FIRST, "Ann")
    for person in ("Ann", "Bo"):
        actions.approve(careful.home, FIRST, person)
    path = snapshot_folder(careful.home, FIRST) / DATABASE
    before = sha256_of(path)
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(SnapshotError, match="changed after it was frozen"):
        actions.publish(careful.home, FIRST, "Ann")
    # Nor where its manifest was written to fit: the record says what was approved.
    manifest = path.with_name(MANIFEST)
    told = json.loads(manifest.read_text().replace(before, sha256_of(path)))
    told["files"] = [
        file | {"bytes": path.stat().st_size} if file["path"] == DATABASE else file
        for file in told["files"]
    ]
    manifest.write_text(seal({name: each for name, each in told.items() if name != "check"}))
    with pytest.raises(SnapshotError, match="changed after it was frozen"):
        actions.publish(careful.home, FIRST, "Ann")
    assert careful.readers_see() is None
    assert actions.standings(careful.home)[FIRST].state is State.APPROVED


def test_a_withdrawn_release_gives_way_to_the_one_before(site: ReleaseSite) -> None:
    site.make(FIRST)
    site.make(SECOND)
    with pytest.raises(ReleaseActionError, match="say why"):
        actions.withdraw(site.home, "latest", "Ann", "  ")
    withdrawn, before = actions.withdraw(site.home, "latest", "Ann", "a wrong extract")
    assert (withdrawn.state, before, site.readers_see()) == (State.WITHDRAWN, FIRST, FIRST)
    actions.withdraw(site.home, FIRST, "Ann", "the same extract")
    assert site.readers_see() is None
    with pytest.raises(ReleaseActionError, match="is withdrawn"):
        actions.withdraw(site.home, FIRST, "Ann", "again")


def test_a_release_is_entered_once_however_often_a_run_tries(site: ReleaseSite) -> None:
    site.make(FIRST)
    actions.record_release(site.home, read_release_settings(site.home), {"inputs_hash": "other"})
    with open_ledger(site.home) as ledger:
        assert [event.kind for event in read_events(ledger)] == [
            *("candidate", "approved", "published")
        ]


@pytest.mark.parametrize(
    "text", ["release: maybe", "approvers: 0", "colour: red", "- a list", "{", "closed_periods: no"]
)
def test_settings_that_are_not_understood_stop_everything(text: str, site: ReleaseSite) -> None:
    (site.home / "releases.yml").write_text(text)
    with pytest.raises(ReleaseSettingsError, match=r"releases\.yml"):
        read_release_settings(site.home)


def test_closed_periods_are_frozen_but_for_the_month_of_the_revision(site: ReleaseSite) -> None:
    assert not read_release_settings(site.home).freezes(date(2026, 5, 1))
    (site.home / "releases.yml").write_text("closed_periods: frozen\nrevision_month: 7\n")
    way = read_release_settings(site.home)
    assert [way.freezes(date(2026, month, 1)) for month in (6, 7, 8)] == [True, False, True]
    for ask in ("profile: public\n", "release: approval\n"):
        for said, freezes in (("", True), ("closed_periods: open\n", False)):
            (site.home / "releases.yml").write_text(ask + said)
            assert read_release_settings(site.home).freezes(date(2026, 5, 1)) is freezes


def test_a_release_that_the_attack_held_is_kept_and_readers_keep_the_last(
    site: ReleaseSite,
) -> None:
    site.make(FIRST)
    way = read_release_settings(site.home)
    held = site.home / "candidate"
    ReleaseSite(held).make(SECOND)
    actions.record_release(site.home, way, {}, {"left_narrow": 1}, is_held=True)
    assert actions.standings(site.home)[SECOND].state is State.HELD
    assert site.readers_see() == FIRST
    with pytest.raises(ReleaseActionError, match="held"):
        actions.approve(site.home, SECOND, "Ann")


def test_the_release_before_is_trusted_once_a_run_attacked_it(
    site: ReleaseSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.make(FIRST)
    way = read_release_settings(site.home)
    assert not actions.last_hand(site.home, way).trusts_before
    folder = site.home / "published"
    ReleaseSite(site.home / "other").make(SECOND)
    for name in ("heard.duckdb", "manifest.json"):
        (site.home / "other" / "published" / name).replace(folder / name)
    (site.home / "other" / "published" / "parquet" / "release.parquet").replace(
        folder / "parquet" / "release.parquet"
    )
    papers = {"disclosure_key_id": key_id(b"\xab" * 32)}
    actions.record_release(site.home, way, papers, {"attacked": 3})
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY", "ab" * 32)
    assert actions.last_hand(site.home, way).trusts_before
    # With another key every number is another draw, which would contradict the first.
    monkeypatch.setenv("HEARD_DISCLOSURE_KEY", "cd" * 32)
    assert not actions.last_hand(site.home, way).trusts_before


def test_the_command_lists_checks_and_compares(
    site: ReleaseSite, capsys: pytest.CaptureFixture[str]
) -> None:
    site.make(FIRST)
    site.make(SECOND, girls=25)
    assert command.show_list(site.home, as_json=True) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [each["release_id"] for each in listed] == [FIRST, SECOND]
    assert command.diff(site.home, FIRST, SECOND, as_json=True) == 0
    found = {each["table"]: each for each in json.loads(capsys.readouterr().out)}
    assert found["indicator_value"]["only_after"] == 1
    assert found["indicator"]["only_after"] == 0
    assert command.check(site.home, "latest", "Ann", as_json=True) == 0
    verdict = json.loads(capsys.readouterr().out)["verdict"]
    assert (verdict["previous"], verdict["cells"]) == (FIRST, 3)


def test_only_what_moved_since_a_release_that_passed_is_attacked_again(site: ReleaseSite) -> None:
    site.make(FIRST)
    site.make(SECOND)
    # The first was published by the setting and never attacked, so all of it is.
    assert actions.check(site.home, SECOND, "Ann")[1].cells == 3
    assert actions.check(site.home, FIRST, "Ann")[1].passed
    release, verdict = actions.check(site.home, SECOND, "Ann")
    assert (verdict.cells, release.state) == (0, State.PUBLISHED)


def test_frozen_files_are_the_owners_alone_and_the_setting_keeps_three(site: ReleaseSite) -> None:
    for number in range(actions.KEPT + 1):
        site.make(f"2026010{number}T000000Z-release")
    frozen = sorted(path.name for path in (site.home / "releases").iterdir())
    assert frozen == [f"2026010{number}T000000Z-release" for number in (1, 2, 3)]
    assert not [path for path in (site.home / "releases").rglob("*") if path.stat().st_mode & 0o77]
    for release_id in frozen:
        bill = json.loads((site.home / "releases" / release_id / "sbom.cdx.json").read_text())
        assert "duckdb" in {component["name"] for component in bill["components"]}
    assert len(actions.standings(site.home)) == 4
