"""Add the flaws of real extracts: rows that cannot load and rows delivered twice.

Belongs here: rows that must go to quarantine or be counted as duplicates, and their number. Does
not belong here: any row that an indicator counts, so that the truth stands whatever happens here.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from orchestration.synthetic.recipe import Place

# Table: the columns to fill in a row that cannot load. 31 February is no day, and a key is blank.
_BAD_ROWS: dict[str, list[dict[str, str]]] = {
    "ssd_cin_visits": [
        {"cinv_cin_visit_id": "CIV-BAD-1", "cinv_cin_visit_date": "2025-02-31"},
        {"cinv_cin_visit_id": "CIV-BAD-2", "cinv_cin_visit_date": "last Tuesday"},
    ],
    "ssd_cp_visits": [{"cppv_cp_visit_id": "CPV-BAD-1", "cppv_cp_visit_date": "31/02/2025"}],
    "ssd_cla_visits": [{"clav_cla_visit_id": "", "clav_cla_visit_date": "2025-03-04"}],
    "ssd_cla_reviews": [
        {"clar_cla_review_id": "CLR-BAD-1", "clar_cla_review_date": "2024-06-31"},
        {"clar_cla_review_id": "", "clar_cla_review_date": "2024-06-30"},
    ],
    "ssd_missing": [
        {"miss_table_id": "MIS-BAD-1", "miss_missing_episode_start_date": "2025-13-01"}
    ],
    "vx_expression": [
        {"expression_id": "EXP-BAD-1", "expressed_on": "2025-02-31"},
        {"expression_id": "", "expressed_on": "2025-02-27"},
    ],
    "vx_survey_wave": [{"wave_id": "WAV-BAD-1", "opened_on": "2025-01-06", "invited": "about 40"}],
    "vx_feedback": [{"feedback_id": "FBK-BAD-1", "received_on": "0025-31-31"}],
    "missing": [{"CHILD": "99000001", "MISSING": "M", "MIS_START": "31/02/2025"}],
    "reviews": [{"CHILD": "99000002", "REVIEW": "31/02/2025", "REVIEW_CODE": "PN1"}],
    "header": [{"CHILD": "", "SEX": "F", "DOB": "01/04/2012", "ETHNIC": "WBRI", "UPN": "UN1"}],
}
# Copied rows feed no indicator, so that a truth cell never hangs on the rule for duplicates.
_COPIED = {
    "ssd_cla_care_plan": 3,
    "ssd_assessment_factors": 2,
    "ssd_involvements": 2,
    "vx_participation_session": 1,
    "oc2": 2,
}


@dataclass(slots=True)
class Counts:
    """How many rows each file holds, and how many of them must not load."""

    rows: dict[str, int] = field(default_factory=dict)
    quarantined: dict[str, int] = field(default_factory=dict)
    duplicates: dict[str, int] = field(default_factory=dict)


def add_flaws(
    place: Place, name: str, table: str, frame: pd.DataFrame, counts: Counts
) -> pd.DataFrame:
    """Return the table with its flaws at the end, and count them under the given name."""
    flaws = [frame]
    bad = _BAD_ROWS.get(table, [])
    if bad:
        flaws.append(pd.DataFrame(bad, columns=frame.columns, dtype=object).fillna(""))
    copied = _COPIED.get(table, 0) if len(frame) else 0
    if copied:
        again = place.draws(f"flaws {name}").whole(0, len(frame) - 1, copied)
        flaws.append(frame.iloc[np.sort(again)])
    flawed = pd.concat(flaws, ignore_index=True) if len(flaws) > 1 else frame
    counts.rows[name] = len(flawed)
    if bad:
        counts.quarantined[name] = len(bad)
    if copied:
        counts.duplicates[name] = copied
    return flawed
