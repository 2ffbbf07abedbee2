"""Small published databases made by hand, and what stands in the three forms of a pack.

Belongs here: releases of any shape, and reading packs as a reader would.
Does not belong here: expected values, which every test states for itself.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from lxml import html

from orchestration.reporting.pack.boards import load_boards
from orchestration.reporting.pack.build import build_pack
from orchestration.reporting.pack.content import Pack
from orchestration.reporting.pack.facts import read_facts
from orchestration.reporting.published import open_published

Value = Mapping[str, Any]
NUMBER = re.compile(r"\d[\d,]*")
QUARTER_STARTS = (date(2025, 7, 1), date(2025, 10, 1), date(2026, 1, 1), date(2026, 4, 1))

_TABLES = """
create schema published;
create table published.release (
    release_id varchar, released_at timestamp, heard_version varchar, latest_as_of date);
create table published.indicator (
    indicator_id varchar, name varchar, plain_name varchar, direction varchar, unit varchar,
    numerator_text varchar, denominator_text varchar, caveat varchar, read_with varchar);
create table published.code_label (
    code_list varchar, code varchar, label varchar, sort_order integer);
create table published.indicator_value (
    authority_code varchar, indicator_id varchar, period_type varchar, period_start date,
    period_end date, breakdown varchar, breakdown_value varchar, numerator bigint,
    denominator bigint, value double, lower double, upper double, status varchar,
    completeness double, quality varchar);
create table published.quality_result (
    check_id varchar, authority_code varchar, severity varchar, outcome varchar, sentence varchar,
    what_to_do varchar, indicators varchar);
create table published.delivery (
    authority_code varchar, source varchar, as_of date, raw_table varchar, status varchar);
"""
_MORE = {
    "equity_gap": """authority_code varchar, period_type varchar, period_start date,
        period_end date, indicator_id varchar, breakdown varchar, breakdown_value varchar,
        group_rate double, rest_rate double, window_used varchar, flag varchar, status varchar""",
    "incident": """authority_code varchar, check_id varchar, sentence varchar, state varchar,
        severity varchar, follows_from varchar, opened_at timestamp, closed_at timestamp,
        indicators varchar""",
    "voice_thread": """authority_code varchar, period_type varchar, period_start date,
        period_end date, stage varchar, voice_owner varchar, voice_kind varchar,
        opportunities bigint, voiced bigint, own_words bigint, considered bigint, changed bigint,
        told bigint, status varchar""",
}


@dataclass
class SmallRelease:
    """What a release made by hand holds; a further table is there only when it is given."""

    values: list[Value] = field(default_factory=list)
    checks: list[tuple[str, ...]] = field(default_factory=list)
    labels: list[tuple[str, str, str]] = field(default_factory=list)
    authorities: Sequence[str] = ("330",)
    more: dict[str, list[Value]] = field(default_factory=dict)
    release_id: str = "R1"
    released_at: str = "2026-07-05 04:30"

    def publish(self, home: Path) -> Path:
        """Write it where a release stands, and return the home folder."""
        path = home / "published" / "heard.duckdb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        with duckdb.connect(str(path)) as connection:
            connection.execute(_TABLES)
            connection.execute(
                "insert into published.release values (?, ?, '0.1.0', date '2026-06-30')",
                [self.release_id, self.released_at],
            )
            for name, columns in _MORE.items():
                if name in self.more:
                    connection.execute(f"create table published.{name} ({columns})")
            if any("quality_caveat" in row for row in self.values):
                connection.execute(
                    "alter table published.indicator_value add column quality_caveat varchar"
                )
            _insert(connection, "indicator", [_definition(name) for name in known_indicators()])
            _insert(connection, "indicator_value", self.values)
            _insert(
                connection,
                "delivery",
                [
                    {"authority_code": code, "source": "ssd", "as_of": date(2026, 6, 30)}
                    | {"raw_table": "ssd_person", "status": "shown"}
                    for code in self.authorities
                ],
            )
            for name, rows in self.more.items():
                _insert(connection, name, rows)
            for each in self.checks:
                connection.execute(
                    "insert into published.quality_result values (?,?,?,?,?,?,?)", each
                )
            for each in self.labels:
                connection.execute("insert into published.code_label values (?, ?, ?, null)", each)
        return home


def known_indicators() -> tuple[str, ...]:
    """Return every indicator that a shipped board is told."""
    boards = load_boards(Path("/nonexistent")).boards
    return tuple(dict.fromkeys(name for b in boards for name in (*b.headline, *b.annex)))


def quarter(start: date) -> date:
    """Return the last day of the quarter that starts on a day."""
    ends = {7: (9, 30), 10: (12, 31), 1: (3, 31), 4: (6, 30)}
    return date(start.year, *ends[start.month])


def value(
    indicator: str,
    percent: float | None = None,
    status: str = "shown",
    authority: str = "330",
    period: tuple[str, date, date] = ("rolling_12_months", date(2025, 7, 1), date(2026, 6, 30)),
    group: tuple[str, str] = ("all", "all"),
    of: int = 200,
    quality: str = "ok",
) -> Value:
    """Return one figure; its interval is five points either way."""
    shown = percent is not None
    return {
        "authority_code": authority,
        "indicator_id": indicator,
        "period_type": period[0],
        "period_start": period[1],
        "period_end": period[2],
        "breakdown": group[0],
        "breakdown_value": group[1],
        "numerator": round(of * percent / 100) if percent is not None else None,
        "denominator": of if shown else None,
        "value": percent,
        "lower": max(0.0, percent - 5) if percent is not None else None,
        "upper": min(100.0, percent + 5) if percent is not None else None,
        "status": status,
        "completeness": 90.0 if shown else None,
        "quality": quality,
    }


def a_year_before(indicator: str, percent: float) -> Value:
    """Return the same figure of the twelve months before."""
    period = ("rolling_12_months", date(2024, 7, 1), date(2025, 6, 30))
    return value(indicator, percent, period=period)


def in_quarters(indicator: str, *percents: float) -> list[Value]:
    """Return the last quarters of an indicator."""
    starts = QUARTER_STARTS[-len(percents) :]
    return [
        value(indicator, percent, period=("quarter", start, quarter(start)))
        for start, percent in zip(starts, percents, strict=True)
    ]


def packs_of(home: Path, authority: str = "330") -> dict[str, Pack]:
    """Return every board's pack of one authority."""
    boards = load_boards(home)
    with open_published(home) as connection:
        facts = read_facts(connection, authority)
    return {board.id: build_pack(facts, board, boards) for board in boards.boards}


