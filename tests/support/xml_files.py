"""Small census files, and what the XML reader makes of them.

Belongs here: writing a file and reading it through the parts that the reader gives. Does not belong
here: expected values (census_xml has an independent reading).
"""

from pathlib import Path

import duckdb

from orchestration.contracts import Contract, load_contracts
from orchestration.ingestion.extracts import Opening, Part
from orchestration.ingestion.matching import match_header
from orchestration.ingestion.xml_reader import open_xml
from tests.support.census_xml import Rows

CENSUS = load_contracts()["cin_census"]

CHILD = (
    "<Child><ChildIdentifiers><LAchildID>ZQ1</LAchildID><Sex>{sex}</Sex></ChildIdentifiers>"
    "{inner}</Child>"
)


def message(*records: str, head: str = "", spaced: str = "") -> str:
    return f"{head}<Message{spaced}><Children>{''.join(records)}</Children></Message>"


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "delivered.xml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def parts_of(path: Path, contract: Contract = CENSUS, year: int = 2027, **sizes: int) -> list[Part]:
    scratch = path.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    with duckdb.connect() as con:
        return open_xml(Opening(con, contract, path.name, path, scratch, year), **sizes)


def filled(text: str | None) -> str | None:
    return text if text and text.strip() else None


def rows_of(parts: list[Part], contract: Contract = CENSUS, year: int = 2027) -> Rows:
    """The cells of every part, in order, the row number left out once it is known to count."""
    found: Rows = {}
    with duckdb.connect() as con:
        for part in parts:
            header = match_header(contract, part.table, part.extract.cells, year)
            query = part.extract.fast_rows(header, contract)
            assert query is not None
            rows = con.execute(f"select * from ({query}) order by _row_number").fetchall()
            assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
            assert part.table is not None
            # A column that must be filled and has no element anywhere is left out of the header.
            cells = part.extract.cells
            given = [dict(zip(cells, row[1:], strict=True)) for row in rows]
            found[part.label] = [
                tuple(filled(row.get(column.name)) for column in part.table.columns)
                for row in given
            ]
    return found


def read(path: Path, **sizes: int) -> Rows:
    return rows_of(parts_of(path, **sizes))


def drift_of(parts: list[Part]) -> set[str]:
    return {name for part in parts for name, _ in part.drift}
