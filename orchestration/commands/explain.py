"""``heard explain``: what a number means and where it comes from.

Belongs here: drawing it.
Does not belong here: finding it out (``orchestration.reporting.explanation``).
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.commands.left_out import show_left_out
from orchestration.commands.output import console, hanging, print_json
from orchestration.commands.summary import NOT_SHOWN, make_table
from orchestration.reporting.explanation import Explanation, explain_indicator
from orchestration.settings import Settings
from orchestration.transform import prepare_manifest

if TYPE_CHECKING:
    from rich.console import Console

WORDS = {
    "numerator_text": "counted",
    "denominator_text": "out of",
    "grain": "one row is",
    "voice_kind": "kind of voice",
    "framework_practice": "practice",
    "source_tables": "made from",
    "caveat": "take care",
    "read_with": "read with",
}


def explain(
    indicator: str, authority: str | None, period: str | None, home: Path | None, as_json: bool
) -> int:
    """Explain an indicator; return the exit code."""
    settings = Settings.from_environment(inbox=Path(), home=home)
    manifest = prepare_manifest(settings.home)
    found = explain_indicator(settings.home, indicator.upper(), authority, period, manifest)
    if as_json:
        print_json(found)
        return 0
    out = console()
    _meaning(out, found)
    _values(out, found)
    _trust(out, found)
    show_left_out(out, found.left_out)
    _origin(out, found)
    return 0


def _meaning(out: "Console", found: Explanation) -> None:
    told = found.definition
    out.print(f"[bold]{found.indicator_id}  {told['name']}[/bold]")
    out.print(told["plain_name"], markup=False)
    out.print()
    for name, word in WORDS.items():
        if told[name]:
            _entry(out, f"  {word:<14} ", told[name])
    wanted = {"higher": "higher is better", "lower": "lower is better"}
    direction = wanted.get(told["direction"], "read in context; neither way is better")
    _entry(out, f"  {'unit':<14} ", f"{told['unit'].replace('_', ' ')}; {direction}")
    out.print()


def _values(out: "Console", found: Explanation) -> None:
    if not found.values:
        out.print("Nothing is published for it yet, or not for this authority and period.")
        out.print()
        return
    table = make_table("authority", "period", "value", "95 % interval", "of", "recorded", "quality")
    for row in found.values:
        table.add_row(*_cells(row))
    out.print(table)
    # Years of one indicator mostly share their caveat.
    for caveat in dict.fromkeys(row["quality_caveat"] for row in found.values):
        if caveat:
            _entry(out, f"  {'quality':<14} ", caveat)


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    shown = row["value"] is not None
    interval = f"{row['lower']:.1f} to {row['upper']:.1f}" if row["lower"] is not None else ""
    recorded = f"{row['completeness']:.0f} %" if row["completeness"] is not None else ""
    return (
        row["authority_code"],
        f"{row['period_type'].replace('_', ' ')} {row['period_start']} to {row['period_end']}",
        f"{row['value']:.1f}" if shown else NOT_SHOWN.get(row["status"], row["status"]),
        interval,
        f"{row['denominator']:,}" if row["denominator"] is not None else "",
        recorded,
        row["quality"],
    )


def _trust(out: "Console", found: Explanation) -> None:
    if not found.findings:
        out.print("[bold]Trust[/bold]  no check that bears on it is failing.")
    else:
        out.print("[bold]Trust[/bold]  checks that bear on it and need somebody:")
    for row in found.findings:
        told = f"{row['authority_code']} {row['outcome']}: {row['sentence']}"
        _entry(out, f"  {row['check_id']}  ", told)
        _entry(out, f"{'':<11}To do: ", row["what_to_do"])
    out.print()


def _origin(out: "Console", found: Explanation) -> None:
    out.print("[bold]Where it comes from[/bold]")
    lineage = found.lineage
    if lineage is None:
        out.print("  The warehouse was never built here; run `heard run` to see its lineage.")
        return
    contracts = tuple(f"orchestration/contracts/{name}.yaml" for name in lineage.contracts)
    for layer, names in (
        ("published", (lineage.published,)),
        ("marts", lineage.marts),
        ("intermediate", lineage.intermediate),
        ("staging", lineage.staging),
        ("raw", lineage.raw),
        ("contracts", contracts),
    ):
        if names:
            _entry(out, f"  {layer:<13} ", ", ".join(names))
    if not lineage.raw:
        out.print("  No source that is read shows it, so it is not available anywhere.")


def _entry(out: "Console", label: str, text: str) -> None:
    out.print(hanging(label, text, out.width), markup=False)
