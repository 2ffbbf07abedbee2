"""Judge every row of a file in one statement: typed values, broken rules, repeats.

Belongs here: the staged (temporary) tables that stand between a file and the raw tables. Does not
belong here: writing anything that lasts (load does, in one transaction).
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.contracts import Contract
from orchestration.ingestion.cells import (
    SEPARATOR,
    SQL_TYPES,
    Rule,
    is_untidy,
    parsed,
    rules,
    trimmed,
    valued,
)
from orchestration.ingestion.matching import Header, match_header, table_by_name
from orchestration.ingestion.readers import open_extract
from orchestration.ingestion.rows import cell_names


@dataclass(frozen=True, slots=True)
class JudgedFile:
    """A file whose rows are staged in a temporary table.

    The table has `_row_number`, `_problems` (a bit for each rule the row breaks), `_is_repeat`
    (the row repeats an earlier one of the file, cell for cell) and the values `v0`, `v1`, ... of
    the loaded contract columns in contract order.
    """

    stage: str
    header: Header
    rules: tuple[Rule, ...]
    malformed: tuple[int, ...]


def judge_file(
    con: duckdb.DuckDBPyConnection, contract: Contract, file_name: str, path: Path, stage: str
) -> JudgedFile:
    """Stage one landed file.

    Raises:
        FileRefusedError: The file cannot be used as a whole.
    """
    table = table_by_name(contract, file_name)
    extract = open_extract(con, file_name, path)
    header = match_header(contract, table, extract.cells)
    fast = extract.fast_rows(header, contract)
    if fast is not None:
        try:
            return JudgedFile(stage, header, _stage(con, fast, header, contract, stage), ())
        except extract.refusals:
            # Its message quotes the line, so it is dropped; the careful way names the row.
            pass
    delivered = f"{stage}_delivered"
    careful = extract.careful_rows(con, header, delivered)
    broken = _stage(con, careful.sql, header, contract, stage)
    con.execute(f"drop table if exists {delivered}")
    return JudgedFile(stage, header, broken, careful.malformed)


def _stage(
    con: duckdb.DuckDBPyConnection, delivered: str, header: Header, contract: Contract, stage: str
) -> tuple[Rule, ...]:
    texts, firsts, values = [""], [""], [""]
    broken: list[Rule] = []
    for place, column in enumerate(header.table.loaded_columns):
        if column.name not in header.places:
            values.append(f"cast(null as {SQL_TYPES[column.type]}) as v{place}")
            continue
        text, first, cell = f"t{place}", f"f{place}", f"c{header.places[column.name]}"
        texts.append(f"{trimmed(column, contract, cell, '_is_untidy')} as {text}")
        firsts.append(f"{text}, {parsed(column, contract, text)} as {first}")
        values.append(f"{valued(column, first)} as v{place}")
        is_key = column.name in header.table.key
        broken.extend(rules(column, contract, is_key, text, valued(column, first)))
    con.execute(
        f"""
        create or replace temp table {stage} as
        with delivered as ({delivered}),
        joined as (select *, {_joined(header.width)} as _joined from delivered),
        looked_at as (select *, {is_untidy("_joined")} as _is_untidy from joined),
        trimmed as (
            select _row_number, md5(_joined) as _digest {", ".join(texts)} from looked_at
        ),
        parsed as (select _row_number, _digest {", ".join(firsts)} from trimmed)
        select
            _row_number, _digest, false as _is_repeat, {_problems(broken)} as _problems
            {", ".join(values)}
        from parsed
        """
    )
    _mark_repeats(con, stage)
    return tuple(broken)


def _joined(width: int) -> str:
    """All delivered cells as one text, so that rows can be compared and looked at whole."""
    cells = ", ".join(f"coalesce({name}, '')" for name in cell_names(width))
    return f"concat_ws({SEPARATOR}, {cells})"


def _problems(broken: list[Rule]) -> str:
    bits = [
        f"(case when {rule.broken} then {1 << place} else 0 end)"
        for place, rule in enumerate(broken)
    ]
    return f"cast({' | '.join(bits) or '0'} as bigint)"


def _mark_repeats(con: duckdb.DuckDBPyConnection, stage: str) -> None:
    # Repeats are rare, so most files pay for one grouping and nothing more.
    con.execute(
        f"""
        update {stage} set _is_repeat = true
        from (
            select _digest, min(_row_number) as first_row
            from {stage} group by _digest having count(*) > 1
        ) as repeated
        where {stage}._digest = repeated._digest and {stage}._row_number > repeated.first_row
        """
    )
