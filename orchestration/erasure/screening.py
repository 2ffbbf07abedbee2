"""Find the rows of erased people in a landed delivery, and have its files written without them.

Belongs here: one delivery, from the tombstones alone, so that it can be done again after a crash
and to a delivery that comes later. Does not belong here: which deliveries (``records``), or
reading a file (the parser does).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.contracts import Contract, Table
from orchestration.erasure.rows import hits_of, ids_among
from orchestration.erasure.tombstones import PERSON, Tombstones
from orchestration.ingestion.gate import FileRefusedError
from orchestration.ingestion.parsing import Parser
from orchestration.ingestion.parts import JudgedPart
from orchestration.ingestion.results import LandedDelivery, LandedFile
from orchestration.ingestion.rewriting import Removal
from orchestration.ingestion.unstaged import WHOLE

if TYPE_CHECKING:
    import pyarrow as pa

_WORKBOOK = ".xlsx"
_XML = ".xml"


@dataclass(slots=True)
class Opened:
    """One landed file with its judged parts, staged until the parser is cleared."""

    file: LandedFile
    scratch: Path | None = None
    parts: list[JudgedPart] = field(default_factory=list)

    @property
    def suffix(self) -> str:
        """What kind of file it is."""
        return Path(self.file.name).suffix.lower()

    @property
    def is_refused(self) -> bool:
        """Whether no part of it could be used."""
        return all(part.refusal is not None for part in self.parts)

    def numbers(self, sheet: str) -> set[int]:
        """The delivered rows of a sheet, or of the whole file, that some table has."""
        import pyarrow.parquet as pq

        found: set[int] = set()
        for part in self.parts:
            if part.refusal is None and self.scratch and part.label.startswith(sheet):
                path = self.scratch / f"{part.stage}.parquet"
                numbers: list[Any] = pq.read_table(path, columns=["_row_number"])[0].to_pylist()
                found.update(numbers)
        return found

    def counts(self) -> dict[tuple[str, str], int]:
        """Rows by part and table."""
        import pyarrow.parquet as pq

        found = {}
        for part in self.parts:
            if part.refusal is None and self.scratch is not None and part.table:
                staged = pq.read_metadata(self.scratch / f"{part.stage}.parquet").num_rows
                found[part.label, part.table] = staged + len(part.malformed)
        return found


@dataclass(slots=True)
class Hits:
    """What of one file is about erased people; ids are in memory only."""

    rows: dict[str, set[int]] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    unread_sheets: set[str] = field(default_factory=set)
    is_whole: bool = False

    def __bool__(self) -> bool:
        return bool(any(self.rows.values()) or self.ids or self.unread_sheets or self.is_whole)

    def removal(self) -> Removal:
        """What the parser is asked to leave out."""
        rows = {label: frozenset(numbers) for label, numbers in self.rows.items()}
        return Removal(rows, frozenset(self.ids), frozenset(self.unread_sheets), self.is_whole)


class Screen:
    """Looks through deliveries of sources whose contracts it knows."""

    def __init__(
        self, parser: Parser, contracts: dict[str, Contract], tombstones: Tombstones
    ) -> None:
        self._parser = parser
        self._contracts = contracts
        self._stones = tombstones

    def open(self, landed: LandedDelivery, file: LandedFile) -> Opened:
        """Have a file judged as for a load."""
        contract = self._contracts[landed.source]
        try:
            scratch, parts = self._parser.parse(contract, file, landed.collection_year)
        except FileRefusedError:
            return Opened(file)
        return Opened(file, scratch, parts)

    def find(self, landed: LandedDelivery) -> Iterator[tuple[Opened, Hits]]:
        """Every file of a delivery that holds somebody who was erased; clear the parser after.

        Rows that hang on theirs get tombstones of their own, so that they are found in whatever
        file and delivery they come.
        """
        opened = [self.open(landed, file) for file in landed.files]
        while True:
            found = [(each, Hits()) for each in opened]
            is_new = [self._look_into(landed, each, hits) for each, hits in found]
            if not any(is_new):
                break
        yield from ((each, hits) for each, hits in found if hits)

    def look(self, landed: LandedDelivery, opened: Opened) -> Hits:
        """What of one file is about erased people."""
        hits = Hits()
        self._look_into(landed, opened, hits)
        return hits

    def _look_into(self, landed: LandedDelivery, opened: Opened, hits: Hits) -> bool:
        is_new = False
        for part in opened.parts:
            table = self._contracts[landed.source].table(part.table or "")
            if part.refusal is None and table is not None and opened.scratch is not None:
                is_new |= self._look_at_stage(landed, opened, part, table, hits)
        self._look_beside_stages(landed, opened, hits)
        return is_new

    def _look_at_stage(
        self, landed: LandedDelivery, opened: Opened, part: JudgedPart, table: Table, hits: Hits
    ) -> bool:
        if opened.scratch is None:
            return False
        path = opened.scratch / f"{part.stage}.parquet"
        found = hits_of(path, table, landed.authority_code, self._stones)
        hits.rows.setdefault(part.label, set()).update(found.numbers)
        if opened.suffix == _XML:
            hits.ids |= found.ids
        is_new = [
            self._stones.add(landed.authority_code, kind, keys) for kind, keys in found.keys.items()
        ]
        return any(is_new)

    def _look_beside_stages(self, landed: LandedDelivery, opened: Opened, hits: Hits) -> None:
        """Rows with the wrong number of cells, rows that a mapping passes over, refused parts."""
        if opened.is_refused:
            hits.is_whole = opened.file.size > 0 and bool(self._unstaged(landed, opened.file, []))
            return
        malformed = sorted({number for part in opened.parts for number in part.malformed})
        if malformed and opened.suffix == ".csv":
            for number in self._unstaged(landed, opened.file, malformed):
                hits.rows.setdefault(opened.parts[0].label, set()).add(number)
        for label, numbers in self._passed_over(landed, opened):
            hits.rows.setdefault(label, set()).update(numbers)
        if refused := {part.label for part in opened.parts if part.refusal is not None}:
            found = self._unstaged(landed, opened.file, [])
            if opened.suffix == _WORKBOOK and found:
                hits.unread_sheets |= refused
            if opened.suffix == _XML:
                hits.ids |= found.get(WHOLE, set())
        elif opened.suffix == _XML:
            found = self._unstaged(landed, opened.file, [], only_comments=True)
            hits.ids |= found.get(WHOLE, set())

    def _unstaged(
        self,
        landed: LandedDelivery,
        file: LandedFile,
        numbers: list[int],
        only_comments: bool = False,
    ) -> dict[int, set[str]]:
        """The ids of erased people among all that could be an id, by row number."""
        import pyarrow.parquet as pq

        contract = self._contracts[landed.source]
        year = landed.collection_year
        path = self._parser.unstaged(contract, file, year, numbers, only_comments)
        table = pq.read_table(path)
        matched = ids_among(table.column("cell"), PERSON, landed.authority_code, self._stones)
        return _by_number(table, matched)

    def _passed_over(
        self, landed: LandedDelivery, opened: Opened
    ) -> Iterator[tuple[str, set[int]]]:
        """Rows of a mapped file that make no row of any table: any of their cells may be the id."""
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        sheets = list(dict.fromkeys(part.label.partition(": ")[0] for part in opened.parts))
        for path in sorted((opened.scratch or Path()).glob("delivered_*.parquet")):
            sheet = sheets[int(path.stem.rpartition("_")[2])] if opened.suffix == _WORKBOOK else ""
            rows = pq.read_table(path)
            known = pa.array(sorted(opened.numbers(sheet)), pa.int64())
            rows = rows.filter(pc.invert(pc.is_in(rows.column(0), value_set=known)))
            for name in rows.column_names[1:]:
                cells = pc.utf8_trim_whitespace(rows.column(name))
                ids = ids_among(cells, PERSON, landed.authority_code, self._stones)
                if ids:
                    mask = pc.is_in(cells, value_set=pa.array(sorted(ids), cells.type))
                    numbers: list[Any] = rows.column(0).filter(mask).to_pylist()
                    yield sheet, set(numbers)


def _by_number(table: "pa.Table", matched: set[str]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    if matched:
        for number, cell in zip(*(column.to_pylist() for column in table.columns), strict=True):
            if cell in matched:
                found.setdefault(number, set()).add(cell)
    return found
