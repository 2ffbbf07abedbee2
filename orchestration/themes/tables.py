"""The two tables of the warehouse's ledger that hold what people decided about themes.

Belongs here: their columns. Does not belong here: filling them (``orchestration.themes.handover``).
"""

THEME_TABLES: dict[str, dict[str, str]] = {
    "theme_decisions": {
        "authority_code": "varchar",
        "subject_kind": "varchar",
        "subject_id": "varchar",
        "text_hash": "varchar",
        "theme_codes": "varchar",
        "frame_version": "varchar",
        "decided_on": "date",
    },
    "theme_agreement": {
        "authority_code": "varchar",
        "comparison": "varchar",
        "breakdown": "varchar",
        "breakdown_value": "varchar",
        "items": "bigint",
        "children": "bigint",
        "agreed": "bigint",
        "kappa": "double",
        "gap_points": "double",
        "verdict": "varchar",
        "frame_version": "varchar",
        "measured_on": "date",
    },
}
