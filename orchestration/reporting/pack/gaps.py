"""The table of groups against everybody else, with one wording for each outcome.

Belongs here: rows of ``published.equity_gap``, and naming whom it cannot show.
Does not belong here: the statistics, or any order by who does worst.
"""

from collections.abc import Iterator

from orchestration.reporting.pack.boards import Board
from orchestration.reporting.pack.content import Block, Cell, Paragraph, Table, TableRow
from orchestration.reporting.pack.facts import Facts
from orchestration.reporting.pack.figures import breakdown_words, group_label, name_of
from orchestration.reporting.pack.words import FLAGS, NOT_YET, several, value_cell
from orchestration.reporting.published import Row

_NOT_PEOPLE = ("all", "opportunity_type", "complaint_stage", "theme")
_HEADINGS = ("group", "everybody else", "what can be said")


def gap_blocks(facts: Facts, board: Board) -> tuple[Block, ...]:
    """Return the comparisons of a board's main figures, a table for each."""
    if facts.gaps is None:
        return (Paragraph(NOT_YET.format(what="Comparisons of groups with everybody else")),)
    wanted = [row for row in facts.gaps if _is_told(board, row)]
    blocks: list[Block] = []
    for indicator in board.headline:
        found = sorted(
            (row for row in wanted if row["indicator_id"] == indicator),
            key=lambda row: (
                row["breakdown"],
                facts.place(row["breakdown"], row["breakdown_value"]),
            ),
        )
        # Without a word nothing was compared: too few to show, not delivered, or impossible.
        compared = tuple(_row(facts, row) for row in found if row["flag"])
        if compared:
            caption = f"{name_of(facts, indicator)}: groups against everybody else"
            blocks.append(Table(caption, "Group", _HEADINGS, compared))
        blocks.extend(Paragraph(line) for line in _hidden(facts, indicator, found))
    if not blocks:
        return (Paragraph("No group could be compared."),)
    meaning = (
        "Each group is compared with all others whose characteristic is known. A difference says"
        " where to ask; it says neither why, nor who is at fault."
    )
    return (Paragraph(meaning), *blocks)


def _is_told(board: Board, row: Row) -> bool:
    return (
        row["indicator_id"] in board.headline
        and row["breakdown"] not in _NOT_PEOPLE
        and not (board.public and row["breakdown"] == "area")
    )


def _row(facts: Facts, row: Row) -> TableRow:
    kind = breakdown_words(row["breakdown"]).capitalize()
    flag = row["flag"]
    is_small = flag == "insufficient"
    return TableRow(
        f"{kind}: {group_label(facts, row['breakdown'], row['breakdown_value'])}",
        (
            _rate(row["group_rate"], is_small),
            _rate(row["rest_rate"], is_small),
            Cell(FLAGS.get(flag, flag), state="too_few_to_tell" if is_small else "text"),
        ),
        indicator=row["indicator_id"],
        period=str(row["window_used"] or "").replace("_", " "),
        group=f"{row['breakdown']}: {row['breakdown_value']}",
    )


def _rate(rate: float | None, is_small: bool) -> Cell:
    if is_small:
        return value_cell(None, "too_few_to_tell")
    return value_cell(rate, "shown" if rate is not None else "rate_withheld", "percent")


def _hidden(facts: Facts, indicator: str, found: list[Row]) -> Iterator[str]:
    names = tuple(
        dict.fromkeys(
            group_label(facts, row["breakdown"], row["breakdown_value"])
            for row in found
            if not row["flag"] and row.get("status", "suppressed") == "suppressed"
        )
    )
    if names:
        yield f"Suppressed for {name_of(facts, indicator)}: {several(names, 12)}."
