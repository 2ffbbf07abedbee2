"""One child in every kind of file there is, beside others who must not notice that they go.

Belongs here: the deliveries and what is looked for. Does not belong here: an assertion.
"""

import io
from datetime import date
from functools import cache
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pyarrow as pa
import pytest
from pyarrow import parquet

from orchestration import refresh
from orchestration.refresh import Outcome
from orchestration.settings import Settings
from tests.support.annex_workbooks import CONTACTS, contact
from tests.support.inbox import Bench, make_bench, parse_here

# The child to erase, with an id of before a merge; a sister; a child with the same id elsewhere.
ID, FORMER, SISTER = "C0012345", "C0098765", "C0055555"
NAME, WORDS = "Sentinelforename", "The sentinel words that nobody else ever said, in full"
COMPLAINT = "A sentinel complaint about the long wait for an answer"
TEXTS = (NAME, "Sentinelsurname", WORDS, COMPLAINT, "sentinel street 12", ID, FORMER)
CHILD = (
    '<CHILD id="{n}"><HEADER><CHILDID>{child}</CHILDID><UPN>UN1</UPN><SEX>F</SEX>'
    "<DOB>2010-01-01</DOB><ETHNIC>WBRI</ETHNIC><AREVIEW><REVIEW>2026-01-0{n}</REVIEW>"
    "<REVIEW_CODE>PN1</REVIEW_CODE></AREVIEW></HEADER></CHILD>\r\n"
)
SSD = {
    "ssd_person.csv": "\ufeffpers_person_id,pers_forename,pers_surname,pers_sex,pers_dob\r\n"
    f"{ID},{NAME},Sentinelsurname,F,2012-01-01\r\n"
    f'{SISTER},"Mia\r\nMaria",Other,F,2014-01-01\r\n'
    "C1,Ann,Other,F,2014-01-01",
    "ssd_linked_identifiers.csv": "link_table_id,link_person_id,link_identifier_type,"
    f"link_identifier_value,link_valid_from_date\n1,{ID},Former person id,{FORMER},2020-01-01\n",
    "ssd_cin_assessments.csv": "cina_assessment_id,cina_person_id,cina_assessment_start_date\n"
    f"A1,{ID},2026-01-05\nA2,{SISTER},2026-01-06\nA3,{FORMER},2020-01-05\n",
    # No person stands on these rows; they go, or stay, with the assessment.
    "ssd_assessment_factors.csv": "cinf_table_id,cinf_assessment_id,cinf_assessment_factors_json\n"
    'F1,A1,"[1A]"\nF2,A2,"[1A]"\nF3,A3,"[1A]"\n',
    # One row too long, one that breaks a rule: both wait in quarantine.
    "ssd_disability.csv": "disa_table_id,disa_person_id,disa_disability_code\n"
    f"D1,{ID},HEAR,sentinel street 12\n,{ID},HEAR\nD3,{SISTER},HEAR\n",
    # A file that nobody can read, for it has no such column.
    "ssd_immigration_status.csv": f"a,b\n{ID},sentinel street 12\n{SISTER},other\n",
}
EXPRESSIONS = {
    "expression_id": ["X1", "X2", "X3"],
    "person_id": [ID, SISTER, "C1"],
    "voice_owner": ["child"] * 3,
    "voice_kind": ["as_information"] * 3,
    "expressed_on": [date(2026, 5, 1), date(2026, 5, 2), date(2026, 5, 3)],
    "capture_method": ["statement"] * 3,
    "directness": ["verbatim"] * 3,
    "text": [WORDS, "I like my room", None],
}
REPLIES = (
    "reply_id,subject_kind,subject_id,replied_on,status\n"
    "R1,expression,X1,2026-05-09,told\nR2,expression,X2,2026-05-09,told\nR3,feedback,X1,,pending\n"
)
COMPLAINTS = (
    "Reference,Type,Child ID,Made by,Received,Details\n"
    f"11,Complaint,{ID},Child,03/04/2026,{COMPLAINT}\n"
    f"12,Compliment,{SISTER},Child,04/04/2026,Thank you\n"
)
DELIVERIES = (
    "330/ssd/2026-06-30",
    "330/voice_extension/2026-06-30",
    "330/ssda903/2026-03-31",
    "330/annex_a/2026-06-30",
    "330/complaints_and_compliments/2026-06-30",
    "331/ssd/2026-06-30",
)


def deliver_everything(bench: Bench) -> None:
    """Put every kind of file into the inbox."""
    ssd, voice, returned, annex, mapped, other = DELIVERIES
    bench.deliver(ssd, SSD)
    bench.deliver(
        voice, {"vx_expression.parquet": as_parquet(EXPRESSIONS), "vx_reply.csv": REPLIES}
    )
    bench.deliver(returned, {f"return of {ID}.xml": as_return([SISTER, ID, "C1"])})
    bench.deliver(annex, {"annex.xlsx": as_workbook()})
    bench.deliver(mapped, {"complaints.csv": COMPLAINTS})
    bench.deliver(other, {"ssd_person.csv": SSD["ssd_person.csv"].replace(NAME, "Somebody")})


def as_return(children: list[str]) -> bytes:
    """The return on children looked after, in an encoding of its own."""
    records = "".join(CHILD.format(n=n, child=child) for n, child in enumerate(children, 1))
    text = f'<?xml version="1.0" encoding="windows-1252"?>\n<!-- caf\xe9 -->\n<EXPSSDA903>{records}'
    return (text + f"</EXPSSDA903>\n<!-- {NAME} -->\n").encode("cp1252")


def as_parquet(columns: dict[str, list[object]]) -> bytes:
    """A Parquet file of these columns."""
    target = io.BytesIO()
    parquet.write_table(pa.table(columns), target, row_group_size=2)
    return target.getvalue()


@cache
def as_workbook() -> bytes:
    """A workbook with the child in a list, in a comment, on a hidden sheet and an unknown one."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "List 1"
    for row in (["Contacts of the year"], [], CONTACTS, contact(ID), contact(SISTER), contact()):
        sheet.append(row)
    sheet["A5"].comment = openpyxl.comments.Comment(f"about {NAME} {ID}", "x")
    hidden = book.create_sheet("Notes")
    hidden.append([ID, NAME])
    hidden.sheet_state = "hidden"
    book.create_sheet(NAME).append(["seen with", ID])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def landed_bytes(home: Path) -> list[Path]:
    """Every landed file."""
    return sorted(path for path in (home / "landing").iterdir() if path.is_file())


def deliver_one_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A home folder of three people, without Dagster behind it."""
    bench = make_bench(folder, monkeypatch)
    monkeypatch.setattr(refresh, "refresh", lambda _settings: Outcome("published", "run"))
    parse_here(monkeypatch)
    bench.deliver("330/ssd/2026-06-30", {"ssd_person.csv": SSD["ssd_person.csv"]})
    bench.ingest()
    return bench


def settings(bench: Bench) -> Settings:
    return Settings(inbox=bench.inbox, home=bench.home)


def everything_in(home: Path) -> bytes:
    """All bytes of a home folder, with what compressed files hold."""
    found = []
    for path in home.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            found.append(content)
            if content[:4] == b"PAR1":
                found.append(str(parquet.read_table(path).to_pylist()).encode())
            elif content[:4] == b"PK\x03\x04":
                with ZipFile(path) as archive:
                    found += [archive.read(name) for name in archive.namelist()]
    return b"\n".join(found)
