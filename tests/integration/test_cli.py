"""The commands that answer questions, on a small published database."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.reporting.explanation import UnknownPeriodError, explain_indicator
from orchestration.reporting.lineage import definition
from orchestration.reporting.standing import read_standing
from orchestration.reporting.summary import Summary, read_summary

REPOSITORY = Path(__file__).parents[2]

VALUES = [
    # indicator, period_type, start, end, breakdown, value, numerator, denominator, lower, upper
    ("A1", "year", "2024-04-01", "2025-03-31", "all", "all", 400, 1000, 37.0, 43.0, "shown"),
    ("A1", "year", "2025-04-01", "2026-03-31", "all", "all", 500, 1000, 47.0, 53.0, "shown"),
    ("A1", "quarter", "2025-04-01", "2025-06-30", "all", "all", 130, 250, 46.0, 58.0, "shown"),
    ("A1", "year", "2025-04-01", "2026-03-31", "sex", "F", 320, 600, 49.0, 57.0, "shown"),
    ("A1", "year", "2025-04-01", "2026-03-31", "sex", "M", 180, 400, 40.0, 50.0, "shown"),
    ("A1", "year", "2025-04-01", "2026-03-31", "disability", "Y", 20, 100, 13.0, 29.0, "shown"),
    ("A1", "year", "2025-04-01", "2026-03-31", "disability", "N", 400, 800, 46.5, 53.5, "shown"),
    ("A1", "year", "2025-04-01", "2026-03-31", "disability", "unknown", 5, 100, 2.0, 11.0, "shown"),
    ("A1", "year", "2025-04-01", "2026-03-31", "area", "QA1", None, None, None, None, "suppressed"),
    ("A1", "year", "2025-04-01", "2026-03-31", "stage", "looked_after", 1, 99, 0.1, 5.0, "shown"),
    ("A5", "year", "2025-04-01", "2026-03-31", "all", "all", None, None, None, None, "suppressed"),
]
CHECKS = [
    ("SSD-001", "330", "warn", "fail", "Ethnicity is known.", "Ask the teams.", "A1,A5"),
    ("SSD-101", "330", "stop", "pass", "Seen alone implies seen.", "Mend the form.", "B3"),
    ("SSD-101", "331", "stop", "error", "Seen alone implies seen.", "Mend the form.", "B3"),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    (folder / "published").mkdir()
    with duckdb.connect(str(folder / "published" / "heard.duckdb")) as connection:
        connection.execute(
            """
            create schema published;
            create table published.release as
                select 'R1' as release_id, timestamp '2026-10-01 09:30' as released_at;
            create table published.indicator as select 'R1' as release_id, * from (values
                ('A1', 'Coverage', 'Were they heard?', 'higher', 'percent'),
                ('A5', 'Reviews', 'Did they take part?', 'higher', 'percent'))
                as t (indicator_id, name, plain_name, direction, unit);
            create table published.indicator_value (
                release_id varchar, authority_code varchar, indicator_id varchar,
                period_type varchar, period_start date, period_end date, breakdown varchar,
                breakdown_value varchar, numerator bigint, denominator bigint, value double,
                lower double, upper double, status varchar, completeness double, quality varchar,
                as_of date, quality_caveat varchar);
            create table published.equity_gap as select * from (values
                ('year', date '2024-04-01', 'disability', 'Y', 10, 90, 'disparity_severe', 'shown'),
                ('year', date '2025-04-01', 'disability', 'Y', 20, 50, 'disparity_severe', 'shown'),
                ('year', date '2025-04-01', 'disability', 'N', 50, 20, 'advantaged', 'shown'),
                ('year', date '2025-04-01', 'sex', 'M', 45, 53, 'watch', 'shown'),
                ('year', date '2025-04-01', 'sex', 'F', 53, 45, 'inconclusive', 'shown'),
                ('year', date '2025-04-01', 'ethnic_group', 'other', null, null, null,
                    'suppressed'),
                ('year', date '2025-04-01', 'ethnic_group', 'mixed', null, null, 'insufficient',
                    'rate_withheld'),
                ('quarter', date '2025-04-01', 'sex', 'M', 1, 99, 'disparity_severe', 'shown'))
                as t (period_type, period_start, breakdown, breakdown_value, group_rate, rest_rate,
                    flag, status)
                cross join (select '330' as authority_code, 'A1' as indicator_id);
            create table published.quality_result (
                check_id varchar, authority_code varchar, severity varchar, outcome varchar,
                sentence varchar, what_to_do varchar, indicators varchar);
            create table published.delivery as select * from (values
                ('330', 'ssd', date '2026-09-30', 100, 90, 7, 3),
                ('330', 'ssd', date '2026-06-30', 50, 50, 0, 0),
                ('330', 'ssda903', date '2026-03-31', 10, 10, 0, 0))
                as t (authority_code, source, as_of, rows_in, rows_loaded, rows_quarantined,
                    rows_duplicate);
            create table published.code_label as select * from (values
                ('sex', 'M', 'Male'), ('disability', 'Y', 'Disabled'))
                as t (code_list, code, label);
            """
        )
        connection.executemany(
            "insert into published.indicator_value select 'R1', '330', $1, $2, $3, $4, $5, $6, $7,"
            " $8, 100.0 * $7 / $8, $9, $10, $11, 95.0, 'ok', date '2026-09-30', 'Not met: x.'",
            VALUES,
        )
        connection.executemany(
            "insert into published.quality_result values (?, ?, ?, ?, ?, ?, ?)", CHECKS
        )
    return folder


@pytest.fixture(scope="module")
def summary(home: Path) -> Summary:
    return read_summary(home)


def heard(*arguments: str, home: Path) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"HEARD_HOME": str(home), "HEARD_INBOX": str(home / "inbox")}
    return subprocess.run(
        [sys.executable, "-m", "orchestration", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        cwd=REPOSITORY,
    )


def answer(*arguments: str, home: Path) -> Any:
    ran = heard(*arguments, "--json", home=home)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_headlines_are_those_of_the_latest_year_for_everybody(summary: Summary) -> None:
    found = [(line.indicator_id, line.value, line.status) for line in summary.headlines]
    assert found == [("A1", 50.0, "shown"), ("A5", None, "suppressed")]


def test_a_gap_of_the_latest_year_is_told_with_both_rates_and_its_word(summary: Summary) -> None:
    told = {(gap.breakdown, gap.breakdown_value): gap for gap in summary.gaps}
    disabled = told["disability", "Y"]
    assert (disabled.group_rate, disabled.rest_rate, disabled.gap_points) == (20, 50, -30)
    assert (disabled.flag, disabled.is_clear) == ("disparity_severe", True)


def test_a_gap_that_could_be_chance_is_not_called_clear(summary: Summary) -> None:
    told = {(gap.breakdown, gap.breakdown_value): gap for gap in summary.gaps}
    assert not told["sex", "M"].is_clear


def test_only_whom_a_gap_is_against_is_told_the_worst_first(summary: Summary) -> None:
    told = [(gap.breakdown, gap.breakdown_value) for gap in summary.gaps]
    assert told == [("disability", "Y"), ("sex", "M")]


def test_groups_that_are_too_small_are_counted_and_not_named(summary: Summary) -> None:
    found = (summary.groups_compared, summary.groups_unsure, summary.groups_too_few)
    assert found == (4, 2, 2)


def test_findings_come_worst_first_and_only_those_that_need_somebody(summary: Summary) -> None:
    found = [(f.check_id, f.severity, f.outcome, f.authorities) for f in summary.findings]
    assert found == [("SSD-101", "stop", "error", 1), ("SSD-001", "warn", "fail", 1)]
    assert summary.outcomes == {"error": 1, "fail": 1, "pass": 1}


def test_deliveries_are_summed_by_source(summary: Summary) -> None:
    found = {source.source: source for source in summary.sources}
    assert (found["ssd"].deliveries, found["ssd"].rows_in, found["ssd"].rows_quarantined) == (
        2,
        150,
        7,
    )


def test_freshness_is_the_age_of_the_newest_extract(home: Path) -> None:
    standing = read_standing(home, date(2026, 10, 10))
    assert {(line.source, line.days_old) for line in standing.freshness} == {
        ("ssd", 10),
        ("ssda903", 193),
    }


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (None, [("year", "2025-04-01", 50.0)]),
        ("2024-25", [("year", "2024-04-01", 40.0)]),
        ("2025-26-Q1", [("quarter", "2025-04-01", 52.0)]),
        ("2025-04-01", [("quarter", "2025-04-01", 52.0), ("year", "2025-04-01", 50.0)]),
        ("2025-26-Q4", []),
    ],
)
def test_a_period_is_found_by_the_name_people_give_it(
    home: Path, period: str | None, expected: list[tuple[str, str, float]]
) -> None:
    found = explain_indicator(home, "A1", "330", period).values
    assert [
        (row["period_type"], str(row["period_start"]), row["value"]) for row in found
    ] == expected


@pytest.mark.parametrize("period", ["2025-27", "last year", "2025", "2025-26-Q5"])
def test_a_period_that_nobody_uses_is_refused_with_examples(home: Path, period: str) -> None:
    with pytest.raises(UnknownPeriodError, match="2025-26-Q1"):
        explain_indicator(home, "A1", None, period)


def test_explain_names_the_checks_that_bear_on_the_number(home: Path) -> None:
    assert [row["check_id"] for row in explain_indicator(home, "A1", "330", None).findings] == [
        "SSD-001"
    ]
    assert explain_indicator(home, "C5", None, None).findings == ()


def test_explain_walks_from_the_published_table_to_the_contract(tmp_path: Path) -> None:
    measure = definition("A1")["measure"]
    manifest = {
        "nodes": {
            "model.h.counts": {
                "name": f"int_indicator_counts__{measure}",
                "schema": "intermediate",
            },
            "model.h.fact": {"name": "fct_voice_opportunities", "schema": "marts"},
            "model.h.stage": {"name": "stg_ssd__cin_visits", "schema": "staging"},
            "model.h.other": {"name": "stg_ssd__family", "schema": "staging"},
        },
        "sources": {
            "source.h.visits": {"name": "ssd_cin_visits", "schema": "raw", "source_name": "ssd"}
        },
        "parent_map": {
            "model.h.counts": ["model.h.fact"],
            "model.h.fact": ["model.h.stage"],
            "model.h.stage": ["source.h.visits"],
            "model.h.other": [],
        },
    }
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(manifest))
    lineage = explain_indicator(tmp_path, "A1", None, None, path).lineage
    assert lineage is not None
    assert lineage.marts == ("fct_indicator_values", "fct_voice_opportunities")
    assert (lineage.staging, lineage.raw) == (("stg_ssd__cin_visits",), ("raw.ssd_cin_visits",))
    assert lineage.contracts == ("ssd",)


def test_commands_answer_in_json_for_programs(home: Path) -> None:
    assert answer("status", home=home)["release_id"] == "R1"
    assert answer("explain", "a1", home=home)["values"][0]["value"] == 50.0


def test_commands_answer_in_plain_text_for_people(home: Path) -> None:
    told = heard("explain", "A1", home=home).stdout
    assert "out of" in told
    assert "47.0 to 53.0" in told
    assert "Not met: x." in told
    assert "\x1b" not in told
    told = heard("status", home=home).stdout
    assert "Ask the teams." in told
    assert "A1, A5: Not met: x." in told
    assert "\x1b" not in told


def test_an_unknown_indicator_is_refused_in_one_line_that_lists_the_known(home: Path) -> None:
    ran = heard("explain", "Z9", home=home)
    assert ran.returncode == 1
    assert ran.stderr.startswith("heard: there is no indicator Z9; known are A1, ")
    assert ran.stderr.count("\n") == 1


def test_status_without_a_release_says_what_to_run(tmp_path: Path) -> None:
    ran = heard("status", home=tmp_path)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "heard run" in ran.stderr


def test_the_doctor_finds_what_is_wrong_and_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY", "abcd")
    (tmp_path / "landing").mkdir()
    (tmp_path / "landing").chmod(0o755)
    ran = heard("doctor", "--json", home=tmp_path)
    found = {check["name"]: check for check in json.loads(ran.stdout)["checks"]}
    assert ran.returncode == 1
    for name in ("key", "inbox", "permissions"):
        assert found[name]["verdict"] == "fail", name
        assert found[name]["what_to_do"], name
    assert found["python"]["verdict"] == "ok"
    assert found["lock"]["verdict"] == "ok"
    assert "abcd" not in ran.stdout


def test_the_doctor_is_content_with_a_sound_installation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY", "7b" * 32)
    (tmp_path / "inbox").mkdir()
    ran = heard("doctor", home=tmp_path)
    assert ran.returncode == 0, ran.stdout
    assert "FAIL" not in ran.stdout


def test_a_demo_refuses_a_home_that_holds_real_data(tmp_path: Path) -> None:
    (tmp_path / "warehouse.duckdb").touch()
    ran = heard("demo", "--home", str(tmp_path), home=tmp_path)
    assert ran.returncode == 1
    assert "--home" in ran.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["warehouse.duckdb"]
