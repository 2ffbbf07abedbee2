"""What the careful way of reading a file brings back.

Belongs here: the values that every reader shares. Does not belong here: reading.
"""

from dataclasses import dataclass

# What spreadsheets and case systems leave around a value; the last is a no-break space.
BLANKS = "\t\n\x0b\x0c\r \xa0"


@dataclass(frozen=True, slots=True)
class CarefulRows:
    """SQL for the good rows, and the numbers of the rows that have none, under one rule."""

    sql: str
    malformed: tuple[int, ...] = ()
    rule: str = "WRONG_CELL_COUNT"
    expected: str = "as many cells as the header"


def cell_names(width: int) -> list[str]:
    """The names under which the cells of a row go: c0, c1, ..."""
    return [f"c{place}" for place in range(width)]
