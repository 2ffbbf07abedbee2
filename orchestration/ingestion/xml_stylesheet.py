"""Compile a contract's XML places into a stylesheet that shreds a tree into rows of cells.

Belongs here: turning `Table.element` and `Column.xpath` into XSLT 1.0, and the marks between cells.
Does not belong here: parsing a file (xml_reader) or what a cell means (cells).

libxslt walks a tree several times faster than Python can ask lxml for each value, and the contract
stays the only place that says where a value stands. Paths of a contract are plain XPath, seen from
the table's element, with two helps:

- `$CINdetails` is the ordinal of the enclosing `CINdetails` among those of its parent, so that two
  referrals of one day stay two and the tables can be joined;
- `ancestor::Child/...` is read once for each `Child`, not once for each row.
"""

import itertools
import re
import string
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml import etree

    from orchestration.contracts import Column, Table
    from orchestration.contracts.models import Xml

# Unicode sets these apart for use inside a program: no text may be handed over with them, so they
# can mark the borders of cells and rows (U+FDD4, U+FDD5), and stand for the line feed and carriage
# return of a value (U+FDD1, U+FDD2) while it lies in a file of lines.
CELL_END = "\ufdd4"
ROW_END = "\ufdd5"
STAND_INS = "\ufdd1\ufdd2"

# Behind its last cell each row has a letter, which says what table it is of, or a figure, which
# says that it is the start of rows that follow.
LETTERS, STARTS = string.ascii_letters, string.digits

_XSL = "http://www.w3.org/1999/XSL/Transform"
_STEP = re.compile(r"(?:[^/\[\]]|\[[^\]]*\])+")
_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_QUOTED = re.compile(r"'[^']*'")
_POSITION = "position()"
# Among the children of an element; the parser may still be writing those behind.
_FIRST = "*[position() <= $count]/self::"

_Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A stylesheet, and what its rows leave out.

    Attributes:
        shred: Gives the rows of a tree. Cells that rows have in common with those of an element
            above are written once, as a row of their own: the start of the rows that follow.
        starts: For each letter or figure, the figure of the start that its rows follow, or ''.
    """

    shred: "etree.XSLT"
    starts: dict[str, str]


@dataclass(slots=True)
class _Level:
    """One step of the walk: the tables whose rows stand here, and the steps below."""

    step: str
    tables: "list[tuple[str, Table]]" = field(default_factory=list)
    below: dict[str, "_Level"] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The step without its predicates and axis: what the contract's paths call it."""
        return self.step.split("[", 1)[0].rsplit("::", 1)[-1]


def is_outside_records(table: "Table") -> bool:
    """Whether the rows of a table stand beside the records: its path begins at the root."""
    return (table.element or "").startswith("/")


def has_known_place(table: "Table") -> bool:
    """Whether the contract knows the element by name; if not, its absence tells nothing."""
    return not (table.element or "").startswith("descendant::")


def steps(path: str) -> list[str]:
    """The steps of a path; a predicate may hold anything but a square bracket."""
    return [step for step in _STEP.findall(path) if step != "."]


def column_path(column: "Column") -> str:
    """Where a column stands, seen from its table's element."""
    return column.xpath or column.name


def leaf_names(column: "Column") -> frozenset[str]:
    """The names of the elements that may hold a column's value; empty if none does."""
    path = column_path(column)
    if path.startswith("$") or path == ".":
        return frozenset()
    return frozenset(steps(part.strip())[-1] for part in path.split("|"))


def known_names(shape: "Xml", tables: "Sequence[Table]") -> frozenset[str]:
    """Every element name that a contract speaks of."""
    paths = [shape.root, shape.record]
    for table in tables:
        paths.append(table.element or "")
        paths.extend(column_path(column) for column in table.columns)
    return frozenset(name for path in paths for name in _NAME.findall(_QUOTED.sub("", path)))


def record_stylesheet(shape: "Xml", tables: "Sequence[Table]") -> Sheet:
    """Shred the records among the first `$count` elements of the one that it is given.

    Give it `$first`, the number of records before them in the file.
    """
    record = steps(shape.record)[-1]
    top = _Level(record)
    for letter, table in zip(LETTERS, tables, strict=False):
        if not is_outside_records(table):
            _level_of(top, steps(table.element or ".")).tables.append((letter, table))
    return _compiled(f"/*/{_FIRST}{record}", top, f"$first + {_POSITION}")


def record_count(shape: "Xml") -> "etree.XPath":
    """How many records are among the first `$count` elements of the one that it is given."""
    from lxml import etree

    return etree.XPath(f"count({_FIRST}{steps(shape.record)[-1]})")


def root_stylesheet(tables: "Sequence[Table]") -> Sheet:
    """Shred what stands outside the records, given the root."""
    top = _Level("*")
    for letter, table in zip(LETTERS, tables, strict=False):
        if is_outside_records(table):
            _level_of(top, steps(table.element or "")[1:]).tables.append((letter, table))
    return _compiled("/*", top, _POSITION)


def _level_of(level: _Level, path: Sequence[str]) -> _Level:
    for step in path:
        level = level.below.setdefault(step, _Level(step))
    return level


