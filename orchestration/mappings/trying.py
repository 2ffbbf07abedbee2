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
from orchestration.mappings.check import Doubtful, Trial, TriedPart, Unmapped
from orchestration.mappings.models import Mapping


def rehearse(opening: Opening, mapping: Mapping) -> Trial:
    """Do with an opened file all that a load would do, and count.

    Raises:
        FileRefusedError: It cannot be read at all.
    """
    mapping = _telling(mapping)
    parts = map_parts(opening, mapping, open_parts(opening))
    judged = zip(parts, judge_parts(opening, parts), strict=True)
    return _summed(opening, mapping, list(judged))


def _telling(mapping: Mapping) -> Mapping:
    """The mapping with every value left as it is that it would make nothing of."""
    tables = tuple(
        target.model_copy(
            update={
                "columns": {
                    name: cell.model_copy(update={"otherwise": "as_delivered"})
                    if target.loses(cell)
                    else cell
                    for name, cell in target.columns.items()
                }
            }
        )
        for target in mapping.tables
    )
    return mapping.model_copy(update={"tables": tables})


def _summed(opening: Opening, mapping: Mapping, judged: list[tuple[Part, JudgedPart]]) -> Trial:
    usable = [(part, each) for part, each in judged if each.refusal is None]
    mapped = [
        (part.table, each)
        for part, each in usable
        if part.table is not None and not isinstance(part.extract, LeftOverExtract)
    ]
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
            entry for table, each in mapped for entry in _unmapped(opening, mapping, table, each)
        ),
        blank=tuple(entry for table, each in mapped for entry in _blank(opening, table, each)),
        same_key=tuple(
            entry for table, each in mapped for entry in _same_key(opening, table, each)
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


def _loading(opening: Opening, each: JudgedPart) -> str:
    """SQL of the rows that would load."""
    rows = stage_relation(opening.scratch, each)
    return f"(select * from {rows} where _problems = 0 and not _is_repeat)"


def _counted(opening: Opening, query: str) -> list[int]:
    return [int(count or 0) for count in opening.con.execute(query).fetchone() or ()]


def _blank(opening: Opening, table: Table, each: JudgedPart) -> list[Doubtful]:
    missing = _named(list(each.drift), "missing")
    asked = {
        place: column.name
        for place, column in enumerate(table.loaded_columns)
        if column.required and column.name not in (*table.required_key, *missing)
    }
    if not asked:
        return []
    counts = ", ".join(f"count(*) filter (v{place} is null)" for place in asked)
    found = _counted(opening, f"select {counts} from {_loading(opening, each)}")
    return [
        Doubtful(table.name, (name,), count)
        for name, count in zip(asked.values(), found, strict=True)
        if count
    ]


def _same_key(opening: Opening, table: Table, each: JudgedPart) -> list[Doubtful]:
    names = [column.name for column in table.loaded_columns]
    key = ", ".join(f"v{names.index(name)}" for name in table.key)
    (rows,) = _counted(
        opening,
        f"select sum(rows) from (select count(*) as rows from {_loading(opening, each)} "
        f"group by {key} having count(*) > 1)",
    )
    return [Doubtful(table.name, tuple(table.key), rows)] if rows else []


def _unmapped(opening: Opening, mapping: Mapping, table: Table, each: JudgedPart) -> list[Unmapped]:
    names = [column.name for column in table.loaded_columns]
    loading = _loading(opening, each)
    queries = {}
    for name, known in _codes(mapping, table).items():
        column = table.loaded_columns[names.index(name)]
        values = f"v{names.index(name)}"
        if column.separator:
            values = f"unnest(string_split({values}, {literal(column.separator)}))"
        codes = ", ".join(literal(code) for code in sorted(known))
        queries[name] = (
            f"select value from (select {values} as value from {loading}) "
            f"where value not in ({codes})"
        )
    for name, (text, question) in _numbers(mapping, table).items():
        number = f"v{names.index(name)}"
        group = f"v{names.index(question)}" if question else "true"
        queries[name] = (
            f"select v{names.index(text)} as value from {loading} where true "
            f"qualify {number} is null and value is not null and (bool_or({number} is not null) "
            f"over (partition by {group}) or not bool_or({number} is not null) over ())"
        )
    counted = {
        name: _counted(opening, f"select count(*), count(distinct value) from ({query})")
        for name, query in queries.items()
    }
    return [Unmapped(table.name, name, *found) for name, found in counted.items() if found[0]]


def _numbers(mapping: Mapping, table: Table) -> dict[str, tuple[str, str]]:
    """For each column of numbers, the one with the same answer in words, and the question's."""
    found: dict[str, tuple[str, str]] = {}
    for target in mapping.tables:
        if target.table != table.name:
            continue
        question = "question_code" if "question_code" in target.columns else ""
        for name, cell in target.columns.items():
            words = (
                other
                for other, each in target.columns.items()
                if cell.shape == "number"
                and other != name
                and each.source == cell.source
                and not each.values
            )
            if text := next(words, None):
                found[name] = (text, question)
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
