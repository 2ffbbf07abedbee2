"""The Python model between the counts and the mart, run as dbt runs it."""

import importlib.util
from types import ModuleType
from typing import Any

import duckdb
import pytest

from tests.support.command import REPOSITORY

MODEL = REPOSITORY / "dbt_project/models/intermediate/equity/int_equity_comparisons.py"
# Two groups of 100 children in 12 months: 60 % against 90 %.
ROWS = """
    select '330' as authority_code, 'F1' as measure, 'A1' as subject, 'exempt_out' as counting,
        'authority' as scope, 'all' as scope_value, date '2026-03-31' as period_end,
        '12_months' as window_length, 'sex' as dimension, group_value, stratum,
        'group' as level_role, children, x, n, xx, xn, nn
    from (values
        ('F', 'all', 100, 60, 100, 60.0, 60.0, 100.0),
        ('M', 'all', 100, 90, 100, 90.0, 90.0, 100.0),
        ('F', 'young', null, 10, 50, null, null, null),
        ('F', 'old', null, 50, 50, null, null, null),
        ('M', 'young', null, 10, 20, null, null, null),
        ('M', 'old', null, 80, 80, null, null, null)
    ) as t (group_value, stratum, children, x, n, xx, xn, nn)
"""


class Dbt:
    """What dbt hands to a Python model."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, counts: str) -> None:
        self._relation = connection.query(counts)

    def config(self, **_: Any) -> None:
        """Take no notice."""

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        """Return the counts."""
        assert name == "int_equity_counts"
        return self._relation


@pytest.fixture(scope="module")
def model() -> ModuleType:
    spec = importlib.util.spec_from_file_location("int_equity_comparisons", MODEL)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_groups_are_compared_and_standardised(model: ModuleType) -> None:
    with duckdb.connect() as connection:
        found = model.model(Dbt(connection, ROWS), connection)
        columns = "group_value, flag, round(gap, 6), round(standardised_gap, 6), window_used"
        told = found.query("found", f"select {columns} from found order by 1").fetchall()
    # By hand: young weigh 70 of 200 (20 % against 50 %), old 130 (all against all).
    assert told == [
        ("F", "disparity_severe", -0.3, round(0.35 * (0.2 - 0.5), 6), "12_months"),
        ("M", "advantaged", 0.3, round(0.35 * (0.5 - 0.2), 6), "12_months"),
    ]


def test_a_table_without_a_row_has_the_types_of_one_with_rows(model: ModuleType) -> None:
    """A new home, or a slice in which nothing is left, must not break the mart's contract."""
    with duckdb.connect() as connection:
        full = model.model(Dbt(connection, ROWS), connection)
        expected = list(zip(full.columns, map(str, full.types), strict=True))
        none = model.model(Dbt(connection, f"{ROWS} where false"), connection)
        assert list(zip(none.columns, map(str, none.types), strict=True)) == expected
        assert none.fetchall() == []
