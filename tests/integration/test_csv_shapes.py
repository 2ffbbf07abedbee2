"""Every row of a CSV file arrives or is named, whatever line ends, quotes and commas it has.

What must come of a file is told by Python's strict parser and the width of its header.
"""

import csv
import io
import itertools
from pathlib import Path

import pytest

from tests.support.inbox import Bench, make_bench, parse_here

RETURN = "330/ssda903/2020-03-31"
NAMES = ("CHILD", "DOB", "REVIEW", "REVIEW_CODE")
ENDS = ("\n", "\r\n", "\r")


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    parse_here(monkeypatch)
    return make_bench(tmp_path, monkeypatch)


def _told(text: str) -> tuple[list[tuple[int, str]], list[int]]:
    """Row number and code of the rows that are right, and numbers of those of another width."""
    records = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    rows = list(enumerate(records, start=1))[1:]
    right = [(number, row[3]) for number, row in rows if len(row) == len(records[0])]
    wrong = [number for number, row in rows if row and len(row) != len(records[0])]
    return right, wrong


def _found(bench: Bench, text: str) -> tuple[list[tuple[int, str]], list[int]]:
    bench.deliver(RETURN, {"reviews.csv": text.encode()})
    bench.ingest()
    ((state, *_),) = bench.files().values()
    assert state == "loaded"
    right = bench.rows("select _row_number, review_code from raw.ssda903_reviews order by all")
    return right, [row[1] for row in bench.quarantine() if row[3] == "WRONG_CELL_COUNT"]


@pytest.mark.parametrize(("inside", "between"), list(itertools.product(ENDS, ENDS)))
@pytest.mark.parametrize("place", ["name", "cell"])
def test_a_line_end_inside_quotes_is_none(
    bench: Bench, inside: str, between: str, place: str
) -> None:
    """As Excel writes: line feeds inside cells, both characters between rows."""
    name = f'"{NAMES[3]}{inside}"' if place == "name" else NAMES[3]
    code = f'"PN1{inside}"' if place == "cell" else "PN1"
    lines = [
        ",".join((*NAMES[:3], name)),
        f"1,01/02/2010,05/06/2019,{code}",
        "2,01/02/2010,05/06/2019,PN2",
    ]
    right, wrong = _found(bench, "".join(line + between for line in lines))
    assert (right, wrong) == ([(2, "PN1"), (3, "PN2")], [])


GOOD = "2,01/02/2010,05/06/2019,PN2"


@pytest.mark.parametrize("has_quotes", [False, True])
@pytest.mark.parametrize(
    "odd",
    [
        # An empty cell too many is one too many: an unquoted comma has moved all behind it.
        "1,01/02/2010,05/06/2019,PN1,",
        '1,01/02/2010,05/06/2019,PN1,""',
        "1,01/02/2010,05/06/2019,PN1,,,",
        "1,01/02/2010,05/06/2019,PN1,x",
        "1,01/02/2010,05/06/2019",
        "",
        # Two lines that have the right number of commas between them.
        "\n1,01/02/2010,05/06/2019,PN1,,,",
    ],
)
@pytest.mark.parametrize("ends", [("\n", "\n"), ("\r\n", "\r\n"), ("\n", "")])
def test_a_row_of_another_width_is_named(
    bench: Bench, odd: str, has_quotes: bool, ends: tuple[str, str]
) -> None:
    end, last = ends
    good = GOOD.replace("PN2", '"PN2"') if has_quotes else GOOD
    text = end.join((",".join(NAMES), good, *odd.split("\n"), good.replace("2,", "3,", 1))) + last
    assert _found(bench, text) == _told(text)


def test_a_last_column_that_is_empty_is_no_cell_too_many(bench: Bench) -> None:
    text = ",".join(NAMES) + "\n" + "1,01/02/2010,05/06/2019,\n" + '"2",01/02/2010,05/06/2019,""\n'
    bench.deliver(RETURN, {"reviews.csv": text.encode()})
    bench.ingest()
    assert bench.rows("select review_code from raw.ssda903_reviews") == [(None,), (None,)]
