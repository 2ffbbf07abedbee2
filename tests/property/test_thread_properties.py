"""Whatever is delivered, a thread never widens, and no opportunity is lost on the way."""

import os
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any
from unittest import mock

import duckdb
import pytest
from dbt.cli.main import dbtRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.command import REPOSITORY

PROJECT = REPOSITORY / "dbt_project"
MODELS = ("int_voice_thread__steps", "int_voice_thread__counted", "fct_voice_threads")
SEEDS = (
    "ref_influence_outcome_codes",
    "ref_loop_status_codes",
    "ref_voice_owner_codes",
    "ref_opportunity_voices",
    "ref_voice_opportunity_types",
    "ref_information_right_kind_codes",
)
# A part, and the step that it is a part of.
NESTED = (
    ("voiced", "opportunities"),
    ("own_words", "voiced"),
    ("themed", "voiced"),
    ("considered", "voiced"),
    ("changed", "considered"),
    ("told", "voiced"),
    ("unbroken", "themed"),
    ("unbroken", "considered"),
    ("unbroken", "told"),
)
TABLES = {
    "marts.fct_voice_opportunities": "authority_code varchar, opportunity_key varchar, "
    "person_key varchar, stage varchar, voice_owner_code varchar, opportunity_date date, "
    "outcome varchar",
    "marts.fct_voice_expressions": "authority_code varchar, expression_key varchar, "
    "expression_id varchar, person_key varchar, opportunity_key varchar, voice_kind varchar, "
    "voice_owner_code varchar, expressed_on date, is_own_words boolean, is_loop_closed boolean",
    "marts.fct_voice_themes": "authority_code varchar, subject_kind varchar, subject_id varchar, "
    "theme_code varchar",
    "marts.fct_influences": "authority_code varchar, subject_kind varchar, subject_id varchar, "
    "influence_outcome_code varchar",
    "marts.fct_replies": "authority_code varchar, subject_kind varchar, subject_id varchar, "
    "loop_status_code varchar",
    "marts.fct_information_rights": "authority_code varchar, information_right_key varchar, "
    "person_key varchar, voice_owner_code varchar, information_right_kind_code varchar, "
    "requested_on date, completed_on date, outcome varchar, is_understood boolean, is_due boolean",
    "staging.stg_voice_extension__survey_wave": "authority_code varchar, wave_id varchar, "
    "voice_owner_code varchar, voice_kind varchar, opened_on date, closed_on date, "
    "invited integer, responded integer",
    "staging.stg_voice_extension__survey_answer": "authority_code varchar, wave_id varchar, "
    "respondent_id varchar, value_text varchar",
    "staging.stg_ssd__family": "authority_code varchar, person_key varchar, family_id varchar",
}
FIRST = date(2025, 4, 1)
Rows = list[tuple[Any, ...]]

days = st.integers(0, 364).map(lambda day: FIRST + timedelta(days=day))
owners = st.sampled_from(["child", "parent_carer"])
kinds = st.sampled_from(["as_information", "about_information"])
outcomes = st.sampled_from(["voiced", "missed", "declined", "not_appropriate"])
decisions = st.sampled_from(["changed", "considered_not_changed", "not_considered", "too_early"])
opportunities = st.lists(st.tuples(owners, days, outcomes), max_size=5)
# Which opportunity, if any; kind, own words, told; themes; decisions.
expressions = st.lists(
    st.tuples(
        st.integers(-1, 4),
        owners,
        kinds,
        days,
        st.booleans(),
        st.booleans(),
        st.sets(st.sampled_from(["school", "records_access", "not_mapped"]), max_size=2),
        st.lists(decisions, max_size=2),
    ),
    max_size=7,
)
rights = st.lists(
    st.tuples(
        owners,
        st.sampled_from(["access", "correction", "privacy_notice"]),
        days,
        st.none() | days,
        st.sampled_from([None, "accepted", "noted", "refused"]),
        st.sampled_from([None, True, False]),
        st.booleans(),
    ),
    max_size=4,
)
counts = st.none() | st.integers(0, 9)
waves = st.lists(
    st.tuples(owners, kinds, days, counts, counts, st.integers(0, 9), decisions, st.booleans()),
    max_size=3,
)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The project's own models as dbt compiles them."""
    home = tmp_path_factory.mktemp("compiled")
    folders = {
        "--project-dir": PROJECT,
        "--profiles-dir": PROJECT,
        "--target-path": home / "target",
        "--log-path": home / "logs",
    }
    arguments = [word for pair in folders.items() for word in map(str, pair)]
    with mock.patch.dict(os.environ, {"HEARD_HOME": str(home), "DO_NOT_TRACK": "1"}):
        done = dbtRunner().invoke(
            ["--quiet", "--no-version-check", "compile", "--select", *MODELS, *arguments]
        )
    assert done.success, done.exception
    return {result.node.name: result.node.compiled_code for result in done.result.results}


