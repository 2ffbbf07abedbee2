"""Find rows about erased people in a staged part, column by column.

Belongs here: which rows of one table are theirs. Does not belong here: files (screening).
A row is theirs if one of its person columns names them. A row that names nobody is theirs if it
hangs on a row that is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestration.contracts import Table
from orchestration.erasure.relations import keys, relations_of
from orchestration.erasure.tombstones import PERSON, Tombstones

_NUMBER = "_row_number"


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of one staged part: their numbers, whose they are, and keys that others hang on."""

    numbers: frozenset[int] = frozenset()
    ids: frozenset[str] = frozenset()
    keys: Mapping[str, frozenset[str]] = field(default_factory=dict)


def hits_of(path: Path, table: Table, authority: str, stones: Tombstones) -> Found:
    """The rows of a staged part that are about erased people."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    places = {column.name: f"v{place}" for place, column in enumerate(table.loaded_columns)}
    people = [places[c.name] for c in table.loaded_columns if c.pseudonym == PERSON]
    bonds = [each for each in relations_of(table.name) if each.column in places]
    wanted = {_NUMBER, *people}
    wanted |= {places[name] for bond in bonds for name in (bond.column, bond.where) if name}
    key = places.get(keys().get(table.name, ""))
    wanted |= {key} if key else set()
    rows = pq.read_table(path, columns=sorted(wanted))
    ids: set[str] = set()
    theirs, named = _none(rows), _none(rows)
    for column in people:
        matched = ids_among(rows.column(column), PERSON, authority, stones)
        ids |= matched
        theirs = pc.or_(theirs, _is_one_of(rows.column(column), matched))
        named = pc.or_(named, pc.is_valid(rows.column(column)))
    for bond in bonds:
        matched = ids_among(rows.column(places[bond.column]), bond.of, authority, stones)
        hangs = _is_one_of(rows.column(places[bond.column]), matched)
        if bond.where:
            hangs = pc.and_(hangs, _is_one_of(rows.column(places[bond.where]), {bond.equals}))
        theirs = pc.or_(theirs, pc.and_(hangs, pc.invert(named)))
    gone = rows.filter(theirs)
    below = {} if key is None else {table.name: _distinct(gone.column(key))}
    numbers: list[Any] = gone.column(_NUMBER).to_pylist()
    return Found(frozenset(numbers), frozenset(ids), below)


def ids_among(column: Any, kind: str, authority: str, stones: Tombstones) -> set[str]:
    """The values of a column that a tombstone stands for."""
    return stones.matching(authority, kind, _distinct(column))


def _distinct(column: Any) -> frozenset[str]:
    return frozenset(str(value) for value in column.unique().to_pylist() if value is not None)


def _is_one_of(column: Any, values: set[str]) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.is_in(column, value_set=pa.array(sorted(values), column.type))


def _none(rows: Any) -> Any:
    import numpy as np
    import pyarrow as pa

    return pa.array(np.zeros(rows.num_rows, dtype=bool))
