"""The ``heard quotes`` commands: names, options and help.

Belongs here: what the command line offers. Does not belong here: work (``commands.quotes``).
"""

from pathlib import Path

import click

_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)
_json = click.option("--json", "as_json", is_flag=True, help="Answer in JSON on stdout.")
_home = click.option("--home", type=_FOLDER, help="Home folder (else HEARD_HOME).")
_reviewer = click.option("--reviewer", required=True, help="Your name. Kept, never published.")


@click.group()
def quotes() -> None:
    """Decide which allowed and redacted words may be quoted."""


@quotes.command("list")
@_home
@_json
def list_(home: Path | None, as_json: bool) -> int:
    """List quotes by state, and releases that hold one which is allowed no longer.

    Exit code 0: all is well. 1: a release out there holds words that must be recalled.
    """
    from orchestration.commands.quotes import show_list

    return show_list(home, as_json)


@quotes.command()
@_reviewer
@_home
def review(reviewer: str, home: Path | None) -> int:
    """Read the waiting quotes one by one: yes, no, edit, skip or stop."""
    from orchestration.commands.quotes import review as read

    return read(home, reviewer)


@quotes.command()
@click.argument("file", type=_FILE)
@_home
@_json
def export(file: Path, home: Path | None, as_json: bool) -> int:
    """Write the waiting quotes to a CSV FILE for a spreadsheet."""
    from orchestration.commands.quotes import export as write

    return write(home, file, as_json)


@quotes.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@_reviewer
@_home
@_json
def import_(file: Path, reviewer: str, home: Path | None, as_json: bool) -> int:
    """Record the decisions of a CSV FILE that export wrote: yes or no, and the words if edited."""
    from orchestration.commands.quotes import import_ as record

    return record(home, file, reviewer, as_json)
