"""Where a release told too much: what `heard release check` found and the next run leaves out.

Belongs here: naming such a place, and which of them wait in the record of releases. Does not belong
here: how they are found (``gate``) or left out (``guard``). No value is ever among it.
"""

from collections.abc import Iterable
from typing import NamedTuple

from orchestration.releases.ledger import Event

PLACES = "places"


class Place(NamedTuple):
    """One count of one cell of one authority."""

    authority_code: str
    figure: str
    count_name: str
    period_type: str
    period_start: str
    breakdown: str
    breakdown_value: str


def waiting(events: Iterable[Event]) -> tuple[Place, ...]:
    """What was found since readers got their last release; what that one lacks stays away.

    A place that was found in two releases is there twice: leaving out its count was not enough.
    """
    found: dict[tuple[str, Place], None] = {}
    for event in events:
        if event.kind == "published":
            found.clear()
        elif event.kind == "held":
            places = (Place(*place) for place in event.detail.get(PLACES, ()))
            found.update(dict.fromkeys((event.release_id, place) for place in places))
    return tuple(place for _, place in found)
