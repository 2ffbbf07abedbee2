"""``heard quarantine``: what could not be used, why, and what to do about it.

Belongs here: drawing it, and the order of an export or a retry. Does not belong here: reading the
ledger (``orchestration.ingestion.quarantine_entries``).
"""

from dataclasses import asdict
from datetime import date
from pathlib import Path

from orchestration.commands.output import console, hanging, print_json
from orchestration.commands.summary import make_table
from orchestration.settings import Settings

_WIDTH = 96


def show_list(
    home: Path | None,
    authority: str | None,
    source: str | None,
    as_of: date | None,
    as_json: bool,
) -> int:
    """Show what lies in quarantine; return the exit code."""
    from orchestration.ingestion.quarantine_entries import list_entries
    from orchestration.ingestion.warehouse import open_warehouse

    settings = Settings.from_environment(inbox=Path(), home=home)
    with open_warehouse(settings.home, read_only=True) as con:
        entries = list_entries(con, authority, source, as_of)
    if as_json:
        print_json([asdict(entry) for entry in entries])
        return 0
    out = console()
    if not entries:
        out.print("Nothing lies in quarantine.")
        return 0
    table = make_table("delivery", "file", "column", "rule", "rows", "first rows", "days")
    for entry in entries:
        place = f"{entry.file_name} [{entry.part}]" if entry.part else entry.file_name
        table.add_row(
            f"{entry.authority_code}/{entry.source}/{entry.as_of}",
            place.replace("[", "\\["),
            entry.column,
            entry.rule,
            str(entry.rows) if entry.rows else "all",
            ", ".join(str(row) for row in entry.first_rows),
            str(entry.days_waiting),
        )
    out.print(table)
    out.print("`heard quarantine explain RULE` says what a rule means and what to do;")
    out.print("`heard quarantine export` writes the rows to send back.")
    return 0


def explain(rule: str, as_json: bool) -> int:
    """Say what a rule means; return the exit code."""
    from orchestration.ingestion.quarantine_entries import reason

    found = reason(rule)
    if as_json:
        print_json(found)
        return 0
    out = console()
    out.print(f"[bold]{found.code}[/bold]  {found.meaning}")
    out.print(hanging("What to do: ", found.what_to_do, _WIDTH))
    out.print(f"Whose work: {found.owner}")
    return 0


def export(
    home: Path | None,
    authority: str | None,
    source: str | None,
    as_of: date | None,
    as_json: bool,
) -> int:
    """Write the rejected rows as delivered, to be sent back; return the exit code."""
    from orchestration.ingestion.parsing import Parser
    from orchestration.ingestion.returned_rows import (
        FOLDER,
        deliveries_in_quarantine,
        return_rows,
    )
    from orchestration.ingestion.warehouse import open_warehouse
    from orchestration.mappings.loader import load_mappings, source_contracts

    settings = Settings.from_environment(inbox=Path(), home=home)
    contracts, mappings = source_contracts(settings.home), load_mappings(settings.home)
    written: dict[str, int] = {}
    with (
        # It reads what the parser makes of the landed files.
        open_warehouse(settings.home, read_only=True, reach=["tmp"]) as con,
        Parser(settings.home, mappings) as parser,
    ):
        for landed in deliveries_in_quarantine(con, authority, source, as_of):
            folder = settings.home / "quarantine" / landed.label / FOLDER
            counts = return_rows(con, parser, contracts[landed.source], landed, folder)
            written.update({str(folder / name): rows for name, rows in counts.items()})
    if as_json:
        print_json(written)
        return 0
    out = console()
    for path, rows in written.items():
        out.print(f"{rows} rows  {path}", soft_wrap=True)
    if written:
        out.print("These files hold what the extracts held about people: send them by a safe way,")
        out.print("then delete them. Deliver corrected rows with the whole extract: a part alone")
        out.print("would take its place.")
    else:
        out.print("No row lies in quarantine; whole files are listed by `heard quarantine list`.")
    return 0


def retry(
    home: Path | None,
    authority: str | None,
    source: str | None,
    as_of: date | None,
    as_json: bool,
) -> int:
    """Judge quarantined deliveries again, after a fix of a contract; return the exit code."""
    from orchestration.contracts import load_contracts
    from orchestration.ingestion.ledger import ensure_schema
    from orchestration.ingestion.returned_rows import deliveries_in_quarantine
    from orchestration.ingestion.run import load_landed
    from orchestration.ingestion.warehouse import open_warehouse
    from orchestration.instance import sole_run

    settings = Settings.from_environment(inbox=Path(), home=home)
    with sole_run(settings.home):
        with open_warehouse(settings.home) as con:
            ensure_schema(con, load_contracts())
            waiting = deliveries_in_quarantine(con, authority, source, as_of)
        reports = load_landed(settings, waiting, anew=True)
    answer = [
        {
            "delivery": f"{report.authority_code}/{report.source}/{report.as_of}",
            "rows_loaded": sum(table.rows_loaded for table in report.tables),
            "rows_quarantined": sum(table.rows_quarantined for table in report.tables),
            "files_quarantined": report.files_quarantined,
        }
        for report in reports
    ]
    if as_json:
        print_json(answer)
        return 0
    out = console()
    table = make_table("delivery", "loaded", "quarantined", "files refused")
    for line in answer:
        table.add_row(*(str(value) for value in line.values()))
    out.print(table if answer else "Nothing lies in quarantine.")
    if answer:
        out.print("`heard run --force` publishes what was gained.")
    return 0
