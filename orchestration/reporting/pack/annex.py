"""The annex: every figure behind page one, and the further tables a board asked for.

Belongs here: which tables, in which order.
Does not belong here: how figures become cells (``figures``) or what page one says.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from orchestration.reporting.pack.boards import Board, SectionName
from orchestration.reporting.pack.content import (
    Block,
    Bullets,
    Paragraph,
    Part,
    Section,
)
from orchestration.reporting.pack.facts import Facts
from orchestration.reporting.pack.figures import (
    breakdown_words,
    group_table,
    name_of,
    trend_table,
)
from orchestration.reporting.pack.further import FURTHER
from orchestration.reporting.pack.gaps import gap_blocks
from orchestration.reporting.pack.incidents import incident_blocks
from orchestration.reporting.pack.judge import bearing_checks, broken_checks
from orchestration.reporting.pack.words import MEANINGS


def annex(
    facts: Facts, board: Board, indicators: tuple[str, ...], since: date | None = None
) -> Part:
    """Return the annex of a board."""
    meanings = Bullets(tuple(MEANINGS.splitlines()))
    sections = [Section("how-to-read", "How to read the figures", (meanings,))]
    sections.extend(_indicator(facts, board, name) for name in indicators)
    sections.append(Section("groups", "Groups against everybody else", gap_blocks(facts, board)))
    further: Mapping[SectionName, tuple[str, Callable[[Facts, Board], tuple[Block, ...]]]] = FURTHER
    for name in board.sections:
        title, build = further[name]
        sections.append(Section(name, title, build(facts, board)))
    # To the public it is said how many, on page one, not where records are weak.
    if facts.incidents is not None and not board.public:
        title = "Incidents about the data"
        sections.append(Section("incidents", title, incident_blocks(facts, since)))
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
    latest = facts.latest(name)
    if latest and latest.caveat and not board.public:
        yield Paragraph(f"Take care: {latest.caveat}")
    told = trend_table(facts, name, board.public)
    yield told or Paragraph("No figure: nothing to count in any period.")
    for breakdown in board.groups.get(name, ()):
        by_group = group_table(facts, name, breakdown, board.public)
        yield by_group or Paragraph(f"By {breakdown_words(breakdown)}: does not apply.")


def _record_words(release: Mapping[str, Any]) -> tuple[str, ...]:
    """Where the record of releases stood: paper keeps what somebody might cut off later."""
    if not release.get("record_entries"):
        return ()
    told = f"Before it the record of releases had {release['record_entries']} entries"
    return (f"{told}; the last has the mark {str(release['record_head'])[:16]}.",)


def _about(facts: Facts, indicators: tuple[str, ...]) -> tuple[Block, ...]:
    release = facts.release
    told = [
        f"Release {release['release_id']}, made by Heard {release['heard_version']}.",
        *_record_words(release),
        "Everything here was read from the published database of that release, nothing else.",
        "It holds no child's words, no name and no worker.",
        "Heard does not rank workers, score children or add figures up to one.",
        f"Indicators in this pack: {', '.join(indicators)}.",
    ]
    return (Bullets(tuple(told)),)