def _compiled(select: str, top: _Level, ordinal: str) -> Sheet:
    from lxml import etree

    sheet = etree.Element(f"{{{_XSL}}}stylesheet", {"version": "1.0"}, nsmap={"xsl": _XSL})
    _add(sheet, "output", method="text", encoding="UTF-8")
    _add(sheet, "param", name="count", select="0")
    _add(sheet, "param", name="first", select="0")
    template = _add(sheet, "template", match="/")
    starts: dict[str, str] = {}
    _write(_add(template, "for-each", select=select), top, ordinal, {}, {(): ""}, starts)
    # The stylesheet comes from the contract alone and may touch nothing but the tree it is given.
    access: Any = etree.XSLTAccessControl
    return Sheet(etree.XSLT(etree.ElementTree(sheet), access_control=access.DENY_ALL), starts)


def _write(
    loop: Any,
    level: _Level,
    ordinal: str,
    names: dict[str, str],
    begun: dict[_Path, str],
    starts: dict[str, str],
) -> None:
    """Write one level: its starts and variables, its rows, then the levels below.

    Variables are what costs most here, so there is one only for a value that rows below have
    behind their first cells, in another place.

    Args:
        loop: The instruction to write into.
        level: The level.
        ordinal: The expression for the position of an element of this level.
        names: Variables that the levels above have set, by the path that they hold.
        begun: Figures of the starts that the levels above have written, by the paths of the cells.
        starts: What `Sheet.starts` will be.
    """
    here = {path: _answer(path, ordinal) for path in _asked_of(level)}
    known = names | here
    begun = begun | _row_starts(loop, level, known, begun, starts)
    for letter, table in level.tables:
        paths = _cells_of(table, level)
        done = _started(paths, begun)
        starts[letter] = begun[paths[:done]]
        for place, column in enumerate(table.columns[done:], start=done):
            _write_cell(loop, known.get(paths[place], column_path(column)) if column.load else "")
        _add_text(loop, letter + ROW_END)
    names = names | _variables(loop, level, here, begun)
    for step, below in level.below.items():
        path = [step]
        # A wrapper with nothing to say needs no loop of its own.
        while not below.tables and len(below.below) == 1 and not _asked_of(below):
            [(step, below)] = below.below.items()
            path.append(step)
        each = _add(loop, "for-each", select="/".join(path))
        _write(each, below, _POSITION, names, begun, starts)


def _write_cell(loop: Any, select: str) -> None:
    if select:
        _add(loop, "value-of", select=select)
    _add_text(loop, CELL_END)


def _cells_of(table: "Table", level: _Level | None = None) -> _Path:
    """The paths of a row's cells; what stands at its own level, as rows below would ask for it."""
    paths = [column_path(column) if column.load else "" for column in table.columns]
    if level is None:
        return tuple(paths)
    return tuple(
        path if not path or path.startswith(("$", "ancestor::")) else f"{_own(level)}{path}"
        for path in paths
    )


def _own(level: _Level) -> str:
    return f"ancestor::{level.name}/"


def _answer(path: str, ordinal: str) -> str:
    return ordinal if path.startswith("$") else path.split("/", 1)[1]


def _asked_of(level: _Level) -> list[str]:
    """The paths in the tables here and below that this level answers."""
    paths = {path for table in _tables(level) for path in _cells_of(table)}
    return sorted(
        path for path in paths if path == f"${level.name}" or path.startswith(_own(level))
    )


def _row_starts(
    loop: Any,
    level: _Level,
    names: dict[str, str],
    begun: dict[_Path, str],
    starts: dict[str, str],
) -> dict[_Path, str]:
    """Write the first cells that all rows below have in common, once for all of them."""
    found: dict[_Path, str] = {}
    for table in (table for below in level.below.values() for table in _tables(below)):
        paths = _cells_of(table)
        done = _started(paths, begun)
        more = tuple(itertools.takewhile(names.__contains__, paths[done:-1]))
        common = paths[:done] + more
        mark = next((mark for mark in STARTS if mark not in starts), None)
        if not more or common in found or mark is None:
            continue
        for path in more:
            _write_cell(loop, names[path])
        _add_text(loop, mark + ROW_END)
        found[common], starts[mark] = mark, begun[paths[:done]]
    return found


def _started(paths: _Path, begun: dict[_Path, str]) -> int:
    """How many of a row's first cells one start holds; the last cell is never among them."""
    return max(length for length in range(len(paths)) if paths[:length] in begun)


def _variables(
    loop: Any, level: _Level, here: dict[str, str], begun: dict[_Path, str]
) -> dict[str, str]:
    """Read at this level, once, what rows below ask for behind their first cells."""
    asked: set[str] = set()
    for table in (table for below in level.below.values() for table in _tables(below)):
        paths = _cells_of(table)
        asked.update(paths[_started(paths, begun) :])
    found: dict[str, str] = {}
    for path in sorted(asked & here.keys()):
        found[path] = f"${level.name}-{len(found)}"
        _add(loop, "variable", name=found[path][1:], select=f"string({here[path]})")
    return found


def _tables(level: _Level) -> "list[Table]":
    below = [table for each in level.below.values() for table in _tables(each)]
    return [table for _, table in level.tables] + below


def _add(parent: Any, instruction: str, **attributes: str) -> Any:
    from lxml import etree

    return etree.SubElement(parent, f"{{{_XSL}}}{instruction}", attributes)


def _add_text(parent: Any, text: str) -> None:
    """Write a text, in one instruction with the text before it."""
    if len(parent) and parent[-1].tag == f"{{{_XSL}}}text":
        parent[-1].text += text
    else:
        _add(parent, "text").text = text
