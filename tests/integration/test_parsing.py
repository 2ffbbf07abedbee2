"""The parser is a child with limits: what happens to it happens to one file and not to the run."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.contracts import load_contracts
from orchestration.ingestion import parsing
from orchestration.ingestion.gate import FileRefusedError
from orchestration.ingestion.parsing import Parser, ParserFailedError
from orchestration.ingestion.results import LandedFile
from tests.support.inbox import Bench, make_bench

RETURN = load_contracts()["ssda903"]
REVIEWS = "CHILD,DOB,REVIEW,REVIEW_CODE\n1,01/01/2010,01/05/2019,PN1\n"


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return make_bench(tmp_path, monkeypatch)


def land(home: Path, text: str = REVIEWS) -> LandedFile:
    folder = home / "landing"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cafe").write_text(text, encoding="utf-8")
    return LandedFile("reviews.csv", "cafe", len(text))


def dying(code: str, tmp_path: Path) -> tuple[str, ...]:
    """A parser that runs some code at its first request, and a real one ever after."""
    mark = tmp_path / "died"
    real = parsing._COMMAND[1:]
    script = (
        f"import os, pathlib, signal, sys, time; mark = pathlib.Path({str(mark)!r})\n"
        f"if mark.exists(): os.execv(sys.executable, [sys.executable, *{real!r}, *sys.argv[1:]])\n"
        f"sys.stdin.readline()\n{code}"
    )
    return (sys.executable, "-c", script)


def test_one_death_of_the_parser_is_not_the_files_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "mark.touch(); os.kill(os.getpid(), signal.SIGKILL)"
    monkeypatch.setattr(parsing, "_COMMAND", dying(code, tmp_path))
    with Parser(tmp_path) as parser:
        _, parts = parser.parse(RETURN, land(tmp_path), 2020)
    assert [part.table for part in parts] == ["reviews"]


@pytest.mark.parametrize(
    ("death", "reason"),
    [
        (signal.SIGKILL, "TOO_HEAVY"),
        (signal.SIGXCPU, "TOO_SLOW"),
        (signal.SIGSEGV, "UNREADABLE"),
        (signal.SIGABRT, "UNREADABLE"),
    ],
)
def test_a_file_that_always_kills_the_parser_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, death: signal.Signals, reason: str
) -> None:
    code = f"os.kill(os.getpid(), {int(death)})"
    monkeypatch.setattr(parsing, "_COMMAND", dying(code, tmp_path))
    with Parser(tmp_path) as parser, pytest.raises(FileRefusedError) as caught:
        parser.parse(RETURN, land(tmp_path), 2020)
    assert caught.value.reason == reason


def test_a_parser_that_never_answers_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parsing, "_COMMAND", dying("time.sleep(600)", tmp_path))
    monkeypatch.setattr(parsing, "_PATIENCE_SECONDS", 0.5)
    with Parser(tmp_path) as parser, pytest.raises(FileRefusedError) as caught:
        parser.parse(RETURN, land(tmp_path), 2020)
    assert caught.value.reason == "TOO_SLOW"


def test_a_disk_that_is_full_is_no_fault_of_the_file(bench: Bench) -> None:
    """The scratch folder is taken by a plain file, so nothing can be staged."""
    folder = bench.home / "tmp" / "parser"
    with Parser(bench.home) as parser:
        parser.parse(RETURN, land(bench.home), 2020)
        for staged in folder.iterdir():
            if staged.name == "1":
                for file in staged.iterdir():
                    file.unlink()
                staged.rmdir()
        blocked = folder / "2"
        blocked.mkdir(mode=0o700)
        (blocked / "part_0.parquet").mkdir()
        with pytest.raises(ParserFailedError, match="nothing of its delivery was loaded"):
            parser.parse(RETURN, land(bench.home), 2020)


def test_the_parser_never_sees_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = tmp_path / "environment"
    code = f"mark.touch(); pathlib.Path({str(seen)!r}).write_text(repr(dict(os.environ)))"
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY", "ab" * 32)
    monkeypatch.setenv("HEARD_DATABASE_URL", "postgresql://somebody:secret@db/ssd")
    monkeypatch.setattr(parsing, "_COMMAND", dying(code, tmp_path))
    with Parser(tmp_path) as parser:
        parser.parse(RETURN, land(tmp_path), 2020)
    assert "PATH" in seen.read_text()
    assert "abab" not in seen.read_text()
    assert "secret" not in seen.read_text()


def test_the_parser_has_limits_and_dies_with_its_parent(tmp_path: Path) -> None:
    with Parser(tmp_path) as parser:
        parser.parse(RETURN, land(tmp_path), 2020)
        process = parser._process
        assert process is not None
        limits = Path(f"/proc/{process.pid}/limits").read_text().splitlines()
    by_name = {line[:26].strip(): line[26:].split()[0] for line in limits}
    assert by_name["Max address space"] == str(4 << 30)
    assert by_name["Max core file size"] == "0"
    assert 60 <= int(by_name["Max cpu time"]) <= 120
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)


def test_a_parser_whose_parent_died_while_it_started_answers_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ask(_: Parser, request: dict[str, object], __: float) -> dict[str, object]:
        asked.append(json.dumps(request))
        return {"refusal": ["UNREADABLE", "x"]}

    monkeypatch.setattr(Parser, "_ask", ask)
    with Parser(tmp_path) as parser, pytest.raises(FileRefusedError):
        parser.parse(RETURN, land(tmp_path), 2020)
    scratch = tmp_path / "tmp" / "parser"
    (scratch / "1").mkdir(parents=True)
    # The request is in the pipe, and nobody holds its other end any more.
    orphan = subprocess.run(
        [*parsing._COMMAND, str(tmp_path / "landing"), str(scratch)],
        input=f"{asked[0]}\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (orphan.returncode, orphan.stdout, orphan.stderr) == (1, "", "")
    assert list((scratch / "1").iterdir()) == []


def test_the_parser_reads_nothing_outside_landing_and_scratch(tmp_path: Path) -> None:
    import duckdb

    from orchestration.ingestion.parser import _connect

    (tmp_path / "landing").mkdir()
    (tmp_path / "scratch").mkdir()
    outside = tmp_path / "secret.csv"
    outside.write_text("a\n1\n")
    con = _connect(tmp_path / "landing", tmp_path / "scratch")
    (tmp_path / "landing" / "link.csv").symlink_to(outside)
    for statement in (
        f"select * from read_csv('{outside}')",
        f"select * from read_csv('{tmp_path}/landing/../secret.csv')",
        f"copy (select 1) to '{tmp_path}/out.csv'",
        f"attach '{tmp_path}/out.duckdb'",
        "set memory_limit = '64GB'",
        "install httpfs",
    ):
        with pytest.raises(duckdb.Error):
            con.execute(statement)
