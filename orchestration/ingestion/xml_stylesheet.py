"""Compile a contract's XML places into a stylesheet that shreds a tree into lines of cells.

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

from orchestration.contracts import Column, Table
from orchestration.contracts.models import Xml

if TYPE_CHECKING:
    from lxml import etree

# Unicode sets these apart for use inside a program: no text may be handed over with them, so they
# can mark the borders of cells and rows (U+FDD4, U+FDD5), and stand for the tab, line feed and
# carriage return of a value (U+FDD0 to U+FDD2) while it lies in a tab-separated file.
CELL_END = "\ufdd4"
ROW_END = "\ufdd5"
STAND_INS = "\ufdd0\ufdd1\ufdd2"

# One letter in front of each row says which table it is of.
LETTERS = string.ascii_letters

_XSL = "http://www.w3.org/1999/XSL/Transform"
_STEP = re.compile(r"(?:[^/\[\]]|\[[^\]]*\])+")
_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_QUOTED = re.compile(r"'[^']*'")
_POSITION = "string(position())"

_Path = tuple[str, ...]


@dataclass(slots=True)
class _Level:
    """One step of the walk: the tables whose rows stand here, and the steps below."""

    step: str
    tables: list[tuple[str, Table]] = field(default_factory=list)
    below: dict[str, "_Level"] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The step without its predicates and axis: what the contract's paths call it."""
        return self.step.split("[", 1)[0].rsplit("::", 1)[-1]


def is_outside_records(table: Table) -> bool:
    """Whether the rows of a table stand beside the records: its path begins at the root."""
    return (table.element or "").startswith("/")


def has_known_place(table: Table) -> bool:
    """Whether the contract knows the element by name; if not, its absence tells nothing."""
    return not (table.element or "").startswith("descendant::")


def steps(path: str) -> list[str]:
    """The steps of a path; a predicate may hold anything but a square bracket."""
    return [step for step in _STEP.findall(path) if step != "."]


def column_path(column: Column) -> str:
    """Where a column stands, seen from its table's element."""
    return column.xpath or column.name


def leaf_names(column: Column) -> frozenset[str]:
    """The names of the elements that may hold a column's value; empty if none does."""
    path = column_path(column)
    if path.startswith("$") or path == ".":
        return frozenset()
    return frozenset(steps(part.strip())[-1] for part in path.split("|"))


def known_names(shape: Xml, tables: Sequence[Table]) -> frozenset[str]:
    """Every element name that a contract speaks of."""
    paths = [shape.root, shape.record]
    for table in tables:
        paths.append(table.element or "")
        paths.extend(column_path(column) for column in table.columns)
    return frozenset(name for path in paths for name in _NAME.findall(_QUOTED.sub("", path)))


def record_stylesheet(shape: Xml, tables: Sequence[Table]) -> "etree.XSLT":
    """Shred the first `$count` records under the element that it is given.

    Give it `$first`, the number of records before them in the file.
    """
    record = steps(shape.record)[-1]
    top = _Level(record)
    for letter, table in zip(LETTERS, tables, strict=False):
        if not is_outside_records(table):
            _level_of(top, steps(table.element or ".")).tables.append((letter, table))
    return _compiled(f"/*/{record}[position() <= $count]", top, "string($first + position())")


def root_stylesheet(tables: Sequence[Table]) -> "etree.XSLT":
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


def _compiled(select: str, top: _Level, ordinal: str) -> "etree.XSLT":
    from lxml import etree

    sheet = etree.Element(f"{{{_XSL}}}stylesheet", {"version": "1.0"}, nsmap={"xsl": _XSL})
    _add(sheet, "output", method="text", encoding="UTF-8")
    _add(sheet, "param", name="count", select="0")
    _add(sheet, "param", name="first", select="0")
    template = _add(sheet, "template", match="/")
    _write(_add(template, "for-each", select=select), top, ordinal, {}, {(): ""})
    # The stylesheet comes from the contract alone and may touch nothing but the tree it is given.
    access: Any = etree.XSLTAccessControl
    return etree.XSLT(etree.ElementTree(sheet), access_control=access.DENY_ALL)


