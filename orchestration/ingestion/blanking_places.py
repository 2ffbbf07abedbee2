"""Which columns of a delivered part hold words that may go, and which of their cells are answers.

What a row is counted by must read the same afterwards. A column that feeds nothing but somebody's
words goes, and one that nothing reads, for nobody can say what is in it. Where a mapping reads
answers out of the same column ("Yes", "Agree", "4"), the cells that it knows stay.

Belongs here: places and the rule of each. Does not belong here: rows or files (blanking).
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from orchestration.contracts import Column
from orchestration.ingestion.extracts import Opening, Part
from orchestration.ingestion.mapped_headers import find_headers, find_questions
from orchestration.ingestion.mapped_sql import like_pattern
from orchestration.ingestion.matching import match_header, table_by_name
from orchestration.mappings.models import Cell, Where, normal
from orchestration.mappings.models import Mapping as SourceMapping

# Whether a cell stays as it is.
Keeps = Callable[[str], bool]
Words = Mapping[str, Sequence[str]]
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
# What systems write where nobody wrote anything; a check counts it.
_FILLER = "PLACEHOLDER_DATA"


@dataclass(frozen=True, slots=True)
class Places:
    """What becomes of the columns of one part.

    Attributes:
        rules: By place, the rule by which a cell stays; a column without one is not touched.
        fixed: How many columns hold words of which some stay, for more is read from them.
        is_unread: Nobody reads the part, so every word in it goes, its header too.
    """

    rules: Mapping[int, Keeps] = field(default_factory=dict)
    fixed: int = 0
    is_unread: bool = False


def places_of(opening: Opening, mapping: SourceMapping | None, part: Part, words: Words) -> Places:
    """What becomes of each column of a delivered part.

    Raises:
        FileRefusedError: Nobody can tell its columns.
    """
    if mapping is not None:
        has_words = any(target.table in words for target in mapping.tables)
        return _mapped(opening, mapping, part.extract.cells, words) if has_words else Places()
    table = part.table or table_by_name(opening.contract, opening.file_name)
    header = match_header(opening.contract, table, part.extract.cells, opening.collection_year)
    theirs = words.get(header.table.name, ())
    if not theirs:
        return Places()
    loaded = [each.name for each in header.table.loaded_columns if each.name in header.places]
    read = {header.places[name] for name in loaded if name not in theirs}
    own = {header.places[name] for name in loaded if name in theirs}
    return Places(_rules(header.width, own, read, {}))


def is_without_letters(cell: str) -> bool:
    """Whether a cell that nothing reads is a number, a day or a mark, and no word."""
    return not any(letter.isalpha() for letter in cell)


def _rules(
    width: int, own: set[int], read: set[int], answers: Mapping[int, Sequence[Keeps]]
) -> dict[int, Keeps]:
    rules: dict[int, Keeps] = {}
    for place in range(width):
        if place in own:
            rules[place] = _known_to(answers.get(place, ()))
        elif place not in read:
            rules[place] = is_without_letters
    return rules


def _known_to(answers: Sequence[Keeps]) -> Keeps:
    def keeps(cell: str) -> bool:
        return cell.strip() == _FILLER or any(knows(cell) for knows in answers)

    return keeps


def _mapped(opening: Opening, mapping: SourceMapping, cells: Sequence[str], words: Words) -> Places:
    places = find_headers(mapping, cells)
    asked = [question.place for question in find_questions(mapping, cells, places)]

    def at(name: str) -> list[int]:
        return asked if name == "$answer" else [places[name]] if name in places else []

    own: set[int] = set()
    whole: set[int] = set()
    read: set[int] = set()
    answers: dict[int, list[Keeps]] = defaultdict(list)
    wheres = [*mapping.leave_out]
    for target in mapping.tables:
        wheres += target.rows
        table = opening.contract.table(target.table)
        columns = {column.name: column for column in table.columns} if table else {}
        for name, cell in target.columns.items():
            for place in [each for header in cell.names for each in at(header)]:
                if name in words.get(target.table, ()):
                    own.add(place)
                    continue
                read.add(place)
                if _is_read_whole(cell, columns.get(name)):
                    whole.add(place)
                elif not cell.hash:
                    answers[place].append(_answer_of(cell, columns.get(name)))
    held = own & whole
    for where in wheres:
        for place in at(where.column):
            read.add(place)
            answers[place].append(_decides(where))
            if place in own and any("*" in pattern for pattern in where.like):
                # Words among others decide whose row it is: cells with them stay.
                held.add(place)
    rules = _rules(len(cells), own - whole, read | whole, answers)
    return Places(rules, len(held))


def _is_read_whole(cell: Cell, column: Column | None) -> bool:
    """Whether other words in the cell would give another value, whatever they are."""
    if cell.hash or cell.shape == "number":
        return False
    if not cell.values:
        return True
    # A code that no list knows is as little mapped as a mark.
    is_open = column is not None and column.type == "code" and not column.codes
    return cell.otherwise == "as_delivered" and not is_open


def _answer_of(cell: Cell, column: Column | None) -> Keeps:
    known = {normal(value) for value in (*cell.values, *(column.values if column else ()))}

    def knows(given: str) -> bool:
        pieces = given.split(cell.separator) if cell.separator else [given]
        return any(
            normal(piece) in known
            or (cell.shape == "number" and _NUMBER.fullmatch(piece.strip()) is not None)
            for piece in pieces
        )

    return knows


def _decides(where: Where) -> Keeps:
    """Whether a condition names what stands in the cell; that something does is still true."""
    named = {normal(each) for each in (*where.equals, *where.differs)}
    patterns = [re.compile(like_pattern(each)) for each in where.like]

    def knows(given: str) -> bool:
        plain = normal(given)
        return plain in named or any(each.fullmatch(plain) for each in patterns)

    return knows
