"""``heard release dfe-table``: a table of exact numbers in the Department's form.

Belongs here: reading what was asked for, and saying what became of it. Does not belong here: making
it (``orchestration.releases.exact_tables``).
"""

import getpass
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

from orchestration.commands.output import print_json, progress, say
from orchestration.instance import sole_run
from orchestration.progress import report
from orchestration.releases.exact_cube import Asked, TableRefusedError
from orchestration.releases.exact_tables import Made, make_table
from orchestration.releases.snapshot import snapshot_folder
from orchestration.reporting.dfe_form import Place
from orchestration.settings import Settings

_APRIL = 4
_MONTHS = 3
_PARTS_OF_A_PLACE = 3
# Indicators, breakdowns, the year, the quarter, and authorities.
Options = tuple[tuple[str, ...], tuple[str, ...], int, int | None, tuple[str, ...]]


def make(
    home: Path | None, options: Options, places: Sequence[str], by: str | None, as_json: bool
) -> int:
    """Make the table; return the exit code."""
    folder = Settings.from_environment(inbox=Path(), home=home).home
    asked = _asked(*options)
    known = dict(_place(told) for told in places)
    with sole_run(folder), progress(quiet=as_json):
        report("Looking for what would tell a hidden number")
        made = make_table(folder, asked, known, by if by is not None else getpass.getuser())
    if as_json:
        print_json(asdict(made))
    else:
        _tell(made, folder)
    return 0


def _asked(
    indicators: tuple[str, ...],
    breakdowns: tuple[str, ...],
    year: int,
    quarter: int | None,
    authorities: tuple[str, ...],
) -> Asked:
    months = _APRIL - 1 + _MONTHS * ((quarter or 1) - 1)
    start = date(year + months // 12, months % 12 + 1, 1)
    wanted = tuple(sorted({name for name in breakdowns if name != "all"}))
    kind = "quarter" if quarter else "year"
    return Asked(tuple(sorted(set(indicators))), wanted, kind, start, tuple(sorted(authorities)))


def _place(told: str) -> tuple[str, Place]:
    parts = told.split("=", 2)
    if len(parts) != _PARTS_OF_A_PLACE:
        raise TableRefusedError(f"--place {told} is not CODE=NEWCODE=NAME, as 330=E08000025=Town")
    return parts[0], Place(name=parts[2], new_code=parts[1])


def _tell(made: Made, home: Path) -> None:
    say(
        f"{made.table_id} is {made.state}: {made.rows:,} rows, {made.numbers:,} numbers, of which"
        f" {made.hidden:,} hidden ({made.hidden_for_others:,} for what they would tell of others)."
    )
    if made.hides_zeros:
        say("A hidden number may be none here: small numbers left nothing else to hide.")
    say(f"  {snapshot_folder(home, made.table_id)}")
    say(f"`heard release approve {made.table_id}` (each approver) and `publish` are next.")
