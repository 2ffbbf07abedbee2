"""What the attacker is told: how the tables hang together and how they were protected.

All of it is public or easily guessed; only the keys are secret. Belongs here: the declaration and
reading it from a manifest. Does not belong here: tables (``tables``) or arithmetic (``programme``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

TOTAL = "Total"
OFFSETS = 5


class Method(StrEnum):
    """How a count was made ready to be published."""

    EXACT = "exact"
    ROUNDED = "rounded"
    # sor5: rounded to base 5 by a secret offset that stays with the cell.
    OFFSET = "sor5"


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What one set of tables promises about itself.

    Attributes:
        dimensions: Every dimension that some table has.
        measures: The counts.
        hierarchies: Pairs of a dimension and the one it is part of (team, area).
        families: Counts that share the offset of their cell.
        subset: Pairs of a count and the one that it is part of.
        hidden: What a hidden cell says of a count: least and most; no most where it has none.
        sensitive: Pairs whose difference is attacked as well (not heard, of those due).
        levels: Values that a dimension can take; those that were seen where it is not declared.
        parent_of: For each dimension of a hierarchy, the parent of each value.
        method: How the counts were protected.
        not_additive: Counts that do not add up over time.
        is_sticky: Offsets stay from release to release (the key is the same).
        only_grows: The attacker knows that no count fell between two releases.
        has_rest: A whole may hold what belongs to none of its parts.
        identities: Counts that are, in every cell, the sum of others, or the same as one other.
    """

    dimensions: tuple[str, ...]
    measures: tuple[str, ...]
    hierarchies: tuple[tuple[str, str], ...] = ()
    families: tuple[tuple[str, ...], ...] = ()
    subset: tuple[tuple[str, str], ...] = ()
    hidden: Mapping[str, tuple[int, int | None]] = field(default_factory=dict)
    sensitive: tuple[tuple[str, str], ...] = ()
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parent_of: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    method: Method = Method.OFFSET
    not_additive: frozenset[str] = frozenset()
    is_sticky: bool = True
    only_grows: bool = False
    has_rest: bool = False
    identities: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @classmethod
    def from_manifest(
        cls,
        manifest: Mapping[str, Any],
        spec: Mapping[str, Any] | None = None,
        method: Method = Method.OFFSET,
    ) -> "Knowledge":
        """Read what a manifest and, for levels, a table specification declare."""
        declared = spec or {}
        return cls(
            dimensions=tuple(manifest["dims"]),
            measures=tuple(manifest["measures"]),
            hierarchies=_pairs(manifest.get("hierarchies", ())),
            families=tuple(tuple(family) for family in manifest.get("families", ())),
            subset=_pairs(manifest.get("subset", ())),
            hidden={
                measure: (int(low), None if high is None else int(high))
                for measure, (low, high) in manifest.get("suppressed_by_measure", {}).items()
            },
            sensitive=_pairs(manifest.get("sensitive", ())),
            levels={name: tuple(found) for name, found in declared.get("levels", {}).items()},
            parent_of=declared.get("parent_of", {}),
            method=method,
        )

    def family_of(self, measure: str) -> int:
        """The family whose offset a count has; a count without one is a family by itself."""
        for number, family in enumerate(self.families):
            if measure in family:
                return number
        return len(self.families) + self.measures.index(measure)


def _pairs(found: Any) -> tuple[tuple[str, str], ...]:
    return tuple((str(first), str(second)) for first, second in found)
