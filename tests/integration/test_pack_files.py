"""Packs on the disk: made once, frozen with their release, and on paper as accessible as can be."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from orchestration.reporting.pack.boards import BoardSettingsError
from orchestration.reporting.pack.content import Pack
from orchestration.reporting.pack.pdf import to_pdf
from orchestration.reporting.pack.table import to_csv
from orchestration.reporting.pack.write import are_made, write_packs
from tests.support.packs import NUMBER, SmallRelease, csv_rows, packs_of, value
from tests.support.rich_release import LABELS, rich

BOARD = "scrutiny"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return SmallRelease(values=[value("A1", 52)], labels=LABELS).publish(tmp_path / "home")


def _files(home: Path) -> dict[str, bytes]:
    reports = home / "reports"
    return {
        str(path.relative_to(reports)): path.read_bytes()
        for path in sorted(reports.rglob("*"))
        if path.is_file()
    }


def test_a_pack_of_a_release_is_made_once_and_stays_as_it_is(home: Path) -> None:
    (first,) = write_packs(home, [BOARD])
    before = _files(home)
    (again,) = write_packs(home, [BOARD])
    assert (first.is_new, again.is_new) == (True, False)
    assert _files(home) == before
    assert are_made(home, BOARD) == ("R1", True)
    assert are_made(home, "programme") == ("R1", False)


def test_a_pack_lists_the_incidents_that_opened_or_closed_since_the_boards_last_one(
    tmp_path: Path,
) -> None:
    def incident(check_id: str, opened: str, closed: str | None, state: str) -> dict[str, object]:
        told = {"authority_code": "330", "check_id": check_id, "severity": "warn", "state": state}
        return told | {
            "sentence": f"Claim of {check_id}.",
            "opened_at": opened,
            "closed_at": closed,
            "indicators": "A1,A5",
        }

    known = [
        incident("SSD-001", "2026-06-01", None, "open"),
        incident("SSD-002", "2026-06-02", "2026-07-20", "resolved"),
        incident("SSD-003", "2026-08-01", None, "acknowledged"),
        incident("SSD-004", "2026-06-03", "2026-06-09", "resolved"),
    ]
    home = tmp_path / "home"
    releases = (("R1", "2026-07-05 04:30"), ("R2", "2026-08-05 04:30"))
    for release_id, released_at in releases:
        SmallRelease(
            values=[value("A1", 52)],
            more={"incident": list(known)},
            release_id=release_id,
            released_at=released_at,
        ).publish(home)
        # The programme had a pack of each release, the partnership of the last one only.
        write_packs(home, ["programme", *(["safeguarding_partnership"] * (release_id == "R2"))])

    def told(release_id: str, board: str) -> tuple[str, list[str]]:
        pack = home / "reports" / release_id / "330" / board / "pack.csv"
        rows = csv_rows(pack.read_text(encoding="utf-8"))
        (line,) = (r["words"] for r in rows if r["words"].startswith("Incidents about the data"))
        cells = [row for row in rows if row["section"] == "Incidents about the data"]
        return line, [row["words"] for row in cells if row["kind"] == "cell"]

    line, cells = told("R2", "programme")
    assert line == (
        "Incidents about the data since the last pack of 5 July 2026: 1 opened, 1 resolved;"
        " 2 waiting now."
    )
    assert cells == [
        *("2 June 2026", "20 July 2026", "A1, A5"),
        *("1 August 2026", "acknowledged", "A1, A5"),
    ]
    line, cells = told("R2", "safeguarding_partnership")
    assert line.startswith("Incidents about the data in three months: 4 opened, 2 resolved;")
    assert len(cells) == 12


def test_the_next_release_gets_packs_of_its_own_beside_the_old_ones(home: Path) -> None:
    write_packs(home, [BOARD])
    old = _files(home)
    SmallRelease(values=[value("A1", 60)], release_id="R2").publish(home)
    (made,) = write_packs(home, [BOARD])
    assert made.is_new
    assert old.items() <= _files(home).items()
    assert {path.split("/")[0] for path in _files(home)} == {"R1", "R2"}


def test_a_change_of_a_boards_settings_makes_its_packs_again_and_no_others(home: Path) -> None:
    boards = [BOARD, "programme"]
    write_packs(home, boards)
    (home / "boards.yml").write_text("boards: {scrutiny: {title: Overview and scrutiny}}")
    made = write_packs(home, boards)
    assert [pack.is_new for pack in made] == [True, False]
    assert "Overview and scrutiny" in (made[0].html).read_text()


def test_what_a_killed_run_left_is_made_whole(home: Path) -> None:
    (made,) = write_packs(home, [BOARD])
    whole = _files(home)
    made.html.unlink()
    (again,) = write_packs(home, [BOARD])
    assert again.is_new
    assert _files(home).keys() == whole.keys()
    assert not list((home / "reports").rglob(".*"))


def test_packs_can_be_written_elsewhere(home: Path, tmp_path: Path) -> None:
    (made,) = write_packs(home, [BOARD], tmp_path / "out")
    assert made.html.is_file()
    assert not (home / "reports").exists()
    record = json.loads((made.html.parent / "pack.json").read_text())
    assert (record["board"], record["release_id"], record["verdict"]) == (BOARD, "R1", "No")


def test_a_board_that_is_not_there_is_refused_with_those_that_are(home: Path) -> None:
    with pytest.raises(BoardSettingsError, match="choose from safeguarding_partnership, corp"):
        write_packs(home, ["cabinet"])


@pytest.fixture(scope="module")
def on_paper(tmp_path_factory: pytest.TempPathFactory) -> tuple[Pack, Any]:
    """One pack, and its PDF opened."""
    pytest.importorskip("typst")
    pypdf = pytest.importorskip("pypdf")
    folder = tmp_path_factory.mktemp("paper")
    pack = packs_of(rich().publish(folder))["safeguarding_partnership"]
    path = folder / "pack.pdf"
    path.write_bytes(to_pdf(pack))
    return pack, pypdf.PdfReader(path)


def _elements(node: Any) -> Iterator[Any]:
    node = node.get_object()
    if isinstance(node, list):
        for child in node:
            yield from _elements(child)
    elif isinstance(node, dict) and "/S" in node:
        yield node
        if "/K" in node:
            yield from _elements(node["/K"])


def test_the_pdf_is_tagged_and_says_its_language_and_title(on_paper: tuple[Pack, Any]) -> None:
    pack, pdf = on_paper
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.metadata.title.startswith("Safeguarding children partnership: Authority 330")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    found = list(_elements(root["/StructTreeRoot"]["/K"]))
    kinds = [element["/S"] for element in found]
    # Headings in order, none left out; each picture has its words; tables have header cells.
    levels = [int(kind[2]) for kind in kinds if kind in ("/H1", "/H2", "/H3")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    figures = [element for element in found if element["/S"] == "/Figure"]
    assert figures
    assert all(element["/Alt"].startswith("Drawing of ") for element in figures)
    assert kinds.count("/Table") == sum(
        block.kind == "table" for _, section in pack.sections() for block in section.blocks
    )
    assert kinds.count("/TH") >= kinds.count("/Table")


def test_the_pdf_says_what_the_csv_says(on_paper: tuple[Pack, Any]) -> None:
    pack, pdf = on_paper
    pages = [page.extract_text() for page in pdf.pages]
    # The foot of each page says which it is, and nothing else.
    bodies = [page.rsplit("Page ", 1)[0] for page in pages]
    paper = "".join("".join(bodies).split())
    rows = csv_rows(to_csv(pack))
    said = [row for row in rows if row["kind"] != "picture"]
    missing = {
        row[name]
        for row in said
        for name in ("words", "item", "caption", "section")
        if "".join(row[name].split()) not in paper
    }
    assert not missing
    known = {
        number
        for row in said
        for name in ("words", "item", "caption", "section", "measure")
        for number in NUMBER.findall(row[name])
    }
    axes = {"0", "50", "100"}
    assert set(NUMBER.findall(" ".join(bodies))) - axes <= known | {"330"}
    # Page one is one page.
    assert "Decisions asked" in pages[0]
    assert "How to read the figures" in pages[1]


def test_no_name_becomes_a_command_on_paper(on_paper: tuple[Pack, Any]) -> None:
    pack, _ = on_paper
    hostile = '#panic("x") *a* = b <c> \\ $d$ `e` @f'
    assert to_pdf(replace(pack, authority_name=hostile)).startswith(b"%PDF")


def test_the_same_pack_makes_the_same_paper(on_paper: tuple[Pack, Any]) -> None:
    pack, _ = on_paper
    one = to_pdf(pack)
    # A clock of its own would tick in between.
    time.sleep(1.1)
    assert to_pdf(pack) == one
