"""The ``heard themes`` commands: names, options and help.

Belongs here: what the command line offers. Does not belong here: work (``commands.themes``).
"""

from pathlib import Path

import click

_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)
_json = click.option("--json", "as_json", is_flag=True, help="Answer in JSON on stdout.")
_home = click.option("--home", type=_FOLDER, help="Home folder (else HEARD_HOME).")
_coder = click.option("--coder", required=True, help="Your name. Kept, never published.")


@click.group()
def themes() -> None:
    """Give recorded words a theme where nobody did yet."""


@themes.command("list")
@_home
@_json
def list_(home: Path | None, as_json: bool) -> int:
    """Say how many words wait, how many were read, and for whom the suggestion is on."""
    from orchestration.commands.themes import show_list

    return show_list(home, as_json)


@themes.command()
@_home
@_json
def suggest(home: Path | None, as_json: bool) -> int:
    """Let the model point at codes for redacted words that it has not read yet."""
    from orchestration.commands.themes import suggest as point

    return point(home, as_json)


@themes.command()
@_coder
@_home
def review(coder: str, home: Path | None) -> int:
    """Read waiting words one by one: one code or two, none, skip or stop."""
    from orchestration.commands.themes import review as read

    return read(home, coder)


@themes.command()
@click.argument("file", type=_FILE)
@_coder
@_home
@_json
def export(file: Path, coder: str, home: Path | None, as_json: bool) -> int:
    """Write the words that wait for this coder to a CSV FILE for a spreadsheet."""
    from orchestration.commands.themes import export as write

    return write(home, file, coder, as_json)


@themes.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@_coder
@_home
@_json
def import_(file: Path, coder: str, home: Path | None, as_json: bool) -> int:
    """Record the codes of a CSV FILE that export wrote."""
    from orchestration.commands.themes import import_ as record

    return record(home, file, coder, as_json)


@themes.command()
@_home
@_json
def agreement(home: Path | None, as_json: bool) -> int:
    """Say how well the model and people, and two people, agree, by group."""
    from orchestration.commands.themes import show_agreement

    return show_agreement(home, as_json)
