"""Read what the generator moved into other programs' exports, in the voice extension's words.

Belongs here: one authority's app statements and register of feedback, as rows of the tables they
become. Does not belong here: any import from the generator or from the mappings.
"""

import csv
from pathlib import Path

Row = dict[str, str]

_YOUNG = ("16 and over", "Care leaver")


def exported(folder: Path, table: str) -> list[Row]:
    """Return the rows of a table of the voice extension that lie in exports."""
    if table == "vx_expression":
        return [_expression(row) for row in _rows(folder / "mind_of_my_own")]
    if table == "vx_feedback":
        return [_item(row) for row in _rows(folder / "complaints_and_compliments")]
    return []


def iso(text: str) -> str:
    """Return dd/mm/yyyy as an ISO date; what is no day stays no day."""
    return "-".join(reversed(text.split("/")))


def _rows(folder: Path) -> list[Row]:
    """Return the rows of a program's only file, a repeated one once."""
    (path,) = folder.glob("*/*.csv")
    with path.open(encoding="utf-8", newline="") as lines:
        unique = {tuple(row.values()): row for row in csv.DictReader(lines)}
    return list(unique.values())


def _expression(row: Row) -> Row:
    return {
        "expression_id": "mind_of_my_own:" + row["Statement ID"],
        "person_id": row["Young person ID"],
        "voice_owner": "young_person" if row["Age group"] in _YOUNG else "child",
        "opportunity_type": "",
        "occasion_table": "",
        "occasion_id": "",
        "expressed_on": iso(row["Sent on"]),
        "capture_method": "app",
        "directness": "verbatim",
    }


def _item(row: Row) -> Row:
    return {
        "feedback_id": "complaints_and_compliments:" + row["Reference"],
        "person_id": row["Child ID"],
        "received_on": iso(row["Received"]),
    }
