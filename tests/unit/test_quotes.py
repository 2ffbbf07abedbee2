"""Words are quoted with permission, without names, in a cohort, and once a person read them."""

import csv
from datetime import date
from pathlib import Path

import pytest

from orchestration.commands import quotes as commands
from orchestration.ingestion.warehouse import open_warehouse
from orchestration.quotes.ledger import APPROVED, ledger_path
from orchestration.quotes.standing import (
    ENDED,
    QuoteError,
    decide,
    quotes_to_publish,
    read_quotes,
)
from orchestration.redaction.model import NoNameFinderError
from tests.support.quotes import (
    READ,
    SAID,
    TODAY,
    TOMORROW,
    YESTERDAY,
    change,
    make_home,
    nothing,
    publish,
    run,
    waiting,
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_home(tmp_path)


@pytest.fixture
def with_finder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "name_finder", lambda: nothing)
    monkeypatch.setattr(commands, "installed_model", lambda: "a model")


def test_words_with_live_permission_wait_without_names(home: Path) -> None:
    assert waiting(home) == [READ]
    assert SAID.encode() not in ledger_path(home).read_bytes()
    assert ledger_path(home).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("quote_permission_scope_code", "team"),
        ("quote_permission_scope_code", "none"),
        ("quote_permission_scope_code", None),
        ("quote_permission_on", TOMORROW),
        ("quote_permission_on", None),
        ("quote_permission_expires_on", YESTERDAY),
        ("quote_permission_withdrawn_on", TODAY),
        ("quote_permission_withdrawn_on", YESTERDAY),
        ("quote_permission_understood", "N"),
        ("authored_by", "machine"),
        ("text", "  "),
        # Nine other children are no cohort of ten.
        ("voice_kind", "about_information"),
        ("expressed_on", date(2025, 3, 31)),
    ],
)
def test_without_live_permission_for_a_board_or_a_cohort_nothing_waits(
    home: Path, column: str, value: object
) -> None:
    change(home, column, value)
    assert waiting(home) == []


def test_permission_holds_through_its_last_day_and_without_one(home: Path) -> None:
    change(home, "quote_permission_withdrawn_on", TOMORROW)
    change(home, "quote_permission_on", TODAY)
    assert waiting(home) == [READ]
    change(home, "quote_permission_expires_on", None)
    assert waiting(home) == [READ]


@pytest.mark.usefixtures("with_finder")
def test_nothing_is_published_before_a_named_person_read_it(home: Path) -> None:
    assert waiting(home) == [READ]
    assert publish(home) == []
    assert run(home, "review").exit_code == 2  # who reads them?
    done = run(home, "review", "--reviewer", "A. Reader", answers="yes\n")
    assert READ in done.output
    assert publish(home) == [READ]
    published = (home / "published" / "heard.duckdb").read_bytes()
    assert b"A. Reader" not in published
    assert b"Zaynab" not in published


@pytest.mark.usefixtures("with_finder")
def test_a_reviewer_is_told_where_nobody_recorded_understanding(home: Path) -> None:
    asked = "Nobody recorded whether they understood"
    assert asked not in run(home, "review", "--reviewer", "A. Reader", answers="skip\n").output
    change(home, "quote_permission_understood", None)
    assert asked in run(home, "review", "--reviewer", "A. Reader", answers="skip\n").output


def test_words_for_boards_alone_are_in_no_release_that_anybody_reads(home: Path) -> None:
    for audience in ("board", "public"):
        change(home, "quote_permission_scope_code", audience)
        with open_warehouse(home) as con:
            (quote,) = read_quotes(con, home, TODAY, nothing)
            decide(home, quote, APPROVED, "A. Reader")
            inside = quotes_to_publish(con, home, TODAY, "internal_board")
            anybody = quotes_to_publish(con, home, TODAY, "public")
        assert [each.audience for each in inside] == [audience]
        assert [each.audience for each in anybody] == [audience] * (audience == "public")


@pytest.mark.usefixtures("with_finder")
def test_a_refused_quote_is_neither_published_nor_shown_again(home: Path) -> None:
    run(home, "review", "--reviewer", "A. Reader", answers="no\n")
    assert publish(home) == []
    assert "0 decided, 0 still waiting" in run(home, "review", "--reviewer", "A").output


@pytest.mark.usefixtures("with_finder")
def test_withdrawal_takes_it_out_of_the_next_release_and_flags_the_last(home: Path) -> None:
    run(home, "review", "--reviewer", "A. Reader", answers="yes\n")
    assert publish(home) == [READ]
    assert run(home, "list").exit_code == 0
    change(home, "quote_permission_withdrawn_on", TODAY)
    assert publish(home) == []
    told = run(home, "list")
    assert told.exit_code == 1
    assert "Recall Q-" in told.output
    assert ENDED in told.output


@pytest.mark.usefixtures("with_finder")
def test_words_or_names_that_change_wait_again(home: Path) -> None:
    run(home, "review", "--reviewer", "A. Reader", answers="yes\n")
    change(home, "text", "I told nobody.")
    assert publish(home) == []
    run(home, "review", "--reviewer", "A. Reader", answers="yes\n")
    assert publish(home) == ["I told nobody."]
    with open_warehouse(home) as connection:
        connection.execute("insert into raw.vx_known_name values ('p1', 'sibling', 'Nobody', 1)")
    assert publish(home) == []
    assert waiting(home) == ["I told [SIBLING 1]."]


@pytest.mark.usefixtures("with_finder")
def test_edited_words_must_not_bring_a_name_back(home: Path) -> None:
    (quote,) = _quotes(home)
    with pytest.raises(QuoteError, match="hold a name"):
        decide(home, quote, APPROVED, "A. Reader", "I told Zaynab that I want to go home.")
    decide(home, quote, APPROVED, "A. Reader", "I told [CHILD] that I want to go home.")
    assert publish(home) == ["I told [CHILD] that I want to go home."]


@pytest.mark.usefixtures("with_finder")
def test_a_spreadsheet_goes_out_and_its_decisions_come_in(home: Path, tmp_path: Path) -> None:
    change(home, "text", "=cmd() is what Zainab typed.")
    file = tmp_path / "quotes.csv"
    assert run(home, "export", str(file)).exit_code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    with file.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert [row["text"][:2] for row in rows] == ["'="]
    rows[0] |= {"decision": "Yes", "edited_text": "It is what [CHILD] typed."}
    with file.open("w", encoding="utf-8", newline="") as handle:
        table = csv.DictWriter(handle, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    told = run(home, "import", str(file), "--reviewer", "A. Reader")
    assert told.output == "1 approved\n"
    assert publish(home) == ["It is what [CHILD] typed."]
    assert run(home, "import", str(file), "--reviewer", "A. Reader").output == "1 left\n"


def test_without_a_name_finder_nothing_is_quotable_and_it_says_so(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestration.redaction.model.MODELS", ())
    commands.name_finder.cache_clear()
    done = run(home, "review", "--reviewer", "A. Reader")
    assert isinstance(done.exception, NoNameFinderError)
    assert "nothing is quotable" in str(done.exception)
    assert publish(home) == []


def _quotes(home: Path) -> list[commands.Quote]:
    with open_warehouse(home, read_only=True) as connection:
        return read_quotes(connection, home, TODAY, nothing)
