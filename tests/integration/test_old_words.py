"""Words go when they were kept long enough; their rows, and all that is counted by them, stay."""

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import yaml

from orchestration import expiring, refresh, wordless
from orchestration.commands.erase import erase_expired
from orchestration.contracts import load_contracts
from orchestration.erasing import finish_pending
from orchestration.erasure import narrative
from orchestration.erasure.pending import ErasurePendingError
from orchestration.erasure.retention import wordless_before
from orchestration.expiring import expire, find_expired
from orchestration.privacy.marks import BEGINNING
from orchestration.quotes import ledger as quotes
from orchestration.refresh import Outcome
from orchestration.themes import ledger as themes
from orchestration.verification import verify
from tests.support import old_words_site as site
from tests.support.erasure_site import everything_in, landed_bytes, settings
from tests.support.inbox import Bench, make_bench, parse_here

# By delivery: cells that hold words of before 23 November 2024, and unread cells of their rows.
CELLS = {
    # X1 with a note, X2 twice, and one answer of the survey; neither the filler nor the reference.
    "330/voice_extension/2026-06-30": 5,
    # One text, every word of the row that is too long, and a file that nobody can read.
    "330/voice_extension/2023-06-30": 1 + 6 + 1,
    # Two of the old answers are answers of a list: "Yes" and "Declined".
    "330/case_form_answers/2026-06-30": 2,
    # Two answers in words and a remark; "Agree", 4 and a telephone number are none.
    "330/survey_wide/2026-06-30": 3,
    # Details, and the owner whom no table has.
    "330/complaints_and_compliments/2026-06-30": 2,
}
COUNTS = "select source, as_of, raw_table, rows_in, rows_loaded, rows_quarantined, rows_duplicate,"
COUNTS += " coalesce(rows_erased, 0) from ledger.delivery_tables order by all"
TEXTS = {
    "vx_expression": "text",
    "vx_feedback": "text",
    "vx_survey_answer": "value_text",
    "vx_form_answer": "answer_text",
}
# What a mapping makes of the words of a form, and the technical columns that go by the file.
NOT_COMPARED = "_row_key, _delivery_number, _file_number"
IDS = {"vx_expression": ", expression_id", "vx_form_answer": ", answer_id"}


