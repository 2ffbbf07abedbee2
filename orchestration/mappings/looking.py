"""Look at a file that nobody described, in the parser: what each column seems to hold.

Belongs here: counts and shapes of the cells, measured in SQL. Does not belong here: what to make of
them (propose), or having a file looked at (inspect). No cell leaves the parser but the values of a
column with few, frequent, short ones that is no name, id or text, and short values to compare.
"""

import re
from dataclasses import replace

import duckdb

from orchestration.ingestion.extracts import Opening
from orchestration.ingestion.mapped_delivery import copy_delivered
from orchestration.ingestion.matching import check_dialect
from orchestration.ingestion.readers import open_parts
from orchestration.ingestion.sql import literal
from orchestration.mappings.dates import date_facts
from orchestration.mappings.inspect import ColumnFacts, FileFacts, Kind
from orchestration.mappings.models import normal

# A value may be shown if its column has few values, each is frequent, and none is long.
MOST_VALUES = 20
LEAST_TIMES = 5
_LONGEST_VALUE = 40
_MOST_WORDS = 5
_MOST_COMPARED = 500
# No known value is longer, and a parser must not hand its parent a cell of megabytes.
_LONGEST_COMPARED = 200
_PERSONAL = frozenset(
    {
        *("forename", "forenames", "surname", "firstname", "lastname", "initials", "dob", "birth"),
        *("address", "postcode", "phone", "telephone", "mobile", "email", "nhs", "upn", "uln"),
    }
)
_PEOPLE = frozenset(
    {
        *("child", "childs", "young", "person", "first", "last", "full", "family", "known"),
        *("pupil", "recipient", "parent", "mother", "father", "carer", "worker", "client"),
        *("complainant", "respondent"),
        *("advocate", "interviewer", "manager", "handler", "officer", "author", "by"),
    }
)
_IDENTIFIERS = frozenset({"id", "ids", "ref", "reference", "identifier", "uuid", "guid"})
_WORDY = frozenset(
    {
        *("text", "comment", "comments", "note", "notes", "details", "description", "summary"),
        *("statement", "said", "says", "views", "wishes", "feelings", "answer", "response"),
    }
)
_HANDLERS = frozenset(
    {
        *("worker", "manager", "handler", "officer", "interviewer", "author", "allocated"),
        # Made by, recorded by: a kind of person, or a person.
        *("investigator", "advocate", "recorder", "contact", "by"),
    }
)
_YES_NO = ("yes", "no", "y", "n", "true", "false")
_INNER_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORD = r"[A-Z][\p{L}'\x{2019}-]+"
# Ann Lee, Lee, Ann, Ms Lee, Ann L, A. Lee, Nan (Ann): two words with capitals at least.
_TITLED = "|".join(
    (
        rf"{_WORD}( {_WORD}){{1,3}}",
        rf"{_WORD}, ?[A-Z][\p{{L}}'\x{{2019}} -]*",
        r"(Mr|Mrs|Ms|Miss|Mx|Dr)\.? .*",
        rf"{_WORD} [A-Z]\.?",
        rf"[A-Z]\.? {_WORD}",
        rf"\p{{L}}+ \({_WORD}\)",
    )
)


def look(opening: Opening) -> FileFacts | None:
    """Look at the fullest part of a file; None if it has no parts.

    Raises:
        FileRefusedError: It cannot be read at all, or commas do not set its cells apart.
    """
    found = [
        _look(opening, part.label, part.extract.cells, copied, malformed)
        for place, part in enumerate(open_parts(opening))
        for copied in (str(opening.scratch / f"looked_at_{place}.parquet"),)
        for malformed in (len(copy_delivered(opening, part.extract, copied, {})),)
    ]
    if not found:
        return None
    fullest = max(found, key=lambda each: each.rows)
    others = [each for each in found if each is not fullest and each.rows]
    alike = [each.sheet for each in others if _headers(each) == _headers(fullest)]
    return replace(fullest, like_sheets=tuple(alike), other_sheets=len(others) - len(alike))


def _headers(facts: FileFacts) -> set[str]:
    return {normal(column.header) for column in facts.columns}


