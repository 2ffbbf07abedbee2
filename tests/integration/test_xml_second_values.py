"""Of what an XML record may have once, a second one is told, in whatever order elements stand."""

import random
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from orchestration.contracts import load_contracts
from tests.support.census_xml import census, oracle
from tests.support.xml_files import CHILD, message, parts_of, rows_of, write

_DETAILS = "<CINdetails><CINreferralDate>2025-06-01</CINreferralDate>{}</CINdetails>"
_ONE = CHILD.format(sex="F", inner="")
_ASSESSMENT = "<Assessments><AssessmentActualStartDate>2025-06-02</AssessmentActualStartDate>{}"


def _told(path: Path, source: str = "cin_census", **sizes: int) -> set[tuple[str, str]]:
    parts = parts_of(path, load_contracts()[source], **sizes)
    return {told for part in parts for told in part.drift}


@pytest.mark.parametrize(
    ("inner", "name"),
    [
        (_DETAILS.format("<CINreferralDate>2025-07-01</CINreferralDate>"), "CINreferralDate"),
        # Not beside the first, and the same again.
        (
            _DETAILS.format("<Assessments/><CINreferralDate>2025-06-01</CINreferralDate>"),
            "CINreferralDate",
        ),
        (
            _DETAILS.format(
                _ASSESSMENT.format(
                    "<AssessmentAuthorisationDate/>"
                    "<AssessmentAuthorisationDate>2025-07-01</AssessmentAuthorisationDate>"
                )
                + "</Assessments>"
            ),
            "AssessmentAuthorisationDate",
        ),
        (
            "<ChildCharacteristics><Ethnicity>WBRI</Ethnicity></ChildCharacteristics>" * 2,
            "ChildCharacteristics",
        ),
    ],
)
@pytest.mark.parametrize("record", ["<Child>", '<Child id="1">', '<Child xmlns="urn:a">'])
def test_a_second_value_is_told(tmp_path: Path, inner: str, name: str, record: str) -> None:
    text = message(CHILD.format(sex="F", inner=inner).replace("<Child>", record, 1))
    told = _told(write(tmp_path, text))
    assert told - {("namespace of Message", "unknown")} == {(name, "two_values")}


def test_two_names_of_one_value_are_a_second_value(tmp_path: Path) -> None:
    text = message(
        CHILD.format(sex="F", inner="").replace("<Sex>", "<GenderCurrent>2</GenderCurrent><Sex>")
    )
    assert _told(write(tmp_path, text)) == {("Sex", "two_values")}


def test_what_is_not_loaded_may_stand_twice(tmp_path: Path) -> None:
    text = message(
        CHILD.format(sex="F", inner="").replace("<Sex>", "<UPN>A</UPN><UPN>B</UPN><Sex>")
    )
    assert _told(write(tmp_path, text)) == set()


def test_a_second_wrapper_whose_rows_are_read_is_none(tmp_path: Path) -> None:
    factors = "<FactorsIdentifiedAtAssessment><AssessmentFactors>{}</AssessmentFactors>{}"
    end = "</FactorsIdentifiedAtAssessment>"
    inner = _ASSESSMENT.format(factors.format("1A", end) + factors.format("2A", end))
    path = write(
        tmp_path, message(CHILD.format(sex="F", inner=_DETAILS.format(inner + "</Assessments>")))
    )
    assert rows_of(parts_of(path)) == oracle(path)
    assert _told(path) == set()


def test_a_text_between_elements_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, message(CHILD.format(sex="F", inner=_DETAILS.format("2025-07-01"))))
    assert _told(path) == {("CINdetails/text()", "unknown")}


def test_a_second_social_worker_of_a_return_is_told(tmp_path: Path) -> None:
    """The contract does not know below which element a social worker stands."""
    worker = "<SW_ID>AB12345</SW_ID><SW_DECOM>2025-06-01</SW_DECOM>"
    text = (
        '<EXPSSDA903><CHILD id="1"><HEADER><CHILDID>C1</CHILDID><DOB>2010-01-01</DOB>'
        f"<SWORKER>{worker}</SWORKER><SWORKER>{worker}{worker}</SWORKER></HEADER></CHILD></EXPSSDA903>"
    )
    told = _told(write(tmp_path, text), "ssda903")
    assert told >= {("SW_ID", "two_values"), ("SW_DECOM", "two_values")}


@pytest.mark.parametrize("place", [0.01, 0.5, 0.99])
def test_a_second_value_is_told_wherever_it_stands_in_a_file(tmp_path: Path, place: float) -> None:
    text = census(400, seed=6)
    cut = text.index("<ReferralSource>", int(len(text) * place) - 3000)
    twice = text[:cut] + "<ReferralSource>1C</ReferralSource>" + text[cut:]
    told = _told(write(tmp_path, twice), batch=8192, block=1024)
    assert told == {("ReferralSource", "two_values")}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 1 << 16), batch=st.sampled_from([1, 3000, 1 << 19]), is_one=st.booleans()
)
def test_no_order_of_elements_is_drift(
    tmp_path_factory: pytest.TempPathFactory, seed: int, batch: int, is_one: bool
) -> None:
    """One program writes each record in one order; by hand, each may have its own."""
    root = etree.fromstring(re.sub(r"^<\?xml[^>]*>", "", census(20, seed=seed)).encode())
    chance = random.Random(seed)  # noqa: S311
    ranks = {name: chance.random() for name in sorted({str(each.tag) for each in root.iter("*")})}
    for parent in list(root.iter("*")):
        rank = ranks.__getitem__ if is_one else lambda _: chance.random()
        parent[:] = sorted(parent, key=lambda child: rank(str(child.tag)))
    path = write(tmp_path_factory.mktemp("order"), etree.tostring(root))
    parts = parts_of(path, batch=batch, block=500)
    assert rows_of(parts) == oracle(path)
    assert {told for part in parts for told in part.drift} == set()


def test_a_block_outside_its_record_is_told(tmp_path: Path) -> None:
    block = _DETAILS.format("")
    path = write(tmp_path, f"<Message><Children>{_ONE}{block}{_ONE}</Children></Message>")
    assert _told(path) == {("CINdetails in other places", "unknown")}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"<Message><Children>{_ONE}<Group>{_ONE}</Group></Children></Message>", "Children/Group"),
        (
            f"<Message><Children>{_ONE}<Group>{_ONE}</Group>{_ONE}</Children></Message>",
            "Children/Group",
        ),
        (
            f"<Message><Children>{_ONE}</Children><Unborn>{_ONE}</Unborn></Message>",
            "Message/Unborn",
        ),
    ],
)
def test_records_where_nobody_looks_are_told(tmp_path: Path, text: str, told: str) -> None:
    assert {(told, "unknown"), ("Child in other places", "unknown")} <= _told(write(tmp_path, text))