FIXED = "more is read from a column with words than words"
LOST = "vx_feedback: answers"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Everything delivered and loaded, with a quote and two decisions about themes."""
    folder = tmp_path_factory.mktemp("words")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(refresh, "refresh", lambda _settings: Outcome("published", "run"))
        parse_here(patch)
        bench = make_bench(folder / "site", patch)
        site.deliver_everything(bench)
        bench.ingest()
        site.decide(bench)
        yield bench


@pytest.fixture(scope="module")
def aged(made: Bench, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """The same after the words went, for tests that only look."""
    return letting_go(copy_of(made, tmp_path_factory.mktemp("aged")))


def copy_of(bench: Bench, folder: Path) -> Bench:
    shutil.copytree(bench.inbox.parent, folder / "site")
    return Bench(folder / "site" / "inbox", folder / "site" / "home")


def letting_go(bench: Bench) -> Bench:
    expire(settings(bench), site.TODAY, "Jo")
    return bench


def test_every_free_text_of_a_contract_goes_or_says_why_it_stays() -> None:
    stored = yaml.safe_load(Path(narrative.__file__).with_suffix(".yaml").read_text())
    told = [f"{line['table']}.{name}" for line in stored["words"] for name in line["columns"]]
    told += [name for line in stored["others"] for name in line["columns"]]
    known = {
        f"{table.name}.{column.name}"
        for contract in load_contracts().values()
        for table in contract.tables
        for column in table.columns
        if column.sensitivity == "free_text"
    }
    assert len(told) == len(set(told))
    assert set(told) == known
    # None of them comes as XML, which is never written anew for its words.
    for contract in load_contracts().values():
        assert not (narrative.has_words(contract) and ".xml" in contract.suffixes)


def test_it_is_told_before_anything_changes(
    made: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Whatever day it is when this test runs.
    monkeypatch.setattr(expiring, "find_expired", lambda home, _: find_expired(home, site.TODAY))
    before = [path.name for path in landed_bytes(made.home)]
    assert erase_expired(made.inbox, made.home, "", False, True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"deliveries": [], "words": CELLS, "words_left": [], "releases": []}
    assert [path.name for path in landed_bytes(made.home)] == before


def test_no_word_is_left_in_any_byte_but_what_a_release_quotes(made: Bench, aged: Bench) -> None:
    assert b"SENTINEL" in everything_in(made.home)
    after = everything_in(aged.home)
    assert after.count(b"SENTINEL") == after.count(b"SENTINEL told") == 1
    for young in (b"I like my room", b"young note", b"More football", b"Thank you", b"Fine"):
        assert young in after, young
    assert not find_expired(aged.home, site.TODAY)
    assert verify(aged.home).damages == ()


def test_every_row_and_every_answer_is_as_it_was(made: Bench, aged: Bench) -> None:
    assert aged.rows(COUNTS) == made.rows(COUNTS)
    quarantined = [row for row in made.quarantine() if row[0] != "vx_expression.csv"]
    assert [row for row in aged.quarantine() if row[0] != "vx_expression.csv"] == quarantined
    files = "select file_name, part, state, rows_in from ledger.files order by all"
    unread = {"vx_expression.csv"}
    assert [row for row in aged.rows(files) if row[0] not in unread] == [
        row for row in made.rows(files) if row[0] not in unread
    ]
    tables = made.rows(
        "select table_name from duckdb_tables() where schema_name = 'raw'"
        " and table_name like 'vx_%'"
    )
    for (table,) in tables:
        left_out = NOT_COMPARED + IDS.get(table, "")
        select = f"select * exclude ({left_out}) from raw.{table}"
        if table in TEXTS:
            text = TEXTS[table]
            left_out += f", {text}"
            select = f"select * exclude ({left_out}), {text} is null as no_words from raw.{table}"
        assert aged.rows(f"{select} order by all") == made.rows(f"{select} order by all"), table


def test_a_mark_stands_where_words_stood_and_nowhere_else(aged: Bench) -> None:
    said = dict(
        aged.rows("select expression_id, text from raw.vx_expression where expression_id like 'X%'")
    )
    assert {name for name, text in said.items() if text and text.startswith(BEGINNING)} == {
        "X1",
        "X2",
    }
    assert said["X3"] is None
    assert said["X4"] == "PLACEHOLDER_DATA"
    assert said["X6"] == "Wrong year"
    answers = aged.rows("select answer_text, answer_code from raw.vx_form_answer order by all")
    assert [pair for pair in answers if not str(pair[0]).startswith(BEGINNING)] == [
        ("Declined", "declined"),
        ("More football", None),
        ("Yes", "yes"),
    ]
    # Two children said two things on one form: they are two answers still.
    assert len({text for text, _ in answers}) == 5


def test_what_stays_of_a_file_is_as_it_was_delivered(aged: Bench) -> None:
    landed = [path.read_bytes().decode("utf-8", "replace") for path in landed_bytes(aged.home)]
    given = site.EXPRESSIONS.split("\r\n")
    (kept,) = [content.split("\r\n") for content in landed if "Wrong year" in content]
    assert kept[0] == given[0]
    assert kept[1].startswith("X1,C1,child,as_information,2023-05-01,statement,verbatim,W1,[words")
    assert kept[1].endswith("],2023/17")
    # A text over two lines is one cell; the quotes around an empty cell stay.
    assert kept[2].endswith('],"",')
    assert kept[2] == kept[3]
    assert kept[4:] == given[6:]


def test_people_s_decisions_outlive_the_words(made: Bench, aged: Bench) -> None:
    def decided(bench: Bench) -> list[tuple[str, str]]:
        texts = bench.rows("select expression_id, sha256(text) from raw.vx_expression")
        with themes.open_ledger(bench.home) as ledger:
            known = {(item[2], item[3]) for item in themes.known_items(ledger)}
        return sorted(set(texts) & known)

    before, after = decided(made), decided(aged)
    assert len(before) == len(after) == 2
    # The form's answer has another id now, and the decision is with it.
    assert {name for name, _ in before} & {name for name, _ in after} == {"X1"}
    assert not {hashed for _, hashed in before} & {hashed for _, hashed in after}
    with quotes.open_ledger(aged.home) as ledger:
        assert ledger.execute("select redacted from texts").fetchall() == [("SENTINEL told",)]


def test_the_next_extract_does_not_bring_them_back(aged: Bench, tmp_path: Path) -> None:
    bench = copy_of(aged, tmp_path)
    files = {"vx_expression.csv": site.EXPRESSIONS.replace("I like", "We like")}
    bench.deliver("330/voice_extension/2026-09-30", files)
    report = bench.ingest()
    # What was delivered before is known by its bytes, and not copied again.
    assert [load.source for load in report.new_loads] == ["voice_extension"]
    shutil.rmtree(bench.inbox)
    after = everything_in(bench.home)
    assert after.count(b"SENTINEL") == after.count(b"SENTINEL told")
    assert b"We like my room" in after
    marks = bench.rows("select distinct text from raw.vx_expression where expression_id = 'X1'")
    assert len(marks) == 1
    assert verify(bench.home).damages == ()
    assert wordless_before(bench.home)["330", "survey_wide"] == date(2024, 11, 23)


def test_letting_go_that_was_killed_is_finished(
    made: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench, calls = copy_of(made, tmp_path), []

    def pull(*given: object) -> None:
        calls.append(given)
        if len(calls) == 3:
            raise InterruptedError
        kept(*given)  # type: ignore[arg-type]

    kept = wordless.replace_record
    with monkeypatch.context() as patch:
        patch.setattr(wordless, "replace_record", pull)
        with pytest.raises(InterruptedError):
            letting_go(bench)
    with pytest.raises(ErasurePendingError):
        bench.ingest()
    assert finish_pending(settings(bench)) is None
    shutil.rmtree(bench.inbox)
    after = everything_in(bench.home)
    assert after.count(b"SENTINEL") == after.count(b"SENTINEL told")
    (certificate,) = (bench.home / "erasures").glob("R-*.json")
    assert json.loads(certificate.read_text())["landed_files_without_old_words"] == 7


@pytest.mark.parametrize(
    ("line", "instead", "reasons", "cells"),
    [
        # The id is made of the words themselves: any other words are another complaint.
        ("{from: Reference}", "{from: Details}", [FIXED], 1),
        # A mark would be left out as a row that is no voice, and the row would be lost.
        (
            "headers:",
            "leave_out: [{column: Details, like: ['*no longer*']}]\nheaders:",
            [FIXED, LOST],
            0,
        ),
    ],
)
def test_a_file_that_would_read_otherwise_stays_and_is_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    line: str,
    instead: str,
    reasons: list[str],
    cells: int,
) -> None:
    monkeypatch.setattr(refresh, "refresh", lambda _settings: Outcome("published", "run"))
    parse_here(monkeypatch)
    bench = make_bench(tmp_path, monkeypatch)
    mappings = bench.home / "mappings"
    mappings.mkdir(parents=True)
    shipped = Path(wordless.__file__).parent / "mappings" / "complaints_and_compliments.yaml"
    own = shipped.read_text().replace(line, instead, 1)
    (mappings / shipped.name).write_text(own)
    label = "330/complaints_and_compliments/2026-06-30"
    bench.deliver(label, {"complaints.xlsx": site.as_register()})
    bench.ingest()
    done = expire(settings(bench), site.TODAY, "Jo")
    assert done.words.cells == ({label: cells} if cells else {})
    assert done.words.left == [(label, "complaints.xlsx", reason) for reason in reasons]
    assert "SENTINEL waiting" in str(bench.rows("select text from raw.vx_feedback"))
    assert verify(bench.home).damages == ()
