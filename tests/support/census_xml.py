"""Generated census XML, and an independent reading of it by lxml's own iterparse.

Belongs here: invented returns and the oracle that every value is compared with. Does not belong
here: the reader under test; nothing in this file may import it.
"""

import random
from pathlib import Path
from typing import Any

from lxml import etree

Rows = dict[str, list[tuple[str | None, ...]]]

# Element names in the order of the contract's columns; the ids that do not load stay blank.
_DETAILS = [
    "CINreferralDate",
    "ReferralSource",
    "PrimaryNeedCode",
    "CINclosureDate",
    "ReasonForClosure",
    "DateOfInitialCPC",
    "ReferralNFA",
]
_ASSESSMENT = [
    "AssessmentActualStartDate",
    "AssessmentInternalReviewDate",
    "AssessmentAuthorisationDate",
]
_SECTION_47 = ["S47ActualStartDate", "InitialCPCtarget", "DateOfInitialCPC", "ICPCnotRequired"]
_PROTECTION = [
    "CPPstartDate",
    "CPPendDate",
    "InitialCategoryOfAbuse",
    "LatestCategoryOfAbuse",
    "NumberOfPreviousCPP",
]
_PRE_PROCEEDINGS = [
    "PPStartDate",
    "LBPSentDate",
    "FGDMMeetingOffer",
    "FGDMMeetingFac",
    "InitialPPMeetingDate",
    "ReviewMeetingsCount",
    "StepDecisionDate",
    "PPOutcome",
    "CourtAppDate",
    "LetterInitCPDate",
]


def oracle(path: Path) -> Rows:
    """Every row of a census file, value by value, as everybody would read it."""
    rows: Rows = {
        name: []
        for name in [
            "children",
            "disabilities",
            "details",
            "assessments",
            "assessment_factors",
            "plans",
            "section_47_enquiries",
            "child_protection_plans",
            "child_protection_reviews",
            "pre_proceedings",
            "header",
        ]
    }
    for _, element in etree.iterparse(str(path), events=("end",), remove_comments=True):
        name = etree.QName(element).localname
        if name == "Child":
            _child(element, rows)
            element.clear()
        elif name == "Header":
            rows["header"].append(_header(element))
    return rows


def _child(child: Any, rows: Rows) -> None:
    ids, traits = _one(child, "ChildIdentifiers"), _one(child, "ChildCharacteristics")
    who = _text(ids, "LAchildID")
    rows["children"].append(
        (
            who,
            None,
            None,
            _text(ids, "UPNunknown"),
            _text(ids, "PersonBirthDate"),
            _text(ids, "ExpectedPersonBirthDate"),
            _text(ids, "Sex") or _text(ids, "GenderCurrent"),
            _text(ids, "PersonDeathDate"),
            _text(traits, "Ethnicity"),
        )
    )
    for holder in _all(traits, "Disabilities"):
        rows["disabilities"].extend((who, _own(each)) for each in _all(holder, "Disability"))
    for number, details in enumerate(_all(child, "CINdetails"), start=1):
        _details(who, str(number), details, rows)


def _details(who: str | None, number: str, details: Any, rows: Rows) -> None:
    values = [_text(details, name) for name in _DETAILS]
    rows["details"].append((who, number, *values))
    head = (who, number, values[0])
    for place, each in enumerate(_all(details, "Assessments"), start=1):
        above = (*head, str(place))
        rows["assessments"].append((*above, *(_text(each, name) for name in _ASSESSMENT)))
        for holder in _all(each, "FactorsIdentifiedAtAssessment"):
            rows["assessment_factors"].extend(
                (*above, _own(factor)) for factor in _all(holder, "AssessmentFactors")
            )
    for table, element, names in (
        ("plans", "CINPlanDates", ["CINPlanStartDate", "CINPlanEndDate"]),
        ("section_47_enquiries", "Section47", _SECTION_47),
        ("pre_proceedings", "PreProceedingsandFGDM", _PRE_PROCEEDINGS),
    ):
        for place, each in enumerate(_all(details, element), start=1):
            rows[table].append((*head, str(place), *(_text(each, name) for name in names)))
    for place, each in enumerate(_all(details, "ChildProtectionPlans"), start=1):
        values = [_text(each, name) for name in _PROTECTION]
        rows["child_protection_plans"].append((*head, str(place), *values))
        for holder in _all(each, "Reviews"):
            rows["child_protection_reviews"].extend(
                (*head, str(place), values[0], _own(day)) for day in _all(holder, "CPPreviewDate")
            )


