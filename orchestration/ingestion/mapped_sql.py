"""The SQL of a mapping: one select from delivered cells to the cells of a target table.

Belongs here: expressions and statements. Does not belong here: reading files (mapped_reader) or
what a mapping may say (mappings). Whatever a mapping or a header says enters as a literal.
"""

import re
from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.contracts import Column, Table
from orchestration.ingestion.rows import cell_names
from orchestration.ingestion.sql import literal
from orchestration.mappings.compiled import DELIVERED_ROW, is_own_id
from orchestration.mappings.models import ANSWER_NAMES, Cell, Target, Where, normal

# What stands around a value without being part of it; the last is a no-break space.
_BLANKS = "chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(32) || chr(160)"
_BLANK = r"[\s\x0b\x{a0}]*"
_DASHES = r"[\s\x0b\x{a0}._\x{b7}\x{2010}-\x{2015}\x{2026}-]*"
_NUMBER = r"[+-]?\d+(\.\d+)?"
# A longer code, or one in other letters than plain ones, ends in a hash, so that two long questions
# that begin alike stay two.
_LONGEST_SLUG = 60
_HASH_LENGTH = 32
_NOT_PLAIN = "[^a-z0-9]+"


@dataclass(frozen=True, slots=True)
class Question:
    """One question column of a wide file."""

    code: str
    wording: str
    place: int


@dataclass(frozen=True, slots=True)
class Delivered:
    """The rows of one delivered part, ready to be mapped.

    Attributes:
        relation: SQL that reads them, to stand in a from clause.
        width: How many cells a row has.
        places: The place of each header of the mapping that was delivered.
        questions: The question columns.
    """

    relation: str
    width: int
    places: Dictionary[str, int]
    questions: tuple[Question, ...]

    def cell(self, name: str) -> str:
        """The SQL of a delivered column; null where the file does not have it."""
        if name in ANSWER_NAMES:
            return f"_asked.{name.removeprefix('$')}"
        return f"c{self.places[name]}" if name in self.places else "cast(null as varchar)"

    @property
    def whole_row(self) -> str:
        """SQL of one text that differs where any delivered cell does."""
        cells = ", ".join(f"coalesce({name}, '')" for name in cell_names(self.width))
        return f"md5(concat_ws(chr(31), {cells}))"

    def has(self, name: str) -> bool:
        """Whether the file has the column."""
        return name in self.places or name in ANSWER_NAMES


def target_rows(
    source: str, target: Target, table: Table, columns: Sequence[str], given: Delivered
) -> str:
    """SQL that makes the rows of one target table: `_row_number`, `c0`, `c1`, ..."""
    by_name = {column.name: column for column in table.columns}
    cells = [
        given.whole_row + f" as m{place}"
        if name == DELIVERED_ROW
        else f"{_cell(source, target.columns[name], by_name[name], given)} as m{place}"
        for place, name in enumerate(columns)
    ]
    made = f"select _row_number, {', '.join(cells)} from ({taken_rows(target, given)})"
    names = ", ".join(f"m{place} as c{place}" for place in range(len(columns)))
    if target.distinct:
        return f"select min(_row_number) as _row_number, {names} from ({made}) group by all"
    return f"select _row_number, {names} from ({made})"


def taken_rows(target: Target, given: Delivered) -> str:
    """SQL for the delivered rows, or their answers, that go to a target table."""
    rows = f"select * from {given.relation}"
    if target.per == "answer":
        asked = ", ".join(
            f"{{'question': {literal(each.wording)}, 'question_code': {literal(each.code)}, "
            f"'answer': c{each.place}}}"
            for each in given.questions
        )
        # A question without an answer is no row; that it was asked is known from the others.
        rows = (
            f"select * from (select *, unnest([{asked}]) as _asked from {given.relation}) "
            f"where {_filled('_asked.answer')}"
        )
    conditions = [holds(where, given) for where in target.rows]
    if not conditions:
        return rows
    return f"select * from ({rows}) where {' and '.join(conditions)}"


def holds(where: Where, given: Delivered) -> str:
    """SQL that is true where a condition holds, and false, never null, where it does not."""
    cell = given.cell(where.column)
    tests = []
    if where.filled is not None:
        tests.append(_says(cell) if where.filled else f"not {_says(cell)}")
    if where.equals:
        tests.append(f"{_normal(cell)} in ({_normals(where.equals)})")
    if where.differs:
        tests.append(f"{_normal(cell)} not in ({_normals(where.differs)})")
    if where.like:
        any_of = "|".join(f"({like_pattern(each)})" for each in where.like)
        tests.append(f"regexp_full_match({_normal(cell)}, {literal(any_of)})")
    if where.unlike:
        any_of = "|".join(f"({like_pattern(each)})" for each in where.unlike)
        tests.append(f"not regexp_full_match({_normal(cell)}, {literal(any_of)})")
    return f"({' and '.join(tests)})"


def like_pattern(glob: str) -> str:
    """A pattern with stars as a regular expression on normal texts."""
    # Normalising would eat the blank that parts two words around a star.
    return ".*".join(re.escape(normal(piece)).replace(r"\ ", " ") for piece in glob.split("*"))


def slug(text: str) -> str:
    """The code that SQL's own `as: slug` gives to a wording; tested to be the same."""
    import hashlib

    words = normal(text)
    code = re.sub(_NOT_PLAIN, "_", words)
    if len(code) <= _LONGEST_SLUG and code == words.replace(" ", "_"):
        return code
    return f"{code[: _LONGEST_SLUG - 9]}_{hashlib.sha256(words.encode()).hexdigest()[:8]}"


