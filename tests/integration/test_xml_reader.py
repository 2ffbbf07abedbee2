"""The XML reader, value by value beside lxml's own iterparse."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.ingestion import xml_reader, xml_stylesheet
from orchestration.ingestion.matching import match_header
from tests.support.census_xml import census, oracle
from tests.support.inbox import samples
from tests.support.xml_files import CENSUS, CHILD, drift_of, message, parts_of, read, rows_of, write


@pytest.mark.parametrize(
    ("folder", "name", "told"),
    [
        ("csc-validator-be-cin", "fake_CIN_data.xml", set()),
        # Both have a tag that was broken by hand.
        ("csc-validator-be-cin", "CIN_Census_2021.xml", {"ChildIdentifiers/text()"}),
        ("csc-validator-be-cin", "CIN_Census_2024.xml", {"ChildIdentifiers/text()"}),
        ("liia-tools", "cin-2022.xml", set()),
    ],
)
@pytest.mark.parametrize("batch", [1, 1 << 19])
def test_a_public_sample_is_read_value_by_value(
    tmp_path: Path, folder: str, name: str, told: set[str], batch: int
) -> None:
    source = samples(folder) / name
    path = write(tmp_path, source.read_bytes())
    parts = parts_of(path, batch=batch)
    assert rows_of(parts) == oracle(source)
    assert drift_of(parts) == told


@pytest.mark.parametrize("pretty", [True, False])
@pytest.mark.parametrize("namespace", ["", "urn:invented:census"])
@pytest.mark.parametrize(("block", "batch"), [(1 << 16, 1 << 19), (97, 1), (4096, 3000)])
def test_a_generated_census_is_read_value_by_value(
    tmp_path: Path, pretty: bool, namespace: str, block: int, batch: int
) -> None:
    path = write(tmp_path, census(150, seed=7, pretty=pretty, namespace=namespace))
    expected = oracle(path)
    assert all(expected.values())
    parts = parts_of(path, block=block, batch=batch)
    assert rows_of(parts) == expected
    assert drift_of(parts) == ({"namespace of Message"} if namespace else set())


@pytest.mark.parametrize("figures", ["", "01"])
def test_a_contract_with_more_starts_than_figures_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, figures: str
) -> None:
    monkeypatch.setattr(xml_stylesheet, "STARTS", figures)
    path = write(tmp_path, census(30, seed=8))
    assert rows_of(parts_of(path)) == oracle(path)


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
    | st.sampled_from("\t\n\r &<>\"'\\|,;]"),
    max_size=12,
).filter(lambda text: not any("\ufdd0" <= mark <= "\ufdd5" for mark in text))


def escaped(text: str) -> str:
    marks = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;", "\t": "&#9;"}
    return "".join(marks.get(mark, mark) for mark in text)


def quoted(text: str) -> str:
    """A CDATA section; a carriage return cannot stand in one."""
    return f"<![CDATA[{text.replace(']]>', ']] >').replace(chr(13), ' ')}]]>"


LEAVES = TEXTS.flatmap(
    lambda text: st.sampled_from(
        [
            escaped(text),
            quoted(text),
            f"<!-- <Child> -->{escaped(text)}",
            f"{escaped(text)}<?go on?>",
        ]
    )
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    leaves=st.lists(st.tuples(LEAVES, LEAVES, LEAVES), min_size=1, max_size=6),
    between=st.sampled_from(["", "\n  ", "<!-- </Child> -->", "stray text", "<?keep out?>"]),
    head=st.sampled_from(
        ["", '<?xml version="1.0" encoding="UTF-8"?>\n', "\ufeff", "<!-- <b> -->"]
    ),
    spaced=st.sampled_from(["", ' xmlns="urn:a"', ' xmlns:xsi="urn:b" xsi:type="c"']),
    block=st.integers(1, 200),
    batch=st.integers(1, 400),
)
def test_any_value_survives_any_writing_and_any_border(
    tmp_path: Path,
    leaves: list[tuple[str, str, str]],
    between: str,
    head: str,
    spaced: str,
    block: int,
    batch: int,
) -> None:
    records = [
        f"<Child>{between}<ChildIdentifiers>{between}<LAchildID>ZQ{number}</LAchildID>{between}"
        f"<Sex>{sex}</Sex></ChildIdentifiers>{between}<CINdetails><ReferralSource>{source}"
        f"</ReferralSource>{between}<Assessments><FactorsIdentifiedAtAssessment><AssessmentFactors>"
        f"{factor}</AssessmentFactors></FactorsIdentifiedAtAssessment></Assessments></CINdetails>"
        f"{between}</Child>{between}"
        for number, (sex, source, factor) in enumerate(leaves)
    ]
    path = write(tmp_path, message(*records, head=head, spaced=spaced))
    found, expected = read(path, block=block, batch=batch), oracle(path)
    # Outer blanks are trimmed later, and those before a CDATA section may already be gone.
    for table, rows in expected.items():
        assert [[text and text.strip() for text in row] for row in found[table]] == [
            [text and text.strip() for text in row] for row in rows
        ], table


def test_rows_of_every_level_can_be_joined(tmp_path: Path) -> None:
    found = read(write(tmp_path, census(60, seed=3)))
    referrals = {row[:3] for row in found["details"]}
    assert len(referrals) == len(found["details"])
    for table in ("assessments", "plans", "child_protection_reviews", "pre_proceedings"):
        assert {row[:3] for row in found[table]} <= referrals
    assert {row[:4] for row in found["assessment_factors"]} <= {
        row[:4] for row in found["assessments"]
    }


def test_either_element_fills_sex(tmp_path: Path) -> None:
    old = CHILD.format(sex="2", inner="").replace("Sex>", "GenderCurrent>")
    rows = read(write(tmp_path, message(CHILD.format(sex="M", inner=""), old)))["children"]
    assert [row[6] for row in rows] == ["M", "2"]


def test_an_element_of_a_later_year_loads_all_the_same(tmp_path: Path) -> None:
    inner = (
        "<CINdetails><PreProceedingsandFGDM><FGDMMeetingOffer>true</FGDMMeetingOffer>"
        "</PreProceedingsandFGDM></CINdetails>"
    )
    path = write(tmp_path, message(CHILD.format(sex="F", inner=inner)))
    early = {part.label: part for part in parts_of(path, year=2020)}
    assert "true" in rows_of([early["pre_proceedings"]], year=2020)["pre_proceedings"][0]
    # A table that the year does not ask for and the file does not hold is not restated.
    assert "plans" not in early
    assert "plans" in {part.label for part in parts_of(path, year=2022)}


def test_a_renamed_element_is_drift(tmp_path: Path) -> None:
    record = CHILD.format(sex="F", inner="<CINdetails><Referred>2026-05-01</Referred></CINdetails>")
    parts = parts_of(write(tmp_path, message(record.replace("Sex>", "Gender>"))))
    assert drift_of(parts) == {"ChildIdentifiers/Gender", "CINdetails/Referred"}
    header = match_header(CENSUS, parts[0].table, parts[0].extract.cells, 2027)
    assert {(each.column, each.kind) for each in header.drift} == {
        ("sex", "missing"),
        ("ethnicity", "missing"),
    }


def test_a_rare_unknown_element_is_found_wherever_it_stands(tmp_path: Path) -> None:
    text = census(400, seed=5)
    for place in (0.01, 0.4, 0.99):
        cut = text.index("<Section47>", int(len(text) * place) - 5000)
        path = write(tmp_path, text[:cut] + "<Seen>1</Seen>" + text[cut:])
        assert drift_of(parts_of(path, batch=8192, block=1024)) == {"CINdetails/Seen"}


def test_a_name_that_may_be_a_value_is_not_repeated(tmp_path: Path) -> None:
    inner = "<Zoë.Quill/><" + "z" * 80 + "/>"
    assert drift_of(parts_of(write(tmp_path, message(CHILD.format(sex="F", inner=inner))))) == {
        "2 elements with other names"
    }


def test_a_known_element_in_another_place_is_drift(tmp_path: Path) -> None:
    inner = "<Assessments/><CINdetails><Assessments/></CINdetails>"
    parts = parts_of(write(tmp_path, message(CHILD.format(sex="F", inner=inner))))
    assert drift_of(parts) == {"Assessments in other places"}


@pytest.mark.parametrize(
    ("inner", "told"),
    [
        # A value where nobody looks for it.
        ("<PersonDeathDate>2025-01-02</PersonDeathDate>", "PersonDeathDate in other places"),
        (
            '<CINdetails><CINreferralDate value="2025-06-01"/></CINdetails>',
            "CINreferralDate/@value",
        ),
        ('<CINdetails CINclosureDate="2025-12-01"/>', "CINdetails/@CINclosureDate"),
        ('<CINdetails id="1" xmlns:x="urn:x" x:nil="true"/>', None),
        # A return inside a return.
        ("<Message><Children/></Message>", "Message in other places"),
    ],
)
def test_a_value_where_nobody_looks_is_drift(tmp_path: Path, inner: str, told: str | None) -> None:
    drift = drift_of(parts_of(write(tmp_path, message(CHILD.format(sex="F", inner=inner)))))
    assert drift == set() if told is None else told in drift


def test_a_known_element_in_a_wrong_wrapper_is_drift(tmp_path: Path) -> None:
    inner = (
        "<CINdetails><Assessments><Reviews><CPPreviewDate>2026-05-01</CPPreviewDate></Reviews>"
        "</Assessments></CINdetails>"
    )
    parts = parts_of(write(tmp_path, message(CHILD.format(sex="F", inner=inner))))
    assert drift_of(parts) == {"Reviews in other places"}
    assert not rows_of(parts)["child_protection_reviews"]


@pytest.mark.parametrize("spaced", [' id="1"', ' xmlns="urn:a"', ' xmlns:b="urn:b" b:c="d"'])
@pytest.mark.parametrize("batch", [1, 2000])
def test_attributes_and_namespaces_of_records_hide_nothing(
    tmp_path: Path, spaced: str, batch: int
) -> None:
    text = census(100, seed=11).replace("<Child>", f"<Child{spaced}>")
    plain = oracle(write(tmp_path, text))
    assert all(plain.values())
    cut = text.index("<Section47>", len(text) * 3 // 4)
    path = write(tmp_path, text[:cut] + "<Seen>1</Seen>" + text[cut:])
    parts = parts_of(path, block=512, batch=batch)
    assert rows_of(parts) == plain
    assert drift_of(parts) - {"namespace of Message"} == {"CINdetails/Seen"}


def test_so_many_unknown_elements_hide_no_row(tmp_path: Path) -> None:
    text = census(300, seed=12)
    plain = oracle(write(tmp_path, text))
    records = text.split("<CINdetails>")
    spread = "".join(f"<CINdetails><Extra{n}/>{record}" for n, record in enumerate(records[1:]))
    parts = parts_of(write(tmp_path, records[0] + spread), block=512, batch=2000)
    assert rows_of(parts) == plain
    assert len(drift_of(parts)) == 100


@pytest.mark.parametrize("blank", [" ", "\t", "\n", "&#13;", "\xa0"])
def test_only_a_table_without_blanks_is_tidy(tmp_path: Path, blank: str) -> None:
    inner = "<CINdetails><CINPlanDates/></CINdetails>"
    parts = parts_of(write(tmp_path, message(CHILD.format(sex=f"F{blank}", inner=inner))))
    tidy = {part.label: not part.blanks for part in parts}
    assert not tidy["children"]
    assert tidy["details"]
    assert tidy["plans"]


def test_a_child_inside_a_child_is_no_record(tmp_path: Path) -> None:
    inner = CHILD.format(sex="M", inner="")
    found = read(write(tmp_path, message(CHILD.format(sex="F", inner=inner))), batch=1)
    assert [row[6] for row in found["children"]] == ["F"]


@pytest.mark.parametrize(
    "head",
    [
        # So long that no mark can wait for its end.
        f'<?xml version="1.0"{" " * 3000}?>',
        '<?xml-stylesheet href="a.xsl"?><?other?>',
        '<?xml version="1.0"?><?xml-stylesheet href="a.xsl"?>',
    ],
)
@pytest.mark.parametrize("block", [7, 1 << 16])
def test_instructions_before_the_root_change_nothing(tmp_path: Path, head: str, block: int) -> None:
    path = write(tmp_path, message(CHILD.format(sex="M", inner=""), head=head))
    assert read(path, block=block, batch=50) == oracle(path)


def test_records_in_two_groups_are_all_read(tmp_path: Path) -> None:
    group = f"<Children>{CHILD.format(sex='F', inner='') * 3}</Children>"
    path = write(tmp_path, f"<Message>{group}<Other/>{group}</Message>")
    parts = parts_of(path, batch=1, block=9)
    assert len(rows_of(parts)["children"]) == 6
    assert drift_of(parts) == {"Message/Other"}


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """The tree holds a few records at a time, whatever comes before and after."""
    held: list[int] = []

    class Watching(xml_reader._Walk):
        def _shred(self, count: int) -> None:
            super()._shred(count)
            if count:
                held.append(len(self._holder))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xml_reader, "_Walk", Watching)
        parts_of(write(tmp_path, census(2000)), block=4096, batch=16384)
    assert len(held) > 50
    assert max(held) < 40
