"""Say where each element of a contract's XML may stand, and of which only the first is read.

Belongs here: what follows from `Table.element` and `Column.xpath` alone. Does not belong here: any
file (xml_names).
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from orchestration.ingestion.xml_stylesheet import (
    column_path,
    is_outside_records,
    known_names,
    steps,
)

if TYPE_CHECKING:
    from orchestration.contracts import Column, Table
    from orchestration.contracts.models import Xml

ANYWHERE = "*"


@dataclass(slots=True)
class Places:
    """Where a contract's elements stand.

    Attributes:
        known: Every name that the contract speaks of.
        parents: Below which elements each may stand; `ANYWHERE` is one of them where any is right.
        children: What stands below each element, in the contract's order.
        single: Of these below each element only the first is read: a second one is lost.
        twin: Names that mean the same value, by the first of them: one row has one of them.
        ids: The elements that lead to the id of a record.
        leaves: The elements that hold a value.
    """

    known: frozenset[str]
    parents: dict[str, set[str]] = field(default_factory=dict)
    children: dict[str, list[str]] = field(default_factory=dict)
    single: dict[str, set[str]] = field(default_factory=dict)
    twin: dict[str, str] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    leaves: set[str] = field(default_factory=set)

    def is_single(self, parent: str, name: str) -> bool:
        """Whether a second element of this name below this parent would not be read."""
        return any(name in self.single.get(place, ()) for place in (parent, ANYWHERE))

    def add(self, parent: str, name: str) -> None:
        """Let an element stand below another."""
        self.parents.setdefault(name, set()).add(parent)
        below = self.children.setdefault(parent, [])
        if name not in below:
            below.append(name)


def places_of(shape: "Xml", tables: "Sequence[Table]") -> Places:
    """Read the places off the contract."""
    found = Places(known_names(shape, tables))
    # Nothing stands above the root; a second one inside would hold records that nobody reads.
    found.parents[shape.root] = {""}
    for table in tables:
        for column in table.columns:
            _add_column(found, shape, table, column)
    for table in tables:
        path = steps(table.element or "")
        if not is_outside_records(table):
            path = [shape.root, *steps(shape.record), *path]
        for above, step in itertools.pairwise(path):
            if "::" in step:
                break
            found.add(_name(above), _name(step))
    return found


def _add_column(found: Places, shape: "Xml", table: "Table", column: "Column") -> None:
    alternatives = list(_chains(shape, table, column))
    for names in alternatives:
        found.twin[names[-1]] = alternatives[0][-1]
        found.leaves.add(names[-1])
        for parent, name in itertools.pairwise(names):
            found.add(parent, name)
            if column.load:
                found.single.setdefault(parent, set()).add(name)
        if column.pseudonym == "person" and column.name in table.required_key:
            found.ids.update(names[1:])


def _chains(shape: "Xml", table: "Table", column: "Column") -> Iterator[list[str]]:
    """The names from a row's element, or from one above it, down to each that may hold a value."""
    home = _name([shape.record, *steps(table.element or "")][-1])
    for path in column_path(column).split("|"):
        place = path.strip()
        if place.startswith("$") or place == ".":
            continue
        names = [_name(step) for step in steps(place)]
        yield names if place.startswith("ancestor::") else [home, *names]


def _name(step: str) -> str:
    """A step without its predicates and axis."""
    return step.split("[", 1)[0].rsplit("::", 1)[-1].rsplit("/", 1)[-1]
