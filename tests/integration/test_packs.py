"""What a pack says: the same in three forms, nothing that is hidden, and every state by name."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.reporting.pack.boards import load_boards
from orchestration.reporting.pack.build import build_pack
from orchestration.reporting.pack.content import Pack, Table
from orchestration.reporting.pack.facts import authorities, figure, in_series, read_facts
from orchestration.reporting.pack.page import to_html
from orchestration.reporting.pack.table import to_csv
from orchestration.reporting.published import open_published
from tests.support.packs import (
    NUMBER,
    SmallRelease,
    csv_rows,
    html_texts,
    in_quarters,
    packs_of,
    value,
)
from tests.support.rich_release import FAILED, LABELS, PASSED, rich

BOARDS = (
    *("safeguarding_partnership", "corporate_parenting", "scrutiny", "programme"),
    "information_governance",
)


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pack]:
    return packs_of(rich().publish(tmp_path_factory.mktemp("rich")))


def front(pack: Pack) -> str:
    """Return page one as a reader reads it."""
    rows = csv_rows(to_csv(pack))
    return "\n".join(row["words"] for row in rows if row["part"] == "front")


def test_every_board_has_its_pack(packs: dict[str, Pack]) -> None:
    assert tuple(packs) == BOARDS
    for pack in packs.values():
        assert [part.id for part in pack.parts] == ["front", "annex", "young"]


@pytest.mark.parametrize("board", BOARDS)
def test_the_page_and_the_csv_say_the_same_in_the_same_order(
    packs: dict[str, Pack], board: str
) -> None:
    pack = packs[board]
    texts = html_texts(to_html(pack))
    rows = csv_rows(to_csv(pack))
    cells = [row["words"] for row in rows if row["kind"] == "cell"]
    sentences = [row["words"] for row in rows if row["kind"] in ("paragraph", "bullet")]
    # What is not a sentence or a cell is a heading, the name of a row or a caption.
    left = Counter(texts) - Counter(cells) - Counter(sentences)
    assert not Counter(cells) - Counter(texts)
    assert not Counter(sentences) - Counter(texts)
    named = {row[name] for row in rows for name in ("item", "caption", "section", "words")}
    assert {text for text in left if NUMBER.search(text)} <= named | {
        f"For: {pack.audience}. {pack.about}"
    }
    assert {row["section"] for row in rows} - {""} <= set(texts)


def test_page_one_says_what_changed_and_whether_chance_explains_it(packs: dict[str, Pack]) -> None:
    told = front(packs["safeguarding_partnership"])
    # 52 (47 to 57) after 31 (26 to 36); 27 (22 to 32) after 29 (24 to 34).
    assert "A1 Name of A1 got better: up from 31 to 52 %, more than chance explains." in told
    assert "no clear change" in told


def test_page_one_says_whether_it_can_be_relied_on_and_why(packs: dict[str, Pack]) -> None:
    pack = packs["safeguarding_partnership"]
    assert pack.verdict == "With care"
    assert (
        "With care. Of 2 checks that bear on it, 1 does not hold. Read with care: A1 and A4."
        in front(pack)
    )
    assert "Records behind A1 have known faults." in front(pack)
    assert "Say who does this, and by when: Ask the teams." in front(pack)


def test_page_one_names_proven_gaps_and_says_what_is_too_few(packs: dict[str, Pack]) -> None:
    told = front(packs["safeguarding_partnership"])
    assert (
        "Disabled (disability): A1 Name of A1 is worse by 10 points or more, and more than chance"
        " explains (38 against 57 for others)." in told
    )
    assert "Too few to tell: 1 of 2 comparisons." in told
    assert "Not available, because nothing delivered shows it: A7." in told
    # What follows from another incident is not told beside it.
    assert "Incidents about the data in three months: 2 opened, 1 resolved; 1 waiting now." in told
    assert "For 10 days, nobody has it yet: “The extract is recent” does not hold." in told
    assert told.count("For 10 days") == 1


def test_the_states_of_a_figure_are_told_apart(packs: dict[str, Pack]) -> None:
    rows = csv_rows(to_csv(packs["safeguarding_partnership"]))
    first = {
        (row["indicator"], row["group"]): (row["words"], row["value"], row["state"])
        for row in rows
        if row["part"] == "annex" and row["measure"] == "value"
    }
    assert first["A1", "disability: unknown"] == ("suppressed", "", "suppressed")
    assert first["A7", "all"] == ("not available", "", "not_available")
    assert first["C4", "all"] == ("does not apply", "", "not_applicable")
    assert first["D4", "all"] == ("too few for a rate", "", "rate_withheld")
    labels = {row["item"] for row in rows if row["group"] == "disability: unknown"}
    assert labels == {"Not recorded"}
    gaps = [row for row in rows if row["item"] == "Disability: Not disabled"]
    assert {row["words"] for row in gaps} >= {"too few to tell"}
    hidden = [row["words"] for row in rows if row["words"].startswith("Suppressed for A1")]
    assert hidden == ["Suppressed for A1 Name of A1: Another group."]
    # Counts may stand where only the rate is withheld, but not before the public.
    counted = [r["words"] for r in rows if r["indicator"] == "D4" and r["measure"] == "out of"]
    assert counted == ["15"]
    public = csv_rows(to_csv(packs["scrutiny"]))
    assert not [r for r in public if r["indicator"] == "D4" and r["value"]]


def test_what_must_be_read_beside_a_figure_comes_along(packs: dict[str, Pack]) -> None:
    rows = csv_rows(to_csv(packs["information_governance"]))
    titles = {row["section"] for row in rows}
    # A1 asks for B1 and D4, and B1 for A1 and B2.
    assert {"A1 Name of A1", "B1 Name of B1", "D4 Name of D4", "B2 Name of B2"} <= titles


def test_a_caveat_of_a_figure_is_told_where_the_figure_is(tmp_path: Path) -> None:
    caveat = "Ethnicity is missing for many."
    told = {"A1": value("A1", 52, quality="watch"), "B1": value("B1", 30)}
    values = [told["A1"] | {"quality_caveat": caveat}, told["B1"] | {"quality_caveat": None}]
    pack = packs_of(SmallRelease(values=values, checks=[PASSED, FAILED]).publish(tmp_path))
    partnership = pack["safeguarding_partnership"]
    assert f"Take care with A1: {caveat}" in front(partnership)
    rows = csv_rows(to_csv(partnership))
    assert [r["section"] for r in rows if r["words"] == f"Take care: {caveat}"] == ["A1 Name of A1"]
    # The quality is the release's own word; a check that fails elsewhere does not change it.
    trust = {r["indicator"]: r["words"] for r in rows if r["measure"] == "trust" and r["words"]}
    assert trust == {"A1": "with care", "B1": "ok"}


def test_tables_that_a_release_lacks_are_said_to_be_not_available(tmp_path: Path) -> None:
    small = SmallRelease(values=[value("A1", 52)], checks=[PASSED], labels=LABELS)
    for pack in packs_of(small.publish(tmp_path)).values():
        told = to_csv(pack)
        assert "Incidents are not available yet in this release." in told
        assert "Comparisons of groups with everybody else are not available yet" in told
        assert "Requests about information are not available yet" in told


def test_an_authority_that_delivered_and_has_no_figure_gets_a_pack_that_says_so(
    tmp_path: Path,
) -> None:
    for pack in packs_of(SmallRelease().publish(tmp_path)).values():
        assert pack.verdict == "No"
        assert "No. No check that bears on it has judged the records behind it." in front(pack)
        values = [r for r in csv_rows(to_csv(pack)) if r["measure"] == "value"]
        assert {row["state"] for row in values} == {"no_figure"}
        assert "Some things we do not know yet." in to_csv(pack)


def test_where_all_is_suppressed_no_number_is_left_and_the_verdict_is_no(tmp_path: Path) -> None:
    names = ("A1", "A3", "A5", "B1", "D1", "D4")
    hidden = [value(name, None, "suppressed") for name in names]
    small = SmallRelease(values=hidden, checks=[PASSED])
    for pack in packs_of(small.publish(tmp_path)).values():
        assert pack.verdict == "No"
        assert "None of its main figures can be shown." in front(pack)
        rows = csv_rows(to_csv(pack))
        figures = [row for row in rows if row["indicator"] and row["kind"] == "cell"]
        assert figures
        assert {row["value"] for row in figures} == {""}
        assert "One answer is about so few people" in to_csv(pack)
        assert "<circle" not in to_html(pack)


def test_one_quarter_alone_has_nothing_to_compare_with(tmp_path: Path) -> None:
    small = SmallRelease(values=in_quarters("A1", 44), checks=[PASSED])
    told = front(packs_of(small.publish(tmp_path))["safeguarding_partnership"])
    assert "Figures are for: Apr to Jun 2026." in told
    assert "nothing to compare with" in told


def test_each_of_thirty_authorities_is_told_its_own_figures_only(tmp_path: Path) -> None:
    codes = [f"{330 + place}" for place in range(30)]
    values = [value("A1", 50, authority=code, of=100_000 + int(code)) for code in codes]
    home = SmallRelease(values=values, authorities=codes).publish(tmp_path)
    with open_published(home) as connection:
        assert list(authorities(connection)) == codes
    for code in codes[::7]:
        told = to_csv(packs_of(home, code)["scrutiny"])
        own = f"{100_000 + int(code):,}"
        assert {each for each in NUMBER.findall(told) if each.startswith("100,3")} == {own}


def test_hostile_names_are_text_in_every_form(tmp_path: Path) -> None:
    hostile = '=HYPERLINK("x")<script>alert(1)</script>&"\'#let x = read("/etc/passwd")'
    small = rich()
    small.labels = [("disability", "Y", hostile), *LABELS[1:]]
    home = small.publish(tmp_path)
    (home / "boards.yml").write_text("authorities: {330: '<img src=x onerror=alert(1)>'}")
    pack = packs_of(home)["safeguarding_partnership"]
    page = to_html(pack)
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    # A spreadsheet must not take a name for a formula.
    assert all(
        not text.startswith(("=", "+", "-", "@"))
        for row in csv_rows(to_csv(pack))
        for text in row.values()
    )


def test_a_page_needs_nothing_from_outside(packs: dict[str, Pack]) -> None:
    for pack in packs.values():
        page = to_html(pack)
        outside = page.replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert "//" not in outside.replace("default-src", "").split("</style>")[1]
        assert not [
            word for word in ("<script", "<link", "url(", "@import", "src=") if word in page
        ]
        assert "default-src &#39;none&#39;; style-src &#39;sha256-" in page


SECRET = 7_000_001


@settings(
    max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    statuses=st.lists(
        st.sampled_from(["suppressed", "not_available", "not_applicable", "odd", "rate_withheld"]),
        min_size=6,
        max_size=6,
    )
)
def test_no_number_stands_under_a_state_that_hides_it(
    hiding: tuple[Path, object], statuses: list[str]
) -> None:
    # Even a release that holds what it should not: every column filled under every state.
    home, _ = hiding
    names = ("A1", "B1", "D4", "A3", "A5", "D1")
    boards = load_boards(home)
    with open_published(home) as connection:
        facts = read_facts(connection, "330")
    rows = []
    for place, (name, status) in enumerate(zip(names, statuses, strict=True)):
        for group in (("all", "all"), ("disability", "Y")):
            row = dict(value(name, 50, status, group=group))
            row |= {"value": SECRET + place, "lower": SECRET + place, "upper": SECRET + place}
            if status != "rate_withheld":
                row |= {"numerator": SECRET + place, "denominator": SECRET + place}
            rows.append(figure(row))
    object.__setattr__(facts, "series", in_series(rows))
    for board in boards.boards[::2]:
        pack = build_pack(facts, board, boards)
        assert "7,000,00" not in to_csv(pack) + to_html(pack)
        assert "700000" not in to_csv(pack) + to_html(pack)
        for _, section in pack.sections():
            for table in (block for block in section.blocks if isinstance(block, Table)):
                for cell in (cell for row in table.rows for cell in row.cells):
                    if cell.state not in ("shown", "text"):
                        assert not cell.value
                        assert not NUMBER.search(cell.words)


@pytest.fixture(scope="module")
def hiding(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, object]:
    return SmallRelease(checks=[PASSED]).publish(tmp_path_factory.mktemp("hiding")), None
