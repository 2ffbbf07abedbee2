"""See what an XML file holds beyond its contract: other elements, namespaces, misplaced rows.

Belongs here: counting element names and finding where an unknown one stands. Does not belong here:
values, or refusing a file. Nothing here may quote a value; names of elements are repeated only if
they look like names.

The shredder asks a tree for the places it knows, so whatever a supplier renamed or added would be
passed over in silence. Names are counted from the bytes, which costs a tenth of parsing; Python
walks a tree only where a name is new to the contract or a namespace has to go.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from orchestration.contracts import Table
from orchestration.ingestion.xml_stylesheet import has_known_place, steps

_NAMES = re.compile(rb"<([\w:.\-\x80-\xff]+)")
_DEFAULT_NAMESPACE = re.compile(rb"\sxmlns\s*=")
_SAFE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,62}", re.ASCII)
_MAXIMUM = 100
# A name that is in the bytes comes up in the tree within as many batches, or was in a comment.
_PATIENCE = 3
# A name cut by the end of a block is no longer than this, or it is none.
_LONGEST = 1 << 10


class ElementNames:
    """The element names of one file, and what of them the contract does not know."""

    def __init__(self, known: frozenset[str]) -> None:
        self._known = known
        self._counts: Counter[bytes] = Counter()
        self._seen = 0
        self._rest = b""
        self._awaited: dict[str, int] = {}
        self._unknown: dict[str, str] = {}
        self._has_markup = False
        self._is_namespaced = False

    def count(self, block: bytes) -> None:
        """Count the elements that begin in the next block of bytes."""
        block = self._rest + block
        cut = block.rfind(b"<")
        # The tag that the block's end cuts is counted with the next block.
        is_cut = cut >= 0 and len(block) - cut < _LONGEST and b">" not in block[cut:]
        self._rest = block[cut:] if is_cut else b""
        self._counts.update(_NAMES.findall(block[:cut] if is_cut else block))
        self._has_markup = self._has_markup or b"!" in block
        # Few returns have attributes, and to look for one byte is cheap.
        if not self._is_namespaced and b"=" in block:
            self._is_namespaced = _DEFAULT_NAMESPACE.search(block) is not None
        if len(self._counts) != self._seen:
            self._note_new()

    @property
    def local(self) -> frozenset[str]:
        """The local names seen so far."""
        return frozenset(_local(name) for name in self._counts)

    @property
    def wants_look(self) -> bool:
        """Whether the next elements have to be walked before they are shredded."""
        return self._is_namespaced or bool(self._awaited)

    def look(self, elements: Iterable[Any]) -> None:
        """Walk some elements: take their namespaces away and note unknown names."""
        for element in elements:
            for each in element.iter("*"):
                if each.tag.startswith("{"):
                    each.tag = each.tag.rsplit("}", 1)[1]
                if each.tag not in self._known and len(self._unknown) < _MAXIMUM:
                    self._note_place(each)
        self._awaited = {name: left - 1 for name, left in self._awaited.items() if left > 1}

    def drift(self, root: str, tables: Sequence[Table], rows: dict[str, int]) -> list[str]:
        """What differs from the contract, as names that are safe to show.

        Args:
            root: The root element's name.
            tables: The tables that were read.
            rows: Rows of each table, by its name.
        """
        found = [place for place in self._unknown.values() if place]
        unsafe = len(self._unknown) - len(found)
        if unsafe:
            found.append(f"{unsafe} elements with other names")
        if self._is_namespaced:
            found.append(f"namespace of {root}")
        return found + self._misplaced(tables, rows)

    def _misplaced(self, tables: Sequence[Table], rows: dict[str, int]) -> list[str]:
        """Elements of which some gave no row, because they stand where none is expected."""
        if self._has_markup:
            # A comment may hold what looks like elements, so the counts prove nothing.
            return []
        ends = {table.name: steps(table.element or ".")[-1:] for table in tables}
        counts: Counter[str] = Counter()
        for name, number in self._counts.items():
            counts[_local(name)] += number
        used = Counter(end[0] for end in ends.values() if end)
        return [
            f"{end[0]} in other places"
            for table in tables
            if (end := ends[table.name]) and used[end[0]] == 1 and has_known_place(table)
            if _SAFE.fullmatch(end[0]) and counts[end[0]] > rows[table.name]
        ]

    def _note_new(self) -> None:
        self._seen = len(self._counts)
        for name in self._counts:
            local = _local(name)
            self._is_namespaced = self._is_namespaced or b":" in name
            if local not in self._known and local not in self._unknown:
                self._awaited.setdefault(local, _PATIENCE)

    def _note_place(self, element: Any) -> None:
        """Remember where an unknown name stood first; '' if it is not safe to show."""
        name = element.tag
        self._awaited.pop(name, None)
        if name in self._unknown:
            return
        parent = element.getparent()
        above = parent.tag.rsplit("}", 1)[-1] if parent is not None else ""
        is_safe = _SAFE.fullmatch(name) and (not above or _SAFE.fullmatch(above))
        self._unknown[name] = f"{above}/{name}".lstrip("/") if is_safe else ""


def _local(name: bytes) -> str:
    return name.rsplit(b":", 1)[-1].decode(errors="replace")