@pytest.fixture(scope="module")
def warehouse(
    models: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse with empty facts, real code lists, and the year 2025 to report on."""
    path = tmp_path_factory.mktemp("threads") / "warehouse.duckdb"
    with duckdb.connect(str(path)) as con:
        for schema in ("marts", "staging", "intermediate", "reference"):
            con.execute(f"create schema {schema}")
        for table, columns in TABLES.items():
            con.execute(f"create table {table} ({columns})")
        for seed in SEEDS:
            file = REPOSITORY / "seeds" / "reference" / f"{seed}.csv"
            con.execute(f"create table reference.{seed} as from read_csv(?)", [str(file)])
        con.execute(
            """
            create table intermediate.int_reporting_periods as
            select '330' as authority_code, 'year' as period_type,
                date '2025-04-01' as period_start, date '2026-03-31' as period_end;
            create table intermediate.int_reporting_periods__by_month as
            select '330' as authority_code, cast(month as date) as month_start,
                'year' as period_type, date '2025-04-01' as period_start,
                date '2026-03-31' as period_end
            from generate_series(date '2025-04-01', date '2026-03-01', interval 1 month)
                as months (month)
            """
        )
        for name in MODELS[:-1]:
            con.execute(f"create view intermediate.{name} as {models[name]}")
        con.execute(f"create view marts.fct_voice_threads as {models['fct_voice_threads']}")
        yield con


def _load(con: duckdb.DuckDBPyConnection, table: str, rows: Rows) -> None:
    con.execute(f"delete from {table}")
    if rows:
        con.executemany(f"insert into {table} values ({', '.join('?' * len(rows[0]))})", rows)


def _facts(said: Any, held: Any, asked: Any, surveyed: Any) -> dict[str, Rows]:
    """Turn what hypothesis drew into the rows of the marts; words are said where there is voice."""
    where = [number for number, (_, _, outcome) in enumerate(held) if outcome == "voiced"]
    at = [f"o{place}" if place in where else None for place, *_ in said]
    named = [(f"e{number}", *row) for number, row in enumerate(said)]
    waves = [(f"w{number}", *row) for number, row in enumerate(surveyed)]
    return {
        "marts.fct_voice_opportunities": [
            ("330", f"o{number}", "p1", "child_in_need", *row) for number, row in enumerate(held)
        ],
        "marts.fct_voice_expressions": [
            ("330", f"k{row[0]}", row[0], None, key, row[3], row[2], row[4], row[5], row[6])
            for row, key in zip(named, at, strict=True)
        ],
        "marts.fct_voice_themes": [
            ("330", "expression", row[0], theme) for row in named for theme in sorted(row[7])
        ],
        "marts.fct_influences": [
            ("330", "expression", row[0], outcome) for row in named for outcome in row[8]
        ]
        + [("330", "survey_wave", row[0], row[7]) for row in waves],
        "marts.fct_replies": [
            ("330", "survey_wave", row[0], "told" if row[8] else "not_told") for row in waves
        ],
        "marts.fct_information_rights": [
            ("330", f"r{number}", None, *row) for number, row in enumerate(asked)
        ],
        "staging.stg_voice_extension__survey_wave": [
            ("330", row[0], row[1], row[2], row[3], None, row[4], row[5]) for row in waves
        ],
        "staging.stg_voice_extension__survey_answer": [
            ("330", row[0], f"s{number}", "Too long" if number % 2 else None)
            for row in waves
            for number in range(row[6])
        ],
    }


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(said=expressions, held=opportunities, asked=rights, surveyed=waves)
def test_for_all_deliveries_each_step_is_part_of_the_one_it_comes_from(
    warehouse: duckdb.DuckDBPyConnection, said: Any, held: Any, asked: Any, surveyed: Any
) -> None:
    facts = _facts(said, held, asked, surveyed)
    for table, rows in facts.items():
        _load(warehouse, table, rows)
    found = warehouse.execute("from marts.fct_voice_threads").fetchall()
    names = [column[0] for column in warehouse.description]
    threads = [dict(zip(names, row, strict=True)) for row in found]
    for thread in threads:
        for part, whole in NESTED:
            if thread[part] is not None and thread[whole] is not None:
                assert 0 <= thread[part] <= thread[whole], (part, whole)

    # Nothing is lost: what was due and what was said, counted again from what was drawn.
    journey = [row for row in threads if row["stage"] == "child_in_need"]
    due = [outcome for _, _, outcome in held if outcome in ("voiced", "missed")]
    assert sum(row["opportunities"] for row in journey) == len(due)
    assert sum(row["voiced"] for row in journey) == due.count("voiced")
    met = {place for place, (_, _, outcome) in enumerate(held) if outcome == "voiced"}
    told = {row[0] for row in said if row[0] in met and row[5]}
    assert sum(row["told"] for row in journey) == len(told)
    unasked = [row for row in threads if row["stage"] == "not_applicable"]
    wanted = [row for row in said if row[0] not in met or row[2] == "about_information"]
    assert sum(row["voiced"] for row in unasked) == len(wanted)
    requests = [row for row in threads if row["stage"] in ("access", "correction")]
    kept = [row for row in asked if row[6] and row[1] != "privacy_notice"]
    assert sum(row["opportunities"] for row in requests) == len(kept)
    surveys = [row for row in threads if row["stage"] == "survey"]
    invited = [row[3] for row in surveyed if row[1] == "about_information" and row[3] is not None]
    assert sum(row["opportunities"] for row in surveys) == sum(invited)
