"""``heard map`` opens an untrusted file where a run does: in a child process with limits."""

import json
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from orchestration.cli import app
from orchestration.ingestion import parsing, readers
from orchestration.ingestion.gate import FileRefusedError
from orchestration.mappings.check import try_mapping
from orchestration.mappings.inspect import inspect_file
from tests.faults.bad_files import content_of, read_manifest
from tests.support.command import REPOSITORY, heard
from tests.support.mapped import YEAR, shipped

# What a run refuses whole, whoever made it and whatever it is delivered as.
BOMBS = (
    "xlsx_high_ratio",
    "xlsx_with_a_bomb_beside_the_sheets",
    "xlsx_with_a_lying_length",
    "xlsx_of_many_parts",
)
CORPUS = {bad.name: bad for bad in read_manifest()}
COMPLAINTS = REPOSITORY / "orchestration" / "mappings" / "complaints_and_compliments.yaml"
GOOD = "Reference,Type,Made by,Received\n1,Complaint,Mother,01/02/2026\n"


def bomb(folder: Path, name: str) -> Path:
    path = folder / f"complaints{Path(CORPUS[name].file).suffix}"
    path.write_bytes(content_of(CORPUS[name]))
    return path


def good_file(folder: Path) -> Path:
    path = folder / "complaints.csv"
    path.write_text(GOOD, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_for_the_reason_that_a_run_gives(tmp_path: Path, name: str) -> None:
    path = bomb(tmp_path, name)
    with pytest.raises(FileRefusedError) as caught:
        inspect_file(path, YEAR)
    assert caught.value.reason in CORPUS[name].reasons
    ((file, reason, expected),) = try_mapping(
        shipped("complaints_and_compliments"), path, YEAR
    ).refusals
    assert (file, reason, expected) == (path.name, caught.value.reason, caught.value.expected)


def test_the_command_survives_a_bomb_and_says_what_was_expected(tmp_path: Path) -> None:
    path = bomb(tmp_path, "xlsx_high_ratio")
    told = heard("map", str(path))
    assert told.returncode == 1
    assert told.stderr.startswith("heard: complaints.xlsx: ZIP_BOMB: expected ")
    assert "Traceback" not in told.stderr
    checked = heard("map", str(path), "--check", str(COMPLAINTS), "--json")
    assert checked.returncode == 1
    ((file, reason, _),) = json.loads(checked.stdout)["refusals"]
    assert (file, reason) == ("complaints.xlsx", "ZIP_BOMB")


def test_a_field_of_64_megabytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "complaints.csv"
    with path.open("w", encoding="utf-8") as stream:
        stream.write('Reference,Type,Received,Details\n1,Complaint,01/02/2026,"')
        for _ in range(64):
            stream.write("a b " * (1 << 18))
        stream.write('"\n')
    told = CliRunner().invoke(app, ["map", str(path)])
    assert told.exit_code == 1
    assert "CELL_TOO_LONG" in str(told.exception)
    assert "a b a b" not in str(told.exception)
    ((_, checked, _),) = try_mapping(shipped("complaints_and_compliments"), path, YEAR).refusals
    assert checked == "CELL_TOO_LONG"


@pytest.mark.parametrize(
    ("name", "reason"), [("cin.xml", "UNKNOWN_FORMAT"), ("cin.csv", "MISLABELLED")]
)
def test_an_xml_bomb_is_never_parsed(tmp_path: Path, name: str, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(content_of(CORPUS["xml_billion_laughs"]))
    with pytest.raises(FileRefusedError) as caught:
        inspect_file(path, YEAR)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("death", "reason"),
    [(signal.SIGKILL, "TOO_HEAVY"), (signal.SIGXCPU, "TOO_SLOW"), (signal.SIGSEGV, "UNREADABLE")],
)
def test_whatever_kills_the_parser_leaves_the_command_alive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, death: signal.Signals, reason: str
) -> None:
    script = f"import os, sys; sys.stdin.readline(); os.kill(os.getpid(), {int(death)})"
    monkeypatch.setattr(parsing, "_COMMAND", (sys.executable, "-c", script))
    path = good_file(tmp_path)
    told = CliRunner().invoke(app, ["map", str(path)])
    assert told.exit_code == 1
    assert reason in str(told.exception)
    checked = CliRunner().invoke(app, ["map", str(path), "--check", str(COMPLAINTS), "--json"])
    assert checked.exit_code == 1
    assert [each[1] for each in json.loads(checked.output)["refusals"]] == [reason]


def test_this_process_needs_no_reader_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "READERS", {})
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    path = good_file(tmp_path)
    assert inspect_file(path, YEAR).rows == 1
    assert try_mapping(shipped("complaints_and_compliments"), path, YEAR).is_clean
    assert list(scratch.iterdir()) == []


def test_a_file_above_the_size_limit_is_not_even_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARD_MAX_FILE_BYTES", "20")
    monkeypatch.setattr(shutil, "copyfile", None)
    with pytest.raises(FileRefusedError) as caught:
        inspect_file(good_file(tmp_path), YEAR)
    assert caught.value.reason == "TOO_LARGE"
