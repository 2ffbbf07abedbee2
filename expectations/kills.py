"""The kill matrix as data: how often each planted fault made each check fail.

Belongs here: reading and writing the table that the tests fill and the page shows.
Does not belong here: the faults and their planting, which are tests.
"""

import csv
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path

TABLE = Path(__file__).resolve().parent / "kill_matrix.csv"


@dataclass(frozen=True, slots=True)
class Kill:
    """In how many warehouses one fault killed one check."""

    fault: str
    check_id: str
    times: int
    seeds: int

    @property
    def is_sure(self) -> bool:
        """Whether the check died of the fault in every warehouse."""
        return self.times == self.seeds


def read_kills(path: Path = TABLE) -> tuple[Kill, ...]:
    """Return the table as it was last written."""
    with path.open(encoding="utf-8", newline="") as handle:
        return tuple(
            Kill(row["fault"], row["check_id"], int(row["times"]), int(row["seeds"]))
            for row in csv.DictReader(handle)
        )


def write_kills(kills: Iterable[Kill], path: Path = TABLE) -> None:
    """Replace the table."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(field.name for field in fields(Kill))
        writer.writerows(astuple(kill) for kill in kills)
