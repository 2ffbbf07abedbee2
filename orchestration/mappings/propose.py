"""Propose a mapping for a file, from the worked example that it is most like.

Belongs here: carrying an example over to the columns of a file, and saying every doubt. Does not
belong here: looking at the file (inspect), likeness, or the YAML text (proposal_text).
"""

import re
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestration.contracts import Column, Contract, Table
from orchestration.mappings.compiled import OWN_IDS
from orchestration.mappings.dates import formats_of
from orchestration.mappings.inspect import ColumnFacts, FileFacts
from orchestration.mappings.likeness import Likeness, nearest
from orchestration.mappings.models import ANSWER_NAMES, Cell, Mapping, Target, normal
from orchestration.mappings.value_doubts import value_doubts

_UNSURE = 0.6


@dataclass(frozen=True, slots=True)
class Line:
    """One value of the proposal with the doubts that stand above it."""

    value: Any
    doubts: tuple[str, ...] = ()


@dataclass
class Proposal:
    """A mapping in the making.

    Attributes:
        source: The name of the inbox folder.
        example: The worked example it was made from.
        parts: The top-level parts in their order, each with its doubts.
        tables: The target tables: what stands before the columns, and the columns.
        unused: Delivered columns without a use, with the reason.
        doubts: Every doubt, for a program.
    """

    source: str
    example: str
    parts: dict[str, Line] = field(default_factory=dict)
    headers: dict[str, Line] = field(default_factory=dict)
    tables: list[tuple[dict[str, Any], dict[str, Line]]] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def doubt(self, *doubts: str) -> tuple[str, ...]:
        """Note doubts and give them back."""
        self.doubts.extend(doubts)
        return doubts


def propose(
    facts: FileFacts,
    source: str | None,
    mappings: Dictionary[str, Mapping],
    voice_extension: Contract,
) -> Proposal:
    """Propose a mapping for a file that was looked at.

    Args:
        facts: What the file seems to hold.
        source: The name of the inbox folder; by default that of the example.
        mappings: The worked examples.
        voice_extension: The contract of the target tables.
    """
    like = nearest(facts, mappings, voice_extension)
    made = Proposal(source or like.mapping.source, like.mapping.source)
    _describe(made, facts, like)
    _name_headers(made, like)
    for target in like.mapping.tables:
        table = voice_extension.table(target.table)
        if table is not None:
            _carry_over(made, facts, like, target, table)
    formats, doubts = formats_of(facts, made.headers.keys())
    if formats:
        made.parts["date_formats"] = Line(formats, made.doubt(*doubts))
    _name_unused(made, facts, like)
    if not made.tables:
        made.doubt("no table can be filled; write the tables by hand")
    return made


def _describe(made: Proposal, facts: FileFacts, like: Likeness) -> None:
    doubts: list[str] = []
    if like.score < _UNSURE:
        doubts.append(f"little here is like a known kind of file; nearest is {made.example}")
    made.parts["source"] = Line(made.source, made.doubt(*doubts))
    made.parts["title"] = Line(like.mapping.title)
    made.parts["description"] = Line(like.mapping.description)
    # Next month's export has another date in its name.
    made.parts["files"] = Line([re.sub(r"\d+", "*", Path(facts.name).name)])
    if facts.sheet:
        sheets = [re.sub(r"\d+", "*", each) for each in (facts.sheet, *facts.like_sheets)]
        doubt = f"sheets with other columns, which nobody looked at: {facts.other_sheets}"
        doubts = [doubt] if facts.other_sheets else []
        made.parts["sheet"] = Line(list(dict.fromkeys(sheets)), made.doubt(*doubts))
    made.parts["extent"] = Line(like.mapping.extent)
    if facts.encoding != "utf-8":
        doubt = "the file is not UTF-8; was it saved as CSV on Windows?"
        made.parts["encoding"] = Line(facts.encoding, made.doubt(doubt))
    if facts.malformed:
        made.doubt(f"{facts.malformed} rows have too few or too many cells")


def _name_headers(made: Proposal, like: Likeness) -> None:
    for name, match in like.matches.items():
        doubts = () if match.is_exact else (f"taken for {name} from its name alone",)
        made.headers[match.column.header] = Line([], made.doubt(*doubts))
    questions = [column.header for column in like.questions]
    if questions:
        patterns: dict[str, Any] = {"columns": questions}
        if like.mapping.unpivot and like.mapping.unpivot.questions:
            patterns = like.mapping.unpivot.model_dump(by_alias=True, exclude_defaults=True)
        made.parts["unpivot"] = Line(patterns, made.doubt("are all of these questions?"))


def _name_unused(made: Proposal, facts: FileFacts, like: Likeness) -> None:
    used = {*made.headers, *(column.header for column in like.questions)}
    reasons = {"personal": "it seems to say who somebody is", "empty": "it is empty"}
    made.unused = [
        f"{column.header}: {reasons.get(column.kind, 'nothing it could be was found')}"
        for column in facts.columns
        if column.header not in used
    ]


