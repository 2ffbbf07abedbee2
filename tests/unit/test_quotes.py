"""Words are quoted with permission, without names, in a cohort, and once a person read them."""

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from orchestration.cli import app
from orchestration.commands import quotes as commands
from orchestration.ingestion.warehouse import open_warehouse
from orchestration.quotes.ledger import APPROVED, ledger_path
from orchestration.quotes.standing import (
    ENDED,
    QuoteError,
    decide,
    quotes_to_publish,
    read_quotes,
    record_release,
)
from orchestration.redaction.model import NoNameFinderError
from orchestration.redaction.tokens import Span
from orchestration.reporting.release import publish_release

TODAY = datetime.now(UTC).date()
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
SAID = "I told Zaynab and my mum Efua that I want to go home."
READ = "I told [CHILD] and my mum [MUM] that I want to go home."
COLUMNS = (
    "authority_code varchar, expression_id varchar, person_key varchar, voice_owner_code varchar,"
    " voice_kind varchar, expressed_on date, authored_by varchar, text varchar,"
    " quote_permission_scope_code varchar, quote_permission_on date,"
    " quote_permission_expires_on date, quote_permission_withdrawn_on date,"
    " quote_permission_understood varchar"
)


def nothing(_: str) -> list[Span]:
    """A name finder that finds nothing: what is covered here, the rules cover."""
    return []


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Ten children spoke; the first allows a board to quote her, the others nobody."""
    with open_warehouse(tmp_path) as connection:
        connection.execute(
            f"""
            create schema staging; create schema ledger; create schema raw; create schema published;
            create table ledger.deliveries as
                select '330' as authority_code, 1 as delivery_number, 'voice_extension' as source,
                    date '2026-06-30' as as_of;
            create table raw.vx_known_name as select * from (values
                ('p1', 'child', 'Zainab Osei', 1), ('p1', 'mother', 'Efua Osei', 1)
            ) as t (person_id, role, name, _delivery_number);
            create table staging.stg_voice_extension__expression ({COLUMNS});
            create view published.code_label as select 'x' as code_list;
            """
        )
        connection.executemany(
            "insert into staging.stg_voice_extension__expression values"
            " ('330', ?, ?, 'child', 'as_information', '2025-05-05', 'person', ?, ?, ?, ?, null,"
            " 'Y')",
            [
                [f"e{n}", f"p{n}", SAID, "board" if n == 1 else "none", "2025-05-05", TODAY]
                for n in range(1, 11)
            ],
        )
    return tmp_path


def change(home: Path, column: str, value: object, where: str = "expression_id = 'e1'") -> None:
    with open_warehouse(home) as connection:
        connection.execute(
            f"update staging.stg_voice_extension__expression set {column} = ? where {where}",
            [value],
        )


def publish(home: Path) -> list[str]:
    """Publish as a run does and return the words that are out."""
    with open_warehouse(home) as connection:
        quotes = quotes_to_publish(connection, home, TODAY)
        release = publish_release(connection, home, "0123abcd" * 8, quotes=quotes)
        record_release(home, release.release_id, release.released_at, quotes)
    with duckdb.connect(str(home / "published" / "heard.duckdb"), read_only=True) as out:
        return [text for (text,) in out.execute("select quotation from published.quote").fetchall()]


def run(home: Path, *arguments: str, answers: str = "") -> Result:
    return CliRunner().invoke(app, ["quotes", *arguments, "--home", str(home)], input=answers)


@pytest.fixture
def with_finder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "name_finder", lambda: nothing)
    monkeypatch.setattr(commands, "installed_model", lambda: "a model")


def waiting(home: Path) -> list[str]:
    with open_warehouse(home, read_only=True) as connection:
        return [quote.text for quote in read_quotes(connection, home, TODAY, nothing)]


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
