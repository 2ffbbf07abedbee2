"""Say how well a model and a person, or two persons, agree, and for which groups it is good enough.

Belongs here: Cohen's kappa, plain agreement, the gap between groups, and the word for it (question
F6). Does not belong here: what is compared (``orchestration.themes.coding``), or a child.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

# A share of fewer items than this moves by more than ten points by chance alone.
LEAST_ITEMS = 50
LEAST_CHILDREN = 10
MOST_GAP_POINTS = 10.0
# Below, agreement is hardly better than guessing at what is said most often.
LEAST_KAPPA = 0.4
ON_TARGET, BELOW_TARGET, INSUFFICIENT = "on_target", "below_target", "insufficient"
EVERYBODY = "all"


@dataclass(frozen=True, slots=True)
class Pair:
    """The main codes that two gave to one item; a blank says that no theme fits."""

    one: str
    other: str
    contributor: str
    # One value for each breakdown.
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well two agreed in one group."""

    breakdown: str
    breakdown_value: str
    items: int
    children: int
    agreed: int
    # None where both only ever said the same one thing: then nothing can be told.
    kappa: float | None
    # How far behind the group that agrees best, of those that are large enough.
    gap_points: float | None
    verdict: str

    @property
    def share(self) -> float:
        """Plain agreement, from 0 to 1."""
        return self.agreed / self.items


def cohens_kappa(one: Sequence[str], other: Sequence[str]) -> float | None:
    """Return agreement beyond what chance gives; none where chance alone would always agree."""
    codes, flat = np.unique(np.concatenate([one, other]), return_inverse=True)
    first, second = flat[: len(one)], flat[len(one) :]
    count = len(one)
    by_chance = float(
        np.bincount(first, minlength=len(codes)) @ np.bincount(second, minlength=len(codes))
    )
    expected = by_chance / count**2
    if expected == 1:
        return None
    return (float(np.mean(first == second)) - expected) / (1 - expected)


def measure(pairs: Sequence[Pair], breakdowns: Sequence[str]) -> list[Agreement]:
    """Return the agreement of everybody and of each group of each breakdown."""
    if not pairs:
        return []
    one = np.array([pair.one for pair in pairs])
    other = np.array([pair.other for pair in pairs])
    who = np.array([pair.contributor for pair in pairs])
    found = [_judged([_group(EVERYBODY, EVERYBODY, one, other, who)])]
    for place, breakdown in enumerate(breakdowns):
        values = np.array([pair.groups[place] for pair in pairs])
        found.append(
            _judged(
                [
                    _group(breakdown, str(value), one[chosen], other[chosen], who[chosen])
                    for value in np.unique(values)
                    for chosen in (values == value,)
                ]
            )
        )
    return [row for rows in found for row in rows]


def _group(breakdown: str, value: str, one: Any, other: Any, who: Any) -> Agreement:
    return Agreement(
        breakdown=breakdown,
        breakdown_value=value,
        items=len(one),
        children=len(np.unique(who)),
        agreed=int(np.sum(one == other)),
        kappa=cohens_kappa(one, other),
        gap_points=None,
        verdict=INSUFFICIENT,
    )


def _judged(groups: Sequence[Agreement]) -> list[Agreement]:
    """Return the groups of one breakdown with their gap and their word."""
    large = [
        group for group in groups if group.items >= LEAST_ITEMS and group.children >= LEAST_CHILDREN
    ]
    best = max((group.share for group in large), default=0.0)
    judged = []
    for group in groups:
        if group not in large:
            judged.append(group)
            continue
        gap = round(100 * (best - group.share), 6)
        is_good = gap <= MOST_GAP_POINTS and group.kappa is not None and group.kappa >= LEAST_KAPPA
        judged.append(
            Agreement(
                group.breakdown, group.breakdown_value, group.items, group.children, group.agreed,
                group.kappa, gap, ON_TARGET if is_good else BELOW_TARGET,
            )
        )  # fmt: skip
    return judged
