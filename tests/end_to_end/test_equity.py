"""The planted gaps are found, and no others; what is published is the safe part."""

from typing import Any

import duckdb
import pytest
import yaml

from orchestration.reporting.published import database_path
from tests.support.command import REPOSITORY, Site

FOUND = ("disparity", "disparity_severe")
# Characteristics on which nothing is planted and no other rate depends.
FAIR = ("sex", "interpreter_needed", "first_language_group", "uasc", "placement_distance")


@pytest.fixture(scope="module")
def warehouse(site: Site) -> Any:
    with duckdb.connect(str(site.home / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def words(warehouse: duckdb.DuckDBPyConnection) -> dict[tuple[str, str, str], str]:
    """The word for coverage (A1) in the last financial year."""
    rows = warehouse.execute(
        "select authority_code, dimension, group_value, flag from marts.fct_equity_comparisons"
        " where measure = 'F1' and subject = 'A1' and counting = 'exempt_out'"
        " and scope = 'authority' and period_type = 'year'"
        " and period_end = (select max(period_end) from marts.fct_equity_comparisons"
        " where period_type = 'year')"
    ).fetchall()
    return {(authority, dimension, group): word for authority, dimension, group, word in rows}


def _areas(words: dict[tuple[str, str, str], str], authority: str) -> list[str]:
    return sorted(group for code, name, group in words if (code, name) == (authority, "area"))


def test_the_planted_gaps_are_found_and_no_others(words: dict[tuple[str, str, str], str]) -> None:
    gaps = yaml.safe_load((REPOSITORY / "seeds" / "synthetic" / "gaps.yaml").read_text())
    authorities = {authority for authority, *_ in words}
    assert len(authorities) == 2
    found_somewhere = set()
    for authority in authorities:
        areas = _areas(words, authority)
        quiet = areas[gaps["quiet_district"]["district"]]
        planted = {
            ("communication_need", "Y"),
            ("ethnic_group", gaps["ethnic_group"]["value"]),
            ("area", quiet),
        }
        told = {
            (name, group)
            for (code, name, group), word in words.items()
            if code == authority
            and word in FOUND
            and name in ("communication_need", "ethnic_group", "area", *FAIR)
        }
        assert told <= planted
        # A small authority may be unsure of a true gap; it is never called fair.
        for name, group in planted:
            assert words[authority, name, group] in (*FOUND, "watch")
        found_somewhere |= {(name, group if name != "area" else "quiet") for name, group in told}
    assert found_somewhere == {
        ("communication_need", "Y"),
        ("ethnic_group", gaps["ethnic_group"]["value"]),
        ("area", "quiet"),
    }


def test_no_comparison_is_of_unknown_people_or_hides_travellers(
    words: dict[tuple[str, str, str], str],
) -> None:
    groups = {(name, group) for _, name, group in words}
    assert not {group for _, group in groups} & {"unknown", "refused", "not_mapped"}
    assert ("ethnic_group", "gypsy_roma_traveller") in groups
    assert ("ethnic_group", "white") not in groups


def test_missing_ethnicity_is_a_gap_of_its_own_where_nobody_asks(
    warehouse: duckdb.DuckDBPyConnection, words: dict[tuple[str, str, str], str]
) -> None:
    gaps = yaml.safe_load((REPOSITORY / "seeds" / "synthetic" / "gaps.yaml").read_text())
    told = warehouse.execute(
        "select distinct authority_code, group_value from marts.fct_equity_comparisons"
        " where measure = 'F5' and subject = 'ethnic_group' and dimension = 'area'"
        " and period_type = 'year' and list_contains($1, flag) and scope = 'authority'",
        [list(FOUND)],
    ).fetchall()
    expected = {
        (authority, _areas(words, authority)[gaps["ethnicity_missing"]["district"]])
        for authority, *_ in words
    }
    assert set(told) == expected


def test_a_published_rate_is_that_of_the_indicator_and_no_second_release_of_the_count(
    site: Site,
) -> None:
    with duckdb.connect(str(database_path(site.home)), read_only=True) as connection:
        (same, different) = connection.execute(
            "select count(*) filter (gap.group_rate = shown.value),"
            " count(*) filter (gap.group_rate is distinct from shown.value)"
            " from published.equity_gap as gap"
            " inner join published.indicator_value as shown using (authority_code, period_type,"
            " period_start, indicator_id, breakdown, breakdown_value)"
            " where gap.status = 'shown' and gap.window_used"
            " = case gap.period_type when 'quarter' then 'quarter' else '12_months' end"
        ).fetchone() or (0, 0)
        hidden = connection.execute(
            "select count(*) from published.equity_gap where status = 'suppressed'"
            " and (flag is not null or group_rate is not null or rest_rate is not null)"
        ).fetchone()
        words = connection.execute(
            "select distinct flag from published.equity_gap where status = 'rate_withheld'"
            " and group_rate is null"
        ).fetchall()
    assert same > 100
    assert (different, hidden) == (0, (0,))
    # Too few to compare is said, and is not the same as suppressed.
    assert ("insufficient",) in words


def test_in_or_out_of_area_is_what_annex_a_says_of_the_latest_placement(
    warehouse: duckdb.DuckDBPyConnection, site: Site
) -> None:
    # The generator writes "out" from forty miles; nothing but the list carries that word.
    found = warehouse.execute(
        "select said.placement_location, count(*), min(homes.cla_placement_distance),"
        " max(homes.cla_placement_distance) from marts.fct_voice_opportunities as said"
        " inner join staging.stg_ssd__cla_placement as homes using (authority_code, person_key)"
        " where said.opportunity_date >= homes.cla_placement_start_date"
        " and said.opportunity_date < coalesce(homes.cla_placement_end_date, date '2999-01-01')"
        " and said.placement_distance in ('up_to_20_miles', 'over_20_miles')"
        " group by all order by all"
    ).fetchall()
    (inside, outside, unknown) = found
    assert (inside[0], outside[0], unknown[0]) == ("in_area", "out_of_area", "unknown")
    assert (inside[3] < 40, outside[2] >= 40) == (True, True)
    assert min(inside[1], outside[1], unknown[1]) > 100
    with duckdb.connect(str(database_path(site.home)), read_only=True) as connection:
        told = connection.execute(
            "select distinct breakdown_value from published.equity_gap"
            " where breakdown = 'placement_location' and status = 'shown' order by all"
        ).fetchall()
    assert told == [("in_area",), ("out_of_area",)]


def test_teams_are_held_to_a_funnel_and_compared_with_nobody(
    warehouse: duckdb.DuckDBPyConnection, site: Site
) -> None:
    teams, words, tests, places, outside = warehouse.execute(
        "select count(distinct group_value), count(flag) + count(flag_as_counted),"
        " count(p_value) + count(gap) + count(q_value), count(funnel_place),"
        " count(case when funnel_place = 'outside_998' then 1 end)"
        " from marts.fct_equity_comparisons where dimension = 'team' and measure = 'F1'"
        " and subject = 'A1' and period_type = 'year'"
    ).fetchall()[0]
    assert teams == 12
    assert (words, tests) == (0, 0)
    # No gap is planted between teams.
    assert places > 50
    assert outside <= places / 100
    with duckdb.connect(str(database_path(site.home)), read_only=True) as connection:
        told = connection.execute(
            "select count(*) from published.equity_gap where breakdown = 'team'"
        ).fetchall()
    assert told == [(0,)]