def _write(
    loop: Any, level: _Level, ordinal: str, names: dict[str, str], starts: dict[_Path, str]
) -> None:
    """Write one level: its variables, its rows, then the levels below.

    Args:
        loop: The instruction to write into.
        level: The level.
        ordinal: The expression for the position of an element of this level.
        names: Variables that the levels above have set, by the path that they hold.
        starts: Variables that hold the first cells of rows, by the paths of those cells.
    """
    names = names | _variables(loop, level, ordinal)
    for letter, table in level.tables:
        _add(loop, "text").text = letter
        _write_row(loop, table, names, starts)
    starts = starts | _row_starts(loop, level, names, starts)
    for step, below in level.below.items():
        path = [step]
        # A wrapper with nothing to say needs no loop of its own.
        while not below.tables and len(below.below) == 1 and not _asked_of(below):
            [(step, below)] = below.below.items()
            path.append(step)
        _write(_add(loop, "for-each", select="/".join(path)), below, _POSITION, names, starts)


def _write_row(loop: Any, table: Table, names: dict[str, str], starts: dict[_Path, str]) -> None:
    paths = tuple(column_path(column) for column in table.columns)
    done = max(length for length in range(len(paths)) if paths[:length] in starts)
    if done:
        _add(loop, "value-of", select=starts[paths[:done]])
    for place, column in enumerate(table.columns[done:], start=done):
        if column.load:
            path = paths[place]
            select = names.get(path, f"({path})" if "|" in path else path)
            _add(loop, "value-of", select=select)
        _add(loop, "text").text = ROW_END if place == len(paths) - 1 else CELL_END


def _variables(loop: Any, level: _Level, ordinal: str) -> dict[str, str]:
    """Read at this level, once, what the rows below ask of it; path -> variable."""
    found: dict[str, str] = {}
    for path in _asked_of(level):
        if path.startswith("$"):
            found[path] = path
            _add(loop, "variable", name=path[1:], select=ordinal)
        else:
            name = f"{level.name}-{len(found)}"
            found[path] = f"${name}"
            rest = path.split("/", 1)[1]
            _add(loop, "variable", name=name, select=f"string({rest})")
    return found


def _asked_of(level: _Level) -> list[str]:
    """The paths in the tables here and below that this level answers."""
    paths = {column_path(column) for table in _tables(level) for column in table.columns}
    ours = (f"${level.name}", f"ancestor::{level.name}/")
    return sorted(path for path in paths if path == ours[0] or path.startswith(ours[1]))


def _row_starts(
    loop: Any, level: _Level, names: dict[str, str], starts: dict[_Path, str]
) -> dict[_Path, str]:
    """Join the first cells that all rows below have in common, once for all of them."""
    found: dict[_Path, str] = {}
    for table in (table for below in level.below.values() for table in _tables(below)):
        paths = tuple(column_path(column) for column in table.columns)
        common = tuple(itertools.takewhile(names.__contains__, paths))[: len(paths) - 1]
        if len(common) > 1 and common not in starts and common not in found:
            name = f"{level.name}-start-{len(found)}"
            found[common] = f"${name}"
            cells = "".join(f"{names[path]}, '{CELL_END}', " for path in common)
            _add(loop, "variable", name=name, select=f"concat({cells}'')")
    return found


def _tables(level: _Level) -> list[Table]:
    below = [table for each in level.below.values() for table in _tables(each)]
    return [table for _, table in level.tables] + below


def _add(parent: Any, instruction: str, **attributes: str) -> Any:
    from lxml import etree

    return etree.SubElement(parent, f"{{{_XSL}}}{instruction}", attributes)
