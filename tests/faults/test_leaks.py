"""Rows driven through every known way to fail are found nowhere outside the restricted tier.

The ways are data (error_paths.yaml). Files go through the one-second driver, commands and faults
through the command line in this process, steps through Dagster with our instance.
"""

import os
import shutil
import subprocess
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration import cli
from orchestration.ingestion.warehouse import open_warehouse
from orchestration.preflight import BALLAST
from tests.faults.leaking import FAULTS
from tests.faults.sentinels import Row, holders
from tests.faults.unfit_files import content_of
from tests.support.command import KEY, REPOSITORY

PATHS: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    Path(__file__).with_name("error_paths.yaml").read_text(encoding="utf-8")
)
_NOTHING = "<NAME>: [<WORDS>, '<ID>\n- <DATE>"
AS_OF = {"ssda903": "2026-03-31", "cin_census": "2026-03-31"}


def paths(group: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", PATHS[group], ids=lambda path: path["id"])


@dataclass(frozen=True)
class Place:
    """A home folder, and the other folders that a command may write to."""

    root: Path

    @property
    def home(self) -> Path:
        """The home folder."""
        return self.root / "home"

    @property
    def scratch(self) -> Path:
        """Where it stands, its folder for temporary files, and what it wrote."""
        return self.root / "scratch"

    def leaks(self, *rows: Row, since: float = 0.0) -> dict[str, set[str]]:
        """What of these rows is outside the restricted tier."""
        return holders(rows, (self.home, self.scratch), self.home, since)


def authority(path: dict[str, Any]) -> str:
    return f"{600 + PATHS['files'].index(path)}"


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """All files delivered at once, each by an authority of its own, and a run over them."""
    place = Place(tmp_path_factory.mktemp("leaks"))
    place.scratch.mkdir()
    for path in PATHS["files"]:
        day = AS_OF.get(path["source"], "2026-09-30")
        folder = place.root / "inbox" / authority(path) / path["source"] / day
        folder.mkdir(parents=True)
        (folder / path["file"]).write_bytes(content_of(path, Row.of(path["id"])))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEARD_")}
    ran = subprocess.run(
        [sys.executable, "-m", "tests.faults.driver", str(place.root / "inbox"), str(place.home)],
        env=kept
        | {
            "HEARD_PSEUDONYM_KEY": KEY,
            "PYTHONPATH": str(REPOSITORY),
            "TMPDIR": str(place.scratch),
        },
        cwd=place.scratch,
        capture_output=True,
    )
    (place.scratch / "output").write_bytes(ran.stdout + ran.stderr)
    assert ran.returncode == 0, ran.stderr.decode()
    # Sixty-four megabytes of nothing need be neither copied nor searched.
    (place.home / BALLAST).unlink(missing_ok=True)
    return place


def test_each_file_fails_as_it_should(delivered: Place) -> None:
    with open_warehouse(delivered.home, read_only=True) as con:
        found = con.execute(
            "select authority_code, coalesce(reason, files.state) from ledger.files"
            " inner join ledger.deliveries using (delivery_id)"
        ).fetchall()
    ended = {path["id"]: dict(found).get(authority(path), "ignored") for path in PATHS["files"]}
    assert ended == {path["id"]: path["ends"] for path in PATHS["files"]}


def test_no_row_of_any_file_is_outside_the_restricted_tier(delivered: Place) -> None:
    rows = {path["id"]: Row.of(path["id"]) for path in PATHS["files"]}
    leaks = delivered.leaks(*rows.values())
    assert {name: leaks[row.tag] for name, row in rows.items() if row.tag in leaks} == {}
    # What was looked for was there.
    landed = b"".join(
        file.read_bytes() for file in (delivered.home / "landing").rglob("*") if file.is_file()
    )
    assert sum(row.tag.encode() in landed for row in rows.values()) >= len(rows) - 4


@pytest.fixture(autouse=True)
def _hooks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put back what the command line sets for its process."""
    kept = [(sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook")]
    for owner, name in (*kept, (warnings, "showwarning")):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    monkeypatch.setattr("logging.lastResort", None)

    def leave(code: int) -> None:
        raise SystemExit(code)

    monkeypatch.setattr(cli, "_leave_at_once", leave)
    yield
    monkeypatch.undo()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Folders of its own for a test."""
    for name in ("scratch", "inbox"):
        (tmp_path / name).mkdir()
    return Place(tmp_path)


@pytest.fixture
def told(
    place: Place, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """Give the command line in this process: exit code, and all that it wrote."""
    monkeypatch.setenv("HEARD_HOME", str(place.home))
    monkeypatch.setenv("HEARD_INBOX", str(place.root / "inbox"))
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY", KEY)
    monkeypatch.setenv("TMPDIR", str(place.scratch))
    monkeypatch.chdir(place.scratch)

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["heard", *arguments])
        # As in a process of the command's own, where nobody chose a handler.
        monkeypatch.setattr("logging.root.handlers", [])
        try:
            cli.main()
        except SystemExit as leaving:
            code = leaving.code
        except BaseException:
            # As Python would: nobody caught it.
            sys.excepthook(*sys.exc_info())
            code = 1
        output = "".join(capfd.readouterr())
        (place.scratch / "output").write_text(output)
        return int(code or 0), output

    return run


@paths("commands")
def test_a_command_that_fails_tells_nothing_of_the_rows(
    delivered: Place,
    place: Place,
    told: Callable[..., tuple[int, str]],
    monkeypatch: pytest.MonkeyPatch,
    path: dict[str, Any],
) -> None:
    row = Row.of(path["id"])
    shutil.copytree(delivered.home, place.home)
    began = time.time() - 1
    if "make" in path:
        _damage(place.home / path["make"], row, path.get("holds", _NOTHING))
    for name, value in path.get("env", {}).items():
        monkeypatch.setenv(name, row.fill(value).replace("HOME", str(place.home)))
    file = place.root / "given.csv"
    given = row.fill(path.get("file", "")).replace("LONG", "long " * 40_000)
    file.write_text(given, encoding=path.get("encoding", "utf-8"))
    ended = told(*(str(file) if word == "FILE" else row.fill(word) for word in path["run"]))
    assert (ended[0], path["ends"][1] in ended[1]) == (path["ends"][0], True), ended
    rows = [row, *(Row.of(each["id"]) for each in PATHS["files"])]
    # What was copied keeps its time, and was searched where it came from.
    leaks = place.leaks(*rows, since=began)
    damaged = {str(place.home / path.get("make", "nothing"))}
    assert {tag: found - damaged for tag, found in leaks.items() if found - damaged} == {}


def _damage(path: Path, row: Row, holds: str) -> None:
    """Put the row where something else should be: the file holds it, so that file may."""
    content = row.fill(holds).encode()
    if path.is_dir():
        path = next(path.iterdir())
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_bytes(content)
    path.chmod(0o600)


@paths("faults")
def test_an_error_in_the_words_of_a_library_is_told_without_them(
    told: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch, path: dict[str, Any]
) -> None:
    row = Row.of(path["id"])

    def fail(*_: object) -> int:
        try:
            FAULTS[path["id"]](row)
        except BaseException as error:
            plain.extend(traceback.format_exception(error))
            raise
        return 0

    plain: list[str] = []
    monkeypatch.setattr("orchestration.commands.verify.verify", fail)
    code, output = told("verify")
    assert (code, path["ends"][1] in output) == (path["ends"][0], True), output
    # Python by itself would have told it.
    safe_as_they_are = ("encoding", "disk_full")
    assert row.tag in "".join(plain) or path["id"] in safe_as_they_are or not plain
    assert row.tag not in output


def test_the_run_history_of_dagster_tells_kinds_and_places_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import dagster as dg

    from orchestration.instance import prepare_process
    from orchestration.settings import Settings
    from orchestration.untold import keep_values_out_of_dagster, keep_values_untold

    place = Place(tmp_path)
    place.scratch.mkdir()
    monkeypatch.setattr(os, "environ", os.environ.copy())
    prepare_process(Settings(place.root / "inbox", place.home))
    monkeypatch.setenv("DAGSTER_HOME", str(place.home / "dagster"))
    keep_values_untold()
    keep_values_out_of_dagster()
    with dg.DagsterInstance.get() as instance:
        ran = dg.materialize(
            [_failing(path) for path in PATHS["steps"]], instance=instance, raise_on_error=False
        )
        events = [str(entry) for entry in instance.all_logs(ran.run_id)]
    output = "".join(capfd.readouterr())
    (place.scratch / "output").write_text(output)
    assert not ran.success
    for path in PATHS["steps"]:
        assert any(path["ends"] in event for event in events if path["id"] in event), path
        assert path["ends"] in output
    assert place.leaks(*(Row.of(path["id"]) for path in PATHS["steps"])) == {}


def _failing(path: dict[str, Any]) -> Any:
    import dagster as dg

    @dg.asset(name=path["id"])
    def fails() -> None:
        FAULTS[path["fault"]](Row.of(path["id"]))

    return fails


def test_there_are_at_least_forty_ways_and_each_is_told_once() -> None:
    listed = [path["id"] for group in PATHS.values() for path in group]
    assert len(listed) == len(set(listed)) >= 40
    assert {path["id"] for path in PATHS["faults"]} == set(FAULTS)
