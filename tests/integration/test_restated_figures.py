"""A figure that was published and now says something else is listed, with what arrived since."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.ingestion.warehouse import open_warehouse
from orchestration.reporting.release import publish_release

INPUTS = "0123abcd" * 8
JULY = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
AUGUST = datetime(2026, 8, 1, 9, 0, tzinfo=UTC)
OCTOBER = datetime(2026, 10, 1, 9, 0, tzinfo=UTC)
COLUMNS = (
    "authority_code, period_type, period_start, period_end, indicator_id, breakdown,"
    " breakdown_value, value, status, as_of"
)
FIRST, SECOND = "20260701T090000Z-0123abcd", "20260801T090000Z-0123abcd"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A warehouse that publishes figures of May and June, as of the end of June."""
    with open_warehouse(tmp_path) as connection:
        connection.execute(
            f"""
            create schema ledger; create schema published; create schema marts;
            create table ledger.deliveries (
                authority_code varchar, source varchar, as_of date, first_seen_at timestamp
            );
            insert into ledger.deliveries values
                ('330', 'ssd', date '2026-06-30', timestamp '2026-06-30 12:00:00'),
                ('331', 'ssd', date '2026-06-30', timestamp '2026-06-30 12:00:00');
            create table marts.figures as select * from (values
                ('330', 'month', date '2026-05-01', date '2026-05-31', 'A1', 'all', 'all', 70,
                    'shown', date '2026-06-30'),
                ('330', 'month', date '2026-06-01', date '2026-06-30', 'A1', 'all', 'all', 60,
                    'shown', date '2026-06-30'),
                ('330', 'year', date '2026-04-01', date '2027-03-31', 'A1', 'all', 'all', 65,
                    'shown', date '2026-06-30'),
                ('330', 'month', date '2026-05-01', date '2026-05-31', 'A1', 'sex', 'F', 40,
                    'shown', date '2026-06-30'),
                ('331', 'month', date '2026-05-01', date '2026-05-31', 'A1', 'all', 'all', 55,
                    'shown', date '2026-06-30')
            ) as t ({COLUMNS});
            create view published.indicator_value as select * from marts.figures;
            """
        )
        publish_release(connection, tmp_path, INPUTS, JULY)
    return tmp_path


def publish_after(home: Path, change: str, moment: datetime = AUGUST) -> None:
    with open_warehouse(home) as connection:
        connection.execute(change)
        publish_release(connection, home, INPUTS, moment)


def listed(home: Path) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home / "published" / "heard.duckdb"), read_only=True) as connection:
        return connection.execute(
            "select authority_code, indicator_id, cast(period_start as varchar), published_in,"
            " was_status, was_value, restated_in, is_status, is_value, since_deliveries"
            " from published.restated_figure order by restated_in, authority_code, period_start"
        ).fetchall()


def test_a_first_release_restates_nothing(home: Path) -> None:
    assert listed(home) == []


def test_a_delivery_that_changes_a_published_figure_is_named_beside_it(home: Path) -> None:
    publish_after(
        home,
        "insert into ledger.deliveries values"
        " ('330', 'ssd', date '2026-07-31', timestamp '2026-07-31 12:00:00'),"
        " ('331', 'voice_extension', date '2026-07-31', timestamp '2026-07-31 12:00:00');"
        "update marts.figures set value = 72 where authority_code = '330'"
        " and period_start = date '2026-05-01'",
    )
    assert listed(home) == [
        ("330", "A1", "2026-05-01", FIRST, "shown", 70, SECOND, "shown", 72, "ssd 2026-07-31")
    ]


def test_a_running_period_and_a_group_of_people_are_no_restatements(home: Path) -> None:
    publish_after(
        home,
        "update marts.figures set value = 1 where period_type = 'year' or breakdown = 'sex'",
    )
    assert listed(home) == []


def test_what_is_withheld_now_or_gone_is_listed_and_no_number_with_it(home: Path) -> None:
    publish_after(
        home,
        "update marts.figures set value = null, status = 'suppressed' where authority_code = '331';"
        "delete from marts.figures where period_start = date '2026-06-01'",
    )
    assert listed(home) == [
        ("330", "A1", "2026-06-01", FIRST, "shown", 60, SECOND, "withdrawn", None, None),
        ("331", "A1", "2026-05-01", FIRST, "shown", None, SECOND, "suppressed", None, None),
    ]


def test_what_is_withheld_now_is_not_told_as_what_earlier_releases_said(home: Path) -> None:
    """The figure that an attack took out stood beside the word that it was taken out."""
    may = "authority_code = '331'"
    publish_after(home, f"update marts.figures set value = 56 where {may}")
    publish_after(
        home,
        f"update marts.figures set value = null, status = 'rate_withheld' where {may}",
        OCTOBER,
    )
    assert [(line[4], line[5], line[7], line[8]) for line in listed(home)] == [
        ("shown", None, "shown", None),
        ("shown", None, "rate_withheld", None),
    ]


def test_the_list_goes_on_from_release_to_release(home: Path) -> None:
    may = "authority_code = '331'"
    publish_after(home, f"update marts.figures set value = 56 where {may}")
    publish_after(home, "select 1", datetime(2026, 9, 1, 9, 0, tzinfo=UTC))
    publish_after(home, f"update marts.figures set value = 57 where {may}", OCTOBER)
    assert [(line[5], line[8]) for line in listed(home)] == [(55, 56), (56, 57)]
    with duckdb.connect(str(home / "published" / "heard.duckdb"), read_only=True) as connection:
        assert connection.execute(
            "select distinct release_id from published.restated_figure"
        ).fetchall() == [("20261001T090000Z-0123abcd",)]


def test_a_release_that_was_made_again_restates_nothing(home: Path) -> None:
    publish_after(home, "select 1")
    assert listed(home) == []


def test_a_warehouse_that_publishes_no_figures_has_no_list(tmp_path: Path) -> None:
    with open_warehouse(tmp_path) as connection:
        connection.execute(
            "create schema ledger; create schema published;"
            " create table ledger.deliveries (authority_code varchar, as_of date);"
            " create view published.code_label as select 'a' as code"
        )
        release = publish_release(connection, tmp_path, INPUTS, JULY)
    assert [table.name for table in release.tables] == ["code_label", "incident", "release"]
