"""A release on the disk: whole, in one step, readable while the next is made."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import duckdb
import pytest

from orchestration.incidents.standing import PublishedIncident
from orchestration.ingestion.warehouse import open_warehouse
from orchestration.reporting import release as module
from orchestration.reporting.permission import HeldBackError, require_publishable
from orchestration.reporting.release import (
    NothingToPublishError,
    Release,
    publish_release,
)
from orchestration.reporting.release_files import read_manifest

MOMENT = datetime(2026, 10, 1, 9, 30, tzinfo=UTC)
INPUTS = "0123abcd" * 8
INCIDENT = PublishedIncident(
    incident_id="INC-0001",
    check_id="SSD-001",
    authority_code="330",
    severity="warn",
    state="open",
    sentence="The ethnicity of nearly every child is recorded.",
    what_to_do="Ask the teams.",
    indicators="A1",
    follows_from=None,
    opened_at=datetime(2026, 9, 30, 5, 40, tzinfo=timezone(timedelta(hours=1))),
    closed_at=None,
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A warehouse with two published views and one table that must stay inside."""
    with open_warehouse(tmp_path) as connection:
        connection.execute(
            """
            create schema ledger;
            create table ledger.deliveries (authority_code varchar, as_of date);
            insert into ledger.deliveries values ('330', date '2026-09-30'), ('331', null);
            create schema marts;
            create table marts.secret as select 'C1' as person_key;
            create table marts.source as
                select * from (values ('A1', 2, 70.0), ('A1', 1, 60.0), ('B1', 3, null))
                as t (indicator_id, place, value);
            create schema published;
            create view published.indicator_value as select * from marts.source;
            comment on view published.indicator_value is 'One row per indicator''s value.';
            comment on column published.indicator_value.value is 'Percent, 0 to 100.';
            create view published.code_label as select 'a' as code, 'A' as label;
            """
        )
    return tmp_path


def publish(home: Path, moment: datetime = MOMENT) -> Release:
    with open_warehouse(home) as connection:
        return publish_release(connection, home, INPUTS, moment, incidents=[INCIDENT])


