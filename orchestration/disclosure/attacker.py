"""Read what was published as somebody would who wants to know, and say what they would find.

Belongs here: the question and the findings. Does not belong here: what becomes of a release that
has findings (``orchestration.releases``). A finding names a cell and how little is left to guess,
never the value: the report of an attack must not be the disclosure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from orchestration.disclosure.bounding import bound
from orchestration.disclosure.knowledge import Knowledge
from orchestration.disclosure.narrowness import is_narrow
from orchestration.disclosure.programme import COUNT, Targets, make_programme, make_targets
from orchestration.disclosure.tables import SHOWN, Grid, Release, make_grid

EXACT, NARROWED = "exact", "narrow"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something small that can be told too closely from what is published."""

    severity: str
    kind: str
    release: str
    cell: str
    measure: str
    values_left: int


@dataclass(frozen=True, slots=True)
class Attack:
    """What one attack looked at and found.

    ``low`` and ``high`` are what the attacker knows of each target where ``is_proved``, and else
    what some world showed; they stay in memory.
    """

    findings: tuple[Finding, ...]
    grid: Grid
    targets: Targets
    low: np.ndarray
    high: np.ndarray
    is_proved: np.ndarray


def attack(
    releases: Sequence[Release],
    knowledge: Knowledge,
    every: bool = False,
    spare_shown: bool = False,
) -> Attack:
    """Attack one release, or the changes between several as well.

    Args:
        releases: In the order in which they were published.
        knowledge: What is known of them.
        every: Prove the bounds of all cells, also of those that are safe.
        spare_shown: A count that is published as it is counts as no finding (it was meant to be).

    Raises:
        ContradictionError: No truth fits what is said to be known.
    """
    return attack_grid(make_grid(releases, knowledge), knowledge, every, spare_shown)


def attack_grid(
    grid: Grid, knowledge: Knowledge, every: bool = False, spare_shown: bool = False
) -> Attack:
    """Attack what stands on a grid; as ``attack``."""
    targets = make_targets(grid, knowledge)
    bounds = bound(make_programme(grid, knowledge), targets, every)
    low = np.ceil(bounds.low - 1e-6)
    high = np.floor(bounds.high + 1e-6)
    found = bounds.is_exact & is_narrow(bounds.low, bounds.high)
    if spare_shown:
        found &= ~(
            (targets.kinds == COUNT)
            & (grid.states[targets.releases, targets.cells, targets.measures] == SHOWN)
        )
    findings = tuple(
        Finding(
            EXACT if high[at] == low[at] else NARROWED,
            str(targets.kinds[at]),
            grid.releases[targets.releases[at]],
            grid.cells[targets.cells[at]],
            knowledge.measures[targets.measures[at]],
            int(high[at] - low[at] + 1),
        )
        for at in np.flatnonzero(found)
    )
    return Attack(findings, grid, targets, low, high, bounds.is_exact)
