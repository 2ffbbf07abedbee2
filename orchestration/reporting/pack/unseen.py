"""Whose voice cannot be seen: proven gaps, what is too small to tell, what nobody delivered.

Belongs here: the part of page one that says what the figures do not.
Does not belong here: the statistics of a gap; ``published.equity_gap`` holds their outcome.
"""

from functools import partial

from orchestration.reporting.pack.boards import Board
from orchestration.reporting.pack.content import Block, Bullets
from orchestration.reporting.pack.facts import Facts
from orchestration.reporting.pack.figures import breakdown_words, group_label, name_of
from orchestration.reporting.pack.words import (
    CANNOT_TELL,
    FLAGS,
    NOT_YET,
    PROVEN,
    counted,
    number,
    several,
)
from orchestration.reporting.published import Row

# More than this is not read in a minute; the annex has the rest.
MOST = 3
# Values that say that a fact is missing; a gap in recording is a finding, not a group.
NOT_GROUPS = ("unknown", "refused", "not_mapped", "not_applicable", "unborn", "all")
# What happened and when are no groups of people.
NOT_PEOPLE = (
    *("all", "stage", "opportunity_type", "voice_owner"),
    *("complaint_stage", "theme", "area"),
)


def unseen(facts: Facts, board: Board, indicators: tuple[str, ...]) -> tuple[Block, ...]:
    """Return gaps that are proven, groups too small to tell or to show, and what nobody sent."""
    items: list[str] = []
    if facts.gaps is None:
        items.append(NOT_YET.format(what="Comparisons of groups with everybody else"))
    else:
        gaps = [row for row in facts.gaps if row["flag"] and is_told(board, indicators, row)]
        proven = [row for row in gaps if row["flag"] in PROVEN]
        proven.sort(key=partial(by_weight, board))
        items.extend(_gap_words(facts, row) for row in proven[:MOST])
        if len(proven) > MOST:
            items.append(f"{len(proven) - MOST} more such gaps are in the annex.")
        few, unclear = (sum(row["flag"] == flag for row in gaps) for flag in CANNOT_TELL)
        if few or unclear:
            items.append(
                f"Too few to tell: {few} of {counted(len(gaps), 'comparison', 'comparisons')}."
                f" Unclear, fitting a gap as well as none: {unclear}. Neither means that there is"
                " no gap."
            )
        elif not gaps:
            items.append("No group could be compared with everybody else.")
        elif not proven:
            items.append("No gap was proven. That is no proof that all are heard alike.")
    items.extend(_hidden(facts, board))
    missing = tuple(
        name for name in indicators if (f := facts.latest(name)) and f.status == "not_available"
    )
    if missing:
        items.append(f"Not available, because nothing delivered shows it: {several(missing)}.")
    return (Bullets(tuple(items)),)


def is_told(board: Board, indicators: tuple[str, ...], row: Row) -> bool:
    """Say whether a comparison is one of people, about a figure that this board is told."""
    return (
        row["indicator_id"] in indicators
        and row["breakdown"] not in NOT_PEOPLE
        and row["breakdown_value"] not in NOT_GROUPS
        and not (board.public and row["breakdown"] == "area")
    )


def by_weight(board: Board, row: Row) -> tuple[int, int, float, str]:
    """Return the place of a proven gap: the severe, the board's own figures, the widest."""
    have = row["group_rate"] is not None and row["rest_rate"] is not None
    own = board.headline
    return (
        PROVEN.index(row["flag"]),
        own.index(row["indicator_id"]) if row["indicator_id"] in own else len(own),
        -abs(row["group_rate"] - row["rest_rate"]) if have else 0.0,
        f"{row['breakdown']}{row['breakdown_value']}",
    )


def _gap_words(facts: Facts, row: Row) -> str:
    group = group_label(facts, row["breakdown"], row["breakdown_value"])
    rates = ""
    if row["group_rate"] is not None and row["rest_rate"] is not None:
        rates = f" ({number(row['group_rate'])} against {number(row['rest_rate'])} for others)"
    return (
        f"{group} ({breakdown_words(row['breakdown'])}):"
        f" {name_of(facts, row['indicator_id'])} is {FLAGS[row['flag']]}{rates}."
    )


def _hidden(facts: Facts, board: Board) -> list[str]:
    """Name groups that page one's first figure cannot show at all."""
    indicator = next(iter(board.groups), board.headline[0])
    hidden: list[str] = []
    for breakdown in board.groups.get(indicator, ()):
        if breakdown in NOT_PEOPLE:
            continue
        hidden.extend(
            group_label(facts, breakdown, figure.breakdown_value)
            for figure in facts.groups(indicator, breakdown)
            if figure.status in ("suppressed", "rate_withheld")
            and figure.breakdown_value not in NOT_GROUPS
        )
    if not hidden:
        return []
    return [f"Too few to show for {name_of(facts, indicator)}: {several(tuple(hidden), 5)}."]
