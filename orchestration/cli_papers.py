"""The ``heard papers`` command: its options and help.

Belongs here: what the command line offers. Does not belong here: work (``commands.papers``).
"""

from pathlib import Path

import click

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.option("--out", type=_FOLDER, help="Folder to write to; HOME/reports/papers when left out.")
@click.option("--home", type=_FOLDER, help="Home folder (else HEARD_HOME).")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON on stdout.")
def papers(out: Path | None, home: Path | None, as_json: bool) -> int:
    """Write the governance papers, filled from the configuration that runs here.

    Data protection impact assessment, algorithmic transparency record, data dictionary, retention
    schedule: each as Markdown and as one page. What only people can say is left blank and marked.
    """
    from orchestration.commands.papers import papers as write

    return write(home, out, as_json)
