"""Deliveries to try faults on: two authorities, bad rows, a repeat, a restated year.

Without the restated year a pipeline that goes by arrival would pass every trial.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

REVIEWS = "CHILD,DOB,REVIEW,REVIEW_CODE\n"
PERSONS = "pers_person_id,pers_sex,pers_dob\n"
FIRST = datetime(2026, 10, 1, 9, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Arrival:
    """One delivery as it arrives: a folder, its files, and the time on them."""

    label: str
    files: tuple[tuple[str, str], ...]
    hour: int

    def put(self, inbox: Path) -> None:
        """Make the folder hold just this, with this time."""
        folder = inbox / self.label
        folder.mkdir(parents=True, exist_ok=True)
        moment = (FIRST + timedelta(hours=self.hour)).timestamp()
        for name, content in self.files:
            path = folder / name
            path.write_text(content, encoding="utf-8")
            os.utime(path, (moment, moment))


def reviews(first: int, count: int, code: str) -> str:
    """Return reviews of invented children, of which one has an impossible date."""
    rows = [
        f"C{number},01/02/2010,{number % 27 + 1:02}/05/2019,{code}\n"
        for number in range(first, first + count)
    ]
    return REVIEWS + "".join(rows) + "C1,01/02/2010,31/06/2019,PN1\n" + rows[0]


def persons(count: int) -> str:
    """Return persons, one of them with a row too short."""
    rows = [f"C{number},F,2010-02-0{number % 9 + 1}\n" for number in range(count)]
    return PERSONS + "".join(rows) + "C1,F\n"


def arrivals() -> tuple[Arrival, ...]:
    """Return the deliveries in the order in which they were made."""
    return (
        Arrival("330/ssda903/2019-03-31", (("reviews.csv", reviews(0, 40, "PN1")),), 0),
        Arrival("330/ssda903/2020-03-31", (("reviews.csv", reviews(20, 40, "PN2")),), 1),
        Arrival("331/ssda903/2020-03-31", (("a.csv", reviews(0, 30, "PN3")),), 2),
        Arrival("330/ssd/2026-09-30", (("ssd_person.csv", persons(60)), ("odd.csv", "x\n1\n")), 3),
        # The year again, with other codes and fewer children.
        Arrival("330/ssda903/2020-03-31", (("reviews.csv", reviews(30, 20, "PN5")),), 4),
    )


def deliver(inbox: Path, found: Sequence[Arrival]) -> None:
    """Put deliveries into an inbox, one after the other."""
    inbox.mkdir(parents=True, exist_ok=True)
    for arrival in found:
        arrival.put(inbox)
