"""``heard extract``: tables straight from a database into the inbox.

Belongs here: settings, calling the extraction and telling what it read.
Does not belong here: reading a database (``orchestration.extraction``).
"""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.commands.output import console, print_json, progress
from orchestration.progress import report
from orchestration.settings import SettingsError, read_setting

if TYPE_CHECKING:
    from orchestration.extraction.database import ExtractReport

_AUTHORITY = re.compile(r"[0-9]{3}", re.ASCII)


def extract(
    inbox: Path | None,
    authority: str,
    source: str,
    as_of: date | None,
    schema: str | None,
    as_json: bool,
) -> int:
    """Extract and deliver; return the exit code."""
    from orchestration.extraction.connection import connection_from_environment
    from orchestration.extraction.database import extract_source

    if not _AUTHORITY.fullmatch(authority):
        raise SettingsError("--authority must be the three digits of the authority, such as 330")
    place = _inbox(inbox)
    connection = connection_from_environment()
    with progress(quiet=as_json):
        done = extract_source(
            connection,
            inbox=place,
            authority=authority,
            source=source,
            as_of=as_of or datetime.now(UTC).date(),
            schema=schema,
            progress=report,
        )
    if as_json:
        print_json(done)
        return 0
    _tell(done)
    return 0


def _tell(done: "ExtractReport") -> None:
    say = console()
    for table in done.tables:
        lines = [f"  {table.table:<38} {table.rows:>10,} rows  from {table.found_as}"]
        if table.unknown:
            lines.append(f"    not read, not in the contract: {', '.join(table.unknown)}")
        if table.missing:
            lines.append(f"    not in the database: {', '.join(table.missing)}")
        say.print("\n".join(lines), markup=False)
    for reason, words in _SKIPPED.items():
        names = [skipped.table for skipped in done.skipped if skipped.reason == reason]
        if names:
            say.print(f"{words}: {', '.join(names)}", markup=False)
    rows = sum(table.rows for table in done.tables)
    withheld = sum(table.withheld for table in done.tables)
    say.print(f"Delivered {rows:,} rows of {len(done.tables)} tables to {done.folder}.")
    say.print(f"{withheld} columns with direct identifiers stay in the database. Next: heard run")


_SKIPPED = {
    "NOT_FOUND": "Not in the database",
    "PERMISSION_DENIED": "May not be read (ask for SELECT)",
    "NO_KNOWN_COLUMN": "No column that the contract knows",
    "UNREADABLE": "Could not be read (the database's log says why)",
}


def _inbox(given: Path | None) -> Path:
    value = given if given is not None else read_setting("HEARD_INBOX")
    if value is None:
        raise SettingsError("HEARD_INBOX is not set; put it in the environment or say --inbox")
    folder = Path(value).expanduser().absolute()
    if not folder.is_dir():
        raise SettingsError(f"there is no inbox at {folder}; make it or set HEARD_INBOX")
    return folder
