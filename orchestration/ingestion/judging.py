"""Judge every row of an opened part in one statement: typed values, broken rules, repeats.

Belongs here: the staged Parquet files that stand between a delivered file and the raw tables.
Does not belong here: opening a file (readers) or writing to the warehouse (writing), which other
processes do.
"""

from pathlib import Path
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
from orchestration.ingestion.rows import CarefulRows, cell_names
from orchestration.ingestion.sql import literal

if TYPE_CHECKING:
    from orchestration.contracts import Column, Contract

# Whatever is longer is a text and no answer of a list.
_LONGEST_ANSWER = 200
# Plain pages without a dictionary cost least: the file lives for seconds, on the same disk.
_FORMAT = "format parquet, compression uncompressed, dictionary_size_limit 1"


def judge_part(opening: Opening, part: Part, name: str) -> JudgedPart:
    """Stage one part of a landed file as `<scratch>/<name>.parquet`.

    The file has `_row_number`, `_problems` (a bit for each rule the row breaks) and the values
    `v0`, `v1`, ... of the loaded contract columns in contract order. Two more files may stand
    beside it: `<name>_repeats.parquet` with the numbers of the rows that repeat an earlier one
    cell for cell, and `<name>_answers.parquet` with the code of each distinct answer.
    """
    contract = opening.contract
    try:
        table = part.table or table_by_name(contract, opening.file_name)
        header = match_header(contract, table, part.extract.cells, opening.collection_year)
    except FileRefusedError as refusal:
        name_of_table = part.table.name if part.table else None
        return JudgedPart.refused(part.label, name_of_table, refusal)
    try:
        broken, left = _stage_rows(opening, part, header, name)
    except FileRefusedError as refusal:
        return JudgedPart.refused(part.label, header.table.name, refusal)
    has_repeats, has_problems = _looked_over(opening, name)
    if has_repeats:
        _note_repeats(opening, left.sql, header.width, name)
    return JudgedPart(
        label=part.label,
        table=header.table.name,
        stage=name,
        has_repeats=has_repeats,
        has_problems=has_problems,
        answered=_understand(opening, header, name),
        width=header.width,
        drift=(*header.drift, *(Drift(column, kind) for column, kind in part.drift)),
        rules=tuple((rule.column, rule.name, rule.expected) for rule in broken),
        malformed=left.malformed,
        malformed_because=(left.rule, left.expected),
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
        f" to {target} ({_FORMAT})"
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
            return _stage(opening, fast, header, name, part.blanks), CarefulRows(fast)
        except extract.refusals:
            # Its message quotes the line, so it is dropped; the careful way names the row.
            pass
    careful = extract.careful_rows(opening.con, header, "delivered_rows")
    return _stage(opening, careful.sql, header, name, part.blanks), careful


def _stage(opening: Opening, delivered: str, header: Header, name: str, blanks: str) -> list[Rule]:
    judged = _judged(delivered, header, opening, blanks)
    target = literal(str(opening.scratch / f"{name}.parquet"))
    opening.con.execute(f"copy ({judged}) to {target} ({_FORMAT})")
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
        opening.con.execute(f"copy ({' union all '.join(selects)}) to {target} ({_FORMAT})")
    return tuple(place for place, _ in places)


def _judged(delivered: str, header: Header, opening: Opening, blanks: str) -> str:
    contract = opening.contract
    texts, firsts, values = ["_row_number"], ["_row_number"], []
    untidy = "_is_untidy" if blanks else None
    for place, column in enumerate(header.table.loaded_columns):
        if column.name not in header.places:
            values.append(f"cast(null as {SQL_TYPES[column.type]}) as v{place}")
            if column.answers:
                values.append(f"cast(null as varchar) as a{place}")
            if column.type == "datetime":
                values.append(f"cast(null as varchar) as d{place}")
            continue
        text, first, cell = f"t{place}", f"f{place}", f"c{header.places[column.name]}"
        texts.append(f"{trimmed(column, contract, cell, untidy)} as {text}")
        known = kept(column, text, _decider(column, header))
        firsts.append(f"{known} as {text}, {parsed(column, contract, known)} as {first}")
        values.append(f"{valued(column, first)} as v{place}")
        if column.type == "datetime":
            values.append(f"{text} as d{place}")
    # Rows that are alike in every delivered cell are alike in every value.
    digest = ", ".join(f"v{place}" for place in range(len(header.table.loaded_columns)))
    looked_at = _looked_at(delivered, header, blanks) if blanks else delivered
    return f"""
        with trimmed as (select {", ".join(texts)} from ({looked_at})),
        parsed as (select {", ".join(firsts)} from trimmed)
        select _row_number, {_problems(_rules(header, contract))} as _problems,
            {", ".join(values)}, hash({digest}) as _digest
        from parsed
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
            value=valued(column, f"f{place}"),
        )
    ]


def _problems(broken: list[Rule]) -> str:
    bits = [
        f"(case when {rule.broken} then {1 << place} else 0 end)"
        for place, rule in enumerate(broken)
    ]
    return f"cast({' | '.join(bits) or '0'} as bigint)"


def _looked_over(opening: Opening, name: str) -> tuple[bool, bool]:
    """Whether two rows of a stage seem alike, and whether one breaks a rule."""
    stage = literal(str(opening.scratch / f"{name}.parquet"))
    found = opening.con.execute(
        "select count(*) > count(distinct _digest), coalesce(bool_or(_problems <> 0), false)"
        f" from read_parquet({stage})"
    ).fetchone()
    return (True, True) if found is None else (bool(found[0]), bool(found[1]))


def _note_repeats(opening: Opening, delivered: str, width: int, name: str) -> None:
    """Write down which rows repeat an earlier one; most files have none that seem to."""
    con, stage = opening.con, literal(str(opening.scratch / f"{name}.parquet"))
    # Values may be alike where cells are not, and two digests may meet by chance: the cells decide,
    # kept apart by their lengths. Groups and joins spill to disk, however many repeats there are.
    cells = " || ".join(f"coalesce(length({c}) || ':' || {c}, '-')" for c in cell_names(width))
    repeats = literal(str(opening.scratch / f"{name}_repeats.parquet"))
    con.execute(
        f"""
        create or replace temp table alike as
        select _row_number, md5_number({cells}) as cells
        from ({delivered})
        where _row_number in (
            select stage._row_number from read_parquet({stage}) as stage
            where stage._digest in (
                select _digest from read_parquet({stage}) group by _digest having count(*) > 1
            )
        )
        """
    )
    con.execute(
        f"""
        copy (
            select _row_number from alike
            where _row_number not in (select min(_row_number) from alike group by cells)
        ) to {repeats} ({_FORMAT})
        """
    )
    con.execute("drop table alike")


def stage_relation(scratch: Path, part: JudgedPart) -> str:
    """SQL that reads a staged part with `_is_repeat`, to stand in a from clause."""
    rows = f"read_parquet({literal(str(scratch / f'{part.stage}.parquet'))})"
    if not part.has_repeats:
        return f"(select *, false as _is_repeat from {rows})"
    repeats = f"read_parquet({literal(str(scratch / f'{part.stage}_repeats.parquet'))})"
    return (
        f"(select *, _row_number in (select _row_number from {repeats}) as _is_repeat from {rows})"
    )


def answers_relation(scratch: Path, part: JudgedPart) -> str:
    """SQL that reads the codes of a part's distinct answers: `place`, `delivered`, `code`."""
    return f"read_parquet({literal(str(scratch / f'{part.stage}_answers.parquet'))})"


def answered_relation(scratch: Path, part: JudgedPart) -> str:
    """The same with the code of each answer beside it: `a0`, `a1`, ...."""
    rows = stage_relation(scratch, part)
    if not part.answered:
        return rows
    answers = answers_relation(scratch, part)
    codes, joins = [], []
    for place in part.answered:
        lost = f"case when s.v{place} is not null then 'not_mapped' end"
        codes.append(f"coalesce(m{place}.code, {lost}) as a{place}")
        joins.append(
            f"left join {answers} as m{place} "
            f"on m{place}.place = {place} and s.v{place} = m{place}.delivered"
        )
    return f"(select s.*, {', '.join(codes)} from {rows} as s {' '.join(joins)})"
