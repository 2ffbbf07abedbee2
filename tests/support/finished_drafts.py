"""A draft of a release with one indicator, and what the last hand makes of it."""

from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from orchestration.disclosure.profiles import Profile
from orchestration.releases.last_hand import LastHandOn
from tests.support.drafts import make_feedback, make_thread

if TYPE_CHECKING:
    from orchestration.releases.places import Place
    from orchestration.reporting.freezing import Settled

Row = tuple[str, str, int | None, int | None]
COLUMNS = (
    "release_id varchar, authority_code varchar, indicator_id varchar, period_type varchar,"
    " period_start date,"
    " period_end date, breakdown varchar, breakdown_value varchar, numerator bigint,"
    " denominator bigint, exempt bigint, value integer, lower double, upper double, status varchar,"
    " completeness integer, quality varchar"
)


def _make(place: str, rows: list[Row], con: duckdb.DuckDBPyConnection, word: str = "good") -> None:
    con.execute(f"create schema {place}")
    con.execute(f"create table {place}.indicator_value ({COLUMNS})")
    con.executemany(
        f"insert into {place}.indicator_value select 'r1', '330', 'A1', 'quarter', '2026-01-01',"
        " '2026-03-31', $1, $2, $3, $4, null, 100 * $3 // nullif($4, 0), 1, 99,"
        f" case when $4 is null then 'suppressed' else 'shown' end, 90, '{word}'",
        rows,
    )


def _read(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[object, ...]]:
    rows = con.execute(
        "select breakdown_value, numerator, denominator, value, status, quality"
        " from draft.published.indicator_value"
    ).fetchall()
    return {str(row[0]): row[1:] for row in rows}


class Bench:
    """A draft, and the release before it if there is one."""

    def __init__(self, folder: Path) -> None:
        self.before = folder / "heard.duckdb"
        self.freezes = False
        self.settled: tuple[Settled, ...] = ()
        self.places: tuple[Place, ...] = ()
        self.and_then = "select 1"
        self.feedback: list[tuple[str, str, int, int]] = []
        self.thread: list[tuple[str, str, int]] = []
        self.con = duckdb.connect()
        self.con.execute("attach ':memory:' as draft")

    def release_before(self, rows: list[Row]) -> None:
        """Put a release before readers."""
        with duckdb.connect(str(self.before)) as con:
            _make("published", rows, con, word="poor")

    def finish(self, rows: list[Row], way: Profile, trusts_before: bool = False) -> LastHandOn:
        """Make a draft and do the last to it."""
        _make("draft.published", rows, self.con)
        self.con.execute(
            "create table draft.published.indicator as select 'r2' as release_id, unnest(['A1',"
            " 'A2', 'A12']) as indicator_id, 'coverage' as family"
        )
        if self.thread:
            make_thread(self.con, self.thread)
        self.con.execute(self.and_then)
        if self.feedback:
            make_feedback(self.con, self.feedback)
        hand = LastHandOn(
            way, self.before, trusts_before, True, self.freezes, self.settled, self.places
        )
        hand(self.con, "draft.published")
        return hand

    def read(self) -> dict[str, tuple[object, ...]]:
        """What the draft says now, by group."""
        return _read(self.con)
