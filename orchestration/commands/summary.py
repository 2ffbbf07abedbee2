"""Draw the summary of a release on a terminal, readable as plain text too.

Belongs here: words and columns.
Does not belong here: choosing what is said (``orchestration.reporting.summary``).
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.commands.output import hanging
from orchestration.reporting.published import database_path, parquet_path
from orchestration.reporting.summary import (
    Finding,
    Gap,
    Headline,
    Restated,
    Summary,
    labels,
    read_summary,
)

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from orchestration.ingestion.results import Ignored

NOT_SHOWN = {
    "suppressed": "too few to show",
    "rate_withheld": "too few for a rate",
    "not_applicable": "does not apply",
    "not_available": "not delivered",
}
OUTCOME_WORDS = {
    "pass": "hold",
    "watch": "to watch",
    "fail": "do not hold",
    "error": "could not be run",
    "too_small": "on too few to judge",
    "not_applicable": "not applicable",
}
# Columns whose cells stand under each other by their last digit.
NUMBERS = frozenset(
    {
        "value",
        "95 % interval",
        "of",
        "heard",
        "everybody else",
        "gap",
        "days old",
        "deliveries",
        "files",
        "refused",
        "rows in",
        "loaded",
        "quarantined",
        "duplicate",
    }
)


def show_summary(out: "Console", home: Path) -> None:
    """Print everything that a person is told at the end of a run."""
    summary = read_summary(home)
    names = labels(home)
    out.print()
    out.print(f"[bold]Heard[/bold]  release {summary.release_id}")
    _headlines(out, summary)
    _gaps(out, summary, names)
    _quality(out, summary)
    show_restated(out, summary.restated)
    _deliveries(out, summary)
    _where(out, home)


def _headlines(out: "Console", summary: Summary) -> None:
    authorities = sorted({line.authority_code for line in summary.headlines})
    for authority in authorities:
        lines = [line for line in summary.headlines if line.authority_code == authority]
        year = f"{lines[0].period_start:%Y}-{lines[0].period_end:%y}"
        out.print()
        out.print(f"[bold]Headline indicators[/bold]  authority {authority}, year {year}")
        table = make_table("", "what it asks", "value", "95 % interval", "of", "")
        for line in lines:
            doubt = "" if line.quality == "ok" else line.quality
            table.add_row(line.indicator_id, line.plain_name, *_value(line), doubt)
        out.print(table)


def _value(line: Headline) -> tuple[str, str, str]:
    if line.value is None:
        return NOT_SHOWN.get(line.status, line.status), "", ""
    unit = {"percent": " %", "per_100": " per 100"}.get(line.unit, f" {line.unit}")
    interval = "" if line.lower is None else f"{line.lower:.0f} to {line.upper:.0f}"
    return f"{line.value:.0f}{unit}", interval, f"{line.denominator:,}"


def _gaps(out: "Console", summary: Summary, names: Mapping[tuple[str, str], str]) -> None:
    out.print()
    out.print("[bold]Who is not heard[/bold]  A1, latest year: each group against everybody else")
    clear = [gap for gap in summary.gaps if gap.is_clear]
    unclear = [gap for gap in summary.gaps if not gap.is_clear]
    if clear:
        table = make_table("group", "heard", "everybody else", "gap")
        for gap in clear:
            table.add_row(
                _group(gap, names),
                f"{gap.group_rate:.0f} %",
                f"{gap.rest_rate:.0f} %",
                f"{gap.gap_points:+.0f} points",
            )
        out.print(table)
    else:
        out.print("  No group was found to be heard clearly less than everybody else. That is no")
        out.print("  proof of fairness: small groups hide large gaps.")
    if unclear:
        named = ", ".join(_group(gap, names) for gap in unclear)
        text = f"Lower, but the numbers are too small to be sure: {named}."
        out.print(hanging("  ", text, out.width))
    out.print(
        f"  {summary.groups_compared} groups compared, {summary.groups_unsure} without a sure"
        f" answer; {summary.groups_too_few} have too few children to compare.",
        soft_wrap=True,
    )


def _group(gap: Gap, names: Mapping[tuple[str, str], str]) -> str:
    label = names.get((gap.breakdown, gap.breakdown_value), gap.breakdown_value)
    return f"{gap.breakdown.replace('_', ' ')}: {label}"


def _quality(out: "Console", summary: Summary) -> None:
    told = ", ".join(
        f"{summary.outcomes[outcome]} {words}"
        for outcome, words in OUTCOME_WORDS.items()
        if summary.outcomes.get(outcome)
    )
    out.print()
    out.print("[bold]Can the numbers be trusted?[/bold]")
    out.print(hanging("  ", f"Of all check results: {told or 'none'}.", out.width))
    show_findings(out, summary.findings)


def show_restated(out: "Console", restated: Restated | None) -> None:
    """Say in one sentence which figures of earlier releases say something else now, if any do."""
    if restated is None:
        return
    since = restated.since_deliveries
    cause = (
        f"since {since}" if since else "without a new delivery, as Heard or its settings changed"
    )
    more = f" of {restated.authorities} authorities" if restated.authorities > 1 else ""
    text = (
        f"{restated.figures:,} published figures{more}, from {restated.earliest_period:%B %Y} on,"
        f" say something else now, {cause}; published.restated_figure lists them."
    )
    out.print()
    out.print("[bold]Restated[/bold]")
    out.print(hanging("  ", text, out.width))


def show_left_in_inbox(out: "Console", left: "Iterable[Ignored]") -> None:
    """Say what lies in the inbox and was not taken, and what it waits for."""
    shown = list(left)
    if not shown:
        return
    out.print()
    out.print("[bold]Left in the inbox[/bold]")
    for each in shown:
        told = f"{each.reason}, {each.detail}" if each.detail else each.reason
        out.print(hanging("  ", f"{each.path}: {told}", width=out.width), markup=False)


def show_findings(out: "Console", findings: Iterable[Finding]) -> None:
    """Print checks that need somebody, each with what to do."""
    for found in findings:
        lines = (
            (f"  {found.check_id}  ", f"[{found.severity}] {found.sentence}"),
            (f"{'':<11}To do: ", found.what_to_do),
        )
        for label, text in lines:
            out.print(hanging(label, text, out.width), markup=False)


def _deliveries(out: "Console", summary: Summary) -> None:
    out.print()
    out.print("[bold]What arrived[/bold]  about so many rows; `heard status` counts them exactly")
    table = make_table(
        "source", "deliveries", "as of", "rows in", "loaded", "quarantined", "duplicate"
    )
    for source in summary.sources:
        table.add_row(
            source.source,
            f"{source.deliveries}",
            f"{source.latest_as_of}",
            *(
                "too few" if count is None else f"{count:,}"
                for count in (
                    source.rows_in,
                    source.rows_loaded,
                    source.rows_quarantined,
                    source.rows_duplicate,
                )
            ),
        )
    out.print(table)


def _where(out: "Console", home: Path) -> None:
    database, parquet = database_path(home), parquet_path(home)
    query = "from published.indicator_value where breakdown = 'all'"
    out.print()
    out.print("[bold]Where it lies, and how to open it[/bold]")
    for name, text in (
        ("database", f"{database}"),
        ("files", f"{parquet}/*.parquet"),
        ("rejected", f"{home / 'quarantine'}"),
        ("Power BI", f"Get data > Parquet > {parquet / 'indicator_value.parquet'}"),
        ("Python", f'duckdb.connect("{database}", read_only=True).sql("{query}")'),
        ("shell", f'duckdb -readonly {database} "{query}"'),
        ("meaning", f"heard explain A1 --home {home}"),
    ):
        out.print(f"  {name:<9} {text}", markup=False, soft_wrap=True)
    out.print()


def make_table(*columns: str) -> "Table":
    """Return an empty table that stays readable as plain text."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False, safe_box=True)
    for column in columns:
        is_number = column in NUMBERS
        table.add_column(
            column,
            justify="right" if is_number else "left",
            no_wrap=is_number,
            # A name that is cut short helps nobody.
            overflow="fold",
        )
    return table
