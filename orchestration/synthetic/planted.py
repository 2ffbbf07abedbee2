"""Say which gaps were planted, so that a test can ask whether Heard finds them.

Belongs here: the list that truth.json carries. Does not belong here: planting them (people, care
and followup do, from the same settings).
"""

from typing import Any

from orchestration.synthetic.recipe import Place


def planted_gaps(place: Place) -> list[dict[str, Any]]:
    """Return each planted gap: indicator, breakdown, value, direction and points."""
    gaps = place.recipe.gaps
    need, group = gaps["communication_need"]["points"], gaps["ethnic_group"]
    quiet, fair = gaps["quiet_district"], gaps["fair_district"]
    lost, late = gaps["ethnicity_missing"], gaps["residential_on_time"]
    replies = gaps["replies_to_parents"]
    listed = [
        ("A1", "communication_need", "Y", need),
        ("A5", "communication_need", "Y", need),
        ("A1", "ethnic_group", group["value"], group["points"]),
        ("A5", "ethnic_group", group["value"], group["points"]),
        ("A1", "area", _district(place, quiet["district"]), quiet["points"]),
        ("A1", "area", _district(place, fair["district"]), fair["points"]),
        ("C5", "placement_group", late["value"], late["points"]),
        ("D4", "voice_owner", replies["value"], replies["points"]),
        (
            "ethnicity_known",
            "area",
            _district(place, lost["district"]),
            round(100 * (lost["rate_elsewhere"] - lost["rate_there"])),
        ),
    ]
    return [
        {
            "indicator_id": indicator,
            "breakdown": breakdown,
            "breakdown_value": value,
            "direction": "lower" if points < 0 else "none",
            "points": points,
        }
        for indicator, breakdown, value, points in listed
    ]


def _district(place: Place, position: int) -> str:
    return f"{place.letters}{position + 1}"