def csv_rows(text: str) -> list[dict[str, str]]:
    """Return a pack's CSV as rows."""
    return list(csv.DictReader(io.StringIO(text)))


def html_texts(page: str) -> list[str]:
    """Return every paragraph, bullet and cell of a page, in order, outside drawings and menus."""
    tree = html.fromstring(page)
    for gone in tree.xpath("//svg | //nav | //style | //a[@class='skip']"):
        gone.drop_tree()
    return [
        " ".join(each.text_content().split())
        for each in tree.xpath("//p | //li | //td | //th[@scope='row'] | //caption | //h2 | //h3")
    ]


def _definition(indicator: str) -> Value:
    direction = {"A4": "lower", "A6": "lower", "B8": "context", "D2": "context"}
    return {
        "indicator_id": indicator,
        "name": f"Name of {indicator}",
        "plain_name": f"Question of {indicator}?",
        "direction": direction.get(indicator, "higher"),
        "unit": "days" if indicator in ("C6", "D5") else "percent",
        "numerator_text": "those heard",
        "denominator_text": "all who should have been",
        "caveat": f"Caveat of {indicator}.",
        "read_with": {"A1": "B1, D4", "B1": "A1, B2"}.get(indicator, ""),
    }


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Value]) -> None:
    # One statement for rows of one shape: a statement for each costs more than the test.
    by_shape: dict[tuple[str, ...], list[Any]] = {}
    for row in rows:
        by_shape.setdefault(tuple(row), []).extend(row.values())
    for names, cells in by_shape.items():
        marks = f"({', '.join('?' for _ in names)})"
        together = ", ".join(marks for _ in range(len(cells) // len(names)))
        connection.execute(
            f"insert into published.{table} ({', '.join(names)}) values {together}", cells
        )
