"""The few special functions that the statistics need, on whole arrays.

scipy has all of them; loading it would cost every run 0.2 s to 0.6 s of processor, which is more
than all the comparisons of a council take. The tests hold these to scipy's.

Belongs here: functions of mathematics.
Does not belong here: what they are used for.
"""

import math

import numpy as np

from orchestration.fairness.arrays import Floats, Integers

_HALF_LOG_TWO_PI = 0.9189385332046727
_LANCZOS_G = 7.0
_LANCZOS = (
    0.99999999999980993,
    676.5203681218851,
    -1259.1392167224028,
    771.32342877765313,
    -176.61502916214059,
    12.507343278686905,
    -0.13857109526572012,
    9.9843695780195716e-6,
    1.5056327351493116e-7,
)
# Points of a density, how many deviations around its top, and how small its tails must be (e^-40).
_POINTS = 200
_DEVIATIONS = 12.0
_DEPTH = 40.0
_HALVINGS = 40


def log_factorials(largest: int) -> Floats:
    """Return the logarithms of 0!, 1!, ... up to the largest."""
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, largest + 1)))])


def log_gamma(x: Floats) -> Floats:
    """Return the logarithm of the gamma function of positive numbers (Lanczos, 15 digits)."""
    series = np.full(x.shape, _LANCZOS[0])
    for place, weight in enumerate(_LANCZOS[1:]):
        series += weight / (x + place)
    base = x + _LANCZOS_G - 0.5
    result: Floats = (x - 0.5) * np.log(base) - base + np.log(series) + _HALF_LOG_TWO_PI
    return result


def chi_square_tail(statistic: Floats) -> Floats:
    """Return the chance of a chi-square of one degree of freedom beyond a value."""
    roots = np.sqrt(np.maximum(statistic, 0.0) / 2)
    return np.fromiter(map(math.erfc, roots.tolist()), np.float64, len(roots))


def beta_quantiles(a: Floats, b: Floats, shares: tuple[float, ...]) -> tuple[Floats, ...]:
    """Return the values below which shares of beta distributions lie.

    The density is summed up over points that lie close around its top and far out in its tails,
    on the scale of log odds, where it is smooth; a cubic gives what lies between two points.
    """
    spread = np.sqrt(1 / a + 1 / b)
    reach = [np.arcsinh(np.maximum(_DEVIATIONS, _DEPTH / (side * spread))) for side in (a, b)]
    step = (reach[0] + reach[1]) / (_POINTS - 1)
    places = -reach[0][:, None] + step[:, None] * np.arange(_POINTS)
    odds = np.log(a / b)[:, None] + spread[:, None] * np.sinh(places)
    logs = a[:, None] * odds - (a + b)[:, None] * np.logaddexp(0.0, odds)
    density = np.exp(logs - logs.max(axis=1, keepdims=True)) * np.cosh(places)
    slope = np.gradient(density, axis=1)
    pieces = (density[:, 1:] + density[:, :-1]) / 2 - (slope[:, 1:] - slope[:, :-1]) / 12
    below = np.concatenate([np.zeros((len(a), 1)), np.cumsum(pieces, axis=1)], axis=1)
    whole = below[:, -1:]
    below, density = below / whole, density / whole
    found = []
    for share in shares:
        where = np.clip((below < share).sum(axis=1) - 1, 0, _POINTS - 2)
        part = _between(below, density, where, share)
        place = -reach[0] + step * (where + part)
        at = np.log(a / b) + spread * np.sinh(place)
        found.append(np.exp(-np.logaddexp(0.0, -at)))
    return tuple(found)


def _between(below: Floats, density: Floats, where: Integers, share: float) -> Floats:
    """Return how far between two points a share is reached, on the cubic through both."""
    row = np.arange(len(where))
    start, end = below[row, where], below[row, where + 1]
    out, into = density[row, where], density[row, where + 1]
    low, high = np.zeros(len(where)), np.ones(len(where))
    for _ in range(_HALVINGS):
        t = (low + high) / 2
        value = (
            start * (1 + 2 * t) * (1 - t) ** 2
            + out * t * (1 - t) ** 2
            + end * t**2 * (3 - 2 * t)
            + into * t**2 * (t - 1)
        )
        low, high = np.where(value < share, t, low), np.where(value < share, high, t)
    return (low + high) / 2


def binomial_log_probability(k: Integers, n: Integers, p: Floats, factorials: Floats) -> Floats:
    """Return the logarithm of the chance of k of n, given the table of log factorials."""
    with np.errstate(divide="ignore", invalid="ignore"):
        heads = np.where(k == 0, 0.0, k * np.log(p))
        tails = np.where(k == n, 0.0, (n - k) * np.log1p(-p))
    result: Floats = factorials[n] - factorials[k] - factorials[n - k] + heads + tails
    return result
