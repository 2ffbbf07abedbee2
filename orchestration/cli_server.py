"""The ``heard server`` commands: names, options and help.

Belongs here: what the command line offers. Does not belong here: work (``commands.server``).
"""

from pathlib import Path

import click

_json = click.option("--json", "as_json", is_flag=True, help="Answer in JSON on stdout.")


@click.group()
def server() -> None:
    """Put the release on a PostgreSQL server, each role with its own rights."""


@server.command()
def setup() -> int:
    """Print the SQL that the server's administrator runs once."""
    from orchestration.commands.server import setup as show

    return show()


@server.command()
@click.option("--force", is_flag=True, help="Load also what is there already.")
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    help="Home folder (else HEARD_HOME).",
)
@_json
def publish(force: bool, home: Path | None, as_json: bool) -> int:
    """Load the published release to the server in HEARD_PUBLISH_URL, in one step.

    Exit code 0: it is there. 1: the server keeps what it had. 75: a run is under way.
    """
    from orchestration.commands.server import publish as load

    return load(home, force, as_json)


@server.command()
@_json
def withdraw(as_json: bool) -> int:
    """Take the release from the server's readers, after `heard release withdraw`.

    `heard server publish` does so by itself where an older release takes its place.
    """
    from orchestration.commands.server import withdraw as take_down

    return take_down(as_json)
