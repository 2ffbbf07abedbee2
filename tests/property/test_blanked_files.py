"""Whatever a CSV file holds, only words of old rows change in it."""

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.ingestion.blanking import Blanker, Blanking, blank_csv
from orchestration.ingestion.blanking_places import Places, is_without_letters
from orchestration.privacy.marks import BEGINNING, is_mark, marks_of

KEY = bytes(range(32))
# Everything that CSV makes something of, and letters of several alphabets.
CELLS = st.text(st.sampled_from('ab ,"\r\n;éЖ字0-'), max_size=6)
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=6)


@given(ROWS, st.sets(st.integers(2, 7)), st.sampled_from(["\n", "\r\n"]), st.booleans())
@settings(max_examples=30, deadline=None)
def test_only_words_of_old_rows_change(
    rows: list[list[str]], old: set[int], ending: str, is_quoted: bool
) -> None:
    target = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if is_quoted else csv.QUOTE_MINIMAL
    header = ["id", "words", "notes"]
    csv.writer(target, lineterminator="\r\n", quoting=quoting).writerows([header, *rows])
    given_text = target.getvalue()
    if ending == "\n" and "\r" not in "".join(cell for row in rows for cell in row):
        given_text = given_text.replace("\r\n", "\n")
    blanking = Blanking(KEY, {}, {"": frozenset(old)})
    places = Places({1: lambda cell: cell == "ab", 2: is_without_letters})
    with TemporaryDirectory() as folder:
        before, after = Path(folder) / "before", Path(folder) / "after"
        before.write_bytes(given_text.encode())
        blanker = Blanker(blanking)
        blank_csv(before, after, places, blanker)
        made = after.read_bytes().decode()
    read = list(csv.reader(io.StringIO(made, newline=""), strict=True))
    known = list(csv.reader(io.StringIO(given_text, newline=""), strict=True))
    expected = [
        [
            expected_cell(cell, place, len(row)) if number in old and number > 1 else cell
            for place, cell in enumerate(row)
        ]
        for number, row in enumerate(known, start=1)
    ]
    assert read == expected
    assert blanker.cells == sum(is_mark(cell) for row in read for cell in row)
    if not blanker.cells:
        assert made == given_text


def expected_cell(cell: str, place: int, width: int) -> str:
    has_letter = any(letter in "abéЖ字" for letter in cell)
    if width != 3:
        goes = has_letter
    else:
        goes = (place == 1 and cell.strip() != "" and cell != "ab") or (place == 2 and has_letter)
    return marks_of([cell], KEY)[0] if goes else cell


def test_the_same_words_have_the_same_mark_and_no_others() -> None:
    marks = marks_of(["a", "a ", "a", "b"], KEY)
    assert marks[0] == marks[2]
    assert len(set(marks)) == 3
    assert marks[0] != marks_of(["a"], KEY[::-1])[0]
    # The models know a mark by the same words, and no check takes it for a long text.
    macros = Path(__file__).parents[2] / "dbt_project" / "macros" / "comparable_text.sql"
    assert f"like '{BEGINNING}%'" in macros.read_text()
    assert len(marks[0]) < 60
