"""A home folder with just what a table of exact numbers is made of: a cube, and a release of it.

Belongs here: the rows. Does not belong here: what a test expects of them.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

RELEASE = "20260501T000000Z-release"
# 60 were due and 45 heard; two are of unknown sex, and of the girls two were not heard.
PARTS: dict[str, dict[str, tuple[int, int]]] = {
    "all": {"all": (45, 60)},
    "sex": {"F": (10, 12), "M": (35, 46), "U": (0, 2)},
    "area": {"N": (12, 15), "S": (33, 45)},
}
_KEYS = "authority_code, indicator_id, period_type, period_start, breakdown, breakdown_value"


@dataclass(frozen=True)
class ExactHome:
    """A home folder and its published database."""

    home: Path

    @property
    def published(self) -> Path:
        """The database that readers have."""
        return self.home / "published" / "heard.duckdb"

    def make(self) -> None:
        """Make both databases: what is published is the cube, rounded by fixed offsets."""
        self.published.parent.mkdir(parents=True)
        with duckdb.connect(str(self.home / "warehouse.duckdb")) as con:
            con.execute("create schema intermediate; create schema marts")
            con.execute(
                "create table marts.dim_indicators as select * from (values"
                " ('A1', 'Voice recorded', 'coverage', 'percent', 'ratio'),"
                " ('C6', 'Days since', 'time', 'days', 'quantile'))"
                " as t(indicator_id, name, family, unit, aggregation)"
            )
            con.execute(
                "create table intermediate.int_indicator_values__complete (authority_code varchar,"
                " family varchar, indicator_id varchar, period_type varchar, period_start date,"
                " period_end date, breakdown varchar, breakdown_value varchar, status varchar,"
                " numerator bigint, denominator bigint, contributors bigint, is_dominated boolean)"
            )
            rows = [
                (kind, end, by, value, top, bottom)
                for kind, end in (("year", "2026-03-31"), ("rolling_12_months", "2026-03-31"))
                for by, cells in PARTS.items()
                for value, (top, bottom) in cells.items()
            ]
            con.executemany(
                "insert into intermediate.int_indicator_values__complete values ('330', 'coverage',"
                " 'A1', ?, '2025-04-01', ?, ?, ?, 'shown', ?, ?, 50, false)",
                rows,
            )
            con.execute(
                "insert into intermediate.int_indicator_values__complete"
                " select * replace ('X' as breakdown_value, 'not_applicable' as status,"
                " 0 as numerator, 0 as denominator)"
                " from intermediate.int_indicator_values__complete where breakdown_value = 'U'"
            )
            con.execute(
                "create table intermediate.int_indicator_values__protected as select * replace"
                " (5 * ((numerator + 2) // 5) as numerator, 5 * ((denominator + 2) // 5) as"
                " denominator) from intermediate.int_indicator_values__complete"
            )
        self._publish()

    def _publish(self) -> None:
        with duckdb.connect(str(self.published)) as con:
            con.execute(f"attach '{self.home / 'warehouse.duckdb'}' as w (read_only)")
            con.execute("create schema published")
            con.execute(
                f"create table published.indicator as select '{RELEASE}' as release_id, *"
                " from w.marts.dim_indicators"
            )
            con.execute(
                "create table published.indicator_value as select"
                " * exclude (family, contributors, is_dominated) replace"
                " (case when denominator < 10 and status = 'shown' then 'suppressed' else status"
                " end as status, case when denominator >= 10 then numerator end as numerator,"
                " case when denominator >= 10 then denominator end as denominator),"
                f" cast(null as bigint) as exempt, '{RELEASE}' as release_id"
                " from w.intermediate.int_indicator_values__protected"
            )
            con.execute(
                f"create table published.code_label as select '{RELEASE}' as release_id, 'sex' as"
                " code_list, 'F' as code, 'Girls' as label"
            )

    def correct(self) -> None:
        """Let a late correction into the warehouse, so that readers have other numbers."""
        with duckdb.connect(str(self.home / "warehouse.duckdb")) as con:
            con.execute(
                "update intermediate.int_indicator_values__protected set denominator = 70"
                " where breakdown = 'all'"
            )
