"""See what an XML file holds beyond its contract: other elements, misplaced rows, second values.

Belongs here: what of a file's elements nobody reads. Does not belong here: values, or refusing a
file. Nothing here may quote a value; names of elements are repeated only if they look like names.

The shredder asks a tree for the places it knows, so whatever a supplier renamed, added or wrote
twice would be passed over in silence. Python walks a tree only where it is not typical (xml_order).
"""

import re
from collections import Counter
from graphlib import CycleError
from typing import TYPE_CHECKING, Any

from orchestration.ingestion.xml_order import ElementOrder
from orchestration.ingestion.xml_places import ANYWHERE, places_of
from orchestration.ingestion.xml_stylesheet import is_outside_records, leaf_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from orchestration.contracts import Table
    from orchestration.contracts.models import Xml

_SAFE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,62}", re.ASCII)
_MAXIMUM = 100

Drift = tuple[str, str]


class ElementNames:
    """The element names of one file, and what of them nobody reads.

    Attributes:
        seen: Names of elements that some row has to have, as far as they were found.
    """

    def __init__(self, shape: "Xml", tables: "Sequence[Table]") -> None:
        self._places = places_of(shape, tables)
        self._order = ElementOrder(self._places)
        self._unknown: dict[str, str] = {}
        self._misplaced: dict[str, None] = {}
        self._twice: dict[str, None] = {}
        self._is_namespaced = False
        # Where no order fits, or too much differs to be learned, each tree has to be walked.
        self._walks = False
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
        if not self._is_typical(holder):
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

    def drift(self, root: str) -> list[Drift]:
        """What differs from the contract, as names that are safe to show, each with its kind."""
        found = [place for place in self._unknown.values() if place]
        unsafe = len(self._unknown) - len(found)
        if unsafe:
            found.append(f"{unsafe} elements with other names")
        if self._is_namespaced:
            found.append(f"namespace of {root}")
        found += [f"{name} in other places" for name in self._misplaced]
        ids = self._places.ids
        twice = [(name, "two_ids" if name in ids else "two_values") for name in self._twice]
        return [(place, "unknown") for place in found] + twice

    def _is_typical(self, holder: Any) -> bool:
        if self._walks or holder.tag.startswith("{"):
            return False
        try:
            return self._order.is_typical(holder)
        except CycleError:
            self._walks = True
            return False

    def _walk(self, holder: Any) -> None:
        """Note what is new; told once, it is no longer looked for."""
        news = 0
        # All found before anything is learned, which may make the next one typical.
        for each in list(self._atypical(holder)):
            self._is_namespaced = self._is_namespaced or each.tag.startswith("{")
            name = _local(each)
            for attribute in each.attrib:
                if "{" not in attribute:
                    news += self._note_attribute(name, attribute)
            news += self._note_place(each, name)
            children = [_local(child) for child in each.iterchildren("*")]
            if children:
                news += self._note_children(each, name, children)
        self._walks = self._walks or not news

    def _atypical(self, holder: Any) -> "Iterator[Any]":
        """The element and its children, and all below those that are not typical."""
        yield holder
        for child in holder.iterchildren("*"):
            if self._is_typical(child):
                # It may still stand where nobody looks for it.
                yield child
            else:
                yield from child.iter("*")

    def _note_attribute(self, name: str, attribute: str) -> bool:
        """A value may stand where nobody looks; numbers of records are none."""
        if attribute != "id":
            self._note_unknown(f"{name}/@{attribute}", f"@{attribute}", name)
        return not self._walks and self._order.learn_attribute(name, attribute)

    def _note_place(self, element: Any, name: str) -> bool:
        parents = self._places.parents.get(name)
        if parents is not None:
            is_right = ANYWHERE in parents or _parent(element) in parents
            if is_right or name in self._misplaced:
                return False
            self._misplaced[name] = None
            return True
        if name in self._places.known:
            return False
        return self._note_unknown(name, name, _parent(element))

    def _note_children(self, element: Any, name: str, children: list[str]) -> bool:
        twin, places = self._places.twin, self._places
        is_new = False
        for child, count in Counter(twin.get(child, child) for child in children).items():
            if count > 1 and places.is_single(name, child):
                self._twice[
                    next(each for each in reversed(children) if twin.get(each, each) == child)
                ] = None
                for parent in (name, ANYWHERE):
                    places.single.get(parent, set()).discard(child)
                self._order.renew()
                is_new = True
        if name in places.children and name not in places.leaves and _has_text(element):
            is_new |= self._note_unknown(f"{name}/text()", "text()", name)
        return (not self._walks and self._order.learn(name, children)) or is_new

    def _note_unknown(self, key: str, name: str, above: str) -> bool:
        """Remember where something unknown stood first; '' if its name is not safe to show."""
        if key in self._unknown or len(self._unknown) >= _MAXIMUM:
            return False
        # A file with so many may have any number.
        self._walks = self._walks or len(self._unknown) == _MAXIMUM - 1
        is_safe = _SAFE.fullmatch(name.strip("@()")) and (not above or _SAFE.fullmatch(above))
        self._unknown[key] = f"{above}/{name}".lstrip("/") if is_safe else ""
        return True


def _required(tables: "Iterable[Table]") -> set[str]:
    """The elements that rows of these tables have to have."""
    columns = [column for table in tables for column in table.columns if column.required]
    return {name for column in columns for name in leaf_names(column)}


def _has_text(element: Any) -> bool:
    texts = (element.text, *(child.tail for child in element))
    return any(text and not text.isspace() for text in texts)


def _local(element: Any) -> str:
    return str(element.tag.rsplit("}", 1)[-1])


def _parent(element: Any) -> str:
    parent = element.getparent()
    return "" if parent is None else _local(parent)


def _strip(element: Any) -> None:
    for each in element.iter("*"):
        if each.tag.startswith("{"):
            each.tag = _local(each)
