"""Take words that were kept long enough out of a delivery, and leave every row where it is.

Belongs here: one delivery: which rows are past their time, its files written anew, and the proof
that they read as before. Does not belong here: how long (retention), which deliveries and when
(``orchestration.expiring``), or what else held the words (``erasure.told_words``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.contracts import Contract
from orchestration.erasure.cleaning import put_in_landing
from orchestration.erasure.narrative import Narrative, has_words, narratives
from orchestration.erasure.sameness import MadeIds, NotTheSameError, Word, changes
from orchestration.erasure.screening import Opened
from orchestration.ingestion.blanking import Blanking
from orchestration.ingestion.gate import FileRefusedError
from orchestration.ingestion.parsing import Parser
from orchestration.ingestion.parts import JudgedPart
from orchestration.ingestion.results import LandedDelivery, LandedFile
from orchestration.ingestion.rewriting import Removal
from orchestration.privacy.keys import tombstone_key
from orchestration.privacy.marks import key_of_marks

if TYPE_CHECKING:
    import pyarrow as pa

_WORKBOOK = ".xlsx"
# What is said to be older is a slip of the pen, and no reason to let go of what was said.
_FIRST_DAY = date(1990, 1, 1)


@dataclass(slots=True)
class Taken:
    """What went, or would go, from one delivery.

    Attributes:
        landed: The delivery as it is afterwards.
        cells: How many cells got a mark.
        emptied: How many files, or sheets alone of a file, nobody can read and are as old.
        words: What went, for whoever holds more of it; only where it went.
        left: Why files stay as they are: file and reason.
        strays: Hashes of files in landing that came to nothing.
    """

    landed: LandedDelivery
    cells: int = 0
    emptied: int = 0
    words: list[Word] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.cells or self.emptied)


class WordKeeper:
    """Looks through deliveries of sources whose contracts it knows."""

    def __init__(self, home: Path, parser: Parser, contracts: Mapping[str, Contract]) -> None:
        self._home, self._parser, self._contracts = home, parser, contracts
        self._words = {name: each.columns for name, each in narratives().items()}

    def look(self, landed: LandedDelivery, first_kept: date) -> Taken:
        """What would go of the words said before a day; nothing is changed."""
        return self._each_file(landed, first_kept, is_meant=False)

    def take(self, landed: LandedDelivery, first_kept: date) -> Taken:
        """Put the files without those words into landing; the caller records the delivery."""
        return self._each_file(landed, first_kept, is_meant=True)

    def _each_file(self, landed: LandedDelivery, first_kept: date, is_meant: bool) -> Taken:
        taken = Taken(landed)
        contract = self._contracts.get(landed.source)
        if contract is None or not has_words(contract):
            return taken
        files = []
        for file in landed.files:
            try:
                files.append(self._one(contract, landed, file, first_kept, taken, is_meant))
            finally:
                self._parser.clear()
        taken.landed = replace(landed, files=tuple(files))
        return taken

    def _one(
        self,
        contract: Contract,
        landed: LandedDelivery,
        file: LandedFile,
        first_kept: date,
        taken: Taken,
        is_meant: bool,
    ) -> LandedFile:
        is_past = landed.as_of < first_kept
        before = self._opened(contract, landed, file)
        if before.is_refused:
            return self._emptied(contract, landed, file, taken, is_meant) if is_past else file
        rows = None if is_past else _old_rows(before, contract, first_kept)
        if not _holds_words(before) or rows == {}:
            return file
        key = key_of_marks(tombstone_key(), landed.authority_code)
        asked = Blanking(key, self._words, rows)
        try:
            path, cells, fixed = self._parser.blank(contract, file, landed.collection_year, asked)
        except FileRefusedError:
            taken.left.append((file.name, "it can be read, but not be written anew"))
            return file
        if fixed:
            taken.left.append((file.name, "more is read from a column with words than words"))
        # What nobody sees in a workbook is left out of every new one.
        is_unseen = is_past and before.suffix == _WORKBOOK and not file.delivered_sha256
        if not cells and not (is_unseen and any(part.refusal for part in before.parts)):
            return file
        new = self._put(contract, landed, file, before, path, taken) if is_meant else file
        if not is_meant or new != file:
            taken.cells += cells
            taken.emptied += not cells
        return new

    def _put(
        self,
        contract: Contract,
        landed: LandedDelivery,
        file: LandedFile,
        before: Opened,
        path: Path,
        taken: Taken,
    ) -> LandedFile:
        sha256, size = put_in_landing(self._home, path)
        new = replace(file, sha256=sha256, size=size, delivered_sha256=file.identity)
        after = self._opened(contract, landed, new)
        try:
            taken.words += changes(before, after, contract, self._made_ids(contract))
        except NotTheSameError as error:
            taken.left.append((file.name, str(error)))
            taken.strays.append(sha256)
            return file
        return new

    def _emptied(
        self,
        contract: Contract,
        landed: LandedDelivery,
        file: LandedFile,
        taken: Taken,
        is_meant: bool,
    ) -> LandedFile:
        """A file that nobody could read for so long holds nothing that is loaded."""
        if file.size == 0 or (contract.match == "by_name" and _is_wordless(contract, file)):
            return file
        taken.emptied += 1
        if not is_meant:
            return file
        path, _ = self._parser.rewrite(
            contract, file, landed.collection_year, Removal(is_whole=True)
        )
        sha256, size = put_in_landing(self._home, path)
        return replace(file, sha256=sha256, size=size, delivered_sha256=file.identity)

    def _opened(self, contract: Contract, landed: LandedDelivery, file: LandedFile) -> Opened:
        try:
            scratch, parts = self._parser.parse(contract, file, landed.collection_year)
        except FileRefusedError:
            return Opened(file)
        return Opened(file, scratch, parts)

    def _made_ids(self, contract: Contract) -> MadeIds:
        mapping = self._parser.mapping_of(contract)
        found: dict[str, set[str]] = {}
        for target in mapping.tables if mapping else ():
            hashed = {name for name, cell in target.columns.items() if cell.hash}
            found.setdefault(target.table, set()).update(hashed)
        return found


def _is_wordless(contract: Contract, file: LandedFile) -> bool:
    name = Path(file.name).stem.lower()
    return contract.table(name) is not None and name not in narratives()


def _holds_words(opened: Opened) -> bool:
    return any(part.table in narratives() for part in opened.parts)


def _old_rows(opened: Opened, contract: Contract, first_kept: date) -> dict[str, frozenset[int]]:
    """The rows of a younger delivery that hold what was said before a day, by sheet.

    Several tables may be made of one delivered row; it is as young as the youngest of them says.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    days: dict[str, list[pa.Table]] = {}
    for part in opened.parts:
        narrative = narratives().get(part.table or "")
        table = contract.table(part.table or "")
        if narrative is None or table is None or part.refusal is not None:
            continue
        sheet = part.label.partition(": ")[0] if opened.suffix == _WORKBOOK else ""
        names = [column.name for column in table.loaded_columns]
        days.setdefault(sheet, []).append(_days(opened, part, names, narrative))
    found: dict[str, frozenset[int]] = {}
    for sheet, tables in days.items():
        rows = pa.concat_tables(tables).group_by("number").aggregate([("day", "max")])
        # Where no day is known the delivery's own counts, which is not past its time.
        is_old = pc.less(rows.column("day_max"), pa.scalar(first_kept, pa.date32()))
        numbers: list[Any] = pc.filter(rows.column("number"), is_old).to_pylist()
        if numbers:
            found[sheet] = frozenset(numbers)
    return found


def _days(opened: Opened, part: JudgedPart, names: list[str], narrative: Narrative) -> "pa.Table":
    """Number and day of each staged row; null where none is known that can be."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    columns = [f"v{names.index(name)}" for name in narrative.said_on]
    stage = (opened.scratch or Path()) / f"{part.stage}.parquet"
    rows = pq.read_table(stage, columns=["_row_number", *columns])
    earliest = pa.scalar(_FIRST_DAY, pa.date32())
    days = []
    for name in columns:
        day = rows.column(name).cast(pa.date32())
        days.append(pc.if_else(pc.greater_equal(day, earliest), day, pa.scalar(None, pa.date32())))
    columns_of_both: list[Any] = [rows.column("_row_number"), pc.coalesce(*days)]
    return pa.table(columns_of_both, names=["number", "day"])
