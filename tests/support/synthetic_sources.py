"""Read what the generator wrote beside the dataset: the census, the workbook, the case system.

Belongs here: plain readings with lxml and openpyxl, and the ledger of a load. Does not belong here:
any import from the generator, or expected values.
"""

import csv
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl

from tests.support.census_xml import Rows, oracle
from tests.support.inbox import Bench

Row = dict[str, str]
Cells = dict[str, Any]


@dataclass(frozen=True)
class Delivered:
    """One authority's deliveries."""

    folder: Path

    def case(self, table: str) -> list[Row]:
        """Rows of the dataset, but for those that cannot load."""
        (path,) = (self.folder / "ssd").glob(f"*/{table}.csv")
        return rows_of(path)

    def census(self, year: int) -> Rows:
        """Every element of a census."""
        return oracle(self.folder / f"cin_census/{year}-03-31/cin_{year}.xml")

    def sheet(self, number: int) -> list[Cells]:
        """Rows of a list of Annex A by header; dates are ISO texts, as everywhere else."""
        (path,) = (self.folder / "annex_a").glob("*/annex_a.xlsx")
        rows = openpyxl.load_workbook(path)[f"List {number}"].iter_rows(values_only=True)
        header = [str(name) for name in next(rows)]
        return [dict(zip(header, map(_plain, row), strict=True)) for row in rows]


def rows_of(path: Path) -> list[Row]:
    """Rows of a CSV."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _plain(value: Any) -> Any:
    return value.date().isoformat() if isinstance(value, datetime) else value


def is_open(row: Row, start: str, end: str, first: date, last: date) -> bool:
    """Whether a span touches the days from first to last, as ISO texts compare."""
    began, ended = row[start], row[end] or "9999"
    return bool(began) and began <= last.isoformat() and ended >= first.isoformat()


def counted(bench: Bench) -> dict[str, dict[str, dict[str, int]]]:
    """Rows in, quarantined and duplicate by authority and name, as truth.json names them."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    for authority, name, *counts in bench.rows(
        r"""
        select authority_code,
            concat_ws('/', source, as_of, split_part(file_name, '.', 1), nullif(part, '')),
            files.rows_in, files.rows_quarantined, files.rows_duplicate, files.rows_loaded
        from ledger.files as files join ledger.deliveries using (delivery_id)
        """
    ):
        assert counts[0] == sum(counts[1:])
        told = found.setdefault(authority, {"rows": {}, "quarantined": {}, "duplicates": {}})
        for kind, count in zip(told, counts, strict=False):
            if count:
                told[kind][name] = count
    return found
