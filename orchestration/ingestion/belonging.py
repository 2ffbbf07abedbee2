"""Notice that a file is not what its folder says: another authority's, another year's, a mix-up.

Belongs here: holding what a file says of itself against its delivery. Does not belong here: which
columns say it (contracts, `states` and `one_row_each`) or what a single row may hold (cells).

A folder is filled by hand, and a return under the wrong authority or year would replace the right
one without a word. A file that says itself that it is another authority's is refused whole. A year
may be named by its beginning, its end or the day of sending, so one that differs loads with a
doubt, which `heard status` tells. No message holds a value but codes of authorities.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import PurePath
from typing import TYPE_CHECKING

from orchestration.ingestion.gate import FileRefusedError
from orchestration.ingestion.matching import Drift
from orchestration.ingestion.outcomes import PartOutcome
from orchestration.ingestion.parts import JudgedPart

if TYPE_CHECKING:
    import duckdb

    from orchestration.ingestion.results import LandedDelivery

_SPOKEN_OF = {"collection_year": "another_year", "collection": "another_return"}
# A year that is under way is dated by its end.
_AHEAD = timedelta(days=366)
_EARLIEST = date(1990, 1, 1)
_AUTHORITY = re.compile(r"[0-9]{3}", re.ASCII)
_CODE_IN_NAME = re.compile(r"(?<![0-9A-Za-z])([0-9]{3}|[EW][0-9]{8})(?![0-9A-Za-z])", re.ASCII)
_YEARS_IN_NAME = re.compile(r"(?<![0-9])(20[0-9]{2})[-_ ]?((?:20)?[0-9]{2})(?![0-9])", re.ASCII)


def looked_at(
    con: "duckdb.DuckDBPyConnection", landed: "LandedDelivery", outcomes: list[PartOutcome]
) -> list[PartOutcome]:
    """The parts of one file with the doubts about them, or one refusal for all of them."""
    refusal = next(_foreign(con, landed, outcomes), None)
    if refusal is not None:
        return [PartOutcome(outcomes[0].file, JudgedPart.refused("", None, refusal))]
    return [
        _doubted(outcome, _doubts_of_rows(con, landed, outcome))
        for outcome in _doubted_names(landed, outcomes)
    ]


def second_files(outcomes: list[PartOutcome]) -> list[PartOutcome]:
    """Mark whatever fills a table that another file of the delivery fills too."""
    files: dict[str, str] = {}
    marked = []
    for outcome in outcomes:
        is_second = False
        if outcome.is_readable and not outcome.is_copy and outcome.raw_table:
            is_second = files.setdefault(outcome.raw_table, outcome.file.name) != outcome.file.name
        marked.append(_doubted(outcome, [Drift("file", "second_file")] if is_second else []))
    return marked


def _doubted(outcome: PartOutcome, doubts: Sequence[Drift]) -> PartOutcome:
    if not doubts:
        return outcome
    return replace(outcome, part=replace(outcome.part, drift=(*outcome.part.drift, *doubts)))


def _foreign(
    con: "duckdb.DuckDBPyConnection", landed: "LandedDelivery", outcomes: Sequence[PartOutcome]
) -> Iterator[FileRefusedError]:
    """Why the file certainly is another delivery's."""
    for outcome in outcomes:
        for name, place, states, _ in _stating(outcome):
            said = _said(con, outcome, place) if states == "authority" else []
            if others := _others(said, landed.authority_code):
                yield FileRefusedError(
                    "OTHER_AUTHORITY",
                    f"{name} {landed.authority_code}, the authority of its folder; this file says"
                    f" {' and '.join(others)}",
                )


def _stating(outcome: PartOutcome) -> Iterator[tuple[str, int, str, tuple[str, ...]]]:
    """The columns that say whose the file is: name, place among the staged ones, what they say."""
    if outcome.table is None or not outcome.is_readable:
        return
    for place, column in enumerate(outcome.table.loaded_columns):
        if column.states:
            yield column.name, place, column.states, tuple(v.casefold() for v in column.values)


def _said(con: "duckdb.DuckDBPyConnection", outcome: PartOutcome, place: int) -> list[str]:
    rows = con.execute(
        f"select distinct trim(cast(v{place} as varchar)) from {outcome.stage} as staged"
        f" where v{place} is not null order by all limit 5"
    ).fetchall()
    return [row[0] for row in rows]


