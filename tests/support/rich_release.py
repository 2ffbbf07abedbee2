"""A release made by hand that has something of everything a pack can tell.

Belongs here: its rows. Does not belong here: what a pack should say of them.
"""

from datetime import date, datetime

from tests.support.packs import SmallRelease, Value, a_year_before, in_quarters, value

PASSED = ("SSD-101", "330", "stop", "pass", "Seen alone implies seen.", "Mend the form.", "A1,B1")
FAILED = ("SSD-001", "330", "warn", "fail", "Ethnicity is known.", "Ask the teams.", "A1")
LABELS = [
    ("disability", "Y", "Disabled"),
    ("disability", "N", "Not disabled"),
    ("disability", "X", "Another group"),
    ("voice_owner", "child", "Child"),
    ("stage", "looked_after", "Looked after"),
]
GAP = {
    "authority_code": "330",
    "period_type": "rolling_12_months",
    "indicator_id": "A1",
    "period_start": date(2025, 7, 1),
    "period_end": date(2026, 6, 30),
    "window_used": "12 months",
}


def _gap(group: str, flag: str | None, rate: float | None, rest: float | None) -> Value:
    of = {"breakdown": "disability", "breakdown_value": group}
    status = "suppressed" if flag is None else "shown" if rate is not None else "rate_withheld"
    told = {"group_rate": rate, "rest_rate": rest, "flag": flag, "status": status}
    return GAP | of | told


def rich() -> SmallRelease:
    """A release with something of everything."""
    thread = {
        "authority_code": "330",
        "period_type": "rolling_12_months",
        "period_start": date(2025, 7, 1),
        "period_end": date(2026, 6, 30),
        "stage": "looked_after",
        "voice_owner": "child",
        "voice_kind": "as_information",
        "opportunities": 1235,
        "voiced": 640,
        "own_words": 215,
        "considered": 115,
        "changed": 45,
        "told": None,
        "status": "shown",
    }
    incident = {
        "authority_code": "330",
        "check_id": "SSD-015",
        "sentence": "The extract is recent.",
        "state": "open",
        "severity": "warn",
        "opened_at": datetime(2026, 6, 25, 8, 0),  # noqa: DTZ001
    }
    over = incident | {"check_id": "SSD-001", "state": "resolved"}
    over |= {"closed_at": datetime(2026, 7, 1, 4, 0)}  # noqa: DTZ001
    follows = incident | {"check_id": "SSD-002", "follows_from": "1"}
    return SmallRelease(
        values=[
            *in_quarters("A1", 41, 43, 44, 46),
            value("A1", 52),
            a_year_before("A1", 31),
            value("A1", 38, group=("disability", "Y")),
            value("A1", 57, group=("disability", "N")),
            value("A1", None, "suppressed", group=("disability", "unknown")),
            value("B1", 27),
            a_year_before("B1", 29),
            value("D4", None, "rate_withheld") | {"numerator": 5, "denominator": 15},
            value("A4", 12, quality="watch"),
            value("A5", None, "suppressed"),
            value("A7", None, "not_available"),
            value("C4", None, "not_applicable"),
        ],
        checks=[PASSED, FAILED],
        labels=LABELS,
        more={
            "equity_gap": [
                _gap("Y", "disparity_severe", 38, 57),
                _gap("N", "insufficient", None, None),
                _gap("X", None, None, None),
            ],
            "incident": [incident, over, follows],
            "voice_thread": [thread],
        },
    )
