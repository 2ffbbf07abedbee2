"""See what an XML file holds beyond its contract: other elements, namespaces, misplaced rows.

Belongs here: which elements the contract knows and below which others they stand. Does not belong
here: values, or refusing a file. Nothing here may quote a value; names of elements are repeated
only if they look like names.

The shredder asks a tree for the places it knows, so whatever a supplier renamed or added would be
passed over in silence. The contract's elements therefore become a document type of our own, and
libxml2 compares each tree with it, which costs a quarter of parsing. Python walks a tree only where
that fails.
"""

import io
import itertools
import re
from typing import TYPE_CHECKING, Any

from orchestration.ingestion.xml_stylesheet import (
    column_path,
    is_outside_records,
    known_names,
    leaf_names,
    steps,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lxml import etree

    from orchestration.contracts import Table
    from orchestration.contracts.models import Xml

_SAFE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,62}", re.ASCII)
_MAXIMUM = 100


class ElementNames:
    """The element names of one file, and what of them the contract does not know.

    Attributes:
        seen: Names of elements that some row has to have, as far as they were found.
    """

    def __init__(self, shape: "Xml", tables: "Sequence[Table]") -> None:
        self._known = set(known_names(shape, tables))
        self._parents = _parents(shape, tables)
        self._unknown: dict[str, str] = {}
        self._misplaced: list[str] = []
        self._is_namespaced = False
        # Attributes or namespaces make every tree differ, so each has to be walked.
        self._walks = False
        self._type: etree.DTD | None = None
        self._root = shape.root
        self._awaited = _required(table for table in tables if not is_outside_records(table))
        # Looked for where they stand, not in every piece of the file.
        self._awaited_outside = _required(table for table in tables if is_outside_records(table))
        self.seen: set[str] = set()

    def check(self, holder: Any, complete: int) -> None:
        """Compare an element and all below it with the contract, and take namespaces away.

        Args:
            holder: The element.
            complete: How many of its children the parser has left behind.
        """
        if self._walks or holder.tag.startswith("{") or not self._is_typical(holder):
            self._walk(holder)
            if self._is_namespaced:
                for child in holder[:complete]:
                    _strip(child)
        awaited = self._awaited
        if _local(holder) == self._root:
            awaited = awaited | self._awaited_outside
        for name in awaited - self.seen:
            if next(holder.iter(f"{{*}}{name}"), None) is not None:
                self.seen.add(name)

    def drift(self, root: str) -> list[str]:
        """What differs from the contract, as names that are safe to show."""
        found = [place for place in self._unknown.values() if place]
        unsafe = len(self._unknown) - len(found)
        if unsafe:
            found.append(f"{unsafe} elements with other names")
        if self._is_namespaced:
            found.append(f"namespace of {root}")
        return found + [f"{name} in other places" for name in self._misplaced]

    def _is_typical(self, holder: Any) -> bool:
        if self._type is None:
            self._type = self._document_type()
        return self._type.validate(holder)

    def _document_type(self) -> "etree.DTD":
        """Every element may hold text and those elements that are known below it."""
        from lxml import etree

        names = sorted(self._known | {name for name in self._unknown if "/" not in name})
        anywhere = [name for name in names if name not in self._parents]
        lines = []
        for name in names:
            placed = [child for child, parents in self._parents.items() if name in parents]
            # libxml2 searches the list from its start, so the likely ones stand there.
            children = "|".join([*placed, *anywhere])
            lines.append(f"<!ELEMENT {name} (#PCDATA|{children})*>")
        return etree.DTD(io.BytesIO("\n".join(lines).encode()))

    def _walk(self, holder: Any) -> None:
        """Note what is new; told once, it is no longer looked for."""
        told = len(self._unknown) + len(self._misplaced)
        for each in holder.iter("*"):
            self._is_namespaced = self._is_namespaced or each.tag.startswith("{")
            name = _local(each)
            for attribute in each.attrib:
                # A value may stand where nobody looks; numbers of records and namespaces are none.
                place = f"{name}/@{attribute}"
                if attribute != "id" and "{" not in attribute and place not in self._unknown:
                    self._note_unknown(place, attribute, name)
            if name in self._parents:
                if _parent(each) not in self._parents[name]:
                    self._misplaced.append(name)
                    del self._parents[name]
            elif name not in self._known and name not in self._unknown:
                self._note_unknown(name, name, _parent(each))
        if told == len(self._unknown) + len(self._misplaced):
            self._walks = True
        self._type = None

    def _note_unknown(self, key: str, name: str, above: str) -> None:
        """Remember where an unknown name stood first; '' if it is not safe to show."""
        if len(self._unknown) < _MAXIMUM:
            is_safe = _SAFE.fullmatch(name) and (not above or _SAFE.fullmatch(above))
            shown = f"@{name}" if key != name else name
            self._unknown[key] = f"{above}/{shown}".lstrip("/") if is_safe else ""


def _required(tables: "Iterable[Table]") -> set[str]:
    """The elements that rows of these tables have to have."""
    columns = [column for table in tables for column in table.columns if column.required]
    return {name for column in columns for name in leaf_names(column)}


def _parents(shape: "Xml", tables: "Sequence[Table]") -> dict[str, set[str]]:
    """Below which elements each element may stand; values first, as there are most of them."""
    found: dict[str, set[str]] = {}
    leaves: set[str] = set()
    for table in tables:
        home = _name([shape.record, *steps(table.element or "")][-1])
        for place in (part for c in table.columns for part in column_path(c).split("|")):
            if place.startswith("$") or place == ".":
                continue
            names = [home, *map(_name, steps(place.strip()))]
            leaves.add(names[-1])
            found.setdefault(names[-1], set()).add(names[-2])
    for table in tables:
        path = steps(table.element or "")
        if not is_outside_records(table):
            path = [shape.root, *steps(shape.record), *path]
        for above, step in itertools.pairwise(path):
            if "::" in step:
                break
            if _name(step) not in leaves:
                found.setdefault(_name(step), set()).add(_name(above))
    # Nothing stands above the root; a second one inside would hold records that nobody reads.
    found[shape.root] = {""}
    return found


def _name(step: str) -> str:
    """A step without its predicates and axis."""
    return step.split("[", 1)[0].rsplit("::", 1)[-1].rsplit("/", 1)[-1]


def _local(element: Any) -> str:
    return str(element.tag.rsplit("}", 1)[-1])


def _parent(element: Any) -> str:
    parent = element.getparent()
    return "" if parent is None else _local(parent)


def _strip(element: Any) -> None:
    for each in element.iter("*"):
        if each.tag.startswith("{"):
            each.tag = _local(each)
