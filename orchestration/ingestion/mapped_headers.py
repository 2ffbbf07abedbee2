"""The header of a delivered file against the headers of its mapping.

Belongs here: which delivered column is which, and which are questions. Does not belong here: rows.
A column is found by its name in any case and punctuation, never by its place.
"""

from collections.abc import Mapping as Dictionary
from collections.abc import Sequence

from orchestration.ingestion.gate import FileRefusedError
from orchestration.ingestion.mapped_sql import Question, slug
from orchestration.ingestion.matching import check_dialect
from orchestration.mappings.models import Mapping, Unpivot, matches, normal


def find_headers(mapping: Mapping, cells: Sequence[str]) -> dict[str, int]:
    """The place of each header of the mapping, whatever its case, blanks and punctuation.

    Raises:
        FileRefusedError: None is there, one is there twice, or commas do not set them apart.
    """
    check_dialect(cells)
    delivered = [normal(cell) for cell in cells]
    places: dict[str, int] = {}
    for name, others in mapping.headers.items():
        # The name itself first: beside it, another name is just another column.
        for each in (name, *others):
            found = [place for place, cell in enumerate(delivered) if cell == normal(each)]
            if len(found) > 1:
                raise FileRefusedError("DUPLICATE_COLUMN", f"the column {each} once")
            if found:
                places[name] = found[0]
                break
    if not places:
        expected = ", ".join(list(mapping.headers)[:8])
        raise FileRefusedError("UNKNOWN_TABLE", f"columns of the mapping such as {expected}")
    return places


def find_questions(
    mapping: Mapping, cells: Sequence[str], places: Dictionary[str, int]
) -> tuple[Question, ...]:
    """The question columns of a wide file, each with a code of its own."""
    if mapping.unpivot is None:
        return ()
    known = {normal(header): each for header, each in mapping.unpivot.questions.items()}
    taken = set(places.values())
    found: list[Question] = []
    used: dict[str, int] = {}
    for place, cell in enumerate(cells):
        listed = known.get(normal(cell))
        if place in taken or not (listed or _is_asked(mapping.unpivot, cell, cells)):
            continue
        code = listed.code if listed else slug(cell)
        # A form may ask the same in several places.
        used[code] = used.get(code, 0) + 1
        numbered = code if used[code] == 1 else f"{code}_{used[code]}"
        wording = (listed.text if listed else None) or cell.strip()
        found.append(Question(numbered, wording, place))
    return tuple(found)


def _is_asked(unpivot: Unpivot, cell: str, cells: Sequence[str]) -> bool:
    if not cell.strip() or any(_fits(pattern, cell, cells) for pattern in unpivot.leave):
        return False
    return any(_fits(pattern, cell, cells) for pattern in unpivot.columns)


def _fits(pattern: str, cell: str, cells: Sequence[str]) -> bool:
    """Whether a pattern names a column; one that is a column's very name names no other.

    Forms mark what must be answered: `Q1 *` is no pattern for `Q10 your name`.
    """
    if "*" in pattern and any(each.strip() == pattern.strip() for each in cells):
        return cell.strip() == pattern.strip()
    return matches(pattern, cell)
