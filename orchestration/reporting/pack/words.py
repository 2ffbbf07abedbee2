"""The words of a pack: one wording for each state, flag, unit and period, used everywhere.

Belongs here: sentences and labels.
Does not belong here: choosing what is said.
"""

from collections.abc import Mapping
from datetime import date

from orchestration.reporting.pack.content import Cell, State

# Kept apart from each other, from zero and from "no": a board decides differently on each.
STATES: Mapping[str, str] = {
    "suppressed": "suppressed",
    "rate_withheld": "too few for a rate",
    "not_applicable": "does not apply",
    "not_available": "not available",
    "no_figure": "no figure",
    "not_recorded": "not recorded",
    "too_few_to_tell": "too few to tell",
}
MEANINGS = (
    "Suppressed: there is a number, but so few people are behind it that they could be known by"
    " it. It is not zero, and it is not missing.\n"
    "Too few for a rate: the counts can be shown, a percentage of so few would mislead.\n"
    "Too few to tell: a group was compared with everybody else and is too small for an answer."
    " That is not the same as no difference.\n"
    "Not recorded: somebody should have written it down and did not. The column recorded says how"
    " much was.\n"
    "Not available: no source that shows it was delivered.\n"
    "Does not apply: there can be no such figure here.\n"
    "No figure: nothing happened in the period that could be counted.\n"
    "Counts are rounded in steps of 5 in a way that protects people, so they do not add up."
    " Percentages are made from the rounded counts.\n"
    "In a drawing, a cross means that there is no number to show. It is not zero. The dashed line"
    " is everybody together.\n"
    "Interval: the true figure lies in it 95 times out of 100, if the records are right."
)
# The shape of a gap, never its cause. Nothing here says that a group is treated fairly.
FLAGS: Mapping[str, str] = {
    "disparity_severe": "worse by 10 points or more, and more than chance explains",
    "disparity": "worse by 5 points or more, and more than chance explains",
    "small_but_clear": "a little worse, and more than chance explains",
    "advantaged": "better by 5 points or more, and more than chance explains",
    "watch": "lower by 5 points or more, but it may be chance: keep looking",
    "no_material_gap": "no evidence of a gap larger than 5 points",
    "inconclusive": "cannot be told from these numbers",
    "insufficient": "too few to tell",
}
PROVEN = ("disparity_severe", "disparity")
CANNOT_TELL = ("insufficient", "inconclusive")
QUALITY: Mapping[str, str] = {"ok": "ok", "watch": "with care", "unfit": "do not use"}
OUTCOMES: Mapping[str, str] = {
    "pass": "holds",
    "watch": "to watch",
    "fail": "does not hold",
    "error": "could not be run",
    "too_small": "too few to judge",
    "not_applicable": "does not apply",
}
UNITS: Mapping[str, str] = {
    "percent": " %",
    "points": " points",
    "days": " days",
    "per_100": " per 100",
    "occasions": " times",
}
NOT_YET = "{what} are not available yet in this release."


def number(value: float) -> str:
    """Return a number as people write it: whole, with a comma for thousands."""
    return f"{round(value):,}"


def value_cell(value: float | None, state: str, unit: str = "") -> Cell:
    """Return a figure, or why there is none; a number never stands under a state that hides it."""
    if state == "shown" and value is not None:
        words = f"{number(value)}{UNITS.get(unit, unit and f' {unit}')}"
        return Cell(words, number(value), "shown", is_number=True)
    known: State = state if state in STATES else "no_figure"  # type: ignore[assignment]
    return Cell(STATES[known], "", known)


def blank_cell(state: str) -> Cell:
    """Return a further cell of a row whose first one says why there is no number."""
    return Cell("", "", value_cell(None, state).state)


def count_cell(value: int | None, state: str) -> Cell:
    """Return a count; it may stand where only the rate is withheld."""
    if value is not None and state in ("shown", "rate_withheld"):
        return Cell(number(value), number(value), "shown", is_number=True)
    if state in ("shown", "rate_withheld"):
        return Cell("not counted", "", "not_applicable")
    return value_cell(None, state)


def period_words(period_type: str, start: date, end: date) -> str:
    """Return a period in words."""
    if period_type == "quarter":
        return f"{start:%b} to {end:%b %Y}"
    if period_type == "year":
        return f"{start:%b %Y} to {end:%b %Y}"
    return f"12 months to {end:%b %Y}"


def day_words(day: date) -> str:
    """Return a day as it is read aloud."""
    return f"{day.day} {day:%B %Y}"


def several(names: tuple[str, ...], most: int = 6) -> str:
    """Return names as a list in a sentence, no longer than somebody reads."""
    # Some groups have commas in their own names.
    between = "; " if any("," in name for name in names) else ", "
    if len(names) > most:
        return f"{between.join(names[:most])} and {len(names) - most} more"
    if len(names) < 2:
        return "".join(names)
    return f"{between.join(names[:-1])} and {names[-1]}"


def counted(how_many: int, one: str, more: str) -> str:
    """Return a count with its noun."""
    return f"{how_many:,} {one if how_many == 1 else more}"


def in_ten(percent: float) -> str:
    """Return a share as a child says it."""
    tenths = round(percent / 10)
    if percent <= 0:
        return "no"
    if tenths == 0:
        return "hardly any"
    return "nearly all" if tenths == 10 else f"about {tenths} in 10"
