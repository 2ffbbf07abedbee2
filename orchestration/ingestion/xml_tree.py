"""A tree that grows as an XML file is fed to it, and the elements in it that hold the records.

Belongs here: telling, between two blocks, which of those elements have begun. Does not belong here:
what becomes of the records (xml_reader) or how libxml2 is set up (xml_gate).

lxml gives a growing tree away by its events alone, and for an event of elements it takes Python's
lock at every element of the file: a quarter of parsing. So the file is fed behind a processing
instruction of our own, which has an event too; from it we go over to the root that comes next.
An instruction of the file among its elements would stay in that tree, as no return has it: such a
file is walked again with events of elements, by a parser that leaves its instructions out.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from orchestration.ingestion.xml_gate import safe_parser

_MARK = b"<?heard?>"
# The declaration must come first of all, so the mark waits until it is there.
_DECLARATION = re.compile(rb"<\?xml\s[^>]*\?>")
_CUT_DECLARATION = re.compile(rb"<?\??x?m?l?|<\?xml\s[^>]*")
_LONGEST_DECLARATION = 1024


class InstructionInsideError(Exception):
    """The file has a processing instruction among its elements; walk it again with care."""


class GrowingTree:
    """The elements at one path of a file that is still being fed."""

    def __init__(self, path: Sequence[str], is_careful: bool = False) -> None:
        self._path = path
        self._is_careful = is_careful
        self._parser = safe_parser(f"{{*}}{path[-1]}" if is_careful else None)
        self._head: bytes | None = None if is_careful else b""
        self._mark: Any = None
        self._last: Any = None

    def feed(self, data: bytes) -> list[Any]:
        """Give the parser more of the file; return the elements at the path that began with it.

        Raises:
            InstructionInsideError: Only where not careful.
        """
        if self._head is not None:
            data = self._head + data
            if _CUT_DECLARATION.fullmatch(data):
                if len(data) > _LONGEST_DECLARATION:
                    raise InstructionInsideError
                self._head = data
                return []
            self._head, data = None, _marked(data)
        self._parser.feed(data)
        return self._begun()

    def close(self) -> tuple[Any, list[Any]]:
        """End the file; return its root, and the elements at the path that began last."""
        if self._head is not None:
            self._parser.feed(self._head)
        root: Any = self._parser.close()
        return root, self._begun()

    def _begun(self) -> list[Any]:
        events: Any = self._parser.read_events()
        if self._is_careful:
            return [element for _, element in events if self._is_at_path(element)]
        for _, instruction in events:
            if self._mark is None:
                self._mark = instruction
            elif instruction.getparent() is not None:
                raise InstructionInsideError
        begun = list(self._after_last())
        self._last = begun[-1] if begun else self._last
        return begun

    def _after_last(self) -> Iterator[Any]:
        """Those behind the last one that was found: its siblings, then those of its parents."""
        if self._last is None:
            if self._mark is not None:
                for root in self._mark.itersiblings(f"{{*}}{self._path[0]}"):
                    yield from _below(root, self._path[1:])
            return
        element = self._last
        for place in range(len(self._path) - 1, 0, -1):
            for sibling in element.itersiblings(f"{{*}}{self._path[place]}"):
                yield from _below(sibling, self._path[place + 1 :])
            element = element.getparent()

    def _is_at_path(self, element: Any) -> bool:
        names: list[str] = []
        while element is not None and len(names) <= len(self._path):
            names.append(element.tag.rsplit("}", 1)[-1])
            element = element.getparent()
        return names[::-1] == list(self._path)


def _marked(head: bytes) -> bytes:
    found = _DECLARATION.match(head)
    place = found.end() if found else 0
    return head[:place] + _MARK + head[place:]


def _below(element: Any, path: Sequence[str]) -> Iterator[Any]:
    if not path:
        yield element
        return
    for child in element.iterchildren(f"{{*}}{path[0]}"):
        yield from _below(child, path[1:])
