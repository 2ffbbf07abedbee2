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


def read_rows(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Return the rows of a file that came back, with their numbers; every cell stripped.

    Raises:
        SpreadsheetError: It is no CSV file, or not one in UTF-8.
    """
    csv.field_size_limit(_LONGEST_CELL)
    try:
        with file.open(encoding="utf-8-sig", newline="") as handle:
            for number, row in enumerate(csv.DictReader(handle), start=2):
                yield number, {name: (cell or "").strip() for name, cell in row.items() if name}
    except (UnicodeDecodeError, csv.Error):
        # Their own words quote what they could not read.
        raise SpreadsheetError(
            f"{file.name} cannot be read as CSV; save it as `CSV UTF-8` and import it again"
        ) from None
