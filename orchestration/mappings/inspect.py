"""Have a file that nobody described looked at: what each column seems to hold.

Belongs here: the answer, and whether a mapping can be made of it. Does not belong here: opening the
file, which the parser does with its limits (looking), or what to make of it (propose).
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from orchestration.contracts.models import Encoding
from orchestration.mappings.dates import DateFacts
from orchestration.mappings.opening import ask_parser

Kind = Literal["empty", "personal", "date", "yes_no", "number", "id", "code", "text"]


# A day, an address or an id is no name of a column, but the first row of a file without names.
_CELL = re.compile(r"@|^\s*(\d{1,4}[/-]\d{1,2}[/-]\d{1,4}|[A-Za-z]{0,3}\d{4,})\b")


class UnfitFileError(ValueError):
    """A file cannot be looked at; the message says what to change."""


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """What one column seems to hold.

    Attributes:
        header: Its name.
        place: Its place.
        kind: What its cells look like.
        filled: How many cells are not blank.
        distinct: How many different values there are.
        values: The values, where they may be shown.
        dates: The formats of its dates.
        seen: Its values, to compare with known ones; never to be shown, not even in an error.
    """

    header: str
    place: int
    kind: Kind
    filled: int
    distinct: int
    values: tuple[str, ...] = ()
    dates: DateFacts | None = None
    seen: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a file, or the fullest sheet of a workbook, seems to hold.

    Attributes:
        name: The file.
        sheet: The sheet; empty if there are none.
        rows: Its rows.
        malformed: Those with too few or too many cells.
        columns: Its columns.
        encoding: How the file is written.
        like_sheets: Other sheets with the same columns.
        other_sheets: How many sheets have rows and other columns.
    """

    name: str
    sheet: str
    rows: int
    malformed: int
    columns: tuple[ColumnFacts, ...]
    encoding: Encoding = "utf-8"
    like_sheets: tuple[str, ...] = ()
    other_sheets: int = 0


def inspect_file(path: Path, collection_year: int) -> FileFacts:
    """Look at a CSV, workbook or Parquet file.

    Raises:
        UnfitFileError: It has no rows, or its first row is no header.
        FileRefusedError: It cannot be read at all.
    """
    from pydantic import TypeAdapter

    found = ask_parser(path, collection_year)
    facts = TypeAdapter(FileFacts | None).validate_python(found)
    if facts is None or facts.rows == 0:
        raise UnfitFileError(f"{path.name} has no rows; export it with a few weeks of data")
    odd = [c for c in facts.columns if not re.search(r"[^\W\d_]", c.header)]
    if len(odd) * 3 > len(facts.columns) or any(_CELL.search(c.header) for c in facts.columns):
        raise UnfitFileError(
            f"the first row of {path.name} does not look like column names; add a header row"
        )
    return facts
