"""What must hold of ingestion for all deliveries, not just for the ones we thought of."""

import csv
import io
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.inbox import DELIVERED, REVIEWS_HEADER, Bench, make_bench, parse_here

# A bench is a folder of its own, so examples do not share anything.
CALM = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
THOROUGH = settings(CALM, max_examples=25)

RAW = "select * from raw.ssda903_reviews order by all"
TABLES = (
    "select delivery_id, as_of, delivered_at, raw_table, rows_in, rows_loaded, rows_quarantined, "
    "rows_duplicate from ledger.delivery_tables order by all"
)

rows = st.tuples(
    st.sampled_from(["7", "8", " 9", ""]),
    st.sampled_from(["01/02/2010", "30/02/2010", ""]),
    st.sampled_from(["05/06/2019", "06/06/2019", "06/13/2019", ""]),
    st.sampled_from(["PN1", "pn2", "", "what?"]),
)
contents = st.lists(rows, max_size=8).map(
    lambda found: REVIEWS_HEADER + "".join(",".join(row) + "\n" for row in found)
)
# Authority, year, hour of delivery, content.
deliveries = st.lists(
    st.tuples(
        st.sampled_from(["330", "331"]),
        st.sampled_from(["2019", "2020"]),
        st.integers(0, 3),
        contents,
    ),
    min_size=1,
    max_size=4,
    # One folder cannot hold two contents at one time.
    unique_by=lambda delivery: delivery[:3],
)
cells = st.text(alphabet="ab \",\n\r'é|", max_size=6)


def ingest_in_turn(folder: Path, patch: pytest.MonkeyPatch, found: list[tuple]) -> Bench:  # type: ignore[type-arg]
    parse_here(patch)
    bench = make_bench(folder, patch)
    for authority, year, hour, content in found:
        label = f"{authority}/ssda903/{year}-03-31"
        bench.deliver(label, {"reviews.csv": content}, DELIVERED + timedelta(hours=hour))
        bench.ingest()
    return bench


@CALM
@given(found=deliveries, data=st.data())
def test_the_result_depends_on_the_set_of_deliveries_alone(
    monkeypatch: pytest.MonkeyPatch,
    found: list[tuple],  # type: ignore[type-arg]
    data: st.DataObject,
) -> None:
    repeats = data.draw(st.lists(st.sampled_from(found), max_size=2))
    other = data.draw(st.permutations(found + repeats))
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        one = ingest_in_turn(Path(first), monkeypatch, found)
        two = ingest_in_turn(Path(second), monkeypatch, other)
        assert one.rows(RAW) == two.rows(RAW)
        assert one.rows(TABLES) == two.rows(TABLES)


@THOROUGH
@given(content=contents, ragged=st.lists(st.sampled_from(["x", "1,2,3,4,5", "a,b"]), max_size=2))
def test_every_row_is_loaded_quarantined_or_a_duplicate(
    monkeypatch: pytest.MonkeyPatch, content: str, ragged: list[str]
) -> None:
    content += "".join(f"{row}\n" for row in ragged)
    with tempfile.TemporaryDirectory() as folder:
        parse_here(monkeypatch)
        bench = make_bench(Path(folder), monkeypatch)
        bench.deliver("330/ssda903/2020-03-31", {"reviews.csv": content})
        bench.ingest()
        _, _, rows_in, loaded, quarantined, duplicate = bench.files()["reviews.csv"]
        lines = content.splitlines()[1:]
        assert rows_in == len(lines) == loaded + quarantined + duplicate
        assert bench.rows("select count(*) from raw.ssda903_reviews") == [(loaded,)]
        # Rows of the right width that repeat an earlier one, counted from the text alone.
        wide = Counter(line for line in lines if line.count(",") == 3)
        assert duplicate == sum(count - 1 for count in wide.values())


@THOROUGH
@given(
    table=st.lists(st.tuples(cells, cells), max_size=6),
    ragged=st.booleans(),
    all_quoted=st.booleans(),
)
def test_a_csv_is_read_as_it_was_written(
    monkeypatch: pytest.MonkeyPatch,
    table: list[tuple[str, str]],
    ragged: bool,
    all_quoted: bool,
) -> None:
    """Both ways of reading, the fast and the careful, against the standard library."""
    text = io.StringIO()
    # With a bare line feed the writer leaves a carriage return inside a cell unquoted.
    if all_quoted:
        writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    else:
        writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["feedback_id", "text", "theme_codes"])
    for number, row in enumerate(table):
        writer.writerow([f"F{number}", *row])
    if ragged:
        writer.writerow(["short"])
    with tempfile.TemporaryDirectory() as folder:
        parse_here(monkeypatch)
        bench = make_bench(Path(folder), monkeypatch)
        bench.deliver("330/voice_extension/2020-03-31", {"vx_feedback.csv": text.getvalue()})
        bench.ingest()
        found = bench.rows("select feedback_id, text, theme_codes from raw.vx_feedback order by 1")
        blanks = " \n\r"
        assert found == [
            (f"F{number}", words if words.strip(blanks) else None, themes.strip(blanks) or None)
            for number, (words, themes) in enumerate(table)
        ]
        assert len(bench.quarantine()) == int(ragged)
