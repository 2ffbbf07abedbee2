"""The few special functions that the statistics need, on whole arrays.

scipy has all of them; loading it would cost every run 0.2 s to 0.6 s of processor, which is more
than all the comparisons of a council take. The tests hold these to scipy's.

Belongs here: functions of mathematics.
Does not belong here: what they are used for.
"""

import math

import numpy as np

from orchestration.fairness.arrays import Floats, Integers

_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188)
_STIRLING_FROM = 10.0
_TINY = 1e-300
_MAX_TERMS = 2000


def log_factorials(largest: int) -> Floats:
    """Return the logarithms of 0!, 1!, ... up to the largest."""
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, largest + 1)))])


def log_gamma(x: Floats) -> Floats:
    """Return the logarithm of the gamma function of positive numbers, by Stirling's series."""
    shifted, shift = x.astype(np.float64), np.zeros_like(x, dtype=np.float64)
    while (small := shifted < _STIRLING_FROM).any():
        shift = np.where(small, shift + np.log(np.where(small, shifted, 1.0)), shift)
        shifted = np.where(small, shifted + 1, shifted)
    inverse = 1 / shifted
    series = np.zeros_like(shifted)
    for term in reversed(_STIRLING):
        series = series * inverse * inverse + term
    return (
        (shifted - 0.5) * np.log(shifted)
        - shifted
        + 0.5 * math.log(2 * math.pi)
        + series * inverse
        - shift
    )


def chi_square_tail(statistic: Floats) -> Floats:
    """Return the chance of a chi-square of one degree of freedom beyond a value."""
    roots = np.sqrt(np.maximum(statistic, 0.0) / 2)
    return np.fromiter(map(math.erfc, roots.tolist()), np.float64, len(roots))


def incomplete_beta(a: Floats, b: Floats, x: Floats) -> Floats:
    """Return the distribution function of a beta distribution, by Lentz's continued fraction."""
    # The fraction converges quickly on the nearer side of the mean.
    far = x > (a + 1) / (a + b + 2)
    one, other = np.where(far, b, a), np.where(far, a, b)
    at = np.where(far, 1 - x, x)
    inside = np.clip(at, _TINY, 1 - 1e-16)
    front = np.exp(
        log_gamma(one + other)
        - log_gamma(one)
        - log_gamma(other)
        + one * np.log(inside)
        + other * np.log1p(-inside)
    )
    tail = np.where(at <= 0, 0.0, front * _fraction(one, other, inside) / one)
    return np.clip(np.where(far, 1 - tail, tail), 0.0, 1.0)


def _fraction(a: Floats, b: Floats, x: Floats) -> Floats:
    c = np.ones_like(x)
    d = 1 / _nonzero(1 - (a + b) * x / (a + 1))
    result = d.copy()
    for m in range(1, _MAX_TERMS):
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _nonzero(1 + numerator * d)
            c = _nonzero(1 + numerator / c)
            result *= c * d
        if np.all(np.abs(c * d - 1) < 1e-14):
            break
    return result


def _nonzero(x: Floats) -> Floats:
    return np.where(np.abs(x) < _TINY, _TINY, x)


def beta_quantile(a: Floats, b: Floats, at: float) -> Floats:
    """Return the value below which a share of a beta distribution lies, by halving."""
    low, high = np.zeros_like(a), np.ones_like(a)
    for _ in range(40):
        middle = (low + high) / 2
        below = incomplete_beta(a, b, middle) < at
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2


def binomial_log_probability(k: Integers, n: Integers, p: Floats, factorials: Floats) -> Floats:
    """Return the logarithm of the chance of k of n, given the table of log factorials."""
    with np.errstate(divide="ignore", invalid="ignore"):
        heads = np.where(k == 0, 0.0, k * np.log(p))
        tails = np.where(k == n, 0.0, (n - k) * np.log1p(-p))
    result: Floats = factorials[n] - factorials[k] - factorials[n - k] + heads + tails
    return result
