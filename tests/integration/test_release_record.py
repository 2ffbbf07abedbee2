"""Nobody can rewrite what was decided about releases, nor cut it off, without being noticed."""

import hashlib
import sqlite3
from pathlib import Path

import pytest

from orchestration.commands import release as command
from orchestration.releases import actions
from orchestration.releases.ledger import LEDGER_NAME, ReleaseLedgerError, open_ledger, read_events
from orchestration.releases.snapshot import RELEASES
from orchestration.verification import verify
from tests.support.release_site import FIRST, SECOND, THIRD, ReleaseSite


@pytest.fixture
def site(tmp_path: Path) -> ReleaseSite:
    return ReleaseSite(tmp_path)


def test_the_ledger_shows_whoever_rewrites_it(site: ReleaseSite) -> None:
    site.make(FIRST)
    path = site.home / LEDGER_NAME
    assert path.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(path) as con:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            con.execute("update release_events set actor = 'Mallory'")
        # Somebody who takes the triggers away is found all the same.
        con.execute("drop trigger release_events_are_never_changed")
        con.execute("update release_events set actor = 'Mallory' where kind = 'approved'")
    with pytest.raises(ReleaseLedgerError, match="entry 2"):
        actions.standings(site.home)
    (damage,) = [each for each in verify(site.home).damages if each.place == "releases"]
    assert (damage.rule, "entry 2" in damage.what_to_do) == ("RECORD_CHANGED", True)


def test_entries_that_change_places_are_noticed_and_the_end_of_the_chain_can_be_kept(
    site: ReleaseSite,
) -> None:
    site.make(FIRST)
    before = verify(site.home)
    site.make(SECOND)
    after = verify(site.home)
    assert len({before.record_head, after.record_head, ""}) == 3
    assert [damage for damage in after.damages if damage.place == "releases"] == []
    with sqlite3.connect(site.home / LEDGER_NAME) as con:
        con.execute("drop trigger release_events_are_never_changed")
        for was, becomes in ((2, 99), (3, 2), (99, 3)):
            con.execute("update release_events set event_id = ? where event_id = ?", (becomes, was))
    (damage,) = [each for each in verify(site.home).damages if each.place == "releases"]
    assert "entry 2" in damage.what_to_do


def test_an_entry_that_is_taken_out_is_missed(site: ReleaseSite) -> None:
    site.make(FIRST)
    site.make(SECOND)
    with sqlite3.connect(site.home / LEDGER_NAME) as con:
        con.execute("drop trigger release_events_are_never_deleted")
        con.execute("delete from release_events where event_id = 3")
    with pytest.raises(ReleaseLedgerError, match="entry 3"), open_ledger(site.home) as ledger:
        read_events(ledger)


def test_a_record_that_was_cut_off_at_its_end_is_noticed_by_what_releases_say_of_it(
    site: ReleaseSite,
) -> None:
    for release_id in (FIRST, SECOND, THIRD):
        site.make(release_id)
    assert command.show_list(site.home, as_json=True) == 0
    path = site.home / LEDGER_NAME
    with sqlite3.connect(path) as con:
        con.execute("drop trigger release_events_are_never_deleted")
        con.execute("delete from release_events where event_id > 4")
    # What is left is a chain without a fault, and shorter than the third release says.
    assert list(actions.standings(site.home)) == [FIRST, SECOND]
    for _ in range(2):
        with pytest.raises(ReleaseLedgerError, match="cut off or replaced"):
            command.show_list(site.home, as_json=True)
        (damage,) = [each for each in verify(site.home).damages if each.place == "releases"]
        assert (damage.rule, "put back a copy" in damage.what_to_do) == ("RECORD_CHANGED", True)
        # Nor does it help to take it away whole.
        path.unlink(missing_ok=True)


def test_a_frozen_file_that_was_changed_is_named_though_its_manifest_was_changed_with_it(
    site: ReleaseSite,
) -> None:
    site.make(FIRST)
    folder = site.home / RELEASES / FIRST
    (name,) = (path.name for path in folder.glob("*.duckdb"))
    before = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    assert verify(site.home).frozen_files > 0
    with (folder / name).open("ab") as handle:
        handle.write(b" ")
    after = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace(before, after))
    (folder / "release.json").write_text("{}")
    damages = [each for each in verify(site.home).damages if each.place == "releases"]
    assert {(Path(each.path).name, each.rule) for each in damages} == {
        (name, "FILE_CHANGED"),
        ("manifest.json", "FILE_CHANGED"),
        ("release.json", "FILE_CHANGED"),
    }
    (folder / name).unlink()
    assert "FILE_MISSING" in {each.rule for each in verify(site.home).damages}
