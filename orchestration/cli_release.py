"""The ``heard release`` commands: names, options and help.

Belongs here: what the command line offers. Does not belong here: work (``commands.release``).
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., int])

_FOLDER = click.Path(path_type=Path, file_okay=False)
_json = click.option("--json", "as_json", is_flag=True, help="Answer in JSON on stdout.")
_home = click.option("--home", type=_FOLDER, help="Home folder (else HEARD_HOME).")
_by = click.option("--by", help="Who does it; else the account's name. Never published.")
_which = click.argument("release_id", default="latest")


@click.group()
def release() -> None:
    """Check, approve, publish, withdraw and compare releases."""


def _with(*options: Callable[[_Command], _Command]) -> Callable[[_Command], _Command]:
    def decorate(command: _Command) -> _Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


@release.command("list")
@_with(_home, _json)
def list_(home: Path | None, as_json: bool) -> int:
    """Show every release, its state and who approved it."""
    from orchestration.commands.release import show_list

    return show_list(home, as_json)


@release.command()
@_which
@_with(_by, _home, _json)
def check(release_id: str, by: str | None, home: Path | None, as_json: bool) -> int:
    """Let the attacker read the release and the one before it together.

    Exit code 0: passed. 2: held, because something small can be told too closely.
    """
    from orchestration.commands.release import check as judge

    return judge(home, release_id, by, as_json)


@release.command("dfe-table")
@click.option("--indicator", "indicators", multiple=True, required=True, help="Its id; repeat it.")
@click.option("--breakdown", "breakdowns", multiple=True, help="Beside the whole; repeat it.")
@click.option("--year", type=int, required=True, help="In which the financial year begins.")
@click.option("--quarter", type=click.IntRange(1, 4), help="Of the financial year, 1 from April.")
@click.option("--authority", "authorities", multiple=True, help="Its code; all if left out.")
@click.option("--place", "places", multiple=True, help="CODE=NEWCODE=NAME, as the form has it.")
@_with(_by, _home, _json)
def dfe_table(
    indicators: tuple[str, ...],
    breakdowns: tuple[str, ...],
    year: int,
    quarter: int | None,
    authorities: tuple[str, ...],
    places: tuple[str, ...],
    by: str | None,
    home: Path | None,
    as_json: bool,
) -> int:
    """Make a table of exact numbers in the Department's form, once, for a closed period.

    Numbers from 1 to 5 are hidden, and so is what would tell them. Then `approve` and `publish` it
    by its name.
    """
    from orchestration.commands.dfe_table import make

    asked = (indicators, breakdowns, year, quarter, authorities)
    return make(home, asked, places, by, as_json)


@release.command()
@_which
@_with(_by, _home, _json)
def approve(release_id: str, by: str | None, home: Path | None, as_json: bool) -> int:
    """Approve a checked release, as one of the people who have to."""
    from orchestration.commands.release import approve as enter

    return enter(home, release_id, by, as_json)


@release.command()
@_which
@_with(_by, _home, _json)
def publish(release_id: str, by: str | None, home: Path | None, as_json: bool) -> int:
    """Put an approved release before its readers."""
    from orchestration.commands.release import publish as show

    return show(home, release_id, by, as_json)


@release.command()
@_which
@click.option("--reason", required=True, help="Why. Restricted: never sent or published.")
@_with(_by, _home, _json)
def withdraw(release_id: str, reason: str, by: str | None, home: Path | None, as_json: bool) -> int:
    """Take a release from its readers; the one before takes its place."""
    from orchestration.commands.release import withdraw as take

    return take(home, release_id, reason, by, as_json)


@release.command()
@click.argument("before")
@click.argument("after", default="latest")
@_with(_home, _json)
def diff(before: str, after: str, home: Path | None, as_json: bool) -> int:
    """Say how two releases differ, by table: rows that came, went or changed."""
    from orchestration.commands.release import diff as compare

    return compare(home, before, after, as_json)
