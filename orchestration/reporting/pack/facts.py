"""Read what a release says of one authority: the only place where a pack meets the database.

Belongs here: SQL on schema ``published``, and being ready for tables that a release has not got.
Does not belong here: choosing or wording. Nothing but the published database is ever opened.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from orchestration.reporting.published import Row, has_column, rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# The longest first: a small authority shows little in one quarter.
PERIOD_TYPES = ("rolling_12_months", "year", "quarter")
ALL = ("all", "all")
# Indicator, kind of period, breakdown and its value.
Series = tuple[str, str, str, str]
_COUNTS_MAY_STAND = ("shown", "rate_withheld")


@dataclass(frozen=True, slots=True)
class Figure:
    """One indicator in one period, for all or for one group."""

    indicator_id: str
    period_type: str
    period_start: date
    period_end: date
    breakdown: str
    breakdown_value: str
    numerator: int | None
    denominator: int | None
    value: float | None
    lower: float | None
    upper: float | None
    status: str
    completeness: float | None
    quality: str
    # Why it is in doubt, in words; older releases have none.
    caveat: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the packs of one authority are made from; none for a table that is not there."""

    authority_code: str
    release: Row
    indicators: Mapping[str, Row]
    labels: Mapping[tuple[str, str], str]
    places: Mapping[tuple[str, str], int]
    main_period: str
    has_caveats: bool
    series: Mapping[Series, tuple[Figure, ...]]
    gaps: tuple[Row, ...] | None
    checks: tuple[Row, ...] | None
    incidents: tuple[Row, ...] | None
    thread: tuple[Row, ...] | None
    information: tuple[Row, ...] | None
    themes: tuple[Row, ...] | None
    sessions: tuple[Row, ...] | None
    examples: tuple[Row, ...] | None
    deliveries: tuple[Row, ...] | None

    def latest(self, indicator: str, group: tuple[str, str] = ALL) -> Figure | None:
        """Return the newest figure of the main period."""
        found = self.history(indicator, self.main_period, group)
        return found[-1] if found else None

    def history(
        self, indicator: str, period_type: str, group: tuple[str, str] = ALL
    ) -> tuple[Figure, ...]:
        """Return figures of one kind of period, oldest first."""
        return self.series.get((indicator, period_type, *group), ())

    def groups(self, indicator: str, breakdown: str) -> tuple[Figure, ...]:
        """Return the groups of one breakdown in the newest main period."""
        latest = self.latest(indicator)
        return tuple(
            found[-1]
            for (known, period_type, by, _), found in self.series.items()
            if latest is not None
            and (known, period_type, by) == (indicator, self.main_period, breakdown)
            and found[-1].period_end == latest.period_end
        )

    def place(self, code_list: str, code: str) -> tuple[int, str]:
        """Return the place of a code in its list; those without a label come last, by name."""
        return self.places.get((code_list, code), len(self.places)), code

    def label(self, code_list: str, code: str) -> str:
        """Return the label of a code, or the code in words."""
        return self.labels.get((code_list, code), code.replace("_", " "))


def authorities(connection: "DuckDBPyConnection") -> tuple[str, ...]:
    """Return every authority of the release, whether or not anything of it can be shown."""
    found = rows(
        connection,
        "select authority_code from published.indicator_value"
        " union select authority_code from published.delivery order by authority_code",
    )
    return tuple(row["authority_code"] for row in found)