def _cell(source: str, cell: Cell, column: Column, given: Delivered) -> str:
    if cell.value is not None:
        made = literal(cell.value)
    elif cell.hash:
        return _hashed(source, cell, given)
    elif cell.template:
        made = _templated(cell, given)
    else:
        made = _taken(cell, column, given)
    if is_own_id(column, cell):
        made = f"{literal(source + ':')} || {_trimmed(made)}"
    if cell.blank is not None:
        made = f"coalesce({made}, {literal(cell.blank)})"
    return made


def _taken(cell: Cell, column: Column, given: Delivered) -> str:
    delivered = given.cell(cell.source[0])
    if len(cell.source) > 1 or cell.blank is not None or column.name.endswith("_id"):
        filled = [f"case when {_filled(each)} then {each} end" for each in _cells(cell, given)]
        delivered = f"coalesce({', '.join(filled)})" if len(filled) > 1 else filled[0]
    if cell.separator is None:
        return _mapped(cell, delivered, column)
    parts = f"list_filter(string_split({delivered}, {literal(cell.separator)}), lambda p: "
    parts += f"{_filled('p')})"
    each = f"list_transform({parts}, lambda p: {_mapped(cell, _trimmed('p'), column)})"
    return f"nullif(array_to_string({each}, {literal(column.separator or ';')}), '')"


def _mapped(cell: Cell, delivered: str, column: Column) -> str:
    """The code of a delivered value; a value that no line knows goes on as the mapping says."""
    rest = delivered
    if cell.otherwise == "blank":
        rest = "null"
    elif cell.otherwise != "as_delivered":
        # A blank stays a blank: that nothing was said is not one more answer.
        rest = f"case when {_filled(delivered)} then {literal(cell.otherwise)} end"
    if cell.shape == "slug":
        rest = _slug(delivered) if cell.otherwise == "as_delivered" else rest
    if cell.values:
        # A map looks at the value once, where a case would look again for every line.
        known = _own_codes(cell, column) | {
            normal(value): code for value, code in cell.values.items()
        }
        values = ", ".join(literal(value) for value in known)
        codes = ", ".join(literal(code) for code in known.values())
        rest = f"coalesce(map([{values}], [{codes}])[{_normal(delivered)}], {rest})"
    if cell.shape == "number":
        number = _trimmed(rest)
        return f"case when regexp_full_match({number}, {literal(_NUMBER)}) then {number} end"
    return rest


def _own_codes(cell: Cell, column: Column) -> dict[str, str]:
    """What needs no line of a map: the codes themselves, and how programs write yes and no."""
    if cell.shape == "number":
        return {}
    codes = {normal(code): code for code in column.values}
    if set(column.values) == {"Y", "N"}:
        codes |= dict.fromkeys(("yes", "true", "1"), "Y") | dict.fromkeys(("no", "false", "0"), "N")
    return codes


def _templated(cell: Cell, given: Delivered) -> str:
    parts = [
        f"coalesce({_trimmed(given.cell(piece))}, '')" if place % 2 else literal(piece)
        for place, piece in enumerate(cell.pieces)
        if piece
    ]
    return f"case when {_any_filled(_cells(cell, given))} then {' || '.join(parts)} end"


def _hashed(source: str, cell: Cell, given: Delivered) -> str:
    cells = _cells(cell, given)
    joined = ", ".join(f"coalesce({_trimmed(each)}, '')" for each in cells)
    made = f"left(sha256(concat_ws(chr(31), {literal(source)}, {joined})), {_HASH_LENGTH})"
    return f"case when {_any_filled(cells)} then {made} end"


def _cells(cell: Cell, given: Delivered) -> list[str]:
    return [given.cell(name) for name in cell.names]


def _any_filled(cells: Sequence[str]) -> str:
    return f"({' or '.join(_filled(cell) for cell in cells) or 'true'})"


def _filled(cell: str) -> str:
    return f"not regexp_full_match(coalesce({cell}, ''), {literal(_BLANK)})"


def _says(cell: str) -> str:
    """Whether a cell holds more than a dash or dots; a face made of signs is an answer."""
    return f"not regexp_full_match(coalesce({cell}, ''), {literal(_DASHES)})"


def _trimmed(cell: str) -> str:
    return f"trim({cell}, {_BLANKS})"


def _normal(cell: str) -> str:
    """SQL of `normal`; a blank is an empty text."""
    folded = f"lower(nfc_normalize(coalesce({cell}, '')))"
    words = rf"trim(regexp_replace({folded}, '[^\p{{L}}\p{{N}}]+', ' ', 'g'))"
    return f"coalesce(nullif({words}, ''), {_trimmed(folded)})"


def _normals(texts: Sequence[str]) -> str:
    return ", ".join(literal(normal(text)) for text in texts)


def _slug(text: str) -> str:
    words = _normal(text)
    code = f"regexp_replace({words}, '{_NOT_PLAIN}', '_', 'g')"
    short = f"left({code}, {_LONGEST_SLUG - 9}) || '_' || left(sha256({words}), 8)"
    is_short = f"length({code}) <= {_LONGEST_SLUG} and {code} = replace({words}, ' ', '_')"
    return f"nullif(case when {is_short} then {code} else {short} end, '')"
