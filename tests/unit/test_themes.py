"""People give recorded words a theme: who reads what, and what becomes of it."""

import csv
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from orchestration.commands import themes as commands
from orchestration.ingestion.ledger import ensure_schema
from orchestration.ingestion.warehouse import open_warehouse
from orchestration.themes.coding import (
    BY_PEOPLE,
    ThemeError,
    decide,
    measure_agreement,
    pairs_of,
)
from orchestration.themes.frame import OWN_FRAME, ThemeFrameError, load_frame
from orchestration.themes.handover import load_themes
from orchestration.themes.ledger import forget, leave_what_was_known, ledger_path, open_ledger
from tests.support.theme_words import (
    CHILDREN,
    READ,
    RIGHT,
    TRUE,
    change,
    items_of,
    make_home,
    nothing,
    read_all,
    run,
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_home(tmp_path)


@pytest.fixture
def with_finder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "name_finder", lambda: nothing)


def test_a_second_reader_is_another_person_and_sees_no_suggestion(home: Path) -> None:
    frame = load_frame(home)
    (drawn, *_) = [item for item in items_of(home) if item.is_read_twice]
    place = int(drawn.words.subject_id[1:])
    decide(home, drawn, frame, "A. Reader", "school;feelings", is_suggestion_shown=False)
    drawn = items_of(home)[place]
    assert drawn.round_for("a.  reader") is None
    with pytest.raises(ThemeError, match="does not wait"):
        decide(home, drawn, frame, "A. Reader", "school", is_suggestion_shown=False)
    decide(home, drawn, frame, "B. Other", "feelings", is_suggestion_shown=True)
    again = items_of(home)[place]
    assert again.second.is_blind
    assert again.round_for("C. Third") is None
    (pair,) = pairs_of([again], BY_PEOPLE)
    assert (pair.one, pair.other) == ("school", "feelings")


def test_about_one_in_ten_is_read_twice(home: Path) -> None:
    (item, *_) = items_of(home)
    twice = sum(replace(item, item_id=f"T-{n:012X}").is_read_twice for n in range(3000))
    assert 230 < twice < 370


