"""The ``heard erase`` command: names, options and help.

Belongs here: what the command line offers. Does not belong here: work (``commands.erase``).
"""

from pathlib import Path

import click

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.option(
    "--person",
    "people",
    multiple=True,
    help="Id in the case system; several ids of one person: again. Asked for when left out, which"
    " keeps it out of the shell's history; or one a line on standard input.",
)
@click.option("--authority", help="Three-digit code of the authority whose id it is.")
@click.option("--reason", help="Why. Kept in the certificate: name nobody.")
@click.option("--by", help="Who decided it. Kept in the certificate.")
@click.option("--dry-run", is_flag=True, help="Only count what would go.")
@click.option("--even-if-unknown", is_flag=True, help="Keep out somebody who is not here yet.")
@click.option(
    "--again", is_flag=True, help="Erase again everybody who ever was, as after a restore."
)
@click.option(
    "--expired", is_flag=True, help="Erase what was kept long enough; only tells, without --yes."
)
@click.option("--yes", is_flag=True, help="With --expired: do it.")
@click.option("--inbox", type=_FOLDER, help="Inbox (else HEARD_INBOX).")
@click.option("--home", type=_FOLDER, help="Home folder (else HEARD_HOME).")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON on stdout.")
def erase(
    people: tuple[str, ...],
    authority: str | None,
    reason: str | None,
    by: str | None,
    dry_run: bool,
    even_if_unknown: bool,
    again: bool,
    expired: bool,
    yes: bool,
    inbox: Path | None,
    home: Path | None,
    as_json: bool,
) -> int:
    """Erase a person from everything that Heard holds, and prove it.

    Exit code 0: erased, with a certificate in HOME/erasures. 1: not, or not wholly. 75: a run is
    under way.
    """
    from orchestration.commands import erase as command

    if again:
        return command.erase_again(inbox, home, as_json)
    if expired:
        return command.erase_expired(inbox, home, by or "", yes, as_json)
    if not authority or not (dry_run or (reason and by)):
        raise click.UsageError("say --authority, --reason and --by")
    asked = command.Asked(people, authority, by or "", reason or "", even_if_unknown, dry_run)
    return command.erase(inbox, home, asked, as_json)
