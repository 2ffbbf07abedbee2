"""What one cell becomes: SQL expressions that trim, type, reduce and test it.

Belongs here: the meaning of each contract type in DuckDB SQL. Does not belong here: which columns
there are (judging) or reading a file. Nothing here can raise for a value: a cast that fails quotes
the value in its error, so every cast is a try and the failure is a flag.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestration.ingestion.london import from_offset
from orchestration.ingestion.rows import BLANKS
from orchestration.ingestion.sql import literal

if TYPE_CHECKING:
    from orchestration.contracts import Column, Contract

SQL_TYPES: dict[str, str] = {
    "string": "varchar",
    "code": "varchar",
    "flag": "varchar",
    "date": "date",
    "datetime": "timestamp",
    "integer": "bigint",
    "number": "double",
}

_BLANKS = " || ".join(f"chr({ord(blank)})" for blank in BLANKS)

# What is no id, and must not be repaired by a guess: letters that only look like others, invisible
# characters, quotes, #N/A, ="C1", \N, what programs write for "no value", and what they make of
# numbers: 2.00E+09, 2e+09, 1,234 and 1234.0.
_NO_ID = (
    r"[^\x20-\x7e]|\"|\\x[0-9A-F]{2}|^#(N/A|[A-Z0-9_/]+[!?]|GETTING_DATA)$"
    r"|^[-+]?[0-9]+([.,][0-9]+)?[eE]\+[0-9]+$|^[-+]?[0-9]+[.,][0-9]+[eE][0-9]+$"
    r"|^[0-9]+\.0*$|^[0-9]{1,3}(,[0-9]{3})+$"
    r"|^(?i:\\n|na|nat|<na>|\(null\)|\[null\]|\(blank\))$"
)
# Nor is it the id of a person: a placeholder would make one child of many, a day or a time is what
# a spreadsheet makes of 5-1 or 5:1, and an apostrophe in front shows that a cell was meant as text.
_MONTH = "(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_NOBODY = (
    _NO_ID + r"|^'|^([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}[/-][0-9]{1,2}[/-][0-9]{4})"
    r"( 00:00(:00)?)?$|^[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?$"
    rf"|^(?i:[0-9]{{1,2}}-{_MONTH}(-[0-9]{{2,4}})?|{_MONTH}-[0-9]{{2}})$"
    r"|^(?i:[-.?*_]+|n/a|nan|nil|none|null|unknown|not known|tbc|tba|true|false|xxx+)$"
    r"|^(?i:[-+]?inf(inity)?|undefined|not applicable|not recorded|(grand )?totals?:?)$"
)
# Counted apart: a pattern of so many steps costs a statement a millisecond to prepare.
_LONGEST_ID = 100
# What loads in place of a text that is no postcode.
NOT_A_POSTCODE = "not_mapped"
_OTHER_BLANKS = "chr(160) || chr(9) || chr(8201)"
# What DuckDB's cast would take beyond a plain number: 1_000, inf, nan.
_NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"

_FIRST_DAY, _NO_DAY = "timestamp '1000-01-01'", "timestamp '1900-01-01'"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that sends a row to quarantine, and the SQL that is true where it is broken."""

    column: str
    name: str
    expected: str
    broken: str


def is_untidy(cells: Iterable[str], blanks: str) -> str:
    """Whether any cell of a row has one of these blanks at either end, or is empty.

    Trimming is the dearest thing done to a clean file, and this look spares it. Nearly every
    blank sorts before `!`, so one comparison covers the fronts.
    """
    looks: list[str] = []
    for cell in cells:
        looks.append(f"{cell} < '!'")
        if "\xa0" in blanks:
            looks.append(f"starts_with({cell}, chr(160))")
        looks.extend(f"ends_with({cell}, chr({ord(blank)}))" for blank in blanks)
    return " or ".join(looks)


def trimmed(column: "Column", contract: "Contract", cell: str, untidy: str | None) -> str:
    """The delivered text without outer blanks, null if nothing is left.

    Args:
        column: The column.
        contract: The source.
        cell: The name of the delivered cell.
        untidy: What is true where a cell of the row has outer blanks; None if none has.
    """
    text = f"nullif(trim({cell}, {_BLANKS}), '')"
    if untidy is None:
        kept = cell
    elif column.sensitivity == "free_text":
        # A person's words keep their shape; only a cell of nothing but blanks is blank.
        kept = f"case when {untidy} and {text} is null then null else {cell} end"
    else:
        kept = f"case when {untidy} then {text} else {cell} end"
    for blank in contract.blank_texts:
        kept = f"nullif({kept}, {literal(blank)})"
    return kept


def kept(column: "Column", text: str, other: str | None) -> str:
    """A trimmed text, or null where the contract says that the value is not to be known.

    Args:
        column: The column.
        text: Its trimmed text.
        other: The trimmed text that `only_where` looks at; None if the file has no such column.
    """
    conditions: list[str] = []
    if column.only_where is not None:
        words = ", ".join(literal(word) for word in column.only_where.words)
        conditions.append(f"lower({other}) in ({words})" if other else "false")
    if column.only_like is not None:
        conditions.append(f"regexp_full_match({text}, {literal(column.only_like)})")
    return f"case when {' and '.join(conditions)} then {text} end" if conditions else text