def _others(said: Sequence[str], own: str) -> list[str]:
    """The codes of other authorities among what was said; nothing unless all are known ones.

    A code that no authority has may be a trial's, and a header is rarely filled in for one.
    """
    codes = {_authority_of(text) for text in said} - {own, ""}
    return sorted(codes) if own in _places() else []


def _authority_of(text: str) -> str:
    """The code of the authority that a text names; blank if it is none that is known."""
    code = _places().get(text.casefold(), "")
    return code if _AUTHORITY.fullmatch(code) else ""


@cache
def _places() -> dict[str, str]:
    """Authorities by their names and codes of nine signs, in small letters."""
    from orchestration.ingestion.answers_rules import seed

    return {
        told.casefold(): row["authority_code"]
        for row in seed("ref_answer_places")
        if row["kind"] == "authority"
        for told in (row["name"], row["authority_code"], *row["other_codes"].split())
    }


def _doubts_of_rows(
    con: "duckdb.DuckDBPyConnection", landed: "LandedDelivery", outcome: PartOutcome
) -> list[Drift]:
    year = landed.collection_year
    doubts = []
    for name, place, states, values in _stating(outcome):
        if states == "authority":
            own = landed.authority_code
            if any(own not in (text, _authority_of(text)) for text in _said(con, outcome, place)):
                doubts.append(Drift(name, "another_authority"))
            continue
        if states in ("collection_year", "collection"):
            expected = {str(year)} if states == "collection_year" else set(values)
            if {text.casefold() for text in _said(con, outcome, place)} - expected:
                doubts.append(Drift(name, _SPOKEN_OF[states]))
            continue
        days = f"from {outcome.stage} as staged where v{place} is not null"
        if states == "last_day":
            asked = f"select coalesce(bool_or(v{place} <> date '{year}-03-31'), false) {days}"
        elif states == "day_of_year":
            within = f"v{place} between date '{year - 1}-04-01' and date '{year}-03-31'"
            asked = f"select count(*) > 0 and not bool_or({within}) {days}"
        else:
            continue
        if (con.execute(asked).fetchone() or (False,))[0]:
            doubts.append(Drift(name, "another_year"))
    if outcome.table is not None and outcome.is_readable and outcome.table.one_row_each:
        doubts += _shared_ids(con, outcome)
    return doubts


def _shared_ids(con: "duckdb.DuckDBPyConnection", outcome: PartOutcome) -> list[Drift]:
    """Whether one id stands on rows that are not the same, as where two children have one id."""
    if outcome.table is None:
        return []
    names = [column.name for column in outcome.table.loaded_columns]
    places = [names.index(name) for name in outcome.table.required_key]
    keys = ", ".join(f"v{place}" for place in places)
    found = con.execute(
        f"select 1 from {outcome.stage} as staged where v{places[0]} is not null"
        f" group by {keys} having count(distinct _digest) > 1 limit 1"
    ).fetchone()
    return [Drift(outcome.table.required_key[0], "shared_id")] if found else []


def _doubted_names(
    landed: "LandedDelivery", outcomes: Sequence[PartOutcome]
) -> Iterator[PartOutcome]:
    """The parts, the first of them with what the names of its file and folder give to doubt."""
    for number, outcome in enumerate(outcomes):
        told = [] if number else _doubts_of_names(landed, outcome.file.name)
        yield _doubted(outcome, told) if outcome.is_readable else outcome


def _doubts_of_names(landed: "LandedDelivery", file_name: str) -> list[Drift]:
    stem = PurePath(file_name).stem
    doubts = []
    # By the day it was delivered and not by the clock: a rebuild must come to the same.
    if not _EARLIEST <= landed.as_of <= landed.delivered_at.date() + _AHEAD:
        doubts.append(Drift("as_of", "unlikely_date"))
    known = {_places().get(code.casefold(), "") for code in _CODE_IN_NAME.findall(stem)} - {""}
    if known and landed.authority_code not in known:
        doubts.append(Drift("file name", "another_authority"))
    for first, second in _YEARS_IN_NAME.findall(stem):
        ends = int(second) + (0 if len(second) > len("26") else int(first) // 100 * 100)
        if ends == int(first) + 1 and ends != landed.collection_year:
            doubts.append(Drift("file name", "another_year"))
            break
    return doubts
