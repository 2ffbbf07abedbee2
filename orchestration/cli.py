"""The ``heard`` command: a thin shell over the functions that the Dagster assets call.

Belongs here: names, options and help of the commands.
Does not belong here: work, or an import that takes long; each command imports what it needs.
"""

import atexit
import os
import sys
from datetime import datetime
from pathlib import Path

import click

from orchestration.cli_doctor import doctor
from orchestration.cli_erase import erase
from orchestration.cli_incidents import incidents
from orchestration.cli_keys import keys
from orchestration.cli_papers import papers
from orchestration.cli_quarantine import quarantine
from orchestration.cli_quotes import quotes
from orchestration.cli_release import release
from orchestration.cli_server import server
from orchestration.cli_themes import themes

FOLDER = click.Path(path_type=Path, file_okay=False)

json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON on stdout.")
home_option = click.option("--home", type=FOLDER, help="Home folder (else HEARD_HOME).")
inbox_option = click.option("--inbox", type=FOLDER, help="Inbox (else HEARD_INBOX).")
children_option = click.option(
    "--children",
    type=click.IntRange(min=1),
    default=5000,
    show_default=True,
    help="Children known to an authority.",
)
years_option = click.option(
    "--years",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    help="Years of history.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="heard", prog_name="heard")
def app() -> None:
    """Put voice into strategic reporting for children's services."""


app.add_command(doctor)
app.add_command(erase)
app.add_command(incidents)
app.add_command(keys)
app.add_command(papers)
app.add_command(quarantine)
app.add_command(quotes)
app.add_command(release)
app.add_command(server)
app.add_command(themes)


@app.result_callback()
def leave(code: int) -> None:
    """Make what a command returns the exit code."""
    click.get_current_context().exit(code)


@app.command()
@home_option
@children_option
@years_option
@json_option
def demo(home: Path | None, children: int, years: int, as_json: bool) -> int:
    """Make a synthetic authority, run everything on it and show what comes out."""
    from orchestration.commands.demo import demo as show

    return show(home, children, years, as_json)


@app.command()
@click.option("--out", type=FOLDER, required=True, help="Inbox to write the deliveries to.")
@click.option(
    "--authorities",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="How many authorities.",
)
@children_option
@years_option
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same bytes.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Day of the extracts.")
@click.option("--events", type=click.Path(path_type=Path), help="Folder for what truly happened.")
@json_option
def generate(
    out: Path,
    authorities: int,
    children: int,
    years: int,
    seed: int,
    as_of: datetime | None,
    events: Path | None,
    as_json: bool,
) -> int:
    """Write synthetic deliveries of every source, with truth.json beside them."""
    from orchestration.commands.generate import generate as write

    day = as_of.date() if as_of else None
    return write(out, authorities, children, years, seed, day, events, as_json)


@app.command()
@click.option("--authority", required=True, help="Three-digit code of the authority.")
@click.option("--source", default="ssd", show_default=True, help="What the tables are.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Day they are true; else today.")
@click.option("--schema", help="Where the tables stand; else found by name.")
@inbox_option
@json_option
def extract(
    authority: str,
    source: str,
    as_of: datetime | None,
    schema: str | None,
    inbox: Path | None,
    as_json: bool,
) -> int:
    """Read tables straight from the database in HEARD_DATABASE_URL into the inbox.

    SQL Server or PostgreSQL. Direct identifiers stay in the database.
    """
    from orchestration.commands.extract import extract as read

    return read(inbox, authority, source, as_of.date() if as_of else None, schema, as_json)


@app.command()
@inbox_option
@home_option
@click.option("--force", is_flag=True, help="Run even if nothing is new.")
@json_option
def run(inbox: Path | None, home: Path | None, force: bool, as_json: bool) -> int:
    """Land, load, check, build and publish.

    Exit code 0: published, or nothing new. 2: a stop-level check held publication back. 1: error.
    75: another run is under way. 143: stopped, as asked.
    """
    from orchestration.commands.run import run as refresh
    from orchestration.settings import Settings

    return refresh(Settings.from_environment(inbox, home), as_json, force)


@app.command()
@home_option
@json_option
def status(home: Path | None, as_json: bool) -> int:
    """Show the last release, deliveries, open findings and how fresh the data are."""
    from orchestration.commands.status import status as show

    return show(home, as_json)


@app.command()
@click.argument("indicator")
@click.option("--authority", help="Authority code; all when left out.")
@click.option("--period", help="2025-26, 2025-26-Q1 or a first day; else the latest year.")
@home_option
@json_option
def explain(
    indicator: str, authority: str | None, period: str | None, home: Path | None, as_json: bool
) -> int:
    """Say what a number means, where it comes from and whether to trust it."""
    from orchestration.commands.explain import explain as show

    return show(indicator, authority, period, home, as_json)


@app.command()
@click.option("--board", "boards", multiple=True, help="Board to make it for; all when left out.")
@click.option("--out", type=FOLDER, help="Folder to write to; HOME/reports when left out.")
@click.option("--send", is_flag=True, help="Send each to whom HOME/alerts.yaml names, once.")
@home_option
@json_option
def pack(
    boards: tuple[str, ...], out: Path | None, send: bool, home: Path | None, as_json: bool
) -> int:
    """Make what each board reads of the last release: HTML, PDF and CSV."""
    from orchestration.commands.pack import pack as make

    if send and out is not None:
        raise click.UsageError("--send sends what lies in HOME/reports; leave --out out")
    return make(boards, out, home, as_json, send)


@app.command()
@home_option
@json_option
def verify(home: Path | None, as_json: bool) -> int:
    """Compare everything in the home folder with what was written there.

    Exit code 0: clean. 1: damaged, with what to do. 75: a run is under way.
    """
    from orchestration.commands.verify import verify as read

    return read(home, as_json)


@app.command()
@inbox_option
@home_option
@click.option("--known-on", help="A past day (2026-03-31) or UTC time: figures as known then.")
@click.option("--out", type=FOLDER, help="New folder for the figures of --known-on.")
@json_option
def rebuild(
    inbox: Path | None, home: Path | None, known_on: str | None, out: Path | None, as_json: bool
) -> int:
    """Make the warehouse again from the landed files alone, then run everything.

    With --known-on and --out: make a folder beside it, from what had arrived by that day; the home
    folder is only read.
    """
    from orchestration.commands import rebuild as command

    if (known_on is None) != (out is None):
        raise click.UsageError("--known-on and --out go together")
    if known_on is not None and out is not None:
        return command.rebuild_as_known(home, known_on, out, as_json)
    return command.rebuild(inbox, home, as_json)


@app.command()
@inbox_option
@home_option
@json_option
def reap(inbox: Path | None, home: Path | None, as_json: bool) -> int:
    """Clear what a power cut left behind; for the start of the service."""
    from orchestration.commands.reap import reap as clear

    return clear(inbox, home, as_json)


@app.command(name="map")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Mapping to write.")
@click.option("--source", help="Name of its inbox folder; else that of the nearest example.")
@click.option(
    "--check",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Try this mapping on FILE instead; nothing is loaded.",
)
@json_option
def map_file(
    file: Path, out: Path | None, source: str | None, check: Path | None, as_json: bool
) -> int:
    """Propose a mapping for a file without a public format, or try one on it.

    Exit code 0: proposed, or every row would load. 1: something needs a person.
    """
    from orchestration.commands.map import check_mapping, propose_mapping

    if check is not None:
        return check_mapping(check, file, as_json)
    return propose_mapping(file, out, source, as_json)


def main() -> None:
    """Run the command line; a known problem is told in one line and ends with exit code 1."""
    from orchestration.commands.problems import told_in_one_line
    from orchestration.instance import PRIVATE_UMASK
    from orchestration.untold import keep_values_untold

    # Whatever a command writes is the account's alone, unless it says otherwise.
    os.umask(PRIVATE_UMASK)
    keep_values_untold()
    try:
        with told_in_one_line():
            app()
    except SystemExit as leaving:
        if "dagster" in sys.modules and isinstance(leaving.code, int):
            _leave_at_once(leaving.code)
        raise


def _leave_at_once(code: int) -> None:
    """End the process without taking down thousands of modules one by one.

    After a run that takes Python 1.5 processor seconds and changes nothing; everything that is
    registered to happen at exit still happens.
    """
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