def _header(header: Any) -> tuple[str | None, ...]:
    return tuple(
        _text(_one(header, holder), name)
        for holder, names in (
            ("CollectionDetails", "Collection Year ReferenceDate"),
            ("Source", "SourceLevel LEA SoftwareCode Release SerialNo DateTime"),
        )
        for name in names.split()
    )


def _all(element: Any, name: str) -> list[Any]:
    if element is None:
        return []
    return list(element.iterfind("{*}" + name))


def _one(element: Any, name: str) -> Any:
    return next(iter(_all(element, name)), None)


def _own(element: Any) -> str | None:
    # A text of nothing but blanks is blank, here as in every extract.
    text = "".join(element.itertext())
    return text if text.strip() else None


def _text(element: Any, name: str) -> str | None:
    found = _one(element, name)
    return None if found is None else _own(found)


def census(children: int, seed: int = 1, *, pretty: bool = True, namespace: str = "") -> str:
    """An invented census of so many children."""
    chance = random.Random(seed)  # noqa: S311
    end = "\n" if pretty else ""
    spaced = f' xmlns="{namespace}"' if namespace else ""
    records = "".join(_record(number, chance, end) for number in range(1, children + 1))
    return (
        f"<Message{spaced}>{end}<Header><CollectionDetails><Collection>CIN</Collection>"
        "<Year>2027</Year><ReferenceDate>2027-03-31</ReferenceDate></CollectionDetails>"
        "<Source><SourceLevel>L</SourceLevel><LEA>330</LEA><SoftwareCode>Invented &amp; Sons"
        f"</SoftwareCode></Source></Header>{end}<Children>{end}{records}</Children></Message>{end}"
    )


def _leaf(name: str, text: str) -> str:
    return f"<{name}>{text}</{name}>"


def _day(chance: random.Random) -> str:
    return f"20{chance.randint(10, 26)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"


def _some(names: list[str], chance: random.Random, end: str) -> str:
    """Some of the leaves, in order, a few of them empty."""
    return "".join(
        (_leaf(name, _day(chance)) if chance.random() < 0.95 else f"<{name}/>") + end
        for name in names
        if chance.random() < 0.8
    )


def _record(number: int, chance: random.Random, end: str) -> str:
    sex = _leaf("Sex", "F") if chance.random() < 0.7 else _leaf("GenderCurrent", "2")
    kinds = "".join(_leaf("Disability", chance.choice(["AUT", "LD"])) for _ in range(number % 3))
    details = "".join(_referral(chance, end) for _ in range(chance.randint(1, 3)))
    return (
        f"<Child>{end}<ChildIdentifiers>{_leaf('LAchildID', f'ZQ{number:06}')}"
        f"{_leaf('UPN', 'A000000000000')}{_leaf('PersonBirthDate', _day(chance))}{sex}"
        f"</ChildIdentifiers>{end}<ChildCharacteristics>{_leaf('Ethnicity', 'WBRI')}"
        f"<Disabilities>{kinds}</Disabilities></ChildCharacteristics>{end}{details}</Child>{end}"
    )


def _referral(chance: random.Random, end: str) -> str:
    parts = [_some(_DETAILS, chance, end)]
    for _ in range(chance.randint(0, 3)):
        factors = "".join(
            _leaf("AssessmentFactors", factor)
            for factor in ("1A", "2B", "18C")[: chance.randint(0, 3)]
        )
        parts.append(
            f"<Assessments>{end}{_some(_ASSESSMENT, chance, end)}<FactorsIdentifiedAtAssessment>"
            f"{factors}</FactorsIdentifiedAtAssessment></Assessments>{end}"
        )
    for element, names in (
        ("CINPlanDates", ["CINPlanStartDate", "CINPlanEndDate"]),
        ("Section47", _SECTION_47),
        ("PreProceedingsandFGDM", _PRE_PROCEEDINGS),
    ):
        if chance.random() < 0.3:
            parts.append(f"<{element}>{_some(names, chance, end)}</{element}>{end}")
    if chance.random() < 0.3:
        days = "".join(_leaf("CPPreviewDate", _day(chance)) for _ in range(chance.randint(1, 3)))
        parts.append(
            f"<ChildProtectionPlans>{_some(_PROTECTION, chance, end)}"
            f"<Reviews>{days}</Reviews></ChildProtectionPlans>{end}"
        )
    return f"<CINdetails>{end}{''.join(parts)}</CINdetails>{end}"
