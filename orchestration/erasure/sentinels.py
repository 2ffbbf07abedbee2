"""Gather what was said of somebody, to look for it afterwards; in memory only.

Belongs here: ids, names, numbers and words out of the rows that go. Does not belong here: looking
(search). A short text ("Ann", "7") stands in other people's rows as well and proves nothing, so
only longer ones are looked for.
"""

from collections.abc import Iterable

from orchestration.contracts import Contract, Table
from orchestration.erasure.screening import Hits, Opened
from orchestration.erasure.search import Sentinel
from orchestration.erasure.tombstones import PERSON
from orchestration.ingestion.gate import FileRefusedError
from orchestration.ingestion.header_names import plain_name
from orchestration.ingestion.parsing import Parser
from orchestration.ingestion.results import LandedDelivery

SHORTEST_TEXT = 8
SHORTEST_ID = 5
# More texts than this would take longer to look for than an erasure may.
MOST = 400


def sentinels_of(
    parser: Parser, contract: Contract, landed: LandedDelivery, opened: Opened, hits: Hits
) -> set[Sentinel]:
    """What the rows that go from one file say of the person."""
    found: set[Sentinel] = set()
    for part in opened.parts:
        numbers = sorted(hits.rows.get(part.label, ()))
        table = contract.table(part.table or "")
        if part.refusal is not None or table is None or not numbers:
            continue
        try:
            header, rows = parser.rows_of(
                contract, opened.file, landed.collection_year, part.label, numbers
            )
        except FileRefusedError:
            continue
        if rows is not None:
            import pyarrow.parquet as pq

            cells = pq.read_table(rows)
            for place, kind in _telling(table, header).items():
                values = cells.column(f"c{place}").unique().to_pylist()
                found |= _worth(values, kind == PERSON)
    return found


def _telling(table: Table, header: list[str]) -> dict[int, str]:
    """The places of the columns that tell who somebody is, or in whose words."""
    names: dict[str, str] = {}
    for column in table.columns:
        is_telling = column.sensitivity in ("direct_identifier", "free_text")
        if is_telling or column.pseudonym in (PERSON, "linkage"):
            for name in (column.name, *column.aliases):
                names[plain_name(name)] = column.pseudonym or column.sensitivity
    plain = [plain_name(cell) for cell in header]
    return {place: names[name] for place, name in enumerate(plain) if name in names}


def _worth(values: Iterable[str | None], is_id: bool) -> set[Sentinel]:
    texts = {value.strip() for value in values if value}
    shortest = SHORTEST_ID if is_id else SHORTEST_TEXT
    return {Sentinel(text, is_id) for text in texts if len(text) >= shortest}
