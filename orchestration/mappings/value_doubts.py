"""Doubts about the values of a delivered column, where a mapping gives them codes.

Belongs here: which values no code is known for, and which of them may be shown. Does not belong
here: choosing a column (likeness), or the rest of a proposal (propose).
"""

from collections.abc import Iterable
from typing import Any

from orchestration.contracts import Column
from orchestration.mappings.inspect import FileFacts
from orchestration.mappings.models import Cell, normal


def value_doubts(
    facts: FileFacts, line: dict[str, Any], cell: Cell, column: Column, *, is_lossy: bool
) -> list[str]:
    """What a person must decide about the values of the columns that fill one target column.

    Args:
        facts: What the file seems to hold.
        line: The proposed line of the mapping.
        cell: The same line in the worked example.
        column: The target column.
        is_lossy: Whether a value without a code would be kept nowhere.
    """
    if "from" not in line:
        return []
    sources = [line["from"]] if isinstance(line["from"], str) else line["from"]
    if not (cell.values or column.values or column.codes):
        return [
            f"{each.header}: it seems to hold words, and {column.name} is no place for a person's"
            for each in facts.columns
            if each.header in sources and each.kind == "text" and column.sensitivity == "none"
        ]
    known = {normal(value) for value in (*cell.values, *cell.values.values(), *column.values)}
    doubts: list[str] = []
    for each in facts.columns:
        if each.header not in sources or each.kind == "date":
            continue
        unknown = [piece for piece in _pieces(each.seen, cell) if normal(piece) not in known]
        shown = [piece for piece in _pieces(each.values, cell) if piece in unknown]
        doubts += [f"{each.header}: no code yet for {piece!r}" for piece in shown]
        hidden = len(unknown) - len(shown)
        # A shape makes something of every value, and what is kept elsewhere may be left blank.
        if hidden and not cell.shape and (is_lossy or cell.otherwise == "as_delivered"):
            doubts.append(
                f"{each.header}: {hidden} of its values have no code; they are not shown, as"
                " some are rare, long or like names, so look in the file"
            )
    return doubts


def _pieces(values: Iterable[str], cell: Cell) -> list[str]:
    """The single values, each once, in their order."""
    split = (value.split(cell.separator) if cell.separator else [value] for value in values)
    return [piece for piece in dict.fromkeys(p.strip() for each in split for p in each) if piece]
