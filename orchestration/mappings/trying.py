"""Try a mapping on a file, in the parser: count what would become of its rows.

Belongs here: the counts, in SQL over what the judge staged. Does not belong here: having a mapping
tried (check), a value out of the file, or loading anything.
"""

from orchestration.contracts import Table
from orchestration.ingestion.extracts import Opening, Part
from orchestration.ingestion.judging import judge_parts
from orchestration.ingestion.mapped_extracts import LeftOverExtract
from orchestration.ingestion.mapped_reader import map_parts
from orchestration.ingestion.matching import Drift
from orchestration.ingestion.parts import JudgedPart
from orchestration.ingestion.readers import open_parts
from orchestration.ingestion.sql import literal
from orchestration.ingestion.stages import stage_relation
from orchestration.mappings.check import Trial, TriedPart, Unmapped
from orchestration.mappings.models import Mapping


def rehearse(opening: Opening, mapping: Mapping) -> Trial:
    """Do with an opened file all that a load would do, and count.

    Raises:
        FileRefusedError: It cannot be read at all.
    """
    parts = map_parts(opening, mapping, open_parts(opening))
    judged = zip(parts, judge_parts(opening, parts), strict=True)
    return _summed(opening, mapping, list(judged))


def _summed(opening: Opening, mapping: Mapping, judged: list[tuple[Part, JudgedPart]]) -> Trial:
    usable = [(part, each) for part, each in judged if each.refusal is None]
    drift = [entry for _, each in usable for entry in each.drift]
    return Trial(
        refusals=tuple(
            (each.label or (part.table.name if part.table else ""), *each.refusal)
            for part, each in judged
            if each.refusal is not None
        ),
        parts=tuple(_counts(opening, part, each) for part, each in usable),
        quarantine=tuple(entry for part, each in usable for entry in _broken(opening, each)),
        unmapped=tuple(
            entry for part, each in usable for entry in _unmapped(opening, mapping, part, each)
        ),
        unused=_named(drift, "unknown"),
        missing=_named(drift, "missing"),
        left_out=_named(drift, "left_out"),
    )


def _named(drift: list[Drift], kind: str) -> tuple[str, ...]:
    return tuple(sorted({entry.column for entry in drift if entry.kind == kind}))


def _counts(opening: Opening, part: Part, each: JudgedPart) -> TriedPart:
    found = opening.con.execute(
        "select count(*), count(*) filter (_is_repeat), "
        "count(*) filter (_problems <> 0 and not _is_repeat) "
        f"from {stage_relation(opening.scratch, each)}"
    ).fetchone()
    rows, duplicate, broken = found or (0, 0, 0)
    return TriedPart(
        part=each.label,
        table=None if isinstance(part.extract, LeftOverExtract) else each.table,
        rows=rows + len(each.malformed),
        loaded=rows - duplicate - broken,
        quarantined=broken + len(each.malformed),
        duplicate=duplicate,
    )


def _broken(opening: Opening, each: JudgedPart) -> list[tuple[str, str, str, str, int]]:
    found: list[tuple[str, str, str, str, int]] = []
    if each.malformed:
        rule, expected = each.malformed_because
        found.append((each.label, "", rule, expected, len(each.malformed)))
    relation = stage_relation(opening.scratch, each)
    for bit, (column, rule, expected) in enumerate(each.rules):
        row = opening.con.execute(
            f"select count(*) from {relation} where (_problems & {1 << bit}) <> 0 "
            "and not _is_repeat"
        ).fetchone()
        if row and row[0]:
            found.append((each.table or "", column, rule, expected, row[0]))
    return found


def _unmapped(opening: Opening, mapping: Mapping, part: Part, each: JudgedPart) -> list[Unmapped]:
    if part.table is None or isinstance(part.extract, LeftOverExtract):
        return []
    found: list[Unmapped] = []
    relation = stage_relation(opening.scratch, each)
    codes = _codes(mapping, part.table)
    for place, column in enumerate(part.table.loaded_columns):
        if column.name not in codes:
            continue
        known = ", ".join(literal(code) for code in sorted(codes[column.name]))
        values = f"v{place}"
        if column.separator:
            values = f"unnest(string_split({values}, {literal(column.separator)}))"
        row = opening.con.execute(
            f"select count(*), count(distinct value) from (select {values} as value "
            f"from {relation} where not _is_repeat) where value not in ({known})"
        ).fetchone()
        if row and row[0]:
            found.append(Unmapped(part.table.name, column.name, row[0], row[1]))
    return found


def _codes(mapping: Mapping, table: Table) -> dict[str, set[str]]:
    """The codes that the value maps of a table give, by column."""
    codes: dict[str, set[str]] = {}
    for target in mapping.tables:
        for name, cell in target.columns.items():
            if target.table != table.name or not cell.values or cell.shape == "number":
                continue
            known = codes.setdefault(name, set())
            known |= {*cell.values.values(), cell.otherwise}
            known |= {cell.blank} if cell.blank else set()
    for column in table.loaded_columns:
        if column.name in codes:
            # A file that holds the codes themselves needs no line for them.
            codes[column.name] |= set(column.values)
    return codes
