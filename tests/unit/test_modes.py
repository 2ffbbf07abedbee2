"""A home folder is the account's alone, what is published may be a group's; wider is mended."""

import grp
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from orchestration.cli import app
from orchestration.files import replace_text, share
from orchestration.instance import prepare_process
from orchestration.modes import SETTING, close_wider, find_wider
from orchestration.settings import Settings, SettingsError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home folder as a run prepares it, with one file in each tier."""
    before = os.umask(0o022)
    home = tmp_path / "home"
    for name in ("DAGSTER_HOME", "HEARD_HOME", "HEARD_INBOX", "DAGSTER_EVENT_BATCH_SIZE"):
        monkeypatch.setenv(name, "")
    prepare_process(Settings(inbox=tmp_path / "inbox", home=home))
    replace_text(home / "tmp" / "private.csv", "a child")
    shared = home / "published" / "heard.duckdb"
    shared.write_text("protected")
    (home / "published").chmod(0o750)
    share(shared)
    yield home
    os.umask(before)


def _modes(*paths: Path) -> list[str]:
    return [f"{path.stat().st_mode & 0o777:o}" for path in paths]


def test_files_are_born_closed_whatever_the_accounts_own_umask_says(home: Path) -> None:
    (home / "dbt" / "by_a_library.log").write_text("who knows")
    assert find_wider(home) == []
    assert _modes(home, home / "tmp", home / "tmp" / "private.csv") == ["700", "700", "600"]
    assert _modes(home / "dbt" / "by_a_library.log") == ["600"]
    assert _modes(home / "published", home / "published" / "heard.duckdb") == ["750", "640"]


def test_a_wider_file_is_told_and_mended(home: Path) -> None:
    wrong = {
        home: 0o755,
        home / "tmp": 0o711,
        home / "tmp" / "private.csv": 0o640,
        home / "published": 0o775,
        home / "published" / "heard.duckdb": 0o644,
    }
    for path, mode in wrong.items():
        path.chmod(mode)
    (home / "tmp" / "link").symlink_to("private.csv")
    assert {each.path: each.mode for each in find_wider(home)} == wrong
    told = CliRunner().invoke(app, ["doctor", "--home", str(home), "--json"])
    (found,) = [c for c in json.loads(told.stdout)["checks"] if c["name"] == "permissions"]
    assert found["verdict"] == "fail"
    assert found["what_to_do"] == "run: heard doctor --close-files"
    assert "home/tmp/private.csv" in found["found"]
    mended = CliRunner().invoke(app, ["doctor", "--close-files", "--home", str(home), "--json"])
    assert mended.exit_code == 0
    answer = json.loads(mended.stdout)
    assert (set(answer["closed"]), answer["left"]) == ({str(path) for path in wrong}, [])
    assert _modes(*wrong) == ["700", "700", "600", "750", "640"]
    assert close_wider(home) == ([], [])


def test_a_group_reads_what_is_published_and_lists_nothing_else(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [gid for gid in _possible_groups() if gid != os.getegid()]
    if not others:
        pytest.skip("this account is in one group only")
    group = others[0]
    monkeypatch.setenv(SETTING, grp.getgrgid(group).gr_name)
    prepare_process(Settings(inbox=home.parent / "inbox", home=home))
    made = home / "published" / "parquet"
    made.mkdir()
    share(made)
    (made / "release.parquet").write_text("protected")
    share(made / "release.parquet")
    shared = (
        home,
        home / "published",
        home / "published" / "heard.duckdb",
        made,
        made / "release.parquet",
    )
    assert {path.stat().st_gid for path in shared} == {group}
    assert _modes(*shared) == ["710", "750", "640", "750", "640"]
    assert find_wider(home) == []
    # The way through the home folder ends at what is not the group's.
    closed = [home / name for name in ("tmp", "dagster", "dbt", "quarantine", "reports")]
    assert _modes(*closed) == ["700"] * len(closed)
    monkeypatch.delenv(SETTING)
    assert [each.path for each in find_wider(home)] == [home]


def _possible_groups() -> list[int]:
    return [each.gr_gid for each in grp.getgrall()] if os.geteuid() == 0 else os.getgroups()


def test_a_group_that_is_not_there_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, "no-such-group-here")
    with pytest.raises(SettingsError, match="no group no-such-group-here"):
        prepare_process(Settings(inbox=home.parent / "inbox", home=home))
