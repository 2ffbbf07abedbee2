"""The ``heard`` command: a thin shell over the functions that the Dagster assets call.

Belongs here: names, options and help of the commands.
Does not belong here: work, or an import that takes long; each command imports what it needs.
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="heard",
    help="Put voice into strategic reporting for children's services.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON on stdout.")]
HomeOption = Annotated[
    Path | None, typer.Option("--home", help="Home folder (else HEARD_HOME).", show_default=False)
]
InboxOption = Annotated[
    Path | None, typer.Option("--inbox", help="Inbox (else HEARD_INBOX).", show_default=False)
]
Day = Annotated[
    datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="Day of the extracts.")
]


@app.command()
def demo(
    home: HomeOption = None,
    children: Annotated[int, typer.Option(help="Children known to the authority.")] = 5000,
    years: Annotated[int, typer.Option(help="Years of history.")] = 5,
    as_json: Json = False,
) -> None:
    """Make a synthetic authority, run everything on it and show what comes out."""
    from orchestration.commands.demo import demo as run_demo

    raise typer.Exit(run_demo(home, children, years, as_json))


@app.command()
def generate(
    out: Annotated[Path, typer.Option("--out", help="Folder to write the deliveries to.")],
    authorities: Annotated[int, typer.Option(help="How many authorities.")] = 1,
    children: Annotated[int, typer.Option(help="Children known to each.")] = 5000,
    years: Annotated[int, typer.Option(help="Years of history.")] = 5,
    seed: Annotated[int, typer.Option(help="Same seed, same bytes.")] = 1,
    as_of: Day = None,
    as_json: Json = False,
) -> None:
    """Write synthetic deliveries of every source, with truth.json beside them."""
    from orchestration.commands.generate import generate as write

    day = as_of.date() if as_of else None
    raise typer.Exit(write(out, authorities, children, years, seed, day, as_json))


@app.command()
def run(
    inbox: InboxOption = None,
    home: HomeOption = None,
    force: Annotated[bool, typer.Option("--force", help="Run even if nothing is new.")] = False,
    as_json: Json = False,
) -> None:
    """Land, load, check, build and publish. Exit 0: published, 2: held back, 1: error."""
    from orchestration.commands.run import run as refresh
    from orchestration.settings import Settings

    raise typer.Exit(refresh(Settings.from_environment(inbox, home), as_json, force))


@app.command()
def status(home: HomeOption = None, as_json: Json = False) -> None:
    """Show the last release, deliveries, open findings and how fresh the data are."""
    from orchestration.commands.status import status as show

    raise typer.Exit(show(home, as_json))


@app.command()
def explain(
    indicator: Annotated[str, typer.Argument(help="Indicator, e.g. A1.")],
    authority: Annotated[str | None, typer.Option(help="Authority code.")] = None,
    period: Annotated[str | None, typer.Option(help="2025-26, 2025-26-Q1 or a date.")] = None,
    home: HomeOption = None,
    as_json: Json = False,
) -> None:
    """Say what a number means, where it comes from and whether to trust it."""
    from orchestration.commands.explain import explain as show

    raise typer.Exit(show(indicator, authority, period, home, as_json))


@app.command()
def doctor(inbox: InboxOption = None, home: HomeOption = None, as_json: Json = False) -> None:
    """Check installation, settings, permissions, key, disk and locks; say what to do."""
    from orchestration.commands.doctor import doctor as check

    raise typer.Exit(check(inbox, home, as_json))


def main() -> None:
    """Run the command line; a known problem is told in one line and ends with exit code 1."""
    from orchestration.commands.problems import told_in_one_line

    with told_in_one_line():
        app()
