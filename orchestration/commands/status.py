"""``heard status``: where things stand.

Belongs here: drawing it.
Does not belong here: reading it (``orchestration.reporting.standing``).
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.alerts.delivery import Waiting, read_waiting
from orchestration.commands.incidents import show_incidents
from orchestration.commands.left_out import show_left_out
from orchestration.commands.output import console, hanging, print_json
from orchestration.commands.summary import (
    OUTCOME_WORDS,
    make_table,
    show_findings,
    show_left_in_inbox,
    show_restated,
)
from orchestration.incidents.fold import Incident
from orchestration.incidents.standing import current_incidents
from orchestration.ingestion.belonging_doubts import DOUBTS
from orchestration.reporting.arrivals import Arrival, read_arrivals
from orchestration.reporting.inbox_left import left_in_inbox
from orchestration.reporting.published import NotPublishedError
from orchestration.reporting.reconciled import read_left_out
from orchestration.reporting.standing import Standing, read_standing
from orchestration.settings import Settings, read_setting

if TYPE_CHECKING:
    from rich.console import Console

# More are read one by one.
MOST_CAVEATS = 8


def status(home: Path | None, as_json: bool) -> int:
    """Show where things stand; return the exit code."""
    # Only the home folder matters here, so a missing inbox must not stop the answer.
    settings = Settings.from_environment(inbox=Path(), home=home)
    arrivals = read_arrivals(settings.home)
    inbox = read_setting("HEARD_INBOX")
    left = left_in_inbox(Path(inbox).expanduser(), settings.home) if inbox else ()
    now = datetime.now(UTC)
    incidents = current_incidents(settings.home, now=now)
    live = [incident for incident in incidents if incident.state.is_live]
    messages = read_waiting(settings.home)
    try:
        standing = read_standing(settings.home, now.date())
    except NotPublishedError:
        if not arrivals and not left:
            raise
        standing = None
    left_out = read_left_out(settings.home)
    if as_json:
        told = asdict(standing) if standing else {"release_id": None}
        listed = None if arrivals is None else [asdict(arrival) for arrival in arrivals]
        waiting = [asdict(each) for each in left]
        told |= {"deliveries": listed, "left_in_inbox": waiting}
        told |= {"left_out": None if left_out is None else [asdict(each) for each in left_out]}
        told |= {"open_incidents": len(live), "incidents": [asdict(i) for i in incidents]}
        print_json(told | {"messages_waiting": [asdict(message) for message in messages]})
        return 0
    out = console()
    if standing is None:
        out.print("[bold]Release[/bold]    nothing is published yet")
    else:
        _release(out, standing)
    _incidents(out, incidents, messages, now)
    _arrivals(out, arrivals)
    show_left_in_inbox(out, left)
    show_left_out(out, left_out)
    if standing is not None:
        table = make_table("authority", "source", "as of", "days old")
        for line in standing.freshness:
            latest = f"{line.latest_as_of}"
            table.add_row(line.authority_code, line.source, latest, f"{line.days_old}")
        out.print(table)
        show_findings(out, standing.findings)
        show_restated(out, standing.restated)
    return 0


def _release(out: "Console", standing: Standing) -> None:
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
    doubts = ", ".join(f"{count} {word}" for word, count in standing.quality.items())
    out.print(f"[bold]Quality[/bold]    indicators by authority: {doubts or 'none judged'}")
    for caveat in standing.caveats[:MOST_CAVEATS]:
        out.print(hanging("  ", caveat, out.width), markup=False)
    if len(standing.caveats) > MOST_CAVEATS:
        out.print("  and more: `heard explain INDICATOR` says it of each.")


def _incidents(
    out: "Console", incidents: Sequence[Incident], messages: Sequence[Waiting], now: datetime
) -> None:
    live = [incident for incident in incidents if incident.state.is_live]
    doubtful = len(incidents) - len(live)
    seen_once = f", {doubtful} seen and not confirmed by another run" if doubtful else ""
    out.print(f"[bold]Incidents[/bold]  {len(live)} open{seen_once}")
    if live:
        show_incidents(out, live, now)
        out.print("  `heard incidents show ID` says what to do about one.")
    dead = sum(message.is_dead for message in messages)
    if dead:
        out.print(f"[bold]Messages[/bold]   {dead} could not be delivered and were given up;")
        out.print("  `heard incidents alerts` says which, `heard incidents send` tries again.")
    elif messages:
        out.print(f"[bold]Messages[/bold]   {len(messages)} wait to be delivered")


def _arrivals(out: "Console", arrivals: Sequence[Arrival] | None) -> None:
    out.print()
    if arrivals is None:
        out.print("A run is under way, so the deliveries cannot be listed; ask again after it.")
        return
    out.print("[bold]Deliveries[/bold]  every row in is loaded, quarantined or a duplicate")
    table = make_table(
        "delivery", "as of", "files", "refused", "rows in", "loaded", "quarantined", "duplicate"
    )
    for line in arrivals:
        table.add_row(
            f"{line.authority_code}/{line.source}",
            f"{line.as_of}",
            f"{line.files}",
            f"{line.files_quarantined}",
            f"{line.rows_in:,}",
            f"{line.rows_loaded:,}",
            f"{line.rows_quarantined:,}",
            f"{line.rows_duplicate:,}",
        )
    out.print(table)
    if erased := sum(line.rows_erased for line in arrivals):
        out.print(f"  {erased:,} rows in were erased since, with the people they were about.")
    drifted = sum(line.columns_drifted for line in arrivals)
    lost = sum(line.answers_not_mapped for line in arrivals)
    if drifted:
        out.print(f"  {drifted:,} columns missing, unknown or renamed, against their contracts.")
    for line in arrivals:
        for told in dict.fromkeys(line.doubts):
            file, _, kind = told.rpartition(": ")
            where = f"{line.authority_code}/{line.source}/{line.as_of}/{file}"
            out.print(f"  In doubt: {where} {DOUBTS[kind]}.", markup=False)
    if lost:
        out.print(
            f"  {lost:,} answers in words that no rule understands; they count as not mapped."
        )
    if any(line.files_quarantined or line.rows_quarantined for line in arrivals):
        out.print("  `heard quarantine list` says what could not be used and why.")
