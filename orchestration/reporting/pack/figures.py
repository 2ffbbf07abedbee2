"""Tables of figures with their pictures: an indicator through time, and group by group.

Belongs here: turning figures into rows, cells and drawings.
Does not belong here: which indicators a board is told.
"""

from collections.abc import Iterable

from orchestration.reporting.pack import charts
from orchestration.reporting.pack.content import Cell, Table, TableRow
from orchestration.reporting.pack.facts import Facts, Figure
from orchestration.reporting.pack.judge import trust
from orchestration.reporting.pack.words import (
    QUALITY,
    STATES,
    blank_cell,
    count_cell,
    number,
    period_words,
    value_cell,
)

# Two years of quarters show a season twice.
QUARTERS = 8
COLUMNS = ("value", "95 % interval", "counted", "out of", "recorded", "trust")
# What a group's code says when nobody wrote it down, which is neither a group nor a "no".
NOT_RECORDED = {
    "unknown": "Not recorded",
    "not_mapped": "Not recorded in a way that could be read",
    "refused": "Did not want to say",
}


def name_of(facts: Facts, indicator: str) -> str:
    """Return an indicator as it is called everywhere in a pack."""
    known = facts.indicators.get(indicator)
    return f"{indicator} {known['name']}" if known else indicator


def unit_of(facts: Facts, indicator: str) -> str:
    """Return the unit of an indicator."""
    known = facts.indicators.get(indicator)
    return str(known["unit"]) if known else ""


def period_of(figure: Figure) -> str:
    """Return the period of a figure in words."""
    return period_words(figure.period_type, figure.period_start, figure.period_end)


def group_label(facts: Facts, breakdown: str, value: str) -> str:
    """Return a group in words."""
    return NOT_RECORDED.get(value) or facts.label(breakdown, value)


def breakdown_words(breakdown: str) -> str:
    """Return what groups are of."""
    return breakdown.replace("_", " ").replace("uasc", "unaccompanied child")


def interval_cell(figure: Figure) -> Cell:
    """Return the interval of a figure; as a pair it is words, with no one number."""
    if figure.lower is None or figure.upper is None or figure.value is None:
        reason = "not_applicable" if figure.value is not None else figure.status
        return blank_cell(reason)
    low, high = number(figure.lower), number(figure.upper)
    return Cell(f"{low} to {high}", f"{low} to {high}", "shown", is_number=True)


def trend_table(facts: Facts, indicator: str, is_public: bool) -> Table | None:
    """Return an indicator's quarters and its latest longer period, or nothing without any."""
    unit = unit_of(facts, indicator)
    quarters = facts.history(indicator, "quarter")[-QUARTERS:]
    latest = facts.latest(indicator)
    shown = quarters if facts.main_period == "quarter" or not latest else (*quarters, latest)
    if not shown:
        return None
    rows = tuple(
        TableRow(
            period_of(figure),
            _cells(facts, figure, unit, is_public),
            indicator=indicator,
            period=period_of(figure),
            group="all",
        )
        for figure in shown
    )
    name = name_of(facts, indicator)
    picture = None
    if unit == "percent" and any(figure.value is not None for figure in quarters):
        picture = charts.trend([mark(period_of(q), q) for q in quarters], _trend_alt(name, rows))
    return Table(f"{name}, by quarter", "Period", COLUMNS, rows, picture)


def group_table(facts: Facts, indicator: str, breakdown: str, is_public: bool) -> Table | None:
    """Return an indicator group by group in the latest period, or nothing without any group."""
    found = facts.groups(indicator, breakdown)
    if not found:
        return None
    unit = unit_of(facts, indicator)
    rows = tuple(
        TableRow(
            group_label(facts, breakdown, figure.breakdown_value),
            _cells(facts, figure, unit, is_public),
            indicator=indicator,
            period=period_of(figure),
            group=f"{breakdown}: {figure.breakdown_value}",
        )
        for figure in found
    )
    name = f"{name_of(facts, indicator)} by {breakdown_words(breakdown)}"
    latest = facts.latest(indicator)
    marks = [mark(row.label, figure) for row, figure in zip(rows, found, strict=True)]
    picture = None
    if unit == "percent" and any(figure.value is not None for figure in found):
        everybody = latest.value if latest else None
        picture = charts.groups(marks, everybody, _groups_alt(name, rows, everybody))
    return Table(f"{name}, {period_of(found[0])}", "Group", COLUMNS, rows, picture)


def _cells(facts: Facts, figure: Figure, unit: str, is_public: bool) -> tuple[Cell, ...]:
    # Before the public, a count without its rate is one more thing to piece together.
    state = "suppressed" if is_public and figure.status == "rate_withheld" else figure.status
    value = value_cell(figure.value, state, unit)
    if state not in ("shown", "rate_withheld"):
        return (value, *(blank_cell(state) for _ in COLUMNS[1:]))
    recorded = (
        blank_cell("not_applicable")
        if figure.completeness is None
        else value_cell(figure.completeness, "shown", "percent")
    )
    return (
        value,
        interval_cell(figure),
        count_cell(figure.numerator, state),
        count_cell(figure.denominator, state),
        recorded,
        Cell(QUALITY.get(trust(facts, figure), "") if figure.value is not None else ""),
    )


def mark(label: str, figure: Figure) -> charts.Mark:
    """Return a figure as one mark of a drawing."""
    instead = STATES.get(figure.status, STATES["no_figure"])
    return charts.Mark(label, figure.value, figure.lower, figure.upper, instead)


def _said(rows: Iterable[TableRow]) -> str:
    return "; ".join(f"{row.label}: {row.cells[0].words}" for row in rows)


def _trend_alt(name: str, rows: tuple[TableRow, ...]) -> str:
    return f"Drawing of {name} through time. {_said(rows)}."


def _groups_alt(name: str, rows: tuple[TableRow, ...], everybody: float | None) -> str:
    together = "" if everybody is None else f" Everybody together: {number(everybody)} %."
    return f"Drawing of {name}. {_said(rows)}.{together}"
