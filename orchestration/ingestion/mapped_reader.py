"""Read a file without a public format through its mapping: parts as delivered to parts by table.

Belongs here: turning what the ordinary readers gave into one part for each target table. Does not
belong here: the SQL of a mapping (mapped_sql), its headers (mapped_headers), or judging rows
(judging does that to what is made here, as to any other part).

No delivered row may vanish. One that no table takes becomes a row of a part of its own, which
names it under the rule NO_TARGET_TABLE; one that `leave_out` names is counted in a note of drift.
"""

from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

from orchestration.contracts import Table
from orchestration.contracts.models import ColumnType
from orchestration.ingestion.extracts import Opening, Part, RefusedExtract
from orchestration.ingestion.gate import FileRefusedError
from orchestration.ingestion.mapped_delivery import copy_delivered
from orchestration.ingestion.mapped_extracts import (
    LeftOverExtract,
    MappedExtract,
)
from orchestration.ingestion.mapped_headers import find_headers, find_questions
from orchestration.ingestion.mapped_sql import (
    Delivered,
    Question,
    holds,
    taken_rows,
    target_rows,
)
from orchestration.ingestion.matching import REPEATABLE
from orchestration.ingestion.sql import literal
from orchestration.mappings.compiled import DELIVERED_ROW
from orchestration.mappings.models import Mapping, Target, matches

LEFT_OVER = "rows no table takes"
_Notes = tuple[tuple[str, str], ...]


class WrongContractError(LookupError):
    """A mapped file was opened with another contract than that of its mapping."""


def map_parts(opening: Opening, mapping: Mapping, parts: list[Part]) -> list[Part]:
    """The parts of a delivered file as parts of the mapping's target tables.

    Args:
        opening: The file, opened for the contract that `mappings.contract_of` made.
        mapping: The mapping of that source.
        parts: What the ordinary reader of its format gave.

    Raises:
        FileRefusedError: The file as a whole is none that the mapping knows.
    """
    name = PurePath(opening.file_name).name
    if not any(matches(pattern, name) for pattern in mapping.files):
        raise FileRefusedError("UNKNOWN_FILE", f"a file named {' or '.join(mapping.files)}")
    made: list[Part] = []
    for place, part in enumerate(parts):
        try:
            made.extend(_map_part(opening, mapping, part, place))
        except FileRefusedError as refusal:
            if len(parts) == 1:
                raise
            made.append(Part(part.label, None, RefusedExtract(refusal), part.drift))
    return made


def _map_part(opening: Opening, mapping: Mapping, part: Part, number: int) -> list[Part]:
    if part.label and not any(matches(pattern, part.label) for pattern in mapping.sheet):
        raise FileRefusedError("UNKNOWN_SHEET", f"a sheet named {' or '.join(mapping.sheet)}")
    cells = part.extract.cells
    places = find_headers(mapping, cells)
    questions = find_questions(mapping, cells, places)
    path = str(opening.scratch / f"delivered_{number}.parquet")
    malformed = copy_delivered(opening, part.extract, path, _kinds(opening, mapping, places))
    every = Delivered(f"read_parquet({literal(path)})", len(cells), places, questions)
    kept, left_out = _leave_out(opening, mapping, every)
    notes = (*part.drift, *left_out, *_unused(cells, places, questions))
    labels = _labels(mapping, part.label)
    made = [
        _target_part(opening, mapping, target, kept, label)
        for target, label in zip(mapping.tables, labels, strict=True)
    ]
    usable = [place for place, each in enumerate(made) if isinstance(each.extract, MappedExtract)]
    # One part of the file speaks for what concerns all of it, and it must be one that is read.
    spokesman = usable[0] if usable else 0
    made[spokesman] = _with_notes(made[spokesman], malformed, notes)
    if len(usable) == len(made):
        # Where a table is refused, its refusal already stands for the rows.
        made.extend(_left_over(opening, mapping, kept, part.label))
    return made


def _labels(mapping: Mapping, sheet: str) -> list[str]:
    """A name for the part of each target, so that counts of one are never taken for another's."""
    names = [target.table for target in mapping.tables]
    numbered = [
        f"{name} {names[: place + 1].count(name)}" if names.count(name) > 1 else name
        for place, name in enumerate(names)
    ]
    return [f"{sheet}: {name}" if sheet else name for name in numbered]


