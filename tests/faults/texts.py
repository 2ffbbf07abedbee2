"""The rows that the corpus is made of.

Belongs here: good rows, headers and the canary. Does not belong here: anything that is wrong.
"""

# A name that stands in a cell of nearly every file, and that no message may repeat.
CANARY = "Zyxwanda"

_TOKENS = {
    "<H>": "cinv_cin_visit_id,cinv_person_id,cinv_cin_visit_date,cinv_cin_visit_seen,"
    "cinv_cin_visit_seen_alone,cinv_cin_visit_bedroom",
    "<V1>": "V1,C1,2026-05-01,Y,N,Zyxwanda",
    "<V2>": "V2,C2,2026-05-02,Y,Y,N",
    "<V3>": "V3,Zyxwanda,2026-05-03,N,N,N",
    "<R>": "CHILD,DOB,REVIEW,REVIEW_CODE",
    "<N1>": "Zyxwanda,01/02/2010,05/06/2025,PN1",
    "<N2>": "12,02/02/2010,06/06/2025,PN2",
    "<C>": CANARY,
}


def filled(text: str) -> str:
    """A text of the manifest with its tokens replaced."""
    for token, meaning in _TOKENS.items():
        text = text.replace(token, meaning)
    return text
