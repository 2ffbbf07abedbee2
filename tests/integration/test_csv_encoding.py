"""A CSV file in Windows-1252: read where its mapping says so, and nowhere else; never nonsense."""

from pathlib import Path

import pytest

from orchestration import mappings
from orchestration.erasing import Request, erase
from orchestration.verification import verify
from tests.support import erasure_site as child
from tests.support.inbox import Bench, parse_here
from tests.support.proposing import proposed, tried

MAPPING = "complaints_and_compliments.yaml"
FOLDER = "330/complaints_and_compliments/2026-06-30"
HEADER = "Reference,Type,Child ID,Made by,Received,Details\n"
# As Windows types it: a curly quote, a dash, a pound sign, an accent, a no-break space.
SAID = "Zo\u00eb said \u201cit\u2019s \u00a35\u201d \u2013 twice\u00a0over"
ROWS = (
    f"11,Complaint,{child.ID},Child,03/04/2026,{SAID}\n"
    f'12,Compliment,{child.SISTER},Child,04/04/2026,"Chlo\u00eb: thanks,\nall"\n'
)
FEEDBACK = "select feedback_id, text from raw.vx_feedback order by feedback_id"
LOADED = [
    ("complaints_and_compliments:11", SAID),
    ("complaints_and_compliments:12", "Chlo\u00eb: thanks,\nall"),
]
SISTERS = LOADED[1:]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A site whose register may come as Windows-1252."""
    made = child.deliver_one_file(tmp_path, monkeypatch)
    (made.home / "mappings").mkdir()
    shipped = Path(mappings.__file__).parent / MAPPING
    own = shipped.read_text().replace("\nheaders:", "\nencoding: windows-1252\nheaders:")
    (made.home / "mappings" / MAPPING).write_text(own)
    return made


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig"])
def test_the_words_arrive_as_they_were_said(bench: Bench, encoding: str) -> None:
    bench.deliver(FOLDER, {"complaints.csv": (HEADER + ROWS).encode(encoding)})
    bench.ingest()
    assert bench.rows(FEEDBACK) == LOADED


def test_a_row_of_another_width_is_named_by_its_number_as_in_any_file(bench: Bench) -> None:
    bench.deliver(FOLDER, {"complaints.csv": (HEADER + ROWS + "13,\u00e9\n").encode("cp1252")})
    bench.ingest()
    assert bench.rows(FEEDBACK) == LOADED
    assert [(number, rule) for _, number, _, rule, _ in bench.quarantine()] == [
        (4, "WRONG_CELL_COUNT")
    ]


@pytest.mark.parametrize(
    "content",
    [
        # Two exports in one file: read as either, half of it would be nonsense.
        (HEADER + ROWS).encode("cp1252") + ROWS.encode(),
        # Bytes that Windows-1252 does not have.
        (HEADER + ROWS).encode("cp1252") + b"13,Complaint,C1,Child,03/04/2026,\x81\xe9\n",
        (HEADER + ROWS).encode("utf-16"),
        (HEADER + ROWS).encode("utf-16-le"),
    ],
    ids=["mixed", "no character", "utf-16", "utf-16 without a mark"],
)
def test_what_is_neither_waits_as_a_whole(bench: Bench, content: bytes) -> None:
    bench.deliver(FOLDER, {"complaints.csv": content})
    bench.ingest()
    ((name, number, _, rule, _),) = bench.quarantine()
    assert (name, number) == ("complaints.csv", None)
    assert rule in ("ENCODING", "NUL_BYTE")


def test_a_mapping_that_says_nothing_takes_utf_8_alone(bench: Bench) -> None:
    (bench.home / "mappings" / MAPPING).unlink()
    bench.deliver(FOLDER, {"complaints.csv": (HEADER + ROWS).encode("cp1252")})
    bench.ingest()
    assert [rule for *_, rule, _ in bench.quarantine()] == ["ENCODING"]


def test_an_erasure_leaves_the_words_of_others_as_they_were(bench: Bench) -> None:
    bench.deliver(FOLDER, {"complaints.csv": (HEADER + ROWS).encode("cp1252")})
    bench.ingest()
    erase(child.settings(bench), Request("330", (child.ID,), "Jo", "asked"))
    assert bench.rows(FEEDBACK) == SISTERS
    assert verify(bench.home).damages == ()
    kept = child.everything_in(bench.home)
    assert SAID.encode("cp1252") not in kept
    assert SAID.encode() not in kept


def test_a_mapping_is_proposed_with_the_encoding_and_a_doubt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parse_here(monkeypatch)
    path = tmp_path / "complaints.csv"
    path.write_bytes((HEADER + ROWS).encode("cp1252"))
    made, text = proposed(path)
    assert "\nencoding: windows-1252\n" in text
    assert any("not UTF-8" in doubt for doubt in made.doubts)
    assert tried(tmp_path, text, path).is_clean
    assert "encoding" not in proposed(_as_utf8(path))[1]


def _as_utf8(path: Path) -> Path:
    path.write_bytes((HEADER + ROWS).encode())
    return path
