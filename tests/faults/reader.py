"""Open a published database again and again until told to stop; count what is torn.

Belongs here: what a BI tool does. Does not belong here: what the numbers are.
"""

import sys
import time
from pathlib import Path

import duckdb

from tests.faults.harness import releases_of


def main() -> None:
    """Print how many releases were seen, how many looks were torn, and how many there were."""
    home, stop = Path(sys.argv[1]), Path(sys.argv[2])
    seen: set[str] = set()
    torn = looks = 0
    while not stop.exists():
        looks += 1
        found = _look(home / "published" / "heard.duckdb")
        seen |= found
        torn += len(found) != 1
        time.sleep(0.01)
    sys.stdout.write(f"{len(seen)} {torn} {looks}\n")


def _look(path: Path) -> set[str]:
    """Return the releases that one opened database holds; none if it cannot be read."""
    try:
        return releases_of(path)
    except (duckdb.Error, RuntimeError):
        return set()


if __name__ == "__main__":
    main()