def _kinds(
    opening: Opening, mapping: Mapping, places: Dictionary[str, int]
) -> dict[int, ColumnType]:
    """What the mapping makes of a delivered column, where a typed file must know it."""
    kinds: dict[int, ColumnType] = {}
    for target in mapping.tables:
        by_name = {column.name: column for column in _table(opening, target).columns}
        for name, cell in target.columns.items():
            kind = by_name[name].type
            if kind in ("date", "datetime", "flag"):
                for header in {*cell.names} & {*places}:
                    is_time = kinds.get(places[header]) == "datetime"
                    kinds[places[header]] = "datetime" if is_time else kind
    return kinds


def _table(opening: Opening, target: Target) -> Table:
    table = opening.contract.table(target.table)
    if table is None:
        raise LookupError(
            f"{opening.contract.source} was opened with another contract than its own"
        )
    return table


def _leave_out(opening: Opening, mapping: Mapping, every: Delivered) -> tuple[Delivered, _Notes]:
    """The rows that are to be mapped, and a note of how many are not."""
    left: list[str] = []
    notes: list[tuple[str, str]] = []
    for where in mapping.leave_out:
        if not every.has(where.column):
            continue
        condition = holds(where, every)
        earlier = "".join(f" and not {each}" for each in left)
        found = opening.con.execute(
            f"select count(*) from {every.relation} where {condition}{earlier}"
        ).fetchone()
        if found and found[0]:
            notes.append((f"{where.column} ({found[0]} rows)", "left_out"))
        left.append(condition)
    if not left:
        return every, ()
    kept = f"(select * from {every.relation} where not ({' or '.join(left)}))"
    return replace(every, relation=kept), tuple(notes)


def _unused(
    cells: Sequence[str], places: Dictionary[str, int], questions: Sequence[Question]
) -> _Notes:
    used = {*places.values(), *(question.place for question in questions)}
    return tuple(
        (cell.strip() if REPEATABLE.fullmatch(cell.strip()) else f"column {place + 1}", "unknown")
        for place, cell in enumerate(cells)
        if place not in used
    )


def _target_part(
    opening: Opening, mapping: Mapping, target: Target, given: Delivered, label: str
) -> Part:
    table = _table(opening, target)
    try:
        columns = _columns(mapping, target, table, given)
    except FileRefusedError as refusal:
        return Part(label, table, RefusedExtract(refusal))
    rows = target_rows(mapping.source, target, table, columns, given)
    return Part(label, table, MappedExtract(columns, rows))


def _columns(mapping: Mapping, target: Target, table: Table, given: Delivered) -> list[str]:
    """The target columns that this file can fill.

    Raises:
        FileRefusedError: It has no column for a key, or none that tells which rows go here.
    """
    absent = [name for name in (w.column for w in target.rows) if not given.has(name)]
    found = []
    for name, cell in target.columns.items():
        missing = [each for each in cell.names if not given.has(each)]
        # Of several columns one is enough to take from; an id needs all that it is made of.
        if not missing or (cell.source and len(missing) < len(cell.source)):
            found.append(name)
        elif name in table.required_key:
            absent.extend(missing)
    if target.per == "answer" and not given.questions:
        raise FileRefusedError("NO_QUESTIONS", "question columns as the mapping's unpivot names")
    if absent:
        names = [" or ".join((name, *mapping.headers.get(name, ()))) for name in absent]
        raise FileRefusedError(
            "MISSING_KEY_COLUMN", f"the column {', '.join(dict.fromkeys(names))}"
        )
    # A table that holds each thing once makes one row of many delivered ones.
    return found if target.distinct else [*found, DELIVERED_ROW]


def _with_notes(part: Part, malformed: tuple[int, ...], notes: _Notes) -> Part:
    extract = part.extract
    if isinstance(extract, MappedExtract):
        extract = replace(extract, malformed=malformed)
    return replace(part, extract=extract, drift=notes)


def _left_over(opening: Opening, mapping: Mapping, given: Delivered, label: str) -> list[Part]:
    """A part that names the rows which no table takes, if there are any."""
    if any(target.per == "row" and not target.rows for target in mapping.tables):
        return []
    taken = " union all ".join(
        f"select _row_number from ({taken_rows(target, given)})" for target in mapping.tables
    )
    rows = opening.con.execute(
        f"select _row_number from {given.relation} anti join ({taken}) as taken "
        "using (_row_number) order by _row_number"
    ).fetchall()
    if not rows:
        return []
    table = _table(opening, mapping.tables[0])
    # A header with everything in it, for nothing is missing here.
    cells = [column.name for column in table.columns if not column.extra]
    extract = LeftOverExtract(cells, tuple(row[0] for row in rows))
    return [Part(f"{label}: {LEFT_OVER}" if label else LEFT_OVER, table, extract)]
