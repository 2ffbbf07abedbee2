"""Map an invented file as a delivery would be, and see which rows come out.

Belongs here: the way from a file to judged rows. Does not belong here: expected values.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestration.contracts import Contract, load_contracts
from orchestration.ingestion import parser
from orchestration.ingestion.extracts import Opening
from orchestration.ingestion.judging import judge_parts
from orchestration.ingestion.mapped_reader import map_parts
from orchestration.ingestion.readers import open_parts
from orchestration.ingestion.stages import answered_relation
from orchestration.mappings import Mapping, contract_of, load_mappings

YEAR = 2027

# Invented exports that several tests start from.
LONG = (
    "Survey,Wave,Wave opened,Audience,Respondent,Question code,Question,Answer,Score,Answered on\n"
    "Your voice,W1,01/03/2026,Children in care,r1,Q1,Do you feel safe?,Always,5,02/03/2026\n"
    "Your voice,W1,01/03/2026,Children in care,r1,Q2,Anything else?,No more moves,,02/03/2026\n"
    "Your voice,W1,01/03/2026,Children in care,r2,Q1,Do you feel safe?,4,,03/03/2026\n"
)
WIDE = (
    "Survey,Wave,Wave opened,Response ID,Completed on,Age group,Gender,"
    "Q1. Do you feel safe?,Q2 What would you change?\n"
    "Your voice,W2,01/03/2026,r1,02/03/2026,8-11,Girl,Strongly AGREE,\n"
    "Your voice,W2,01/03/2026,r2,02/03/2026,8-11,Other,never,Fewer moves\n"
)
FORM = (
    "Form ID,Child ID,Form,Version,Question,Answer,Completed on,Recorded by\n"
    "F1,C1,Record of visit,3,Was the child seen?,Yes,01/02/2026,W1\n"
    "F1,C1,Record of visit,3,(Where I live) My view,I like my room,01/02/2026,W1\n"
    "F2,C2,Record of visit,3,What is the young person\u2019s view?,Declined,02/02/2026,W1\n"
)


@dataclass
class Mapped:
    """What a file became: good rows by table, bad rows, refusals and drift."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    repeats: dict[str, int] = field(default_factory=dict)
    broken: list[tuple[str, int, str]] = field(default_factory=list)
    malformed: dict[str, tuple[int, ...]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    drift: list[tuple[str, str]] = field(default_factory=list)

    def column(self, table: str, name: str) -> list[Any]:
        """One column of the good rows, in the order of the file."""
        return [row[name] for row in self.rows[table]]


def shipped(source: str) -> Mapping:
    """A worked example."""
    return load_mappings()[source]


@contextmanager
def opened(path: Path, contract: Contract) -> Iterator[Opening]:
    """Open a file in this process as the parser would; what is made of it ends with the context."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder).resolve()
        # DuckDB takes brackets in a name for a pattern, so the copy has none.
        copied = scratch / "delivered"
        shutil.copyfile(path, copied)
        with parser._connect(scratch, scratch) as con:
            yield Opening(con, contract, path.name, copied, scratch, YEAR)


def map_text(
    folder: Path, mapping: Mapping, text: str, name: str = "survey complaint form practice.csv"
) -> Mapped:
    """Map a CSV text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return map_file(mapping, path)


def map_file(mapping: Mapping, path: Path) -> Mapped:
    """Map a file through the real readers and the real judge."""
    contract = contract_of(mapping, load_contracts()["voice_extension"])
    found = Mapped()
    with opened(path, contract) as opening:
        parts = map_parts(opening, mapping, open_parts(opening))
        for part, judged in zip(parts, judge_parts(opening, parts), strict=True):
            if judged.refusal is not None:
                table = part.table.name if part.table else part.label
                found.refused[table] = judged.refusal[0]
                continue
            found.malformed[judged.label] = judged.malformed + found.malformed.get(judged.label, ())
            found.drift += [(drift.column, drift.kind) for drift in judged.drift]
            assert part.table is not None
            names = [column.name for column in part.table.loaded_columns]
            selected = opening.con.execute(
                f"select _row_number, _is_repeat, _problems, "
                f"{', '.join(f'v{at}' for at in range(len(names)))} "
                f"from {answered_relation(opening.scratch, judged)} order by _row_number"
            ).fetchall()
            good = found.rows.setdefault(part.table.name, [])
            for number, is_repeat, problems, *values in selected:
                if is_repeat:
                    found.repeats[part.table.name] = found.repeats.get(part.table.name, 0) + 1
                elif problems:
                    found.broken += [
                        (column, number, rule)
                        for bit, (column, rule, _) in enumerate(judged.rules)
                        if problems & 1 << bit
                    ]
                else:
                    good.append(dict(zip(names, values, strict=True)) | {"_row_number": number})
    return found
