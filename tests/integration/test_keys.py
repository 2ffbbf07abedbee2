"""Keys come from a private file or the environment, and change in one command or not at all."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from orchestration import refresh, rotating
from orchestration.cli import app
from orchestration.erasing import Request, erase
from orchestration.health import Verdict, examine
from orchestration.ingestion.delivery_manifest import read_records
from orchestration.ingestion.key_guard import OtherKeyError
from orchestration.ingestion.warehouse import open_warehouse
from orchestration.privacy.key_files import KeyFileError, next_file, read_key_file, write_key_file
from orchestration.privacy.keys import (
    MissingKeyError,
    Ring,
    WeakKeyError,
    disclosure_key,
    key_id,
    master_key,
    read_ring,
    tombstone_key,
)
from orchestration.reaper import has_leftovers, reap
from orchestration.rebuilding import rebuild
from orchestration.refresh import Outcome
from orchestration.rotating import RotationRefusedError, read_log, rotate
from orchestration.settings import Settings
from orchestration.verification import verify
from tests.support import erasure_site as child
from tests.support.inbox import Bench, make_bench, parse_here

FIRST = Ring(b"\x01" * 32, b"\x02" * 32, b"\x03" * 32)
PEOPLE = "select count(*), min(pers_person_id) from raw.ssd_person"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three people, loaded with keys from a file."""
    folder = tmp_path_factory.mktemp("keys") / "site"
    with pytest.MonkeyPatch.context() as patch:
        bench = make_bench(folder, patch)
        patch.delenv("HEARD_PSEUDONYM_KEY")
        parse_here(patch)
        write_key_file(key_path(bench), FIRST)
        patch.setenv("HEARD_PSEUDONYM_KEY_FILE", str(key_path(bench)))
        bench.deliver("330/ssd/2026-06-30", {"ssd_person.csv": child.SSD["ssd_person.csv"]})
        bench.ingest()
    return folder


