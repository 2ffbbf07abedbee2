"""Bad XML files: traps, damage, and a census that changed its shape.

Belongs here: bytes. Does not belong here: what should become of them (bad_files.yaml). Heavy files
are heavy by what they would become; each is small as it lies.
"""

import re
from collections.abc import Callable

from tests.faults.texts import CANARY

CHILD = f"""
    <Child>
      <ChildIdentifiers>
        <LAchildID>{CANARY}1</LAchildID>
        <UPN>A123456789123</UPN>
        <PersonBirthDate>2015-03-24</PersonBirthDate>
        <Sex>F</Sex>
      </ChildIdentifiers>
      <ChildCharacteristics>
        <Ethnicity>WBRI</Ethnicity>
        <Disabilities><Disability>HEAR</Disability></Disabilities>
      </ChildCharacteristics>
      <CINdetails>
        <CINreferralDate>2025-06-01</CINreferralDate>
        <ReferralSource>1C</ReferralSource>
        <PrimaryNeedCode>N1</PrimaryNeedCode>
        <Assessments>
          <AssessmentActualStartDate>2025-06-06</AssessmentActualStartDate>
          <AssessmentAuthorisationDate>2025-07-06</AssessmentAuthorisationDate>
          <FactorsIdentifiedAtAssessment>
            <AssessmentFactors>2B</AssessmentFactors>
          </FactorsIdentifiedAtAssessment>
        </Assessments>
        <ReferralNFA>0</ReferralNFA>
      </CINdetails>
    </Child>"""

_HEAD = """
  <Header>
    <CollectionDetails>
      <Collection>CIN</Collection><Year>2026</Year><ReferenceDate>2026-03-31</ReferenceDate>
    </CollectionDetails>
    <Source><SourceLevel>L</SourceLevel><LEA>@@@</LEA></Source>
  </Header>"""

_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
_SECRET = "file:///etc/passwd"


def census(child: str = CHILD, before: str = "", around: str = "Children") -> str:
    """A census of the given children; its header leaves room for an authority."""
    return (
        f"{_DECLARATION}{before}<Message>{_HEAD}\n  <{around}>{child}\n  </{around}>\n</Message>\n"
    )


def _with_type(declarations: str, value: str) -> str:
    """A census with a document type, and something in a cell that refers to it."""
    child = CHILD.replace("<Ethnicity>WBRI<", f"<Ethnicity>{value}<")
    return census(child, before=f"<!DOCTYPE Message {declarations}>\n")


def _billion_laughs() -> str:
    steps = "".join(f'<!ENTITY l{step} "{f"&l{step - 1};" * 10}">' for step in range(1, 10))
    return _with_type(f'[<!ENTITY l0 "{CANARY}">{steps}]', "&l9;")


def _quadratic_blow_up() -> str:
    return _with_type(f'[<!ENTITY long "{CANARY * 2000}">]', "&long;" * 2000)


def _parameter_entity() -> str:
    inner = f"<!ENTITY &#37; read SYSTEM '{_SECRET}'><!ENTITY x '{CANARY}'>"
    return _with_type(f'[<!ENTITY % all "{inner}"> %all;]', "&x;")


def _deep(levels: int) -> str:
    return "<Deeper>" * levels + CANARY + "</Deeper>" * levels


def _in_a_cell(value: str) -> str:
    return census(CHILD.replace("<Ethnicity>WBRI<", f"<Ethnicity>{value}<"))


def _document_type_across_a_chunk() -> str:
    """The mark stands where a reader that looks piece by piece is likely to cut."""
    filler = f"<!--{'x' * ((1 << 20) - len(_DECLARATION) - 12)}-->"
    return census(before=f'{filler}<!DOCTYPE Message [<!ENTITY x "{CANARY}">]>\n')


def _with_a_prefix() -> str:
    prefixed = re.sub(r"<(/?)([A-Z])", r"<\1cin:\2", census())
    return prefixed.replace("<cin:Message>", '<cin:Message xmlns:cin="urn:example:cin">')


