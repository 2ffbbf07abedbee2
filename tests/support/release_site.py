"""A home folder whose releases are made as a run makes them, of a few rows.

Belongs here: making them. Does not belong here: what becomes of them.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration.releases import actions
from orchestration.releases.heads import record_head
from orchestration.releases.settings import read_release_settings
from orchestration.reporting.release_files import (
    DATABASE,
    Manifest,
    draft_database,
    draft_parquet,
    list_drafts,
    put_in_place,
)

FIRST, SECOND = "20260101T000000Z-first", "20260401T000000Z-second"
THIRD = "20260701T000000Z-third"
THIRD = "20260701T000000Z-third"


@dataclass(frozen=True)
class ReleaseSite:
    """A home folder whose releases hold one indicator: 40 children, split by sex."""

    home: Path

    def make(
        self,
        release_id: str,
        girls: int = 20,
        status: str = "shown",
        heard: tuple[int, int, int] | None = None,
    ) -> None:
        """Make a release as a run does, and enter it; heard: of all, of girls and of boys."""
        way = read_release_settings(self.home)
        folder = actions.place_of(self.home, way) / "published"
        folder.mkdir(parents=True, exist_ok=True)
        database = draft_database(folder, release_id)
        shown = girls if status == "shown" else None
        rows = [("all", "all", 40, "shown"), ("sex", "F", shown, status), ("sex", "M", 20, "shown")]
        numerators = heard or [number for _, _, number, _ in rows]
        with duckdb.connect(str(database)) as con:
            con.execute("create schema published")
            con.execute(
                "create table published.indicator as select 'A1' as indicator_id, 'c' as family"
            )
            con.execute(
                "create table published.indicator_value (release_id varchar,"
                " authority_code varchar, indicator_id varchar, period_type varchar,"
                " period_start date, period_end date, breakdown varchar, breakdown_value varchar,"
                " status varchar, numerator integer, denominator integer, exempt integer)"
            )
            con.executemany(
                "insert into published.indicator_value values (?, '330', 'A1', 'quarter',"
                " '2026-01-01', '2026-03-31', ?, ?, ?, ?, ?, null)",
                [
                    (release_id, by, of, said, numerator, number)
                    for (by, of, number, said), numerator in zip(rows, numerators, strict=True)
                ],
            )
        parquet = draft_parquet(folder, release_id)
        parquet.mkdir()
        (parquet / "release.parquet").write_text(release_id)
        files = list_drafts(folder, release_id)
        moment = datetime(2026, 4, 1, tzinfo=UTC)
        record = record_head(self.home)
        put_in_place(folder, Manifest(release_id, moment, "inputs", 2, 4, files, *record))
        actions.record_release(self.home, way, {"inputs_hash": "inputs"})

    def readers_see(self) -> str | None:
        """The release that lies before readers."""
        path = self.home / "published" / DATABASE
        if not path.is_file():
            return None
        with duckdb.connect(str(path), read_only=True) as con:
            row = con.execute("select release_id from published.indicator_value").fetchone()
        return str(row[0]) if row else None
