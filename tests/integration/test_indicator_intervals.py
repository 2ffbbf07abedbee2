"""The interval of a difference, as the project's own macro writes it, gives independent numbers."""

from pathlib import Path

import duckdb
import pytest

from tests.support.rendered_sql import render_sql

# Numerator and size of both sides, the limits by statsmodels (Newcombe's hybrid score).
EXPECTED = [
    (56, 70, 48, 80, 0.05243147240236498, 0.33387265403690614),
    (9, 10, 3, 10, 0.1705227239345029, 0.809017973535488),
    (0, 10, 10, 10, -1.0, -0.6075093504305241),
    (10, 10, 20, 20, -0.27753279986288937, 0.16112515805281957),
    (18, 24, 900, 1000, -0.3497269994009913, -0.018441079867436233),
]


def test_the_interval_of_a_difference_equals_the_reference(tmp_path: Path) -> None:
    lower_limit, upper_limit = (
        f"{{{{ difference_limit('p', 'n', 'q', 'm', {side}) }}}}" for side in (-1, 1)
    )
    limit = render_sql(tmp_path, f"select {lower_limit}, {upper_limit} from sides")
    with duckdb.connect() as con:
        for x, n, y, m, lower, upper in EXPECTED:
            con.execute(
                "create or replace table sides as"
                " select ?::double / ? as p, ?::double as n, ?::double / ? as q, ?::double as m",
                [x, n, n, y, m, m],
            )
            assert con.execute(limit).fetchone() == pytest.approx((lower, upper), abs=1e-12)
