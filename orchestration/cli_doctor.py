"""The ``heard doctor`` command: names, options and help.

Belongs here: what the command line offers. Does not belong here: work (``commands.doctor``).
"""

from pathlib import Path

import click

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.option("--inbox", type=_FOLDER, help="Inbox (else HEARD_INBOX).")
@click.option("--home", type=_FOLDER, help="Home folder (else HEARD_HOME).")
@click.option("--free-ballast", is_flag=True, help="Give back 64 MB when the disk is full.")
@click.option("--close-files", is_flag=True, help="Close what others could open.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON on stdout.")
def doctor(
    inbox: Path | None, home: Path | None, free_ballast: bool, close_files: bool, as_json: bool
) -> int:
    """Check installation, settings, permissions, key, disk and locks; say what to do."""
    from orchestration.commands import doctor as command

    if free_ballast:
        return command.drop_ballast(home, as_json)
    if close_files:
        return command.close_files(inbox, home, as_json)
    return command.doctor(inbox, home, as_json)