def _control_character() -> bytes:
    return _in_a_cell(f"{CANARY}\x01").encode()


def _lying_encoding() -> bytes:
    return _in_a_cell(f"{CANARY} café").encode("cp1252")


def _document_type_in_utf16() -> bytes:
    text = _billion_laughs().replace('encoding="utf-8"', 'encoding="utf-16"')
    return text.encode("utf-16")


def _document_type_in_utf7() -> bytes:
    text = _with_type(f'[<!ENTITY x "{CANARY}">]', "&x;").removeprefix(_DECLARATION)
    return b'<?xml version="1.0" encoding="utf-7"?>\n' + text.encode("utf-7")


def _census_in_utf16() -> bytes:
    return census().replace('encoding="utf-8"', 'encoding="utf-16"').encode("utf-16")


_TEXTS: dict[str, Callable[[], str]] = {
    "good_census": census,
    "billion_laughs": _billion_laughs,
    "quadratic_blow_up": _quadratic_blow_up,
    "external_entity": lambda: _with_type(f'[<!ENTITY x SYSTEM "{_SECRET}">]', "&x;"),
    "parameter_entity": _parameter_entity,
    "external_document_type": lambda: _with_type('SYSTEM "http://127.0.0.1:9/x.dtd"', CANARY),
    "document_type_in_a_comment": lambda: census(before=f"<!-- <!DOCTYPE {CANARY}> -->\n"),
    "document_type_across_a_chunk": _document_type_across_a_chunk,
    "unknown_entity": lambda: _in_a_cell("&nobody;"),
    "inclusion": lambda: _in_a_cell(
        f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{_SECRET}" parse="text"/>'
    ),
    "processing_instruction": lambda: census(
        before=f'<?xml-stylesheet type="text/xsl" href="{_SECRET}"?>\n'
    ),
    "deep": lambda: _in_a_cell(_deep(5_000)),
    "deep_outside_records": lambda: census(before="").replace(
        "<Header>", f"{_deep(5_000)}<Header>"
    ),
    "xml_cut_in_a_tag": lambda: census()[: census().index("</Ethnicity>") + 5],
    "xml_cut_after_a_record": lambda: census()[: census().index("</Child>") + 8],
    "two_roots": lambda: census() + "<Message/>",
    "crossed_tags": lambda: census().replace(
        "</Sex>\n      </ChildIdentifiers>", "</ChildIdentifiers></Sex>"
    ),
    "bare_ampersand": lambda: _in_a_cell(f"{CANARY} & sons"),
    "other_case_of_root": lambda: census().replace("Message>", "message>"),
    "without_children": lambda: census(""),
    "record_renamed": lambda: census(re.sub(r"(</?)Child>", r"\1YoungPerson>", CHILD)),
    "with_a_namespace": lambda: census().replace("<Message>", '<Message xmlns="urn:example:cin">'),
    "with_a_prefix": _with_a_prefix,
    "element_renamed": lambda: census().replace("ReferralSource>", "ReferredBy>"),
    "census_with_a_bad_day": lambda: census().replace("2025-06-01", "2025-06-31"),
    "census_without_an_id": lambda: census().replace(f"{CANARY}1", "  "),
    "census_with_a_placeholder": lambda: census().replace(f"{CANARY}1", "Unknown"),
}


def _encoded(make: Callable[[], str]) -> Callable[[], bytes]:
    return lambda: make().encode()


MAKERS: dict[str, Callable[[], bytes]] = {
    **{name: _encoded(make) for name, make in _TEXTS.items()},
    "control_character": _control_character,
    "lying_encoding": _lying_encoding,
    "document_type_in_utf16": _document_type_in_utf16,
    "document_type_in_utf7": _document_type_in_utf7,
    "census_in_utf16": _census_in_utf16,
}