def parsed(column: "Column", contract: "Contract", text: str, has_colon: bool) -> str:
    """A first reading of a trimmed text: of a date, whatever its format lets through.

    Args:
        column: The column.
        contract: The source.
        text: The trimmed text.
        has_colon: Whether it may have a colon; without one, no format with times can be its own.
    """
    if column.type in ("date", "datetime"):
        formats = contract.formats["date" if column.type == "date" else "datetime"]
        if not has_colon:
            formats = tuple(form for form in formats if ":" not in form) or formats
        plain = [literal(form) for form in formats if "%f" not in form]
        # DuckDB's %n reads any number of fraction digits, its %f reads six at most; but a time in
        # nanoseconds ends in 2262, and 9999-12-31 is how some systems write "still open".
        finer = [literal(form.replace("%f", "%n")) for form in formats if "%f" in form]
        tries = [f"try_strptime({text}, [{', '.join(plain)}])"]
        if finer:
            tries.append(f"cast(try_strptime({text}, [{', '.join(finer)}]) as timestamp)")
        # A date with a time is that day; one that names its offset, the day in London.
        if has_colon and (column.type == "datetime" or any("T%H" in form for form in formats)):
            tries.append(from_offset(text))
        return f"coalesce({', '.join(tries)})" if len(tries) > 1 else tries[0]
    if column.type == "integer":
        # 2.0 is how other programs write a whole number in a column with gaps; 2.5 is an error
        # that a bare cast would round.
        # Most are counts and positions: a single sign is a figure or no number, without a pattern.
        return (
            f"try_cast(case when length({text}) = 1 then {text} "
            rf"when regexp_full_match({text}, '[+-]?\d+(\.0+)?') "
            f"then split_part({text}, '.', 1) end as bigint)"
        )
    if column.type == "number":
        return (
            f"case when regexp_full_match({text}, {literal(_NUMBER)}) "
            f"then try_cast({text} as double) end"
        )
    if column.reduce == "postcode_district":
        return _postcode_district(text)
    return f"upper({text})" if column.upper else text


def valued(column: "Column", text: str, first: str) -> str:
    """The value that loads, from its text and first reading; null where the cell is not one."""
    if column.type in ("date", "datetime"):
        # DuckDB takes 01/04/16 for the year 16; a year has four digits. Of words such as infinity
        # and epoch, in whatever format, it makes the first day of 1900.
        is_day = f"({first} <> {_NO_DAY} or regexp_matches({text}, '[0-9]'))"
        return (
            f"case when {first} >= {_FIRST_DAY} and {is_day} "
            f"then cast({first} as {SQL_TYPES[column.type]}) end"
        )
    if column.type == "number":
        return f"case when isfinite({first}) then {first} end"
    return first


def rules(
    column: "Column", contract: "Contract", is_key: bool, text: str, value: str
) -> list[Rule]:
    """The rules a cell must keep; a code that nobody knows is no reason for quarantine."""
    found: list[Rule] = []
    if is_key and column.required:
        found.append(
            Rule(
                column.name,
                "KEY_MISSING",
                "a value, since it identifies the row",
                f"{text} is null",
            )
        )
    is_person = column.pseudonym == "person"
    if is_person or (is_key and column.required and column.type == "string"):
        is_bad = f"regexp_matches({text}, {literal(_NOBODY if is_person else _NO_ID)})"
        if is_person:
            is_bad = f"length({text}) > {_LONGEST_ID} or {is_bad}"
        found.append(
            Rule(
                column.name,
                "BAD_ID",
                "an id as the case system gives it, in plain letters and figures;"
                " format the column as text before it is saved",
                is_bad,
            )
        )
    if not column.is_text:
        name, expected = _expectation(column, contract)
        found.append(Rule(column.name, name, expected, f"{text} is not null and {value} is null"))
    return found


def _expectation(column: "Column", contract: "Contract") -> tuple[str, str]:
    if column.type == "integer":
        return "NOT_AN_INTEGER", "a whole number"
    if column.type == "number":
        return "NOT_A_NUMBER", "a number"
    is_date = column.type == "date"
    shown = contract.formats["date" if is_date else "datetime"][0]
    for part, words in (("%Y", "YYYY"), ("%m", "MM"), ("%d", "DD"), ("%H", "hh"), ("%M", "mm")):
        shown = shown.replace(part, words)
    shown = shown.replace("%S", "ss")
    if is_date:
        return "NOT_A_DATE", f"a date as {shown}"
    return "NOT_A_DATETIME", f"a date and time as {shown}"


def _postcode_district(text: str) -> str:
    """BS3 4QQ, BS3 4 and BS3 become BS3; whatever else stands there may be more than a district."""
    # A no-break space, a tab, a thin space, and what people put in place of a blank.
    spaced = f"trim(translate(upper({text}), '-.,' || {_OTHER_BLANKS}, '      '))"
    packed = f"replace({spaced}, ' ', '')"
    district = "[A-Z]{1,2}[0-9][A-Z0-9]?"
    return (
        f"case when regexp_full_match({packed}, '{district}[0-9][A-Z]{{2}}') "
        f"then left({packed}, length({packed}) - 3) "
        # Packed, the sector BS3 4 would be the district BS34.
        f"when regexp_full_match({spaced}, '{district}( +[0-9])?') "
        f"then split_part({spaced}, ' ', 1) "
        f"when {packed} <> '' then '{NOT_A_POSTCODE}' end"
    )
