"""Write the words: short texts in the register of whoever speaks, with invented first names.

Belongs here: making sentences of templates and fillers, and joining them. Does not belong here: who
speaks, when, or why.
"""

from collections.abc import Mapping, Sequence
from string import Formatter

import numpy as np

from orchestration.synthetic.clocks import Array
from orchestration.synthetic.recipe import Draws, Place


def write_texts(place: Place, topic: str, registers: Array) -> Array:
    """Return one text a row: an opening and a closing of the row's register."""
    draws, count = place.draws(f"texts {topic}"), len(registers)
    names = _first_names(place, draws, count)
    texts = np.full(count, "", dtype=object)
    fillers = place.recipe.texts["fillers"]
    for register, templates in place.recipe.texts["registers"].items():
        rows = np.flatnonzero(registers == register)
        opening = _fill(draws, templates["opening"], names[rows], fillers)
        closing = _fill(draws, templates["closing"], names[rows], fillers)
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


def _fill(
    draws: Draws, templates: Sequence[str], names: Array, fillers: Mapping[str, Sequence[str]]
) -> Array:
    """Return one sentence a name: a template with the name or a filler in place of each slot."""
    chosen = draws.whole(0, len(templates) - 1, len(names))
    sentences = np.full(len(names), "", dtype=object)
    for number, template in enumerate(templates):
        rows = np.flatnonzero(chosen == number)
        text = np.full(len(rows), "", dtype=object)
        for literal, slot, _, _ in Formatter().parse(template):
            text = text + literal
            if slot:
                mine = names[rows] if slot == "name" else draws.one_of(fillers[slot], len(rows))
                text = text + mine
        sentences[rows] = text
    return sentences
