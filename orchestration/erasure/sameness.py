"""See that a file whose words went reads as it did in everything else, row by row.

Belongs here: the comparison of two judged readings, and what changed between them: words, and ids
that a mapping makes out of words. Does not belong here: writing a file (old_words).
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from orchestration.contracts import Contract, Table
from orchestration.erasure.narrative import narratives
from orchestration.erasure.screening import Opened
from orchestration.ingestion.parts import JudgedPart
from orchestration.privacy.marks import is_mark

if TYPE_CHECKING:
    import pyarrow as pa

_NUMBER, _DIGEST = "_row_number", "_digest"
# By table: the columns whose ids are made of delivered cells.
MadeIds = Mapping[str, Set[str]]


class NotTheSameError(ValueError):
    """Something else than words would read otherwise."""


@dataclass(frozen=True, slots=True)
class Word:
    """One text that went: the id of its row, if the table has one, before and after."""

    table: str
    text: str = field(repr=False)
    mark: str
    row_id: str = field(default="", repr=False)
    new_id: str = field(default="", repr=False)


def changes(before: Opened, after: Opened, contract: Contract, made_ids: MadeIds) -> list[Word]:
    """The words that went.

    Raises:
        NotTheSameError: Anything else changed.
    """
    # A sheet that cannot be read has no rows, and need not be there any more.
    refused = [{part.label for part in each.parts if part.refusal} for each in (before, after)]
    parts = [[part for part in each.parts if not part.refusal] for each in (before, after)]
    facts = [[_facts(part) for part in listed] for listed in parts]
    if facts[0] != facts[1] or not refused[1] <= refused[0]:
        raise NotTheSameError("parts, rules or malformed rows")
    found: list[Word] = []
    ids: dict[str, str] = {}
    for one, other in zip(*parts, strict=True):
        table = contract.table(one.table or "")
        if table is None:
            continue
        if _repeats(before, one) != _repeats(after, other):
            raise NotTheSameError(f"{table.name}: rows that repeat others")
        found += _changes(table, _staged(before, one), _staged(after, other), made_ids, ids)
    if len(set(ids.values())) != len(ids):
        raise NotTheSameError("two ids would become one")
    return found


def _facts(part: JudgedPart) -> tuple[object, ...]:
    return (part.label, part.table, part.width, part.rules, part.malformed, part.malformed_because)


def _staged(opened: Opened, part: JudgedPart) -> "pa.Table":
    import pyarrow.parquet as pq

    if opened.scratch is None:
        raise NotTheSameError("a part that cannot be read")
    return pq.read_table(opened.scratch / f"{part.stage}.parquet")


def _repeats(opened: Opened, part: JudgedPart) -> set[int]:
    import pyarrow.parquet as pq

    if not part.has_repeats or opened.scratch is None:
        return set()
    path = opened.scratch / f"{part.stage}_repeats.parquet"
    numbers: list[Any] = pq.read_table(path)[0].to_pylist()
    return set(numbers)


def _changes(
    table: Table, before: "pa.Table", after: "pa.Table", made_ids: MadeIds, ids: dict[str, str]
) -> Iterator[Word]:
    places = {column.name: f"v{place}" for place, column in enumerate(table.loaded_columns)}
    narrative = narratives().get(table.name)
    words = [places[name] for name in (narrative.columns if narrative else ())]
    made = [places[name] for name in sorted(made_ids.get(table.name, ())) if name in places]
    # A code that no list knows is not mapped, and a mark in its place is not mapped either.
    columns = table.loaded_columns
    codes = [places[each.name] for each in columns if each.type == "code" and not each.codes]
    changed = {*words, *made, *codes, _DIGEST}
    rest = [name for name in before.column_names if name not in changed]
    before, after = _sorted(before, rest), _sorted(after, rest)
    if not before.select(rest).equals(after.select(rest)):
        raise NotTheSameError(f"{table.name}: answers")
    for name in codes:
        if any(old != new and not is_mark(new or "") for old, new in _pairs(before, after, name)):
            raise NotTheSameError(f"{table.name}: codes")
    for name in made:
        for old, new in _pairs(before, after, name):
            if (old is None) != (new is None) or ids.setdefault(str(old), str(new)) != str(new):
                raise NotTheSameError(f"{table.name}: ids")
    yield from _words(table, before, after, words, places)


def _sorted(rows: "pa.Table", by: list[str]) -> "pa.Table":
    return rows.sort_by([(name, "ascending") for name in by])


def _words(
    table: Table, before: "pa.Table", after: "pa.Table", words: list[str], places: dict[str, str]
) -> Iterator[Word]:
    key = places[table.key[0]] if len(table.key) == 1 else None
    for name in words:
        ids = _pairs(before, after, key) if key else [("", "")] * before.num_rows
        for (text, mark), (old, new) in zip(_pairs(before, after, name), ids, strict=True):
            if text != mark:
                if text is None or mark is None:
                    raise NotTheSameError(f"{table.name}: whether there are words")
                yield Word(table.name, text, mark, old or "", new or "")


def _pairs(before: "pa.Table", after: "pa.Table", name: str) -> list[tuple[Any, Any]]:
    one, other = before.column(name).to_pylist(), after.column(name).to_pylist()
    return list(zip(one, other, strict=True))
