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
from orchestration.fairness.special import beta_quantile, log_gamma

Likelihood: TypeAlias = Callable[[Floats, Floats], Floats]

# The prior's weight in opportunities: with the largest, all cells share one rate.
_LOG_SIZE = (np.log(0.05), np.log(1e6))
_LOGIT = 12.0
_STEP = 1e-2
_MAX_STEPS = 60
_LARGEST_MOVE = 2.0


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
    return Shrunk(a / (a + b), beta_quantile(a, b, 0.025), beta_quantile(a, b, 0.975), alpha, beta)


def _fit(x: Floats, n: Floats, families: Integers, count: int) -> tuple[Floats, Floats]:
    """Climb to the top of every family's likelihood, all families at once (damped Newton)."""

    def likelihood(logit: Floats, log_size: Floats) -> Floats:
        alpha, beta = _parameters(logit, log_size)
        a, b = alpha[families], beta[families]
        rows = (
            log_gamma(a + x)
            + log_gamma(b + n - x)
            - log_gamma(a + b + n)
            + log_gamma(a + b)
            - log_gamma(a)
            - log_gamma(b)
        )
        return np.bincount(families, weights=rows, minlength=count).astype(np.float64)

    sums = [np.bincount(families, weights=values, minlength=count) for values in (x, n)]
    mean = (sums[0] + 0.5) / (sums[1] + 1.0)
    logit = np.log(mean / (1 - mean))
    # From where all cells are nearly alike, and from where they are not: the higher top counts.
    starts = [np.full(count, np.log(size)) for size in (10.0, 300.0, 1e5)]
    tops = [_climb(likelihood, logit, start) for start in starts]
    heights = np.stack([likelihood(*top) for top in tops])
    best = np.argmax(heights, axis=0)
    chosen = [np.stack([top[part] for top in tops])[best, np.arange(count)] for part in (0, 1)]
    return _parameters(chosen[0], chosen[1])


def _parameters(logit: Floats, log_size: Floats) -> tuple[Floats, Floats]:
    mean, size = 1 / (1 + np.exp(-logit)), np.exp(log_size)
    return mean * size, (1 - mean) * size


def _climb(likelihood: Likelihood, logit: Floats, log_size: Floats) -> tuple[Floats, Floats]:
    height = likelihood(logit, log_size)
    damping = np.full(len(logit), 1e-3)
    for _ in range(_MAX_STEPS):
        move = _newton_move(likelihood, logit, log_size, height, damping)
        next_logit = np.clip(logit + move[0], -_LOGIT, _LOGIT)
        next_size = np.clip(log_size + move[1], *_LOG_SIZE)
        reached = likelihood(next_logit, next_size)
        better = reached > height
        logit, log_size = np.where(better, next_logit, logit), np.where(better, next_size, log_size)
        settled = np.abs(reached - height) < 1e-9 * (1 + np.abs(height))
        height = np.where(better, reached, height)
        damping = np.clip(np.where(better, damping / 5, damping * 5), 1e-9, 1e9)
        if np.all(settled | (damping >= 1e9)):
            break
    return logit, log_size


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
