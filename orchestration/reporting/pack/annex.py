"""The annex: every figure behind page one, and the further tables a board asked for.

Belongs here: which tables, in which order.
Does not belong here: how figures become cells (``figures``) or what page one says.
"""

from collections.abc import Callable, Iterator, Mapping

from orchestration.reporting.pack.boards import Board, SectionName
from orchestration.reporting.pack.content import (
    Block,
    Bullets,
    Cell,
    Paragraph,
    Part,
    Section,
    Table,
    TableRow,
)
from orchestration.reporting.pack.facts import Facts
from orchestration.reporting.pack.figures import (
    breakdown_words,
    group_label,
    group_table,
    name_of,
    trend_table,
)
from orchestration.reporting.pack.further import FURTHER
from orchestration.reporting.pack.judge import bearing_checks, broken_checks
from orchestration.reporting.pack.words import FLAGS, MEANINGS, NOT_YET, value_cell

_NOT_PEOPLE = ("all", "opportunity_type", "complaint_stage", "theme")


def annex(facts: Facts, board: Board, indicators: tuple[str, ...]) -> Part:
    """Return the annex of a board."""
    meanings = Bullets(tuple(MEANINGS.splitlines()))
    sections = [Section("how-to-read", "How to read the figures", (meanings,))]
    sections.extend(_indicator(facts, board, name) for name in indicators)
    sections.append(Section("groups", "Groups against everybody else", _gaps(facts, board)))
    further: Mapping[SectionName, tuple[str, Callable[[Facts, Board], tuple[Block, ...]]]] = FURTHER
    for name in board.sections:
        title, build = further[name]
        sections.append(Section(name, title, build(facts, board)))
    sections.append(Section("about", "About this pack", _about(facts, indicators)))
    return Part("annex", "Annex", tuple(sections))


def _indicator(facts: Facts, board: Board, name: str) -> Section:
    known = facts.indicators.get(name)
    if known is None:
        blocks: tuple[Block, ...] = (Paragraph("Not available: this release does not define it."),)
        return Section(f"indicator-{name}", name, blocks)
    return Section(
        f"indicator-{name}", name_of(facts, name), tuple(_indicator_blocks(facts, board, name))
    )


def _indicator_blocks(facts: Facts, board: Board, name: str) -> Iterator[Block]:
    known = facts.indicators[name]
    wanted = {"higher": "Higher is better.", "lower": "Lower is better."}
    way = wanted.get(known["direction"], "Neither way is better; read it in context.")
    yield Paragraph(
        f"{known['plain_name']} Counted: {known['numerator_text']}. Out of:"
        f" {known['denominator_text']}. {way} {known['caveat'] or ''}".strip()
    )
    broken = broken_checks(bearing_checks(facts, (name,)))
    if broken and not board.public:
        yield Bullets(tuple(f"Take care, this does not hold: {row['sentence']}" for row in broken))
    elif broken:
        yield Paragraph("Take care: records behind this figure have known faults.")
    told = trend_table(facts, name, board.public)
    yield told or Paragraph("No figure: nothing to count in any period.")
    for breakdown in board.groups.get(name, ()):
        by_group = group_table(facts, name, breakdown, board.public)
        yield by_group or Paragraph(f"By {breakdown_words(breakdown)}: does not apply.")


def _gaps(facts: Facts, board: Board) -> tuple[Block, ...]:
    if facts.gaps is None:
        return (Paragraph(NOT_YET.format(what="Comparisons of groups with everybody else")),)
    wanted = [
        row
        for row in facts.gaps
        if row["indicator_id"] in board.headline
        and row["breakdown"] not in _NOT_PEOPLE
        and not (board.public and row["breakdown"] == "area")
    ]
    if not wanted:
        return (Paragraph("No group was compared."),)
    rows = tuple(
        TableRow(
            f"{breakdown_words(row['breakdown']).capitalize()}:"
            f" {group_label(facts, row['breakdown'], row['breakdown_value'])}",
            (
                Cell(name_of(facts, row["indicator_id"])),
                _rate(row["group_rate"], row["flag"]),
                _rate(row["rest_rate"], row["flag"]),
                Cell(
                    FLAGS.get(row["flag"], row["flag"]),
                    state="too_few_to_tell" if row["flag"] == "insufficient" else "text",
                ),
            ),
            indicator=row["indicator_id"],
            period=str(row["window_used"]).replace("_", " "),
            group=f"{row['breakdown']}: {row['breakdown_value']}",
        )
        for row in sorted(
            wanted,
            key=lambda r: (
                board.headline.index(r["indicator_id"]),
                r["breakdown"],
                r["breakdown_value"],
            ),
        )
    )
    headings = ("indicator", "group", "everybody else", "what can be said")
    return (
        Paragraph(
            "Each group is compared with all others whose characteristic is known. A difference"
            " says where to ask; it says neither why, nor who is at fault."
        ),
        Table("Groups against everybody else", "Group", headings, rows),
    )


def _rate(rate: float | None, flag: str) -> Cell:
    if flag == "insufficient":
        return value_cell(None, "too_few_to_tell")
    return value_cell(rate, "shown" if rate is not None else "suppressed", "percent")


def _about(facts: Facts, indicators: tuple[str, ...]) -> tuple[Block, ...]:
    release = facts.release
    told = [
        f"Release {release['release_id']}, made by Heard {release['heard_version']}.",
        "Everything here was read from the published database of that release, nothing else.",
        "It holds no child's words, no name and no worker.",
        "Heard does not rank workers, score children or add figures up to one.",
        f"Indicators in this pack: {', '.join(indicators)}.",
    ]
    return (Bullets(tuple(told)),)