@pytest.fixture
def bench(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A copy of it, without Dagster behind it."""
    monkeypatch.setattr(refresh, "refresh", lambda _settings: Outcome("published", "run"))
    parse_here(monkeypatch)
    shutil.copytree(made, tmp_path / "site")
    bench = Bench(tmp_path / "site" / "inbox", tmp_path / "site" / "home")
    monkeypatch.delenv("HEARD_PSEUDONYM_KEY", raising=False)
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY_FILE", str(key_path(bench)))
    return bench


def settings(bench: Bench) -> Settings:
    return Settings(inbox=bench.inbox, home=bench.home)


def key_path(bench: Bench) -> Path:
    return bench.inbox.parent / "keys" / "heard.keys"


def test_one_key_serves_for_all_purposes_unless_each_has_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY", "ab" * 32)
    assert (master_key(), disclosure_key(), tombstone_key()) == (bytes.fromhex("ab" * 32),) * 3
    monkeypatch.setenv("HEARD_DISCLOSURE_KEY", "cd" * 32)
    monkeypatch.setenv("HEARD_TOMBSTONE_KEY", "ef" * 32)
    assert [key[0] for key in (master_key(), disclosure_key(), tombstone_key())] == [171, 205, 239]
    assert "ab" * 4 not in repr(read_ring()) and "\\xab" not in repr(read_ring())
    path = tmp_path / "one.key"
    path.write_text(f"# ours\n{'12' * 32}\n")
    path.chmod(0o400)
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY_FILE", str(path))
    # Nobody would know which counts, whichever of them it is.
    for setting in ("PSEUDONYM", "DISCLOSURE", "TOMBSTONE"):
        with pytest.raises(WeakKeyError, match="both set"):
            master_key()
        monkeypatch.delenv(f"HEARD_{setting}_KEY")
    assert read_ring() == Ring(*(b"\x12" * 32,) * 3)
    monkeypatch.delenv("HEARD_PSEUDONYM_KEY_FILE")
    with pytest.raises(MissingKeyError):
        master_key()


def test_a_file_that_others_may_read_or_that_is_not_understood_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "k"
    write_key_file(path, FIRST)
    assert (path.stat().st_mode & 0o777, read_key_file(path)) == (0o400, FIRST)
    for mode in (0o440, 0o404, 0o420, 0o401):
        path.chmod(mode)
        with pytest.raises(KeyFileError, match="chmod 400"):
            read_key_file(path)
    path.chmod(0o600)
    whole = path.read_text()
    for text, error in (
        (whole.replace("tombstones", "other"), KeyFileError),
        (whole + f"disclosure {'55' * 32}\n", KeyFileError),
        ("", KeyFileError),
        (whole + "what is this line\n", KeyFileError),
        ("ab" * 31, WeakKeyError),
        ("xy" * 32, WeakKeyError),
    ):
        path.write_text(text)
        with pytest.raises(error):
            read_key_file(path)
    with pytest.raises(KeyFileError, match="there is no"):
        read_key_file(tmp_path / "gone")
    with pytest.raises(KeyFileError, match="plain file"):
        read_key_file(tmp_path)
    path.write_bytes(b"\xe9" * 32)
    with pytest.raises(KeyFileError, match="no text"):
        read_key_file(path)
    path.write_text(whole)
    monkeypatch.setattr("os.getuid", lambda: path.stat().st_uid + 1)
    if path.stat().st_uid:
        with pytest.raises(KeyFileError, match="another account"):
            read_key_file(path)


def test_a_rotation_keeps_every_row_and_no_pseudonym(bench: Bench) -> None:
    erase(settings(bench), Request("330", (child.ID,), "Jo", "asked"))
    (before,) = bench.rows(PEOPLE)
    seen = [record.first_seen_at for record in read_records(bench.home)]
    done = rotate(settings(bench), "Jo")
    (after,) = bench.rows(PEOPLE)
    assert (before[0], after[0]) == (2, 2)
    assert before[1] != after[1]
    assert (done.rows, done.pseudonyms, done.disclosure_too) == (2, 2, False)
    ring = read_ring()
    assert ring.pseudonyms != FIRST.pseudonyms
    # Neither is drawn again: the first would move published numbers, the second forget who was
    # forgotten.
    assert (ring.disclosure, ring.tombstones) == (FIRST.disclosure, FIRST.tombstones)
    assert key_path(bench).stat().st_mode & 0o777 == 0o400
    assert {record.key_id for record in read_records(bench.home)} == {key_id(ring.pseudonyms)}
    assert [record.first_seen_at for record in read_records(bench.home)] == seen
    assert before[1].encode() not in (bench.home / "warehouse.duckdb").read_bytes()
    # The erased one is still kept out, and all else goes on.
    bench.ingest()
    assert bench.rows(PEOPLE)[0][0] == 2
    again = rebuild(settings(bench))
    assert again.raw_before == again.raw_after
    told = CliRunner().invoke(app, ["keys", "show", "--home", str(bench.home)]).output
    assert key_id(ring.pseudonyms) in told
    assert ring.pseudonyms.hex() not in told


class KilledError(Exception):
    """The plug was pulled."""


def _killed(*_: object) -> None:
    raise KilledError


@pytest.mark.parametrize(
    ("step", "is_new"),
    [("swap_in", False), ("_log", True), ("_promote", True)],
)
def test_a_rotation_that_was_killed_has_happened_or_not(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, step: str, is_new: bool
) -> None:
    (before,) = bench.rows(PEOPLE)
    with monkeypatch.context() as patch:
        patch.setattr(rotating, step, _killed)
        with pytest.raises(KilledError):
            rotate(settings(bench), "Jo")
    assert next_file(key_path(bench)).exists()
    assert has_leftovers(bench.home)
    # Another one was killed before its keys had their name.
    unborn = next_file(key_path(bench)).with_name(f".{next_file(key_path(bench)).name}.4194305")
    unborn.touch()
    if is_new:
        # Until somebody finishes it, nothing is loaded under the old key beside the new one.
        with pytest.raises(OtherKeyError):
            bench.ingest()
    reap(bench.home)
    assert not next_file(key_path(bench)).exists()
    assert not unborn.exists()
    assert (master_key() != FIRST.pseudonyms) == is_new
    bench.ingest()
    (after,) = bench.rows(PEOPLE)
    assert after[0] == before[0]
    assert (after[1] != before[1]) == is_new
    # Who asked for it died with the process; that it happened is on record all the same.
    assert [each["new_key_id"] for each in read_log(bench.home)] == (
        [key_id(master_key())] if is_new else []
    )
    assert verify(bench.home).damages == ()


def test_a_warehouse_that_differs_keeps_its_key(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_warehouse(bench.home) as con:
        con.execute("delete from raw.ssd_person where pers_sex = 'F' and pers_dob < '2013-01-01'")
    with pytest.raises(RotationRefusedError, match="row counts"):
        rotate(settings(bench), "Jo")
    reap(bench.home)
    assert master_key() == FIRST.pseudonyms
    # A key from the environment is not ours to change.
    monkeypatch.delenv("HEARD_PSEUDONYM_KEY_FILE")
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY", FIRST.pseudonyms.hex())
    with pytest.raises(RotationRefusedError, match="keys write"):
        rotate(settings(bench), "Jo")


def test_the_disclosure_key_changes_only_when_asked_and_once_a_year(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Killed before anybody entered it, it has happened all the same.
    with monkeypatch.context() as patch:
        patch.setattr(rotating, "_log", _killed)
        with pytest.raises(KilledError):
            rotate(settings(bench), "Jo", disclosure_too=True)
    reap(bench.home)
    assert disclosure_key() != FIRST.disclosure
    with pytest.raises(RotationRefusedError, match="once a year"):
        rotate(settings(bench), "Jo", disclosure_too=True)
    monkeypatch.setattr(rotating, "DISCLOSURE_REST", datetime.now(UTC) - datetime.now(UTC))
    # By hand it never changes unnoticed.
    write_key_file(key_path(bench), Ring(master_key(), b"\x07" * 32, FIRST.tombstones))
    with pytest.raises(OtherKeyError, match="disclosure"):
        bench.ingest()
    with pytest.raises(OtherKeyError, match="disclosure"):
        rebuild(settings(bench))


def test_doctor_says_where_the_key_is_and_what_is_wrong_with_it(bench: Bench) -> None:
    def found() -> tuple[Verdict, str]:
        (key,) = [each for each in examine(bench.inbox, bench.home) if each.name == "key"]
        return key.verdict, f"{key.found} {key.what_to_do}"

    assert found() == (
        Verdict.OK,
        f"{key_path(bench)}, read by this account alone, 32 bytes, id {key_id(FIRST.pseudonyms)} ",
    )
    shutil.copy2(key_path(bench), next_file(key_path(bench)))
    assert found()[0] is Verdict.WARN
    key_path(bench).chmod(0o644)
    assert found()[0] is Verdict.FAIL
    assert "chmod 400" in found()[1]


def test_keys_of_the_environment_go_into_a_file_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY", "ab" * 32)
    path = tmp_path / "heard.keys"
    done = CliRunner().invoke(app, ["keys", "write", str(path)])
    assert done.exit_code == 0
    assert "ab" * 32 not in done.output
    monkeypatch.delenv("HEARD_PSEUDONYM_KEY")
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY_FILE", str(path))
    assert read_ring() == Ring(*(bytes.fromhex("ab" * 32),) * 3)
    assert isinstance(
        CliRunner().invoke(app, ["keys", "write", str(path)]).exception, FileExistsError
    )
