"""``heard status``: where things stand.

Belongs here: drawing it.
Does not belong here: reading it (``orchestration.reporting.standing``).
"""

from datetime import UTC, datetime
from pathlib import Path

from orchestration.commands.output import console, print_json
from orchestration.commands.summary import OUTCOME_WORDS, make_table, show_findings
from orchestration.reporting.standing import read_standing
from orchestration.settings import Settings


def status(home: Path | None, as_json: bool) -> int:
    """Show where things stand; return the exit code."""
    # Only the home folder matters here, so a missing inbox must not stop the answer.
    settings = Settings.from_environment(inbox=Path(), home=home)
    standing = read_standing(settings.home, datetime.now(UTC).date())
    if as_json:
        print_json(standing)
        return 0
    out = console()
    out.print(
        f"[bold]Release[/bold]    {standing.release_id}, {standing.released_at:%d %B %Y %H:%M} UTC"
    )
    if standing.held_back_at:
        out.print(
            f"[bold]Held back[/bold]  the inputs of {standing.held_back_at}; the release is older"
        )
    told = ", ".join(
        f"{count} {OUTCOME_WORDS.get(outcome, outcome)}"
        for outcome, count in sorted(standing.outcomes.items())
    )
    out.print(f"[bold]Checks[/bold]     {told or 'none'}")
    out.print(f"[bold]Incidents[/bold]  {standing.open_incidents} open")
    out.print()
    table = make_table("authority", "source", "as of", "days old")
    for line in standing.freshness:
        table.add_row(line.authority_code, line.source, f"{line.latest_as_of}", f"{line.days_old}")
    out.print(table)
    show_findings(out, standing.findings)
    return 0
