"""Ways to get words out that nobody allows any more, or that nobody read in this form."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.commands import quotes as commands
from orchestration.commands.spreadsheet import SpreadsheetError
from orchestration.fingerprint import fingerprint
from orchestration.ingestion.warehouse import open_warehouse
from orchestration.quotes import candidates
from orchestration.quotes.ledger import APPROVED
from orchestration.quotes.releasing import quotes_without_leave
from orchestration.quotes.standing import (
    Names,
    QuoteError,
    decide,
    quotes_to_publish,
    read_names,
    read_quotes,
    record_release,
)
from orchestration.redaction.tokens import Span
from orchestration.releases import actions
from orchestration.releases.ledger import append, open_ledger
from orchestration.releases.snapshot import snapshot_folder
from orchestration.releases.states import ReleaseActionError, State
from orchestration.reporting.release import publish_release
from orchestration.reporting.release_files import DATABASE
from orchestration.settings import Settings
from tests.support.inbox import KEY_HEX
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

_ALL = "staging.stg_voice_extension__expression"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(commands, "name_finder", lambda: nothing)
    monkeypatch.setattr(commands, "installed_model", lambda: "a model")
    return make_home(tmp_path)


def _approve(home: Path) -> None:
    assert "1 decided" in run(home, "review", "--reviewer", "A. Reader", answers="yes\n").output


def _write(file: Path, rows: list[dict[str, str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as handle:
        table = csv.DictWriter(handle, list(rows[0]))
        table.writeheader()
        table.writerows(rows)


def _exported(home: Path, file: Path) -> list[dict[str, str]]:
    assert run(home, "export", str(file)).exit_code == 0
    with file.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        # Read for a board, it is now for everybody.
        ("quote_permission_scope_code", "public"),
        # The reviewer was told that they understood; now nobody knows.
        ("quote_permission_understood", None),
    ],
)
def test_what_a_reviewer_decided_by_is_read_again_when_it_changes(
    home: Path, column: str, value: object
) -> None:
    _approve(home)
    assert publish(home) == [READ]
    change(home, column, value)
    assert publish(home) == []
    assert waiting(home) == [READ]
    # The release that is out holds it as nobody reads it any more.
    assert "Recall Q-" in run(home, "list").output


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        # The same expression in two records: one took it back, one was never asked, one differs.
        ("quote_permission_withdrawn_on = current_date - 1", 0),
        ("quote_permission_scope_code = 'none'", 0),
        ("quote_permission_scope_code = 'public'", 0),
        ("text = 'I told nobody.'", 0),
        ("authored_by = 'machine'", 0),
        ("voice_kind = voice_kind", 1),
        # Other records of the same words of theirs.
        ("expression_id = 'e99', quote_permission_withdrawn_on = current_date - 1", 0),
        ("expression_id = 'e99', quote_permission_understood = 'N', text = text || ' '", 0),
        ("expression_id = 'e99', quote_permission_scope_code = 'none'", 1),
        ("expression_id = 'e99', person_key = 'p2', quote_permission_understood = 'N'", 1),
    ],
)
def test_of_records_that_contradict_each_other_the_no_counts(
    home: Path, changes: str, left: int
) -> None:
    with open_warehouse(home) as con:
        con.execute(f"create table other as from {_ALL} where expression_id = 'e1'")
        con.execute(f"update other set {changes}")
        con.execute(f"insert into {_ALL} from other")
    assert len(waiting(home)) == left


def test_words_of_machines_make_no_cohort(home: Path) -> None:
    change(home, "authored_by", "machine", "expression_id = 'e10'")
    assert waiting(home) == []


@pytest.mark.parametrize(
    "edited",
    [
        "I told zaynab that I want to go home.",
        "I told [ZAYNAB OSEI] that I want to go home.",
        "I told [MUM] and [EFUA 1] that I want to go home.",
        "[WORKER 7] knows that I want to go home.",
    ],
)
def test_edited_words_bring_back_no_name_of_the_case(home: Path, edited: str) -> None:
    with open_warehouse(home, read_only=True) as con:
        (quote,) = read_quotes(con, home, TODAY, nothing)
        names = read_names(con, home, TODAY, nothing)
    with pytest.raises(QuoteError, match="hold a name"):
        decide(home, quote, APPROVED, "A. Reader", edited, names)
    decide(home, quote, APPROVED, "A. Reader", "[MUM] and [PERSON 2] know [CHILD].", names)
    assert publish(home) == ["[MUM] and [PERSON 2] know [CHILD]."]


def test_a_model_reads_edited_words_too(home: Path) -> None:
    def finder(text: str) -> list[Span]:
        at = text.index("quarry")
        return [Span(at, at + 6, "model", "PERSON")]

    with open_warehouse(home, read_only=True) as con:
        (quote,) = read_quotes(con, home, TODAY, nothing)
    with pytest.raises(QuoteError, match="hold a name"):
        decide(home, quote, APPROVED, "A", "I told quarry.", Names({}, finder))


def test_a_file_that_decides_a_quote_twice_or_wrongly_decides_nothing(
    home: Path, tmp_path: Path
) -> None:
    change(home, "quote_permission_scope_code", "board", "expression_id = 'e2'")
    file = tmp_path / "quotes.csv"
    rows = _exported(home, file)
    assert len(rows) == 2
    yes, no = ({"decision": word} for word in ("yes", "no"))
    for wrong in (
        [rows[0] | yes, rows[1] | yes, rows[0] | no],
        [rows[0] | yes, rows[1] | {"decision": "perhaps"}],
    ):
        _write(file, wrong)
        assert isinstance(run(home, "import", str(file), "--reviewer", "A").exception, QuoteError)
    assert publish(home) == []
    # Another quote's id, words that somebody changed in the file, a quote of another home.
    _write(
        file,
        [
            rows[0] | yes | {"state": "0" * 64},
            rows[1] | yes | {"quote_id": "Q-0000000000"},
        ],
    )
    assert run(home, "import", str(file), "--reviewer", "A").output == "2 left\n"
    _write(file, [rows[0] | yes | {"text": SAID}])
    assert run(home, "import", str(file), "--reviewer", "A").output == "1 approved\n"
    assert publish(home) == [READ]


def test_a_file_that_is_no_csv_in_utf_8_is_refused_without_its_words(
    home: Path, tmp_path: Path
) -> None:
    file = tmp_path / "quotes.csv"
    file.write_bytes("quote_id,decision\nQ-1,yes, Zaynab\u2019s\n".encode("cp1252"))
    told = run(home, "import", str(file), "--reviewer", "A")
    assert isinstance(told.exception, SpreadsheetError)
    assert "Zaynab" not in str(told.exception)


@pytest.mark.parametrize("between", [";", "\t"])
def test_a_spreadsheet_of_another_country_comes_back_as_well(
    home: Path, tmp_path: Path, between: str
) -> None:
    file = tmp_path / "quotes.csv"
    row = _exported(home, file)[0] | {"decision": "yes"}
    with file.open("w", newline="", encoding="utf-8-sig") as handle:
        table = csv.writer(handle, delimiter=between)
        table.writerows([[name.title() for name in row], row.values()])
    assert run(home, "import", str(file), "--reviewer", "A").output == "1 approved\n"


def test_a_file_without_a_column_that_decides_is_refused(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "quotes.csv"
    for text, missing in (("quote_id,text\n", "decision, state"), ("", "quote_id")):
        file.write_text(text)
        told = run(home, "import", str(file), "--reviewer", "A").exception
        assert isinstance(told, SpreadsheetError)
        assert missing in str(told)


def _approved(home: Path, day: int) -> str:
    """Make a candidate as a run does, and enter that the gate and two people passed it."""
    (home / "releases.yml").write_text("release: approval\n")
    way = actions.read_release_settings(home)
    moment = datetime(2026, 4, day, tzinfo=UTC)
    with open_warehouse(home, reach=("published", "candidate", "releases")) as con:
        quotes = quotes_to_publish(con, home, TODAY)
        place = actions.place_of(home, way)
        release = publish_release(con, place, "0123abcd" * 8, moment, quotes=quotes)
    record_release(home, release.release_id, release.released_at, quotes)
    actions.record_release(home, way, {"inputs_hash": "inputs"})
    with open_ledger(home) as ledger:
        for kind, actor in (("checked", "Ann"), ("approved", "Ann"), ("approved", "Bo")):
            append(ledger, release.release_id, kind, actor)
    return release.release_id


def _readers_see(home: Path) -> list[str]:
    with duckdb.connect(str(home / "published" / DATABASE), read_only=True) as out:
        return [text for (text,) in out.execute("select quotation from published.quote").fetchall()]


def test_what_was_allowed_when_people_approved_it_must_be_allowed_when_they_publish_it(
    home: Path,
) -> None:
    _approve(home)
    first = _approved(home, 1)
    assert actions.publish(home, first, "Ann").state is State.PUBLISHED
    assert _readers_see(home) == [READ]
    second = _approved(home, 2)
    change(home, "quote_permission_expires_on", YESTERDAY)
    with pytest.raises(ReleaseActionError, match=r"may no longer be quoted so \(Q-"):
        actions.publish(home, second, "Ann")
    assert first in (home / "published" / "manifest.json").read_text()
    # One without it is made, and is withdrawn: the first does not come back with the words.
    third = _approved(home, 3)
    assert actions.publish(home, third, "Ann").state is State.PUBLISHED
    assert _readers_see(home) == []
    # Nor does it where nobody can tell, for want of a warehouse.
    (home / "warehouse.duckdb").rename(home / "elsewhere")
    assert actions.withdraw(home, third, "Ann", "a mistake")[1] == ""
    assert not (home / "published" / DATABASE).exists()


def test_a_release_without_words_needs_no_warehouse_to_be_published(home: Path) -> None:
    first = _approved(home, 1)
    (home / "warehouse.duckdb").unlink()
    assert quotes_without_leave(home, snapshot_folder(home, first) / DATABASE) == ()


def test_the_end_of_a_permission_makes_a_night_of_its_own(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY", KEY_HEX)
    change(home, "quote_permission_expires_on", TODAY)
    inbox = home / "inbox"
    inbox.mkdir()
    settings = Settings.from_environment(inbox=inbox, home=home)
    _approve(home)
    assert publish(home) == [READ]
    current = fingerprint(settings)
    assert fingerprint(settings) == current
    monkeypatch.setattr(candidates, "today", lambda: TOMORROW)
    assert fingerprint(settings) != current
