"""What the careful way of reading a file brings back.

Belongs here: the values that every reader shares. Does not belong here: reading.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CarefulRows:
    """SQL for the good rows, and the numbers of rows with too few or too many cells."""

    sql: str
    malformed: tuple[int, ...] = ()


def cell_names(width: int) -> list[str]:
    """The names under which the cells of a row go: c0, c1, ..."""
    return [f"c{place}" for place in range(width)]
