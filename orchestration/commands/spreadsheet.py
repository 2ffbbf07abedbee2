"""Files out to a spreadsheet and back, for people who would rather decide there.

Belongs here: writing and reading them safely. Does not belong here: what a decision means.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from orchestration.files import replace_text

# A spreadsheet would run a cell that begins with one of these.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BETWEEN = (",", ";", "\t")
# A decision and some words; an extract that this process reads may hold longer cells.
_LONGEST_CELL = 131_072


def as_text(words: str) -> str:
    """Return words as a cell that a spreadsheet shows and does not run."""
    return f"'{words}" if words.startswith(_FORMULA) else words


def write_rows(file: Path, fields: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    """Write a CSV file that only its owner can read."""
    out = io.StringIO()
    table = csv.DictWriter(out, fields)
    table.writeheader()
    table.writerows(rows)
    # With its mark, a spreadsheet reads every letter of a name token or an accent as it is.
    replace_text(file, f"\ufeff{out.getvalue()}")


class SpreadsheetError(ValueError):
    """A file that came back cannot be read."""


def read_rows(file: Path, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Return the rows of a file that came back, with their numbers; every cell stripped.

    A spreadsheet may have put semicolons or tabs between the cells, as its country does.

    Args:
        file: The file.
        needed: Columns without which nothing in it can be understood.

    Raises:
        SpreadsheetError: It is no CSV file, not one in UTF-8, or lacks a column.
    """
    csv.field_size_limit(_LONGEST_CELL)
    try:
        with file.open(encoding="utf-8-sig", newline="") as handle:
            first = handle.readline()
            between = max(_BETWEEN, key=first.count)
            header = [name.strip().lower() for name in next(csv.reader([first], delimiter=between))]
            if missing := [name for name in needed if name not in header]:
                raise SpreadsheetError(
                    f"{file.name} has no column {', '.join(missing)}; export it again, and fill in"
                    " that file"
                )
            lines = csv.DictReader(handle, header, delimiter=between)
            for number, row in enumerate(lines, start=2):
                yield number, {name: (cell or "").strip() for name, cell in row.items() if name}
    except (UnicodeDecodeError, csv.Error, StopIteration):
        # Their own words quote what they could not read.
        raise SpreadsheetError(
            f"{file.name} cannot be read as CSV; save it as `CSV UTF-8` and import it again"
        ) from None