def _look(opening: Opening, label: str, cells: list[str], copied: str, malformed: int) -> FileFacts:
    check_dialect(cells)
    con, relation = opening.con, f"read_parquet({literal(copied)})"
    row = con.execute(f"select count(*) from {relation}").fetchone()
    rows = row[0] if row else 0
    columns = tuple(_column(con, relation, place, cell) for place, cell in enumerate(cells))
    return FileFacts(opening.file_name, label, rows, malformed, columns, opening.encoding)


def _column(con: duckdb.DuckDBPyConnection, relation: str, place: int, header: str) -> ColumnFacts:
    cells = f"(select trim(c{place}) as cell from {relation} where trim(c{place}) <> '')"
    row = con.execute(
        f"""
        select
            count(*), count(distinct cell), coalesce(max(length(cell)), 0),
            coalesce(avg(len(string_split(cell, ' '))), 0),
            count(*) filter (lower(cell) in {_YES_NO}),
            count(*) filter (regexp_full_match(cell, '[+-]?[0-9]+([.][0-9]+)?')),
            count(*) filter (regexp_full_match(cell, '[^ ]*[0-9][^ ]*'))
        from {cells}
        """
    ).fetchone()
    filled, distinct, longest, words, yes_no, numbers, codes = row or (0, 0, 0, 0.0, 0, 0, 0)
    dates = date_facts(con, cells) if filled else None
    kind: Kind
    if not filled:
        kind = "empty"
    elif is_personal(header):
        kind = "personal"
    elif dates is not None and dates.share >= 0.8:
        kind = "date"
    elif yes_no == filled:
        kind = "yes_no"
    elif _words(header) & _IDENTIFIERS or (codes == filled == distinct and filled > 1):
        kind = "id"
    elif numbers == filled:
        kind = "number"
    elif words > _MOST_WORDS or longest > 2 * _LONGEST_VALUE or distinct > MOST_VALUES * 5:
        kind = "text"
    else:
        kind = "code"
    values = _values(con, cells) if _may_show(header, kind) else ()
    seen = _seen(con, cells) if kind in ("yes_no", "code", "number", "text") else frozenset()
    return ColumnFacts(header, place, kind, filled, distinct, values, dates, seen)


def is_personal(header: str) -> bool:
    """Whether a column seems to hold what tells who somebody is, beside an id."""
    words = _words(header)
    if words & _PERSONAL or words == {"name"} or {"date", "of", "birth"} <= words:
        return True
    return bool({"name", "names"} & words and words & _PEOPLE)


def _words(header: str) -> set[str]:
    # RecipientLastName has three.
    return set(normal(_INNER_CAPITAL.sub(" ", header)).split())


def _may_show(header: str, kind: Kind) -> bool:
    words = _words(header)
    # A yes or a no tells nothing about who said it.
    return kind == "yes_no" or (kind == "code" and not words & (_WORDY | _HANDLERS))


def _seen(con: duckdb.DuckDBPyConnection, cells: str) -> frozenset[str]:
    rows = con.execute(
        f"select distinct cell from {cells} where length(cell) <= {_LONGEST_COMPARED} "
        f"limit {_MOST_COMPARED}"
    ).fetchall()
    return frozenset(row[0] for row in rows)


def _values(con: duckdb.DuckDBPyConnection, cells: str) -> tuple[str, ...]:
    """The values of a column, without those like names, if the others may be shown."""
    rows = con.execute(
        f"""
        select cell, count(*) as times,
            regexp_full_match(cell, {literal(_TITLED)}) as looks_like_a_name
        from {cells} group by cell order by times desc, cell limit {MOST_VALUES + 1}
        """
    ).fetchall()
    fit = [
        0 < len(cell) <= _LONGEST_VALUE
        and len(cell.split()) <= _MOST_WORDS
        and times >= LEAST_TIMES
        and not re.search(r"\d{4}|@", cell)
        for cell, times, _ in rows
    ]
    names = sum(bool(looks_like_a_name) for _, _, looks_like_a_name in rows)
    if len(rows) > MOST_VALUES or not all(fit) or names * 2 > len(rows):
        return ()
    return tuple(cell for cell, _, looks_like_a_name in rows if not looks_like_a_name)
