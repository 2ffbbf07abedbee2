"""Compare trees with the order in which a file's elements stand, and learn that order from it.

Belongs here: the document type that a tree is compared with. Does not belong here: what a
difference means (xml_names).

libxml2 compares a tree with a document type of sequences (`a?, b*, c?`) faster than anything else
here can ask whether an element stands twice. But a sequence has an order, which the contract does
not know and each program chooses; so it is learned from the trees that differ.
"""

import io
import itertools
from collections.abc import Iterable, Sequence
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any

from orchestration.ingestion.xml_places import Places

if TYPE_CHECKING:
    from lxml import etree


class ElementOrder:
    """In which order children stand below each element."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._children = {
            parent: list(dict.fromkeys(places.twin.get(name, name) for name in names))
            for parent, names in places.children.items()
        }
        # For each parent and child, the children that were seen just before it.
        self._before: dict[str, dict[str, set[str]]] = {}
        self._attributes: set[tuple[str, str]] = set()
        self._type: etree.DTD | None = None

    def is_typical(self, element: Any) -> bool:
        """Whether an element and all below it hold what is known, in the order that is known.

        Raises:
            CycleError: No order fits what was learned.
        """
        if self._type is None:
            self._type = self._document_type()
        return self._type.validate(element)

    def learn(self, parent: str, children: Sequence[str]) -> bool:
        """Let these children stand below this parent, in this order; say if that is new."""
        runs = [
            name for name, _ in itertools.groupby(self._places.twin.get(c, c) for c in children)
        ]
        known = self._children.setdefault(parent, [])
        new = [name for name in dict.fromkeys(runs) if name not in known]
        known.extend(new)
        before = self._before.setdefault(parent, {})
        for first, second in itertools.pairwise(runs):
            seen = before.setdefault(second, set())
            if first not in seen:
                seen.add(first)
                new.append(second)
        if new:
            self._type = None
        return bool(new)

    def learn_attribute(self, name: str, attribute: str) -> bool:
        """Let an element have an attribute; say if that is new."""
        if (name, attribute) in self._attributes:
            return False
        self._attributes.add((name, attribute))
        self._type = None
        return True

    def renew(self) -> None:
        """Go by what the places say now."""
        self._type = None

    def _document_type(self) -> "etree.DTD":
        from lxml import etree

        names = self._places.known.union(self._children, *self._children.values())
        lines = [f"<!ELEMENT {name} {self._content(name)}>" for name in sorted(names - {"*"})]
        lines += [f"<!ATTLIST {name} {each} CDATA #IMPLIED>" for name, each in self._attributes]
        return etree.DTD(io.BytesIO("\n".join(lines).encode()))

    def _content(self, name: str) -> str:
        below = self._children.get(name, ())
        if name in self._places.leaves or not below:
            is_known = name in self._places.known
            alternatives = "".join(f"|{each}" for each in self._alternatives(below))
            return f"(#PCDATA{alternatives})*" if is_known else "ANY"
        ordered = _ordered(below, self._before.get(name, {}))
        return f"({','.join(self._occurrence(name, child) for child in ordered)})"

    def _occurrence(self, parent: str, child: str) -> str:
        names = "|".join(self._alternatives([child]))
        return f"({names}){'?' if self._places.is_single(parent, child) else '*'}"

    def _alternatives(self, children: Iterable[str]) -> list[str]:
        twin = self._places.twin
        return [
            name
            for child in children
            for name in (child, *(each for each in twin if twin[each] == child != each))
        ]


def _ordered(names: Sequence[str], before: dict[str, set[str]]) -> list[str]:
    """As they were seen; those never seen side by side as the contract names them."""
    sorter = TopologicalSorter({name: before.get(name, ()) for name in names})
    sorter.prepare()
    found: list[str] = []
    ready: list[str] = []
    while sorter.is_active():
        ready.extend(sorter.get_ready())
        first = min(ready, key=names.index)
        ready.remove(first)
        sorter.done(first)
        found.append(first)
    return found