def _carry_over(
    made: Proposal, facts: FileFacts, like: Likeness, target: Target, table: Table
) -> None:
    if target.per == "answer" and not like.questions:
        made.doubt(f"{table.name} is left out: no column looks like a question")
        return
    head: dict[str, Any] = {"table": target.table}
    if target.per == "answer":
        head["per"] = "answer"
    names = {name: match.column.header for name, match in like.matches.items()}
    conditions = target.model_dump(by_alias=True, exclude_defaults=True).get("rows", ())
    for where in conditions:
        if where["column"] not in names and where["column"] not in ANSWER_NAMES:
            made.doubt(f"{table.name} is left out: there is no column like {where['column']}")
            return
    if conditions:
        head["rows"] = [
            _plain(where) | {"column": names.get(where["column"], where["column"])}
            for where in conditions
        ]
    if target.distinct:
        head["distinct"] = "true"
    columns: dict[str, Line] = {}
    by_name = {column.name: column for column in table.columns}
    for name, cell in target.columns.items():
        is_lossy = target.loses(cell)
        line = _carried(made, facts, like, cell, by_name[name], is_lossy=is_lossy)
        if line is None and by_name[name].required:
            line = _stand_in(made, facts, like, cell, by_name[name])
            if line is None:
                made.doubt(f"{table.name} is left out: there is no column for {name}")
                return
        if line is not None:
            columns[name] = line
        elif by_name[name].sensitivity == "free_text":
            made.doubt(f"{table.name} has no {name}: there is no column like {cell.source[0]}")
    made.tables.append((head, columns))


def _carried(
    made: Proposal,
    facts: FileFacts,
    like: Likeness,
    cell: Cell,
    column: Column,
    *,
    is_lossy: bool,
) -> Line | None:
    """The line of the example with the names of the file; None if the file has no such column."""
    names = {name: match.column.header for name, match in like.matches.items()}
    names |= {name: name for name in ANSWER_NAMES}
    line = _plain(cell.model_dump(by_alias=True, exclude_defaults=True))
    if cell.source:
        sources = [names[name] for name in cell.source if name in names]
        if not sources:
            return None
        line["from"] = sources[0] if len(sources) == 1 else sources
    elif cell.hash:
        # A column that is not there cannot tell two rows apart; the others may.
        present = [names[name] for name in cell.hash if name in names]
        if not present:
            return None
        line["hash"] = present
    elif any(name not in names for name in cell.names):
        return None
    elif cell.template:
        line["template"] = "".join(
            f"{{{names[piece]}}}" if place % 2 else piece for place, piece in enumerate(cell.pieces)
        )
    if column.name == "favourable_when":
        return Line(line, made.doubt("is this, and the scale, true of every question?"))
    return Line(line, made.doubt(*value_doubts(facts, line, cell, column, is_lossy=is_lossy)))


def _stand_in(
    made: Proposal, facts: FileFacts, like: Likeness, cell: Cell, column: Column
) -> Line | None:
    """Something for a required column that the file lacks, with a doubt; None if nothing is."""
    used = [match.column for match in like.matches.values()]
    free = [
        each
        for each in facts.columns
        if each not in used
        and each.header not in made.headers
        and each.kind not in ("personal", "empty")
    ]
    fallback = cell.blank or (cell.otherwise if cell.otherwise not in _WORDS else None)
    doubt = f"{column.name}: the file has no column for it"
    if column.name in OWN_IDS and column.name != "wave_id":
        found = next((c for c in free if c.kind == "id" and c.distinct == facts.rows), None)
        if found is not None:
            made.headers[found.header] = Line([])
            return Line({"from": found.header}, made.doubt(f"{column.name}: is it {found.header}?"))
        made_of = [c.header for c in used if c.kind in ("id", "date", "text", "code")]
        doubt = f"{column.name}: no id was found; rows alike in these columns count as one"
        return Line({"hash": made_of}, made.doubt(doubt)) if made_of else None
    if column.pseudonym or column.type in ("date", "datetime"):
        wanted = "id" if column.pseudonym else "date"
        found = _first(free, wanted)
        if found is None:
            return None
        made.headers[found.header] = Line([])
        return Line({"from": found.header}, made.doubt(f"{column.name}: is it {found.header}?"))
    if fallback is not None:
        return Line({"value": fallback}, made.doubt(f"{doubt}; always {fallback}?"))
    if column.values:
        words = normal(f"{facts.name} {facts.sheet}")
        guess = next((code for code in column.values if normal(code) in words), column.values[0])
        others = ", ".join(column.values)
        return Line({"value": guess}, made.doubt(f"{doubt}; choose of {others}"))
    if column.codes:
        return None
    value = normal(Path(facts.name).stem).replace(" ", "_") or made.source
    return Line({"value": value}, made.doubt(f"{doubt}; name it yourself"))


_WORDS = ("as_delivered", "blank")


def _first(columns: list[ColumnFacts], kind: str) -> ColumnFacts | None:
    return next((column for column in columns if column.kind == kind), None)


def _plain(dumped: dict[str, Any]) -> dict[str, Any]:
    """A dump without tuples, and one text where a list would hold just one."""
    plain = {}
    for key, value in dumped.items():
        if isinstance(value, tuple):
            plain[key] = value[0] if len(value) == 1 else list(value)
        else:
            plain[key] = value
    return plain
