"""The ``heard quarantine`` commands: names, options and help.

Belongs here: what the command line offers. Does not belong here: work (``commands.quarantine``).
"""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., int])


@click.group()
def quarantine() -> None:
    """Show what could not be used and why; write the rows to send back; try again."""


def _which(command: _Command) -> _Command:
    """Options that choose deliveries."""
    folder = click.Path(path_type=Path, file_okay=False)
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Answer in JSON on stdout."),
        click.option("--home", type=folder, help="Home folder (else HEARD_HOME)."),
        click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Only of this day."),
        click.option("--source", help="Only of this source."),
        click.option("--authority", help="Only of this authority."),
    ):
        command = option(command)
    return command


def _day(as_of: datetime | None) -> date | None:
    return as_of.date() if as_of else None


@quarantine.command("list")
@_which
def list_(
    authority: str | None,
    source: str | None,
    as_of: datetime | None,
    home: Path | None,
    as_json: bool,
) -> int:
    """Show every rule that found something: file, sheet, column, rows. Never a value."""
    from orchestration.commands.quarantine import show_list

    return show_list(home, authority, source, _day(as_of), as_json)


@quarantine.command()
@click.argument("rule")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON on stdout.")
def explain(rule: str, as_json: bool) -> int:
    """Say what a rule means, what to do and whose work it is."""
    from orchestration.commands.quarantine import explain as tell

    return tell(rule, as_json)


@quarantine.command()
@_which
def export(
    authority: str | None,
    source: str | None,
    as_of: datetime | None,
    home: Path | None,
    as_json: bool,
) -> int:
    """Write the rejected rows as delivered, for the sender to correct. They hold personal data."""
    from orchestration.commands.quarantine import export as write

    return write(home, authority, source, _day(as_of), as_json)


@quarantine.command()
@_which
def retry(
    authority: str | None,
    source: str | None,
    as_of: datetime | None,
    home: Path | None,
    as_json: bool,
) -> int:
    """Judge quarantined deliveries again, after a contract or a reader was put right."""
    from orchestration.commands.quarantine import retry as judge_again

    return judge_again(home, authority, source, _day(as_of), as_json)
