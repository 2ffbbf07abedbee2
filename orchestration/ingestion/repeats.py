"""Find the rows of a stage that repeat an earlier one cell for cell.

Belongs here: a look at stages, and `<stage>_repeats.parquet`. Does not belong here: the stages
themselves (judging).
"""

from collections.abc import Sequence

from orchestration.ingestion.extracts import Opening
from orchestration.ingestion.rows import cell_names
from orchestration.ingestion.sql import literal
from orchestration.ingestion.stages import AT_ONCE, STAGE_FORMAT


def look_over(opening: Opening, names: Sequence[str]) -> dict[str, tuple[bool, bool]]:
    """Whether two rows of a stage seem alike, and whether one breaks a rule, by stage."""
    found: dict[str, tuple[bool, bool]] = {}
    for first in range(0, len(names), AT_ONCE):
        some = names[first : first + AT_ONCE]
        looks = (
            f"select {place}, count(*) > count(distinct _digest),"
            " coalesce(bool_or(_problems <> 0), false)"
            f" from read_parquet({literal(str(opening.scratch / f'{name}.parquet'))})"
            for place, name in enumerate(some)
        )
        rows = opening.con.execute(" union all ".join(looks)).fetchall()
        found |= {some[place]: (is_alike, is_broken) for place, is_alike, is_broken in rows}
    return found


def note_repeats(opening: Opening, delivered: str, width: int, name: str) -> None:
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
        ) to {repeats} ({STAGE_FORMAT})
        """
    )
    con.execute("drop table alike")
