"""One word for every comparison; the first rule that fits gives it.

Belongs here: the eight words, and which of two is worse.
Does not belong here: thresholds (``thresholds.yaml``).
"""

import numpy as np

from orchestration.fairness.arrays import Booleans, Floats, Words
from orchestration.fairness.thresholds import Thresholds

# From the worst to the best; where one gap was counted in two ways, the worse word counts.
# Too few to compare is no comfort, so it stands before the words that are one.
WORST_FIRST = (
    "disparity_severe",
    "disparity",
    "small_but_clear",
    "watch",
    "insufficient",
    "inconclusive",
    "no_material_gap",
    "advantaged",
)
# Gaps are compared with thresholds as people write them, not by their last binary digit.
_DIGITS = 12


def flag(
    comparable: Booleans, gap: Floats, gap_lower: Floats, q: Floats, thresholds: Thresholds
) -> Words:
    """Return the word of every comparison.

    Args:
        comparable: Whether both sides are large enough.
        gap: The gap, turned so that negative is adverse to the group.
        gap_lower: Its lower limit, turned likewise.
        q: The test's q-value.
        thresholds: When a gap is material, severe or clear.
    """
    gap, gap_lower = np.round(gap, _DIGITS), np.round(gap_lower, _DIGITS)
    material, clear = thresholds.material, q < thresholds.q
    rules = (
        ("insufficient", ~comparable),
        ("disparity_severe", clear & (gap <= -thresholds.severe)),
        ("disparity", clear & (gap <= -material)),
        ("small_but_clear", clear & (gap < 0)),
        ("advantaged", clear & (gap >= material)),
        ("watch", gap <= -material),
        ("no_material_gap", gap_lower > -material),
    )
    chosen = np.select([rule for _, rule in rules], range(len(rules)), default=len(rules))
    words = np.array([word for word, _ in rules] + ["inconclusive"], dtype=object)
    result: Words = words[chosen]
    return result


def worse(one: Words, other: Words) -> Words:
    """Return the worse of two words, row by row."""
    rank = {word: place for place, word in enumerate(WORST_FIRST)}
    places = [np.fromiter((rank[word] for word in words), np.int64) for words in (one, other)]
    result: Words = np.array(WORST_FIRST, dtype=object)[np.minimum(*places)]
    return result
