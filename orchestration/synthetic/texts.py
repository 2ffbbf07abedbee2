"""Write the words: short texts in the register of whoever speaks, with invented first names.

Belongs here: choosing and joining sentences. Does not belong here: who speaks, when, or why.
"""

import numpy as np

from orchestration.synthetic.clocks import Array
from orchestration.synthetic.recipe import Draws, Place


def write_texts(place: Place, topic: str, registers: Array) -> Array:
    """Return one text a row: an opening and a closing of the row's register."""
    draws, count = place.draws(f"texts {topic}"), len(registers)
    names = _first_names(place, draws, count)
    texts = np.full(count, "", dtype=object)
    for register, sentences in place.recipe.texts["registers"].items():
        rows = np.flatnonzero(registers == register)
        opening = _fill(draws, sentences["opening"], names[rows])
        closing = _fill(draws, sentences["closing"], names[rows])
        alone = draws.whether(0.25, len(rows))
        texts[rows] = np.where(alone, opening, opening + " " + closing)
    return texts


def pick_sentences(place: Place, topic: str, pool: str, count: int) -> Array:
    """Return whole sentences of a pool without names, such as `feedback`."""
    return place.draws(f"sentences {topic}").one_of(place.recipe.texts[pool], count)


def _first_names(place: Place, draws: Draws, count: int) -> Array:
    """Return first names, every origin as often as every other."""
    pool = [name for origin in place.recipe.names.values() for name in origin["first"]]
    return draws.one_of(pool, count)


def _fill(draws: Draws, sentences: list[str], names: Array) -> Array:
    """Return sentences with the row's name in place of the slot."""
    parts = [sentence.partition("{name}") for sentence in sentences]
    before, slot, after = (np.array(column, dtype=object) for column in zip(*parts, strict=True))
    chosen = draws.whole(0, len(sentences) - 1, len(names))
    middle = np.where(slot[chosen] == "", "", names)
    return np.asarray(before[chosen] + middle + after[chosen], dtype=object)
