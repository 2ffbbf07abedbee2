"""Settings: arguments before environment before `.env`, and nothing secret on them."""

from dataclasses import fields
from pathlib import Path

import pytest

from orchestration.settings import Settings, SettingsError, read_setting


@pytest.fixture(autouse=True)
def _empty_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("HEARD_INBOX", "HEARD_HOME", "HEARD_TARGET", "HEARD_PSEUDONYM_KEY"):
        monkeypatch.delenv(name, raising=False)


def test_the_environment_gives_the_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARD_INBOX", "/data/inbox")
    monkeypatch.setenv("HEARD_HOME", "/data/home")
    assert Settings.from_environment() == Settings(
        inbox=Path("/data/inbox"), home=Path("/data/home"), target="duckdb"
    )


def test_an_argument_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARD_INBOX", "/data/inbox")
    monkeypatch.setenv("HEARD_HOME", "/data/home")
    settings = Settings.from_environment(inbox=Path("/other"))
    assert (settings.inbox, settings.home) == (Path("/other"), Path("/data/home"))


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("HEARD_INBOX=/from/file\nHEARD_HOME=/from/file\n")
    monkeypatch.setenv("HEARD_HOME", "/from/environment")
    settings = Settings.from_environment()
    assert (settings.inbox, settings.home) == (Path("/from/file"), Path("/from/environment"))


def test_a_relative_folder_becomes_absolute(tmp_path: Path) -> None:
    settings = Settings.from_environment(inbox=Path("in"), home=Path("out"))
    assert (settings.inbox, settings.home) == (tmp_path / "in", tmp_path / "out")


def test_a_missing_folder_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARD_INBOX", "/data/inbox")
    with pytest.raises(SettingsError, match="HEARD_HOME is not set"):
        Settings.from_environment()


def test_a_folder_that_reads_as_a_pattern_is_refused() -> None:
    with pytest.raises(SettingsError, match="HEARD_HOME must not hold"):
        Settings.from_environment(inbox=Path("/in"), home=Path("/home[1]"))


def test_an_unknown_target_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARD_TARGET", "abacus")
    with pytest.raises(SettingsError, match="HEARD_TARGET must be one of duckdb"):
        Settings.from_environment(inbox=Path("/in"), home=Path("/out"))


def test_settings_have_no_place_for_a_key() -> None:
    assert {field.name for field in fields(Settings)} == {"inbox", "home", "target"}


def test_an_empty_setting_counts_as_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARD_INBOX", "")
    assert read_setting("HEARD_INBOX") is None
