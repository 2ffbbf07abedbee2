"""How much the attacker learns: the least and the most that each target can be.

A target is safe as soon as two worlds that fit every published number differ enough in it, and one
solution of the programme is such a world for all targets at once. So targets are first tried by
the thousand, in random directions; only those that still look narrow are bounded one by one. What
is found does not depend on the order.

Belongs here: solving. Does not belong here: what is narrow for a reader (``attacker``).
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds as Limits
from scipy.optimize import LinearConstraint, milp
from scipy.sparse.csgraph import connected_components

from orchestration.disclosure.narrowness import SMALL, is_narrow
from orchestration.disclosure.programme import Programme, Targets

_DIRECTIONS = 6
# With fewer targets, directions cost more than they spare.
_FEW_TARGETS = 100
_FAR = 1e6


class ContradictionError(ValueError):
    """Published numbers contradict each other, or what is told of them is wrong."""


@dataclass(slots=True)
class Bounds:
    """The least and the most that each target was seen or proved to be."""

    low: np.ndarray
    high: np.ndarray
    is_exact: np.ndarray


@dataclass(frozen=True, slots=True)
class _Block:
    rows: sparse.csr_array
    least: np.ndarray
    most: np.ndarray
    low: np.ndarray
    high: np.ndarray
    targets: sparse.csr_array
    small: np.ndarray

    def solve(self, weights: np.ndarray, whole: bool = False) -> np.ndarray:
        """The world that fits and makes the weighted targets least; counts whole, if asked."""
        answer = milp(
            self.targets.T @ weights,
            integrality=np.full(len(self.low), int(whole)),
            bounds=Limits(self.low, self.high),
            constraints=LinearConstraint(self.rows, self.least, self.most),
        )
        if answer.x is None:
            raise ContradictionError(
                "the published numbers contradict each other; a margin that is declared does not"
                " hold, or a table was protected in another way than is said"
            )
        return np.asarray(self.targets @ answer.x)


def bound(
    programme: Programme,
    targets: Targets,
    every: bool = False,
    small: "np.ndarray | float" = SMALL,
) -> Bounds:
    """Bound targets: as far as it takes to tell whether each is safe, or all the way.

    Args:
        programme: What is known.
        targets: What is to be found out.
        every: Prove the bounds of every target, also of the safe ones.
        small: The greatest count of a target that is small, for all or for each.
    """
    count = targets.rows.shape[0]
    smalls = np.broadcast_to(np.asarray(small, dtype=float), count)
    found = Bounds(np.full(count, np.inf), np.full(count, -np.inf), np.zeros(count, dtype=bool))
    width = programme.rows.shape[1]
    rows = sparse.csr_array(targets.rows)
    rows.resize((count, width))
    links = sparse.vstack([programme.rows, rows]).astype(bool).astype(np.int8)
    _, block_of = connected_components(
        sparse.block_array([[None, links.T], [links, None]]), directed=False
    )
    variable_block = block_of[:width]
    row_block = block_of[width : width + programme.rows.shape[0]]
    target_block = block_of[width + programme.rows.shape[0] :]
    chance = np.random.default_rng(1)
    for number in np.unique(target_block):
        chosen = np.flatnonzero(target_block == number)
        variables = np.flatnonzero(variable_block == number)
        kept = np.flatnonzero(row_block == number)
        block = _Block(
            programme.rows[kept][:, variables],
            programme.least[kept],
            programme.most[kept],
            programme.low[variables],
            np.minimum(programme.high[variables], _FAR),
            rows[chosen][:, variables],
            smalls[chosen],
        )
        _bound_block(block, chosen, found, chance, every)
    return found


def _bound_block(
    block: _Block, chosen: np.ndarray, found: Bounds, chance: np.random.Generator, every: bool
) -> None:
    low, high = found.low[chosen], found.high[chosen]
    exact = np.zeros(len(chosen), dtype=bool)
    for number in range(_DIRECTIONS if len(chosen) > _FEW_TARGETS else 1):
        pending = _is_pending(low, high, block.small)
        if not pending.any():
            break
        # First everything down and everything up, then this way and that.
        sizes = chance.normal(size=len(chosen)) if number else np.ones(len(chosen))
        weights = np.where(pending, sizes, 0.0)
        for direction in (weights, -weights):
            world = block.solve(direction)
            low, high = np.minimum(low, world), np.maximum(high, world)
    while (open_ := (_is_pending(low, high, block.small) | every) & ~exact).any():
        target = int(np.flatnonzero(open_)[0])
        weights = np.zeros(len(chosen))
        weights[target] = 1.0
        for direction in (weights, -weights):
            world = block.solve(direction)
            low, high = np.minimum(low, world), np.maximum(high, world)
            if not every and not _is_pending(low, high, block.small)[target]:
                break
        else:
            exact[target] = True
    found.low[chosen], found.high[chosen] = low, high
    found.is_exact[chosen] = exact


def _is_pending(low: np.ndarray, high: np.ndarray, small: np.ndarray) -> np.ndarray:
    """Which targets may still turn out to be narrow."""
    return np.asarray(is_narrow(low, high, small) | ~np.isfinite(low))
