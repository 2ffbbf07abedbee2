"""Count what an erasure took out, also where it was killed and another process finished it.

Belongs here: how the landed files stand, as counts, and the difference between then and now.
Does not belong here: taking anything out (``cleaning``), or telling it (``certificates``).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from orchestration.ingestion.delivery_manifest import DeliveryRecord

# By file: its hash, and rows that it lacks by place. As JSON keeps it.
Stand = Mapping[str, tuple[str, Mapping[str, int]]]


@dataclass(frozen=True, slots=True)
class Tally:
    """What went since an erasure was asked for; counts only."""

    files: int
    emptied: int
    rows: Mapping[str, int]


def stand_of(records: Iterable[DeliveryRecord]) -> Stand:
    """How the files stand from which somebody was erased already."""
    return {
        f"{record.landed.delivery_id}/{file.name}": (
            file.sha256,
            dict(
                sum(
                    (
                        Counter({f"{record.landed.source}/{each.raw_table}": each.rows})
                        for each in file.erased
                    ),
                    Counter[str](),
                )
            ),
        )
        for record in records
        for file in record.landed.files
        if file.delivered_sha256
    }


def tally(before: Stand, records: Iterable[DeliveryRecord]) -> Tally:
    """What went since."""
    listed = list(records)
    sizes = {
        f"{record.landed.delivery_id}/{file.name}": file.size
        for record in listed
        for file in record.landed.files
    }
    now = stand_of(listed)
    changed = [
        name for name, (sha256, _) in now.items() if name not in before or before[name][0] != sha256
    ]
    rows: Counter[str] = Counter()
    for name in changed:
        rows.update(now[name][1])
        rows.subtract(before[name][1] if name in before else {})
    return Tally(
        files=len(changed),
        emptied=sum(sizes[name] == 0 for name in changed),
        rows={place: count for place, count in sorted(rows.items()) if count},
    )
