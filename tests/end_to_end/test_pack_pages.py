"""Packs of a real release, as people open them: accessible, whole at any width, on paper."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.reporting.pack.boards import load_boards
from orchestration.reporting.pack.page import to_html
from tests.support.browser import Browser, browser
from tests.support.command import Site, heard
from tests.support.outbound import outbound, watched
from tests.support.packs import NUMBER, SmallRelease, csv_rows, html_texts, packs_of, value
from tests.support.rich_release import rich

CALLS = "calls"


@pytest.fixture(scope="module")
def packs(site: Site, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    """Every pack that the command makes, by board and authority."""
    out = tmp_path_factory.mktemp("packs")
    before = watched(out / CALLS)
    done = heard("pack", "--out", str(out), "--json", site=site, before=before)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)["packs"]
    return {(each["board"], each["authority_code"]): Path(each["folder"]) for each in told}


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("chromium")) as opened:
        yield opened


def test_every_board_of_every_authority_has_its_pack(
    packs: dict[tuple[str, str], Path], site: Site
) -> None:
    boards = {board.id for board in load_boards(site.home).boards}
    authorities = {authority for _, authority in packs}
    assert len(authorities) == 2
    assert packs.keys() == {(board, code) for board in boards for code in authorities}


def test_making_packs_talks_to_nobody_outside_this_machine(
    packs: dict[tuple[str, str], Path],
) -> None:
    made = next(iter(packs.values()))
    logs = (folder / CALLS for folder in made.parents)
    assert outbound(next((log for log in logs if log.is_file()), made)) == []


def test_every_number_of_a_page_is_in_its_csv_and_the_other_way_round(
    packs: dict[tuple[str, str], Path],
) -> None:
    for folder in packs.values():
        texts = html_texts((folder / "pack.html").read_text())
        rows = csv_rows((folder / "pack.csv").read_text())
        cells = [row["words"] for row in rows if row["kind"] == "cell" and row["value"]]
        assert len(cells) > 20
        on_page = {number for text in texts for number in NUMBER.findall(text)}
        said = [row for row in rows if row["kind"] != "picture"]
        names = ("words", "item", "caption", "section", "measure")
        in_file = {number for row in said for name in names for number in NUMBER.findall(row[name])}
        assert on_page == in_file


def test_no_number_stands_in_a_pack_that_is_not_published(
    packs: dict[tuple[str, str], Path], site: Site
) -> None:
    import duckdb

    with duckdb.connect(str(site.published), read_only=True) as connection:
        published = {
            (str(code), str(name), f"{count:,}")
            for code, name, counted, of in connection.execute(
                "select distinct authority_code, indicator_id, numerator, denominator"
                " from published.indicator_value where status in ('shown', 'rate_withheld')"
            ).fetchall()
            for count in (counted, of)
            if count is not None
        }
    for (_, authority), folder in packs.items():
        counts = {
            (authority, row["indicator"], row["value"])
            for row in csv_rows((folder / "pack.csv").read_text())
            if row["measure"] in ("counted", "out of") and row["value"]
        }
        assert counts
        assert counts <= published


def test_axe_finds_nothing_wrong_with_a_real_pack(
    packs: dict[tuple[str, str], Path], tab: Browser
) -> None:
    # The other boards' packs are made of the same blocks; axe looks at each for many seconds.
    tab.open(packs["information_governance", min(code for _, code in packs)] / "pack.html")
    assert tab.violations() == []


def test_a_page_fetches_nothing_and_fits_any_width(
    packs: dict[tuple[str, str], Path], tab: Browser
) -> None:
    one = min(code for _, code in packs)
    for folder in (folder for (_, code), folder in packs.items() if code == one):
        page = folder / "pack.html"
        for width in (1280, 320):
            tab.open(page, width)
            # A table may scroll by itself; the page never does.
            assert tab.ask("document.documentElement.scrollWidth <= window.innerWidth"), page
        assert tab.requests() == [page.as_uri()]


def test_axe_finds_nothing_wrong_where_little_or_all_is_there(tab: Browser, tmp_path: Path) -> None:
    hidden = [value(name, None, "suppressed") for name in ("A1", "B1", "D4")]
    releases = {"rich": rich(), "empty": SmallRelease(), "hidden": SmallRelease(values=hidden)}
    told = {
        "rich": ("safeguarding_partnership",),
        "empty": ("corporate_parenting",),
        "hidden": ("programme",),
    }
    for name, release in releases.items():
        for board, pack in packs_of(release.publish(tmp_path / name)).items():
            if board not in told[name]:
                continue
            page = tmp_path / f"{name}.html"
            page.write_text(to_html(pack))
            tab.open(page, 320)
            assert tab.violations() == [], (name, board)


def test_axe_would_find_something(tab: Browser, tmp_path: Path) -> None:
    page = tmp_path / "bad.html"
    page.write_text("<title>x</title><p style='color:#eee'>pale</p><img src='data:,'>")
    tab.open(page)
    found = {each.split(":")[0] for each in tab.violations()}
    assert {"html-has-lang", "color-contrast", "image-alt"} <= found


def test_a_keyboard_reaches_the_pack_at_once(
    packs: dict[tuple[str, str], Path], tab: Browser
) -> None:
    tab.open(next(iter(packs.values())) / "pack.html")
    for kind in ("keyDown", "keyUp"):
        tab.call("Input.dispatchKeyEvent", type=kind, key="Tab", windowsVirtualKeyCode=9)
    assert tab.ask("document.activeElement.textContent") == "Skip to the pack"
    assert tab.ask("document.activeElement.getBoundingClientRect().left >= 0")


def test_page_one_of_every_board_is_one_page_of_paper(
    packs: dict[tuple[str, str], Path], tab: Browser, tmp_path: Path
) -> None:
    pypdf = pytest.importorskip("pypdf")
    printed = tmp_path / "printed.pdf"
    one = min(code for _, code in packs)
    for board, folder in (
        (board, folder) for (board, code), folder in packs.items() if code == one
    ):
        forms = [path for path in (folder / "pack.pdf",) if path.is_file()]
        # The browser takes two seconds a pack; these two say the most on page one.
        if board in ("safeguarding_partnership", "information_governance"):
            tab.open(folder / "pack.html")
            done = tab.call("Page.printToPDF", preferCSSPageSize=True)
            printed.write_bytes(base64.b64decode(done["data"]))
            forms.append(printed)
        for path in forms:
            first, second = (page.extract_text() for page in pypdf.PdfReader(path).pages[:2])
            assert "Decisions asked" in first, folder
            assert second.lstrip().startswith("Annex"), folder
