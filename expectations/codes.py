"""The accepted codes of a reference list, from the same files that the warehouse is seeded with.

Belongs here: reading a list and the spellings that are accepted for its codes.
Does not belong here: the lists themselves (``seeds/reference``). They are read from the files
and not from the warehouse, because raw tables are checked before dbt has loaded any seed.
"""

import csv
from functools import partial
from pathlib import Path

from expectations.aggregates import CodesOf

SHIPPED_LISTS = Path(__file__).resolve().parent.parent / "seeds" / "reference"


class UnknownListError(LookupError):
    """A check names a code list that is not there."""


def codes_from(folder: Path = SHIPPED_LISTS) -> CodesOf:
    """Return the function that gives the accepted codes of a list in ``folder``."""
    return partial(_read_codes, folder)


def _read_codes(folder: Path, name: str) -> tuple[str, ...]:
    path = folder / f"ref_{name}.csv"
    rows = _rows(path)
    if not rows:
        raise UnknownListError(f"no code list {path.name}; add it to seeds/reference")
    code_column = next(iter(rows[0]))
    codes = {row[code_column].strip().upper() for row in rows}
    aliases = _rows(folder / "ref_code_aliases.csv")
    short_name = name.removesuffix("_codes")
    codes |= {row["alias"].strip().upper() for row in aliases if row["code_list"] == short_name}
    return tuple(sorted(codes))


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))