def test_the_file_holds_no_words_and_a_decision_is_never_changed(home: Path) -> None:
    item = items_of(home)[0]
    decide(home, item, load_frame(home), "A. Reader", "", is_suggestion_shown=False)
    held = ledger_path(home).read_bytes()
    assert b"boring" not in held
    assert b"Zainab" not in held
    assert ledger_path(home).stat().st_mode & 0o777 == 0o600
    with open_ledger(home) as ledger:
        for statement in ("update decisions set coder = 'x'", "delete from decisions"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                ledger.execute(statement)


def test_words_that_changed_or_were_erased_wait_again_as_others(home: Path) -> None:
    frame, item = load_frame(home), items_of(home)[0]
    decide(home, item, frame, "A. Reader", "school", is_suggestion_shown=False)
    assert items_of(home)[0].first.codes == ("school",)
    change(
        home,
        "update staging.stg_voice_extension__expression set text = 'Football'"
        " where expression_id = 'e0'",
    )
    assert items_of(home)[0].first is None
    with open_ledger(home) as ledger:
        assert forget(ledger, "330", ["e0"]) == 2
        left = ledger.execute("select count(*) from items where subject_id = 'e0'").fetchone()
    assert left == (0,)


def test_words_with_a_theme_of_their_source_or_of_a_machine_are_not_asked_about(home: Path) -> None:
    table = "staging.stg_voice_extension__expression"
    change(home, f"update {table} set theme_codes = 'school' where expression_id = 'e1'")
    change(home, f"update {table} set authored_by = 'machine' where expression_id = 'e2'")
    change(home, f"update {table} set text = ' ' where expression_id = 'e3'")
    asked = {item.words.subject_id for item in items_of(home)}
    assert asked == {f"e{n}" for n in range(CHILDREN)} - {"e1", "e2", "e3"}


@pytest.mark.usefixtures("with_finder")
def test_a_coder_reads_redacted_words_one_by_one(home: Path) -> None:
    change(home, "delete from staging.stg_voice_extension__expression where expression_id > 'e1'")
    done = run(home, "review", "--coder", "A. Reader", answers="dragons\nstop\n")
    assert READ in done.output
    assert "Zainab" not in done.output
    assert "expected one code or two" in done.output
    done = run(home, "review", "--coder", "A. Reader", answers="school;feelings\nnone\n")
    assert "2 decided" in done.output
    assert [item.first.codes for item in items_of(home)] == [("school", "feelings"), ()]
    assert run(home, "review").exit_code == 2  # who reads them?


@pytest.mark.usefixtures("with_finder")
def test_codes_come_back_from_a_spreadsheet_once(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "themes.csv"
    assert run(home, "export", str(file), "--coder", "A. Reader").exit_code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    with file.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert {row["text"] for row in rows} == {READ}
    rows[0]["codes"], rows[1]["codes"], rows[2] = "school", "None", rows[0]
    with file.open("w", encoding="utf-8", newline="") as handle:
        table = csv.DictWriter(handle, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    assert run(home, "import", str(file), "--coder", "A").output == "2 decided, 1 left\n"
    assert run(home, "import", str(file), "--coder", "A").output == "3 left\n"
    rows[5]["codes"] = "dragons"
    with file.open("w", encoding="utf-8", newline="") as handle:
        table = csv.DictWriter(handle, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    refused = run(home, "import", str(file), "--coder", "A").exception
    assert isinstance(refused, ThemeError)
    assert "row 7" in str(refused)


def test_a_frame_of_the_authority_s_own_takes_the_place_of_the_shipped_one(home: Path) -> None:
    shipped = load_frame(home)
    assert (shipped.version, len(shipped.lines)) == ("1", 22)
    own = home / OWN_FRAME
    own.write_text("frame_version,theme_code,line\n2026,school,Lessons and teachers\n")
    frame = load_frame(home)
    assert frame.lines == {"school": "Lessons and teachers"}
    assert frame.codes_of("school; other") == ("school", "other")
    for answer in ("health", "school;school", "school;other;school"):
        with pytest.raises(ThemeFrameError, match="expected one code or two"):
            frame.codes_of(answer)
    for bad in ("2026,dragons,x\n", "2026,school,\n", "2026,school,x\n2027,health,y\n", ""):
        own.write_text(f"frame_version,theme_code,line\n{bad}")
        with pytest.raises(ThemeFrameError):
            load_frame(home)


def test_a_run_hands_over_what_the_first_reader_decided_and_no_suggestion(home: Path) -> None:
    change(home, "drop table ledger.deliveries")
    items = read_all(home, TRUE * 14, RIGHT * 14)
    measure_agreement(home, items, load_frame(home))
    twice = next(item for item in items if item.is_read_twice)
    decide(home, twice, load_frame(home), "B. Other", "money", is_suggestion_shown=False)
    with open_warehouse(home) as connection:
        ensure_schema(connection, {})
        load_themes(connection, home)
        load_themes(connection, home)
        decided = connection.execute(
            "select subject_id, theme_codes, frame_version, cast(decided_on as varchar)"
            " from ledger.theme_decisions order by cast(substr(subject_id, 2) as int)"
        ).fetchall()
        told = connection.execute(
            "select items, agreed, kappa, verdict from ledger.theme_agreement"
            " where comparison = 'suggestion_and_person' and breakdown = 'all'"
        ).fetchall()
    assert decided[:2] == [("e0", "school", "1", "2026-05-05"), ("e1", "school", "1", "2026-05-05")]
    assert len(decided) == CHILDREN
    assert "money" not in {codes for _, codes, *_ in decided}
    assert told == [(140, 140, 1.0, "on_target")]
    ledger_path(home).unlink()
    with open_warehouse(home) as connection:
        load_themes(connection, home)
        assert connection.execute("select count(*) from ledger.theme_decisions").fetchone() == (0,)


def test_figures_as_known_on_a_day_know_no_later_decision(home: Path) -> None:
    frame, items = load_frame(home), read_all(home, TRUE * 14, RIGHT * 14)
    measure_agreement(home, items, frame)
    noon = datetime(2026, 5, 4, 12, tzinfo=UTC)
    for later, left in ((timedelta(days=1), CHILDREN), (timedelta(0), 0)):
        leave_what_was_known(home, noon + later)
        with open_ledger(home) as ledger:
            query = "select count(*) from decisions inner join items using (item_id)"
            assert ledger.execute(query).fetchone() == (left,)
            # Agreement was worked out today.
            assert ledger.execute("select count(*) from agreement").fetchone() == (0,)
