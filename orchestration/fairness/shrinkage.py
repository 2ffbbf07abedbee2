"""Small cells, drawn towards what all cells of their family show.

A rate of 2 of 3 says little by itself. What the other cells show makes it sayable, and the less
there is of its own, the more they count.

Belongs here: the beta-binomial model by maximum likelihood, and what follows for every cell.
Does not belong here: which cells form a family.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from orchestration.fairness.arrays import Floats, Integers, quotient
from orchestration.fairness.special import beta_quantiles, log_gamma

Likelihood: TypeAlias = Callable[[Floats, Floats], Floats]

# The prior's weight in opportunities: with the largest, all cells share one rate.
_LOG_SIZE = (np.log(0.05), np.log(1e6))
_LOGIT = 12.0
_STEP = 1e-2
_MAX_STEPS = 60
_LARGEST_MOVE = 2.0
_FIRST_SIZE = 50.0
# A step that gains less ends the climb.
_SETTLED = 1e-8


@dataclass(frozen=True, slots=True)
class Shrunk:
    """Of every cell: the mean and the 95 % interval that the model leaves it."""

    mean: Floats
    lower: Floats
    upper: Floats
    # Of every family, by its number.
    alpha: Floats
    beta: Floats


def shrink(x: Floats, n: Floats, families: Integers, count: int) -> Shrunk:
    """Fit every family by maximum likelihood and return what it says of its cells."""
    alpha, beta = _fit(x, n, families, count)
    a, b = alpha[families] + x, beta[families] + n - x
    lower, upper = beta_quantiles(a, b, (0.025, 0.975))
    return Shrunk(a / (a + b), lower, upper, alpha, beta)


@dataclass(frozen=True, slots=True)
class _Data:
    """Counts of the cells, and the number of the family of each."""

    x: Floats
    n: Floats
    families: Integers
    count: int

    def likelihood(self, logit: Floats, log_size: Floats) -> Floats:
        """Return the log likelihood of every family."""
        alpha, beta = _parameters(logit, log_size)
        whole = log_gamma(alpha + beta) - log_gamma(alpha) - log_gamma(beta)
        a, b = alpha[self.families], beta[self.families]
        rows = log_gamma(a + self.x) + log_gamma(b + self.n - self.x) - log_gamma(a + b + self.n)
        return whole * np.bincount(self.families, minlength=self.count) + np.bincount(
            self.families, weights=rows, minlength=self.count
        )

    def only(self, wanted: Integers) -> "_Data":
        """Return some of the families, numbered anew in the order of their old numbers."""
        number = np.full(self.count, -1)
        number[wanted] = np.arange(len(wanted))
        rows = number[self.families] >= 0
        return _Data(self.x[rows], self.n[rows], number[self.families[rows]], len(wanted))


def _fit(x: Floats, n: Floats, families: Integers, count: int) -> tuple[Floats, Floats]:
    """Climb to the top of every family's likelihood, all families at once (damped Newton)."""
    sums = [np.bincount(families, weights=values, minlength=count) for values in (x, n)]
    mean = (sums[0] + 0.5) / (sums[1] + 1.0)
    logit, log_size = np.log(mean / (1 - mean)), np.full(count, np.log(_FIRST_SIZE))
    whole = _Data(x, n, families, count)
    height = whole.likelihood(logit, log_size)
    damping = np.full(count, 1e-3)
    open_families = np.arange(count)
    for _ in range(_MAX_STEPS):
        if not len(open_families):
            break
        at = open_families
        data = whole.only(at)
        move = _newton_move(data.likelihood, logit[at], log_size[at], height[at], damping[at])
        next_logit = np.clip(logit[at] + move[0], -_LOGIT, _LOGIT)
        next_size = np.clip(log_size[at] + move[1], *_LOG_SIZE)
        reached = data.likelihood(next_logit, next_size)
        gain = reached - height[at]
        better = gain > 0
        climbed = at[better]
        logit[climbed], log_size[climbed] = next_logit[better], next_size[better]
        height[climbed] = reached[better]
        damping[at] = np.clip(np.where(better, damping[at] / 5, damping[at] * 10), 1e-9, 1e9)
        open_families = at[(np.abs(gain) > _SETTLED) & (damping[at] < 1e9)]
    return _parameters(logit, log_size)


def _parameters(logit: Floats, log_size: Floats) -> tuple[Floats, Floats]:
    mean, size = 1 / (1 + np.exp(-logit)), np.exp(log_size)
    return mean * size, (1 - mean) * size


def _newton_move(
    likelihood: Likelihood,
    logit: Floats,
    log_size: Floats,
    height: Floats,
    damping: Floats,
) -> tuple[Floats, Floats]:
    """Return Newton's step up, from differences of the likelihood around a point."""
    h = _STEP
    right, left = likelihood(logit + h, log_size), likelihood(logit - h, log_size)
    up, down = likelihood(logit, log_size + h), likelihood(logit, log_size - h)
    corner = (
        likelihood(logit + h, log_size + h)
        - likelihood(logit + h, log_size - h)
        - likelihood(logit - h, log_size + h)
        + likelihood(logit - h, log_size - h)
    )
    slope = ((right - left) / (2 * h), (up - down) / (2 * h))
    # Bent the wrong way, Newton would go down: its size is taken, and damping keeps it short.
    bend = [np.abs(side - 2 * height) / h**2 for side in (right + left, up + down)]
    scale = 1 + damping
    a, b = bend[0] * scale + damping, bend[1] * scale + damping
    c = -corner / (4 * h * h)
    determinant = a * b - c * c
    c = np.where(determinant <= 1e-12 * a * b, 0.0, c)
    determinant = a * b - c * c
    moves = (
        quotient(b * slope[0] - c * slope[1], determinant),
        quotient(a * slope[1] - c * slope[0], determinant),
    )
    one, other = (np.clip(np.nan_to_num(m), -_LARGEST_MOVE, _LARGEST_MOVE) for m in moves)
    return one, other
