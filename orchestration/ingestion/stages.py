"""Read what the judge staged: rows, those that repeat another, and the codes of answers.

Belongs here: SQL over the staged Parquet files, to stand in a from clause. Does not belong here:
writing those files (judging, repeats).
"""

from pathlib import Path

import duckdb

from orchestration.ingestion.parts import JudgedPart
from orchestration.ingestion.sql import literal

# Stages that one statement asks: to plan one for each costs more than to read most of them.
AT_ONCE = 16
# Plain pages without a dictionary cost least: a stage lives for seconds, on the same disk.
STAGE_FORMAT = "format parquet, compression uncompressed, dictionary_size_limit 1"


def has_rows(con: duckdb.DuckDBPyConnection, stage: Path, rows: int | None) -> bool:
    """Whether a stage holds as many rows as something else than reading them told, if it did."""
    if rows is None:
        return True
    found = con.execute(f"select count(*) from read_parquet({literal(str(stage))})").fetchone()
    return found == (rows,)


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
