"""Any order and repetition of the same deliveries says one thing, and every row is explained."""

import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.ingestion.warehouse import open_warehouse
from orchestration.rebuilding import rebuild
from orchestration.reporting.checksum import warehouse_checksum
from orchestration.settings import Settings
from tests.support.inbox import DELIVERED, REVIEWS_HEADER, Bench, make_bench, parse_here

CALM = settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
# What staging takes as current, said a second time and without dbt: the latest delivery that holds
# a table, by its date and not by its arrival; for yearly returns in each year.
CURRENT = """
with ranked as (
    select
        delivery_number,
        authority_code,
        raw_table,
        row_number() over (
            partition by
                authority_code, raw_table, case when extent = 'collection_year' then as_of end
            order by as_of desc, delivered_at desc, delivery_id desc
        ) as place
    from ledger.delivery_tables
)
select {columns} from raw.{table} as rows
inner join ranked on rows._delivery_number = ranked.delivery_number
where ranked.place = 1 and ranked.raw_table = '{table}'
order by all
"""
REVIEW = "rows.child, rows.review, rows.review_code, ranked.authority_code, rows._as_of"
PERSON = "rows.pers_person_id, rows.pers_sex, ranked.authority_code, rows._as_of"

children = st.sampled_from(["1", "2", " 2", "3", ""])
review_rows = st.tuples(
    children,
    st.sampled_from(["01/02/2010", "31/02/2010"]),
    st.sampled_from(["05/06/2019", "06/06/2019", "soon"]),
    st.sampled_from(["PN1", "PN2", ""]),
).map(",".join)
person_rows = st.tuples(children, st.sampled_from(["F", "M", "?"])).map(",".join)
ragged = st.sampled_from(["1", "1,2,3,4,5,6"])


def content(header: str, rows: "st.SearchStrategy[str]") -> "st.SearchStrategy[str]":
    lists = st.lists(st.one_of(rows, rows, rows, ragged), max_size=7)
    return lists.map(lambda found: header + "".join(f"{row}\n" for row in found))


reviews = content(REVIEWS_HEADER, review_rows)
persons = content("pers_person_id,pers_sex\n", person_rows)
# A partial folder is normal, so each table is there or not, but not neither.
returns = st.tuples(
    st.just("ssda903"),
    st.sampled_from(["2019-03-31", "2020-03-31"]),
    reviews.map(lambda text: {"reviews.csv": text}),
)
extracts = st.tuples(
    st.just("ssd"),
    st.sampled_from(["2026-06-30", "2026-09-30"]),
    st.one_of(
        persons.map(lambda text: {"ssd_person.csv": text}),
        st.tuples(persons, st.just("dept_team_id\nT1\n")).map(
            lambda two: {"ssd_person.csv": two[0], "ssd_department.csv": two[1]}
        ),
        st.just({"ssd_department.csv": "dept_team_id\nT1\nT2\n"}),
        st.just({"ssd_person.csv": "pers_person_id,pers_sex\n1,F\n", "odd.csv": "a,b\n1,2\n"}),
    ),
)
deliveries = st.lists(
    st.tuples(st.sampled_from(["330", "331"]), st.integers(0, 3), st.one_of(returns, extracts)),
    min_size=1,
    max_size=5,
    # One folder cannot hold two contents at one time.
    unique_by=lambda each: (each[0], each[1], each[2][:2]),
)

Found = Sequence[tuple[str, int, tuple[str, str, dict[str, str]]]]


def ingest_in_turn(folder: Path, patch: pytest.MonkeyPatch, found: Found) -> Bench:
    """Deliver one after the other, with a run after each, as the inbox of a council fills."""
    parse_here(patch)
    bench = make_bench(folder, patch)
    for authority, hour, (source, as_of, files) in found:
        label = f"{authority}/{source}/{as_of}"
        place = bench.inbox / label
        if place.is_dir():
            for path in place.iterdir():
                path.unlink()
        bench.deliver(label, files, DELIVERED + timedelta(hours=hour))
        bench.ingest()
    return bench


def says(bench: Bench) -> tuple[str, list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Return one checksum of the raw tables, and what of them is current."""
    with open_warehouse(bench.home, read_only=True) as connection:
        return (
            warehouse_checksum(connection),
            _current(connection, "ssda903_reviews", REVIEW),
            _current(connection, "ssd_person", PERSON),
        )


def _current(
    connection: duckdb.DuckDBPyConnection, table: str, columns: str
) -> list[tuple[object, ...]]:
    return connection.execute(CURRENT.format(table=table, columns=columns)).fetchall()


@CALM
@given(found=deliveries, data=st.data())
def test_any_order_and_repetition_of_deliveries_says_one_thing(
    monkeypatch: pytest.MonkeyPatch, found: Found, data: st.DataObject
) -> None:
    repeats = data.draw(st.lists(st.sampled_from(found), max_size=2))
    other = data.draw(st.permutations([*found, *repeats]))
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        one = ingest_in_turn(Path(first), monkeypatch, found)
        two = ingest_in_turn(Path(second), monkeypatch, other)
        assert says(one) == says(two)
        # And a third time, from landing alone, whatever the inbox holds by now.
        rebuild(Settings(inbox=two.inbox, home=two.home))
        assert says(one) == says(two)


@CALM
@given(found=deliveries)
def test_every_row_of_every_delivery_is_explained(
    monkeypatch: pytest.MonkeyPatch, found: Found
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        bench = ingest_in_turn(Path(folder), monkeypatch, found)
        assert (
            bench.rows(
                "select raw_table, rows_in from ledger.delivery_tables"
                " where rows_in <> rows_loaded + rows_quarantined + rows_duplicate"
            )
            == []
        )
        # Counted from the texts alone: each distinct delivery brought its lines once.
        lines = sum(len(text.splitlines()) - 1 for text in _texts(found))
        assert bench.rows("select coalesce(sum(rows_in), 0) from ledger.delivery_tables") == [
            (lines,)
        ]
        assert bench.rows(
            "select (select count(*) from raw.ssda903_reviews) + (select count(*) from"
            " raw.ssd_person) + (select count(*) from raw.ssd_department)"
        ) == bench.rows("select coalesce(sum(rows_loaded), 0) from ledger.delivery_tables")


def _texts(found: Found) -> list[str]:
    """Return the readable files once for each delivery; the same bytes twice are one delivery."""
    distinct = {
        (authority, source, as_of, tuple(sorted(files.items())))
        for authority, _, (source, as_of, files) in found
    }
    return [text for *_, files in distinct for name, text in files if name != "odd.csv"]
