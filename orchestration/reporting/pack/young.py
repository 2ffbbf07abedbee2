"""The page for children and young people: short words, nobody blamed, and what happens next.

Belongs here: what a child of nine to eleven can read alone.
Does not belong here: anything that is not on the board's own pages.
"""

from orchestration.reporting.pack.boards import Board, Boards
from orchestration.reporting.pack.content import Bullets, Paragraph, Part, Section
from orchestration.reporting.pack.facts import Facts
from orchestration.reporting.pack.figures import group_label
from orchestration.reporting.pack.unseen import NOT_GROUPS
from orchestration.reporting.pack.words import PROVEN, in_ten, several

_GROUPS = ("age_band", "ethnic_group", "disability", "communication_need", "uasc", "sex")
# The indicator that says who was heard when somebody should have been.
_HEARD = "A1"
HIDDEN = "One answer is about so few people that you could guess who they are. So we keep it safe."
UNKNOWN = "Some things we do not know yet. No one has sent us the notes."


def young_page(facts: Facts, board: Board, boards: Boards) -> Part:
    """Return the page that a child can read."""
    sections = (
        Section("young-what", "What is this?", (_what(facts, board),)),
        Section("young-found", "What we found out", (Bullets(_found(facts, boards)),)),
        Section("young-unheard", "Who we do not hear well yet", (Paragraph(_unheard(facts)),)),
        Section("young-next", "What happens next", (Bullets(_NEXT),)),
        Section("young-talk", "Do you want to say something?", (_talk(boards),)),
    )
    return Part("young", "For children and young people", sections)


_NEXT = (
    "The people in the group read this page.",
    "They choose what to change first.",
    "They tell you what they chose and why.",
    "Then they look again to see if it got better.",
)


def _what(facts: Facts, board: Board) -> Paragraph:
    latest = next((f for name in board.headline if (f := facts.latest(name))), None)
    when = f" It is about the time up to the end of {latest.period_end:%B %Y}." if latest else ""
    return Paragraph(
        f"A group of grown-ups meets to make things better for children and families. They want"
        f" to know if children are heard. This page tells you what they see.{when}"
    )


def _found(facts: Facts, boards: Boards) -> tuple[str, ...]:
    told: list[str] = []
    hidden = unknown = False
    for each in boards.young_people:
        figure = facts.latest(each.indicator)
        if figure is None or figure.status in ("not_available", "not_applicable"):
            unknown = True
        elif figure.value is None:
            hidden = True
        elif facts.indicators[each.indicator]["unit"] == "percent":
            sentence = each.sentence.replace("{in_ten}", in_ten(figure.value))
            told.append(sentence[0].upper() + sentence[1:])
    if hidden:
        told.append(HIDDEN)
    if unknown:
        told.append(UNKNOWN)
    return tuple(told)


def _unheard(facts: Facts) -> str:
    if facts.gaps is None:
        return "We do not know yet if some children are heard less. We will find out."
    groups = {
        group_label(facts, row["breakdown"], row["breakdown_value"])
        for row in facts.gaps
        if row["flag"] in PROVEN
        and row["indicator_id"] == _HEARD
        and row["breakdown"] in _GROUPS
        and row["breakdown_value"] not in NOT_GROUPS
    }
    if not groups:
        return "We could not find a group that is heard less. We keep looking, as we may be wrong."
    named = several(tuple(sorted(groups)), 4)
    return (
        f"Some children are heard less: {named}. It is not their fault. Grown-ups must find"
        " better ways to listen. Signs, pictures and play count too."
    )


def _talk(boards: Boards) -> Paragraph:
    return Paragraph(
        f"{boards.contact} Is this page right? Did we miss something? You can tell us. You do not"
        " have to. It is fine to say no."
    )
