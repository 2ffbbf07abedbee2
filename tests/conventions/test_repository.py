"""The repository keeps its shape, its lock and its promises."""

import re
import subprocess
import sys

import pytest

from tests.support.command import REPOSITORY

AT_THE_TOP = {
    *("pyproject.toml", "orchestration", "dbt_project", "expectations", "seeds", "tests"),
    *("README.md", "Makefile", "LICENSE", "CHANGELOG.md", "requirements.lock", "docs"),
}


def _tracked() -> list[str]:
    done = subprocess.run(
        ["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip("this is not a git checkout")
    return done.stdout.splitlines()


def test_nothing_unexpected_stands_at_the_top() -> None:
    top = {path.split("/")[0] for path in _tracked()}
    assert {name for name in top if not name.startswith(".")} == AT_THE_TOP


def test_the_lock_is_hashed_and_holds_no_address() -> None:
    lock = (REPOSITORY / "requirements.lock").read_text()
    assert "://" not in lock
    pinned = re.findall(r"^[a-z0-9][^ ]*==", lock, flags=re.MULTILINE)
    assert len(pinned) > 100
    assert lock.count("--hash=sha256:") >= len(pinned)
    assert "dbt-core-experimental-parser" not in lock


def test_no_module_of_ours_is_named_so_that_dbt_would_import_it() -> None:
    names = [path for path in _tracked() if path.endswith(".py")]
    assert not [path for path in names if path.split("/")[-1].startswith("dbt_")]
    # A model is no module: dbt reads it as text.
    models = "dbt_project/models/"
    assert not [path for path in names if path.startswith("dbt_project/") and models not in path]


def test_files_are_small_enough_to_be_one_thing() -> None:
    long = {
        path: count
        for path in _tracked()
        if path.endswith(".py")
        and (count := len((REPOSITORY / path).read_text().splitlines())) > 300
    }
    assert not long


def test_asking_for_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from orchestration.cli import app; import contextlib\n"
        "with contextlib.suppress(SystemExit): app(['--help'])\n"
        "print(sorted({'duckdb', 'dagster', 'dbt', 'pandas', 'pydantic', 'great_expectations'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_readme_shows_the_two_commands() -> None:
    readme = (REPOSITORY / "README.md").read_text()
    assert "make demo" in readme
    assert "make test" in readme
