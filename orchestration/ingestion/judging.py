"""Judge every row of an opened part in one statement: typed values, broken rules, repeats.

Belongs here: the staged Parquet files that stand between a delivered file and the raw tables.
Does not belong here: opening a file (readers), reading a stage (stages) or writing to the warehouse
(writing), which another process does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestration.ingestion.answers import map_answers
from orchestration.ingestion.cells import (
    SQL_TYPES,
    Rule,
    is_untidy,
    kept,
    parsed,
    rules,
    trimmed,
    valued,
)
from orchestration.ingestion.extracts import Opening, Part
from orchestration.ingestion.gate import FileRefusedError
from orchestration.ingestion.matching import Drift, Header, match_header, table_by_name
from orchestration.ingestion.parts import JudgedPart
from orchestration.ingestion.repeats import look_over, note_repeats
from orchestration.ingestion.rows import CarefulRows, cell_names
from orchestration.ingestion.second_headers import check_below
from orchestration.ingestion.sql import literal
from orchestration.ingestion.stages import STAGE_FORMAT, has_rows

if TYPE_CHECKING:
    from orchestration.contracts import Column, Contract

# Whatever is longer is a text and no answer of a list.
_LONGEST_ANSWER = 200


@dataclass(frozen=True, slots=True)
class _Staged:
    """A part whose rows are staged."""

    name: str
    part: Part
    header: Header
    rules: list[Rule]
    rows: CarefulRows


def judge_parts(opening: Opening, parts: Sequence[Part]) -> list[JudgedPart]:
    """Stage the parts of a landed file as `<scratch>/part_0.parquet`, `part_1.parquet`, ....

    Each file has `_row_number`, `_problems` (a bit for each rule the row breaks) and the values
    `v0`, `v1`, ... of the loaded contract columns in contract order. Two more files may stand
    beside it: `part_0_repeats.parquet` with the numbers of the rows that repeat an earlier one
    cell for cell, and `part_0_answers.parquet` with the code of each distinct answer.
    """
    staged = [_staged(opening, part, f"part_{place}") for place, part in enumerate(parts)]
    names = [each.name for each in staged if isinstance(each, _Staged)]
    seen = look_over(opening, names)
    return [
        _judgement(opening, each, *seen[each.name]) if isinstance(each, _Staged) else each
        for each in staged
    ]


def _staged(opening: Opening, part: Part, name: str) -> _Staged | JudgedPart:
    contract = opening.contract
    try:
        table = part.table or table_by_name(contract, opening.file_name)
        header = match_header(contract, table, part.extract.cells, opening.collection_year)
    except FileRefusedError as refusal:
        name_of_table = part.table.name if part.table else None
        return JudgedPart.refused(part.label, name_of_table, refusal)
    try:
        known_rules, rows = _stage_rows(opening, part, header, name)
    except FileRefusedError as refusal:
        return JudgedPart.refused(part.label, header.table.name, refusal)
    return _Staged(name, part, header, known_rules, rows)


def _judgement(
    opening: Opening, staged: _Staged, has_repeats: bool, has_problems: bool
) -> JudgedPart:
    part, header, rows = staged.part, staged.header, staged.rows
    if has_problems and part.table is None:
        try:
            check_below(opening, header, rows.sql, part.extract.cells, staged.name)
        except FileRefusedError as refusal:
            return JudgedPart.refused(part.label, header.table.name, refusal)
    if has_repeats:
        note_repeats(opening, rows.sql, header.width, staged.name)
    return JudgedPart(
        label=part.label,
        table=header.table.name,
        stage=staged.name,
        has_repeats=has_repeats,
        has_problems=has_problems,
        answered=_understand(opening, header, staged.name),
        width=header.width,
        drift=(*header.drift, *(Drift(column, kind) for column, kind in part.drift)),
        rules=tuple((rule.column, rule.name, rule.expected) for rule in staged.rules),
        malformed=rows.malformed,
        malformed_because=(rows.rule, rows.expected),
    )


def delivered_rows(
    opening: Opening, parts: list[Part], label: str, numbers: list[int]
) -> tuple[list[str], str]:
    """Write some rows of one part as they were delivered; return the header and the file's name.

    A row with too few or too many cells has none to write.
    """
    part = next((part for part in parts if part.label == label), None)
    if part is None:
        return [], ""
    table = part.table or table_by_name(opening.contract, opening.file_name)
    header = match_header(opening.contract, table, part.extract.cells, opening.collection_year)
    opening.con.execute(
        "create or replace temp table wanted_rows as "
        "select unnest(cast(string_split($numbers, ',') as bigint[])) as _row_number",
        {"numbers": ",".join(map(str, numbers))},
    )
    target = literal(str(opening.scratch / "rows.parquet"))
    copy = (
        "copy (select * from ({}) where _row_number in (select _row_number from wanted_rows))"
        f" to {target} ({STAGE_FORMAT})"
    )
    fast = part.extract.fast_rows(header, opening.contract)
    try:
        if fast is not None:
            opening.con.execute(copy.format(fast))
            return part.extract.cells, "rows.parquet"
    except part.extract.refusals:
        pass
    careful = part.extract.careful_rows(opening.con, header, "delivered_rows")
    opening.con.execute(copy.format(careful.sql))
    return part.extract.cells, "rows.parquet"


def _stage_rows(
    opening: Opening, part: Part, header: Header, name: str
) -> tuple[list[Rule], CarefulRows]:
    extract = part.extract
    fast = extract.fast_rows(header, opening.contract)
    if fast is not None:
        try:
            found = _stage(opening, part, fast, header, name)
            if has_rows(opening.con, opening.scratch / f"{name}.parquet", extract.known_rows):
                return found, CarefulRows(fast)
        except extract.refusals:
            # Its message quotes the line, so it is dropped; the careful way names the row.
            pass
    careful = extract.careful_rows(opening.con, header, f"delivered_{name}")
    return _stage(opening, part, careful.sql, header, name), careful


def _stage(opening: Opening, part: Part, delivered: str, header: Header, name: str) -> list[Rule]:
    judged = _judged(delivered, header, opening.contract, part)
    target = literal(str(opening.scratch / f"{name}.parquet"))
    opening.con.execute(f"copy ({judged}) to {target} ({STAGE_FORMAT})")
    return _rules(header, opening.contract)


def _understand(opening: Opening, header: Header, name: str) -> tuple[int, ...]:
    """Map the distinct answers of each column that has an answer set; return their places.

    There are few, however many rows there are, so whoever loads the rows joins them.
    """
    places = [
        (place, column.answers)
        for place, column in enumerate(header.table.loaded_columns)
        if column.answers and column.name in header.places
    ]
    stage = literal(str(opening.scratch / f"{name}.parquet"))
    selects = []
    for place, answer_set in places:
        rows = opening.con.execute(
            f"select distinct v{place} from read_parquet({stage}) "
            f"where length(v{place}) <= {_LONGEST_ANSWER}"
        ).fetchall()
        delivered = [row[0] for row in rows]
        opening.con.execute(
            f"create or replace temp table answers_{place} as select {place} as place,"
            " unnest(cast($delivered as varchar[])) as delivered,"
            " unnest(cast($codes as varchar[])) as code",
            {"delivered": delivered, "codes": map_answers(answer_set, delivered)},
        )
        selects.append(f"select * from answers_{place}")
    if selects:
        target = literal(str(opening.scratch / f"{name}_answers.parquet"))
        opening.con.execute(f"copy ({' union all '.join(selects)}) to {target} ({STAGE_FORMAT})")
    return tuple(place for place, _ in places)


def _judged(delivered: str, header: Header, contract: "Contract", part: Part) -> str:
    texts, firsts, values = ["_row_number"], ["_row_number"], {}
    untidy = "_is_untidy" if part.blanks else None
    for place, column in enumerate(header.table.loaded_columns):
        if column.name not in header.places:
            values[f"v{place}"] = f"cast(null as {SQL_TYPES[column.type]})"
            if column.answers:
                values[f"a{place}"] = "cast(null as varchar)"
            if column.type == "datetime":
                values[f"d{place}"] = "cast(null as varchar)"
            continue
        text, first, cell = f"t{place}", f"f{place}", f"c{header.places[column.name]}"
        texts.append(f"{trimmed(column, contract, cell, untidy)} as {text}")
        known = kept(column, text, _decider(column, header))
        value = parsed(column, contract, known, part.has_colon)
        firsts.append(f"{known} as {text}, {value} as {first}")
        values[f"v{place}"] = valued(column, text, first)
        if column.type == "datetime":
            values[f"d{place}"] = text
    # Rows that are alike in every delivered cell are alike in every value.
    digest = ", ".join(f"v{place}" for place in range(len(header.table.loaded_columns)))
    looked_at = _looked_at(delivered, header, part.blanks) if part.blanks else delivered
    return f"""
        with trimmed as (select {", ".join(texts)} from ({looked_at})),
        parsed as (select {", ".join(firsts)} from trimmed),
        valued as (
            select *, {", ".join(f"{value} as {name}" for name, value in values.items())}
            from parsed
        )
        select _row_number, {_problems(_rules(header, contract))} as _problems,
            {", ".join(values)}, hash({digest}) as _digest
        from valued
        """


def _decider(column: "Column", header: Header) -> str | None:
    """The text that decides whether a value may be known at all; None if none was delivered."""
    if column.only_where is None or column.only_where.column not in header.places:
        return None
    names = [each.name for each in header.table.loaded_columns]
    return f"t{names.index(column.only_where.column)}"


def _looked_at(delivered: str, header: Header, blanks: str) -> str:
    untidy = is_untidy(cell_names(header.width), blanks)
    return f"select *, {untidy} as _is_untidy from ({delivered})"


def _rules(header: Header, contract: "Contract") -> list[Rule]:
    return [
        rule
        for place, column in enumerate(header.table.loaded_columns)
        if column.name in header.places
        for rule in rules(
            column,
            contract,
            is_key=column.name in header.table.key,
            text=f"t{place}",
            value=f"v{place}",
        )
    ]


def _problems(broken: list[Rule]) -> str:
    bits = [
        f"(case when {rule.broken} then {1 << place} else 0 end)"
        for place, rule in enumerate(broken)
    ]
    return f"cast({' | '.join(bits) or '0'} as bigint)"