def read_facts(connection: "DuckDBPyConnection", authority: str) -> Facts:
    """Read all that is published of one authority."""
    (release,) = rows(connection, "from published.release")
    main = _main_period(connection, authority)
    labels = {(row["code_list"], row["code"]): row["label"] for row in rows(connection, _LABELS)}
    return Facts(
        authority_code=authority,
        release=release,
        indicators={row["indicator_id"]: row for row in rows(connection, _INDICATORS)},
        labels=labels,
        places={key: place for place, key in enumerate(labels)},
        main_period=main,
        has_caveats=has_column(connection, "indicator_value", "quality_caveat"),
        series=in_series(
            figure(row)
            for row in rows(connection, _FIGURES, {"authority": authority, "main": main})
        ),
        gaps=_latest(connection, "equity_gap", authority),
        checks=_of_authority(connection, "quality_result", authority),
        incidents=_of_authority(connection, "incident", authority),
        thread=_latest(connection, "voice_thread", authority),
        information=_latest(connection, "voice_about_information", authority),
        themes=_latest(connection, "feedback", authority),
        sessions=_latest(connection, "participation", authority),
        examples=_of_authority(connection, "practice_example", authority),
        deliveries=_of_authority(connection, "delivery", authority),
    )


def in_series(figures: Iterable[Figure]) -> Mapping[Series, tuple[Figure, ...]]:
    """Return figures by what they are of, in the order given."""
    found: dict[Series, list[Figure]] = {}
    for each in figures:
        key = (each.indicator_id, each.period_type, each.breakdown, each.breakdown_value)
        found.setdefault(key, []).append(each)
    return {key: tuple(each) for key, each in found.items()}


def figure(row: Row) -> Figure:
    """Return a figure that holds no number which its status hides, whatever the row says."""
    status = row["status"]
    is_shown = status == "shown"
    has_counts = status in _COUNTS_MAY_STAND
    return Figure(
        **{name: row[name] for name in _KEYS},
        status=status,
        numerator=row["numerator"] if has_counts else None,
        denominator=row["denominator"] if has_counts else None,
        value=row["value"] if is_shown else None,
        lower=row["lower"] if is_shown else None,
        upper=row["upper"] if is_shown else None,
        completeness=row.get("completeness") if has_counts else None,
        quality=row.get("quality") or "ok",
        caveat=row.get("quality_caveat"),
    )


_KEYS = (
    *("indicator_id", "period_type", "period_start", "period_end"),
    *("breakdown", "breakdown_value"),
)
_INDICATORS = "from published.indicator"
_LABELS = """
select code_list, code, label from published.code_label order by code_list, sort_order, code
"""
_FIGURES = """
select indicator_value.*
from published.indicator_value
left join published.code_label
    on
        code_label.code_list = indicator_value.breakdown
        and code_label.code = indicator_value.breakdown_value
where
    authority_code = $authority
    and (
        (breakdown = 'all' and period_type in ('quarter', $main))
        or (
            period_type = $main
            and period_end = (
                select max(period_end) from published.indicator_value
                where authority_code = $authority and period_type = $main
            )
        )
    )
order by indicator_id, breakdown, period_type, period_start, sort_order, breakdown_value
"""


def _main_period(connection: "DuckDBPyConnection", authority: str) -> str:
    found = rows(
        connection,
        "select distinct period_type from published.indicator_value where authority_code = ?",
        [authority],
    )
    kinds = {row["period_type"] for row in found}
    return next((kind for kind in PERIOD_TYPES if kind in kinds), PERIOD_TYPES[0])


def _of_authority(
    connection: "DuckDBPyConnection", table: str, authority: str
) -> tuple[Row, ...] | None:
    if not has_column(connection, table, "authority_code"):
        return None
    # What is wrong with the release as a whole is of every authority.
    found = rows(
        connection,
        f"from published.{table} where coalesce(authority_code, '') in (?, '', 'all') order by all",
        [authority],
    )
    return tuple(found)


def _latest(connection: "DuckDBPyConnection", table: str, authority: str) -> tuple[Row, ...] | None:
    """Return the rows of the newest period of the longest kind that the table has."""
    found = _of_authority(connection, table, authority)
    if not found:
        return found
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for row in found:
        by_kind.setdefault(row["period_type"], []).append(dict(row))
    kind = next((kind for kind in PERIOD_TYPES if kind in by_kind), "")
    if not kind:
        return ()
    newest = max(row["period_end"] for row in by_kind[kind])
    return tuple(row for row in by_kind[kind] if row["period_end"] == newest)
