"""The ``heard keys`` commands: names, options and help.

Belongs here: what the command line offers. Does not belong here: work (``commands.keys``).
"""

from pathlib import Path

import click

_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)
_json = click.option("--json", "as_json", is_flag=True, help="Answer in JSON on stdout.")
_home = click.option("--home", type=_FOLDER, help="Home folder (else HEARD_HOME).")


@click.group()
def keys() -> None:
    """Show, file and change the keys; no command ever shows a key."""


@keys.command()
@_home
@_json
def show(home: Path | None, as_json: bool) -> int:
    """Say where the keys come from, their ids, and when they changed."""
    from orchestration.commands.keys import show as tell

    return tell(home, as_json)


@keys.command()
@click.argument("file", type=_FILE)
def write(file: Path) -> int:
    """Write the keys of the environment to FILE, or a new one where none is set."""
    from orchestration.commands.keys import write as put

    return put(file)


@keys.command()
@click.option("--by", required=True, help="Who does it. Kept in the home folder.")
@click.option("--disclosure", is_flag=True, help="Change that of disclosure control as well.")
@click.option("--inbox", type=_FOLDER, help="Inbox (else HEARD_INBOX).")
@_home
@_json
def rotate(by: str, disclosure: bool, inbox: Path | None, home: Path | None, as_json: bool) -> int:
    """Change the key of the pseudonyms: make everything again with a new one, then put it in place.

    Exit code 0: changed and published. 1: not changed. 2: changed, and a check held back the
    release. 75: a run is under way.
    """
    from orchestration.commands.keys import rotate as change

    return change(by, disclosure, inbox, home, as_json)
