"""``heard map``: propose a mapping for a file, or try one on it.

Belongs here: reading and writing the mapping file, and drawing the answer.
Does not belong here: looking at a file or judging it (``orchestration.mappings``).
"""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.commands.output import console, print_json, say
from orchestration.commands.summary import make_table
from orchestration.files import replace_text

if TYPE_CHECKING:
    from orchestration.mappings.check import Trial

_FIRST_MONTH_OF_A_YEAR = 4


class MappingExistsError(FileExistsError):
    """The mapping file to write is there already."""


def propose_mapping(file: Path, out: Path | None, source: str | None, as_json: bool) -> int:
    """Propose a mapping for a file; write it, or show it."""
    from orchestration.contracts import load_contracts
    from orchestration.ingestion.gate import FileRefusedError
    from orchestration.mappings.inspect import UnfitFileError, inspect_file
    from orchestration.mappings.loader import shipped_mappings
    from orchestration.mappings.proposal_text import proposal_text
    from orchestration.mappings.propose import propose

    if out is not None and out.exists():
        raise MappingExistsError(f"{out} is there already; name another file with --out")
    try:
        facts = inspect_file(file, _collection_year())
    except FileRefusedError as refusal:
        raise UnfitFileError(f"{file.name}: {refusal}") from None
    voice_extension = load_contracts()["voice_extension"]
    made = propose(facts, source, shipped_mappings(), voice_extension)
    text = proposal_text(made, voice_extension)
    if out is not None:
        # Whole or not at all: half a mapping is a mapping too, of fewer columns.
        replace_text(out, text)
    if as_json:
        print_json(
            {
                "source": made.source,
                "example": made.example,
                "rows": facts.rows,
                "doubts": made.doubts,
                "out": str(out) if out else None,
                "mapping": text,
            }
        )
    elif out is not None:
        say(f"{out}: a mapping like {made.example}, with {len(made.doubts)} doubts.")
        say(f"Read it through, then: heard map --check {out} {file}")
    else:
        say(text.rstrip())
    return 0


def check_mapping(mapping_file: Path, file: Path, as_json: bool) -> int:
    """Try a mapping on a file; exit code 1 if anything would not load, or not as it should."""
    from orchestration.mappings.check import try_mapping
    from orchestration.mappings.loader import read_mapping

    trial = try_mapping(read_mapping(mapping_file), file, _collection_year())
    if as_json:
        print_json(asdict(trial) | {"is_clean": trial.is_clean})
    else:
        _draw(trial)
    return int(not trial.is_clean)


def _draw(trial: "Trial") -> None:
    out = console()
    for part, rule, expected in trial.refusals:
        out.print(f"refused  {part}: {rule}, expected {expected}", markup=False)
    if trial.parts:
        table = make_table("table", "part", "rows", "would load", "quarantine", "duplicate")
        for each in trial.parts:
            counts = (each.rows, each.loaded, each.quarantined, each.duplicate)
            table.add_row(each.table or "none", each.part, *(f"{count:,}" for count in counts))
        out.print(table)
    for name, column, rule, expected, count in trial.quarantine:
        place = f"{name}.{column}" if column else name
        out.print(f"quarantine  {place}: {count:,} rows, {rule}, expected {expected}", markup=False)
    for odd in trial.unmapped:
        told = f"{odd.values:,} values without a code or number, in {odd.rows:,} rows"
        out.print(f"not mapped  {odd.table}.{odd.column}: {told}", markup=False)
    for label, doubts, told in (
        ("blank", trial.blank, "rows, and it should be filled"),
        ("one key, several rows", trial.same_key, "rows, of which one for each key counts"),
    ):
        for doubt in doubts:
            place = f"{doubt.table}.{', '.join(doubt.columns)}"
            out.print(f"{label}  {place}: {doubt.rows:,} {told}", markup=False)
    for label, names in (
        ("not used", trial.unused),
        ("not in the file", trial.missing),
        ("left out", trial.left_out),
    ):
        if names:
            out.print(f"{label}  {', '.join(names)}", markup=False)
    out.print("Every row would load." if trial.is_clean else "Some of it needs you; see above.")


def _collection_year() -> int:
    today = datetime.now(UTC).date()
    return today.year + (today.month >= _FIRST_MONTH_OF_A_YEAR)
