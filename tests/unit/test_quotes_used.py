"""A build knows which words releases have quoted, and forgets those that were erased."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestration.ingestion.ledger import ensure_schema
from orchestration.ingestion.warehouse import open_warehouse
from orchestration.quotes.erasing import forget_quotes
from orchestration.quotes.handover import leave_what_was_quoted, load_quotes
from orchestration.quotes.ledger import (
    open_ledger,
    quote_id_of,
    record_release,
    store_text,
    stored_text,
)

MAY = datetime(2026, 5, 4, 22, 30, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, 9, tzinfo=UTC)
Row = tuple[str, str, str]


@pytest.fixture
def quotes(tmp_path: Path) -> dict[str, str]:
    """Three quotes: two releases of one day in May held two of them, one in June the third."""
    with open_ledger(tmp_path) as ledger:
        found = {name: quote_id_of(ledger, "330", name) for name in ("e1", "e2", "e3")}
        for release in ("R1", "R2"):
            record_release(ledger, release, MAY, {found["e1"]: None, found["e2"]: None})
        record_release(ledger, "R3", JUNE, {found["e3"]: None})
        store_text(ledger, found["e1"], "a", "They asked me.", "")
    return found


def loaded(home: Path) -> list[Row]:
    with open_warehouse(home) as connection:
        ensure_schema(connection, {})
        load_quotes(connection, home)
        return connection.execute(
            "select authority_code, expression_id, cast(released_on as varchar)"
            " from ledger.quotes_used order by all"
        ).fetchall()


@pytest.mark.usefixtures("quotes")
def test_words_are_handed_over_once_a_day_however_often_it_is_asked(tmp_path: Path) -> None:
    told = [("330", "e1", "2026-05-04"), ("330", "e2", "2026-05-04"), ("330", "e3", "2026-06-01")]
    assert loaded(tmp_path) == told
    assert loaded(tmp_path) == told


def test_erased_words_are_not_among_them(tmp_path: Path, quotes: dict[str, str]) -> None:
    forget_quotes(tmp_path, (quotes["e2"],))
    assert [name for _, name, _ in loaded(tmp_path)] == ["e1", "e3"]


def test_figures_as_known_on_a_day_know_no_later_release_and_hold_no_words(
    tmp_path: Path, quotes: dict[str, str]
) -> None:
    leave_what_was_quoted(tmp_path, MAY)
    assert [name for _, name, _ in loaded(tmp_path)] == ["e1", "e2"]
    with open_ledger(tmp_path) as ledger:
        assert stored_text(ledger, quotes["e1"], "a") is None


def test_where_nothing_was_ever_quoted_no_file_is_made(tmp_path: Path) -> None:
    leave_what_was_quoted(tmp_path, MAY)
    assert loaded(tmp_path) == []
    assert not list(tmp_path.glob("quotes*"))
