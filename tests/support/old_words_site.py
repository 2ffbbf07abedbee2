"""Words old and young in every kind of file that can hold any, beside all that must stay.

Belongs here: the deliveries and what is looked for. Does not belong here: an assertion.
The rule keeps 24 months and the day is 23 November 2026, so what was said before 23 November 2024
goes. Every old text has SENTINEL in it; no other cell has.
"""

import io
from datetime import UTC, date, datetime
from hashlib import sha256

import openpyxl
import pyarrow as pa

from orchestration.quotes import ledger as quotes
from orchestration.themes import ledger as themes
from tests.support.erasure_site import as_parquet
from tests.support.inbox import Bench

TODAY = date(2026, 11, 23)
OLD = "SENTINEL I want to see my sister more"
TWICE = 'SENTINEL said, "twice"\r\nand over two lines'
EXPRESSIONS = (
    "\ufeffexpression_id,person_id,voice_owner,voice_kind,expressed_on,capture_method,directness,"
    "recorded_by,text,notes,reference\r\n"
    f"X1,C1,child,as_information,2023-05-01,statement,verbatim,W1,{OLD},SENTINEL note,2023/17\r\n"
    # Its own day, and the rows that repeat each other, are one as before.
    'X2,C2,child,as_information,2023-05-02,statement,verbatim,W1,"SENTINEL said, ""twice""\r\n'
    'and over two lines","",\r\n'
    'X2,C2,child,as_information,2023-05-02,statement,verbatim,W1,"SENTINEL said, ""twice""\r\n'
    'and over two lines","",\r\n'
    "X3,C1,child,as_information,2023-05-03,statement,verbatim,W1,,,\r\n"
    "X4,C1,child,as_information,2023-05-04,statement,verbatim,W1,PLACEHOLDER_DATA,,\r\n"
    "X5,C3,child,as_information,2024-11-23,statement,verbatim,W1,I like my room,young note,\r\n"
    # A slip of the pen is no reason to let go: the delivery's own day counts.
    "X6,C3,child,as_information,1026-05-01,statement,verbatim,W1,Wrong year,,\r\n"
    # The wrong kind of day: it waits in quarantine as it did.
    "X7,C4,child,as_information,soon,statement,verbatim,W1,No day,,\r\n"
)
ANSWERS = {
    "wave_id": ["w1", "w1", "w1"],
    "respondent_id": ["r1", "r1", "r2"],
    "question_code": ["q1", "q2", "q1"],
    "value_number": [4.0, None, None],
    # As pandas writes a category: the words stand in a dictionary of the column.
    "value_text": pa.array([None, "SENTINEL nobody told me", "Fine"]).dictionary_encode(),
    "answered_on": [date(2024, 11, 22), date(2024, 11, 22), date(2024, 11, 23)],
}
REPLIES = "reply_id,subject_kind,subject_id,replied_on,status\nR1,expression,X1,2023-05-09,told\n"
# A delivery of long ago: one row has a cell too many, and one file nobody can read.
LONG_AGO = (
    "feedback_id,person_id,kind,made_by,received_on,text\n"
    "F1,C1,complaint,child,2023-02-01,SENTINEL too slow\n"
    "F2,C1,complaint,child,2023-02-02,SENTINEL too,late\n"
)
UNREADABLE = "a,b\nC1,SENTINEL in a file without a key\n"
FORMS = (
    "Form ID,Child ID,Form,Question,Answer,Completed on\n"
    "1,C1,Review report,What I think,SENTINEL not enough,01/05/2023\n"
    "1,C1,Review report,What I want,SENTINEL a dog,01/05/2023\n"
    "1,C1,Review report,Did you come?,Yes,01/05/2023\n"
    "2,C2,Review report,What I think,Declined,01/05/2023\n"
    "3,C3,Review report,What I think,More football,01/05/2026\n"
)
SURVEY = (
    "Survey,Wave,Wave opened,Wave closed,Audience,Response ID,Completed on,Q1 I am heard,"
    "Q2 What is good?,Telephone,Remarks\n"
    "Voice,W1,01/03/2023,31/03/2023,Children,1,05/03/2023,Agree,SENTINEL my key worker,0117,"
    "SENTINEL remark\n"
    "Voice,W1,01/03/2023,31/03/2023,Children,2,05/03/2023,SENTINEL it depends,4,0118,\n"
)
COMPLAINTS = (
    ["Register of complaints"],
    ["Reference", "Type", "Child ID", "Made by", "Received", "Themes", "Details", "Owner"],
    [11, "Complaint", "C1", "Child", date(2023, 4, 3), "Delay", "SENTINEL waiting", "SENTINEL Kim"],
    [12, "Compliment", "C2", "Parent", date(2026, 4, 4), "Contact", "Thank you", "Sam"],
)
DELIVERIES = (
    "330/voice_extension/2026-06-30",
    "330/voice_extension/2023-06-30",
    "330/case_form_answers/2026-06-30",
    "330/survey_wide/2026-06-30",
    "330/complaints_and_compliments/2026-06-30",
)


def deliver_everything(bench: Bench) -> None:
    """Put every kind of file with words into the inbox."""
    now, then, forms, survey, complaints = DELIVERIES
    bench.deliver(
        now,
        {
            "vx_expression.csv": EXPRESSIONS,
            "vx_survey_answer.parquet": as_parquet(ANSWERS),
            "vx_reply.csv": REPLIES,
        },
    )
    bench.deliver(then, {"vx_feedback.csv": LONG_AGO, "vx_expression.csv": UNREADABLE})
    bench.deliver(forms, {"form_answers.csv": FORMS})
    bench.deliver(survey, {"survey.csv": SURVEY})
    bench.deliver(complaints, {"complaints.xlsx": as_register()})


def as_register() -> bytes:
    """The complaints as a workbook, with words on a sheet that nobody sees."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in COMPLAINTS:
        sheet.append(row)
    sheet["G3"].comment = openpyxl.comments.Comment("SENTINEL comment", "x")
    hidden = book.create_sheet("Hidden", 0)
    hidden.append(["SENTINEL on a sheet that is not shown"])
    hidden.sheet_state = "hidden"
    book.active = 1
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def form_expression(bench: Bench) -> tuple[str, str]:
    """The id and the text of what a form's answer became: the id is made of the words."""
    ((found, text),) = bench.rows(
        "select expression_id, text from raw.vx_expression where occasion_id = '1'"
        " and length(expression_id) = 32 order by _row_number limit 1"
    )
    return str(found), str(text)


def decide(bench: Bench) -> None:
    """Two themes that people gave, one to an older wording; two quotes, one of them released."""
    form, said = form_expression(bench)
    with themes.open_ledger(bench.home) as ledger:
        for subject, text in (("X1", OLD), (form, said), ("X1", "an older wording")):
            item = ("330", "expression", subject, sha256(text.encode()).hexdigest())
            (item_id,) = themes.item_ids(ledger, [item]).values()
            themes.add_decision(ledger, item_id, 1, "1", "Jo", False, ["family_time"])
    with quotes.open_ledger(bench.home) as ledger:
        for expression, words in (("X1", "SENTINEL redacted"), ("X2", "SENTINEL told")):
            quote = quotes.quote_id_of(ledger, "330", expression)
            quotes.store_text(ledger, quote, "hash", words, "")
        quotes.record_release(ledger, "R1", datetime(2026, 1, 1, tzinfo=UTC), {quote: None})
