"""Censuses that are not what their folder says, and odd ones that other programs write.

Belongs here: bytes. Does not belong here: traps and damage (bad_xml), or what should become of
them (bad_files.yaml). `@@@` stands for the authority that delivers the file.
"""

import re
from collections.abc import Callable

from tests.faults.bad_xml import CHILD, census

_OTHER = CHILD.replace("2015-03-24", "2012-05-06").replace("A123456789123", "B123456789123")
_OWN_ID = re.compile(r"<LAchildID>[^<]*</LAchildID>")


def _headed(old: str, new: str) -> Callable[[], bytes]:
    """A good census with another text in its header."""

    def make() -> bytes:
        text = census()
        assert old in text
        return text.replace(old, new).encode()

    return make


def _of(child: str) -> Callable[[], bytes]:
    return lambda: census(child).encode()


def _identified(text: str) -> Callable[[], bytes]:
    """A good census whose child is identified in another way."""
    return _of(_OWN_ID.sub(text, CHILD))


def _followed(element: str, more: str) -> Callable[[], bytes]:
    """A good census with something behind the first element of a name."""
    end = f"</{element}>"
    assert end in CHILD
    return _of(CHILD.replace(end, end + more, 1))


def _second(header: str) -> Callable[[], bytes]:
    return _headed("</Header>", f"</Header>{header}")


MAKERS: dict[str, Callable[[], bytes]] = {
    "census_of_another_authority": _headed("@@@", "330"),
    "census_of_another_authority_by_name": _headed("@@@", "Birmingham"),
    "census_of_nobodys_code": _headed("@@@", "Z1"),
    "census_with_blanks_around_its_authority": _headed("@@@", "\n  @@@\t"),
    "census_of_another_year": _headed("<Year>2026<", "<Year>2024<"),
    "census_true_on_another_day": _headed("2026-03-31", "2025-03-31"),
    "census_that_says_it_is_another": _headed(">CIN<", ">SSDA903<"),
    "census_of_two_authorities": _second("<Header><Source><LEA>330</LEA></Source></Header>"),
    "census_with_its_header_twice": _second("<Header><Source><LEA>@@@</LEA></Source></Header>"),
    "child_with_two_ids": _identified("<LAchildID>Z1</LAchildID><LAchildID>Z2</LAchildID>"),
    "child_with_two_identifiers": _of(
        CHILD.replace(
            "</ChildIdentifiers>",
            "</ChildIdentifiers><ChildIdentifiers><LAchildID>Z2</LAchildID></ChildIdentifiers>",
        )
    ),
    "census_with_two_referral_days": _followed(
        "ReferralSource", "<CINreferralDate>2025-09-01</CINreferralDate>"
    ),
    "census_with_two_days_of_birth": _followed(
        "PersonBirthDate", "<PersonBirthDate>2015-03-25</PersonBirthDate>"
    ),
    "census_with_two_sexes": _followed("Sex", "<GenderCurrent>1</GenderCurrent>"),
    "census_with_a_text_between": _followed("CINreferralDate", "2025-09-01"),
    "one_id_on_two_children": _of(CHILD + _OTHER),
    "child_twice_word_for_word": _of(CHILD + CHILD),
    "id_with_a_comment_inside": _identified("<LAchildID>Z<!-- x -->1</LAchildID>"),
    "id_with_an_element_inside": _identified("<LAchildID>Z<b>1</b></LAchildID>"),
    "id_as_an_attribute": _identified('<LAchildID value="Z1"/>'),
    "day_with_a_zone": _of(CHILD.replace("2025-06-01", "2025-06-01Z")),
    "xml_with_a_mark": lambda: b"\xef\xbb\xbf" + census().encode(),
    "children_outside_children": lambda: census(around="Kinder").encode(),
    "children_in_two_lists": _headed("</Children>", f"</Children><Children>{_OTHER}</Children>"),
    "child_within_a_child": _of(CHILD.replace("</Child>", f"{_OTHER}</Child>")),
}
