"""Returns that nobody here made go through, and the numbers are those counted by hand."""

from datetime import date

import duckdb
import pytest

from tests.support.command import Site
from tests.support.inbox import samples
from tests.support.planted import ORDERS, RETURN, YEARLY, Planted

# Counted from the file by hand: one child, day and code is one review; children whose every
# legal status is V3 or V4 are left out; PN1, 2, 3, 5, 6 of PN1 to PN7.
PARTICIPATED = {
    date(2015, 4, 1): (1420, 1966),
    date(2016, 4, 1): (1521, 2109),
    date(2017, 4, 1): (1310, 1862),
    date(2018, 4, 1): (990, 1420),
    date(2019, 4, 1): (691, 983),
    date(2020, 4, 1): (451, 646),
}


WITHOUT_KEYS = {
    "fct_indicator_values": "* exclude (authority_code)",
    # Which of two reviews of one day comes first is the key's to say, and the code goes with it.
    "fct_voice_opportunities": (
        "* exclude (authority_code, opportunity_key, person_key, occasion_id, participation_code)"
    ),
}


@pytest.fixture(scope="module")
def returned(planted: Planted) -> Site:
    """An authority that handed in one return, and two that sent the same three in other orders."""
    for name in (RETURN, YEARLY):
        samples(name)
    return planted.site


def test_participation_in_a_real_shaped_return_is_what_a_hand_count_gives(returned: Site) -> None:
    with duckdb.connect(str(returned.warehouse), read_only=True) as con:
        arrived = con.execute(
            """
            select rows_in, rows_loaded, rows_quarantined, rows_duplicate
            from ledger.delivery_tables
            where raw_table = 'ssda903_reviews' and authority_code = '999'
            """
        ).fetchall()
        counted = con.execute(
            """
            select period_start, numerator, denominator
            from marts.fct_indicator_values
            where authority_code = '999' and indicator_id = 'A5' and period_type = 'year'
                and breakdown = 'all' and period_start in (select unnest(?))
            """,
            [list(PARTICIPATED)],
        ).fetchall()
    assert arrived == [(12_582, 12_580, 0, 2)]
    assert {row[0]: (row[1], row[2]) for row in counted} == PARTICIPATED


def test_three_yearly_returns_in_any_order_give_one_and_the_same_result(returned: Site) -> None:
    """Two authorities are the two orders; keys of persons differ between them by design."""
    with duckdb.connect(str(returned.warehouse), read_only=True) as con:
        values, opportunities = (
            [
                con.execute(
                    f"select {what} from marts.{table} where authority_code = ? order by all",
                    [code],
                ).fetchall()
                for code in ORDERS
            ]
            for table, what in WITHOUT_KEYS.items()
        )
    assert len(opportunities[0]) > 1_000
    assert values[0] == values[1]
    assert opportunities[0] == opportunities[1]


@pytest.mark.parametrize("indicator", ["A1", "A3", "B1", "D4", "E1", "F2"])
def test_what_a_return_cannot_show_is_not_available_and_not_zero(
    indicator: str, returned: Site
) -> None:
    with duckdb.connect(str(returned.published), read_only=True) as con:
        rows = con.execute(
            """
            select distinct authority_code, status, numerator, denominator, value
            from published.indicator_value
            where indicator_id = ? and authority_code in ('995', '999') order by authority_code
            """,
            [indicator],
        ).fetchall()
    assert rows == [(code, "not_available", None, None, None) for code in ("995", "999")]
