"""The ``heard incidents`` commands: names, options and help.

Belongs here: what the command line offers. Does not belong here: work (``commands.incidents``).
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., int])

_FOLDER = click.Path(path_type=Path, file_okay=False)
_json = click.option("--json", "as_json", is_flag=True, help="Answer in JSON on stdout.")
_home = click.option("--home", type=_FOLDER, help="Home folder (else HEARD_HOME).")
_by = click.option("--by", help="Who does it; else the account's name. Never published.")
_reason = click.option("--reason", required=True, help="Why. Restricted: never sent or published.")


@click.group(invoke_without_command=True)
@click.option("--all", "with_closed", is_flag=True, help="Also those that are over.")
@_home
@_json
@click.pass_context
def incidents(context: click.Context, with_closed: bool, home: Path | None, as_json: bool) -> int:
    """List what does not hold and who sees to it; acknowledge, assign, mute, resolve."""
    if context.invoked_subcommand is not None:
        return 0
    from orchestration.commands.incidents import show_list

    return show_list(home, with_closed, as_json)


@incidents.command("list")
@click.option("--all", "with_closed", is_flag=True, help="Also those that are over.")
@_home
@_json
def list_(with_closed: bool, home: Path | None, as_json: bool) -> int:
    """List incidents, the gravest first (the same as without a command)."""
    from orchestration.commands.incidents import show_list

    return show_list(home, with_closed, as_json)


@incidents.command()
@click.argument("incident")
@_home
@_json
def show(incident: str, home: Path | None, as_json: bool) -> int:
    """Tell all about one incident: what to do, and its history."""
    from orchestration.commands.incidents import show_one

    return show_one(home, incident, as_json)


@incidents.command()
@click.argument("incident")
@_by
@_home
@_json
def ack(incident: str, by: str | None, home: Path | None, as_json: bool) -> int:
    """Say that somebody has seen it and will act."""
    from orchestration.commands.incidents import acknowledge

    return acknowledge(home, incident, by, as_json)


@incidents.command()
@click.argument("incident")
@click.option("--to", required=True, help="The role whose it is from now on.")
@_by
@_home
@_json
def assign(incident: str, to: str, by: str | None, home: Path | None, as_json: bool) -> int:
    """Give it to a role."""
    from orchestration.commands.incidents import assign as give

    return give(home, incident, to, by, as_json)


@incidents.command()
@click.argument("incident")
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="First day it counts again."
)
@_reason
@_by
@_home
@_json
def mute(
    incident: str, until: datetime, reason: str, by: str | None, home: Path | None, as_json: bool
) -> int:
    """Tell nobody of it until a day."""
    from orchestration.commands.incidents import mute as silence

    return silence(home, incident, until.date(), reason, by, as_json)


@incidents.command()
@click.argument("incident")
@_reason
@_by
@_home
@_json
def resolve(incident: str, reason: str, by: str | None, home: Path | None, as_json: bool) -> int:
    """Say that it is over; it opens again if the next run finds that it is not."""
    from orchestration.commands.incidents import resolve as close

    return close(home, incident, reason, by, as_json)


@incidents.command()
@_home
@_json
def alerts(home: Path | None, as_json: bool) -> int:
    """Show who is told what, and the messages that nobody has received yet.

    Exit code 0: all is well. 1: something needs a person.
    """
    from orchestration.commands.incidents_alerts import show_alerts

    return show_alerts(home, as_json)


@incidents.command()
@_home
@_json
def send(home: Path | None, as_json: bool) -> int:
    """Try every waiting message now, also those that were given up.

    Exit code 0: nothing waits any more. 1: something does.
    """
    from orchestration.commands.incidents_alerts import send_now

    return send_now(home, as_json)
