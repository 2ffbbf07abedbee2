"""The question "has anything changed?", on files and settings alone."""

import json
import os
from pathlib import Path

import pytest

from orchestration import fingerprint as module
from orchestration.fingerprint import (
    State,
    fingerprint,
    is_published,
    read_state,
    record_held_back,
    record_published,
    write_state,
)
from orchestration.privacy.keys import MissingKeyError
from orchestration.settings import Settings

KEY = "7b" * 32


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An inbox with one file, an empty home, and code that is one file in a folder."""
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY", KEY)
    monkeypatch.setattr(module, "REPOSITORY", tmp_path / "code")
    code = tmp_path / "code" / "orchestration"
    code.mkdir(parents=True)
    (code / "rule.py").write_text("LIMIT = 1\n")
    delivery = tmp_path / "inbox" / "330" / "ssd" / "2026-09-30"
    delivery.mkdir(parents=True)
    (delivery / "ssd_person.csv").write_text("pers_person_id\nC1\n")
    (tmp_path / "home").mkdir()
    return Settings(inbox=tmp_path / "inbox", home=tmp_path / "home")


def delivered(settings: Settings) -> Path:
    return settings.inbox / "330" / "ssd" / "2026-09-30" / "ssd_person.csv"


def test_the_same_inputs_have_the_same_fingerprint(settings: Settings) -> None:
    assert fingerprint(settings, State()) == fingerprint(settings, State())


def test_other_content_under_the_same_name_is_a_change(settings: Settings) -> None:
    before = fingerprint(settings, State())
    delivered(settings).write_text("pers_person_id\nC2\n")
    assert fingerprint(settings, State()) != before


def test_the_same_bytes_written_again_are_no_change(settings: Settings) -> None:
    state = State()
    before = fingerprint(settings, state)
    delivered(settings).write_text("pers_person_id\nC1\n")
    os.utime(delivered(settings), (1, 1))
    assert fingerprint(settings, state) == before


def test_a_file_under_another_name_is_a_change(settings: Settings) -> None:
    before = fingerprint(settings, State())
    delivered(settings).rename(delivered(settings).with_name("ssd_family.csv"))
    assert fingerprint(settings, State()) != before


def test_a_change_of_code_is_a_change(settings: Settings, tmp_path: Path) -> None:
    before = fingerprint(settings, State())
    (tmp_path / "code" / "orchestration" / "rule.py").write_text("LIMIT = 2\n")
    assert fingerprint(settings, State()) != before


def test_another_version_of_a_package_is_a_change(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fingerprint(settings, State())
    monkeypatch.setattr(module, "version", lambda name: "0.0.1" if name == "duckdb" else "1")
    assert fingerprint(settings, State()) != before


def test_another_key_is_a_change_and_no_key_is_written(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = State()
    before = fingerprint(settings, state)
    record_published(settings.home, before, "release")
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY", "1c" * 32)
    assert fingerprint(settings, State()) != before
    written = (settings.home / "state.json").read_text()
    assert KEY not in written
    assert KEY[:16] not in written


def test_without_a_key_there_is_no_fingerprint(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("HEARD_PSEUDONYM_KEY")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MissingKeyError):
        fingerprint(settings, State())


def test_an_unchanged_file_is_not_read_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = State()
    before = fingerprint(settings, state)
    write_state(settings.home, state)

    def refuse(path: Path) -> str:
        raise AssertionError(f"{path.name} was read although nothing about it changed")

    monkeypatch.setattr(module, "digest_file", refuse)
    assert fingerprint(settings, read_state(settings.home)) == before


def test_only_an_existing_release_of_the_same_inputs_counts_as_published(
    settings: Settings,
) -> None:
    current = fingerprint(settings, State())
    record_published(settings.home, current, "release")
    assert not is_published(settings, read_state(settings.home), current)
    (settings.home / "published").mkdir()
    (settings.home / "published" / "heard.duckdb").touch()
    assert is_published(settings, read_state(settings.home), current)
    assert not is_published(settings, read_state(settings.home), "another")


def test_a_release_forgets_what_was_held_back_before(settings: Settings) -> None:
    record_held_back(settings.home, "bad")
    held = read_state(settings.home).held_back
    assert held is not None
    assert held.fingerprint == "bad"
    record_published(settings.home, "good", "release")
    assert read_state(settings.home).held_back is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 99}', '{"version": 1}', "null"])
def test_a_state_file_that_cannot_be_read_counts_as_nothing_known(
    settings: Settings, text: str
) -> None:
    (settings.home / "state.json").write_text(text)
    assert read_state(settings.home) == State()


def test_only_the_owner_may_read_the_state_file(settings: Settings) -> None:
    record_published(settings.home, "good", "release")
    path = settings.home / "state.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text())["published"]["release_id"] == "release"


def test_names_that_are_no_text_and_files_that_are_no_files_are_told_apart(
    settings: Settings,
) -> None:
    """A pipe must not be waited for, and a name in another alphabet must not stop the run."""
    before = fingerprint(settings)
    folder = settings.inbox / "330" / "ssd" / "2026-09-30"
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.csv")).write_text("a\n")
    named = fingerprint(settings)
    os.mkfifo(folder / "pipe.csv")
    piped = fingerprint(settings)
    assert len({before, named, piped}) == 3


def test_a_change_of_a_delivery_manifest_is_a_change(settings: Settings) -> None:
    manifest = settings.inbox / "330" / "ssd" / "2026-09-30" / "manifest.csv"
    manifest.parent.mkdir(parents=True, exist_ok=True)
    manifest.write_text("file_name,bytes,rows\nssd_person.csv,17,1\n")
    before = fingerprint(settings, State())
    manifest.write_text("file_name,bytes,rows\nssd_person.csv,17,2\n")
    assert fingerprint(settings, State()) != before
