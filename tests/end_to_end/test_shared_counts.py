"""One count under two names: the gate has to know of it, or the second name tells the first."""

import duckdb

from orchestration.disclosure.profiles import ties
from tests.support.command import Site


def test_counts_that_indicators_share_are_known_to_the_gate(site: Site) -> None:
    """What one indicator leaves out, no other may tell under its own name."""
    with duckdb.connect(str(site.warehouse), read_only=True) as con:
        found = con.execute(
            """
            with cells as (
                from intermediate.int_indicator_values__complete
                where status = 'shown' and period_type <> 'month' and denominator > 0
            )
            select
                one.indicator_id,
                two.indicator_id,
                bool_and(one.numerator = two.numerator)
                or bool_and(one.numerator = two.denominator - two.numerator),
                bool_and(one.numerator = two.denominator)
            from cells as one
            inner join cells as two using (
                authority_code, period_type, period_start, breakdown, breakdown_value
            )
            where one.indicator_id <> two.indicator_id
            group by all
            having count(*) > 200
            """
        ).fetchall()
    shared = {(one, two, "numerator") for one, two, is_same, _ in found if is_same}
    shared |= {(one, two, "denominator") for one, two, _, is_whole in found if is_whole}
    assert {("A1", "A2", "numerator"), ("A5", "A6", "numerator")} <= shared
    assert shared <= set(ties())