@pytest.fixture
def published(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    publish(home)
    with duckdb.connect(str(home / "published" / "heard.duckdb"), read_only=True) as connection:
        yield connection


def test_every_row_of_every_table_carries_the_release(
    published: duckdb.DuckDBPyConnection,
) -> None:
    tables = published.execute(
        "select table_name from duckdb_tables() where schema_name = 'published' order by all"
    ).fetchall()
    assert tables == [("code_label",), ("incident",), ("indicator_value",), ("release",)]
    for (name,) in tables:
        columns = published.execute(f"select * from published.{name}").description
        assert columns[0][0] == "release_id"
        assert published.execute(
            f"select distinct release_id from published.{name}"
        ).fetchall() == [("20261001T093000Z-0123abcd",)]


def test_rows_are_those_of_the_view_in_a_fixed_order(published: duckdb.DuckDBPyConnection) -> None:
    found = published.execute(
        "select indicator_id, place, value from published.indicator_value"
    ).fetchall()
    assert found == [("A1", 1, 60.0), ("A1", 2, 70.0), ("B1", 3, None)]


def test_an_incident_is_published_with_its_times_in_utc(
    published: duckdb.DuckDBPyConnection,
) -> None:
    assert published.execute(
        "select incident_id, state, follows_from, opened_at::varchar, closed_at"
        " from published.incident"
    ).fetchall() == [("INC-0001", "open", None, "2026-09-30 04:40:00", None)]
    assert published.execute(
        "select count(*) from duckdb_columns() where table_name = 'incident' and comment is null"
        " and column_name <> 'release_id'"
    ).fetchall() == [(0,)]


def test_descriptions_come_along(published: duckdb.DuckDBPyConnection) -> None:
    assert published.execute(
        "select comment from duckdb_tables() where table_name = 'indicator_value'"
    ).fetchall() == [("One row per indicator's value.",)]
    assert published.execute(
        "select count(*), count(comment) from duckdb_columns() where table_name = 'release'"
    ).fetchall() == [(11, 11)]
    assert published.execute(
        "select column_name, comment from duckdb_columns()"
        " where table_name = 'indicator_value' and column_name in ('value', 'place') order by all"
    ).fetchall() == [("place", None), ("value", "Percent, 0 to 100.")]


def test_nothing_but_the_published_schema_leaves(published: duckdb.DuckDBPyConnection) -> None:
    assert published.execute(
        "select distinct schema_name from duckdb_tables()"
        " union select schema_name from duckdb_views() where not internal"
    ).fetchall() == [("published",)]


def test_the_release_says_what_it_was_made_from(published: duckdb.DuckDBPyConnection) -> None:
    found = published.execute(
        "select released_at::varchar, inputs_hash, authorities, deliveries, latest_as_of::varchar,"
        " table_count, row_count from published.release"
    ).fetchone()
    assert found == ("2026-10-01 09:30:00", INPUTS, 2, 2, "2026-09-30", 4, 6)


def test_parquet_holds_the_same_tables(home: Path) -> None:
    publish(home)
    folder = home / "published" / "parquet"
    names = ["code_label.parquet", "incident.parquet", "indicator_value.parquet", "release.parquet"]
    assert sorted(path.name for path in folder.iterdir()) == names
    with duckdb.connect() as connection:
        path = folder / "indicator_value.parquet"
        assert connection.execute(f"select sum(place), count(*) from '{path}'").fetchall() == [
            (6, 3)
        ]


def test_a_reader_keeps_the_release_it_opened_and_the_next_one_sees_the_new(home: Path) -> None:
    publish(home)
    path = str(home / "published" / "heard.duckdb")
    with duckdb.connect(path, read_only=True) as reader:
        with open_warehouse(home) as connection:
            connection.execute("insert into marts.source values ('D4', 4, 10.0)")
        publish(home, MOMENT.replace(hour=10))
        # Asked for the first time only now, so it was not read into memory before the swap.
        assert reader.execute("select max(place) from published.indicator_value").fetchone() == (3,)
    with duckdb.connect(path, read_only=True) as reader:
        assert reader.execute("select max(place) from published.indicator_value").fetchone() == (4,)


def test_a_release_that_fails_half_way_leaves_the_last_one_and_no_draft_after_the_next(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(home)
    folder = home / "published"
    before = (folder / "heard.duckdb").read_bytes()

    def fail(*_: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(module, "put_in_place", fail)
        with pytest.raises(OSError, match="no space"):
            publish(home, MOMENT.replace(hour=10))
    assert (folder / "heard.duckdb").read_bytes() == before
    assert any(path.name.startswith(".") for path in folder.iterdir())
    publish(home, MOMENT.replace(hour=11))
    assert sorted(path.name for path in folder.iterdir()) == [
        "heard.duckdb",
        "manifest.json",
        "parquet",
    ]


def test_a_page_of_documentation_comes_and_goes_with_its_release(home: Path) -> None:
    page = home / "made.html"
    page.write_text("what it means")
    folder = home / "published"
    with open_warehouse(home) as connection:
        publish_release(connection, home, INPUTS, MOMENT, docs=page)
    assert (folder / "docs.html").read_text() == "what it means"
    assert (folder / "docs.html").stat().st_mode & 0o777 == 0o640
    assert "docs.html" in {file.path for file in read_manifest(folder / "manifest.json").files}
    # A release without a page is not explained by that of the one before.
    publish(home, MOMENT.replace(hour=10))
    assert not (folder / "docs.html").exists()


def test_a_group_may_read_the_release_and_only_the_owner_the_warehouse(home: Path) -> None:
    publish(home)
    assert (home / "published" / "heard.duckdb").stat().st_mode & 0o777 == 0o640
    assert (home / "published" / "parquet" / "release.parquet").stat().st_mode & 0o777 == 0o640
    assert (home / "warehouse.duckdb").stat().st_mode & 0o777 == 0o600


def test_the_ledger_keeps_the_hash_of_the_file(home: Path) -> None:
    made = publish(home)
    content = (home / "published" / "heard.duckdb").read_bytes()
    assert made.database_sha256 == hashlib.sha256(content).hexdigest()
    with open_warehouse(home, read_only=True) as connection:
        assert connection.execute(
            "select release_id, database_sha256, table_count, row_count from ledger.releases"
        ).fetchall() == [(made.release_id, made.database_sha256, 4, 6)]


def test_what_the_last_hand_takes_out_is_in_no_free_block_of_the_file(tmp_path: Path) -> None:
    """A database file keeps what was overwritten in it; a group of rows goes there at once."""
    kept, taken = b"this may be read by anybody", b"this was taken out at the end"
    with open_warehouse(tmp_path) as connection:
        connection.execute(
            f"""
            create schema ledger;
            create table ledger.deliveries (authority_code varchar, as_of date);
            create schema published;
            create view published.feedback as select
                i as row, case when i % 2 = 0 then '{taken.decode()}' else '{kept.decode()}' end as
                said
            from range(130_000) as t (i);
            """
        )

        def take_out(draft: duckdb.DuckDBPyConnection, schema: str) -> None:
            draft.execute(f"update {schema}.feedback set said = null where row % 2 = 0")

        publish_release(connection, tmp_path, INPUTS, MOMENT, last_hand=take_out)
    found = [path for path in (tmp_path / "published").rglob("*") if path.is_file()]
    content = {path.name: path.read_bytes() for path in found}
    assert kept in content["heard.duckdb"]
    assert [name for name, text in content.items() if taken in text] == []


def test_nothing_is_published_from_an_empty_warehouse(tmp_path: Path) -> None:
    with open_warehouse(tmp_path) as connection:
        connection.execute("create schema ledger; create schema published")
        with pytest.raises(NothingToPublishError, match="heard run"):
            publish_release(connection, tmp_path, INPUTS, MOMENT)
    assert not (tmp_path / "published" / "heard.duckdb").exists()


BUILT = "create schema ledger; create table ledger.transform_builds as select 1 as done;"
CHECKED = """
create schema quality;
create table quality.check_results as select * from (values
    ('SSD-001', false, 'fail'), ('SSD-101', true, 'pass'), ('SSD-102', true, 'too_small'))
    as t (check_id, is_blocking, outcome);
"""
REFUSED = """
insert into quality.check_results values ('SSD-103', true, 'fail'), ('SSD-109', true, 'error');
"""


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("create schema ledger", "not built to its end"),
        (f"{BUILT} delete from ledger.transform_builds", "not built to its end"),
        (BUILT, "nothing was checked"),
        (
            f"{BUILT}{CHECKED}{REFUSED}",
            "SSD-103, SSD-109 must hold",
        ),
    ],
)
def test_what_is_half_built_unchecked_or_refused_may_not_be_published(
    state: str, reason: str
) -> None:
    with duckdb.connect() as connection:
        connection.execute(state)
        with pytest.raises(HeldBackError, match=reason):
            require_publishable(connection)


def test_warnings_do_not_keep_a_release_back() -> None:
    with duckdb.connect() as connection:
        connection.execute(BUILT + CHECKED)
        require_publishable(connection)
        assert connection.execute("select count(*) from quality.check_results").fetchone() == (3,)
